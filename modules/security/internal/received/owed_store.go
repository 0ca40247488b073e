package received

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/rating"
)

// What is owed under a notice of an upper level, from its receipt.
const (
	toAcknowledge = "received.acknowledge"
	toPassOn      = "received.pass_on"
)

// drillOfOthers is the drill that clocks of exercises of upper levels belong to.
const drillOfOthers = "upper"

func object(id string) string { return "received/" + id }

// begin begins what is owed under the newest version, ends it where it was revoked, and tells
// the city's officers.
func (m *Received) begin(ctx context.Context, tx *sqldb.Tx, n UpperNotice, at time.Time) error {
	m.kit.NotifyAfter(tx, topic, n.ID, "")
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	if n.revoked {
		if err := m.clocks.Cancel(ctx, tx, object(n.ID), "", at, "withdrawn by the upper level"); err != nil {
			return fmt.Errorf("end what is owed: %w", err)
		}
		return m.tell(ctx, tx, n, root.ID, lang.Text{ZH: "上级已撤回", EN: "withdrawn by the upper level"})
	}
	drill := ""
	if n.Exercise {
		drill = drillOfOthers
	}
	for _, obligation := range []string{toAcknowledge, toPassOn} {
		if obligation == toPassOn && n.over() {
			continue
		}
		_, _, err := m.clocks.Begin(ctx, tx, clock.Start{Object: object(n.ID), OrganisationID: root.ID, Obligation: obligation, Level: n.weight(), At: at, Drill: drill})
		if err != nil {
			return fmt.Errorf("begin what is owed: %w", err)
		}
	}
	what := lang.Text{ZH: "请签收", EN: "please acknowledge"}
	if n.Revision > 1 {
		what = lang.Text{ZH: "上级有修订，请重新签收", EN: "changed by the upper level, please acknowledge again"}
	}
	return m.tell(ctx, tx, n, root.ID, what)
}

// headed is what is written over a message about a notice; of what is for few no title is.
func (n UpperNotice) headed(what lang.Text) lang.Text {
	number := n.Number
	if number == "" {
		number = n.Source
	}
	zh, en := "["+n.TLP.Mark()+"] 上级通报 "+number, "["+n.TLP.Mark()+"] Notice of an upper level "+number
	if n.Exercise {
		zh, en = "【演练】"+zh, "[EXERCISE] "+en
	}
	if n.TLP != rating.Red && n.TLP != rating.AmberStrict {
		zh, en = zh+"《"+n.Title+"》", en+" “"+n.Title+"”"
	}
	return lang.Text{ZH: zh + "：" + what.ZH, EN: en + ": " + what.EN}
}

func (m *Received) tell(ctx context.Context, tx *sqldb.Tx, n UpperNotice, bureau string, what lang.Text) error {
	err := m.kit.Notices.Send(ctx, tx, message.Notice{
		Kind: toldReceived, Title: n.headed(what), Link: "/security/received/" + n.ID, Key: fmt.Sprintf("received/%s/%d", n.ID, n.Revision),
		To: message.Audience{Organisation: bureau, Permission: mayWrite},
	})
	if err != nil {
		return fmt.Errorf("tell of a notice of an upper level: %w", err)
	}
	return nil
}

// fired is a step of a clock: a reminder, the end of the time, or an escalation to leaders
// after it.
func (m *Received) fired(ctx context.Context, tx *sqldb.Tx, f clock.Fired) error {
	n, err := one(ctx, tx, strings.TrimPrefix(f.Clock.Object, "received/"))
	if err != nil {
		return fmt.Errorf("read the notice of clock %s: %w", f.Clock.ID, err)
	}
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	due := f.Clock.DueAt.In(time.FixedZone("Asia/Shanghai", 8*3600)).Format("2006-01-02 15:04")
	word := lang.Text{ZH: "签收", EN: "acknowledge it"}
	if f.Clock.Obligation == toPassOn {
		word = lang.Text{ZH: "转发或说明不转发", EN: "pass it on, or say why not"}
	}
	what := lang.Text{ZH: "请" + word.ZH + "，截止 " + due, EN: word.EN + " until " + due}
	if f.Part >= 1 {
		what = lang.Text{ZH: "逾期未" + word.ZH + "（截止 " + due + "）", EN: "overdue: " + word.EN + " (until " + due + ")"}
	}
	permission := mayWrite
	if f.Part > 1 && !n.Exercise {
		permission = mayPress
	}
	err = m.kit.Notices.Send(ctx, tx, message.Notice{
		Kind: toldLate, Title: n.headed(what), Link: "/security/received/" + n.ID, Key: fmt.Sprintf("%s/%d/%g", f.Clock.ID, f.Clock.DueAt.UnixMilli(), f.Part),
		To: message.Audience{Organisation: root.ID, Permission: permission},
	})
	if err != nil {
		return fmt.Errorf("remind of a notice of an upper level: %w", err)
	}
	m.kit.NotifyAfter(tx, topic, n.ID, "")
	return nil
}

// Seen reads a notice of an upper level that a notice of the city passes on.
func (m *Received) Seen(ctx context.Context, db Reader, id string) (UpperNotice, error) {
	return one(ctx, db, id)
}

// MayDraft refuses a notice that nothing can be written after now.
func (n UpperNotice) MayDraft() error { return n.mayDraft() }

// Drafted notes the notice of the city that was written after one.
func (m *Received) Drafted(ctx context.Context, tx *sqldb.Tx, id, notice string) error {
	n, err := one(ctx, tx, id)
	if err != nil {
		return err
	}
	after := n
	after.NoticeID = notice
	m.kit.NotifyAfter(tx, topic, id, "")
	return save(ctx, tx, n, after)
}

// PassedOn notes that the notice of the city was issued.
func (m *Received) PassedOn(ctx context.Context, tx *sqldb.Tx, id, notice string, at time.Time) error {
	n, err := one(ctx, tx, id)
	if err != nil {
		return err
	}
	after := n
	after.NoticeID, after.PassedAt, after.passed = notice, &at, n.ObjectVersion
	after.State = after.stand()
	if err := save(ctx, tx, n, after); err != nil {
		return err
	}
	_, _, err = m.clocks.Meet(ctx, tx, object(id), toPassOn, at)
	if err != nil {
		return fmt.Errorf("note that a notice was passed on: %w", err)
	}
	m.kit.NotifyAfter(tx, topic, id, "")
	return nil
}
