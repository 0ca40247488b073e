package pilot

import (
	"context"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Pilots) panelRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /pilot/calls/{id}/panel", Permission: maySeeAll, Summary: "What the reviews came to: raw and calibrated points, places, and how harsh reviewers are", Handler: httpd.JSON(forCity(m.readPanel))},
		{Pattern: "POST /pilot/calls/{id}/decision", Permission: mayManage, Summary: "The panel's decision on every application, with a reason for each departure from the ranking; begins the public notice", Handler: httpd.JSON(forCity(m.decide))},
	}
}

func (m *Pilots) readPanel(ctx context.Context, in httpd.Object) (Table, error) {
	if err := m.outside(ctx, in.ID); err != nil {
		return Table{}, err
	}
	c, err := m.calls.read(ctx, m.calls.db, in.ID)
	if err != nil {
		return Table{}, err
	}
	w, err := m.weaveCall(ctx, in.ID)
	if err != nil {
		return Table{}, err
	}
	return m.table(ctx, m.calls.db, c, w)
}

// table is what the panel has before it. A review whose reviewer turned out to be partial
// does not count: what they declare later bars them silently, so that nobody finds out by
// declaring interests whose application it is.
func (m *Pilots) table(ctx context.Context, db reader, c Call, w web) (Table, error) {
	list, err := m.applications.ofCall(ctx, db, c.ID, Eligible, Selected, Unselected)
	if err != nil {
		return Table{}, err
	}
	reviews, err := m.reviews.ofCall(ctx, db, c.ID)
	if err != nil {
		return Table{}, err
	}
	pool, err := m.reviews.pool(ctx, db, c.ID)
	if err != nil {
		return Table{}, err
	}
	alias := map[string]string{}
	for _, p := range pool {
		alias[p.PersonID] = p.Alias
	}
	for _, a := range list {
		for i, r := range reviews[a.ID] {
			if w.conflict(r.person, a.organisation) != nil {
				reviews[a.ID][i].State = Recused
			}
		}
	}
	t, err := tabulate(c, list, reviews, alias)
	t.Decided = c.State == CallNoticed || c.State == CallPublished
	return t, err
}

type decidePilotsInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Meeting string   `json:"meeting" maxLength:"8000" doc:"Record of the meeting: when, who was there, what was said"`
		Choices []Choice `json:"choices" nullable:"false" maxItems:"5000"`
	}
}

func (m *Pilots) decide(ctx context.Context, in decidePilotsInput) (CallDetail, error) {
	if err := m.outside(ctx, in.ID); err != nil {
		return CallDetail{}, err
	}
	w, err := m.weaveCall(ctx, in.ID)
	if err != nil {
		return CallDetail{}, err
	}
	return m.changeCall(ctx, in.ID, in.IfMatch, func(tx *sqldb.Tx, c Call) (Call, error) {
		after, err := c.notice(in.Body.Meeting, m.site.Now())
		if err != nil {
			return c, err
		}
		t, err := m.table(ctx, tx, c, w)
		if err != nil {
			return c, err
		}
		if !t.Ready {
			return c, fault.New(fault.Conflict, "scenario.pilot.reviews_missing", "reviews are missing: every application needs %d that are submitted, and none may be waited for", c.Reviewers).With("wanted", c.Reviewers)
		}
		choices, err := t.decide(in.Body.Choices)
		if err != nil {
			return c, err
		}
		for _, s := range t.Items {
			before, err := m.applications.get(ctx, tx, s.ApplicationID)
			if err != nil {
				return c, err
			}
			x := choices[s.ApplicationID]
			a := before.conclude(x.Selected, x.Reason)
			a.Place, a.Raw, a.Calibrated = s.Place, s.Raw, s.Calibrated
			if err := m.applications.save(ctx, tx, before, a); err != nil {
				return c, err
			}
			what := lang.Text{ZH: "未入选", EN: "Not chosen"}
			if x.Selected {
				what = lang.Text{ZH: "拟入选，进入公示", EN: "Chosen, in public notice"}
			}
			if err := m.tellApplicant(ctx, tx, a, what); err != nil {
				return c, err
			}
		}
		return after, nil
	})
}
