package cultivation

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/enterprise/internal/criterion"
)

func (m *Cultivation) editionRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /cultivation/definitions", Permission: mayPublish, Summary: "All ladders, of the release and of the bureau, with what is drafted, published and retired", Handler: httpd.JSON(m.listDefinitions)},
		{Pattern: "POST /cultivation/definitions", Permission: mayDefine, Summary: "Draft a ladder, or another edition of one that the bureau defined", Handler: httpd.Created(m.beginDraft)},
		{Pattern: "GET /cultivation/definitions/{id}", Permission: mayPublish, Summary: "One ladder with its editions", Handler: httpd.JSON(m.readDefinition)},
		{Pattern: "PUT /cultivation/definitions/{id}/draft", Permission: mayDefine, Summary: "Change the draft of a ladder", Handler: httpd.JSON(m.changeDraft)},
		{Pattern: "DELETE /cultivation/definitions/{id}/draft", Permission: mayDefine, Summary: "Discard the draft of a ladder", Handler: httpd.JSON(m.discardDraft)},
		{Pattern: "GET /cultivation/definitions/{id}/reach", Permission: mayPublish, Summary: "What the newest edition of a ladder, a draft or not, comes to today, beside the edition that it follows", Handler: httpd.JSON(m.readReach)},
		{Pattern: "POST /cultivation/definitions/{id}/publication", Permission: mayPublish, Summary: "Publish a draft, as somebody who did not change it last; it never changes from then on", Handler: httpd.JSON(m.publishDraft)},
		{Pattern: "POST /cultivation/definitions/{id}/retirement", Permission: mayPublish, Summary: "Hold nobody against a ladder any more; what came out stays", Handler: httpd.JSON(m.retireLadder)},
		{Pattern: "DELETE /cultivation/definitions/{id}/retirement", Permission: mayPublish, Summary: "Bring a ladder back that was retired", Handler: httpd.JSON(m.bringLadderBack)},
	}
}

func forCity(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	return nil
}

// all are the ladders of the release and the editions that the bureau published.
func (m *Cultivation) all(ctx context.Context) ([]Ladder, error) {
	own, err := m.store.publishedLadders(ctx, m.store.db)
	return slices.Concat(m.ladders, own), err
}

// current are the ladders that hold on a day and are not retired.
func (m *Cultivation) current(ctx context.Context, on time.Time) ([]Ladder, error) {
	list, err := m.all(ctx)
	if err != nil {
		return nil, err
	}
	retired, err := m.store.retirements(ctx, m.store.db)
	list = inForce(list, on.Format(time.DateOnly))
	return slices.DeleteFunc(list, func(l Ladder) bool { _, gone := retired[l.ID]; return gone }), err
}

// Definition is a ladder with what became of it.
type Definition struct {
	ID      string      `json:"id"`
	Own     bool        `json:"own" doc:"The bureau defined it; else it came with the release and stays as it is"`
	Title   lang.Text   `json:"title" doc:"Of the newest edition"`
	InForce int         `json:"in_force" doc:"The edition that holds today; 0: none"`
	Newest  int         `json:"newest" doc:"The newest edition, published or not"`
	Draft   bool        `json:"draft" doc:"The newest edition is a draft"`
	Retired *Retirement `json:"retired,omitempty"`
}

type definitionsView struct {
	Items []Definition `json:"items" nullable:"false"`
}

// define sums up the editions of a ladder, the oldest first.
func define(list []Edition, today string) Definition {
	last := list[len(list)-1]
	d := Definition{ID: last.Ladder, Own: true, Title: last.Title, Newest: last.Edition, Draft: last.State == draft}
	for _, e := range list {
		if e.State == published && e.EffectiveFrom <= today {
			d.InForce = e.Edition
		}
	}
	return d
}

func (m *Cultivation) listDefinitions(ctx context.Context, _ nothing) (v definitionsView, err error) {
	v.Items = []Definition{}
	if err := forCity(ctx); err != nil {
		return v, err
	}
	for _, l := range m.ladders {
		v.Items = append(v.Items, Definition{ID: l.ID, Title: l.Title, InForce: l.Edition, Newest: l.Edition})
	}
	list, err := m.store.editions(ctx, m.store.db, "")
	if err != nil {
		return v, err
	}
	today := day(time.Now()).Format(time.DateOnly)
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(e Edition) bool { return e.Ladder != list[0].Ladder })
		if n < 0 {
			n = len(list)
		}
		v.Items = append(v.Items, define(list[:n], today))
		list = list[n:]
	}
	retired, err := m.store.retirements(ctx, m.store.db)
	for i := range v.Items {
		if r, gone := retired[v.Items[i].ID]; gone {
			v.Items[i].Retired = &r
		}
	}
	return v, err
}

type definitionView struct {
	Definition
	Editions []Edition `json:"editions" nullable:"false" doc:"The newest first"`
}

func (m *Cultivation) readDefinition(ctx context.Context, in httpd.Object) (v definitionView, err error) {
	if err := forCity(ctx); err != nil {
		return v, err
	}
	v.Editions, err = m.store.editions(ctx, m.store.db, in.ID)
	if err != nil {
		return v, err
	}
	if l, ok := m.released(in.ID); ok {
		v.Editions = []Edition{{Ladder: l.ID, Edition: l.Edition, State: published, Content: l.Content}}
		v.Definition = Definition{ID: l.ID, Title: l.Title, InForce: l.Edition, Newest: l.Edition}
	} else if len(v.Editions) == 0 {
		return v, noLadder()
	} else {
		v.Definition = define(v.Editions, day(time.Now()).Format(time.DateOnly))
	}
	slices.Reverse(v.Editions)
	retired, err := m.store.retirements(ctx, m.store.db)
	if r, gone := retired[in.ID]; gone {
		v.Retired = &r
	}
	return v, err
}

func (m *Cultivation) released(id string) (Ladder, bool) {
	i := slices.IndexFunc(m.ladders, func(l Ladder) bool { return l.ID == id })
	if i < 0 {
		return Ladder{}, false
	}
	return m.ladders[i], true
}

type definitionInput struct {
	Body struct {
		Ladder string `json:"ladder,omitempty" maxLength:"40" doc:"A ladder of the bureau that gets another edition; empty: a new one"`
		Content
	}
}

// beginDraft drafts a ladder. One of the release stays as it is: the bureau copies it into
// one of its own.
func (m *Cultivation) beginDraft(ctx context.Context, in definitionInput) (Edition, error) {
	if err := forCity(ctx); err != nil {
		return Edition{}, err
	}
	who := identity.From(ctx)
	e := Edition{Ladder: in.Body.Ladder, State: draft, Content: in.Body.tidy(), ChangedAt: now(), ChangedBy: who.Name, Version: 1, actor: who.Actor()}
	fresh := e.Ladder == ""
	if fresh {
		e.Ladder = ulid.Make().String()
	} else if _, ok := m.released(e.Ladder); ok {
		return e, fault.New(fault.Conflict, "enterprise.cultivation.released", "a ladder of the release stays as it is; copy it into one of your own")
	}
	return m.store.begin(ctx, e, func(before []Edition) (Edition, error) {
		switch {
		case !fresh && len(before) == 0:
			return e, noLadder()
		case len(before) > 0 && before[len(before)-1].State == draft:
			return e, fault.New(fault.Conflict, "enterprise.cultivation.drafted", "the ladder has a draft already; change that one")
		}
		e.Edition = len(before) + 1
		if len(before) > 0 {
			e.Edition = before[len(before)-1].Edition + 1
		}
		return e, e.checkDraft(m.words, began(before))
	})
}

// began is the first day of the last edition; empty: there is none.
func began(list []Edition) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].EffectiveFrom
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

type draftInput struct {
	httpd.Object
	httpd.IfMatch
	Body Content
}

func (m *Cultivation) changeDraft(ctx context.Context, in draftInput) (Edition, error) {
	c, who := in.Body.tidy(), identity.From(ctx)
	return m.changed(ctx, in.ID, in.IfMatch, func(e Edition, before []Edition) (Edition, error) {
		e.Content, e.ChangedAt, e.ChangedBy, e.actor = c, now(), who.Name, who.Actor()
		return e, c.checkDraft(m.words, began(before))
	})
}

func (m *Cultivation) changed(ctx context.Context, id string, match httpd.IfMatch, decide func(Edition, []Edition) (Edition, error)) (Edition, error) {
	if err := forCity(ctx); err != nil {
		return Edition{}, err
	}
	version, err := match.Expected()
	if err != nil {
		return Edition{}, err
	}
	return m.store.change(ctx, id, version, decide)
}

func (m *Cultivation) discardDraft(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := forCity(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.store.discard(ctx, in.ID)
}

type publicationInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Cultivation) publishDraft(ctx context.Context, in publicationInput) (Edition, error) {
	return m.changed(ctx, in.ID, in.IfMatch, func(e Edition, before []Edition) (Edition, error) {
		if err := e.checkDraft(m.words, began(before)); err != nil {
			return e, err
		}
		return e.publish(identity.From(ctx), now())
	})
}

type retirementInput struct {
	httpd.Object
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Cultivation) retireLadder(ctx context.Context, in retirementInput) (definitionView, error) {
	d, err := m.readDefinition(ctx, in.Object)
	if err != nil {
		return d, err
	}
	reason, who := strings.TrimSpace(in.Body.Reason), identity.From(ctx)
	if reason == "" {
		return d, fault.New(fault.Invalid, "enterprise.cultivation.reason", "say why").At("body.reason", "say why nobody is held against it any more")
	}
	if err := m.store.retire(ctx, Retirement{Ladder: d.ID, Reason: reason, At: now(), By: who.Name, actor: who.Actor()}); err != nil {
		return d, err
	}
	return m.readDefinition(ctx, in.Object)
}

func (m *Cultivation) bringLadderBack(ctx context.Context, in httpd.Object) (definitionView, error) {
	if err := forCity(ctx); err != nil {
		return definitionView{}, err
	}
	if err := m.store.bringBack(ctx, in.ID); err != nil {
		return definitionView{}, err
	}
	return m.readDefinition(ctx, in)
}

// Reached is how many enterprises a rung or a criterion comes to.
type Reached struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
	criterion.Count
}

// RungReach is what a rung of a draft would come to.
type RungReach struct {
	Reached
	Held     int       `json:"held" doc:"Enterprises that were recognised"`
	Before   *int      `json:"before,omitempty" doc:"Met the rung of the same code in the edition before"`
	Gained   *int      `json:"gained,omitempty" doc:"Meet it now and did not before"`
	Lost     *int      `json:"lost,omitempty" doc:"Met it before and do not now"`
	Criteria []Reached `json:"criteria" nullable:"false"`
}

type reachView struct {
	Edition     int         `json:"edition"`
	Before      int         `json:"before" doc:"Edition that it is compared with; 0: none"`
	Enterprises int         `json:"enterprises"`
	Synthetic   int         `json:"synthetic" doc:"Of them demonstration data"`
	On          string      `json:"on" doc:"Day as of which profiles are taken"`
	Rungs       []RungReach `json:"rungs" nullable:"false"`
}

// readReach holds all enterprises against the newest edition, a draft or not, as of today:
// by their profiles, as nobody has given evidence for a draft.
func (m *Cultivation) readReach(ctx context.Context, in httpd.Object) (v reachView, err error) {
	v.Rungs = []RungReach{}
	if err := forCity(ctx); err != nil {
		return v, err
	}
	d, err := m.readDefinition(ctx, in)
	if err != nil {
		return v, err
	}
	on := day(time.Now())
	l, before := d.Editions[0].published(), Ladder{}
	if len(d.Editions) > 1 {
		before = d.Editions[1].published()
	}
	v.Edition, v.Before, v.On = l.Edition, before.Edition, on.Format(time.DateOnly)
	v.Rungs = l.noReach(before)
	err = m.directory.EachSubject(ctx, func(s criterion.Subject) error {
		v.Enterprises++
		if s.Synthetic {
			v.Synthetic++
		}
		facts := s.Given.On(on)
		add(v.Rungs, l.stand(facts, m.words), before.stand(facts, m.words))
		return ctx.Err()
	})
	return v, err
}

// noReach begins to count: for each rung, and against the same of the edition before.
func (l Ladder) noReach(before Ladder) []RungReach {
	list := []RungReach{}
	for _, r := range l.Rungs {
		x := RungReach{Reached: Reached{Code: r.Code, Title: r.Title}, Criteria: []Reached{}}
		for _, c := range r.Criteria {
			x.Criteria = append(x.Criteria, Reached{Code: c.Code, Title: c.Title})
		}
		if slices.ContainsFunc(before.Rungs, func(b Rung) bool { return b.Code == r.Code }) {
			x.Before, x.Gained, x.Lost = new(int), new(int), new(int)
		}
		list = append(list, x)
	}
	return list
}

// add counts what one enterprise comes to.
func add(list []RungReach, steps, before []Step) {
	for i, s := range steps {
		x := &list[i]
		x.Add(s.By)
		for j, c := range s.Criteria {
			x.Criteria[j].Add(c.Outcome)
		}
		if s.Holds {
			x.Held++
		}
		k := slices.IndexFunc(before, func(b Step) bool { return b.Rung == s.Rung })
		if k < 0 {
			continue
		}
		was, is := before[k].By == criterion.Met, s.By == criterion.Met
		if was {
			*x.Before++
		}
		if is && !was {
			*x.Gained++
		}
		if was && !is {
			*x.Lost++
		}
	}
}
