package platforms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/modules/platforms/internal/check"
)

// noticeFinding tells that a grave finding was opened.
const noticeFinding = "platforms.finding.opened"

func findingNotices() []notice.Kind {
	return []notice.Kind{{ID: noticeFinding, Title: lang.Text{ZH: "数据质量问题", EN: "Doubts about reported figures"}, Gravity: notice.Important, Mail: notice.Daily}}
}

const checkEvery = 30 * time.Minute

func (m *Module) findingJobs() []module.Job {
	return []module.Job{{
		Name: "check_figures", Title: lang.Text{ZH: "检查报送数据的质量", EN: "Check the figures that platforms report"}, Every: checkEvery, Limit: 20 * time.Minute,
		Do: func(ctx context.Context) error { return m.checkFigures(ctx, time.Now().UTC()) },
	}}
}

type findingMetrics struct {
	opened   *prometheus.CounterVec
	ended    prometheus.Counter
	duration prometheus.Histogram
}

func newFindingMetrics(reg prometheus.Registerer) findingMetrics {
	m := findingMetrics{
		opened:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "quality_findings_opened_total", Help: "Findings that the checks of reported figures opened, by kind and severity."}, []string{"kind", "severity"}),
		ended:    prometheus.NewCounter(prometheus.CounterOpts{Name: "quality_findings_corrected_total", Help: "Findings that ended because the figures are others now."}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "quality_check_seconds", Help: "How long it takes to check the figures of all platforms.", Buckets: prometheus.ExponentialBuckets(0.05, 2, 14)}),
	}
	reg.MustRegister(m.opened, m.ended, m.duration)
	return m
}

// How far back figures are judged.
const (
	judgedDays   = 200
	judgedMonths = 36
)

// judged is what the checks know of one platform.
type judged struct {
	platform platform
	found    []check.Finding
	counted  check.Punctuality
	reports  float64
	changed  changes
}

// checkFigures runs the checks over the ledger: findings open, are renewed and
// end. Once more changes nothing.
func (m *Module) checkFigures(ctx context.Context, now time.Time) error {
	began := time.Now()
	platforms, err := m.findings.watchedPlatforms(ctx)
	if err != nil {
		return err
	}
	frame, err := m.reach.newestFrame(ctx)
	if err != nil {
		return err
	}
	list := make([]judged, 0, len(platforms))
	prints := make([]check.Print, 0, len(platforms))
	for _, p := range platforms {
		h, j, err := m.judge(ctx, p, frame, now)
		if err != nil {
			return fmt.Errorf("judge the figures of %s: %w", p.Code, err)
		}
		list, prints = append(list, j), append(prints, check.PrintOf(h))
	}
	copies := check.Copied(prints)
	for _, j := range list {
		j.found = append(j.found, copies[j.platform.ID]...)
		if err := m.settle(ctx, j, now); err != nil {
			return err
		}
	}
	m.findingMetrics.duration.Observe(time.Since(began).Seconds())
	return nil
}

// judge runs the checks of one platform.
func (m *Module) judge(ctx context.Context, p platform, frame *check.Listing, now time.Time) (check.History, judged, error) {
	j := judged{platform: p}
	h, changed, err := m.history(ctx, p.ID, now)
	if err != nil {
		return h, j, err
	}
	h.Frame = frame
	if h.Lists, err = m.reach.listed(ctx, p.ID, now.AddDate(0, 0, -judgedDays)); err != nil {
		return h, j, err
	}
	days, err := m.findings.days(ctx, p.ID, now.AddDate(0, 0, -60))
	if err != nil {
		return h, j, err
	}
	today, last := daily.start(now), now.Add(-24*time.Hour)
	for _, d := range days {
		last = d.computedAt
		if d.Day.Before(today) {
			h.Reports = append(h.Reports, check.Count{At: d.Day.In(cityTime()), N: d.reports})
		}
	}
	if j.reports, err = m.findings.reports(ctx, p.ID, today); err != nil {
		return h, j, err
	}
	h.Reports = append(h.Reports, check.Count{At: today, N: j.reports})
	if h.Refused, err = m.findings.negatives(ctx, p.ID, maxTime(last, now.Add(-24*time.Hour))); err != nil {
		return h, j, err
	}
	j.found = check.Platform(h, m.catalogue.rules(), dueOn, now)
	j.counted = check.Measure(h, dueOn, now.AddDate(0, 0, -gradeDays), now)
	j.changed = changed.orListed(h.Lists)
	return h, j, nil
}

// orListed also reports that lists of enterprises served came in again: figures of
// them agree by another list, too.
func (c changes) orListed(lists []check.Listing) changes {
	return func(code string, from, until, since time.Time) bool {
		if c(code, from, until, since) {
			return true
		}
		return code == servedCode && slices.ContainsFunc(lists, func(l check.Listing) bool {
			return !l.Month.Before(from) && !l.Month.After(until) && l.Came.After(since)
		})
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// history reads the totals of days and months of a platform.
func (m *Module) history(ctx context.Context, platformID string, now time.Time) (check.History, changes, error) {
	h := check.History{Platform: platformID}
	last := map[string][]time.Time{}
	at := map[string][]check.Point{}
	for _, x := range m.catalogue.Indicators {
		if !x.periodic() {
			continue
		}
		s := check.Series{Code: x.Code, Nature: check.Nature(x.Kind), Grain: check.Day}
		since := daily.start(now).AddDate(0, 0, -judgedDays)
		if x.Tier == monthly {
			s.Grain, since = check.Month, monthly.start(now).AddDate(0, -judgedMonths, 0)
		}
		points, changed, err := m.findings.points(ctx, platformID, x.Code, since)
		if err != nil {
			return h, nil, err
		}
		if len(points) == 0 {
			continue
		}
		s.Points = points
		h.Series = append(h.Series, s)
		last[x.Code], at[x.Code] = changed, points
	}
	return h, func(code string, from, until, since time.Time) bool {
		for c, points := range at {
			if code != "" && c != code {
				continue
			}
			for i, p := range points {
				if !p.At.Before(from) && !p.At.After(until) && last[c][i].After(since) {
					return true
				}
			}
		}
		return false
	}, nil
}

// settle compares what was found of a platform with what is kept.
func (m *Module) settle(ctx context.Context, j judged, now time.Time) error {
	kept, err := m.findings.of(ctx, j.platform.ID)
	if err != nil {
		return err
	}
	found := make([]Doubt, 0, len(j.found))
	for _, f := range j.found {
		d, err := doubtOf(j.platform.ID, f, now)
		if err != nil {
			return err
		}
		found = append(found, d)
	}
	t := turnOf(found, kept, j.changed, now)
	q := grade(j.counted, now, t.after(kept), now)
	tell := func(begun []Doubt) []notice.Notice { return m.findingsToTell(j.platform, begun) }
	if err := m.findings.apply(ctx, j.platform, t, q, j.reports, m.kit.Notices, tell); err != nil {
		return fmt.Errorf("settle the findings of %s: %w", j.platform.Code, err)
	}
	for _, d := range append(append([]Doubt{}, t.begin...), t.again...) {
		m.findingMetrics.opened.WithLabelValues(string(d.Kind), string(d.Severity)).Inc()
	}
	m.findingMetrics.ended.Add(float64(len(t.mend)))
	if len(t.begin)+len(t.again)+len(t.mend) > 0 {
		m.kit.Notify(topicList, j.platform.ID, j.platform.Operator.ID)
	}
	return nil
}

// findingsToTell tells who operates a platform of grave findings, all in one notice.
func (m *Module) findingsToTell(p platform, begun []Doubt) []notice.Notice {
	var zh, en []string
	key := ""
	for _, d := range begun {
		if d.Severity != check.High {
			continue
		}
		key = d.ID + " " + d.FoundAt.Format(time.RFC3339)
		what, title := kindTitle(d.Kind), m.catalogue.byCode[d.Code].Title
		zh, en = append(zh, strings.TrimSpace(title.ZH+" "+what.ZH)), append(en, strings.TrimSpace(title.EN+" "+strings.ToLower(what.EN)))
	}
	if len(zh) == 0 {
		return nil
	}
	const most = 5
	return []notice.Notice{{
		Kind: noticeFinding, Link: "/platforms/" + p.ID + "?tab=quality", Key: key,
		Title: lang.Text{ZH: fmt.Sprintf("%s：%d 项数据需要说明或更正", p.Name.In("zh"), len(zh)), EN: fmt.Sprintf("%s: %d figures to explain or correct", p.Name.In("en"), len(en))},
		Body:  lang.Text{ZH: strings.Join(zh[:min(most, len(zh))], "；"), EN: strings.Join(en[:min(most, len(en))], "; ")},
		To:    notice.Audience{Organisation: p.Operator.ID, Permission: "platforms.explain"},
	}}
}

// kindTitle is what a finding of a kind is called.
func kindTitle(k check.Kind) lang.Text {
	return map[check.Kind]lang.Text{
		check.Missing:   {ZH: "缺报", EN: "Missing"},
		check.Late:      {ZH: "迟报", EN: "Late"},
		check.Negative:  {ZH: "负值", EN: "Negative value"},
		check.Reset:     {ZH: "累计值回落", EN: "Counter falls"},
		check.Unit:      {ZH: "疑似单位错误", EN: "Unit slip"},
		check.Jump:      {ZH: "突变", EN: "Jump"},
		check.Frozen:    {ZH: "数值停滞", EN: "Frozen value"},
		check.Digits:    {ZH: "尾数分布异常", EN: "Last digits"},
		check.Smooth:    {ZH: "增长过于平滑", EN: "Growth too smooth"},
		check.Drift:     {ZH: "缓慢漂移", EN: "Slow drift"},
		check.Duplicate: {ZH: "重复报送", EN: "Sent twice"},
		check.Clock:     {ZH: "日期错位", EN: "Days off"},
		check.Flood:     {ZH: "报送量异常", EN: "Flood of reports"},
		check.Identity:  {ZH: "指标关系不成立", EN: "Part exceeds whole"},
		check.Copy:      {ZH: "与其他平台雷同", EN: "Same as another platform"},
		check.Relation:  {ZH: "指标比例失常", EN: "Ratio off its past"},
		check.Served:    {ZH: "与服务企业清单不符", EN: "Not as the list of enterprises"},
		check.Framed:    {ZH: "超过名录框企业数", EN: "More than the frame has"},
	}[k]
}
