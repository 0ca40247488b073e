package pilot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/modules/scenario/internal/panel"
)

func (m *Pilots) assignmentRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /pilot/calls/{id}/reviewers", Permission: mayManage, Summary: "Who reviews in a call, and who could", Handler: httpd.JSON(forCity(m.listPool))},
		{Pattern: "PUT /pilot/calls/{id}/reviewers", Permission: mayManage, Summary: "Set who reviews in a call, in which fields, and how much", Handler: httpd.JSON(forCity(m.setPool))},
		{Pattern: "POST /pilot/calls/{id}/assignment", Permission: mayManage, Summary: "Give every eligible application its reviewers, by expertise and without conflicts of interest; begins the reviews", Handler: httpd.JSON(forCity(m.assign))},
		{Pattern: "GET /pilot/applications/{id}/conflicts", Permission: mayManage, Summary: "Who of the reviewers may not review an application, and why", Handler: httpd.JSON(forCity(m.listConflicts))},
		{Pattern: "POST /pilot/applications/{id}/reviewers", Permission: mayManage, Summary: "Give an application one more reviewer", Handler: httpd.JSON(forCity(m.assignOne))},
		{Pattern: "DELETE /pilot/assignments/{id}", Permission: mayManage, Summary: "Take an application from a reviewer who has not submitted", Handler: httpd.JSON(forCity(m.releaseReview))},
	}
}

// outside refuses who reviews in a blind call: they run nothing in it.
func (m *Pilots) outside(ctx context.Context, call string) error {
	in, err := inside(ctx, m.applications.db, call)
	if err != nil {
		return err
	}
	if in {
		return fault.New(fault.Forbidden, "scenario.pilot.inside", "who reviews in a blind call sees pseudonyms only")
	}
	return nil
}

// PoolView is who reviews in a call, and who could.
type PoolView struct {
	Items      []Reviewer  `json:"items" nullable:"false"`
	Candidates []Candidate `json:"candidates" nullable:"false"`
}

// Candidate is somebody who may review.
type Candidate struct {
	PersonID string `json:"person_id"`
	Name     string `json:"name"`
}

func (m *Pilots) listPool(ctx context.Context, in httpd.Object) (PoolView, error) {
	v := PoolView{Items: []Reviewer{}, Candidates: []Candidate{}}
	if err := m.outside(ctx, in.ID); err != nil {
		return v, err
	}
	if _, err := m.calls.read(ctx, m.calls.db, in.ID); err != nil {
		return v, err
	}
	list, err := m.reviews.pool(ctx, m.reviews.db, in.ID)
	if err != nil {
		return v, err
	}
	v.Items = append(v.Items, list...)
	v.Candidates, err = m.candidates(ctx)
	return v, err
}

func (m *Pilots) candidates(ctx context.Context) ([]Candidate, error) {
	root, err := m.people.Root(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the city: %w", err)
	}
	members, err := m.people.Members(ctx, root.ID, true, mayReview)
	if err != nil {
		return nil, fmt.Errorf("read who may review: %w", err)
	}
	list := []Candidate{}
	for _, p := range members {
		list = append(list, Candidate{p.PersonID, p.Name})
	}
	slices.SortFunc(list, func(a, b Candidate) int { return strings.Compare(a.Name+a.PersonID, b.Name+b.PersonID) })
	return list, nil
}

type pilotPoolInput struct {
	httpd.Object
	Body struct {
		Reviewers []PoolEntry `json:"reviewers" nullable:"false" maxItems:"500"`
	}
}

// PoolEntry is somebody who is to review in a call.
type PoolEntry struct {
	PersonID string   `json:"person_id" maxLength:"26"`
	Fields   []string `json:"fields" nullable:"false" maxItems:"100"`
	Capacity int      `json:"capacity" minimum:"1" maximum:"1000"`
}

func (m *Pilots) setPool(ctx context.Context, in pilotPoolInput) (PoolView, error) {
	if err := m.outside(ctx, in.ID); err != nil {
		return PoolView{}, err
	}
	c, err := m.calls.read(ctx, m.calls.db, in.ID)
	if err != nil {
		return PoolView{}, err
	}
	able, err := m.candidates(ctx)
	if err != nil {
		return PoolView{}, err
	}
	list, err := c.reviewersOf(in.Body.Reviewers, able, identity.From(ctx).PersonID)
	if err != nil {
		return PoolView{}, err
	}
	if err := m.reviews.setPool(ctx, in.ID, list); err != nil {
		return PoolView{}, err
	}
	return m.listPool(ctx, in.Object)
}

// reviewersOf makes reviewers of what was sent. Who runs a blind call does not review in it.
func (c Call) reviewersOf(entries []PoolEntry, able []Candidate, caller string) ([]Reviewer, error) {
	f := fault.New(fault.Invalid, "scenario.pilot.pool_invalid", "a reviewer is wrong")
	list := []Reviewer{}
	for i, x := range entries {
		at := fmt.Sprintf("body.reviewers[%d].", i)
		k := slices.IndexFunc(able, func(y Candidate) bool { return y.PersonID == x.PersonID })
		if k < 0 || slices.ContainsFunc(list, func(y Reviewer) bool { return y.PersonID == x.PersonID }) {
			_ = f.At(at+"person_id", "choose somebody who may review, once")
			continue
		}
		if c.Blind && x.PersonID == caller {
			_ = f.At(at+"person_id", "who runs a blind call does not review in it")
		}
		if slices.ContainsFunc(x.Fields, func(y string) bool { return !slices.Contains(c.Fields, y) }) {
			_ = f.At(at+"fields", "choose among the fields of the call")
		}
		list = append(list, Reviewer{x.PersonID, able[k].Name, draw("R"), tidyWords(x.Fields), x.Capacity})
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	return list, nil
}

// Assignment is what assigning came to.
type Assignment struct {
	Assigned  int       `json:"assigned" doc:"Reviews that were given out now"`
	Experts   int       `json:"experts" doc:"Of these, to reviewers who know the field"`
	Conflicts int       `json:"conflicts" doc:"Pairs of reviewer and application that a conflict of interest bars"`
	Lacking   []Lacking `json:"lacking" nullable:"false" doc:"Applications for which there are not enough reviewers"`
}

// Lacking is an application for which there are not enough reviewers.
type Lacking struct {
	ApplicationID string `json:"application_id"`
	Project       string `json:"project"`
	Have          int    `json:"have"`
}

// assign gives out reviews. What is known of relations is gathered before the change, as
// other rooms may be asked.
func (m *Pilots) assign(ctx context.Context, in pilotVersioned) (Assignment, error) {
	v := Assignment{Lacking: []Lacking{}}
	if err := m.outside(ctx, in.ID); err != nil {
		return v, err
	}
	version, err := in.Expected()
	if err != nil {
		return v, err
	}
	w, err := m.weaveCall(ctx, in.ID)
	if err != nil {
		return v, err
	}
	signer, err := m.kit.Seal.Signer(ctx, sealPurpose)
	if err != nil {
		return v, fmt.Errorf("find the key for seals: %w", err)
	}
	err = m.calls.change(ctx, in.ID, version, func(tx *sqldb.Tx, c Call) (Call, error) {
		after, err := c.begin()
		if err != nil {
			return c, err
		}
		if c.State == CallChecking {
			if err := m.closeChecks(ctx, tx, c, signer); err != nil {
				return c, err
			}
		}
		v, err = m.giveOut(ctx, tx, c, w)
		return after, err
	})
	return v, err
}

// weaveCall gathers the relations of all reviewers and applicants of a call.
func (m *Pilots) weaveCall(ctx context.Context, call string) (web, error) {
	pool, err := m.reviews.pool(ctx, m.reviews.db, call)
	if err != nil {
		return web{}, err
	}
	list, err := m.applications.ofCall(ctx, m.applications.db, call, Submitted, Returned, Eligible, Selected, Unselected)
	if err != nil {
		return web{}, err
	}
	var persons, applicants []string
	for _, p := range pool {
		persons = append(persons, p.PersonID)
	}
	for _, a := range list {
		applicants = append(applicants, a.organisation)
	}
	return m.weave(ctx, persons, applicants)
}

// closeChecks ends the check of eligibility, and seals what was supplemented.
func (m *Pilots) closeChecks(ctx context.Context, tx *sqldb.Tx, c Call, signer *seal.Signer) error {
	waiting, err := m.applications.ofCall(ctx, tx, c.ID, Submitted, Returned)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		return fault.New(fault.Conflict, "scenario.pilot.unchecked", "%d applications are not found eligible or not", len(waiting)).With("waiting", len(waiting))
	}
	list, err := m.applications.ofCall(ctx, tx, c.ID, Eligible)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.New(fault.Conflict, "scenario.pilot.none_eligible", "no application is eligible")
	}
	documents := map[string]string{}
	for _, a := range list {
		if a.addition != "" {
			documents[a.ID] = a.addition
		}
	}
	if len(documents) == 0 {
		return nil
	}
	return m.keepSeal(ctx, tx, signer, c, StageSupplements, documents)
}

// giveOut assigns reviewers to what lacks them, and tells them.
func (m *Pilots) giveOut(ctx context.Context, tx *sqldb.Tx, c Call, w web) (Assignment, error) {
	v := Assignment{Lacking: []Lacking{}}
	pool, err := m.reviews.pool(ctx, tx, c.ID)
	if err != nil {
		return v, err
	}
	// Who was added meanwhile, or erased, is nobody of whom relations are known.
	pool = slices.DeleteFunc(pool, func(p Reviewer) bool { return !w.persons[p.PersonID] })
	list, err := m.applications.ofCall(ctx, tx, c.ID, Eligible)
	if err != nil {
		return v, err
	}
	reviews, err := m.reviews.ofCall(ctx, tx, c.ID)
	if err != nil {
		return v, err
	}
	of := map[string]Application{}
	items, judges := []panel.Item{}, []panel.Judge{}
	barred := map[[2]string]bool{}
	for _, a := range list {
		of[a.ID] = a
		item := panel.Item{ID: a.ID, Fields: a.Fields}
		for _, r := range reviews[a.ID] {
			if r.State == Recused {
				barred[[2]string{a.ID, r.person}] = true
			} else {
				item.Has = append(item.Has, r.person)
			}
		}
		items = append(items, item)
		for _, p := range pool {
			if w.conflict(p.PersonID, a.organisation) != nil {
				barred[[2]string{a.ID, p.PersonID}] = true
				v.Conflicts++
			}
		}
	}
	for _, p := range pool {
		judges = append(judges, panel.Judge{ID: p.PersonID, Fields: p.Fields, Capacity: p.Capacity})
	}
	pairs, lacks := panel.Assign(items, judges, c.Reviewers, func(item, judge string) bool { return barred[[2]string{item, judge}] })
	told := []string{}
	for _, p := range pairs {
		r := Review{ID: ulid.Make().String(), CallID: c.ID, Expert: p.Expert, State: Assigned, Marks: []Points{}, AssignedAt: m.site.Now().UTC(), Version: 1, application: p.Item, person: p.Judge}
		if err := m.reviews.insert(ctx, tx, r); err != nil {
			return v, err
		}
		v.Assigned++
		if p.Expert {
			v.Experts++
		}
		told = append(told, p.Judge)
	}
	for _, x := range lacks {
		v.Lacking = append(v.Lacking, Lacking{x.Item, of[x.Item].Project, x.Have})
	}
	return v, m.tellReviewers(ctx, tx, c, told)
}

// tellReviewers names the call, and nobody who applied.
func (m *Pilots) tellReviewers(ctx context.Context, tx *sqldb.Tx, c Call, persons []string) error {
	slices.Sort(persons)
	if persons = slices.Compact(persons); len(persons) == 0 {
		return nil
	}
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: noticeTask, Link: "/scenario/reviews", To: notice.Audience{Persons: persons},
		Title: lang.Text{ZH: "请评审“" + c.Title.In("zh") + "”的申报", EN: "Please review applications of " + c.Title.In("en")},
		Body:  lang.Text{ZH: "如有利害关系，请回避。", EN: "Recuse yourself where you are partial."},
	})
}

// ConflictRow is a reviewer of a call, and why they may not review an application.
type ConflictRow struct {
	PersonID string    `json:"person_id"`
	Name     string    `json:"name"`
	Assigned bool      `json:"assigned"`
	Conflict *Conflict `json:"conflict,omitempty"`
}

type conflictsView struct {
	Items []ConflictRow `json:"items" nullable:"false"`
}

func (m *Pilots) listConflicts(ctx context.Context, in httpd.Object) (conflictsView, error) {
	v := conflictsView{Items: []ConflictRow{}}
	a, from, err := m.applications.read(ctx, in.ID)
	if err != nil {
		return v, err
	}
	if from != city {
		return v, noSuch("application")
	}
	w, err := m.weaveCall(ctx, a.CallID)
	if err != nil {
		return v, err
	}
	pool, err := m.reviews.pool(ctx, m.reviews.db, a.CallID)
	if err != nil {
		return v, err
	}
	reviews, err := m.reviews.of(ctx, m.reviews.db, a.ID)
	for _, p := range pool {
		given := slices.ContainsFunc(reviews, func(r Review) bool { return r.person == p.PersonID })
		if given || w.persons[p.PersonID] {
			v.Items = append(v.Items, ConflictRow{p.PersonID, p.Name, given, w.conflict(p.PersonID, a.organisation)})
		}
	}
	return v, err
}

type assignPilotInput struct {
	httpd.Object
	Body struct {
		PersonID string `json:"person_id" maxLength:"26"`
	}
}

func (m *Pilots) assignOne(ctx context.Context, in assignPilotInput) (conflictsView, error) {
	list, err := m.listConflicts(ctx, in.Object)
	if err != nil {
		return list, err
	}
	k := slices.IndexFunc(list.Items, func(x ConflictRow) bool { return x.PersonID == in.Body.PersonID })
	if k < 0 {
		return list, fault.New(fault.Invalid, "scenario.pilot.reviewer_unknown", "this person does not review in the call").At("body.person_id", "choose one of the call's reviewers")
	}
	if x := list.Items[k].Conflict; x != nil {
		return list, fault.New(fault.Conflict, "scenario.pilot.conflict", "a conflict of interest: %s", x.tells()).With("kind", string(x.Kind)).At("body.person_id", "choose a reviewer who is impartial")
	}
	a, err := m.applications.get(ctx, m.applications.db, in.ID)
	if err != nil {
		return list, err
	}
	err = m.calls.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := m.calls.locked(ctx, tx, a.CallID)
		if err != nil {
			return err
		}
		if err := c.in(CallReviewing); err != nil {
			return err
		}
		if a, err = m.applications.get(ctx, tx, a.ID); err != nil {
			return err
		}
		if a.State != Eligible {
			return fault.New(fault.Conflict, "scenario.pilot.state", "an application that is %s is not reviewed", a.State).With("from", string(a.State))
		}
		r := Review{ID: ulid.Make().String(), CallID: c.ID, State: Assigned, Marks: []Points{}, AssignedAt: m.site.Now().UTC(), Version: 1, application: a.ID, person: in.Body.PersonID}
		if err := m.reviews.insert(ctx, tx, r); err != nil {
			return err
		}
		return m.tellReviewers(ctx, tx, c, []string{in.Body.PersonID})
	})
	if err != nil {
		return list, err
	}
	return m.listConflicts(ctx, in.Object)
}

func (m *Pilots) releaseReview(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.reviews.release(ctx, in.ID)
}
