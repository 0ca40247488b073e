package platforms

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/attest"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/bulletin"
)

// ask asks for a report and waits until it is made.
func (x *league) ask(t *testing.T, body string) bulletinDetail {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/bulletin/reports", "officer", body)
	if r.Status != http.StatusCreated {
		t.Fatalf("ask %s: %d %s", body, r.Status, r.Body)
	}
	var b Bulletin
	r.Decode(t, &b)
	return x.made(t, b.ID)
}

func (x *league) made(t *testing.T, id string) (v bulletinDetail) {
	t.Helper()
	kerneltest.Wait(t, "the report to be made", func() bool {
		v = bulletinDetail{}
		x.Get(t, "/api/platforms/bulletin/reports/"+id, "officer").Decode(t, &v)
		return v.State != bulletinMaking
	})
	return v
}

func (x *league) release(t *testing.T, v bulletinDetail, who string, want int) {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/bulletin/reports/"+v.ID+"/release", who, "{}", "If-Match", fmt.Sprintf("%q", fmt.Sprint(v.Version)))
	if r.Status != want {
		t.Errorf("release as %s: %d %s, want %d", who, r.Status, r.Body, want)
	}
}

// figured reports two months, in which platforms grow.
func (x *league) figured(t *testing.T) {
	t.Helper()
	before := x.month.AddDate(0, -1, 0)
	for i := range 4 {
		x.report(t, i, "",
			fmt.Sprintf("dev_connected,%s,%d", before.AddDate(0, 0, 27).Format(time.DateOnly), 1000*(i+1)),
			fmt.Sprintf("dev_connected,%s,%d", x.day(28), 1100*(i+1)),
			fmt.Sprintf("txn_amount,%s,%d", monthOf(x.month), 40-10*i))
	}
}

func (x *league) city() string {
	return fmt.Sprintf(`{"kind":"month","period":%q}`, monthOf(x.month))
}

func TestAReportIsMadeReleasedCorrectedAndBothVersionsStay(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		x.figured(t)
		first := x.ask(t, x.city())
		if first.State != bulletinDraft || first.Number != 1 || first.Data == nil || len(first.Data.Platforms) != 4 {
			t.Fatalf("made: %+v", first)
		}
		if s := first.Data.Totals[0]; s.Code != "dev_connected" || *s.Value != 11000 || s.Before.Platforms != 4 || *s.Before.Percent < 9.99 || *s.Before.Percent > 10.01 {
			t.Errorf("devices: %+v", s)
		}
		if len(first.Data.Missing) == 0 || len(first.Data.Facts) != 0 || first.Facts != 12 {
			t.Errorf("missing %d, facts %d %d", len(first.Data.Missing), len(first.Data.Facts), first.Facts)
		}
		x.checked(t, first.ID)
		if again := x.ask(t, strings.Replace(x.city(), "}", `,"reason":"again"}`, 1)); again.State != bulletinFailed || again.Problem != "platforms.bulletin.same" {
			t.Errorf("the same ledger makes another version: %+v", again.Bulletin)
		}
		if r := x.Send(t, "POST", "/api/platforms/bulletin/reports", "officer", x.city()); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.reason") {
			t.Errorf("another version without a reason: %d %s", r.Status, r.Body)
		}
		x.release(t, first, "manager-ours", http.StatusForbidden)
		x.release(t, first, "officer", http.StatusOK)
		x.release(t, first, "officer", http.StatusPreconditionFailed)

		x.report(t, 0, "?reason=recount", fmt.Sprintf("dev_connected,%s,%d", x.day(28), 9000))
		second := x.ask(t, strings.Replace(x.city(), "}", `,"reason":"平台0更正"}`, 1))
		if second.Number != 2 || second.Changes == 0 || len(second.Versions) != 2 {
			t.Fatalf("the second version: %+v", second.Bulletin)
		}
		c := second.Difference[0]
		if c.Part != "fact" || c.Code != "dev_connected" || *c.Old != 1100 || *c.New != 9000 || c.Why != bulletin.Corrected || c.Revision != 2 || c.Submission == "" {
			t.Errorf("difference: %+v", c)
		}
		if n := len(second.Data.Corrections); n != 1 {
			t.Errorf("%d corrections", n)
		}
		if old := x.made(t, first.ID); old.State != bulletinReleased || old.Digest != first.Digest || *old.Data.Totals[0].Value != 11000 {
			t.Errorf("the first version changed: %+v", old.Bulletin)
		}
		x.checked(t, first.ID)
		x.checked(t, second.ID)
	})
}

// checked holds the files of a version against its signature, as somebody without the
// city does.
func (x *league) checked(t *testing.T, id string) {
	t.Helper()
	path := "/api/platforms/bulletin/reports/" + id
	var signed attest.Signed
	x.Get(t, path+"/signature", "officer").Decode(t, &signed)
	if err := seal.VerifyText(signed.Public, []byte(signed.Statement), signed.Signature); err != nil {
		t.Errorf("signature: %v", err)
	}
	for _, what := range []string{"/pdf", "/xlsx", "/pdf?lang=en", "/xlsx?lang=en", "/data"} {
		r := x.Get(t, path+what, "officer")
		one, _, err := attest.Sum(what, bytes.NewReader(r.Body))
		if err != nil || signed.Identify(one).State != attest.Whole {
			t.Errorf("%s is not what was signed: %d, %v", what, r.Status, err)
		}
		if what == "/xlsx" {
			traced(t, r.Body)
		}
	}
	var v bulletinCheck
	x.Get(t, path+"/verification", "officer").Decode(t, &v)
	if !v.Signature || len(v.Files) != 5 || v.Files[0].State != attest.Whole {
		t.Errorf("verification: %+v", v)
	}
}

// traced is that every figure of the workbook has code, period, revision and receipt.
func traced(t *testing.T, file []byte) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("数据明细")
	if err != nil || len(rows) != 13 {
		t.Fatalf("figures: %d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		for _, column := range []int{2, 5, 6, 10, 11, 12} {
			if row[column] == "" || row[column] == "—" {
				t.Errorf("%v lacks %s", row, rows[0][column])
			}
		}
	}
}

func TestOperatorsSeeReleasedReportsOfTheirPlatformsOnly(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	x.figured(t)
	city := x.ask(t, x.city())
	of := func(i int) bulletinDetail {
		return x.ask(t, fmt.Sprintf(`{"kind":"month","period":%q,"platform":%q}`, monthOf(x.month), x.ids[i]))
	}
	ours, theirs := of(0), of(3)
	seen := func(who string) (ids []string) {
		var page sqldb.Page[Bulletin]
		x.Get(t, "/api/platforms/bulletin/reports", who).Decode(t, &page)
		for _, b := range page.Items {
			ids = append(ids, b.ID)
		}
		return ids
	}
	if ids := seen("manager-ours"); len(ids) != 0 {
		t.Errorf("drafts are seen: %v", ids)
	}
	for _, v := range []bulletinDetail{city, ours, theirs} {
		x.release(t, v, "officer", http.StatusOK)
	}
	if ids := seen("viewer-ours"); len(ids) != 1 || ids[0] != ours.ID {
		t.Errorf("ours see %v, want %s", ids, ours.ID)
	}
	for _, hidden := range []string{city.ID, theirs.ID} {
		for _, what := range []string{"", "/pdf", "/xlsx", "/data", "/signature", "/verification"} {
			if r := x.Get(t, "/api/platforms/bulletin/reports/"+hidden+what, "manager-ours"); r.Status != http.StatusNotFound {
				t.Errorf("%s: %d", what, r.Status)
			}
		}
	}
	text := string(x.Get(t, "/api/platforms/bulletin/reports/"+ours.ID+"/data", "viewer-ours").Body)
	if strings.Contains(text, x.ids[3]) || !strings.Contains(text, x.ids[0]) {
		t.Errorf("the data of a platform's report: %.300s", text)
	}
	if r := x.Send(t, "POST", "/api/platforms/bulletin/reports", "manager-ours", x.city()); r.Status != http.StatusForbidden {
		t.Errorf("an operator asks: %d", r.Status)
	}
}

func TestReportsAreOrderedWhenTheyAreDueOnceAndAgainAfterCorrections(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		x.figured(t)
		now := time.Now()
		over := reportPeriodAt(bulletin.Month, now) // reported in; over in the time that follows
		list := func() (items []Bulletin) {
			t.Helper()
			var page sqldb.Page[Bulletin]
			x.Get(t, "/api/platforms/bulletin/reports?kind=month&period="+over.String(), "officer").Decode(t, &page)
			return page.Items
		}
		order := func(at time.Time) {
			t.Helper()
			if err := x.room.orderBulletins(t.Context(), at); err != nil {
				t.Fatal(err)
			}
		}
		order(over.until.AddDate(0, 0, 9))
		if n := len(list()); n != 0 {
			t.Fatalf("%d reports before they are due", n)
		}
		order(over.until.AddDate(0, 0, 41)) // the house was down when they were due
		order(over.until.AddDate(0, 0, 41))
		kerneltest.Wait(t, "the reports to be made", func() bool {
			for _, b := range list() {
				if b.State != bulletinDraft {
					return false
				}
			}
			return len(list()) == 5 // the city, and each platform that reported
		})
		if err := x.room.renewBulletins(t.Context(), over.until.AddDate(0, 0, 12)); err != nil || len(list()) != 5 {
			t.Errorf("nothing was corrected, and there are %d reports: %v", len(list()), err)
		}
		r := x.Send(t, "PUT", "/api/platforms/bulletin/plans/month", "officer", `{"enabled":false,"days":20,"platforms":false}`, "If-Match", `"1"`)
		var p BulletinPlan
		if r.Decode(t, &p); r.Status != http.StatusOK || p.Days != 20 || p.Version != 2 {
			t.Errorf("plan: %d %s", r.Status, r.Body)
		}
	})
}

func TestAReportThatIsBeingMadeIsCancelled(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	b := newBulletin(reportPeriodAt(bulletin.Month, x.month), "", "", "", "", time.Now())
	b, err := x.room.bulletins.order(t.Context(), b, x.room.kit.Jobs)
	if err != nil {
		t.Fatal(err)
	}
	r := x.Send(t, "POST", "/api/platforms/bulletin/reports/"+b.ID+"/cancel", "officer", "{}")
	v := x.made(t, b.ID)
	if cancelled := r.Status == http.StatusOK; cancelled != (v.State == bulletinFailed && v.Problem == "platforms.bulletin.cancelled") {
		t.Errorf("cancel: %d, and it is %s %s", r.Status, v.State, v.Problem)
	}
	again := x.ask(t, x.city())
	if again.State == bulletinFailed {
		t.Errorf("it cannot be made again: %+v", again.Bulletin)
	}
}

func TestPeriodsAreMonthsAndQuartersThatAreOver(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		kind bulletin.Kind
		text string
		ok   bool
	}{
		{bulletin.Month, "2026-10", true},
		{bulletin.Month, "2026-11", false},
		{bulletin.Month, "2026-1", false},
		{bulletin.Month, "2026Q3", false},
		{bulletin.Quarter, "2026Q3", true},
		{bulletin.Quarter, "2026Q4", false},
		{bulletin.Quarter, "2026Q0", false},
		{bulletin.Quarter, "2026-10", false},
		{bulletin.Quarter, "", false},
	} {
		x, err := readSpan(c.kind, c.text, now)
		if (err == nil) != c.ok || c.ok && x.String() != c.text {
			t.Errorf("%s %q: %s, %v", c.kind, c.text, x, err)
		}
	}
	q := reportPeriodAt(bulletin.Quarter, now)
	if q.String() != "2026Q4" || q.back(4).String() != "2025Q4" || dayOf(q.back(1).from) != "2026-07-01" {
		t.Errorf("quarters: %s %s", q, q.back(4))
	}
	due := BulletinPlan{Kind: bulletin.Month, Days: 10}.dueSpans(time.Date(2026, 11, 5, 0, 0, 0, 0, cityTime()))
	if len(due) != 3 || due[0].String() != "2026-09" {
		t.Errorf("due: %v", due)
	}
}
