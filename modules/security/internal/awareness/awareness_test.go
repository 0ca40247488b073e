package awareness

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// town is a register of enterprises, what is found at them, and what is seen of them.
type town struct {
	districts map[string]string // organisation → district
	branches  map[string]string // organisation → industry
	synthetic map[string]bool
	findings  []Finding
	sights    []Sight
}

func (w *town) Organisation(_ context.Context, id string) (identity.Organisation, error) {
	district, found := w.districts[id]
	if !found {
		return identity.Organisation{}, fault.New(fault.NotFound, "kernel.not_found", "there is no such organisation")
	}
	return identity.Organisation{ID: id, Name: lang.Text{ZH: "企业" + id, EN: "Enterprise " + id}, District: district, Synthetic: w.synthetic[id]}, nil
}

func (w *town) Industries(context.Context) (map[string]string, error) { return w.branches, nil }

func (w *town) Findings(_ context.Context, organisation string, _ time.Time) ([]Finding, error) {
	return slices.DeleteFunc(slices.Clone(w.findings), func(f Finding) bool { return organisation != "" && f.OrganisationID != organisation }), nil
}

func (w *town) Sights(_ context.Context, organisation string, _ time.Time) ([]Sight, error) {
	return slices.DeleteFunc(slices.Clone(w.sights), func(s Sight) bool { return organisation != "" && s.OrganisationID != organisation }), nil
}

// sixAndOne are six enterprises in Laoshan, of which one has an open incident, and one in Jimo.
func sixAndOne() *town {
	w := &town{districts: map[string]string{"jimo": "370215"}}
	for i := range 6 {
		id := fmt.Sprintf("o%d", i)
		w.districts[id] = "370212"
		w.sights = append(w.sights, Sight{OrganisationID: id, Assets: 4, Known: 2})
	}
	w.findings = []Finding{
		{ID: "incident/1", OrganisationID: "o0", Kind: "incident.open", Level: rating.Large, At: noon(), Title: lang.Text{ZH: "控制器异常", EN: "Odd controller"}},
		{ID: "assignment/1", OrganisationID: "jimo", Kind: "assignment.overdue", Level: rating.Ordinary, At: noon(), Title: lang.Text{ZH: "通报", EN: "Notice"}},
		{ID: "assignment/2", OrganisationID: "gone", Kind: "assignment.overdue", Level: rating.Ordinary, At: noon()},
	}
	return w
}

func inTown(t *testing.T, test func(t *testing.T, a *Awareness, w *town)) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		w := sixAndOne()
		a := New(&module.Kit{DB: db, Log: slog.New(slog.DiscardHandler)}, w, noon, []Source{w}, []Watch{w}, w)
		if err := a.workOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, a, w)
	})
}

func as(t *testing.T, organisation string) context.Context {
	t.Helper()
	scope := identity.Scope{All: organisation == ""}
	if !scope.All {
		scope.IDs = []string{organisation}
	}
	return identity.With(t.Context(), identity.Identity{Scope: scope})
}

// What is kept is what is worked out when somebody looks.
func TestKeptAndLive(t *testing.T) {
	inTown(t, func(t *testing.T, a *Awareness, _ *town) {
		page, err := a.listStandings(as(t, ""), standingParams{})
		if err != nil || len(page.Items) != 7 {
			t.Fatalf("%d enterprises, %v", len(page.Items), err)
		}
		for _, r := range page.Items {
			live, err := a.readStanding(as(t, ""), httpd.Object{ID: r.OrganisationID})
			if err != nil || live.Score.Risk != r.Risk || live.Confidence.Value != r.Confidence || len(live.Score.Findings) != r.Findings {
				t.Errorf("%s is kept as %+v, and worked out as %+v, %v", r.OrganisationID, r, live, err)
			}
			if len(live.Days) != 1 || live.Days[0].Risk != r.Risk || live.Days[0].Day != "2026-03-02" {
				t.Errorf("days of %s: %+v", r.OrganisationID, live.Days)
			}
		}
		if top := page.Items[0]; top.OrganisationID != "o0" || top.Risk != 15 || top.Worst.ZH != "控制器异常" {
			t.Errorf("first comes %+v", top)
		}
	})
}

func TestWhoSeesWhat(t *testing.T) {
	inTown(t, func(t *testing.T, a *Awareness, _ *town) {
		page, err := a.listStandings(as(t, "o1"), standingParams{})
		if err != nil || len(page.Items) != 1 || page.Items[0].OrganisationID != "o1" || page.Total != 1 {
			t.Errorf("an enterprise sees %+v, %v", page, err)
		}
		if _, err := a.readStanding(as(t, "o1"), httpd.Object{ID: "o0"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's standing answers %v", err)
		}
		city, err := a.overview(as(t, ""), nothing{})
		if err != nil || len(city.Districts) != 2 || city.City.Enterprises != 7 || city.Hidden != 0 {
			t.Errorf("the city sees %+v, %v", city, err)
		}
		own, err := a.overview(as(t, "o1"), nothing{})
		if err != nil || len(own.Districts) != 1 || own.Districts[0].District != "370212" || own.Hidden != 1 || own.City == nil {
			t.Errorf("an enterprise sees of the city %+v, %v", own, err)
		}
	})
}

// Industries have figures as districts have, of those who say of which they are.
func TestIndustries(t *testing.T) {
	inTown(t, func(t *testing.T, a *Awareness, w *town) {
		w.branches = map[string]string{"jimo": "C29"}
		for i := range 5 {
			w.branches[fmt.Sprintf("o%d", i)] = "C38"
		}
		if err := a.workOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		city, err := a.overview(as(t, ""), nothing{})
		if err != nil || len(city.Industries) != 2 || city.Unsaid != 1 || city.Hidden != 0 {
			t.Fatalf("the city sees %+v, %v", city, err)
		}
		if x := city.Industries[0]; x.Industry != "C38" || x.Name.EN != "Electrical machinery" || x.Enterprises != 5 || x.Risk == 0 {
			t.Errorf("first comes %+v", x)
		}
		own, err := a.overview(as(t, "o1"), nothing{})
		if err != nil || len(own.Industries) != 1 || own.Industries[0].Industry != "C38" || own.Unsaid != 0 || own.Hidden != 2 {
			t.Errorf("an enterprise sees %+v, %v", own, err)
		}
		page, err := a.listStandings(as(t, ""), standingParams{Industry: "C29"})
		if err != nil || len(page.Items) != 1 || page.Items[0].OrganisationID != "jimo" || page.Items[0].Industry != "C29" {
			t.Errorf("of an industry: %+v, %v", page, err)
		}
	})
}

// The demonstration has figures only where nobody is real.
func TestFiguresAreOfRealEnterprises(t *testing.T) {
	inTown(t, func(t *testing.T, a *Awareness, w *town) {
		w.synthetic = map[string]bool{"o0": true, "o1": true}
		see := func() Situation {
			t.Helper()
			if err := a.workOut(t.Context()); err != nil {
				t.Fatal(err)
			}
			city, err := a.overview(as(t, ""), nothing{})
			if err != nil {
				t.Fatal(err)
			}
			return city
		}
		if city := see(); city.City.Enterprises != 5 || city.Synthetic {
			t.Errorf("beside real ones the demonstration counts: %+v", city)
		}
		for id := range w.districts {
			w.synthetic[id] = true
		}
		if city := see(); city.City.Enterprises != 7 || !city.Synthetic {
			t.Errorf("the demonstration alone is %+v", city)
		}
	})
}

// Five and more have a figure for everybody, fewer only for the city.
func TestFewEnterprises(t *testing.T) {
	inTown(t, func(t *testing.T, a *Awareness, w *town) {
		w.findings, w.sights = w.findings[:1], w.sights[:4]
		a.Now = func() time.Time { return noon().Add(pace) }
		if err := a.workOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		own, err := a.overview(as(t, "o1"), nothing{})
		if err != nil || own.City != nil || len(own.Districts) != 0 || own.Hidden != 1 {
			t.Errorf("of four enterprises one sees %+v, %v", own, err)
		}
	})
}

// Who is not known of any more is forgotten; how they stood stays.
func TestForgotten(t *testing.T) {
	inTown(t, func(t *testing.T, a *Awareness, w *town) {
		w.findings = w.findings[1:]
		w.sights = w.sights[1:]
		a.Now = func() time.Time { return noon().AddDate(0, 0, 1) }
		if err := a.workOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, err := a.listStandings(as(t, ""), standingParams{})
		if err != nil || slices.ContainsFunc(page.Items, func(r RiskRow) bool { return r.OrganisationID == "o0" }) {
			t.Errorf("still there: %+v, %v", page.Items, err)
		}
		live, err := a.readStanding(as(t, ""), httpd.Object{ID: "o0"})
		if err != nil || live.Score.Risk != 0 || len(live.Days) != 1 || math.Abs(live.Days[0].Risk-15) > 1e-9 {
			t.Errorf("how it stood: %+v, %v", live, err)
		}
	})
}

// The last day of the course is how the city stands, and those of fewer than five enterprises
// are for the city only.
func TestTheCourseEndsWhereTheCityStands(t *testing.T) {
	inTown(t, func(t *testing.T, a *Awareness, w *town) {
		w.findings = append(w.findings, Finding{ID: "incident/2", OrganisationID: "o3", Kind: "incident.open", Level: rating.Extreme, At: noon(), Title: lang.Text{ZH: "停产", EN: "Stopped"}})
		a.Now = func() time.Time { return noon().AddDate(0, 0, 1) }
		if err := a.workOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		city, err := a.overview(as(t, ""), nothing{})
		if err != nil {
			t.Fatal(err)
		}
		course, err := a.readDays(as(t, ""), nothing{})
		if err != nil || len(course.Days) != 2 || course.Synthetic || course.Days[0].Day != "2026-03-02" {
			t.Fatalf("the course is %+v, %v", course, err)
		}
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
		first, last := course.Days[0], course.Days[1]
		if last.Enterprises != 7 || !near(last.Risk, city.City.Risk) || !near(last.Mean, city.City.Mean) || !near(last.P95, city.City.P95) || !near(last.Confidence, city.City.Confidence) || last.Risk <= first.Risk {
			t.Errorf("the course ends with %+v after %+v, and the city stands at %+v", last, first, *city.City)
		}
		if own, err := a.readDays(as(t, "o1"), nothing{}); err != nil || len(own.Days) != 2 {
			t.Errorf("an enterprise sees days of seven: %+v, %v", own, err)
		}
		w.findings, w.sights = w.findings[:1], w.sights[:4]
		a.Now = func() time.Time { return noon().AddDate(0, 0, 2) }
		if err := a.workOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		if own, err := a.readDays(as(t, "o1"), nothing{}); err != nil || len(own.Days) != 0 {
			t.Errorf("an enterprise sees days of four: %+v, %v", own, err)
		}
		w.synthetic = map[string]bool{"o0": true, "o1": true, "o2": true, "o3": true}
		if err := a.workOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		if course, err = a.readDays(as(t, ""), nothing{}); err != nil || !course.Synthetic || len(course.Days) == 0 {
			t.Errorf("where nobody is real: %+v, %v", course, err)
		}
	})
}
