package pull

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const exposition = `# HELP devices_online Devices.
# TYPE devices_online gauge
devices_online{district="370202",pod="a"} 10
devices_online{district="370202",pod="b"} 5
devices_online{district="370203",pod="a"} 7 1795658400123
# TYPE go_goroutines gauge
go_goroutines 12
`

func TestSeriesOfAnExposition(t *testing.T) {
	f := func(name, body, media string, rules []Rule, want []Row, faults []Fault) {
		t.Helper()
		rows, got := ReadExposition([]byte(body), media, rules, noon())
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("%s: rows %s", name, d)
		}
		if d := cmp.Diff(faults, got); d != "" {
			t.Errorf("%s: faults %s", name, d)
		}
	}
	by := map[string]string{"district": "district"}
	first, second, third := `{__name__="devices_online", district="370202", pod="a"}`, `{__name__="devices_online", district="370202", pod="b"}`, `{__name__="devices_online", district="370203", pod="a"}`
	f("added up", exposition, "text/plain; version=0.0.4", []Rule{{Metric: "devices_online", Code: "dev_online", Dims: by, Factor: 2, Combine: CombineSum}}, []Row{
		{first, "dev_online", map[string]string{"district": "370202"}, "2026-11-26", 30},
		{third, "dev_online", map[string]string{"district": "370203"}, "2026-11-26T10:00:00.123+08:00", 14},
	}, nil)
	f("the greatest", exposition, "", []Rule{{Metric: "devices_online", Labels: map[string]string{"district": "370202"}, Code: "dev_online", Combine: CombineMax}}, []Row{{first, "dev_online", nil, "2026-11-26", 10}}, nil)
	f("several", exposition, "text/plain", []Rule{{Metric: "devices_online", Code: "dev_online", Dims: by}}, []Row{
		{first, "dev_online", map[string]string{"district": "370202"}, "2026-11-26", 10},
		{third, "dev_online", map[string]string{"district": "370203"}, "2026-11-26T10:00:00.123+08:00", 7},
	}, []Fault{{second, "rules[0]", "", FaultDuplicate, first}})
	f("no such metric, no such label", exposition, "text/plain", []Rule{{Metric: "go_goroutines", Code: "x", Dims: by}, {Metric: "absent", Code: "y"}}, nil, []Fault{
		{`{__name__="go_goroutines"}`, "rules[0].dims.district", "district", FaultMissing, ""},
		{Field: "rules[1]", Path: "absent", Code: FaultMetric},
	})
	f("OpenMetrics", "# TYPE a counter\na_total 5 1795658400.123\na_created 1\n# EOF\n", "application/openmetrics-text; version=1.0.0; charset=utf-8", []Rule{{Metric: "a_total", Code: "api_calls"}},
		[]Row{{`{__name__="a_total"}`, "api_calls", nil, "2026-11-26T10:00:00.123+08:00", 5}}, nil)
	f("without a last line end", "a 1", "text/plain", []Rule{{Metric: "a", Code: "x"}}, []Row{{`{__name__="a"}`, "x", nil, "2026-11-26", 1}}, nil)
	f("not a number", "a NaN\n", "text/plain", []Rule{{Metric: "a", Code: "x"}}, nil, []Fault{{`{__name__="a"}`, "rules[0]", "", FaultNumber, "NaN or infinite"}})
	f("a page", "<html>", "text/html", []Rule{{Metric: "a", Code: "x"}}, nil, []Fault{{Field: "url", Code: FaultDocument, Found: "the media type is text/html"}})
	for _, body := range []string{"a{", "a 1 2 3", "<html>\n", "a_total 5"} {
		media := "text/plain"
		if strings.HasPrefix(body, "a_total") {
			media = "application/openmetrics-text" // without its end
		}
		if rows, faults := ReadExposition([]byte(body), media, []Rule{{Metric: "a", Code: "x"}}, noon()); len(rows) != 0 || len(faults) != 1 || faults[0].Code != FaultDocument {
			t.Errorf("%q: %v %v", body, rows, faults)
		}
	}
	if rows, faults := ReadExposition([]byte(strings.Repeat("a 1\n", RowsMost+1)), "", []Rule{{Metric: "a", Code: "x", Combine: CombineSum}}, noon()); len(faults) != 0 || rows[0].Value != RowsMost+1 {
		t.Errorf("many series of one row: %+v %+v", rows, faults)
	}
}

func FuzzExposition(f *testing.F) {
	f.Add(exposition, "text/plain")
	f.Add("# TYPE a counter\na_total 5 1 # {x=\"y\"} 1\n# EOF\n", "application/openmetrics-text")
	f.Add(`{"a.b",c="d"} 1`, "text/plain")
	f.Fuzz(func(t *testing.T, body, media string) {
		rows, faults := ReadExposition([]byte(body), media, []Rule{{Metric: "devices_online", Code: "x", Dims: map[string]string{"district": "district"}}, {Metric: "a_total", Code: "y", Combine: CombineSum}}, noon())
		if len(rows) == 0 && len(faults) == 0 {
			t.Error("neither rows nor a fault")
		}
		for _, r := range rows {
			if r.Value != r.Value {
				t.Errorf("the row %+v", r)
			}
		}
	})
}
