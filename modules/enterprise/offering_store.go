package enterprise

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/enterprise/internal/need"
	"linghang/modules/enterprise/internal/provider"
)

// Offering returns what everybody may see that a provider can do, for other rooms.
func (m *Module) Offering(ctx context.Context, id string) (enterpriseevent.Offering, error) {
	list, err := m.providers.Named(ctx, []string{id})
	if fault.Is(err, fault.NotFound) {
		return enterpriseevent.Offering{ProviderID: id, Gone: true}, nil
	}
	if err != nil {
		return enterpriseevent.Offering{}, err
	}
	return m.offering(ctx, list[0])
}

// EachOffering hands over what all providers offer that were accepted and not suspended,
// also those whose year is over.
func (m *Module) EachOffering(ctx context.Context, do func(enterpriseevent.Offering) error) error {
	list, err := m.providers.InForce(ctx)
	if err != nil {
		return err
	}
	for _, p := range list {
		o, err := m.offering(ctx, p)
		if err != nil {
			return err
		}
		if err := do(o); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) offering(ctx context.Context, p provider.Provider) (enterpriseevent.Offering, error) {
	o := enterpriseevent.Offering{ProviderID: p.ID, Gone: true}
	if p.State != provider.InForce || p.AcceptedAt == nil || p.ValidUntil == nil {
		return o, nil
	}
	entry, err := m.entries.survivor(ctx, p.EntryID)
	if err != nil {
		return o, err
	}
	o.Gone, o.EntryID, o.Since, o.Until, o.Synthetic = false, entry, *p.AcceptedAt, *p.ValidUntil, p.Synthetic
	w := m.providers.Words()
	for _, c := range p.Profile.Capabilities {
		x := enterpriseevent.Capability{Scenario: wordOf(w.Scenarios, c.Scenario), Industries: c.Industries}
		for _, t := range c.Technologies {
			x.Technologies = append(x.Technologies, wordOf(w.Technologies, t))
		}
		o.Capabilities = append(o.Capabilities, x)
	}
	return o, nil
}

func wordOf(list []provider.Term, code string) enterpriseevent.Word {
	for _, t := range list {
		if t.Code == code {
			return enterpriseevent.Word{Code: code, ZH: t.Title.ZH, EN: t.Title.EN}
		}
	}
	return enterpriseevent.Word{Code: code, ZH: code, EN: code}
}

// Agreement returns who serves whom by an agreement, for other rooms.
func (m *Module) Agreement(ctx context.Context, id string) (enterpriseevent.Agreement, error) {
	a, err := m.needs.Bond(ctx, id)
	if err != nil {
		return enterpriseevent.Agreement{}, err
	}
	return m.agreement(ctx, a)
}

// EachAgreement hands over all agreements that both sides have confirmed.
func (m *Module) EachAgreement(ctx context.Context, do func(enterpriseevent.Agreement) error) error {
	return m.needs.EachBond(ctx, func(b need.Bond) error {
		a, err := m.agreement(ctx, b)
		if err != nil {
			return err
		}
		return do(a)
	})
}

func (m *Module) agreement(ctx context.Context, b need.Bond) (enterpriseevent.Agreement, error) {
	a := enterpriseevent.Agreement{AgreementID: b.NeedID, Gone: b.Since.IsZero(), Since: b.Since, Until: b.Until, Synthetic: b.Synthetic}
	if a.Gone {
		return a, nil
	}
	var err error
	if a.EntryID, err = m.entries.survivor(ctx, b.EntryID); err != nil {
		return a, err
	}
	a.ProviderEntryID, err = m.entries.survivor(ctx, b.ProviderEntryID)
	return a, err
}

// survivor returns the entry that took an entry in, or the entry itself.
func (s entryStore) survivor(ctx context.Context, id string) (string, error) {
	for range 20 { // survivors are merged, too, and never in a loop
		var into string
		if err := s.db.QueryRow(ctx, `SELECT COALESCE((SELECT e.merged_into FROM entry e WHERE e.id = $1), '')`, id).Scan(&into); err != nil {
			return "", fmt.Errorf("follow the entry %s: %w", id, err)
		}
		if into == "" {
			break
		}
		id = into
	}
	return id, nil
}
