// Package opendata makes open datasets (数据开放) of what platforms report: figures of
// single platforms come in, and only groups of three and more go out.
package opendata

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"linghang/kernel/lang"
)

// Least is how few platforms a figure is of to be told.
const Least = 3

// By is what a dataset divides the city by.
type By string

// The divisions.
const (
	City     By = "city"
	District By = "district"
	Industry By = "industry"
	Class    By = "class"
)

// Spec is what a dataset holds, and what is said about it.
type Spec struct {
	Title       lang.Text `json:"title"`
	Description lang.Text `json:"description"`
	Indicators  []string  `json:"indicators" maxItems:"30" nullable:"false"`
	By          By        `json:"by" enum:"city,district,industry,class"`
	Frequency   string    `json:"frequency" enum:"month,quarter"`
	Periods     int       `json:"periods" minimum:"1" maximum:"36" doc:"How many of the last periods it holds"`
	Licence     lang.Text `json:"licence" doc:"What may be done with it"`
	LicenceURL  string    `json:"licence_url" maxLength:"500"`
	Contact     string    `json:"contact" maxLength:"200" doc:"E-mail address or telephone number of the office; public"`
}

// Figure is a platform's value of an indicator in a period. It never leaves.
type Figure struct {
	Platform string
	Area     string // the code of what it is divided by; empty: the city
	Code     string
	Period   string
	Value    float64
}

// Word names a code.
type Word struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

// Indicator is what a row counts.
type Indicator struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
	Unit  lang.Text `json:"unit"`
	Mean  bool      `json:"mean" doc:"The mean of platforms, not the sum"`
}

// Row is one figure of a dataset.
type Row struct {
	Period     string   `json:"period"`
	Area       string   `json:"area" doc:"Empty: the city"`
	Indicator  string   `json:"indicator"`
	Value      *float64 `json:"value" doc:"null: suppressed"`
	Platforms  *int     `json:"platforms" doc:"Of how many platforms; null: suppressed"`
	Suppressed bool     `json:"suppressed" doc:"Of fewer than three platforms, or others of fewer could be told from it"`
}

// Table is the content of a dataset.
type Table struct {
	Areas      []Word      `json:"areas" nullable:"false"`
	Indicators []Indicator `json:"indicators" nullable:"false"`
	Rows       []Row       `json:"rows" nullable:"false"`
	Suppressed int         `json:"suppressed" doc:"How many rows are suppressed"`
}

// Tabulate adds figures up and suppresses what is of too few platforms. Where what is
// suppressed of an indicator and a period could be told from a total, because it is
// of fewer than three platforms together or is one area alone, the smallest area
// beside it is suppressed too. The outcome does not depend on the order of figures.
func Tabulate(areas []Word, indicators []Indicator, figures []Figure) Table {
	t := Table{Areas: areas, Indicators: indicators, Rows: []Row{}}
	mean := map[string]bool{}
	for _, x := range indicators {
		mean[x.Code] = x.Mean
	}
	for _, cells := range together(figures) {
		hide(cells)
		for _, c := range cells {
			r := Row{Period: c.period, Area: c.area, Indicator: c.code, Suppressed: c.hidden}
			if c.hidden {
				t.Suppressed++
			} else {
				v, n := c.sum, c.platforms
				if mean[c.code] {
					v /= float64(n)
				}
				r.Value, r.Platforms = &v, &n
			}
			t.Rows = append(t.Rows, r)
		}
	}
	return t
}

type cell struct {
	period, code, area string
	sum                float64
	platforms          int
	hidden             bool
}

// together are the cells of each period and indicator, in order.
func together(figures []Figure) [][]*cell {
	list := slices.Clone(figures)
	slices.SortFunc(list, func(a, b Figure) int {
		return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Platform, b.Platform))
	})
	var groups [][]*cell
	var last *cell
	for _, f := range list {
		if last == nil || last.period != f.Period || last.code != f.Code {
			groups = append(groups, nil)
			last = nil
		}
		at := len(groups) - 1
		if last == nil || last.area != f.Area {
			last = &cell{period: f.Period, code: f.Code, area: f.Area}
			groups[at] = append(groups[at], last)
		}
		last.sum += f.Value
		last.platforms++
	}
	return groups
}

// hide suppresses cells of one period and indicator.
func hide(cells []*cell) {
	hidden, platforms := 0, 0
	for _, c := range cells {
		if c.hidden = c.platforms < Least; c.hidden {
			hidden++
			platforms += c.platforms
		}
	}
	for hidden > 0 && hidden < len(cells) && (hidden == 1 || platforms < Least) {
		var least *cell
		for _, c := range cells {
			if !c.hidden && (least == nil || c.platforms < least.platforms) {
				least = c
			}
		}
		least.hidden = true
		hidden++
		platforms += least.platforms
	}
}

// CSV writes the rows with names in both languages, in UTF-8 with a mark so that
// spreadsheets read Chinese.
func (t Table) CSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	out := csv.NewWriter(w)
	if err := out.Write(Columns()); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	for _, cells := range t.Cells() {
		text := make([]string, len(cells))
		for i, c := range cells {
			switch v := c.(type) {
			case string:
				text[i] = v
			case float64:
				text[i] = strconv.FormatFloat(v, 'f', -1, 64)
			case int:
				text[i] = strconv.Itoa(v)
			case bool:
				text[i] = strconv.FormatBool(v)
			}
		}
		if err := out.Write(text); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// Columns are the titles of CSV and XLSX.
func Columns() []string {
	return []string{"period", "area", "area_zh", "area_en", "indicator", "indicator_zh", "indicator_en", "unit_zh", "unit_en", "value", "platforms", "suppressed"}
}

// Cells are the rows as Columns name them; nil is no value.
func (t Table) Cells() [][]any {
	areas, indicators := map[string]Word{"": {Title: lang.Text{ZH: "全市", EN: "City"}}}, map[string]Indicator{}
	for _, a := range t.Areas {
		areas[a.Code] = a
	}
	for _, x := range t.Indicators {
		indicators[x.Code] = x
	}
	list := make([][]any, len(t.Rows))
	for i, r := range t.Rows {
		a, x := areas[r.Area].Title, indicators[r.Indicator]
		cells := []any{r.Period, r.Area, a.ZH, a.EN, r.Indicator, x.Title.ZH, x.Title.EN, x.Unit.ZH, x.Unit.EN, nil, nil, r.Suppressed}
		if r.Value != nil {
			cells[9], cells[10] = *r.Value, *r.Platforms
		}
		list[i] = cells
	}
	return list
}

// Edition is a version of a dataset as it was published.
type Edition struct {
	Number    int64     `json:"number"`
	MadeAt    time.Time `json:"made_at"`
	Note      lang.Text `json:"note" doc:"What is new"`
	Rows      int       `json:"rows"`
	Hidden    int       `json:"hidden" doc:"Rows that are suppressed"`
	Synthetic bool      `json:"synthetic"`
	Digest    string    `json:"digest" doc:"SHA-256 of the content"`
}
