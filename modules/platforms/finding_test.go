package platforms

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/check"
)

func TestFindingsEndOnlyWhenTheFiguresAreOthers(t *testing.T) {
	now := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	d := func(kind check.Kind, about int64, state findingState, evidence string) Doubt {
		return Doubt{ID: string(kind), Kind: kind, Code: "a", about: about, State: state, evidence: evidence, Severity: check.Medium, FoundAt: now.Add(-time.Hour), Version: 3}
	}
	kept := []Doubt{
		d(check.Jump, 1, findingOpen, "x"), d(check.Unit, 1, findingOpen, "x"), d(check.Reset, 1, findingCorrected, "x"), d(check.Frozen, 1, findingAccepted, "x"),
		d(check.Drift, 0, findingExplained, "x"), d(check.Negative, 1, findingOpen, "x"),
	}
	found := []Doubt{d(check.Jump, 1, findingOpen, "x"), d(check.Reset, 1, findingOpen, "y"), d(check.Frozen, 1, findingOpen, "longer"), d(check.Missing, 1, findingOpen, "x"), d(check.Missing, 1, findingOpen, "x")}
	changed := func(_ string, _, _, since time.Time) bool { return since.Equal(now.Add(-time.Hour)) }
	names := func(list []Doubt) string {
		var s []string
		for _, x := range list {
			s = append(s, string(x.Kind)+" "+string(x.State))
		}
		slices.Sort(s)
		return strings.Join(s, ", ")
	}
	got := turnOf(found, kept, changed, now)
	for what, want := range map[string][2]string{
		"begin": {names(got.begin), "missing open"}, "again": {names(got.again), "reset open"}, "renew": {names(got.renew), "frozen accepted"},
		"mend": {names(got.mend), "drift corrected, negative corrected, unit corrected"}, "after": {names(got.after(kept)), "drift corrected, frozen accepted, jump open, missing open, negative corrected, reset open, unit corrected"},
	} {
		if want[0] != want[1] {
			t.Errorf("%s: %s, want %s", what, want[0], want[1])
		}
	}
	still := turnOf(nil, kept, func(string, time.Time, time.Time, time.Time) bool { return false }, now)
	if names(still.mend) != "drift corrected" {
		t.Errorf("without other figures %s", names(still.mend))
	}
}

func TestGradeIsComputedAsDefined(t *testing.T) {
	now := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	d := func(s check.Severity, state findingState, daysAgo int) Doubt {
		return Doubt{Severity: s, State: state, Until: now.AddDate(0, 0, -daysAgo)}
	}
	full := check.Punctuality{Due: 100, Received: 100, OnTime: 100}
	for name, c := range map[string]struct {
		counted check.Punctuality
		doubts  []Doubt
		score   float64
		grade   string
	}{
		"all well":            {full, nil, 100, "A"},
		"too little":          {check.Punctuality{Due: 6, Received: 6, OnTime: 6}, nil, 0, "none"},
		"late and incomplete": {check.Punctuality{Due: 100, Received: 80, OnTime: 50}, nil, 0.3*80 + 0.2*50 + 50, "B"},
		"one high":            {full, []Doubt{d(check.High, findingOpen, 0)}, 90, "A"},
		"explained":           {full, []Doubt{d(check.High, findingExplained, 0)}, 95, "A"},
		"long ago":            {full, []Doubt{d(check.High, findingOpen, 90)}, 95, "A"},
		"accepted, corrected": {full, []Doubt{d(check.High, findingAccepted, 0), d(check.Medium, findingCorrected, 0)}, 100, "A"},
		"not below nought":    {full, slices.Repeat([]Doubt{d(check.High, findingOpen, 0)}, 9), 50, "D"},
		"medium and low":      {full, []Doubt{d(check.Medium, findingOpen, 0), d(check.Low, findingOpen, 0)}, 94.5, "A"},
	} {
		if q := grade(c.counted, now, c.doubts, now); math.Abs(q.Score-c.score) > 1e-9 || q.Grade != c.grade {
			t.Errorf("%s: %g %s, want %g %s", name, q.Score, q.Grade, c.score, c.grade)
		}
	}
}

// past back-fills 60 days of two indicators up to yesterday; the 50th day of one is in thousands.
func past(t *testing.T, x *scene, id string) {
	t.Helper()
	today := daily.start(time.Now())
	var b strings.Builder
	b.WriteString("code,period,value\n")
	for i := range 60 {
		day := today.AddDate(0, 0, i-60).Format(time.DateOnly)
		ent, dev := 52000+i*40+(i*i*7)%31, 910000+i*300+(i*i*13)%257
		if i == 50 {
			ent /= 1000
		}
		fmt.Fprintf(&b, "ent_served,%s,%d\ndev_connected,%s,%d\n", day, ent, day, dev)
	}
	x.csv(t, id, b.String(), "")
}

// scene is a city with a platform of ours, for its findings.
type scene struct{ *site }

func (x *scene) csv(t *testing.T, id, body, query string) {
	t.Helper()
	if r := x.Send(t, "POST", "/api/platforms/"+id+"/backfill"+query, "manager-ours", body, "Content-Type", "text/csv"); r.Status != http.StatusOK {
		t.Fatalf("back-fill: %d %s", r.Status, r.Body)
	}
}

func (x *scene) check(t *testing.T) {
	t.Helper()
	if err := x.room.checkFigures(t.Context(), time.Now().UTC()); err != nil {
		t.Fatal(err)
	}
}

func (x *scene) list(t *testing.T, who, query string) []Doubt {
	t.Helper()
	var page sqldb.Page[Doubt]
	r := x.Get(t, "/api/platforms/quality/findings?sort=kind"+query, who)
	if r.Status != http.StatusOK {
		t.Fatalf("list: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &page)
	return page.Items
}

func TestAFindingGoesFromOpenToCorrected(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := &scene{newSite(t, o)}
		var p struct{ ID string }
		r := x.Send(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","district":"370202","operator_id":%q,"operator_name":{"zh":"我方","en":"Ours"}}`, x.Ours.ID))
		if r.Decode(t, &p); r.Status != http.StatusCreated {
			t.Fatalf("register: %d %s", r.Status, r.Body)
		}
		past(t, x, p.ID)
		x.check(t)
		x.check(t) // once more changes nothing
		list := x.list(t, "manager-ours", "&state=open")
		if len(list) != 1 || list[0].Kind != check.Unit || list[0].Code != "ent_served" || list[0].Severity != check.High {
			t.Fatalf("found %+v", list)
		}
		kerneltest.Wait(t, "the notice", func() bool {
			return strings.Contains(string(x.Get(t, "/api/notify/inbox", "manager-ours").Body), noticeFinding)
		})
		if theirs := x.list(t, "manager-theirs", ""); len(theirs) != 0 {
			t.Errorf("another operator sees %+v", theirs)
		}
		path := "/api/platforms/quality/findings/" + list[0].ID
		if r := x.Get(t, path, "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("another operator reads it: %d", r.Status)
		}
		var d findingDetail
		x.Get(t, path, "manager-ours").Decode(t, &d)
		if bad := slices.IndexFunc(d.Evidence.Curve, func(s check.Spot) bool { return s.Bad }); bad < 0 || d.Evidence.Curve[bad].Value > 100 || len(d.Evidence.Figures) != 3 || len(d.Steps) != 1 || !d.MayExplain || d.MayAccept {
			t.Errorf("evidence %+v, steps %+v, may %v %v", d.Evidence.Figures, d.Steps, d.MayExplain, d.MayAccept)
		}
		act := func(who, what, body string, version, want int) {
			t.Helper()
			if r := x.Send(t, "POST", path+"/"+what, who, body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version))); r.Status != want {
				t.Errorf("%s by %s: %d %s, want %d", what, who, r.Status, r.Body, want)
			}
		}
		act("manager-ours", "explanation", `{"reason":" "}`, 1, http.StatusUnprocessableEntity)
		act("viewer-ours", "explanation", `{"reason":"x"}`, 1, http.StatusForbidden)
		act("manager-theirs", "explanation", `{"reason":"x"}`, 1, http.StatusNotFound)
		act("manager-ours", "decision", `{"accept":true,"reason":"x"}`, 1, http.StatusForbidden)
		act("manager-ours", "explanation", `{"reason":"当日单位写成了千家"}`, 1, http.StatusOK)
		act("officer", "decision", `{"accept":true,"reason":"x"}`, 1, http.StatusPreconditionFailed)
		act("officer", "decision", `{"accept":true,"reason":"已核实"}`, 2, http.StatusOK)
		act("officer", "decision", `{"accept":false,"reason":"请更正数据"}`, 3, http.StatusOK)
		x.Audited(t, list[0].ID)
		day := daily.start(time.Now()).AddDate(0, 0, -10).Format(time.DateOnly)
		x.csv(t, p.ID, "code,period,value\nent_served,"+day+",54010\n", "?reason=mended")
		x.check(t)
		x.Get(t, path, "officer").Decode(t, &d)
		var steps []string
		for _, s := range d.Steps {
			steps = append(steps, string(s.State))
		}
		if d.State != findingCorrected || strings.Join(steps, " ") != "open explained accepted open corrected" || d.Steps[1].Name == "" || d.Steps[1].Reason != "当日单位写成了千家" {
			t.Errorf("corrected: %s, steps %+v", d.State, d.Steps)
		}
		x.csv(t, p.ID, "code,period,value\nent_served,"+day+",54\n", "?reason=mended")
		x.check(t)
		x.Get(t, path, "officer").Decode(t, &d)
		if d.State != findingOpen || len(d.Steps) != 6 {
			t.Errorf("found again: %s %+v", d.State, d.Steps)
		}
		if r := x.Send(t, "POST", "/api/platforms/quality/checks", "officer", "{}"); r.Status != http.StatusOK && r.Status != http.StatusNoContent {
			t.Errorf("run the checks: %d %s", r.Status, r.Body)
		}
	})
}

func TestCopiesDoNotTellWhoseValuesTheyAre(t *testing.T) {
	x := &scene{newSite(t)}
	var p struct{ ID string }
	r := x.Send(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","district":"370202","operator_id":%q,"operator_name":{"zh":"我方","en":"Ours"}}`, x.Ours.ID))
	r.Decode(t, &p)
	today := daily.start(time.Now())
	var b strings.Builder
	b.WriteString("code,period,value\n")
	for i := range 40 {
		day := today.AddDate(0, 0, i-40).Format(time.DateOnly)
		for j, code := range []string{"ent_served", "dev_connected", "user_reg"} {
			fmt.Fprintf(&b, "%s,%s,%d\n", code, day, 50000+i*(97+31*j)+(i*i*7*(j+3))%89)
		}
	}
	if r := x.Send(t, "POST", "/api/platforms/"+x.id+"/backfill", "officer", b.String(), "Content-Type", "text/csv"); r.Status != http.StatusOK {
		t.Fatalf("back-fill: %d %s", r.Status, r.Body)
	}
	x.csv(t, p.ID, b.String(), "")
	x.check(t)
	all, ours := x.list(t, "officer", "&kind=copy"), x.list(t, "manager-ours", "&kind=copy")
	if len(all) != 1 || all[0].Other != x.id || all[0].PlatformID != p.ID || len(ours) != 1 || ours[0].Other != "" {
		t.Fatalf("copies %+v, as its operator sees them %+v", all, ours)
	}
	var d findingDetail
	x.Get(t, "/api/platforms/quality/findings/"+ours[0].ID, "manager-ours").Decode(t, &d)
	if len(d.Evidence.Against) != 0 || d.OtherTitle.ZH != "" {
		t.Errorf("the operator sees %+v", d)
	}
	x.Get(t, "/api/platforms/quality/findings/"+ours[0].ID, "officer").Decode(t, &d)
	if len(d.Evidence.Against) == 0 || d.OtherTitle.ZH == "" {
		t.Errorf("the bureau does not see the other platform: %+v", d)
	}
}

func TestGradeOfAPlatformCountsWhatWasDue(t *testing.T) {
	x := &scene{newSite(t)}
	today := daily.start(time.Now())
	err := x.room.kit.DB.Write(context.WithoutCancel(t.Context()), func(tx *sqldb.Tx) error {
		for i := range 40 {
			day := today.AddDate(0, 0, i-41)
			if i == 30 {
				continue
			}
			if _, err := tx.Exec(t.Context(), `INSERT INTO fact (platform_id, code, dims, period_at, revision, value, known_at, method, submission_id) VALUES ($1, 'ent_served', '', $2, 1, $3, $4, 'report', 'x')`,
				x.id, day.UnixMilli(), 50000+i*97+(i*i*7)%89, day.AddDate(0, 0, 1).Add(time.Hour).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	x.check(t)
	var v qualityView
	r := x.Get(t, "/api/platforms/"+x.id+"/quality", "officer")
	r.Decode(t, &v)
	if v.Due == 0 || v.Received >= v.Due || v.OnTime != v.Received || v.Grade == "none" || v.Findings["open"] == 0 || len(v.History) != 1 {
		t.Errorf("the grade is %s", r.Body)
	}
}
