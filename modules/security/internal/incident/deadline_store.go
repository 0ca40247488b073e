package incident

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

// owed tells whether an incident is to be reported upward, and was not yet.
func (i Case) owed() bool {
	return i.ID != "" && reportable(i.weight()) && i.Upward == "" && i.State != Rejected && i.State != Merged
}

// since is from when what became owed runs: from when it was known, or from now when it
// became grave enough only after it was confirmed.
func since(before, after Case, known, now time.Time) time.Time {
	if before.ID != "" && before.Level.Known() && !before.over() && after.Level.GraverThan(before.Level) {
		return now
	}
	return known
}

// follow lets the clocks of an incident follow a change of it: what became owed begins, what
// is owed no more is cancelled, and what is graver is due sooner. before is empty of a new one.
func (m *Incidents) follow(ctx context.Context, tx *sqldb.Tx, before, after Case, now time.Time) (Case, error) {
	var err error
	if after, err = m.followReport(ctx, tx, before, after, now); err != nil {
		return after, err
	}
	if err := m.followPassing(ctx, tx, before, after, now); err != nil {
		return after, err
	}
	if err := m.followReview(ctx, tx, before, after, now); err != nil {
		return after, err
	}
	if before.ID != "" && after.weight().GraverThan(before.weight()) {
		return after, m.clocks.Relevel(ctx, tx, after.weight(), object(after.ID))
	}
	return after, nil
}

func (m *Incidents) followReport(ctx context.Context, tx *sqldb.Tx, before, after Case, now time.Time) (Case, error) {
	had, has := before.owed(), after.owed()
	moved := had && has && (before.Kind != after.Kind || !before.AwareAt.Equal(after.AwareAt))
	if (had && !has || moved) && after.Upward == "" {
		if err := m.clocks.Cancel(ctx, tx, object(after.ID), toReport, now, "corrected, rejected, merged or lowered"); err != nil {
			return after, err
		}
		after.ReportDueAt = nil
	}
	if has && (!had || moved) {
		c, found, err := m.clocks.Begin(ctx, tx, after.start(toReport, since(before, after, after.AwareAt, now)))
		if err != nil {
			return after, err
		}
		if found {
			after.ReportDueAt = &c.DueAt
		}
	}
	return after, nil
}

// passable tells whether the city is to pass an incident on.
func (i Case) passable() bool {
	return i.ID != "" && passedOn(i.weight()) && i.State != Rejected && i.State != Merged
}

func (m *Incidents) followPassing(ctx context.Context, tx *sqldb.Tx, before, after Case, now time.Time) error {
	had, has := before.passable(), after.passable()
	switch {
	case had && !has:
		return m.clocks.Cancel(ctx, tx, object(after.ID), toPassOn, now, "rejected, merged or lowered")
	case has && !had:
		done, err := m.store.reports(ctx, tx, after.ID)
		if err != nil || slices.ContainsFunc(done, func(r Report) bool { return r.Obligation == toPassOn }) {
			return err
		}
		_, _, err = m.clocks.Begin(ctx, tx, after.start(toPassOn, since(before, after, after.ReceivedAt, now)))
		return err
	}
	return nil
}

func (m *Incidents) followReview(ctx context.Context, tx *sqldb.Tx, before, after Case, now time.Time) error {
	switch {
	case before.State != Closed && after.State == Closed:
		return m.ended(ctx, tx, after, now)
	case before.State == Closed && after.State == Reviewed:
		_, _, err := m.clocks.Meet(ctx, tx, object(after.ID), toReview, now)
		return err
	case before.State == Closed && after.State != Closed:
		if err := m.clocks.Cancel(ctx, tx, object(after.ID), toSumUp, now, "reopened"); err != nil {
			return err
		}
		return m.clocks.Cancel(ctx, tx, object(after.ID), toReview, now, "reopened")
	case before.State == Reviewed && after.State != Reviewed:
		return m.clocks.Cancel(ctx, tx, object(after.ID), toSumUp, now, "reopened")
	}
	return nil
}

// ended begins what is owed after the end: a review, and the final report if there was none.
func (m *Incidents) ended(ctx context.Context, tx *sqldb.Tx, i Case, now time.Time) error {
	if _, _, err := m.clocks.Begin(ctx, tx, i.start(toReview, now)); err != nil {
		return err
	}
	if !reportable(i.Level) || i.Upward == Final || i.Upward == Accepted {
		return nil
	}
	_, _, err := m.clocks.Begin(ctx, tx, i.start(toSumUp, now))
	return err
}

// fired reminds, and escalates, when a clock says something.
func (m *Incidents) fired(ctx context.Context, tx *sqldb.Tx, f clock.Fired) error {
	i, err := one(ctx, tx, strings.TrimPrefix(f.Clock.Object, "incident/"))
	if fault.As(err) != nil && fault.As(err).Kind == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for n, to := range told(i, f) {
		key := fmt.Sprintf("clock/%s/%g/%d", f.Clock.ID, f.Part, n)
		if err := m.tell(ctx, tx, noticeDeadline, key, i, to, deadline(f)); err != nil {
			return err
		}
	}
	if f.Part < 1 {
		return nil
	}
	m.kit.NotifyAfter(tx, topic, i.ID, i.OrganisationID)
	return m.store.note(ctx, tx, i.ID, CaseEvent{At: f.At, WrittenAt: m.now(), Kind: "clock", From: f.Clock.Obligation, To: fmt.Sprintf("%g", f.Part)})
}

// told are who is told when a clock fires: who owes it, from its end the city's officers,
// and after it leaders. A drill climbs no real stairs.
func told(i Case, f clock.Fired) []notice.Audience {
	first := notice.Audience{Organisation: i.OrganisationID, Permission: mayReport}
	officers := notice.Audience{Organisation: i.bureau, Permission: mayHandle}
	leaders := notice.Audience{Organisation: i.bureau, Permission: mayLead}
	if ofCity(f.Clock.Obligation) {
		first = officers
	}
	list := []notice.Audience{first}
	if i.Drill != "" {
		return list
	}
	if f.Part >= 1 && !ofCity(f.Clock.Obligation) {
		list = append(list, officers)
	}
	if f.Part > 1 || f.Part == 1 && ofCity(f.Clock.Obligation) {
		list = append(list, leaders)
	}
	return list
}

func deadline(f clock.Fired) lang.Text {
	what := map[string]lang.Text{
		toReport: {ZH: "向主管部门报告", EN: "report to the authority"},
		toPassOn: {ZH: "向上级转报", EN: "passing on to the authority above"},
		toReview: {ZH: "复盘", EN: "review"},
		toSumUp:  {ZH: "报送总结报告", EN: "final report"},
	}[f.Clock.Obligation]
	due := f.Clock.DueAt.In(cityTime()).Format("01-02 15:04")
	t := lang.Text{ZH: what.ZH + "的时限将到，截止 " + due, EN: "the time for the " + what.EN + " is running out, it ends " + due}
	if f.Part >= 1 {
		t = lang.Text{ZH: what.ZH + "的时限已过，截止 " + due, EN: "the time for the " + what.EN + " is over, it ended " + due}
	}
	if f.LateBy > 5*time.Minute {
		late := f.LateBy.Round(time.Minute).String()
		t.ZH, t.EN = t.ZH+"（补发，迟 "+late+"）", t.EN+" (told late by "+late+")"
	}
	return t
}
