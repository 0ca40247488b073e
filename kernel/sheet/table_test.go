package sheet_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

type machine struct {
	name  string
	count int
}

func machines(most int) sheet.Table[machine] {
	return sheet.Table[machine]{Need: []string{"name"}, Most: most, Columns: []sheet.Column[machine]{
		{Name: "name", Title: "名称", Set: sheet.Text(func(m *machine) *string { return &m.name })},
		{Name: "count", Title: "数量", Set: func(m *machine, text string) (why *lang.Text) {
			var err error
			if m.count, err = strconv.Atoi(text); err != nil {
				return sheet.Because("%q 不是数值", "%q is no number", text)
			}
			return nil
		}},
	}}
}

func TestTable(t *testing.T) {
	many := "name\n" + strings.Repeat("lathe\n", 3)
	for _, c := range []struct {
		name, file string
		rows       []machine
		wrong      []sheet.Finding
		refused    string
	}{
		{name: "names in Chinese, an order of its own, a column that is none", file: "数量,备注, 名称\n2,x,车床\n", rows: []machine{{"车床", 2}}},
		{name: "names in English in capitals", file: "NAME,Count\nlathe,2\n", rows: []machine{{"lathe", 2}}},
		{name: "blank rows", file: "name,count\n , \nlathe,\n,\n", rows: []machine{{"lathe", 0}}},
		{name: "short row", file: "name,count\nlathe\n", rows: []machine{{"lathe", 0}}},
		{
			name: "cell and row", file: "name,count\nlathe,two\n,3\npress,4\n", rows: []machine{{"press", 4}},
			wrong: []sheet.Finding{
				{Line: 2, Column: "count", Why: lang.Text{ZH: `"two" 不是数值`, EN: `"two" is no number`}},
				{Line: 3, Why: lang.Text{ZH: "缺少名称", EN: "the name is missing"}},
			},
		},
		{name: "as many as there may be", file: many, rows: []machine{{"lathe", 0}, {"lathe", 0}, {"lathe", 0}}},
		{name: "one more", file: many + "lathe\n", refused: "more than 3 rows"},
		{name: "column missing", file: "count\n2\n", refused: "the column name is missing"},
		{name: "no rows", file: "name,count\n", refused: "no rows"},
		{name: "blank rows alone", file: "name,count\n , \n", refused: "no rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows []machine
			wrong, err := machines(3).Read(sheet.CSV(strings.NewReader(c.file), int64(len(c.file))), func(m machine, line int64, found []sheet.Finding) []sheet.Finding {
				if m.name == "" {
					found = append(found, sheet.Finding{Line: line, Why: lang.Text{ZH: "缺少名称", EN: "the name is missing"}})
				}
				if len(found) == 0 {
					rows = append(rows, m)
				}
				return found
			})
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Fatalf("refused with %v, want %q", err, c.refused)
				}
				return
			}
			if err != nil || !slices.Equal(rows, c.rows) || !slices.Equal(wrong, c.wrong) {
				t.Errorf("read %v, wrong %v, %v; want %v, %v", rows, wrong, err, c.rows, c.wrong)
			}
		})
	}
}

func TestTableStopsAtManyFindings(t *testing.T) {
	file := "name,count\n" + strings.Repeat("lathe,x\n", 1000)
	read := 0
	wrong, err := machines(3).Read(sheet.CSV(strings.NewReader(file), int64(len(file))), func(_ machine, _ int64, found []sheet.Finding) []sheet.Finding {
		read++
		return found
	})
	if err != nil || len(wrong) != 200 || read != 200 {
		t.Errorf("%d findings of %d rows, %v; want 200 of 200", len(wrong), read, err)
	}
}

func TestFindings(t *testing.T) {
	say := func(location, message string) (column, zh string) {
		return strings.TrimPrefix(location, "body."), "中文：" + message
	}
	got := sheet.Findings(fault.New(fault.Invalid, "test.bad", "bad").At("body.name", "give a name"), 7, say)
	want := []sheet.Finding{{Line: 7, Column: "name", Why: lang.Text{ZH: "中文：give a name", EN: "give a name"}}}
	if !slices.Equal(got, want) {
		t.Errorf("findings %v, want %v", got, want)
	}
	if got := sheet.Findings(nil, 7, say); len(got) != 0 {
		t.Errorf("nothing wrong came to %v", got)
	}
	if got := sheet.Findings(fmt.Errorf("check: %w", fault.New(fault.Invalid, "test.bad", "bad").At("body.name", "give a name")), 7, say); len(got) != 1 {
		t.Errorf("a wrapped fault came to %v", got)
	}
}
