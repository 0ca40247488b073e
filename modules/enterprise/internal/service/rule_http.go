package service

import (
	"context"
	"strings"

	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type ruleView struct {
	Rule    Rule     `json:"rule" doc:"That holds"`
	Before  []Rule   `json:"before" nullable:"false" doc:"Earlier versions, the newest first"`
	Matters []Matter `json:"matters" nullable:"false"`
}

// ETag implements httpd.Versioned.
func (v ruleView) ETag() int64 { return int64(v.Rule.Version) }

func (m *Services) readRule(ctx context.Context, _ nothing) (ruleView, error) {
	list, err := m.store.rules(ctx, m.store.db)
	if err != nil {
		return ruleView{}, err
	}
	return ruleView{list[0], list[1:], matters()}, nil
}

type ruleInput struct {
	httpd.IfMatch
	Body struct {
		WindowDays int    `json:"window_days"`
		AnswerDays int    `json:"answer_days"`
		Reviews    bool   `json:"reviews,omitempty" doc:"An expert's review of a diagnosis is a service of the city"`
		Note       string `json:"note,omitempty" maxLength:"500"`
	}
}

func (m *Services) setRule(ctx context.Context, in ruleInput) (ruleView, error) {
	if err := forCity(ctx); err != nil {
		return ruleView{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return ruleView{}, err
	}
	r := Rule{WindowDays: in.Body.WindowDays, AnswerDays: in.Body.AnswerDays, Reviews: in.Body.Reviews, Note: strings.TrimSpace(in.Body.Note)}
	if err := r.check(); err != nil {
		return ruleView{}, err
	}
	if err := m.store.setRule(ctx, r, version, handOf(ctx), now()); err != nil {
		return ruleView{}, err
	}
	return m.readRule(ctx, nothing{})
}

type totalsInput struct {
	Quarter string `query:"quarter" maxLength:"6" doc:"A year or a quarter, as 2026 or 2026Q4; empty: all time"`
}

func (m *Services) totals(ctx context.Context, in totalsInput) (Totals, error) {
	if err := forCity(ctx); err != nil {
		return Totals{}, err
	}
	return m.store.totals(ctx, in.Quarter)
}

func (m *Services) counts(ctx context.Context, in countParams) (sqldb.Page[Count], error) {
	if err := forCity(ctx); err != nil {
		return sqldb.Page[Count]{}, err
	}
	page, err := m.store.counts(ctx, in)
	for i := range page.Items {
		c := &page.Items[i]
		c.Code, c.Title = m.named(in.By, *c)
	}
	return page, err
}

// named gives what is counted by its name, and a quarter as it is written.
func (m *Services) named(by string, c Count) (string, lang.Text) {
	switch by {
	case "provider":
		zh, en, _ := strings.Cut(c.Title.ZH, "|")
		return c.Code, lang.Text{ZH: zh, EN: en}
	case "matter":
		x, _ := matterOf(c.Code)
		return c.Code, x.Title
	case "district", "industry":
		return c.Code, m.directory.Title(by, c.Code)
	default:
		code := c.Code
		if len(code) == 5 {
			code = code[:4] + "Q" + code[4:]
		}
		return code, lang.Text{ZH: code, EN: code}
	}
}
