package pull

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func noon() Moment {
	return Moment{At: time.Date(2026, 11, 27, 12, 0, 0, 0, CityTime()), Period: "2026-11-26"}
}

func TestRowsOfADocument(t *testing.T) {
	table := func(change func(*Table)) *Table {
		x := &Table{Rows: "$.data[*]", Values: []Value{{Code: "ent_served", Path: "@.n"}}}
		change(x)
		return x
	}
	f := func(name, body string, x *Table, want []Row, faults []Fault) {
		t.Helper()
		rows, got := ReadDocument([]byte(body), x, noon())
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("%s: rows %s", name, d)
		}
		if d := cmp.Diff(faults, got); d != "" {
			t.Errorf("%s: faults %s", name, d)
		}
	}
	as := func(string, ...any) func(*Table) { return func(*Table) {} }
	f("plain", `{"data":[{"n":3},{"n":"4.5"}]}`, table(func(x *Table) { x.Dims = map[string]string{"type": "@.n"} }), []Row{
		{"$.data[*] #1", "ent_served", map[string]string{"type": "3"}, "2026-11-26", 3},
		{"$.data[*] #2", "ent_served", map[string]string{"type": "4.5"}, "2026-11-26", 4.5},
	}, nil)
	f("a period of the document and a factor", `{"day":"20261125","data":[{"n":3}]}`, table(func(x *Table) {
		x.Period, x.Format, x.Values[0].Factor = "$.day", "date8", 10
	}), []Row{{"$.data[*] #1", "ent_served", nil, "2026-11-25", 30}}, nil)
	f("the indicator in the row", `{"data":[{"c":"app_total","n":1},{"c":"model_total","n":2}]}`, table(func(x *Table) { x.Values[0].Code = "@.c" }), []Row{
		{"$.data[*] #1", "app_total", nil, "2026-11-26", 1}, {"$.data[*] #2", "model_total", nil, "2026-11-26", 2},
	}, nil)
	f("a filter", `{"data":[{"n":1,"on":true},{"n":2,"on":false}]}`, table(func(x *Table) { x.Rows = "$.data[?@.on == true]" }), []Row{{"$.data[?@.on == true] #1", "ent_served", nil, "2026-11-26", 1}}, nil)
	f("no JSON", `<html>`, table(as("")), nil, []Fault{{Field: "url", Code: FaultDocument, Found: "read JSON: invalid character '<' looking for beginning of value"}})
	f("two documents", `{} {}`, table(as("")), nil, []Fault{{Field: "url", Code: FaultDocument, Found: "there is more behind the document"}})
	f("no rows", `{"rows":[]}`, table(as("")), nil, []Fault{{Field: "table.rows", Path: "$.data[*]", Code: FaultRows, Found: "object of 1"}})
	f("what is wrong in rows", `{"data":[{"n":null},{"m":1},{"n":"many"},{"n":[1]},{"n":true}]}`, table(as("")), nil, []Fault{
		{"$.data[*] #1", "table.values[0].path", "@.n", FaultMissing, "null"},
		{"$.data[*] #2", "table.values[0].path", "@.n", FaultMissing, `{"m":1}`},
		{"$.data[*] #3", "table.values[0].path", "@.n", FaultNumber, `"many"`},
		{"$.data[*] #4", "table.values[0].path", "@.n", FaultKind, "[1]"},
		{"$.data[*] #5", "table.values[0].path", "@.n", FaultKind, "true"},
	})
	f("twice", `{"data":[{"n":1},{"n":2}]}`, table(as("")), []Row{{"$.data[*] #1", "ent_served", nil, "2026-11-26", 1}},
		[]Fault{{"$.data[*] #2", "table.values[0]", "", FaultDuplicate, "$.data[*] #1"}})
	f("several", `{"data":[{"n":[1,2]}]}`, table(func(x *Table) { x.Values[0].Path = "@.n[*]" }), nil, []Fault{{"$.data[*] #1", "table.values[0].path", "@.n[*]", FaultSeveral, "2"}})
	f("a bad period", `{"data":[{"n":1,"d":"26.11."}]}`, table(func(x *Table) { x.Period = "@.d" }), nil, []Fault{{"$.data[*] #1", "table.period", "@.d", FaultPeriod, `"26.11."`}})
	if _, faults := ReadDocument([]byte(strings.Repeat("[", 65)+strings.Repeat("]", 65)), table(as("")), noon()); len(faults) != 1 || faults[0].Code != FaultDocument {
		t.Errorf("65 levels: %+v", faults)
	}
	if _, faults := ReadDocument([]byte(`{"data":[`+strings.Repeat(`{"n":1},`, RowsMost)+`{}]}`), table(as("")), noon()); len(faults) != 1 || faults[0].Code != FaultMany {
		t.Errorf("too many rows: %d faults", len(faults))
	}
	if _, faults := ReadDocument([]byte(`{"data":[`+strings.Repeat(`{},`, 99)+`{}]}`), table(as("")), noon()); len(faults) != faultsMost {
		t.Errorf("%d faults are told", len(faults))
	}
}

func TestPeriodsAreReadInTheirFormat(t *testing.T) {
	f := func(text, format, want string) {
		t.Helper()
		if got, err := readPeriod(text, format); got != want || (err != nil) != (want == "") {
			t.Errorf("%q as %q is %q, %v; want %q", text, format, got, err, want)
		}
	}
	f("2026-11-26", "", "2026-11-26")
	f("2026-11", "auto", "2026-11")
	f("2026-11-26T10:00:00.5Z", "auto", "2026-11-26T10:00:00.5Z")
	f("2026-11-26 10:00:00", "datetime", "2026-11-26T10:00:00+08:00")
	f("202611", "month6", "2026-11")
	f("1795658400", "unix", "2026-11-26T10:00:00+08:00")
	f("1795658400123", "unix_ms", "2026-11-26T10:00:00.123+08:00")
	f("20261301", "date8", "")
	f("yesterday", "", "")
	f("-1", "unix", "")
	f("NaN", "unix", "")
	f("1e300", "unix_ms", "")
}

func TestPathsThatCouldGrowAreRefused(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		if _, err := ParsePath(text); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	f("$.a[*].b", true)
	f("@", true)
	f("$..a", true)
	f(`@['a..b..$']`, true)
	f(`$[?@.a == '$']`, true)
	f("$..a..b", false)
	f("$[?$.a == 1]", false)
	f("$[?@..a[?@..b]]", false)
	f("a.b", false)
	f("$.a[", false)
	f("$"+strings.Repeat(".a", 200), false)
}

func FuzzDocument(f *testing.F) {
	f.Add(`{"data":[{"n":3,"d":"2026-11-26"}]}`, "$.data[*]", "@.d", "@.n")
	f.Add(`[1,[2,[3]]]`, "$..*", "@", "@")
	f.Add(`{"a":{"b":"x"}}`, "$[?@.b == 'x']", "$.a", "@.b")
	f.Fuzz(func(t *testing.T, body, rows, period, value string) {
		x := &Table{Rows: rows, Period: period, Values: []Value{{Code: "c", Path: value}}}
		bad := false
		x.check(func(string, string) { bad = true })
		if bad {
			return
		}
		got, faults := ReadDocument([]byte(body), x, noon())
		if len(got) == 0 && len(faults) == 0 {
			t.Error("neither rows nor a fault")
		}
		for _, r := range got {
			if r.Value != r.Value || r.Code == "" {
				t.Errorf("the row %+v", r)
			}
		}
	})
}
