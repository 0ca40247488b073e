package incident

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/rating"
)

type nothing struct{}

// Words are what forms choose from.
type Words struct {
	Categories []rating.Category `json:"categories" nullable:"false"`
	Playbooks  []Playbook        `json:"playbooks" nullable:"false"`
	Items      []Item            `json:"items" nullable:"false"`
	ItemSource lang.Text         `json:"item_source"`
	RuleSource lang.Text         `json:"rule_source" doc:"What the rule of levels rests on, and what of it could not be checked"`
}

func (m *Incidents) words(context.Context, nothing) (Words, error) {
	items := holding(m.shelf.items, m.now())
	return Words{Categories: rating.Categories(), Playbooks: holding(m.shelf.playbooks, m.now()).Playbooks, Items: items.Items, ItemSource: items.Source, RuleSource: ruleSource()}, nil
}

type proposalParams struct {
	Importance string `query:"importance" enum:",special,important,general"`
	Loss       string `query:"loss" enum:",extreme,serious,large,small"`
	Harm       string `query:"harm" enum:",extreme,major,large,ordinary"`
}

func (m *Incidents) propose(_ context.Context, in proposalParams) (Proposal, error) {
	return Propose(Importance(in.Importance), Loss(in.Loss), Harm(in.Harm)), nil
}

type openIncidentInput struct {
	Body struct {
		Said
		OrganisationID string     `json:"organisation_id,omitempty" maxLength:"40" doc:"Of whom; for the city. An enterprise reports its own"`
		ReportedAt     *time.Time `json:"reported_at,omitempty" doc:"When the enterprise told the city by another way; for the city"`
		ReceivedAt     *time.Time `json:"received_at,omitempty" doc:"When the city received it by another way; for the city"`
		Drill          string     `json:"drill,omitempty" maxLength:"80" doc:"ID of the drill that it belongs to, in which the enterprise takes part; for the city"`
		Synthetic      bool       `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	}
}

// With goes with a new incident in its transaction.
type With = func(ctx context.Context, tx *sqldb.Tx, id string) error

// Open makes an incident of what another part of the room found, as if the caller had
// reported or opened it; with goes with it.
func (m *Incidents) Open(ctx context.Context, organisation string, s Said, with With) (string, error) {
	var in openIncidentInput
	in.Body.Said, in.Body.OrganisationID = s, organisation
	d, err := m.openWith(ctx, in, with)
	return d.ID, err
}

// open reports an incident, or opens one.
func (m *Incidents) open(ctx context.Context, in openIncidentInput) (Detail, error) {
	return m.openWith(ctx, in, func(context.Context, *sqldb.Tx, string) error { return nil })
}

func (m *Incidents) openWith(ctx context.Context, in openIncidentInput, with With) (Detail, error) {
	who, now := identity.From(ctx), m.now()
	i := Case{ID: ulid.Make().String(), Said: in.Body.tidy(), State: Fresh, Drill: strings.TrimSpace(in.Body.Drill), Synthetic: in.Body.Synthetic, CreatedAt: now, actor: who.Actor(), name: who.Name, facts: map[string]string{}}
	i.ReportedAt, i.ReceivedAt, i.Origin = now, now, byEnterprise
	org := who.Organisation
	if org.Kind == identity.Bureau {
		i.Origin = byCity
		var err error
		if org, err = m.enterpriseOf(ctx, in.Body.OrganisationID); err != nil {
			return Detail{}, err
		}
		if err := i.received(in.Body.ReportedAt, in.Body.ReceivedAt, now); err != nil {
			return Detail{}, err
		}
	} else if in.Body.OrganisationID != "" && in.Body.OrganisationID != org.ID || in.Body.ReportedAt != nil || in.Body.ReceivedAt != nil || in.Body.Drill != "" {
		return Detail{}, fault.New(fault.Forbidden, "security.incident.own", "an enterprise reports its own incidents, as of now; the city opens others and drills")
	}
	if err := need(who, map[string]side{byEnterprise: owner, byCity: city}[i.Origin]); err != nil {
		return Detail{}, err
	}
	if err := i.check(now); err != nil {
		return Detail{}, err
	}
	root, err := m.people.Root(ctx)
	if err != nil {
		return Detail{}, err
	}
	i.OrganisationID, i.Enterprise, i.District, i.bureau = org.ID, org.Name, org.District, root.ID
	if i.Industry, err = m.store.industry(ctx, org.ID); err != nil {
		return Detail{}, err
	}
	i.Synthetic = i.Synthetic || org.Synthetic
	i.Number, i.Proposed = newNumber(now, i.Drill), Propose(i.Importance, i.Loss, i.Harm).Level
	if err := m.insert(ctx, i, now, with); err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, i.ID, i.OrganisationID)
	return m.read(ctx, httpd.Object{ID: i.ID})
}

// enterpriseOf is whom the city opens an incident for: somebody that it sees, and no bureau.
func (m *Incidents) enterpriseOf(ctx context.Context, id string) (identity.Organisation, error) {
	who := identity.From(ctx)
	f := fault.New(fault.Invalid, "security.incident.organisation", "say whose incident it is").At("body.organisation_id", "an organisation that is no bureau")
	if id == "" || !who.Scope.Allows(id) {
		return identity.Organisation{}, f
	}
	org, err := m.people.Organisation(ctx, id)
	if err != nil || org.Kind == identity.Bureau {
		return identity.Organisation{}, f
	}
	return org, nil
}

// received takes the times at which the city was told by another way.
func (i *Case) received(reported, received *time.Time, now time.Time) error {
	if received != nil {
		i.ReceivedAt = received.UTC().Truncate(time.Millisecond)
	}
	i.ReportedAt = i.ReceivedAt
	if reported != nil {
		i.ReportedAt = reported.UTC().Truncate(time.Millisecond)
	}
	if i.ReceivedAt.After(now) || i.ReportedAt.After(i.ReceivedAt) || i.ReportedAt.Before(i.AwareAt) {
		return fault.New(fault.Invalid, "security.incident.invalid", "the incident is incomplete or wrong").At("body.received_at", "known, then reported, then received, not later than now")
	}
	return nil
}

func (m *Incidents) insert(ctx context.Context, i Case, now time.Time, with With) error {
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := i.enterDrill(ctx, tx); err != nil {
			return err
		}
		i, err := m.follow(ctx, tx, Case{}, i, now)
		if err != nil {
			return err
		}
		if err := m.store.insert(ctx, tx, i); err != nil {
			return err
		}
		if err := m.store.note(ctx, tx, i.ID, CaseEvent{At: i.ReportedAt, WrittenAt: now, Kind: "state", To: string(Fresh), Text: i.Title}); err != nil {
			return err
		}
		if err := with(ctx, tx, i.ID); err != nil {
			return err
		}
		if err := m.store.enter(ctx, tx, i.ID); err != nil {
			return err
		}
		if err := m.kit.Search.Put(ctx, tx, document(i.ID, i.Number, i.OrganisationID)); err != nil {
			return err
		}
		if i.Origin == byCity {
			return m.tell(ctx, tx, noticeChanged, "", i, notice.Audience{Organisation: i.OrganisationID, Permission: mayReport}, lang.Text{ZH: "主管部门已立案", EN: "the authority opened it"})
		}
		return m.tell(ctx, tx, noticeReported, "", i, notice.Audience{Organisation: i.bureau, Permission: mayHandle}, lang.Text{ZH: "收到新报告，请研判", EN: "a new report is to be judged"})
	})
}

func (m *Incidents) list(ctx context.Context, in params) (sqldb.Page[Case], error) {
	now := m.now()
	page, err := m.store.list(ctx, in, now)
	if err != nil {
		return page, err
	}
	who, looked := identity.From(ctx), []string{}
	for n, i := range page.Items {
		from := lookAt(who, i.OrganisationID)
		page.Items[n] = i.as(from)
		if from != owner {
			looked = append(looked, i.ID)
		}
	}
	return page, m.store.noteLook(ctx, "list", now, looked...)
}

// as leaves of an incident what somebody may see: who was let in sees which it is, how grave
// and how it stands, and no more.
func (i Case) as(from side) Case {
	if from == owner || from == city {
		return i
	}
	return Case{
		ID: i.ID, Number: i.Number, OrganisationID: i.OrganisationID, Enterprise: i.Enterprise, Origin: i.Origin, State: i.State, Level: i.Level, Drill: i.Drill, DrillTitle: i.DrillTitle, Synthetic: i.Synthetic, Version: i.Version,
		CreatedAt: i.CreatedAt,
		Said:      Said{Title: i.Title, Category: i.Category, Kind: i.Kind, TLP: i.TLP, AwareAt: i.AwareAt},
		Times:     Times{ReportedAt: i.ReportedAt, ReceivedAt: i.ReceivedAt},
	}
}

// Detail is an incident on its own page.
type Detail struct {
	Case
	Side      side          `json:"side" enum:"guest,city,owner" doc:"From where the caller looks"`
	Acts      []string      `json:"acts" nullable:"false" doc:"What the caller may do now"`
	Now       time.Time     `json:"now" doc:"The server's clock"`
	Mark      string        `json:"mark" doc:"The label of TLP, as it stands on what is printed"`
	Part      string        `json:"part" doc:"Of who was let in: what its part is"`
	PartUntil *time.Time    `json:"part_until,omitempty" doc:"Of who was let in: until when"`
	Proposal  Proposal      `json:"proposal"`
	Source    lang.Text     `json:"source" doc:"What the proposal rests on"`
	Duty      bool          `json:"duty" doc:"The response level asks for duty round the clock (red and orange)"`
	Clocks    []clock.Clock `json:"clocks" nullable:"false"`
	Facts     []Fact        `json:"facts" nullable:"false" doc:"What reports upward say, item by item; what is empty is not known yet"`
	Closing   *Closing      `json:"closing,omitempty"`
	Review    *Review       `json:"review,omitempty"`
	Actions   []Action      `json:"actions" nullable:"false"`
	Tasks     []Task        `json:"tasks" nullable:"false"`
	Reports   []Report      `json:"reports" nullable:"false"`
	Guests    []Guest       `json:"guests" nullable:"false"`
	Evidence  []Evidence    `json:"evidence" nullable:"false"`
	Merged    []Related     `json:"merged" nullable:"false" doc:"Incidents that go on as this one"`
}

// Related is another incident, by its number.
type Related struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Title  string `json:"title"`
}

// Fact is something that a report upward says.
type Fact struct {
	Item     string    `json:"item"`
	Name     lang.Text `json:"name"`
	First    bool      `json:"first"`
	Optional bool      `json:"optional"`
	Text     string    `json:"text"`
}

// ETag implements httpd.Versioned.
func (d Detail) ETag() int64 { return d.Version }

func (m *Incidents) read(ctx context.Context, in httpd.Object) (Detail, error) {
	now := m.now()
	i, from, err := m.store.seen(ctx, m.store.db, in.ID, now)
	if err != nil {
		return Detail{}, err
	}
	d, err := m.detail(ctx, i, from, now)
	if err != nil || from == owner {
		return d, err
	}
	return d, m.store.noteLook(ctx, "page", now, i.ID)
}

func (m *Incidents) detail(ctx context.Context, i Case, from side, now time.Time) (d Detail, err error) {
	who, db := identity.From(ctx), m.store.db
	d = Detail{Case: i.as(from), Side: from, Now: now, Mark: i.TLP.Mark(), Clocks: []clock.Clock{}, Facts: []Fact{}, Actions: []Action{}, Reports: []Report{}, Guests: []Guest{}, Merged: []Related{}, Proposal: Proposal{Reasons: []lang.Text{}}}
	if d.Tasks, err = m.store.tasks(ctx, db, i.ID); err != nil {
		return d, err
	}
	if d.Evidence, err = m.store.evidence(ctx, db, i.ID); err != nil {
		return d, err
	}
	guests, err := m.store.guests(ctx, db, i.ID)
	if err != nil {
		return d, err
	}
	if from == guest {
		d.narrow(who.Organisation.ID, guests, now)
	} else if err = m.widen(ctx, &d, i, guests); err != nil {
		return d, err
	}
	for n, t := range d.Tasks {
		d.Tasks[n].Mine = t.OrganisationID == who.Organisation.ID || from == owner && t.OrganisationID == i.OrganisationID || from == city && t.OrganisationID == i.bureau
	}
	d.Acts = i.acts(who, from)
	return d, nil
}

// narrow leaves what the part of an organisation is that was let in.
func (d *Detail) narrow(organisation string, guests []Guest, now time.Time) {
	d.Tasks = slices.DeleteFunc(d.Tasks, func(t Task) bool { return t.OrganisationID != organisation })
	d.Evidence = slices.DeleteFunc(d.Evidence, func(v Evidence) bool { return v.OrganisationID != organisation })
	for _, g := range guests {
		if g.OrganisationID == organisation && g.in(now) {
			d.Part, d.PartUntil = g.Part, &g.Until
		}
	}
}

// widen adds what the enterprise and the city see.
func (m *Incidents) widen(ctx context.Context, d *Detail, i Case, guests []Guest) (err error) {
	db := m.store.db
	d.Guests, d.Closing, d.Review, d.Source, d.Duty = guests, i.closing, i.review, ruleSource(), passedOn(i.Response)
	d.Proposal = Propose(i.Importance, i.Loss, i.Harm)
	for _, x := range m.shelf.asked(i.Category, i.AwareAt) {
		d.Facts = append(d.Facts, Fact{x.ID, x.Name, x.First, x.Optional, i.facts[x.ID]})
	}
	if d.Reports, err = m.store.reports(ctx, db, i.ID); err != nil {
		return err
	}
	if d.Actions, err = m.store.actions(ctx, db, i.ID); err != nil {
		return err
	}
	clocks, err := m.clocks.Of(ctx, object(i.ID))
	if err != nil {
		return err
	}
	d.Clocks = append(d.Clocks, clocks[object(i.ID)]...)
	d.Merged, err = m.store.mergedInto(ctx, i.ID)
	return err
}

// acts are what somebody may do with an incident now.
func (i Case) acts(who identity.Identity, from side) []string {
	list := []string{}
	if need(who, from) != nil {
		return list
	}
	for _, w := range ways() {
		if w.from == i.State && slices.Contains(w.of, from) && (w.to != Closed || i.closingWriter != "") {
			list = append(list, string(w.to))
		}
	}
	for _, x := range i.others(who) {
		if x.may && slices.Contains(x.of, from) {
			list = append(list, x.name)
		}
	}
	return list
}

// deed is something that a side may do with an incident, beside bringing it to another state.
type deed struct {
	name string
	of   []side
	may  bool
}

// others are the deeds that an incident is open to.
func (i Case) others(who identity.Identity) []deed {
	working := !i.over()
	rated := working && i.Level.Known()
	told := i.State != Merged && i.State != Rejected
	return []deed{
		{"correct", []side{owner, city}, working},
		{"note", []side{owner, city, guest}, true},
		{"task", []side{owner, city}, working},
		{"finish", []side{owner, city, guest}, true},
		{"evidence", []side{owner, city, guest}, i.State != Merged},
		{"hold", []side{city}, true},
		{"report", []side{owner}, told},
		{"pass_on", []side{city}, i.passable()},
		{"let_in", []side{city}, working || i.State == Closed},
		{"let_out", []side{owner, city}, true},
		{"level", []side{city}, rated},
		{"respond", []side{city}, i.Response.Known() || rated},
		{"take_over", []side{city}, working && i.handler != who.Actor()},
		{"conclude", []side{owner, city}, rated},
		{"review", []side{owner, city}, i.State == Closed},
		{"action", []side{owner, city}, i.State == Reviewed},
		{"merge", []side{city}, working && i.State != Recovered},
		{"take_apart", []side{city}, i.State == Merged},
	}
}

type correctIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body Said
}

func (m *Incidents) correct(ctx context.Context, in correctIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{owner, city}, decide: func(_ context.Context, _ *sqldb.Tx, i Case, from side) (Case, CaseEvent, error) {
		after, err := i.correct(in.Body, from, m.now())
		return after, CaseEvent{Kind: "correction", Text: after.Title}, err
	}})
}

// SaidFact is what somebody says to an item of a report upward.
type SaidFact struct {
	Item string `json:"item" maxLength:"20"`
	Text string `json:"text" maxLength:"4000"`
}

type stateIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Facts []SaidFact `json:"facts" maxItems:"30"`
	}
}

// state says what reports upward are to say, item by item; what is not named stays.
func (m *Incidents) state(ctx context.Context, in stateIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{owner, city}, decide: func(ctx context.Context, _ *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		if i.State == Merged || i.State == Rejected {
			return i, CaseEvent{}, wrongState(i.State)
		}
		facts, names := map[string]string{}, []string{}
		maps.Copy(facts, i.facts)
		items := m.shelf.asked(i.Category, i.AwareAt)
		for _, f := range in.Body.Facts {
			at := slices.IndexFunc(items, func(x Item) bool { return x.ID == f.Item })
			if at < 0 {
				return i, CaseEvent{}, fault.New(fault.Invalid, "security.incident.item", "reports have no item %.20q", f.Item).At("body.facts", "items of reports about this category")
			}
			text := strings.TrimSpace(f.Text)
			if text != facts[f.Item] {
				names = append(names, items[at].Name.In(identity.From(ctx).Language))
			}
			facts[f.Item] = text
		}
		i.facts = facts
		return i, CaseEvent{Kind: "correction", Text: strings.Join(names, "；")}, nil
	}})
}

func (m *Incidents) timeline(ctx context.Context, in timelineParams) (sqldb.Page[CaseEvent], error) {
	_, from, err := m.store.seen(ctx, m.store.db, in.ID, m.now())
	if err != nil {
		return sqldb.Page[CaseEvent]{}, err
	}
	part := ""
	if from == guest {
		part = identity.From(ctx).Organisation.ID
	}
	return m.store.timeline(ctx, in, part)
}

type writeIncidentInput struct {
	httpd.Object
	Body struct {
		Text string     `json:"text" maxLength:"4000"`
		At   *time.Time `json:"at,omitempty" doc:"When it happened; now if nothing is said"`
	}
}

// write puts a note of somebody into the timeline.
func (m *Incidents) write(ctx context.Context, in writeIncidentInput) (Detail, error) {
	err := m.add(ctx, in.ID, []side{owner, city, guest}, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		e := CaseEvent{At: now, WrittenAt: now, Kind: "note", Text: strings.TrimSpace(in.Body.Text)}
		if in.Body.At != nil {
			e.At = in.Body.At.UTC().Truncate(time.Millisecond)
		}
		switch {
		case e.Text == "":
			return fault.New(fault.Invalid, "security.incident.note", "the note is empty").At("body.text", "say what happened, in 4000 characters at most")
		case e.At.After(now):
			return fault.New(fault.Invalid, "security.incident.note", "the time cannot be").At("body.at", "a time that is not to come")
		}
		return m.store.note(ctx, tx, i.ID, e)
	})
	if err != nil {
		return Detail{}, err
	}
	return m.read(ctx, in.Object)
}

func (m *Incidents) looks(ctx context.Context, in lookParams) (sqldb.Page[CaseLook], error) {
	_, from, err := m.store.seen(ctx, m.store.db, in.ID, m.now())
	if err != nil {
		return sqldb.Page[CaseLook]{}, err
	}
	if from == guest {
		return sqldb.Page[CaseLook]{}, noSuch("record of looks")
	}
	return m.store.looks(ctx, in)
}

// orNow is a time that was said, or now.
func orNow(at *time.Time, now time.Time) time.Time {
	if at == nil {
		return now
	}
	return cmp.Or(at.UTC().Truncate(time.Millisecond), now)
}
