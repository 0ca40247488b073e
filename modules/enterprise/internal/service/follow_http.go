package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/scenario/scenarioevent"
)

// Reviewed records that the city had an expert review the diagnosis of an enterprise,
// where the rule says that this is a service. The enterprise confirms it as any other.
func (m *Services) Reviewed(ctx context.Context, e enterpriseevent.Diagnosed) error {
	if !e.Reviewed {
		return nil
	}
	rules, err := m.store.rules(ctx, m.store.db)
	if err != nil || !rules[0].Reviews {
		return err
	}
	found, err := m.directory.ByIDs(ctx, []string{e.EntryID})
	if err != nil {
		return err
	}
	x, ok := found[e.EntryID]
	if !ok {
		return nil // it left the directory since
	}
	root, err := m.people.Root(ctx)
	if err != nil {
		return fmt.Errorf("read the bureau: %w", err)
	}
	day := todayOf(e.At)
	d := draft{code: x.Code, provider: City, matter: "diagnosis", about: "专家评审数字化诊断 / Expert review of a diagnosis", started: day, ended: day}
	s := d.record(ulid.Make().String(), x, root.Name, byDiagnosis, "diagnosis/"+e.DiagnosisID, rules[0], hand{organisation: root.ID}, now())
	return m.follow(ctx, s, func(ctx context.Context, tx *sqldb.Tx) error { return m.ask(ctx, tx, []Service{s}) })
}

// Closed records that an agreement of a need was carried out. Where the enterprise has
// accepted its last milestone, that is its confirmation, and what was accepted is the
// evidence; where the bureau decided so in a dispute, the enterprise is asked.
func (m *Services) Closed(ctx context.Context, e enterpriseevent.AgreementClosed) error {
	if e.Outcome != "completed" {
		return nil
	}
	rules, err := m.store.rules(ctx, m.store.db)
	if err != nil {
		return err
	}
	found, err := m.directory.ByIDs(ctx, []string{e.EntryID})
	if err != nil {
		return err
	}
	x, ok := found[e.EntryID]
	if !ok {
		return nil // it left the directory since
	}
	last := todayOf(e.At)
	d := draft{code: x.Code, provider: e.ProviderCode, matter: "matchmaking", about: "供需对接协议已完成 / An agreement of a need was carried out", started: min(e.StartOn, last), ended: last}
	name := lang.Text{ZH: e.ProviderZH, EN: e.ProviderEN}
	s := d.record(ulid.Make().String(), x, name, byAgreement, "need/"+e.AgreementID, rules[0], hand{organisation: e.Provider}, now())
	if !e.Accepted {
		return m.follow(ctx, s, func(ctx context.Context, tx *sqldb.Tx) error { return m.ask(ctx, tx, []Service{s}) })
	}
	return m.accepted(ctx, s, x.OrganisationID, e.At)
}

// CarriedOut records that a scenario that an enterprise opened was carried out, as the
// enterprise says itself. Sides that the directory does not know are not counted.
func (m *Services) CarriedOut(ctx context.Context, e scenarioevent.Completed) error {
	x, ok, err := m.side(ctx, e.Organisation)
	if err != nil || !ok {
		return err
	}
	provider, ok, err := m.side(ctx, e.Provider)
	if err != nil || !ok || provider.ID == x.ID {
		return err
	}
	rules, err := m.store.rules(ctx, m.store.db)
	if err != nil {
		return err
	}
	last := todayOf(e.At)
	d := draft{code: x.Code, provider: provider.Code, matter: "matchmaking", about: "开放的场景已实施 / A scenario that was opened was carried out", started: min(e.StartOn, last), ended: last}
	s := d.record(ulid.Make().String(), x, provider.Name, byOpening, "opening/"+e.OpeningID, rules[0], hand{organisation: e.Provider}, now())
	return m.accepted(ctx, s, e.Organisation, e.At)
}

// side is the enterprise that an organisation is; ok is false where it is none.
func (m *Services) side(ctx context.Context, organisation string) (x Enterprise, ok bool, err error) {
	o, err := m.people.Organisation(ctx, organisation)
	if fault.Is(err, fault.NotFound) {
		return x, false, nil
	}
	if err != nil {
		return x, false, fmt.Errorf("read an organisation: %w", err)
	}
	return m.directory.Of(ctx, o)
}

// accepted records a service that the enterprise has accepted: that is its confirmation.
func (m *Services) accepted(ctx context.Context, s Service, organisation string, at time.Time) error {
	confirmed, err := s.do(confirm, "", hand{organisation: organisation}, at)
	if err != nil {
		return err
	}
	return m.follow(ctx, s, func(ctx context.Context, tx *sqldb.Tx) error { return m.store.save(ctx, tx, s, confirmed) })
}

// follow records what follows from something else, once.
func (m *Services) follow(ctx context.Context, s Service, tell func(context.Context, *sqldb.Tx) error) error {
	err := m.store.record(ctx, []Service{s}, tell)
	var f *fault.Error
	if errors.As(err, &f) && f.Key == oneWithEarlier || sqldb.IsUnique(err) {
		return nil // or told before
	}
	return err
}
