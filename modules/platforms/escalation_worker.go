package platforms

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/modules/platforms/internal/alert"
	"linghang/modules/platforms/internal/duty"
)

// escalate begins and ends what nobody takes care of, and tells the steps that are
// due. What another replica began or told meanwhile is left to it.
func (m *Module) escalate(ctx context.Context, list []gathering, runs map[string]duty.Run, now time.Time) error {
	policies, err := m.policiesByID(ctx)
	if err != nil || len(policies)+len(runs) == 0 {
		return err
	}
	moves, due := movesOf(list, policies, runs, now)
	if len(moves) > 0 {
		moved, err := m.escalations.move(ctx, moves)
		if err != nil {
			return err
		}
		due = slices.DeleteFunc(due, func(d dueStep) bool { return d.fresh && !moved[d.alert.ID] })
		m.kit.Notify(topicAlerts, "", "")
	}
	together := batches{}
	for _, d := range due {
		together.add(d.of, policies[d.run.Policy], d.alert, d.run, d.step, d.round)
	}
	for _, e := range together.sorted() {
		if err := m.tellStep(ctx, e, now); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) policiesByID(ctx context.Context) (map[string]Policy, error) {
	list, err := m.policies.list(ctx)
	policies := map[string]Policy{}
	for _, p := range list {
		policies[p.ID] = p
	}
	return policies, err
}

// dueStep is a step that is due for an alert.
type dueStep struct {
	of    gathering
	alert Alert
	run   duty.Run
	fresh bool // it begins now
	step  int
	round int64
}

// movesOf compares what escalates with what should, and says what is due.
func movesOf(list []gathering, policies map[string]Policy, runs map[string]duty.Run, now time.Time) (moves []escalationMove, due []dueStep) {
	left := map[string]bool{}
	for id := range runs {
		left[id] = true
	}
	for _, g := range list {
		p, ok := policies[g.route.Policy]
		if !ok {
			continue
		}
		for _, a := range g.firing {
			var was *duty.Run
			if r, ok := runs[a.ID]; ok {
				was = &r
			}
			s := duty.Situation{Policy: p.ID, Open: true}
			if a.ClaimedAt != nil {
				s.Claimed = *a.ClaimedAt
			}
			run := p.Begin(s, was, now)
			delete(left, a.ID)
			if run != was {
				moves = append(moves, escalationMove{a.ID, was, run})
			}
			if run == nil {
				continue
			}
			if step, round, ok := p.Due(*run, now); ok {
				due = append(due, dueStep{g, a, *run, run != was, step, round})
			}
		}
	}
	for id := range left {
		r := runs[id]
		moves = append(moves, escalationMove{id, &r, nil})
	}
	return moves, due
}

func (m *Module) tellStep(ctx context.Context, e *escalation, now time.Time) error {
	e.id = ulid.Make().String()
	var err error
	if e.calls, err = m.call(ctx, e.tells().Rotas, e.tells().Persons, e.alerts, now); err != nil {
		return err
	}
	if e.tells().Route && len(e.route.Rotas) > 0 {
		more, err := m.call(ctx, e.route.Rotas, nil, e.alerts, now)
		if err != nil {
			return err
		}
		e.calls = e.calls.and(more)
	}
	n, err := m.escalations.step(ctx, *e, now, m.kit.Notices)
	if n > 0 {
		m.alertMetrics.escalated.Inc()
		m.kit.Notify(topicAlerts, "", "")
	}
	return err
}

// call finds out who is to be told of alerts: who is on duty of rotas, and persons.
func (m *Module) call(ctx context.Context, rotas []string, persons []duty.Member, alerts []Alert, now time.Time) (c calling, err error) {
	for _, id := range rotas {
		r, err := m.rotas.get(ctx, m.kit.DB, id)
		if fault.Is(err, fault.NotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return c, err
		}
		x, err := m.roster(ctx, r, now, now.Add(time.Millisecond))
		if err != nil {
			return c, err
		}
		on := x.now(now)
		c.callers = append(c.callers, called{x.Name, on.Person, on.Gap})
	}
	for _, p := range persons {
		c.callers = append(c.callers, called{person: p})
	}
	c.may, err = m.mayBeTold(ctx, c.callers, alerts)
	return c, err
}

// and puts two calls about the same alerts together.
func (c calling) and(more calling) calling {
	c.callers = append(c.callers, more.callers...)
	maps.Copy(c.may, more.may)
	return c
}

// mayBeTold says of which alerts persons may be told: those whose platforms they see
// and may take care of; alerts of no platform are the city's.
func (m *Module) mayBeTold(ctx context.Context, callers []called, alerts []Alert) (map[string]map[string]bool, error) {
	may := map[string]map[string]bool{}
	var persons []string
	for _, c := range callers {
		if c.gap == "" && may[c.person.ID] == nil {
			may[c.person.ID] = map[string]bool{}
			persons = append(persons, c.person.ID)
		}
	}
	if len(persons) == 0 {
		return may, nil
	}
	root, err := m.people.Root(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what it read
	}
	known := map[string]map[string]string{}
	for _, a := range alerts {
		organisation := a.Operator.ID
		if organisation == "" {
			organisation = root.ID
		}
		if known[organisation] == nil {
			if known[organisation], err = m.able(ctx, organisation, persons); err != nil {
				return nil, err
			}
		}
		for id := range known[organisation] {
			may[id][a.ID] = true
		}
	}
	return may, nil
}

// dutyOf tells who is on duty for an alert that fires, of rotas that the caller may
// know of, and what follows when nobody takes it.
func (m *Module) dutyOf(ctx context.Context, a Alert, now time.Time) (on []OnDuty, e *escalating, err error) {
	on = []OnDuty{}
	if a.State != alert.Firing {
		return on, nil, nil
	}
	route, err := m.routeOf(ctx, a)
	if err != nil {
		return on, nil, err
	}
	rotas := slices.Clone(route.Rotas)
	if route.Policy != "" {
		p, err := m.policies.get(ctx, m.kit.DB, route.Policy)
		if err != nil {
			return on, nil, err
		}
		for _, s := range p.Steps {
			rotas = append(rotas, s.Rotas...)
		}
		if e, err = m.escalatingNow(ctx, a, p); err != nil {
			return on, nil, err
		}
	}
	slices.Sort(rotas)
	on, err = m.onDutyNow(ctx, slices.Compact(rotas), now)
	return on, e, err
}

func (m *Module) escalatingNow(ctx context.Context, a Alert, p Policy) (*escalating, error) {
	runs, err := m.escalations.runs(ctx)
	if err != nil {
		return nil, err
	}
	r, ok := runs[a.ID]
	if !ok || r.Policy != p.ID || r.Claimed != (a.ClaimedAt != nil) || a.Quiet != "" {
		return nil, nil
	}
	return escalatingOf(p, r), nil
}

// onDutyNow leaves out rotas of organisations of which the caller is not to know;
// the city's are for everybody.
func (m *Module) onDutyNow(ctx context.Context, rotas []string, now time.Time) ([]OnDuty, error) {
	list := []OnDuty{}
	if len(rotas) == 0 {
		return list, nil
	}
	root, err := m.people.Root(ctx)
	if err != nil {
		return list, err //nolint:wrapcheck // it says what it read
	}
	scope := identity.From(ctx).Scope
	for _, id := range rotas {
		r, err := m.rotas.get(ctx, m.kit.DB, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return list, err
		}
		if r.Organisation.ID != root.ID && !scope.Allows(r.Organisation.ID) {
			continue
		}
		x, err := m.roster(ctx, r, now, now.Add(time.Millisecond))
		if err != nil {
			return list, err
		}
		list = append(list, x.now(now))
	}
	return list, nil
}

// parts are the notices of those who are called, one for each person.
func (c calling) parts(firing, resolved []Alert) (parts []part) {
	seen := map[string]bool{"": true}
	for _, x := range c.callers {
		id := x.person.ID
		if seen[id] || x.gap != "" {
			continue
		}
		seen[id] = true
		theirs := func(list []Alert) []Alert {
			return slices.DeleteFunc(slices.Clone(list), func(a Alert) bool { return !c.may[id][a.ID] })
		}
		if p := (part{"duty", id, notice.Audience{Persons: []string{id}}, theirs(firing), theirs(resolved)}); len(p.firing)+len(p.resolved) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// telling makes the notices of a step for the alerts that it is told of in the end.
func (e escalation) telling(alerts []Alert) told {
	var parts []part
	if e.tells().Route {
		parts = partsOf(e.route, alerts, nil)
	}
	parts = append(parts, e.calls.parts(alerts, nil)...)
	why := e.note.why()
	add := func(t lang.Text) lang.Text { return lang.Text{ZH: t.ZH + why.ZH, EN: t.EN + why.EN} }
	x := told{title: add(alertTitle(alerts, nil, false)), firing: alerts, whom: whomOf(parts), persons: e.calls.told(alerts), step: &e.note}
	for _, p := range parts {
		n := alertNoticeOf("escalation "+e.id+" "+p.whom+" "+p.id, p.to, p.firing, nil, false)
		n.Title = add(n.Title)
		x.notices = append(x.notices, n)
	}
	return x
}
