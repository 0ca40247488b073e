package platforms

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// company is the code of the nth enterprise, with its check character.
func company(n int) string { return identity.CompleteUSCC(fmt.Sprintf("91370200%09d", n)) }

// firms are rows of the enterprises from one until before another.
func firms(from, until int, rest string) string {
	var b strings.Builder
	for n := from; n < until; n++ {
		fmt.Fprintf(&b, "%s,%s\n", company(n), rest)
	}
	return b.String()
}

const (
	frameHead  = "uscc,industry,size,district\n"
	servedHead = "uscc,evidence,last\n"
)

// uploads sends a list and returns what everything comes to.
func (x *league) uploads(t *testing.T, path, who, media, body string, want int) (r Reach) {
	t.Helper()
	got := x.Send(t, "POST", "/api/platforms"+path, who, body, "Content-Type", media)
	if got.Status != want {
		t.Fatalf("%s by %s: %d %s, want %d", path, who, got.Status, got.Body, want)
	}
	if want == http.StatusOK {
		got.Decode(t, &r)
	}
	return r
}

func TestEnterprisesCountOnceAndTheShareOfTheFrameIsPenetration(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		now := time.Now().In(cityTime())
		month, day := now.Format("2006-01"), now.Format(time.DateOnly)
		old := now.AddDate(0, 0, -activeDays-2).Format(time.DateOnly)
		if r := x.Send(t, "POST", "/api/platforms/"+x.ids[1]+"/status", "officer", `{"to":"suspended","reason":"x"}`, "If-Match", `"1"`); r.Status != http.StatusOK {
			t.Fatalf("suspend: %d %s", r.Status, r.Body)
		}
		r := x.uploads(t, "/reach/frames?month="+month, "officer", "text/csv", frameHead+firms(0, 600, "C34,large,370212")+firms(600, 1000, "食品制造业,小型,市南区"), http.StatusOK)
		if r.Frame != 1000 || r.Using != 0 || r.Rate != 0 || r.FrameMonth != month {
			t.Errorf("a frame alone: %+v", r)
		}
		x.uploads(t, "/"+x.ids[0]+"/served?month="+month, "officer", "text/csv", servedHead+firms(500, 800, "login,"+day)+firms(2000, 2100, "api,"+day), http.StatusOK)
		x.uploads(t, "/"+x.ids[3]+"/served?month="+month, "officer", "text/csv", servedHead+firms(700, 900, "paid,"+day)+firms(0, 50, "device,"+old), http.StatusOK)
		r = x.uploads(t, "/"+x.ids[1]+"/served?month="+month, "officer", "text/csv", servedHead+firms(0, 100, "login,"+day), http.StatusOK) // suspended: does not count
		if r.Platforms != 4 || r.Lists != 2 || r.Claims != 650 || r.Served != 550 || r.Active != 500 || r.Using != 400 || r.Rate != 40 || r.Synthetic {
			t.Errorf("%+v", r)
		}
		if len(r.ByNumber) != 2 || r.ByNumber[0] != (reachedBy{1, 450}) || r.ByNumber[1] != (reachedBy{2, 100}) {
			t.Errorf("overlap %+v", r.ByNumber)
		}
		if len(r.Industries) != 2 || r.Industries[0] != (reachPart{"C34", 600, 100}) || r.Industries[1] != (reachPart{"C14", 400, 300}) {
			t.Errorf("industries %+v", r.Industries)
		}
		if len(r.Sizes) != 2 || r.Sizes[1] != (reachPart{"small", 400, 300}) || len(r.Districts) != 2 || r.Districts[1].Code != "370202" {
			t.Errorf("sizes %+v, districts %+v", r.Sizes, r.Districts)
		}
		x.measured(t, "platforms.enterprises_served", 550)
		x.measured(t, "platforms.penetration", 40)
		r = x.uploads(t, "/"+x.ids[3]+"/served?month="+month, "officer", "text/csv", servedHead+firms(700, 710, "paid,"+day), http.StatusOK)
		if r.Served != 400 || r.Claims != 410 {
			t.Errorf("a list again: %+v", r)
		}
		x.keepsNoCodes(t)
	})
}

func (x *league) measured(t *testing.T, id string, want float64) {
	t.Helper()
	var list struct {
		Items []struct {
			ID     string
			Number float64
			Known  bool
		}
	}
	r := x.Get(t, "/api/system/measures", "officer")
	r.Decode(t, &list)
	for _, m := range list.Items {
		if m.ID == id && m.Known && m.Number == want {
			return
		}
	}
	t.Errorf("%s is not %v in %s", id, want, r.Body)
}

// keepsNoCodes looks for the codes of enterprises in what is stored of lists: there are
// marks only, which are the same in all lists and say nothing.
func (x *league) keepsNoCodes(t *testing.T) {
	t.Helper()
	for _, table := range []string{"reach_frame", "reach_use"} {
		rows, err := x.room.kit.DB.Query(context.Background(), `SELECT mark FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		marks, err := sqldb.All(rows, func(r sqldb.Row) (mark string, err error) { return mark, r.Scan(&mark) })
		if err != nil || len(marks) == 0 {
			t.Fatalf("%s: %d marks, %v", table, len(marks), err)
		}
		for _, mark := range marks {
			if raw, err := base64.RawURLEncoding.DecodeString(mark); err != nil || len(raw) != 16 || strings.Contains(mark, "9137") {
				t.Fatalf("%s has %q", table, mark)
			}
		}
	}
}

func TestWhoeverMayNotSendsAndSeesNoLists(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	month, day := time.Now().In(cityTime()).Format("2006-01"), time.Now().In(cityTime()).Format(time.DateOnly)
	body := servedHead + firms(0, 3, "login,"+day)
	for _, c := range []struct {
		path, who string
		want      int
	}{
		{"/reach/frames?month=" + month, "manager-ours", http.StatusForbidden},
		{"/reach/surveys?month=" + month, "manager-ours", http.StatusForbidden},
		{"/" + x.ids[3] + "/served?month=" + month, "manager-ours", http.StatusNotFound},
		{"/" + x.ids[0] + "/served?month=" + month, "viewer-ours", http.StatusForbidden},
		{"/" + x.ids[0] + "/served?month=" + month, "manager-ours", http.StatusOK},
		{"/" + x.ids[3] + "/served?month=" + month, "manager-theirs", http.StatusOK},
	} {
		x.uploads(t, c.path, c.who, "text/csv", body, c.want)
	}
	x.uploads(t, "/reach/frames?month="+month, "officer", "text/csv", frameHead+firms(0, 3, "C34,large,370212"), http.StatusOK)
	for who, want := range map[string]int{"manager-ours": 1, "manager-theirs": 1, "officer": 3} {
		var page sqldb.Page[ReachList]
		x.Get(t, "/api/platforms/reach/lists", who).Decode(t, &page)
		if page.Total != want {
			t.Errorf("%s sees %d lists, want %d: %+v", who, page.Total, want, page.Items)
		}
	}
}

func TestAListThatIsWrongChangesNothing(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	now := time.Now().In(cityTime())
	month, day := now.Format("2006-01"), now.Format(time.DateOnly)
	at := "/" + x.ids[0] + "/served?month="
	good := servedHead + firms(0, 3, "login,"+day)
	x.uploads(t, at+month, "officer", "text/csv", good, http.StatusOK)
	for name, c := range map[string]struct {
		path, media, body string
		want              int
		says              string
	}{
		"a wrong row":         {at + month, "text/csv", good + "91370200000000000X,login," + day + "\n", http.StatusUnprocessableEntity, `"line":5`},
		"no column":           {at + month, "text/csv", "uscc,last\n" + company(1) + "," + day + "\n", http.StatusUnprocessableEntity, "evidence"},
		"no rows":             {at + month, "text/csv", servedHead, http.StatusUnprocessableEntity, "no rows"},
		"a month to come":     {at + now.AddDate(0, 2, 0).Format("2006-01"), "text/csv", good, http.StatusUnprocessableEntity, "month"},
		"no month":            {at, "text/csv", good, http.StatusUnprocessableEntity, "month"},
		"an older month":      {at + now.AddDate(0, -2, 0).Format("2006-01"), "text/csv", good, http.StatusConflict, month},
		"another kind":        {at + month, "application/pdf", good, http.StatusUnsupportedMediaType, "CSV or XLSX"},
		"no workbook":         {at + month, httpd.XLSXType, "PK\x03\x04 nothing", http.StatusUnprocessableEntity, ""},
		"a formula":           {at + month, "text/csv", servedHead + "=HYPERLINK(1),login," + day + "\n", http.StatusUnprocessableEntity, "formula"},
		"more than may be":    {at + month, "text/csv", servedHead + strings.Repeat("x", maxReach), http.StatusRequestEntityTooLarge, ""},
		"a frame with a word": {"/reach/frames?month=" + month, "text/csv", frameHead + company(1) + ",C34,huge,370212\n", http.StatusUnprocessableEntity, `"column":"size"`},
	} {
		r := x.Send(t, "POST", "/api/platforms"+c.path, "officer", c.body, "Content-Type", c.media)
		if r.Status != c.want || !strings.Contains(string(r.Body), c.says) {
			t.Errorf("%s: %d %.300s, want %d with %q", name, r.Status, r.Body, c.want, c.says)
		}
	}
	var page sqldb.Page[ReachList]
	if x.Get(t, "/api/platforms/reach/lists", "officer").Decode(t, &page); page.Total != 1 || page.Items[0].Enterprises != 3 || page.Items[0].State != listCurrent {
		t.Errorf("lists %+v", page.Items)
	}
}

func TestAWorkbookIsAListToo(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	now := time.Now().In(cityTime())
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	for i, row := range [][]any{{"统一社会信用代码", "使用证据", "最近使用日期"}, {company(1), "登录", now.Format(time.DateOnly)}, {company(2), "设备数据", now.AddDate(0, 0, -1)}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	r := x.uploads(t, "/"+x.ids[0]+"/served?name=list.xlsx&month="+now.Format("2006-01"), "manager-ours", httpd.XLSXType, b.String(), http.StatusOK)
	if r.Served != 2 || r.Active != 2 {
		t.Errorf("%+v", r)
	}
}

func TestASurveyStandsBesideTheCount(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		month := monthOf(time.Now())
		body := "层,总体,调查数,答复数,使用数\nC34,200,60,50,20\n其他,600,140,100,30\n"
		r := x.Send(t, "POST", "/api/platforms/reach/surveys?title=抽样调查&month="+month, "officer", body, "Content-Type", "text/csv")
		var s Survey
		if r.Decode(t, &s); r.Status != http.StatusOK || math.Abs(s.Estimate.Rate-32.5) > 1e-9 || s.Estimate.Low >= 32 || s.Estimate.Population != 800 || s.Name.ZH != "抽样调查" {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		if r := x.Send(t, "POST", "/api/platforms/reach/surveys?month="+month, "officer", "层,总体,调查数,答复数,使用数\nC34,200,60,1,1\n", "Content-Type", "text/csv"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "fewer than two answers") {
			t.Errorf("a stratum with one answer: %d %s", r.Status, r.Body)
		}
		var list surveysView
		if x.Get(t, "/api/platforms/reach/surveys", "viewer-ours").Decode(t, &list); len(list.Items) != 1 || list.Items[0].Estimate != s.Estimate {
			t.Errorf("surveys %+v", list)
		}
		if r := x.Send(t, "DELETE", "/api/platforms/reach/surveys/"+s.ID, "officer", ""); r.Status >= 300 {
			t.Errorf("remove: %d %s", r.Status, r.Body)
		}
		if x.Get(t, "/api/platforms/reach/surveys", "officer").Decode(t, &list); len(list.Items) != 0 {
			t.Errorf("surveys %+v", list)
		}
	})
}

func TestTemplatesAreReadAsTheyAre(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	month := monthOf(time.Now())
	for kind, path := range map[string]string{"frame": "/reach/frames", "served": "/" + x.ids[0] + "/served", "survey": "/reach/surveys"} {
		file := x.Get(t, "/api/platforms/reach/templates/"+kind, "officer")
		if r := x.Send(t, "POST", "/api/platforms"+path+"?month="+month, "officer", string(file.Body), "Content-Type", "text/csv"); r.Status != http.StatusOK {
			t.Errorf("%s: %d %s", kind, r.Status, r.Body)
		}
	}
	if r := x.Get(t, "/api/platforms/reach/templates/other", "officer"); r.Status != http.StatusNotFound {
		t.Errorf("another template: %d", r.Status)
	}
	if !identity.ValidUSCC("91370200MAEXAMPLEB") {
		t.Error("the example is no code")
	}
}
