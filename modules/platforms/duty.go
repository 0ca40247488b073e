package platforms

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// DutyRota is an on-call rota as other rooms see it.
type DutyRota struct {
	ID   string
	Name lang.Text
}

// DutyShift is who is on duty in a time; without a PersonID nobody is.
type DutyShift struct {
	PersonID string
	Name     string
	From     time.Time
	Until    time.Time
}

// DutyRotas returns the rotas of an organisation, for other rooms.
func (m *Module) DutyRotas(ctx context.Context, organisation string) ([]DutyRota, error) {
	list, err := m.rotas.list(ctx)
	if err != nil {
		return nil, err
	}
	var out []DutyRota
	for _, r := range list {
		if r.Organisation.ID == organisation {
			out = append(out, DutyRota{r.ID, r.Name})
		}
	}
	return out, nil
}

// DutyShifts returns who is on duty by a rota, for other rooms: one time after the other, those
// in which nobody is among them. Of a rota that is gone there are none.
func (m *Module) DutyShifts(ctx context.Context, rota string, from, until time.Time) ([]DutyShift, error) {
	r, err := m.rotas.get(ctx, m.kit.DB, rota)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x, err := m.roster(ctx, r, from, until)
	if err != nil {
		return nil, err
	}
	var out []DutyShift
	for _, s := range x.shifts(x.read(), from, until) {
		shift := DutyShift{PersonID: s.Person.ID, Name: s.Person.Name, From: s.From, Until: s.To}
		if s.Gap != "" {
			shift.PersonID = ""
		}
		out = append(out, shift)
	}
	return out, nil
}
