package platforms

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// What would become of a row of an uploaded table.
const (
	rowNew     = "new"
	rowSame    = "same"
	rowChange  = "change"
	rowRefused = "refused"
)

// uploadRow is a row of an uploaded table that has a value.
type uploadRow struct {
	Line    int64    `json:"line"` // of the file
	Code    string   `json:"code"`
	Dims    dims     `json:"dims"`
	Period  string   `json:"period"`
	Value   string   `json:"value"` // as it is written
	Before  *float64 `json:"before,omitempty"`
	Outcome string   `json:"outcome"`
	Column  string   `json:"column,omitempty"` // as the file names it, where it is wrong
	Finding *finding `json:"finding,omitempty"`
}

// uploadColumn is a column of tables that people fill in, with what it may be called.
type uploadColumn struct {
	name  string
	title lang.Text
	also  []string
}

// uploadColumns are the columns of templates, in their order. Names of indicators
// are for people: they are not read.
func uploadColumns() []uploadColumn {
	return []uploadColumn{
		{"code", lang.Text{ZH: "指标代码", EN: "code"}, []string{"代码"}},
		{"name", lang.Text{ZH: "指标名称", EN: "indicator"}, []string{"name", "指标"}},
		{"unit", lang.Text{ZH: "单位", EN: "unit"}, nil},
		{"period", lang.Text{ZH: "数据期", EN: "period"}, nil},
		{"industry", lang.Text{ZH: "行业", EN: "industry"}, nil},
		{"district", lang.Text{ZH: "区市", EN: "district"}, nil},
		{"size", lang.Text{ZH: "企业规模", EN: "size"}, []string{"规模"}},
		{"type", lang.Text{ZH: "类型", EN: "type"}, nil},
		{"value", lang.Text{ZH: "数值", EN: "value"}, nil},
	}
}

// columnNamed is which column a title means, or the title itself.
func columnNamed(title string) string {
	title = strings.ToLower(strings.TrimSpace(title))
	for _, c := range uploadColumns() {
		if title == c.name || title == c.title.ZH || title == c.title.EN || slices.Contains(c.also, title) {
			return c.name
		}
	}
	return title
}

// uploadHead is the head of a file: what its columns mean, and what it calls them.
type uploadHead struct{ names, titles []string }

func readHead(rows sheet.Sheet) (uploadHead, error) {
	titles, err := sheet.Head(rows)
	if err != nil {
		return uploadHead{}, err
	}
	h := uploadHead{titles: slices.Clone(titles)}
	for _, t := range titles {
		h.names = append(h.names, columnNamed(t))
	}
	for _, need := range []string{"code", "period", "value"} {
		if !slices.Contains(h.names, need) {
			return h, fault.New(fault.Invalid, "platforms.csv.column", "the column %s is missing", need).With("column", need).
				At("body[0]", "the first row names the columns: code,period,value,industry,district,size,type")
		}
	}
	for i, name := range h.names {
		if name != "" && slices.Contains(h.names[:i], name) {
			return h, fault.New(fault.Invalid, "platforms.csv.twice", "the column %s is there twice", name).With("column", name).At("body[0]", "each column once")
		}
	}
	return h, nil
}

// title is what the file calls a column.
func (h uploadHead) title(name string) string {
	if i := slices.Index(h.names, name); i >= 0 {
		return h.titles[i]
	}
	return name
}

// cell is what a row has in a column.
func (h uploadHead) cell(cells []string, name string) string {
	if i := slices.Index(h.names, name); i >= 0 && i < len(cells) {
		return strings.TrimSpace(cells[i])
	}
	return ""
}

// readTable takes the rows of a table that have a value: those without are of a
// template that was not filled in there. A row that is wrong is a finding; a file that
// cannot be read at all is an error.
func (s *sieve) readTable(rows sheet.Sheet) ([]uploadRow, error) {
	head, err := readHead(rows)
	if err != nil {
		return nil, err
	}
	list, met := []uploadRow{}, map[moment]int64{}
	for {
		cells, line, err := rows.Next()
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case fault.As(err) != nil:
			return nil, err
		case err != nil:
			return nil, badCSV(err)
		}
		row := uploadRow{Line: line, Code: head.cell(cells, "code"), Period: head.cell(cells, "period"), Value: head.cell(cells, "value"), Outcome: rowNew}
		if row.Value == "" {
			continue
		}
		if len(list) == maxItems {
			return nil, fault.New(fault.TooLarge, "platforms.csv.rows", "more than %d rows", maxItems).With("limit", maxItems)
		}
		s.index = int(line)
		e, column, why := s.readRow(head, cells, &row)
		if why == nil {
			if first, twice := met[moment{e.known, e.At}]; twice {
				column, why = "code", because("twice", "the same series and period stand in line %d already", first)
			}
		}
		if why != nil {
			row.Outcome, row.Column, row.Finding = rowRefused, head.title(column), &finding{int(line), row.Code, why.Key, why.Message}
			s.refuse(row.Code, why)
		} else {
			met[moment{e.known, e.At}] = line
			s.entries = append(s.entries, e)
		}
		list = append(list, row)
	}
}

func badCSV(err error) error {
	return fault.New(fault.BadRequest, "platforms.csv.unreadable", "the file is not CSV: %v", err).At("body", "save it as CSV in UTF-8")
}

// readRow reads one row; column is where it is wrong.
func (s *sieve) readRow(head uploadHead, cells []string, row *uploadRow) (e entry, column string, why *reason) {
	for _, name := range head.names {
		text := head.cell(cells, name)
		switch name {
		case "code", "name", "unit", "period", "value":
		default:
			if text != "" && !row.Dims.set(name, codeOfWord(name, text)) {
				return e, name, because("label", "the column %.40q is no dimension of the catalogue", name)
			}
		}
	}
	var err error
	if e.Value, err = strconv.ParseFloat(row.Value, 64); err != nil {
		return e, "value", because("number", "%.40q is no number", row.Value)
	}
	at, grain, err := readPeriod(row.Period)
	if err != nil {
		return e, "period", because("period", "%v", err)
	}
	x, known := s.catalogue.byCode[row.Code]
	if unit := head.cell(cells, "unit"); known && unit != "" && unit != x.Unit.ZH && unit != x.Unit.EN {
		return e, "unit", because("unit", "the unit of %s is %s, not %.40q", row.Code, x.Unit.EN, unit)
	}
	if why := s.catalogue.check(row.Code, row.Dims, e.Value); why != nil {
		return e, columnOf(why), why
	}
	if why := x.timely(at, grain, s.now); why != nil {
		return e, "period", why
	}
	e.known, why = s.find(row.Code, row.Dims.key())
	e.At, e.Period, e.index = x.Tier.start(at).UnixMilli(), x.periodic(), int32(s.index) //nolint:gosec // a line of a file of 8 MiB
	return e, "code", why
}

// columnOf is the column that a reason of the catalogue is about.
func columnOf(why *reason) string {
	switch strings.TrimPrefix(why.Key, "platforms.item.") {
	case "not_finite", "negative":
		return "value"
	default:
		return "code"
	}
}

// compared says of the rows that can be taken what they change. known has the figure
// of a line's series and period, where there is one.
func compared(rows []uploadRow, entries []entry, known map[int32]float64) {
	values := make(map[int64]entry, len(entries))
	for _, e := range entries {
		values[int64(e.index)] = e
	}
	for i := range rows {
		before, there := known[int32(rows[i].Line)] //nolint:gosec // a line of a file of 8 MiB
		e, taken := values[rows[i].Line]
		if !there || !taken {
			continue
		}
		rows[i].Before, rows[i].Outcome = &before, rowChange
		if before == e.Value {
			rows[i].Outcome = rowSame
		}
	}
}

// templateRow is a row to fill in.
type templateRow struct {
	indicator indicator
	dims      dims
}

// templateRows are the series of a tier that a platform has reported once, and is
// expected to go on with; those of the whole catalogue, when there is none.
func (c *catalogue) templateRows(values []Value, t tier) []templateRow {
	var list []templateRow
	for _, x := range c.Indicators {
		for _, v := range values {
			if x.Tier == t && v.Code == x.Code {
				list = append(list, templateRow{x, v.Dims})
			}
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, x := range c.Indicators {
		if x.Tier == t {
			list = append(list, templateRow{x, dims{}})
		}
	}
	return list
}

// templatePeriod is the period that a template is for: the one that is named, or the
// newest one that is over.
func templatePeriod(t tier, text string, now time.Time) (string, error) {
	layout := map[tier]string{daily: time.DateOnly, monthly: "2006-01"}[t]
	if text == "" {
		period, _ := t.owed(time.Time{}, now)
		return period.In(cityTime()).Format(layout), nil
	}
	at, err := time.ParseInLocation(layout, text, cityTime())
	if err != nil || at.After(now) {
		return "", fault.New(fault.Invalid, "platforms.upload.period", "a day or a month that has begun, as 2026-10").At("query.period", "a day or a month that has begun, as 2026-10")
	}
	return text, nil
}

// current tells whether a file that a person sent holds figures of the period that has
// just ended: whoever reports by file shows the platform alive, and whoever fills a gap
// does not.
func (s submission) current(c *catalogue) bool {
	return slices.ContainsFunc(s.entries, func(e entry) bool {
		x := c.byCode[e.Code]
		period, _ := x.Tier.owed(s.ReceivedAt, s.ReceivedAt)
		return x.periodic() && e.At >= period.UnixMilli()
	})
}
