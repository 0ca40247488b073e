package service

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
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
