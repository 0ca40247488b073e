package platforms

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/platforms/internal/check"
)

// reported are 140 days until yesterday, of which the last 35 have twice the devices
// that their activity has room for.
func reported(doubled bool) string {
	today := daily.start(time.Now())
	var b strings.Builder
	b.WriteString("code,period,value\n")
	for i := range 140 {
		day := today.AddDate(0, 0, i-140).Format(time.DateOnly)
		devices := 50000 + 40*i + (i*i*7)%311
		active := devices*6/10 + (i*i*13)%97
		if doubled && i >= 105 {
			devices *= 2
		}
		fmt.Fprintf(&b, "ent_served,%s,%d\ndev_connected,%s,%d\ndev_active_30d,%s,%d\n", day, 1000+i, day, devices, day, active)
	}
	return b.String()
}

func TestWhatIsReportedIsComparedWithWhatElseIsKnown(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := &scene{newSite(t, o)}
		var p struct{ ID string }
		r := x.Send(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","district":"370202","operator_id":%q,"operator_name":{"zh":"我方","en":"Ours"}}`, x.Ours.ID))
		r.Decode(t, &p)
		x.csv(t, p.ID, reported(true), "")
		last := monthly.start(time.Now()).AddDate(0, 0, -1)
		day := time.Now().In(cityTime()).Format(time.DateOnly)
		upload := func(path string, month time.Time, body string) {
			t.Helper()
			if r := x.Send(t, "POST", "/api/platforms"+path+"?month="+month.Format("2006-01"), "officer", body, "Content-Type", "text/csv"); r.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", path, r.Status, r.Body)
			}
		}
		states := func() string {
			t.Helper()
			x.check(t)
			x.check(t) // once more changes nothing
			var list []string
			for _, d := range x.list(t, "manager-ours", "") {
				if slices.Contains([]check.Kind{check.Relation, check.Served, check.Framed}, d.Kind) {
					list = append(list, fmt.Sprintf("%s %s %s", d.Kind, d.From.In(cityTime()).Format("01"), d.State))
				}
			}
			slices.Sort(list)
			return strings.Join(list, ", ")
		}
		before := monthly.start(last.AddDate(0, 0, -31))
		upload("/"+p.ID+"/served", before, servedHead+firms(0, 600, "login,"+day))
		upload("/"+p.ID+"/served", last, servedHead+firms(0, 600, "login,"+day))
		upload("/reach/frames", last, frameHead+firms(0, 900, "C34,large,370212"))
		began := x.startOfRelation(t)
		yesterday := daily.start(time.Now()).AddDate(0, 0, -1).Format("01")
		want := func(relation, served, frame string) string {
			list := []string{
				"relation " + began + " " + relation, "served " + before.Format("01") + " open", "served " + last.Format("01") + " " + served, "frame " + yesterday + " " + frame,
			}
			slices.Sort(list)
			return strings.Join(list, ", ")
		}
		if got := states(); got != want("open", "open", "open") {
			t.Fatalf("found %s, want %s", got, want("open", "open", "open"))
		}
		x.readsEvidence(t)
		upload("/"+p.ID+"/served", last, servedHead+firms(0, 1100, "login,"+day))
		upload("/reach/frames", last, frameHead+firms(0, 1200, "C34,large,370212"))
		if got := states(); got != want("open", "corrected", "corrected") {
			t.Errorf("with other lists %s, want %s", got, want("open", "corrected", "corrected"))
		}
		x.csv(t, p.ID, reported(false), "?reason=counted+twice")
		if got := states(); got != want("corrected", "corrected", "corrected") {
			t.Errorf("with other figures %s", got)
		}
	})
}

// startOfRelation is the month in which the ratio left its past: of the first Monday
// with a whole week of doubled devices, or the week before, when most of it has.
func (x *scene) startOfRelation(t *testing.T) string {
	t.Helper()
	x.check(t)
	for _, d := range x.list(t, "officer", "&kind=relation") {
		if d.From.In(cityTime()).Weekday() == time.Monday {
			return d.From.In(cityTime()).Format("01")
		}
	}
	t.Fatal("no relation is found that begins on a Monday")
	return ""
}

// readsEvidence looks for both figures, where each comes from, and what is allowed.
func (x *scene) readsEvidence(t *testing.T) {
	t.Helper()
	for kind, figures := range map[check.Kind]string{check.Relation: "own with", check.Served: "reported listed", check.Framed: "reported frame"} {
		var d findingDetail
		x.Get(t, "/api/platforms/quality/findings/"+x.list(t, "manager-ours", "&kind="+string(kind))[0].ID, "manager-ours").Decode(t, &d)
		var named []string
		for _, s := range d.Evidence.Sources {
			named = append(named, s.Figure)
			if !slices.ContainsFunc(d.Evidence.Figures, func(f check.Figure) bool { return f.Name == s.Figure && f.Value > 0 }) || s.At == 0 || s.Until < s.At {
				t.Errorf("%s: %+v of %+v", kind, s, d.Evidence.Figures)
			}
		}
		if strings.Join(named, " ") != figures || len(d.Evidence.Curve) == 0 || kind == check.Relation && d.OtherTitle.ZH == "" {
			t.Errorf("%s: %+v", kind, d.Evidence)
		}
	}
}
