package planned

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/sheet"
	"linghang/modules/security/internal/asset"
)

func read(text string) ([]Thing, []sheet.Finding, error) {
	return readRows(sheet.CSV(strings.NewReader(text), int64(len(text))), vendorOf, asset.MACForm())
}

func TestLinesOfAPlanAreReadOrRefusedByLineAndColumn(t *testing.T) {
	const head = "名称,类型,MAC 地址,ip,segment,commissioned,decommissioned,criticality\n"
	for text, want := range map[string]string{
		"主控,可编程控制器,00-1B-1B-12-34-56,10.0.0.1,a,2026/3/1,,4\n": "",
		"主控,机器人,,,,,,\n":                                             "2 role",
		",plc,,,,,,\n":                                               "2 name",
		"a,,zz,300.1.1.1,,,,\n":                                      "2 mac,2 ip",
		"a,,,,,yesterday,,9\n":                                       "2 commissioned,2 criticality",
		"a,,,,,2026-03-02,2026-03-02,\n":                             "2 decommissioned",
		"a,,,10.0.0.1,a,,,\nb,,,10.0.0.1,A,,,\n":                     "3 ip",
		"a,,,10.0.0.1,a,,,\nb,,,10.0.0.1,b,,,\n":                     "",
		"a,,,10.0.0.1,,,,\nb,,,10.0.0.1,,,,\n":                       "",
		"a,,,10.0.0.1,a,,2026-03-01,\nb,,,10.0.0.1,a,2026-03-01,,\n": "",
		strings.Repeat("长", 121) + ",,,,,,,\n":                       "2 name",
	} {
		_, wrong, err := read(head + text)
		var got []string
		for _, w := range wrong {
			got = append(got, strings.TrimSpace(strings.Join([]string{strconv.FormatInt(w.Line, 10), w.Column}, " ")))
		}
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("%q: %v, %v, want %q", text, got, err, want)
		}
	}
	if _, _, err := read("ip\n10.0.0.1\n"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file without names: %v", err)
	}
}

func TestARevisionTellsWhatItSaysOtherwise(t *testing.T) {
	before, _, err := read("name,station,ip,segment,firmware\nplc,plc-1,10.0.0.1,a,2.8\nhmi,,10.0.0.2,a,\nold,,10.0.0.3,a,\nsame,,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := read("name,station,ip,segment,firmware\nsame,,,,\nplc one,plc-1,10.0.0.1,a,2.9\nhmi,,10.0.0.22,a,\nnew,,10.0.0.4,a,\n")
	if err != nil {
		t.Fatal(err)
	}
	d := difference(before, after, vendorOf)
	if d.Counts.Same != 1 || len(d.Added) != 1 || d.Added[0].Name != "new" || len(d.Removed) != 1 || d.Removed[0].Name != "old" || len(d.Changed) != 2 {
		t.Fatalf("%+v", d)
	}
	var got []string
	for _, c := range d.Changed {
		for _, f := range c.Fields {
			got = append(got, c.Name+" "+f.Field+" "+f.Before+">"+f.After)
		}
	}
	if text := strings.Join(got, ","); text != "plc one name plc>plc one,plc one firmware 2.8>2.9,hmi ip 10.0.0.2>10.0.0.22" {
		t.Error(text)
	}
}

// Lines of a plan that somebody sends are taken as either engine keeps them, or refused by
// line and column.
func FuzzRows(f *testing.F) {
	head := make([]string, 0, 24)
	for _, c := range columns() {
		head = append(head, c.Name)
	}
	f.Add([]byte(strings.Join(head, ",") + "\n"))
	f.Add([]byte("name,role,mac,ip,segment,commissioned\n一号控制器,plc,00:1b:1b:01:02:03,192.0.2.1,车间,2026-12-31\n"))
	f.Add([]byte("name,serial\na\x00b,x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, wrong, err := readRows(sheet.CSV(bytes.NewReader(data), int64(len(data))), strings.ToLower, asset.MACForm())
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("nobody can act upon %v", err)
			}
			return
		}
		for _, w := range wrong {
			if w.Line < 1 {
				t.Errorf("something is wrong at no line: %+v", w)
			}
		}
		for _, l := range list {
			for _, field := range l.fields() {
				if !utf8.ValidString(field[1]) || strings.ContainsRune(field[1], 0) {
					t.Errorf("line %d says %q", l.Line, field)
				}
			}
		}
		if d := difference(list, list, strings.ToLower); len(wrong) == 0 && d.Counts.Same+d.Counts.Added != len(list) {
			t.Errorf("of %d lines %d are the same and %d new", len(list), d.Counts.Same, d.Counts.Added)
		}
	})
}
