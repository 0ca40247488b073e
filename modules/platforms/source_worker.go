package platforms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"linghang/kernel/egress"
	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/modules/platforms/internal/pull"
)

const (
	noticeSourcePaused = "platforms.source.paused"
	jobPull            = "pull_source"

	// pullTick is how often a process asks which sources are due.
	pullTick = 2 * time.Second
	// pullsAtOnce is how many sources one process asks at a time, and
	// readsAtOnce how many of their answers it takes apart at a time: those are
	// many times as large in memory.
	pullsAtOnce = 8
	readsAtOnce = 2
)

// puller reads sources that are due. Every process has one; a source is leased
// before it is read, so that one process does.
type puller struct {
	fetcher *pull.Fetcher
	slots   chan struct{}
	reads   chan struct{}
	busy    chan struct{} // tests that people make
	tries   *rate.Limiter
	every   time.Duration // how often it asks what is due
	runs    *prometheus.CounterVec
	took    prometheus.Histogram
}

func newPuller(set settings, reg prometheus.Registerer) (*puller, error) {
	p := &puller{
		slots: make(chan struct{}, pullsAtOnce), reads: make(chan struct{}, readsAtOnce), busy: make(chan struct{}, triesAtOnce), tries: rate.NewLimiter(2, 10), every: pullTick,
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "source_runs_total", Help: "Readings of platforms' sources, by kind, outcome and fault."}, []string{"kind", "outcome", "fault"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "source_run_seconds", Help: "How long sources took to answer.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 11)}),
	}
	reg.MustRegister(p.runs, p.took)
	guard, err := egress.New("platforms", set.PullNetworks, set.PullCAFile, pull.Timeout)
	if err != nil {
		return nil, fmt.Errorf("set up pulling: %w", err)
	}
	p.fetcher = pull.NewFetcher(guard)
	return p, nil
}

func (m *Module) sourceJobs() []module.Job {
	return []module.Job{{
		Name: jobPull, Title: lang.Text{ZH: "采集平台数据", EN: "Read a source of a platform"}, Run: m.pullAsked, AtOnce: 4, Tries: 3, Limit: 10 * time.Minute,
	}}
}

func sourceNotices() []notice.Kind {
	return []notice.Kind{{ID: noticeSourcePaused, Title: lang.Text{ZH: "采集源已暂停", EN: "A source was paused"}, Gravity: notice.Important, Mail: notice.AtOnce}}
}

// pullSources reads sources as they become due, until ctx ends.
func (m *Module) pullSources(ctx context.Context) error {
	var pulls sync.WaitGroup
	defer pulls.Wait()
	tick := time.NewTicker(m.puller.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if m.kit.Fit(ctx) != nil {
			continue // its clock is wrong; another reads
		}
		now, err := m.kit.DB.Clock(ctx)
		if err == nil {
			err = m.pullDue(ctx, now, &pulls)
		}
		if err != nil && ctx.Err() == nil {
			m.kit.Log.Warn("sources could not be read", "error", err)
		}
	}
}

// pullDue begins to read the sources that are due, as many as there are free slots for.
func (m *Module) pullDue(ctx context.Context, now time.Time, pulls *sync.WaitGroup) error {
	list, err := m.sources.claim(ctx, now, cap(m.puller.slots)-len(m.puller.slots))
	if err != nil {
		return err
	}
	for _, s := range list {
		m.puller.slots <- struct{}{}
		pulls.Go(func() {
			defer func() { <-m.puller.slots }()
			if _, err := m.pullOnce(ctx, s, now, "schedule"); err != nil && !errors.Is(err, context.Canceled) {
				m.kit.Log.Warn("a reading of a source was not noted", "source", s.ID, "error", err)
			}
		})
	}
	return nil
}

// pullInput names the source that a job reads.
type pullInput struct {
	Platform string `json:"platform"`
	Source   string `json:"source"`
}

// pullAsked reads a source because somebody asked: the period that is owed, and
// what is owed after it.
func (m *Module) pullAsked(ctx context.Context, t *jobs.Task) (any, error) {
	var in pullInput
	if err := t.Decode(&in); err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		now, err := m.kit.DB.Clock(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the clock: %w", err)
		}
		s, err := m.sources.take(ctx, in.Platform, in.Source, now)
		if err != nil {
			return nil, err
		}
		_, left := s.period(now)
		t.Progress(float64(n-1)/float64(n+left), lang.Text{ZH: fmt.Sprintf("正在采集“%s”，还有 %d 期", s.Name, left+1), EN: fmt.Sprintf("Reading %s, %d periods left", s.Name, left+1)})
		r, err := m.pullOnce(ctx, s, now, "person")
		if err != nil || left == 0 || r.Outcome == runFailed || n == pull.PeriodsMost {
			return r, err
		}
	}
}

// pullOnce reads a leased source for one period, brings what it says through the
// gate, and notes what became of it. An error means that nothing was noted.
func (m *Module) pullOnce(ctx context.Context, s Source, now time.Time, asked string) (sourceRun, error) {
	p, err := m.platforms.get(ctx, s.PlatformID)
	if err != nil {
		return sourceRun{}, err
	}
	period, _ := s.period(now)
	r := sourceRun{ID: ulid.Make().String(), At: now, Asked: asked, Faults: []pull.Fault{}}
	if err := m.pullInto(ctx, &r, p, s, period, now); err != nil {
		return r, err
	}
	m.puller.runs.WithLabelValues(s.Spec.Kind, r.Outcome, r.Fault).Inc()
	m.puller.took.Observe(r.Ms / 1000)
	after := s.concluded(r, period, now)
	var tell []notice.Notice
	if after.Paused == pausedByMapping && s.Paused == "" {
		tell = append(tell, pausedNotice(p, s, r))
	}
	err = m.sources.note(ctx, s, after, r, m.kit.Notices, tell...)
	if err == nil {
		m.kit.Notify(topicList, p.ID, p.Operator.ID)
	}
	return r, err
}

// pullInto asks, reads and submits.
func (m *Module) pullInto(ctx context.Context, r *sourceRun, p platform, s Source, period, now time.Time) error {
	secret, err := m.sources.opened(ctx, s)
	if err != nil {
		return err
	}
	moment := momentOf(s.Spec, period, now)
	if r.Period = moment.Period; s.Spec.Schedule.Kind == pull.Every {
		r.Period = ""
	}
	a, err := m.puller.fetcher.Fetch(ctx, s.Spec.At(period), secret)
	r.Ms, r.Status = float64(a.Took.Microseconds())/1000, a.Status
	if a.Skew != nil {
		ms := a.Skew.Milliseconds()
		r.SkewMs = &ms
	}
	if ctx.Err() != nil {
		return ctx.Err() //nolint:wrapcheck // it was told to end: what failed is not the source
	}
	if failed, ok := errors.AsType[*pull.FetchError](err); ok {
		r.Outcome, r.Fault, r.Detail = runFailed, failed.Code, failed.Detail
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask source %s: %w", s.ID, err)
	}
	rows, faults := m.puller.read(s.Spec, a, moment)
	r.Rows = len(rows)
	if len(faults) > 0 {
		r.Outcome, r.Fault, r.Faults = runFailed, runMapping, faults
		return nil
	}
	return m.submitPulled(ctx, r, p, s, rows)
}

// read takes an answer apart; few at a time do.
func (p *puller) read(s pull.Spec, a pull.Answer, m pull.Moment) ([]pull.Row, []pull.Fault) {
	p.reads <- struct{}{}
	defer func() { <-p.reads }()
	rows, faults := s.Read(a.Body, a.ContentType, m)
	return named(rows), faults
}

// momentOf is what values are of that do not say it themselves.
func momentOf(s pull.Spec, period, now time.Time) pull.Moment {
	if s.Schedule.Kind == pull.Every {
		return pull.Moment{At: now, Period: now.In(cityTime()).Truncate(time.Second).Format(time.RFC3339)}
	}
	return pull.Moment{At: now, Period: s.Schedule.Name(period)}
}

// submitPulled brings rows through the gate as a submission that the source sent.
// What it brought last time is not brought again.
func (m *Module) submitPulled(ctx context.Context, r *sourceRun, p platform, s Source, rows []pull.Row) error {
	content := sumOf([]byte(pull.Content(rows)))
	before, err := m.sources.newest(ctx, s.ID)
	if err != nil {
		return err
	}
	if before == content {
		r.Outcome = runUnchanged
		return nil
	}
	done, err := m.takePulled(ctx, p, s, rows, content)
	if f := fault.As(err); f != nil {
		r.Outcome, r.Fault, r.Detail = runFailed, runGate, f.Message
		return nil //nolint:nilerr // the run tells it
	}
	if err != nil {
		return err
	}
	r.Accepted, r.Rejected, r.Receipt, r.Outcome = done.Accepted, done.Rejected, done.ID, runStored
	switch {
	case done.Accepted == 0:
		r.Outcome, r.Fault, r.Detail, r.Receipt = runFailed, runMapping, summary(done.Findings), ""
	case done.Rejected > 0:
		r.Outcome, r.Detail = runPartial, summary(done.Findings)
	}
	return nil
}

// takePulled is the gate for what was pulled: the platform's limits and status,
// the sieve, the ledger. A later value of a period revises an earlier one, as the
// source is the platform's own word.
func (m *Module) takePulled(ctx context.Context, p platform, s Source, rows []pull.Row, content string) (submission, error) {
	c := caller{key: key{ID: s.ID}, platform: p, desk: m.gate.open()}
	defer m.leave(c)
	if err := m.admit(&c); err != nil {
		return submission{}, err
	}
	sub := newSubmission(p, c.key, channelPull, content, time.Now().UTC())
	sub.Items, sub.Revises, sub.Period = len(rows), 1, periodOf(rows)
	sieve, err := m.sieve(ctx, c, sub.ReceivedAt)
	if err != nil {
		return sub, err
	}
	sieve.pulled(rows)
	sub.entries, sub.Findings, sub.top = sieve.done()
	return m.take(ctx, c, sub)
}

// periodOf is the newest period of rows.
func periodOf(rows []pull.Row) string {
	newest := ""
	for _, r := range rows {
		newest = max(newest, r.Period)
	}
	return newest
}

// pausedNotice tells whoever operates the platform that a source is read no more,
// and what was wrong last.
func pausedNotice(p platform, s Source, r sourceRun) notice.Notice {
	why := r.Detail
	if len(r.Faults) > 0 {
		f := r.Faults[0]
		why = strings.Join(strings.Fields(strings.Join([]string{f.Origin, f.Path, f.Found}, " ")), " ")
	}
	return notice.Notice{
		Kind: noticeSourcePaused, Link: "/platforms/" + p.ID + "?tab=sources", Key: noticeSourcePaused + " " + s.ID + " " + r.ID,
		Title: lang.Text{ZH: fmt.Sprintf("%s · %s：采集已暂停", p.Name.In("zh"), s.Name), EN: fmt.Sprintf("%s · %s: paused", p.Name.In("en"), s.Name)},
		Body: lang.Text{
			ZH: fmt.Sprintf("连续 %d 次映射失败（%s）。请修改映射并恢复采集。", mappingFailures, why),
			EN: fmt.Sprintf("The mapping failed %d times in a row (%s). Mend the mapping and let the source go on.", mappingFailures, why),
		},
		To: notice.Audience{Organisation: p.Operator.ID, Permission: "platforms.source"},
	}
}
