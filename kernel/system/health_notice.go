package system

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// noticeHealth tells those who look after the installation that something in it
// does not work, so that nobody has to watch the page.
const noticeHealth = "system.health.fails"

// healthPatience is how long a component may be unwell before anybody is told:
// much mends itself.
const healthPatience = 2 * time.Minute

// healthJob is periodic.
func healthJob(m *Room) module.Job {
	return module.Job{Name: "tell_health", Title: lang.Text{ZH: "通报异常组件", EN: "Tell of components that fail"}, Every: time.Minute, Do: m.tellHealth}
}

// tellHealth sends a notice for each component that has been unwell for a
// while, at most one an hour for each, however many replicas look.
func (m *Room) tellHealth(ctx context.Context) error {
	if there, err := m.directory.IsSetUp(ctx); err != nil || !there {
		return err
	}
	bureau, err := m.directory.Root(ctx)
	if err != nil {
		return err
	}
	s, err := m.status(ctx)
	if err != nil {
		return err
	}
	for _, n := range Unwell(s, bureau.ID) {
		err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, n) })
		if err != nil {
			return fmt.Errorf("send %s: %w", n.Key, err)
		}
	}
	return nil
}

// Unwell returns what an organisation is to be told of a status. The key of a
// notice is the component and the hour in which it failed.
func Unwell(s Status, organisation string) (list []notice.Notice) {
	for _, c := range s.Components {
		if c.State == health.Good || s.At.Sub(c.Since) < healthPatience {
			continue
		}
		list = append(list, notice.Notice{
			Kind: noticeHealth, Link: "/system/health", Key: fmt.Sprintf("%s %s %d", noticeHealth, c.ID, c.Since.Unix()/3600),
			Title: lang.Text{ZH: "组件异常：" + c.Title.ZH, EN: "Something does not work: " + c.Title.EN},
			Body:  lang.Text{ZH: c.Note.ZH + "。" + c.Mend.ZH, EN: c.Note.EN + ". " + c.Mend.EN},
			To:    notice.Audience{Organisation: organisation, Permission: "system.health.view"},
		})
	}
	return list
}
