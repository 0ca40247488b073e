package main

import (
	"context"
	"fmt"

	"linghang/modules/atlas"
	"linghang/modules/enterprise"
	"linghang/modules/scenario"
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
