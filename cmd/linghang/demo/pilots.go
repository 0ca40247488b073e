package demo

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// criteria are what applications of the synthetic call are judged by, with what applicants
// say to each.
func criteria() []struct{ code, zh, en, answer string } {
	return []struct{ code, zh, en, answer string }{
		{"depth", "先进性", "How advanced", "关键工序已联网采集并闭环优化，方案与同类相比更深入。合成数据，仅供演示。"},
		{"effect", "成效", "Effect", "效率、质量和能耗指标均有改善，并有记录可查。合成数据，仅供演示。"},
		{"spread", "可推广性", "Use for others", "接口与工艺参数已整理成册，可供同行复用。合成数据，仅供演示。"},
	}
}

// pilots opens a call for pilots, to which enterprises of the directory apply. Those that
// have applied already stay as they are.
func (d *demo) pilots(ctx context.Context) error {
	if d.Applications < 0 || d.Applications > d.Directory {
		return fmt.Errorf("--applications is from 0 to the number of --enterprises, which is %d", d.Directory)
	}
	if d.Applications == 0 {
		return nil
	}
	call, err := d.call(ctx)
	if err != nil {
		return fmt.Errorf("open a call for pilots: %w", err)
	}
	there, err := d.api.synthetic(ctx, "/api/scenario/pilot/applications")
	if err != nil {
		return fmt.Errorf("read applications: %w", err)
	}
	applied := map[string]bool{}
	for _, o := range there {
		applied[o.USCC] = o.State != "draft"
	}
	var made atomic.Int64
	rows := scenarioRows(min(d.Applications, mostScenarios()))
	err = together(ctx, d.Applications, func(ctx context.Context, i int) error {
		if applied[company(i)] {
			return nil
		}
		f, err := d.join(ctx, enterpriseOf(i))
		if err != nil {
			return err
		}
		made.Add(1)
		return f.apply(ctx, call, rows[i%len(rows)][0])
	})
	if err != nil {
		return fmt.Errorf("apply to be a pilot: %w", err)
	}
	d.say("%d enterprises apply to be a pilot, %d of them new", d.Applications, made.Load())
	return nil
}

// call is the synthetic call, which is opened if it is not there.
func (d *demo) call(ctx context.Context) (string, error) {
	there, err := d.api.synthetic(ctx, "/api/scenario/pilot/calls")
	if err != nil {
		return "", err
	}
	var o object
	if len(there) > 0 {
		o = there[0]
	} else {
		now := time.Now().In(cityTime())
		fields, points := []string{}, []map[string]any{}
		for _, t := range trades() {
			fields = append(fields, t.zh)
		}
		for i, c := range criteria() {
			points = append(points, map[string]any{"code": c.code, "title": text{c.zh, c.en}, "weight": 3 - i, "max": 100, "min": 30})
		}
		err = d.api.call(ctx, http.MethodPost, "/api/scenario/pilot/calls", map[string]any{
			"year": now.Year(), "title": text{"演示·工业赋能场景试点示范征集", "Demo · Call for pilots of industrial scenarios"}, "text": "合成数据，仅供演示。Synthetic data for demonstration only.",
			"fields": fields, "blind": true, "opens_at": now.Add(-time.Minute), "closes_at": now.AddDate(0, 2, 0), "notice_days": 7, "reviewers": 3, "pass_mark": 60, "quota": 100,
			"criteria": points, "conditions": []map[string]any{{"code": "local", "title": text{"在本市注册", "Registered in the city"}}}, "ties": []string{criteria()[0].code}, "synthetic": true,
		}, &o)
		if err != nil {
			return "", err
		}
	}
	if o.State != "draft" {
		return o.ID, nil
	}
	return o.ID, d.api.change(ctx, "/api/scenario/pilot/calls/"+o.ID+"/opening", nil, &o)
}

// apply writes and submits an application, or submits the draft that there is.
func (f firm) apply(ctx context.Context, call, project string) error {
	var c struct {
		Own string `json:"own"`
	}
	if err := f.api.call(ctx, http.MethodGet, "/api/scenario/pilot/calls/"+call, nil, &c); err != nil {
		return err
	}
	var o object
	var err error
	if c.Own == "" {
		err = f.api.call(ctx, http.MethodPost, "/api/scenario/pilot/applications", map[string]string{"call_id": call}, &o)
	} else {
		err = f.api.call(ctx, http.MethodGet, "/api/scenario/pilot/applications/"+c.Own, nil, &o)
	}
	if err != nil || o.State != "draft" {
		return err
	}
	answers := []map[string]any{}
	for _, x := range criteria() {
		answers = append(answers, map[string]any{"code": x.code, "text": x.answer, "files": []string{}})
	}
	in := map[string]any{"project": project, "fields": []string{f.trade.zh}, "answers": answers}
	return f.api.change(ctx, "/api/scenario/pilot/applications/"+o.ID+"/submission", in, &o)
}
