package platforms

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/reach"
)

// maxReach bounds a file with a list: 100 000 rows of a code and a few words.
const maxReach = 16 << 20

func (m *Module) reachRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /reach/months", Permission: "platforms.view", Summary: "How many enterprises platforms serve, and which share uses one, by month", Handler: httpd.JSON(m.showReach)},
		{Pattern: "GET /reach/lists", Permission: "platforms.view", Summary: "Frames and lists of served enterprises that were uploaded", Handler: httpd.List(m.listReach)},
		{
			Pattern: "POST /reach/frames", Permission: "platforms.review", MaxBody: maxReach,
			Summary: "Upload the frame of a month as CSV or XLSX: ?month=2026-10, ?name= of the file; all or nothing", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeFrame)),
		},
		{
			Pattern: "POST /{id}/served", Permission: "platforms.backfill", MaxBody: maxReach,
			Summary: "Upload what a platform serves in a month as CSV or XLSX: ?month=2026-10, ?name= of the file; all or nothing", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeServed)),
		},
		{Pattern: "GET /reach/surveys", Permission: "platforms.view", Summary: "Surveys of which enterprises use a platform, with their estimates", Handler: httpd.JSON(m.listSurveys)},
		{
			Pattern: "POST /reach/surveys", Permission: "platforms.review", MaxBody: maxReach,
			Summary: "Upload a survey by strata as CSV or XLSX: ?month=2026-10, ?title= in Chinese, ?title_en=, ?name= of the file; all or nothing", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeSurvey)),
		},
		{Pattern: "DELETE /reach/surveys/{id}", Permission: "platforms.review", Summary: "Remove a survey", Handler: httpd.JSON(m.removeSurvey)},
		{Pattern: "GET /reach/templates/{kind}", Permission: "platforms.view", Summary: "A file to fill in: frame, served or survey, as CSV", Handler: httpd.Raw("", http.HandlerFunc(m.serveTemplate))},
	}
}

// reachMonths is how many months a history has.
const reachMonths = 36

type reachView struct {
	Items []Reach `json:"items" nullable:"false" doc:"The last count of each month, the newest first"`
	Days  int     `json:"days" doc:"How long ago an enterprise may have used a platform last to count"`
}

func (m *Module) showReach(ctx context.Context, _ nothing) (reachView, error) {
	list, err := m.reach.months(ctx, reachMonths)
	if list == nil {
		list = []Reach{}
	}
	return reachView{list, activeDays}, err
}

func (m *Module) listReach(ctx context.Context, in reachListParams) (sqldb.Page[ReachList], error) {
	return m.reach.lists(ctx, in)
}

// upload takes the file of a request with a list of a month, and has it read. The file
// is not kept: it tells which enterprises are somebody's customers.
func (m *Module) upload(r *http.Request, read func(sheet.Sheet, ReachList) error) (l ReachList, err error) {
	ctx, query := r.Context(), r.URL.Query()
	now := time.Now().UTC()
	id := identity.From(ctx)
	l = ReachList{ID: ulid.Make().String(), State: listCurrent, actor: id.Actor(), By: id.Name, At: now}
	if l.Month, err = listMonth(query.Get("month"), now); err != nil {
		return l, err
	}
	u, data, err := files.Table(r, maxReach)
	if err != nil {
		return l, err
	}
	sum := sha256.Sum256(data)
	l.File, l.Hash = files.CleanName(u.Name), hex.EncodeToString(sum[:])
	rows, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return l, read(rows, l)
}

func (m *Module) takeFrame(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	l, err := m.upload(r, func(rows sheet.Sheet, l ReachList) error {
		list, wrong, err := reach.ReadFrame(rows, reachWord)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return wrongRows(wrong)
		}
		l.Kind, l.Enterprises = listFrame, len(list)
		return m.reach.keepFrame(ctx, l, list)
	})
	m.counted(w, r, l, err)
}

func (m *Module) takeServed(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p, err := m.platforms.read(ctx, r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	l, err := m.upload(r, func(rows sheet.Sheet, l ReachList) error {
		list, wrong, err := reach.ReadUses(rows, time.Now().In(cityTime()))
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return wrongRows(wrong)
		}
		l.Kind, l.PlatformID, l.Enterprises = listServed, p.ID, len(list)
		return m.reach.keepUses(ctx, l, list)
	})
	m.counted(w, r, l, err)
}

// counted answers with what everything comes to after a list was taken.
func (m *Module) counted(w http.ResponseWriter, r *http.Request, l ReachList, err error) {
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	now, err := m.countReach(r.Context(), l.At)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	writeJSON(w, now)
}

// countReach counts, and keeps the count as the last of its month.
func (m *Module) countReach(ctx context.Context, now time.Time) (Reach, error) {
	r, err := m.reach.count(ctx, now)
	if err != nil {
		return r, err
	}
	if err := m.reach.remember(ctx, r); err != nil {
		return r, fmt.Errorf("keep count: %w", err)
	}
	return r, nil
}

// recountReach forgets counts that synthetic platforms took part in, after one was removed.
func (m *Module) recountReach(ctx context.Context) error {
	if err := m.reach.forgetSynthetic(ctx); err != nil {
		return err
	}
	_, err := m.countReach(ctx, time.Now().UTC())
	return err
}

type surveysView struct {
	Items []Survey `json:"items" nullable:"false"`
}

func (m *Module) listSurveys(ctx context.Context, _ nothing) (surveysView, error) {
	list, err := m.reach.surveys(ctx)
	if list == nil {
		list = []Survey{}
	}
	return surveysView{list}, err
}

func (m *Module) takeSurvey(w http.ResponseWriter, r *http.Request) {
	var x Survey
	title := r.URL.Query()
	_, err := m.upload(r, func(rows sheet.Sheet, l ReachList) error {
		strata, wrong, err := reach.ReadSurvey(rows)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return wrongRows(wrong)
		}
		x = Survey{
			ID: l.ID, Name: lang.Text{ZH: cmp.Or(clip(title.Get("title"), 100), l.File), EN: clip(title.Get("title_en"), 100)}, Month: l.Month,
			Strata: strata, Estimate: reach.Survey(strata), Hash: l.Hash, By: l.By, At: l.At, actor: l.actor,
		}
		return m.reach.insertSurvey(r.Context(), x)
	})
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	writeJSON(w, x)
}

// clip is a text of n characters at most.
func clip(text string, n int) string {
	if list := []rune(text); len(list) > n {
		return string(list[:n])
	}
	return text
}

func (m *Module) removeSurvey(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.reach.removeSurvey(ctx, in.ID)
}

// serveTemplate is a file with the columns of a list and an example below, as
// spreadsheet programs open it.
func (m *Module) serveTemplate(w http.ResponseWriter, r *http.Request) {
	kind := r.PathValue("kind")
	rows := map[string][][]string{
		"frame":  {{"统一社会信用代码", "行业", "企业规模", "区市"}, {"91370200MAEXAMPLEB", "C38", "large", "370212"}},
		"served": {{"统一社会信用代码", "使用证据", "最近使用日期"}, {"91370200MAEXAMPLEB", "登录", time.Now().In(cityTime()).Format(time.DateOnly)}},
		"survey": {{"层", "总体", "调查数", "答复数", "使用数"}, {"C38 大型", "200", "60", "50", "20"}},
	}[kind]
	if rows == nil {
		httpd.Refuse(w, r, noTemplate(kind))
		return
	}
	httpd.ServeCSV(w, kind+".csv", rows...)
}
