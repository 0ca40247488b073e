package advisory

import (
	"bytes"
	"compress/gzip"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/fault"
	"linghang/lib/vulnlist"
)

const (
	cnvdFile = `<?xml version="1.0" encoding="UTF-8"?><vulnerabilitys>
<vulnerability><number>CNVD-2026-10001</number><cves><cve><cveNumber>CVE-2026-0001</cveNumber></cve></cves><title>停机漏洞</title><serverity>高</serverity><openTime>2026-01-12</openTime></vulnerability>
</vulnerabilitys>`
	tableFile = "漏洞编号,漏洞名称,CVE编号,危害等级,影响产品\nCNVD-2026-10001,停机漏洞,CVE-2026-0001,高,Drive 7；Drive 9\n"
)

func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func book(t testing.TB) string {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range [][]any{{"CNNVD编号", "漏洞名称", "CVE编号", "更新时间"}, {"CNNVD-202601-101", "停机漏洞", "CVE-2026-0001", "2026/1/20"}} {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow("Sheet1", at, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAListIsReadByWhatItIs(t *testing.T) {
	const gb = "\xc2\xa9\xb6\xb4\xb1\xe0\xba\xc5,\xc2\xa9\xb6\xb4\xc3\xfb\xb3\xc6,CVE\xb1\xe0\xba\xc5,\xce\xa3\xba\xa6\xb5\xc8\xbc\xb6,\xd3\xb0\xcf\xec\xb2\xfa\xc6\xb7\nCNVD-2026-10001,\xcd\xa3\xbb\xfa\xc2\xa9\xb6\xb4,CVE-2026-0001,\xb8\xdf,Drive 7\xa3\xbbDrive 9\n" // tableFile in GBK
	for what, text := range map[string]string{"XML": cnvdFile, "gzip": packed(t, cnvdFile), "CSV": tableFile, "CSV of GBK": gb, "CSV with a mark": "\xef\xbb\xbf" + tableFile, "a workbook": book(t)} {
		r, err := readList("weekly.xml", strings.NewReader(text))
		if err != nil || len(r.entries) != 1 || r.skips != 0 {
			t.Errorf("%s: %+v %v", what, r, err)
			continue
		}
		if e := r.entries[0]; e.Title != "停机漏洞" || !reflect.DeepEqual(e.CVEs, []string{"CVE-2026-0001"}) {
			t.Errorf("%s: %+v", what, e)
		}
	}
	r, err := readList("x.csv", strings.NewReader(tableFile+"CNVD-2026-10001,停机漏洞（二）,,,\n,无编号,,,\nCNVD-2026-9,a\x00,,,\n"))
	if err != nil || len(r.entries) != 1 || r.entries[0].Title != "停机漏洞（二）" {
		t.Fatalf("%+v %v", r, err)
	}
	want := []vulnlist.Skip{{Line: 2, Reason: vulnlist.NumberTwice, Text: "CNVD-2026-10001"}, {Line: 4, Reason: vulnlist.NoNumber, Text: "无编号"}, {Line: 5, Reason: skippedCell, Text: "title"}}
	if !reflect.DeepEqual(r.skipped, want) {
		t.Errorf("%+v, want %+v", r.skipped, want)
	}
}

func TestFilesThatAreNoListsAreRefused(t *testing.T) {
	for what, x := range map[string]struct{ text, key, why string }{
		"nothing":              {"", "kernel.sheet.unreadable", ""},
		"another root":         {"<html/>", "kernel.sheet.unreadable", "line 1: it is no file of CNVD or CNNVD: <html>"},
		"entities":             {"<!DOCTYPE a [<!ENTITY b 'c'>]><cnnvd/>", "kernel.sheet.unreadable", "document type"},
		"cut off":              {cnvdFile[:len(cnvdFile)-20], "kernel.sheet.unreadable", "line 2"},
		"damaged gzip":         {packed(t, cnvdFile)[:60], "security.advisory.gzip", ""},
		"no column of numbers": {"名字,等级\na,b\n", "kernel.sheet.unreadable", "漏洞编号"},
		"no workbook":          {"PK\x03\x04no workbook", "kernel.sheet.unreadable", ""},
		"only skipped":         {strings.Replace(cnvdFile, "CNVD-2026-10001", "1", 1), "kernel.sheet.unreadable", "no entry can be taken"},
	} {
		_, err := readList("x", strings.NewReader(x.text))
		f := fault.As(err)
		if f == nil || f.Key != x.key || !strings.Contains(err.Error(), x.why) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTheLaterChangeOfAnEntryWins(t *testing.T) {
	kept := vulnlist.Entry{List: "CNNVD", Number: "CNNVD-202601-101", Title: "a", Description: "long", Modified: "2026-01-20", CVEs: []string{"CVE-2026-0001"}}
	change := func(f func(e *vulnlist.Entry)) vulnlist.Entry {
		e := kept
		f(&e)
		return e
	}
	for what, x := range map[string]struct {
		e, want vulnlist.Entry
		outcome string
	}{
		"the same":                  {kept, kept, outcomeSame},
		"from another line":         {change(func(e *vulnlist.Entry) { e.Line = 9 }), kept, outcomeSame},
		"earlier":                   {change(func(e *vulnlist.Entry) { e.Title, e.Modified = "b", "2026-01-19" }), kept, outcomeOlder},
		"without a day":             {change(func(e *vulnlist.Entry) { e.Title, e.Modified = "b", "" }), kept, outcomeOlder},
		"later":                     {change(func(e *vulnlist.Entry) { e.Title, e.Modified = "b", "2026-01-21" }), change(func(e *vulnlist.Entry) { e.Title, e.Modified = "b", "2026-01-21" }), outcomeChanged},
		"of the same day":           {change(func(e *vulnlist.Entry) { e.Title = "b" }), change(func(e *vulnlist.Entry) { e.Title = "b" }), outcomeChanged},
		"what is not said stays":    {change(func(e *vulnlist.Entry) { e.Description, e.CVEs = "", nil }), kept, outcomeSame},
		"another CVE replaces them": {change(func(e *vulnlist.Entry) { e.CVEs = []string{"CVE-2026-0002"} }), change(func(e *vulnlist.Entry) { e.CVEs = []string{"CVE-2026-0002"} }), outcomeChanged},
	} {
		got, outcome := afterListed(x.e, &kept)
		if outcome != x.outcome || !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: %s %+v", what, outcome, got)
		}
	}
	if _, outcome := afterListed(kept, nil); outcome != outcomeNew {
		t.Errorf("what is not kept is %s", outcome)
	}
}

func FuzzList(f *testing.F) {
	f.Add([]byte(cnvdFile))
	f.Add([]byte(tableFile))
	f.Add([]byte(packed(f, cnvdFile)))
	f.Add([]byte(book(f)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readList("file", bytes.NewReader(data))
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("nobody can act upon %v", err)
			}
			return
		}
		if len(r.entries) == 0 || len(r.entries) != len(r.at) || len(r.skipped) > r.skips {
			t.Errorf("%d entries, %d numbers, %d skipped of %d", len(r.entries), len(r.at), len(r.skipped), r.skips)
		}
		for _, e := range r.entries {
			if number, is := vulnlist.Number(e.Number); !is || number != e.Number || strings.ContainsRune(e.Title+e.Description+e.Remedy, 0) {
				t.Errorf("%+v", e)
			}
		}
	})
}
