package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
)

// maxImport bounds a file with scenarios, in octets.
const maxImport = 32 << 20

func (m *Module) importRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /import/template/{format}", Permission: mayReview, Summary: "A file to fill in, as csv or xlsx", Handler: httpd.Raw("", http.HandlerFunc(m.serveTemplate))},
		{
			Pattern: "POST /import/preview", Permission: mayReview, MaxBody: maxImport, Recorded: "nothing is kept",
			Summary: "What a file of scenarios as CSV or XLSX would become, with near duplicates side by side: ?name= of the file", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.previewImport)),
		},
		{
			Pattern: "POST /import", Permission: mayReview, MaxBody: maxImport, Stream: true,
			Summary: "Publish the scenarios of a file as CSV or XLSX, all or none: ?name= of the file, ?skip= lines that are left out, with commas, ?synthetic=true of demonstration data", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeImport)),
		},
	}
}

// importView is what a file of scenarios becomes, or became.
type importView struct {
	New   int             `json:"new" doc:"Scenarios that would be published"`
	Known int             `json:"known" doc:"Rows with the title and summary of a published scenario, or of a row before: they are left out"`
	Wrong []sheet.Finding `json:"wrong" doc:"With any, nothing is published"`
	Near  []nearRow       `json:"near" doc:"Rows that are likely a scenario of the catalogue, or a row before"`
	Done  bool            `json:"done" doc:"The new ones were published"`
}

// nearRow is a row that is likely known, beside what it is like.
type nearRow struct {
	Line     int64     `json:"line"`
	Title    lang.Text `json:"title"`
	Summary  lang.Text `json:"summary"`
	OtherID  string    `json:"other_id" doc:"The scenario that it is like; empty: a row of the file"`
	Other    lang.Text `json:"other"`
	OtherSum lang.Text `json:"other_summary"`
	Likeness float64   `json:"likeness"`
	Rule     string    `json:"rule" enum:"title,summary"`
}

func (m *Module) previewImport(w http.ResponseWriter, r *http.Request) {
	v, _, err := m.readImport(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Module) takeImport(w http.ResponseWriter, r *http.Request) {
	v, list, err := m.readImport(r)
	if err == nil && len(v.Wrong) > 0 {
		err = fault.New(fault.Invalid, "scenario.import.rows", "%d cells are wrong, the first in line %d: %s; nothing was published", len(v.Wrong), v.Wrong[0].Line, v.Wrong[0].Why.EN).
			With("count", len(v.Wrong)).With("rows", v.Wrong)
	}
	if err == nil {
		err = m.publishAll(r.Context(), list, r.URL.Query().Get("synthetic") == "true")
		v.Done = err == nil
	}
	httpd.Answer(w, r, http.StatusOK, v, err)
}

// readImport reads the file of a request. The file itself is not kept.
func (m *Module) readImport(r *http.Request) (v importView, list []Content, err error) {
	ctx := r.Context()
	v = importView{Wrong: []sheet.Finding{}, Near: []nearRow{}}
	if err := city(ctx); err != nil {
		return v, nil, err
	}
	rows, err := files.Rows(r, maxImport)
	if err != nil {
		return v, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	read, err := readRows(rows, m.taxonomy())
	if err != nil {
		return v, nil, err
	}
	v.Wrong = append(v.Wrong, read.wrong...)
	there, known, err := m.finder.told(ctx)
	if err != nil {
		return v, nil, err
	}
	skip := map[string]bool{}
	for _, line := range split(r.URL.Query().Get("skip")) {
		skip[line] = true
	}
	sorted := sift(read, known, skip)
	v.Known, v.New, list = sorted.known, len(sorted.contents), sorted.contents
	for _, n := range nearOnes(append(known, sorted.told...), len(known)) {
		i := n.b - len(known)
		x := nearRow{Line: sorted.lines[i], Title: list[i].Title, Summary: list[i].Summary, Likeness: n.likeness, Rule: n.rule}
		if n.a < len(there) {
			x.OtherID, x.Other, x.OtherSum = there[n.a].ID, there[n.a].Title, there[n.a].Summary
		} else {
			o := list[n.a-len(known)]
			x.Other, x.OtherSum = o.Title, o.Summary
		}
		v.Near = append(v.Near, x)
	}
	return v, list, err
}

// publishAll publishes what a file has.
func (m *Module) publishAll(ctx context.Context, list []Content, synthetic bool) error {
	by, at := handOf(ctx), now()
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return err
	}
	err = m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, c := range list {
			s := Scenario{ID: newID(), Owner: root.Name, Status: published, Current: 1, Origin: byImport, Synthetic: synthetic, FirstPublished: at, CreatedAt: at, UpdatedAt: at, Version: 1}
			e := Edition{Number: 1, Status: published, Taxonomy: m.taxonomy().Edition, Content: c, author: by.actor, AuthorName: by.name, WrittenAt: at, decider: by.actor, DecidedBy: by.name, DecidedAt: at}
			if err := m.store.insert(ctx, tx, s, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("publish the scenarios of a file: %w", err)
	}
	m.kit.Notify(topicScenarios, "", "")
	return nil
}

// serveTemplate sends a file to fill in, with an example below its columns.
func (m *Module) serveTemplate(w http.ResponseWriter, r *http.Request) {
	language := httpd.Language(r)
	example := []any{
		"轮胎外观缺陷机器视觉检测", "Machine-vision inspection of tyres", "用工业相机和模型识别轮胎外观缺陷，替代人工目检。", "Cameras and a model find defects of tyres instead of inspectors.", "", "", "C29", "inspection", "smart_manufacturing",
		"quality", "vision;ai;5g", "quality;efficiency", "running", "80", "150", "示例：项目合同", "", "", "GB/T 521", "quality", "漏检率下降", "1.8", "百分点", "示例：验收报告",
	}
	var terms [][]any
	for _, a := range m.taxonomy().Axes {
		for _, x := range a.Terms {
			terms = append(terms, []any{a.Title.In(language), x.Code, x.Title.In(language)})
		}
	}
	say := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(language) }
	httpd.ServeForm(w, r, "scenarios", append(
		httpd.FormSheets("scenarios", importColumns(m.taxonomy()), example, language),
		httpd.Sheet{Name: say("分类目录", "Taxonomy"), Titles: []string{say("维度", "Axis"), say("代码", "Code"), say("名称", "Name")}, Widths: []float64{20, 24, 40}, Rows: httpd.Rows(terms...)},
	)...)
}
