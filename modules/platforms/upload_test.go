package platforms

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
)

// counter is a platform without programmers.
type counter struct {
	*well
	day string // the one that is over
}

func newCounter(t *testing.T, o kerneltest.Options) *counter {
	t.Helper()
	x := &counter{well: newWell(t, o)}
	day, _ := daily.owed(x.now, x.now)
	x.day = day.In(cityTime()).Format(time.DateOnly)
	return x
}

func (x *counter) path() string { return "/api/platforms/" + x.ours + "/backfill" }

func (x *counter) preview(t *testing.T, body string) (v uploadView) {
	t.Helper()
	r := x.Send(t, "POST", x.path()+"/preview", "manager-ours", body, "Content-Type", "text/csv")
	if r.Status != http.StatusOK {
		t.Fatalf("preview: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &v)
	return v
}

func (x *counter) send(t *testing.T, query, body string, want int) (v receiptView) {
	t.Helper()
	r := x.Send(t, "POST", x.path()+query, "manager-ours", body, "Content-Type", "text/csv")
	if r.Status != want {
		t.Fatalf("send: %d %s, want %d", r.Status, r.Body, want)
	}
	if want == http.StatusOK {
		r.Decode(t, &v)
	}
	return v
}

func TestATableIsShownRowByRowBeforeItIsSent(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newCounter(t, o)
		x.send(t, "", "code,period,value\nent_served,"+x.day+",10\n", http.StatusOK)
		tomorrow := x.now.Add(48 * time.Hour).In(cityTime()).Format(time.DateOnly)
		v := x.preview(t, "指标代码,指标名称,单位,数据期,行业,区市,数值\n"+strings.Join([]string{
			"ent_served,服务企业,家," + x.day + ",,,12", // 2: another figure
			"ent_served,,," + x.day + ",,市南区,5",    // 3: new, by its word
			"ent_served,,," + x.day + ",,370202,6", // 4: the same series again
			"ent_served,,," + x.day + ",,,",        // 5: not filled in
			"nothing,,," + x.day + ",,,1",          // 6
			"dev_online,,亩,2026-11-20T10:00:00+08:00,,,1",
			"ent_served,,,26/11/2026,,,1",
			"ent_served,,," + tomorrow + ",,,1",
			"ent_served,,," + x.day + ",X99,,1",
			"ent_served,,," + x.day + ",,,many",
			"ent_served,,," + x.day + ",,370203,-1",
		}, "\n")+"\n")
		var got []string
		for _, r := range v.Rows {
			line := fmt.Sprintf("%d %s", r.Line, r.Outcome)
			if r.Finding != nil {
				line += " " + r.Column + " " + strings.TrimPrefix(r.Finding.Key, "platforms.item.")
			}
			got = append(got, line)
		}
		want := []string{
			"4 refused 指标代码 twice", "6 refused 指标代码 unknown", "7 refused 单位 unit", "8 refused 数据期 period", "9 refused 数据期 future", "10 refused 指标代码 vocabulary", "11 refused 数值 number", "12 refused 数值 negative",
			"2 change", "3 new",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") || *v.Rows[8].Before != 10 || v.Counts[rowRefused] != 8 || !v.Current {
			t.Errorf("the preview says\n%s\nwant\n%s\n%+v", strings.Join(got, "\n"), strings.Join(want, "\n"), v.Counts)
		}
		if facts := x.facts(t); strings.Count(facts, "\n") != 1 {
			t.Errorf("a preview stored %s", facts)
		}
	})
}

func TestAFileCountsOnceAndACorrectionHasItsReason(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newCounter(t, o)
		first := x.send(t, "", "code,period,value\nent_served,"+x.day+",10\n", http.StatusOK)
		if again := x.send(t, "", "code,period,value\nent_served,"+x.day+",10\n", http.StatusOK); again.Receipt != first.Receipt {
			t.Errorf("the same file again: %+v", again)
		}
		other := "code,period,value\nent_served," + x.day + ",12\n"
		x.send(t, "", other, http.StatusUnprocessableEntity) // contradicts
		x.send(t, "?revises=true", other, http.StatusUnprocessableEntity)
		x.send(t, "?reason="+strings.Repeat("x", reasonLongest+1), other, http.StatusUnprocessableEntity)
		x.send(t, "?reason=double+count", other, http.StatusOK)
		short := strings.ReplaceAll(x.day, "-", "")[4:]
		if got, want := x.facts(t), fmt.Sprintf("ent_served %[1]s r1 10 csv\nent_served %[1]s r2 12 csv\n", short); got != want {
			t.Errorf("the facts are\n%swant\n%s", got, want)
		}
		var page struct{ Items []submission }
		x.Get(t, "/api/platforms/"+x.ours+"/submissions?channel=csv", "manager-ours").Decode(t, &page)
		if len(page.Items) != 2 || page.Items[0].Reason != "double count" {
			t.Errorf("the submissions are %+v", page.Items)
		}
		var p PlatformView
		if x.Get(t, "/api/platforms/"+x.ours, "manager-ours").Decode(t, &p); p.Freshness == freshNever {
			t.Error("whoever sends the figures that are due by file has not reported")
		}
		kerneltest.Wait(t, "the audit log to name who sent it", func() bool {
			return strings.Contains(string(x.Get(t, "/api/system/audit?limit=100", "auditor").Body), "double count")
		})
		for _, path := range []string{"", "/preview"} {
			if r := x.Send(t, "POST", x.path()+path, "manager-theirs", other, "Content-Type", "text/csv"); r.Status != http.StatusNotFound {
				t.Errorf("theirs %s: %d", path, r.Status)
			}
		}
		if r := x.Get(t, x.path()+"/template", "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("their template: %d", r.Status)
		}
	})
}

func TestATemplateIsFilledInAndComesBack(t *testing.T) {
	x := newCounter(t, kerneltest.Options{})
	whole := x.template(t, "?of=day&format=csv&period="+x.day)
	if len(whole) < 5 || strings.Join(whole[0], ",") != "\ufeff指标代码,指标名称,单位,数据期,行业,区市,企业规模,类型,数值" {
		t.Fatalf("a new platform's template: %v", whole)
	}
	x.send(t, "", "code,period,value,district\nent_served,"+x.now.AddDate(0, 0, -5).Format(time.DateOnly)+",10,\nent_served,"+x.now.AddDate(0, 0, -5).Format(time.DateOnly)+",4,370202\n", http.StatusOK)
	rows := x.template(t, "?of=day&format=csv&lang=en&period="+x.day)
	if len(rows) != 3 || rows[1][0] != "ent_served" || rows[2][5] != "370202" || rows[1][3] != x.day || rows[1][8] != "" {
		t.Errorf("the template is %v", rows)
	}
	for _, row := range append(whole[1:], rows[1:]...) {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
	}
	r := x.Get(t, x.path()+"/template?of=day&format=xlsx", "manager-ours")
	book, err := excelize.OpenReader(bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	name := book.GetSheetName(0)
	if err := book.SetCellValue(name, "I2", 31.5); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	got := x.Send(t, "POST", x.path()+"?name=%E6%8C%87%E6%A0%87.xlsx", "manager-ours", file.String(), "Content-Type", httpd.XLSXType)
	if got.Status != http.StatusOK || !strings.Contains(x.facts(t), " r1 31.5 csv") {
		t.Errorf("the workbook: %d %s\n%s", got.Status, got.Body, x.facts(t))
	}
	if r := x.Get(t, x.path()+"/template?period=2999-01", "manager-ours"); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("a month to come: %d", r.Status)
	}
}

func (x *counter) template(t *testing.T, query string) [][]string {
	t.Helper()
	r := x.Get(t, x.path()+"/template"+query, "manager-ours")
	if r.Status != http.StatusOK {
		t.Fatalf("template: %d %s", r.Status, r.Body)
	}
	rows, err := csv.NewReader(bytes.NewReader(r.Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAFileThatMeansHarmIsRefused(t *testing.T) {
	x := newCounter(t, kerneltest.Options{})
	for name, c := range map[string]struct {
		media, body string
		want        int
		says        string
	}{
		"100 MB":          {"text/csv", "code,period,value\n" + strings.Repeat("x", 100<<20), http.StatusRequestEntityTooLarge, ""},
		"a bomb":          {httpd.XLSXType, workbookBomb(t), http.StatusRequestEntityTooLarge, "files.archive"},
		"no workbook":     {httpd.XLSXType, "PK\x03\x04 nothing", http.StatusUnprocessableEntity, ""},
		"another kind":    {"application/pdf", "%PDF-1.7", http.StatusUnsupportedMediaType, ""},
		"nothing in it":   {"text/csv", "code,period,value\nent_served," + x.day + ",\n", http.StatusUnprocessableEntity, "platforms.upload.empty"},
		"a column twice":  {"text/csv", "code,period,value,数值\na,b,1,2\n", http.StatusUnprocessableEntity, "platforms.csv.twice"},
		"not a column":    {"text/csv", "code,value\na,1\n", http.StatusUnprocessableEntity, "platforms.csv.column"},
		"more rows":       {"text/csv", "code,period,value\n" + strings.Repeat("a,b,1\n", maxItems+1), http.StatusRequestEntityTooLarge, "platforms.csv.rows"},
		"an open quote":   {"text/csv", "code,period,value\n\"" + strings.Repeat("a,b,1\n", 1<<20), http.StatusUnprocessableEntity, "quotation"},
		"a formula":       {"text/csv", "code,period,value\n=HYPERLINK(1),b,1\n", http.StatusUnprocessableEntity, "files.formula"},
		"another charset": {"text/csv", "\xd6\xb8\xb1\xea,period,value\na,b,1\n", http.StatusUnprocessableEntity, "UTF-8"},
	} {
		for _, path := range []string{"", "/preview"} {
			if r := x.Send(t, "POST", x.path()+path, "manager-ours", c.body, "Content-Type", c.media); r.Status != c.want || !strings.Contains(string(r.Body), c.says) {
				t.Errorf("%s%s: %d %.300s, want %d with %q", name, path, r.Status, r.Body, c.want, c.says)
			}
		}
	}
	if facts := x.facts(t); facts != "" {
		t.Errorf("something was stored: %s", facts)
	}
}

// workbookBomb is a workbook whose sheet unpacks to 300 MiB of nothing.
func workbookBomb(t *testing.T) string {
	t.Helper()
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	var plain, out bytes.Buffer
	if err := book.Write(&plain); err != nil {
		t.Fatal(err)
	}
	from, err := zip.NewReader(bytes.NewReader(plain.Bytes()), int64(plain.Len()))
	if err != nil {
		t.Fatal(err)
	}
	to := zip.NewWriter(&out)
	for _, f := range from.File {
		w, err := to.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "xl/worksheets/sheet1.xml" {
			for range 300 {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
					t.Fatal(err)
				}
			}
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
