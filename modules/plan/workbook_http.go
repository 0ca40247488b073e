package plan

import (
	"context"
	"iter"
	"net/http"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// workbookRows bounds how many values one workbook holds.
const workbookRows = 100_000

func (m *Module) serveWorkbook(w http.ResponseWriter, r *http.Request) {
	if format := r.URL.Query().Get("format"); format != "" && format != "xlsx" {
		httpd.Refuse(w, r, fault.New(fault.Invalid, "kernel.export.format", "a plan exports as xlsx").At("query.format", "use xlsx"))
		return
	}
	b, p, err := m.board(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.Attach(w, httpd.XLSXType, "plan-"+p.ID+"-"+time.Now().Format("20060102-150405")+".xlsx")
	if err := httpd.WriteWorkbook(w, m.sheets(r.Context(), b, httpd.Language(r))); err != nil {
		m.kit.Log.Error("a workbook could not be written", "plan", p.ID, "error", err)
		panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
	}
}

func titles(language string, list ...lang.Text) []string {
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = t.In(language)
	}
	return texts
}

func (m *Module) sheets(ctx context.Context, b Board, language string) []httpd.Sheet {
	code, title := lang.Text{ZH: "代码", EN: "Code"}, lang.Text{ZH: "名称", EN: "Title"}
	unit, value, source := lang.Text{ZH: "单位", EN: "Unit"}, lang.Text{ZH: "当前值", EN: "Value"}, lang.Text{ZH: "来源", EN: "Source"}
	return []httpd.Sheet{
		{
			Name: lang.Text{ZH: "目标", EN: "Targets"}.In(language), Widths: []float64{24, 44, 12, 12, 14, 14, 14, 14, 12, 12, 12, 12, 26, 24, 60},
			Titles: titles(language, code, title, lang.Text{ZH: "行动", EN: "Action"}, lang.Text{ZH: "措施", EN: "Measure"}, value, unit, lang.Text{ZH: "目标值", EN: "Goal"},
				lang.Text{ZH: "方向", EN: "Direction"}, lang.Text{ZH: "状态", EN: "Status"}, source, lang.Text{ZH: "预测值", EN: "Forecast"}, lang.Text{ZH: "达成概率", EN: "Chance"},
				lang.Text{ZH: "责任部门", EN: "Owner"}, lang.Text{ZH: "取数", EN: "Formula"}, lang.Text{ZH: "原文", EN: "Sentence"}),
			Rows: targetRows(b, language),
		},
		{
			Name: lang.Text{ZH: "行动与措施", EN: "Actions"}.In(language), Widths: []float64{10, 30, 10, 44, 10, 80},
			Titles: titles(language, code, lang.Text{ZH: "行动", EN: "Action"}, code, lang.Text{ZH: "措施", EN: "Measure"}, lang.Text{ZH: "目标数", EN: "Targets"}, lang.Text{ZH: "原文", EN: "Sentence"}),
			Rows:   actionRows(b, language),
		},
		{
			Name: lang.Text{ZH: "历史数值", EN: "Values"}.In(language), Widths: []float64{24, 44, 14, 10, 22, 22, 10, 10, 14, 14, 14, 40},
			Titles: titles(language, code, title, value, unit, lang.Text{ZH: "数据时间", EN: "Valid at"}, lang.Text{ZH: "生效时间", EN: "Known at"}, source, lang.Text{ZH: "状态", EN: "State"},
				lang.Text{ZH: "填报人", EN: "Reporter"}, lang.Text{ZH: "审核人", EN: "Reviewer"}, lang.Text{ZH: "批准人", EN: "Approver"}, lang.Text{ZH: "说明", EN: "Note"}),
			Rows: m.valueRows(ctx, b, language),
		},
	}
}

// cell leaves what is unknown empty, which no number could be mistaken for.
func cell(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func targetRows(b Board, language string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, t := range b.Targets {
			row := []any{
				t.Code, t.Title.In(language), t.ActionCode, t.MeasureCode, cell(t.Value), t.Unit.In(language), t.Goal, string(t.Direction),
				string(t.Status), t.Source, cell(t.Forecast.Value), cell(t.Forecast.Chance), t.Owner.In(language), t.How.Formula, t.SourceText,
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func actionRows(b Board, language string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, a := range b.Actions {
			for _, m := range a.Measures {
				if !yield([]any{a.Code, a.Title.In(language), m.Code, m.Title.In(language), len(m.Targets), m.Source}, nil) {
					return
				}
			}
		}
	}
}

// valueRows reads the history page by page while it is written.
func (m *Module) valueRows(ctx context.Context, b Board, language string) iter.Seq2[[]any, error] {
	at := func(t time.Time) string { return t.In(cityTime()).Format(time.RFC3339) }
	return func(yield func([]any, error) bool) {
		left := workbookRows
		for _, t := range b.Targets {
			for in := (sqldb.ListParams{Limit: 500}); ; {
				page, err := m.values.history(ctx, t.ID, time.Time{}, in)
				if err != nil {
					yield(nil, err)
					return
				}
				for _, v := range page.Items {
					known := ""
					if v.KnownAt.UnixMilli() > 0 {
						known = at(v.KnownAt)
					}
					row := []any{
						t.Code, t.Title.In(language), v.Number, t.Unit.In(language), at(v.ValidAt), known, v.Source, v.State,
						v.Reported.name, v.Reviewed.name, v.Decided.name, v.Note,
					}
					if left--; left < 0 || !yield(row, nil) {
						return
					}
				}
				if in.Cursor = page.NextCursor; in.Cursor == "" {
					break
				}
			}
		}
	}
}
