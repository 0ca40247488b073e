package cultivation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/criterion"
)

const (
	mayView    = "enterprise.cultivation.view"
	mayRun     = "enterprise.cultivation.run"
	mayDefine  = "enterprise.cultivation.define"
	mayPublish = "enterprise.cultivation.publish"
	mayProve   = "enterprise.cultivation.prove"
)

// Directory is where the enterprises are, and where it stands who looked at their evidence.
type Directory interface {
	criterion.Directory
	// LookedAtEvidence notes in an enterprise's access log that the caller was given evidence.
	LookedAtEvidence(ctx context.Context, id string) error
}

// Cultivation is the part of the room in which enterprises climb.
type Cultivation struct {
	kit       *module.Kit
	directory Directory
	words     criterion.Vocabulary
	ladders   []Ladder // of the release
	store     store
}

// New returns the part of the room, without ladders when those of the binary are wrong.
func New(kit *module.Kit, directory Directory, words criterion.Vocabulary) (*Cultivation, error) {
	list, err := read(ladders, words)
	return &Cultivation{kit, directory, words, list, store{kit.DB}}, err
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看梯度培育", EN: "See ladders and where enterprises stand"}, Roles: everyone},
		{ID: mayRun, Title: lang.Text{ZH: "进行梯度培育年度评估", EN: "Run the yearly assessment of ladders"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayProve, Title: lang.Text{ZH: "提交梯度培育佐证材料", EN: "Give evidence of cultivation"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayDefine, Title: lang.Text{ZH: "起草梯度", EN: "Draft ladders"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayPublish, Title: lang.Text{ZH: "查看、发布和停用梯度", EN: "See drafts of ladders, publish and retire them"}, Roles: []identity.Role{identity.Officer, identity.Leader}},
	}
}

// Nav is the entry of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "梯度培育", EN: "Cultivation"}, Path: "/enterprise/cultivation", Icon: "rankings", Permission: mayView}}
}

// Measures count enterprises that meet a rung.
func (m *Cultivation) Measures() []module.Measure {
	return []module.Measure{{
		ID: "enterprise.cultivated", Title: lang.Text{ZH: "达到培育层级条件的企业数", EN: "Enterprises that meet a rung of a ladder"}, Unit: lang.Text{ZH: "家", EN: "enterprises"}, Page: "/enterprise/cultivation?tab=results&outcome=met",
		Counts: lang.Text{ZH: "在各梯度最近一次年度评估中至少符合一个层级条件的企业，每家只计一次；门槛未经官方核对时不等于认定", EN: "Enterprises that met a rung at least in the newest yearly assessment of a ladder, each once; where thresholds are not official this is no recognition"},
		Value: func(ctx context.Context) (measure.Value, error) {
			n, synthetic, runs, err := m.store.counted(ctx)
			return measure.Value{Number: float64(n), At: time.Now(), Known: err == nil && runs > 0, Synthetic: synthetic > 0}, err
		},
	}}
}

// Routes are the doors.
func (m *Cultivation) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /cultivation/ladders", Permission: mayView, Summary: "Ladders that hold today with their rungs and criteria, and what their thresholds rest on", Handler: httpd.JSON(m.listLadders)},
		{Pattern: "GET /cultivation/standing", Permission: mayView, Summary: "Where an own enterprise stands today, and what lacks to each rung", Handler: httpd.JSON(m.readStanding)},
		{Pattern: "POST /cultivation/runs", Permission: mayRun, Summary: "Hold all enterprises against a ladder for a year; results of the same year are replaced", Handler: httpd.JSON(m.run)},
		{Pattern: "GET /cultivation/runs", Permission: mayView, Summary: "Yearly assessments that were run", Handler: httpd.JSON(m.listRuns)},
		{Pattern: "GET /cultivation/results", Permission: mayView, Summary: "What came out by enterprise, rung and year: all to the bureau, an enterprise's own to itself", Handler: httpd.List(m.listResults)},
		{Pattern: "GET /cultivation/overview", Permission: mayRun, Summary: "How many enterprises stand how, by rung, district and year", Handler: httpd.JSON(m.readOverview)},
	}, m.editionRoutes(), m.proofRoutes())
}

type nothing struct{}

type laddersView struct {
	Items []Ladder `json:"items" nullable:"false"`
}

func (m *Cultivation) listLadders(ctx context.Context, _ nothing) (laddersView, error) {
	list, err := m.current(ctx, day(time.Now()))
	return laddersView{list}, err
}

type standingInput struct {
	Entry string `query:"entry" maxLength:"26" doc:"An own enterprise, any to the bureau; empty: the first own one"`
	Year  int    `query:"year" minimum:"0" maximum:"2100" doc:"Which year; 0: this one"`
}

// Standing is where an enterprise stands on a ladder.
type Standing struct {
	Ladder  string    `json:"ladder"`
	Title   lang.Text `json:"title"`
	Edition int       `json:"edition" doc:"By which the year is assessed"`
	Checked string    `json:"checked" enum:"official,secondary,unchecked,own" doc:"How far the thresholds were compared with the official text"`
	Source  lang.Text `json:"source" doc:"What the thresholds of the edition rest on"`
	Number  string    `json:"number" doc:"Of the document that it rests on"`
	Steps   []Step    `json:"steps" nullable:"false"`
}

type standingView struct {
	EntryID        string     `json:"entry_id" doc:"Empty: there is no own enterprise"`
	Name           lang.Text  `json:"name"`
	Year           int        `json:"year"`
	Takes          bool       `json:"takes" doc:"Evidence is taken for the year"`
	Items          []Standing `json:"items" nullable:"false"`
	Proofs         []Proof    `json:"proofs" nullable:"false" doc:"Evidence of the year"`
	Qualifications []Held     `json:"qualifications" nullable:"false" doc:"That may be given as evidence"`
}

// day is today in the city.
func day(now time.Time) time.Time { return now.In(time.FixedZone("UTC+8", 8*60*60)) }

func (m *Cultivation) readStanding(ctx context.Context, in standingInput) (standingView, error) {
	v := standingView{Year: in.Year, Items: []Standing{}, Proofs: []Proof{}, Qualifications: []Held{}}
	var s criterion.Subject
	list, err := m.directory.OwnSubjects(ctx)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(list, func(x criterion.Subject) bool { return in.Entry == "" || x.ID == in.Entry })
	switch {
	case i >= 0:
		s = list[i]
	case in.Entry == "":
		return v, nil
	default:
		if s, err = m.directory.SubjectOf(ctx, in.Entry); err != nil {
			return v, err
		}
	}
	v.EntryID, v.Name = s.ID, s.Name
	return v, m.stand(ctx, s, &v)
}

// stand fills in where an enterprise stands in a year, with its evidence.
func (m *Cultivation) stand(ctx context.Context, s criterion.Subject, v *standingView) (err error) {
	today := day(time.Now())
	if v.Year == 0 || v.Year > today.Year() {
		v.Year = today.Year()
	}
	v.Takes, v.Qualifications = v.Year >= today.Year()-1, qualificationsOf(s)
	if v.Proofs, err = m.store.proofsOf(ctx, m.store.db, s.ID, v.Year); err != nil {
		return err
	}
	at := dayOf(v.Year, today)
	ladders, err := m.current(ctx, at)
	if err != nil {
		return err
	}
	facts := s.Given.On(at)
	for _, l := range ladders {
		if was, ok, err := m.store.ofRun(ctx, m.store.db, l.ID, v.Year); err != nil {
			return err
		} else if ok {
			l = was
		}
		steps := l.stand(facts, m.words)
		for i := range steps {
			x := &steps[i]
			x.Criteria, x.By, x.Lacks = settle(x.Rung, x.Criteria, on(v.Proofs, l.ID, l.Edition))
		}
		v.Items = append(v.Items, Standing{l.ID, l.Title, l.Edition, l.Checked, l.Source, l.Number, steps})
	}
	return nil
}

type cultivationRunInput struct {
	Body struct {
		Ladder string `json:"ladder" maxLength:"40"`
		Year   int    `json:"year" minimum:"2000" maximum:"2100"`
	}
}

// dayOf is the day as of which a year is assessed: its last one, or today while it lasts.
func dayOf(year int, now time.Time) time.Time {
	if end := time.Date(year, 12, 31, 12, 0, 0, 0, now.Location()); end.Before(now) {
		return end
	}
	return now
}

// ladderOf returns the ladder by which a year is assessed: that by which it was before,
// else the edition that held on its day.
func (m *Cultivation) ladderOf(ctx context.Context, id string, year int) (Ladder, error) {
	now := day(time.Now())
	if year > now.Year() {
		return Ladder{}, fault.New(fault.Invalid, "enterprise.cultivation.year", "the year has not begun").At("body.year", "this year or one before")
	}
	retired, err := m.store.retirements(ctx, m.store.db)
	if err != nil {
		return Ladder{}, err
	}
	if _, gone := retired[id]; gone {
		return Ladder{}, fault.New(fault.Conflict, "enterprise.cultivation.retired", "the ladder is retired; bring it back first")
	}
	if l, ok, err := m.store.ofRun(ctx, m.store.db, id, year); ok || err != nil {
		return l, err
	}
	list, err := m.current(ctx, dayOf(year, now))
	if err != nil {
		return Ladder{}, err
	}
	i := slices.IndexFunc(list, func(l Ladder) bool { return l.ID == id })
	if i < 0 {
		return Ladder{}, fault.New(fault.Invalid, "enterprise.cultivation.ladder", "there is no ladder %q that held in the year", id).At("body.ladder", "choose one of the ladders that held in the year")
	}
	return list[i], nil
}

// run holds all enterprises against a ladder as of the end of a year, or as of today while
// the year lasts.
func (m *Cultivation) run(ctx context.Context, in cultivationRunInput) (Run, error) {
	l, err := m.ladderOf(ctx, in.Body.Ladder, in.Body.Year)
	if err != nil {
		return Run{}, err
	}
	on, who := dayOf(in.Body.Year, day(time.Now())), identity.From(ctx)
	r := Run{Ladder: l.ID, Title: l.Title, Year: in.Body.Year, Edition: l.Edition, Day: on.Format(time.DateOnly), At: now(), By: who.Name, actor: who.Actor(), by: l}
	var list []Assessed
	err = m.directory.EachSubject(ctx, func(s criterion.Subject) error {
		r.Enterprises++
		for _, step := range l.stand(s.Given.On(on), m.words) {
			list = append(list, Assessed{
				ID: ulid.Make().String(), Edition: l.Edition, Rung: step.Rung, RungTitle: step.Title, EntryID: s.ID, Name: s.Name, District: s.District, Outcome: step.By, Held: step.Holds,
				Lacking: len(step.Lacks), Lacks: step.Lacks, Criteria: step.Criteria, Synthetic: s.Synthetic, organisation: s.OrganisationID,
			})
		}
		return ctx.Err()
	})
	if err != nil {
		return Run{}, err
	}
	return r, m.store.keep(ctx, r, list)
}

type runsView struct {
	Items []Run `json:"items" nullable:"false"`
}

func (m *Cultivation) listRuns(ctx context.Context, _ nothing) (runsView, error) {
	list, err := m.store.runs(ctx)
	return runsView{list}, err
}

func (m *Cultivation) listResults(ctx context.Context, in resultParams) (sqldb.Page[Assessed], error) {
	return m.store.results(ctx, in)
}

type overviewInput struct {
	Ladder string `query:"ladder" maxLength:"40"`
}

type talliesView struct {
	Items []Tally `json:"items" nullable:"false"`
}

func (m *Cultivation) readOverview(ctx context.Context, in overviewInput) (talliesView, error) {
	if !identity.From(ctx).Scope.All {
		return talliesView{}, fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	list, err := m.store.tallies(ctx, in.Ladder)
	if err != nil {
		return talliesView{}, err
	}
	ladders, err := m.all(ctx)
	slices.SortStableFunc(list, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(b.Year, a.Year), cmp.Compare(height(ladders, a), height(ladders, b)))
	})
	return talliesView{list}, err
}

// height is how far up its ladder a tally's rung is, -1 for one that the ladder no longer has.
func height(ladders []Ladder, t Tally) int {
	for _, l := range ladders {
		if l.ID == t.Ladder && l.Edition == t.Edition {
			return slices.IndexFunc(l.Rungs, func(r Rung) bool { return r.Code == t.Rung })
		}
	}
	return -1
}
