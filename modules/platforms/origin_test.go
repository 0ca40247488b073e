package platforms

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/bulletin"
)

// origin asks where a figure of the first platform is from.
func (x *league) origin(t *testing.T, who, query string) (v Origin) {
	t.Helper()
	r := x.Get(t, "/api/platforms/"+x.ids[0]+"/origin?"+query, who)
	if r.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", query, r.Status, r.Body)
	}
	r.Decode(t, &v)
	return v
}

// told is an origin in short.
func (v Origin) told() string {
	var b strings.Builder
	for _, p := range v.Periods {
		fmt.Fprintf(&b, "%s", p.At.In(cityTime()).Format("02"))
		for _, r := range p.Revisions {
			fmt.Fprintf(&b, " r%d=%g", r.Revision, r.Value)
		}
		b.WriteString("; ")
	}
	return strings.TrimSuffix(b.String(), "; ")
}

func TestAFigureLeadsToItsReportsAndCorrections(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		x.report(t, 0, "", "dev_connected,"+x.day(1)+",100", "dev_connected,"+x.day(2)+",120")
		x.report(t, 0, "?reason=double+count", "dev_connected,"+x.day(2)+",90")
		v := x.origin(t, "officer", "code=dev_connected")
		if v.told() != "02 r2=90 r1=120" || !is(v.Value, 90) || v.Rule != "reported" || !v.Own || v.Indicator.Code != "dev_connected" || v.Catalogue == 0 || v.Platform.ZH != "平台0" || v.More {
			t.Errorf("the newest: %s %+v", v.told(), v)
		}
		r := v.Periods[0].Revisions[0]
		if r.Channel != channelCSV || r.Reason != "double count" || r.Sender == nil || r.Sender.Kind != "person" || r.Sender.Name == "" || r.Receipt == "" || r.ReceivedAt.IsZero() {
			t.Errorf("who corrected it: %+v %+v", r, r.Sender)
		}
		if s := x.Get(t, "/api/platforms/"+x.ids[0]+"/submissions?q="+r.Receipt, "officer"); !strings.Contains(string(s.Body), r.Sender.Name) {
			t.Errorf("the receipt does not tell who: %s", s.Body)
		}
		first := x.origin(t, "manager-ours", "code=dev_connected&at="+x.month.Format("2006-01-02T15:04:05Z07:00")[:19]+"%2B08:00")
		if first.told() != "01 r1=100" {
			t.Errorf("an earlier day: %s", first.told())
		}
		month := x.origin(t, "officer", "code=dev_connected&month="+monthOf(x.month))
		if month.told() != "02 r2=90 r1=120; 01 r1=100" || month.Rule != "last" || !is(month.Value, 90) {
			t.Errorf("a month: %s %+v", month.told(), month)
		}
		if r := x.Get(t, "/api/platforms/"+x.ids[0]+"/origin?code=dev_connected", "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("another operator: %d", r.Status)
		}
	})
}

// The rise of a counter begins with the last figure of the month before.
func TestTheRiseOfAMonthBeginsInTheMonthBefore(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	x.report(t, 0, "", "data_volume,"+x.month.AddDate(0, 0, -1).Format(time.DateOnly)+",1000", "data_volume,"+x.day(1)+",1010", "data_volume,"+x.day(2)+",1500")
	v := x.origin(t, "officer", "code=data_volume&month="+monthOf(x.month))
	if v.Rule != "rise" || !is(v.Value, 500) || len(v.Periods) != 3 {
		t.Errorf("%s %+v", v.told(), v)
	}
}

func TestAReadingOfAMomentLeadsToItsReport(t *testing.T) {
	s := newSite(t, kerneltest.Options{})
	id, k := s.platform(t, "live")
	if r := s.knock(reportDoor, k, s.nextReport(`{"code":"dev_online","dims":{"industry":"C26"},"value":7}`), "Content-Type", "application/json"); r.Status != http.StatusOK {
		t.Fatalf("report: %d %s", r.Status, r.Body)
	}
	if r := s.knock(reportDoor, k, s.nextReport(`{"code":"dev_online","dims":{"industry":"C26"},"value":7}`), "Content-Type", "application/json"); !strings.Contains(string(r.Body), `"findings":[]`) {
		t.Errorf("a good report is answered with %s", r.Body)
	}
	var v Origin
	s.Get(t, "/api/platforms/"+id+"/origin?code=dev_online&industry=C26", "officer").Decode(t, &v)
	if len(v.Periods) != 1 || !v.Periods[0].Moment || !is(v.Value, 7) {
		t.Fatalf("%+v", v)
	}
	r := v.Periods[0].Revisions[0]
	if r.Sender == nil || r.Sender.Kind != "key" || r.Sender.Name != k.ID || r.Seq == 0 || r.SentAt.IsZero() || r.Receipt == "" {
		t.Errorf("%+v %+v", r, r.Sender)
	}
}

func TestWhatIsNoFigureSaysWhy(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	for query, want := range map[string]struct {
		status int
		word   string
	}{
		"code=nothing":                                      {http.StatusUnprocessableEntity, "query.code"},
		"code=dev_connected&month=2199-01":                  {http.StatusUnprocessableEntity, "query.month"},
		"code=dev_connected&month=2199Q1":                   {http.StatusUnprocessableEntity, "query.month"},
		"code=dev_connected&month=2026Q5":                   {http.StatusUnprocessableEntity, "query.month"},
		"code=dev_connected&month=2026-01&industry=C26":     {http.StatusUnprocessableEntity, "query.month"},
		"code=heartbeat&month=2026-01":                      {http.StatusUnprocessableEntity, "query.code"},
		"code=heartbeat&at=2026-01-01T00:00:00Z":            {http.StatusUnprocessableEntity, "query.at"},
		"code=dev_connected":                                {http.StatusNotFound, "dev_connected"},
		"code=dev_connected&at=2026-01-01T00:00:00%2B08:00": {http.StatusNotFound, "dev_connected"},
		"code=dev_connected&month=2026-01":                  {http.StatusNotFound, "dev_connected"},
	} {
		if r := x.Get(t, "/api/platforms/"+x.ids[0]+"/origin?"+query, "officer"); r.Status != want.status || !strings.Contains(string(r.Body), want.word) {
			t.Errorf("%s: %d %s", query, r.Status, r.Body)
		}
	}
}

// A value of a month of several platforms leads to what each of them gives to it.
func TestAValueOfAMonthLeadsToItsPlatforms(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		for i := range 4 {
			x.report(t, i, "", fmt.Sprintf("dev_connected,%s,%d", x.day(3), 100*(i+1)))
		}
		list := func(who, query string) []monthFigure {
			t.Helper()
			var page sqldb.Page[monthFigure]
			r := x.Get(t, "/api/platforms/analysis/figures?code=dev_connected&month="+monthOf(x.month)+query, who)
			if r.Decode(t, &page); r.Status != http.StatusOK || page.Total != len(page.Items) {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			return page.Items
		}
		all := list("officer", "&class=technology")
		if len(all) != 4 || all[0].Value != 400 || all[0].PlatformID != x.ids[3] || all[0].Rule != "last" || all[0].Facts != 1 || all[0].SubmissionID == "" {
			t.Errorf("%+v", all)
		}
		if own := list("manager-ours", ""); len(own) != 3 {
			t.Errorf("an operator is told of %d platforms", len(own))
		}
		if none := list("officer", "&class=region"); len(none) != 0 {
			t.Errorf("another class: %+v", none)
		}
		if csv := string(x.Get(t, "/api/platforms/analysis/figures?export=csv&code=dev_connected&month="+monthOf(x.month), "officer").Body); strings.Count(csv, "\n") != 4 || !strings.Contains(csv, all[0].SubmissionID) {
			t.Errorf("as CSV: %s", csv)
		}
	})
}

// A quarter's value is made of its facts as reports make it, and leads to them.
func TestAValueOfAQuarterLeadsToItsPlatforms(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		q := reportPeriodAt(bulletin.Quarter, time.Now()).back(1)
		day := func(n int) string { return q.from.AddDate(0, 0, n).Format(time.DateOnly) }
		x.report(t, 0, "", "dev_connected,"+day(3)+",100", "dev_connected,"+day(80)+",180", "data_volume,"+day(-1)+",1000", "data_volume,"+day(50)+",1700")
		x.report(t, 1, "", "dev_connected,"+day(-5)+",900", "data_volume,"+day(2)+",5", "data_volume,"+day(3)+",9")
		figures := func(code string) []monthFigure {
			t.Helper()
			var page sqldb.Page[monthFigure]
			r := x.Get(t, "/api/platforms/analysis/figures?code="+code+"&month="+q.String(), "officer")
			if r.Decode(t, &page); r.Status != http.StatusOK {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			return page.Items
		}
		if list := figures("dev_connected"); len(list) != 1 || list[0].Value != 180 || list[0].Rule != "last" || list[0].Facts != 2 {
			t.Errorf("the last of the quarter: %+v", list)
		}
		if list := figures("data_volume"); len(list) != 1 || list[0].Value != 700 || list[0].PlatformID != x.ids[0] {
			t.Errorf("the rise since the quarter before, and none that began within: %+v", list)
		}
		v := x.origin(t, "officer", "code=data_volume&month="+q.String())
		if v.Month != q.String() || !is(v.Value, 700) || len(v.Periods) != 2 {
			t.Errorf("%s %+v", v.told(), v)
		}
	})
}
