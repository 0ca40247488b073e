package protection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

// atOnce is how many days are closed in one transaction.
const atOnce = 500

func object(duty string) string { return "protection/" + duty }

// turn begins the days that have come, and closes those that are over.
func (p *Protection) turn(ctx context.Context) error {
	now := p.now()
	list, err := unbegun(ctx, p.store.db, now)
	if err != nil {
		return err
	}
	for _, x := range list {
		err = errors.Join(err, p.store.db.Write(ctx, func(tx *sqldb.Tx) error { return p.begin(ctx, tx, x, now) }))
	}
	return errors.Join(err, p.close(ctx, now))
}

// begin asks for the reports of all days of a period that have come, each once.
func (p *Protection) begin(ctx context.Context, tx *sqldb.Tx, x Period, now time.Time) error {
	days := x.toBegin(now)
	if len(days) == 0 {
		return nil
	}
	after := x
	after.BegunDay = days[len(days)-1]
	taken, err := takeDay(ctx, tx, x, after)
	if err != nil || !taken {
		return err
	}
	list, err := parties(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	for _, day := range days {
		if err := p.ask(ctx, tx, x, day, list, now); err != nil {
			return fmt.Errorf("ask for the reports of %s: %w", day, err)
		}
	}
	p.changed(tx, x.ID, list)
	return nil
}

// ask begins one day. Of one that is over already nobody is reminded: it stands there as it is.
func (p *Protection) ask(ctx context.Context, tx *sqldb.Tx, x Period, day string, list []party, now time.Time) error {
	begins, _ := start(day)
	if begins.Before(x.CreatedAt) {
		begins = x.CreatedAt
	}
	owed := due(day, x.Time)
	over := now.After(owed.Add(overAfter))
	duties, starts := make([]Duty, len(list)), make([]clock.Start, len(list))
	for i, o := range list {
		duties[i] = Duty{ID: ulid.Make().String(), PeriodID: x.ID, OrganisationID: o.id, Organisation: o.name, Day: day, BegunAt: now, DueAt: owed}
		starts[i] = clock.Start{Object: object(duties[i].ID), OrganisationID: o.id, Obligation: zero, At: begins, Due: owed}
	}
	if err := insertDuties(ctx, tx, duties, over); err != nil || over {
		return err
	}
	_, err := p.clocks.BeginAll(ctx, tx, starts)
	return err
}

// close lets nobody be reminded of days that are over.
func (p *Protection) close(ctx context.Context, now time.Time) error {
	before := now.Add(-overAfter)
	for {
		n := 0
		err := p.store.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
			n, err = p.quietSome(ctx, tx, "d.due_at < $1", before.UnixMilli(), now, "当日已过 (the day is over)")
			return err
		})
		if err != nil || n < atOnce {
			return err
		}
	}
}

// quiet cancels all clocks of duties that a condition with one argument is true for.
func (p *Protection) quiet(ctx context.Context, tx *sqldb.Tx, condition string, arg any, now time.Time, reason string) error {
	for {
		if n, err := p.quietSome(ctx, tx, condition, arg, now, reason); err != nil || n < atOnce {
			return err
		}
	}
}

func (p *Protection) quietSome(ctx context.Context, tx *sqldb.Tx, condition string, arg any, now time.Time, reason string) (int, error) {
	ids, err := owing(ctx, tx, condition, arg, atOnce)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	objects := make([]string, len(ids))
	for i, id := range ids {
		objects[i] = object(id)
	}
	if err := p.clocks.CancelAll(ctx, tx, now, reason, objects...); err != nil {
		return 0, fmt.Errorf("cancel what is owed: %w", err)
	}
	return len(ids), closeDuties(ctx, tx, ids, now)
}

// fired is a step of a clock: a reminder, the end of the time, or an escalation after it.
func (p *Protection) fired(ctx context.Context, tx *sqldb.Tx, f clock.Fired) error {
	now := p.now()
	d, err := oneDuty(ctx, tx, strings.TrimPrefix(f.Clock.Object, "protection/"), now)
	if fault.Is(err, fault.NotFound) {
		return nil // it was forgotten with its organisation
	}
	if err != nil {
		return err
	}
	if err := p.remind(ctx, tx, d, f); err != nil {
		return fmt.Errorf("remind of a report: %w", err)
	}
	if f.Part >= 1 {
		p.kit.NotifyAfter(tx, topic, d.PeriodID, d.OrganisationID)
	}
	if f.Part <= 1 || d.Synthetic {
		return nil
	}
	return p.escalate(ctx, tx, d, f, now)
}

// remind tells those of a participant who answer, and at the end of the time those who represent it.
func (p *Protection) remind(ctx context.Context, tx *sqldb.Tx, d Duty, f clock.Fired) error {
	at := moment(d.DueAt)
	what := lang.Text{ZH: d.Day + " 的报告截止 " + at + "，无事件也须报告", EN: "the report of " + d.Day + " is owed until " + at + ", also when nothing happened"}
	if f.Part >= 1 {
		what = lang.Text{ZH: "逾期未报 " + d.Day + " 的情况（截止 " + at + "）", EN: "the report of " + d.Day + " is overdue (until " + at + ")"}
	}
	if late := int(f.LateBy / time.Minute); late > 0 {
		what.ZH += fmt.Sprintf("（本提醒迟发 %d 分钟）", late)
		what.EN += fmt.Sprintf(" (this reminder is %d minutes late)", late)
	}
	m := message.Notice{
		Kind: toldReminder, Title: headed(Asked{Title: d.Period, Synthetic: d.Synthetic}, what), Link: page, Key: fmt.Sprintf("%s/%g", f.Clock.ID, f.Part),
		To: message.Audience{Organisation: d.OrganisationID, Permission: mayAnswer},
	}
	list := []message.Notice{m}
	if f.Part >= 1 {
		m.To.Permission = mayRepresent
		list = append(list, m)
	}
	return p.kit.Notices.Send(ctx, tx, list...)
}

// escalate tells the city, once at each step of a day, how many have not reported.
func (p *Protection) escalate(ctx context.Context, tx *sqldb.Tx, before Duty, f clock.Fired, now time.Time) error {
	d := before
	if d.EscalatedAt == nil {
		d.EscalatedAt = &now
		if err := saveEscalated(ctx, tx, before, d); err != nil {
			return err
		}
	}
	n, err := missing(ctx, tx, d.PeriodID, d.Day)
	if err != nil {
		return err
	}
	to, err := p.city(ctx, tx, now)
	if err != nil {
		return err
	}
	what := lang.Text{ZH: fmt.Sprintf("%d 家单位逾期未报 %s 的情况", n, d.Day), EN: fmt.Sprintf("%d organisations have not reported of %s", n, d.Day)}
	err = p.kit.Notices.Send(ctx, tx, message.Notice{
		Kind: toldMissing, Title: headed(Asked{Title: d.Period}, what), Link: page + "/" + d.PeriodID, Key: fmt.Sprintf("protection/%s/%s/%g", d.PeriodID, d.Day, f.Part), To: to,
	})
	if err != nil {
		return fmt.Errorf("tell the city of a report that is missing: %w", err)
	}
	return nil
}

// city is whoever of the city is on duty; all officers, where nobody is.
func (p *Protection) city(ctx context.Context, tx *sqldb.Tx, at time.Time) (message.Audience, error) {
	persons, err := p.onDuty(ctx, tx, at)
	if err != nil {
		return message.Audience{}, fmt.Errorf("find who is on duty: %w", err)
	}
	if len(persons) > 0 {
		return message.Audience{Persons: slices.Clone(persons)}, nil
	}
	root, err := p.organisations.Root(ctx)
	if err != nil {
		return message.Audience{}, fmt.Errorf("find the city's bureau: %w", err)
	}
	return message.Audience{Organisation: root.ID, Permission: mayWrite}, nil
}

// moment is a time as people of the city read it.
func moment(at time.Time) string { return at.In(cityTime()).Format("2006-01-02 15:04") }
