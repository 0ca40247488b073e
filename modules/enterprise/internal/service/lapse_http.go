package service

import (
	"context"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

// lapseAtOnce is how many services one run of the job takes; the next run goes on.
const lapseAtOnce = 500

// Jobs are the work that comes around.
func (m *Services) Jobs() []module.Job {
	return []module.Job{{
		Name: "lapse_services", Title: lang.Text{ZH: "逾期未确认的服务记录不计入并提醒", EN: "Leave out services that were not confirmed in time, and remind"}, Every: time.Hour,
		Do: func(ctx context.Context) error { return m.Lapse(ctx, now()) },
	}}
}

// Lapse leaves out what the enterprise said nothing to in time, and reminds it: it may
// still confirm.
func (m *Services) Lapse(ctx context.Context, at time.Time) error {
	list, err := m.store.due(ctx, at)
	if err != nil || len(list) == 0 {
		return err
	}
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = s.EntryID
	}
	found, err := m.directory.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	for _, s := range list {
		err := m.store.change(ctx, s.ID, s.Version, func(s Service) (Service, error) { return s.do(lapse, "", hand{}, at) }, func(ctx context.Context, tx *sqldb.Tx) error {
			return m.remind(ctx, tx, s, found[s.EntryID])
		})
		if fault.Is(err, fault.Precondition) || fault.Is(err, fault.Conflict) {
			continue // it was answered meanwhile
		}
		if err != nil {
			return err
		}
	}
	m.kit.Notify(topic, "", "")
	return nil
}

// remind tells both sides that a service does not count, and how it still may.
func (m *Services) remind(ctx context.Context, tx *sqldb.Tx, s Service, e Enterprise) error {
	for organisation, permission := range map[string]string{s.recorder: mayRecord, e.OrganisationID: mayAnswer} {
		if organisation == "" {
			continue
		}
		err := m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeSilent, Link: "/enterprise/services/" + s.ID, To: notice.Audience{Organisation: organisation, Permission: permission},
			Title: lang.Text{ZH: s.Name.ZH + "：服务记录逾期未确认，不计入", EN: s.Name.EN + ": a service was not confirmed in time and does not count"},
			Body:  lang.Text{ZH: "企业仍可确认，确认后计入。", EN: "The enterprise may still confirm it; then it counts."},
		})
		if err != nil {
			return fmt.Errorf("remind of a service: %w", err)
		}
	}
	return nil
}

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
	err = m.store.record(ctx, []Service{s}, func(ctx context.Context, tx *sqldb.Tx) error { return m.ask(ctx, tx, []Service{s}) })
	if fault.Is(err, fault.Conflict) || sqldb.IsUnique(err) {
		return nil // one with an earlier one, or told before
	}
	return err
}
