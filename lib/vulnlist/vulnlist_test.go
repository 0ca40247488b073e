package vulnlist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func file(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// all reads a list to its end.
func all(r io.Reader) (*Reader, []Entry, error) {
	list, err := NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	var out []Entry
	for {
		e, err := list.Next()
		if errors.Is(err, io.EOF) {
			return list, out, nil
		}
		if err != nil {
			return list, out, err
		}
		out = append(out, e)
	}
}

func TestEntriesAreReadAsTheirListsWriteThem(t *testing.T) {
	for name, want := range map[string]struct {
		list, edition string
		first         Entry
		second        string
	}{
		"cnvd.xml": {CNVD, "", Entry{
			List: CNVD, Number: "CNVD-2026-10001", CVEs: []string{"CVE-2026-0001"}, Title: "示例传动 Drive 7 停机漏洞", Severity: "高", Kind: "通用软硬件漏洞", Published: "2026-01-12",
			Description: "Drive 7 可被远程停机。", Remedy: "厂商已发布补丁：https://example.com/patch\nDrive 7 停机漏洞的补丁\n升级到 2.3。",
			Products: []string{"示例传动 Drive 7 <2.3", "示例传动 Drive 7L <2.3"}, Links: []string{"https://example.com/a?x=1&y=2"}, Line: 3,
		}, "CNVD-2026-10002"},
		"cnnvd.xml": {CNNVD, "2026-01-29", Entry{
			List: CNNVD, Number: "CNNVD-202601-101", CVEs: []string{"CVE-2026-0001"}, Title: "示例传动 Drive 7 安全漏洞", Severity: "超危", Kind: "访问控制错误", Published: "2026-01-12", Modified: "2026-01-20",
			Description: "Drive 7 是示例传动的变频器。\nDrive 7 2.3 之前版本存在安全漏洞。", Remedy: "升级到 2.3。",
			Products: []string{"CPE:/o:example:drive_7:2.1:::", "CPE:/o:example:drive_7:2.2:::"}, Links: []string{"https://example.com/a?x=1&y=2"}, Line: 2,
		}, "CNNVD-202601-102"},
		"cnnvd-newer.xml": {CNNVD, "2026-07-27", Entry{
			List: CNNVD, Number: "CNNVD-202607-201", CVEs: []string{"CVE-2026-0009"}, Title: "示例网关 命令注入漏洞", Severity: "超危", Kind: "命令注入", Published: "2026-07-21", Modified: "2026-07-22",
			Description: "网关 3 的页面可执行命令。", Remedy: "https://example.com/gateway/patch", Products: []string{"示例 网关 3"}, Links: []string{"https://example.com/gateway", "https://example.com/gateway/patch"}, Line: 3,
		}, ""},
	} {
		r, list, err := all(strings.NewReader(file(t, name)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.List() != want.list || r.Edition() != want.edition || !reflect.DeepEqual(list[0], want.first) {
			t.Errorf("%s of %s %q:\n%+v, want\n%+v", name, r.List(), r.Edition(), list[0], want.first)
		}
		if want.second != "" && (len(list) != 2 || list[1].Number != want.second || len(list[1].CVEs) != 0) {
			t.Errorf("%s: the second is %+v", name, list[1:])
		}
	}
}

func TestWhatIsMendedIsCountedWithItsLine(t *testing.T) {
	for what, x := range map[string]struct {
		from, to string
		want     []Mended
		check    func(e Entry) bool
	}{
		"a & that begins no reference":  {"可被远程停机。", "可被 A&B 停机\n&nbsp;&#9; C&", []Mended{{Ampersand, 3, 23}}, func(e Entry) bool { return e.Description == "Drive 7 可被 A&B 停机\n&nbsp;\t C&" }},
		"a & in CDATA stays":            {"Drive 7 可被远程停机。", "<![CDATA[A&B <x> \x01]]>", []Mended{{Control, 1, 23}}, func(e Entry) bool { return e.Description == "A&B <x>" }},
		"a comment is passed over":      {"可被远程停机。", "<!-- & </x> -->停机", nil, func(e Entry) bool { return e.Description == "Drive 7 停机" }},
		"a character that is forbidden": {"可被远程停机。", "可\x0b停\x00机", []Mended{{Control, 2, 23}}, func(e Entry) bool { return e.Description == "Drive 7 可 停 机" }},
		"octets that are no text":       {"可被远程停机。", "可\xff\xe4停", []Mended{{Octet, 2, 23}}, func(e Entry) bool { return e.Description == "Drive 7 可\ufffd\ufffd停" }},
		"a block that is no XML":        {"<openTime>", "<PAV><a>\n&<b>\n</PAV><openTime>", []Mended{{Block, 1, 19}}, func(e Entry) bool { return e.Published == "2026-01-12" }},
		"a text that is too long":       {"可被远程停机。", strings.Repeat("长", 9000), []Mended{{Cut, 1, 3}}, func(e Entry) bool { return utf8.RuneCountInString(e.Description) == mostText }},
	} {
		text := strings.Replace(file(t, "cnvd.xml"), x.from, x.to, 1)
		r, list, err := all(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if !reflect.DeepEqual(r.Mended(), x.want) || !x.check(list[0]) {
			t.Errorf("%s: %+v of %+v", what, r.Mended(), list[0])
		}
	}
}

func TestTextIsUTF8OrGB18030(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Repeat(" ", 100) + file(t, "cnvd.xml"))
	if err != nil {
		t.Fatal(err)
	}
	gb = strings.TrimSpace(gb)
	for what, text := range map[string]string{
		"declared":        strings.Replace(gb, "UTF-8", "GB2312", 1),
		"not declared":    strings.Replace(gb, ` encoding="UTF-8"`, "", 1),
		"with a mark":     "\xef\xbb\xbf" + file(t, "cnvd.xml"),
		"without a head":  file(t, "cnvd.xml")[strings.Index(file(t, "cnvd.xml"), "<vuln"):],
		"broken a little": strings.Replace(strings.Replace(gb, "UTF-8", "GB18030", 1), "<title>", "<title>\xff", 1),
	} {
		r, list, err := all(strings.NewReader(text))
		if err != nil || len(list) != 2 || !strings.HasSuffix(list[0].Title, "示例传动 Drive 7 停机漏洞") {
			t.Errorf("%s: %+v %v", what, list, err)
			continue
		}
		if got := len(r.Mended()); got != strings.Count(what, "broken") {
			t.Errorf("%s: %+v", what, r.Mended())
		}
	}
	// What says that it is UTF-8 and is not is short enough to be mended, and told.
	r, _, err := all(strings.NewReader(gb))
	if err != nil {
		t.Fatal(err)
	}
	if mended := r.Mended(); len(mended) != 1 || mended[0].What != Octet || mended[0].Count < 100 {
		t.Errorf("GB 18030 that says it is UTF-8: %+v", mended)
	}
}

func TestEntriesThatCannotBeToldFromOthersAreSkipped(t *testing.T) {
	for what, x := range map[string]struct {
		from, to string
		want     Skip
	}{
		"no number":             {"CNVD-2026-10001", "", Skip{3, NoNumber, "示例传动 Drive 7 停机漏洞"}},
		"a number of another":   {"CNVD-2026-10001", "CNNVD-202601-101", Skip{3, NumberForm, "CNNVD-202601-101"}},
		"a number that is none": {"CNVD-2026-10001", "CNVD-2026-x", Skip{3, NumberForm, "CNVD-2026-X"}},
		"a date that is none":   {"2026-01-12", "2026-13-12", Skip{3, DateForm, "2026-13-12"}},
		"another element":       {"<vulnerability>\n    <number>CNVD-2026-10002</number>", "<other/><vulnerability>\n    <number>CNVD-2026-10002</number>", Skip{27, NotAnEntry, "other"}},
	} {
		r, list, err := all(strings.NewReader(strings.Replace(file(t, "cnvd.xml"), x.from, x.to, 1)))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		skipped, n := r.Skipped()
		if n != 1 || skipped[0] != x.want || len(list) != 1+strings.Count(what, "another element") {
			t.Errorf("%s: %+v, want %+v", what, skipped, x.want)
		}
	}
}

func TestHostileAndBrokenFilesAreRefusedWithTheirLine(t *testing.T) {
	cnvd := file(t, "cnvd.xml")
	at := func(line int, fault Fault) string { return fmt.Sprintf("%d %s", line, fault) }
	for what, x := range map[string]struct{ text, want string }{
		"entities":           {strings.Replace(cnvd, "<vulnerabilitys>", "<!DOCTYPE x [<!ENTITY a \"b\">]>\n<vulnerabilitys>", 1), at(2, DocType)},
		"depth":              {strings.Replace(cnvd, "<title>", strings.Repeat("<a>", 20)+"<title>", 1), at(11, TooDeep)},
		"no end":             {strings.Replace(cnvd, "可被远程停机。", strings.Repeat("x", mostEntry), 1), at(23, TooLong)},
		"an attribute":       {strings.Replace(cnvd, "<title>", "<title x='"+strings.Repeat("y", mostEntry)+"'>", 1), at(11, TooLong)},
		"cut off":            {cnvd[:len(cnvd)-200], at(32, NotXML)},
		"not closed":         {strings.Replace(cnvd, "</title>", "</titel>", 1), at(11, NotXML)},
		"a < in a text":      {strings.Replace(cnvd, "&lt;2.3", "<2.3", 1), at(14, NotXML)},
		"a block PAV":        {strings.Replace(cnvd, "<title>", "<PAV>", 1), at(11, NotClosed)},
		"another encoding":   {strings.Replace(cnvd, "UTF-8", "big5", 1), at(1, OtherWrite)},
		"UTF-16":             {"\xff\xfe<\x00", at(1, OtherWrite)},
		"no text":            {strings.Replace(cnvd, "可被远程停机。", strings.Repeat("\xff", 2000), 1), at(23, NotText)},
		"another root":       {"<html>\n<body/></html>", at(1, NotAList)},
		"nothing":            {"", at(1, NotAList)},
		"no entries":         {"<cnnvd>\n</cnnvd>", at(2, Empty)},
		"no XML":             {"漏洞编号,漏洞名称\n", at(2, NotAList)},
		"a character entity": {strings.Replace(cnvd, "可被远程停机。", "&#0;", 1), at(23, NotXML)},
	} {
		_, _, err := all(strings.NewReader(x.text))
		refused, is := errors.AsType[*Error](err)
		if !is || at(refused.Line, refused.Fault) != x.want {
			t.Errorf("%s: %v, want %s", what, err, x.want)
		}
	}
}

func TestNumbersAndDays(t *testing.T) {
	for text, want := range map[string]bool{" cnvd-2020-60468 ": true, "CNVD-C-2019-48814": true, "CNNVD-202301-044": true, "CVE-2020-0001": false, "CNNVD-2023-1": false, "": false} {
		if number, ok := Number(text); ok != want || ok && ListOf(number) == "" {
			t.Errorf("%q is %q %v", text, number, ok)
		}
	}
	for text, want := range map[string]string{"2026-01-12": "2026-01-12", "2026-1-2 10:00:00": "2026-01-02", "2026/1/2": "2026-01-02", "2026-01-12T00:00:00Z": "2026-01-12", "2026年1月2日": "2026-01-02", "": ""} {
		if day, ok := Day(text); !ok || day != want {
			t.Errorf("%q is %q %v", text, day, ok)
		}
	}
	if got := CVEs("cve-2026-0001; CVE-2026-0001、CVE-2026-12345 无"); !reflect.DeepEqual(got, []string{"CVE-2026-0001", "CVE-2026-12345"}) {
		t.Errorf("%v", got)
	}
}

func TestATableIsReadAsUTF8(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("漏洞编号,漏洞名称\nCNVD-2026-1,停机\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{gb, "漏洞编号,漏洞名称\nCNVD-2026-1,停机\n", "\xef\xbb\xbf漏洞编号,漏洞名称\nCNVD-2026-1,停机\n"} {
		r, err := UTF8(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !strings.HasPrefix(string(got), "漏洞编号,漏洞名称\nCNVD-2026-1,停机") {
			t.Errorf("%q %v", got, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"cnvd.xml", "cnnvd.xml", "cnnvd-newer.xml"} {
		f.Add([]byte(file(f, name)))
	}
	f.Add([]byte("<cnnvd><entry><![CDATA[&]]><PAV></PAV>&\xff</entry></cnnvd>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, list, err := all(bytes.NewReader(data))
		if err != nil {
			if _, is := errors.AsType[*Error](err); !is {
				t.Errorf("nobody can act upon %v", err)
			}
		}
		for _, e := range list {
			sound(t, e)
		}
		if r == nil {
			return
		}
		skipped, n := r.Skipped()
		if len(skipped) > mostSkips || n < len(skipped) || r.text.line > bytes.Count(data, []byte("\n"))+1 && !r.text.gb {
			t.Errorf("%d of %d skipped, line %d of %d", len(skipped), n, r.text.line, bytes.Count(data, []byte("\n")))
		}
	})
}

// sound tells that an entry can be kept by databases and told from others.
func sound(t *testing.T, e Entry) {
	t.Helper()
	number, ok := Number(e.Number)
	if !ok || number != e.Number || ListOf(number) != e.List {
		t.Errorf("the number %q of %q", e.Number, e.List)
	}
	for _, day := range []string{e.Published, e.Modified} {
		if again, ok := Day(day); !ok || again != day {
			t.Errorf("the day %q", day)
		}
	}
	texts := append(append(append([]string{e.Title, e.Severity, e.Kind, e.Description, e.Remedy}, e.Products...), e.Links...), e.CVEs...)
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > mostText {
			t.Errorf("the text %.80q", text)
		}
	}
	if len(e.Products) > mostProducts || len(e.Links) > mostLinks || len(e.CVEs) > mostCVEs {
		t.Errorf("%d products, %d links, %d CVEs", len(e.Products), len(e.Links), len(e.CVEs))
	}
}

// BenchmarkReader reads a synthetic year: 100 MiB of entries of the older form.
func BenchmarkReader(b *testing.B) {
	text := file(b, "cnnvd.xml")
	from, to := strings.Index(text, "  <entry>"), strings.Index(text, "</cnnvd>")
	var year bytes.Buffer
	year.WriteString(text[:from])
	for year.Len() < 100<<20 {
		year.WriteString(text[from:to])
	}
	year.WriteString(text[to:])
	b.SetBytes(int64(year.Len()))
	for b.Loop() {
		if _, list, err := all(bytes.NewReader(year.Bytes())); err != nil {
			b.Fatal(len(list), err)
		}
	}
}
