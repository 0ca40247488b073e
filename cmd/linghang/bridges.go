package main

import (
	"context"
	"fmt"
	"time"

	"linghang/modules/atlas"
	"linghang/modules/enterprise"
	"linghang/modules/platforms"
	"linghang/modules/scenario"
	"linghang/modules/security"
)

// graphTies tells the room scenario what the graph knows of ties of enterprises.
type graphTies struct{ graph *atlas.Graph }

// Ties implements scenario.Ties.
func (t graphTies) Ties(ctx context.Context, codes []string) ([]scenario.Tie, error) {
	list, err := t.graph.Ties(ctx, codes)
	if err != nil {
		return nil, fmt.Errorf("read ties of the graph: %w", err)
	}
	out := make([]scenario.Tie, len(list))
	for i, x := range list {
		out[i] = scenario.Tie(x)
	}
	return out, nil
}

// graphFits tells the room enterprise what the graph knows of who could help whom.
type graphFits struct{ graph *atlas.Graph }

// Fits implements enterprise.Graph.
func (f graphFits) Fits(ctx context.Context, entry string, technologies []string) ([]enterprise.Fit, error) {
	list, err := f.graph.Fits(ctx, entry, technologies)
	if err != nil {
		return nil, fmt.Errorf("read what the graph knows: %w", err)
	}
	out := make([]enterprise.Fit, len(list))
	for i, x := range list {
		out[i] = enterprise.Fit(x)
	}
	return out, nil
}

// dutyRotas tells the room security who is on duty by the rotas that platforms keeps.
type dutyRotas struct{ keeper *platforms.Module }

// Rotas implements security.Rotas.
func (d dutyRotas) Rotas(ctx context.Context, organisation string) ([]security.Rota, error) {
	list, err := d.keeper.DutyRotas(ctx, organisation)
	if err != nil {
		return nil, fmt.Errorf("read rotas: %w", err)
	}
	out := make([]security.Rota, len(list))
	for i, r := range list {
		out[i] = security.Rota(r)
	}
	return out, nil
}

// Shifts implements security.Rotas.
func (d dutyRotas) Shifts(ctx context.Context, rota string, from, until time.Time) ([]security.Shift, error) {
	list, err := d.keeper.DutyShifts(ctx, rota, from, until)
	if err != nil {
		return nil, fmt.Errorf("read who is on duty: %w", err)
	}
	out := make([]security.Shift, len(list))
	for i, s := range list {
		out[i] = security.Shift(s)
	}
	return out, nil
}
