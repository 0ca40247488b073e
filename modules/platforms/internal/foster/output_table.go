package foster

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// OutputRow is a row of a table of figures, and what would become of it.
type OutputRow struct {
	Line       int64      `json:"line"`
	USCC       string     `json:"uscc"`
	Enterprise string     `json:"enterprise"`
	Year       int        `json:"year"`
	Amount     float64    `json:"amount"`
	Before     *float64   `json:"before,omitempty" doc:"The accepted figure that it corrects"`
	Outcome    string     `json:"outcome" enum:"new,change,same,refused"`
	Column     string     `json:"column,omitempty" doc:"Where it is wrong"`
	Why        *lang.Text `json:"why,omitempty"`

	output Output
}

// outputColumnNames are the columns of tables, in their order, by what they are called.
func outputColumnNames() [][2]string {
	return [][2]string{{"uscc", "统一社会信用代码"}, {"enterprise", "企业名称"}, {"year", "年度"}, {"amount", "新增产值（万元）"}, {"project", "项目"}, {"basis", "测算依据"}}
}

// readOutputs reads a table of figures. A row that is wrong says so; a file that cannot
// be read as a table is an error.
func readOutputs(rows sheet.Sheet, now time.Time) ([]OutputRow, error) {
	head, err := sheet.Head(rows)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(head))
	for i, h := range head {
		names[i] = strings.ToLower(strings.TrimSpace(h))
	}
	at := map[string]int{}
	for _, c := range outputColumnNames() {
		i := slices.IndexFunc(names, func(n string) bool { return n == c[0] || n == c[1] })
		if i < 0 {
			return nil, sheet.Refuse("缺少列 %s", "the column %s is missing", c[0])
		}
		at[c[0]] = i
	}
	list, seen := []OutputRow{}, map[outputName]int64{}
	for {
		cells, line, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		if len(list) >= outputsAtOnce {
			return nil, sheet.Refuse("超过 %d 行", "it has more than %d rows", outputsAtOnce)
		}
		list = append(list, outputRow(cells, line, at, seen, now))
	}
	if len(list) == 0 {
		return nil, sheet.Refuse("没有数据行", "it has no rows")
	}
	return list, nil
}

func outputRow(cells []string, line int64, at map[string]int, seen map[outputName]int64, now time.Time) OutputRow {
	cell := func(name string) string {
		if i := at[name]; i < len(cells) {
			return strings.Clone(strings.TrimSpace(cells[i])) // a row is good until the next one
		}
		return ""
	}
	o := Output{USCC: cell("uscc"), Enterprise: cell("enterprise"), Project: cell("project"), Basis: cell("basis")}
	var bad error
	o.Year, _ = strconv.Atoi(cell("year")) // what is no number is no year
	if o.Amount, bad = strconv.ParseFloat(strings.ReplaceAll(cell("amount"), ",", ""), 64); bad != nil {
		o.Amount = -1 // which is refused
	}
	o = o.tidy()
	row := OutputRow{Line: line, USCC: o.USCC, Enterprise: o.Enterprise, Year: o.Year, Amount: max(o.Amount, 0), Outcome: "new", output: o}
	if wrong := o.faults(now); len(wrong) > 0 {
		return row.refuse(wrong[0].field, wrong[0].why)
	}
	if before, twice := seen[o.name()]; twice {
		return row.refuse("uscc", lang.Text{ZH: fmt.Sprintf("同一企业、年度已在第 %d 行", before), EN: fmt.Sprintf("the enterprise and year are in line %d already", before)})
	}
	seen[o.name()] = line
	return row
}

func (r OutputRow) refuse(column string, why lang.Text) OutputRow {
	r.Outcome, r.Column, r.Why = "refused", column, &why
	return r
}

// against tells what would become of a row, with the figures that there are.
func (r OutputRow) against(before []Output) OutputRow {
	if r.Outcome == "refused" {
		return r
	}
	for _, b := range before {
		switch b.State {
		case OutputReported:
			return r.refuse("uscc", lang.Text{ZH: "该企业、年度有待审核的报送，请先撤回", EN: "a figure of this enterprise and year waits for its review; withdraw it first"})
		case OutputAccepted:
			amount := b.Amount
			r.Before, r.Outcome = &amount, "change"
			if r.output.same(b) {
				r.Outcome = "same"
			}
		default: // it is over
		}
	}
	return r
}
