package platforms

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/pull"
)

func (m *Module) sourceRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /{id}/sources", Permission: "platforms.view", Summary: "What of a platform the city reads by itself", Handler: httpd.JSON(m.listSources)},
		{Pattern: "POST /{id}/sources", Permission: "platforms.source", Summary: "Have a source of a platform read", Handler: httpd.Created(m.addSource)},
		{
			Pattern: "POST /{id}/sources/test", Permission: "platforms.source", Recorded: "nothing is kept", MaxBody: 2 << 20,
			Summary: "Read what a source would tell, or a pasted sample, and keep nothing of it", Handler: httpd.JSON(m.testSource),
		},
		{Pattern: "PUT /{id}/sources/{source}", Permission: "platforms.source", Summary: "Change a source", Handler: httpd.JSON(m.editSource)},
		{Pattern: "DELETE /{id}/sources/{source}", Permission: "platforms.source", Summary: "Read a source no more; what it brought stays", Handler: httpd.JSON(m.removeSource)},
		{Pattern: "POST /{id}/sources/{source}/pause", Permission: "platforms.source", Summary: "Rest a source", Handler: httpd.JSON(m.pauseSource)},
		{Pattern: "POST /{id}/sources/{source}/resume", Permission: "platforms.source", Summary: "Let a source go on that rests", Handler: httpd.JSON(m.resumeSource)},
		{Pattern: "POST /{id}/sources/{source}/runs", Permission: "platforms.source", Summary: "Read a source now, as a job", Handler: httpd.JSON(m.runSource)},
		{Pattern: "GET /{id}/sources/{source}/runs", Permission: "platforms.view", Summary: "The last readings of a source", Handler: httpd.List(m.listRuns)},
	}
}

// SourceObject names a source of a platform.
type SourceObject struct {
	httpd.Object
	Source string `path:"source" maxLength:"26"`
}

// sourceJob is a reading that somebody asked for and that has not ended.
type sourceJob struct {
	State    string    `json:"state" enum:"waiting,running"`
	Fraction float64   `json:"fraction"`
	Note     lang.Text `json:"note"`
}

// sourceState is a source with what became of it.
type sourceState struct {
	Source
	State    string     `json:"state" enum:"waiting,good,failing,paused"`
	Failures int        `json:"failures" doc:"In a row"`
	GoodAt   *time.Time `json:"good_at,omitempty" doc:"When it was last read without a fault"`
	Done     string     `json:"done,omitempty" doc:"The newest period that was read, of a source that is asked for periods"`
	Behind   int        `json:"behind" doc:"Periods that are over and were not read yet"`
	Run      *sourceRun `json:"run,omitempty" doc:"The last one"`
	Job      *sourceJob `json:"job,omitempty" doc:"Somebody asked to read it now"`
}

// ETag implements httpd.Versioned.
func (s sourceState) ETag() int64 { return s.Version }

func viewSource(s Source, last *sourceRun, now time.Time) sourceState {
	v := sourceState{Source: s, State: "waiting", Failures: s.failures, Behind: s.behind(now), Run: last}
	switch {
	case s.Paused != "":
		v.State = "paused"
	case s.failures > 0:
		v.State = "failing"
	case s.goodAt.UnixMilli() > 0:
		v.State = "good"
	}
	if s.goodAt.UnixMilli() > 0 {
		v.GoodAt = &s.goodAt
	}
	if s.doneAt.UnixMilli() > 0 {
		v.Done = s.Spec.Schedule.Name(s.doneAt)
	}
	return v
}

type sourcesView struct {
	Items   []sourceState `json:"items" nullable:"false"`
	Most    int           `json:"most"`
	SkewMs  *int64        `json:"skew_ms" doc:"How far the clocks of the platform's sources are ahead of ours: the median of the last readings that told the time"`
	Reading bool          `json:"reading" doc:"The platform is in trial or in service: its sources are read"`
}

func (m *Module) listSources(ctx context.Context, in httpd.Object) (sourcesView, error) {
	v := sourcesView{Items: []sourceState{}, Most: sourcesMost}
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return v, err
	}
	v.Reading = p.Status.reports()
	list, err := m.sources.list(ctx, p.ID)
	if err != nil {
		return v, err
	}
	last, err := m.sources.last(ctx, p.ID)
	if err != nil {
		return v, err
	}
	now := time.Now().UTC()
	for _, s := range list {
		var r *sourceRun
		if one, ok := last[s.ID]; ok {
			r = &one
		}
		one := viewSource(s, r, now)
		if one.Job, err = m.jobOf(ctx, s); err != nil {
			return v, err
		}
		v.Items = append(v.Items, one)
	}
	v.SkewMs, err = m.sources.skew(ctx, p.ID)
	return v, err
}

// jobOf returns the job that reads a source now, if it has not ended.
func (m *Module) jobOf(ctx context.Context, s Source) (*sourceJob, error) {
	if s.jobID == "" {
		return nil, nil //nolint:nilnil // nobody asked
	}
	j, err := m.kit.Jobs.Read(ctx, s.jobID)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil //nolint:nilnil // it is just being asked for, or is long gone
	case err != nil:
		return nil, err
	case j.State != "waiting" && j.State != "running":
		return nil, nil //nolint:nilnil // it has ended
	}
	return &sourceJob{string(j.State), j.Fraction, j.Note}, nil
}

type sourceInput struct {
	Name   string    `json:"name" maxLength:"100"`
	Spec   pull.Spec `json:"spec"`
	Secret string    `json:"secret,omitempty" maxLength:"4000" doc:"Password, token or value of the header; kept sealed and never shown. Without it, a source keeps the one that it has"`
}

type addSourceInput struct {
	httpd.Object
	Body sourceInput
}

func (m *Module) addSource(ctx context.Context, in addSourceInput) (sourceState, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return sourceState{}, err
	}
	now := time.Now().UTC()
	s := Source{ID: ulid.Make().String(), PlatformID: p.ID, Version: 1, createdAt: now, Name: strings.TrimSpace(in.Body.Name), Spec: in.Body.Spec.Fill()}
	if err := s.check(m.catalogue); err != nil {
		return sourceState{}, err
	}
	if _, err := secretFor(s.Spec, s.Spec, "", in.Body.Secret); err != nil {
		return sourceState{}, err
	}
	secret := ""
	if s.Spec.Auth != pull.AuthNone {
		secret, s.SecretVersion = in.Body.Secret, 1
	}
	s.NextAt = s.Spec.Schedule.First(now)
	if err := m.sources.insert(ctx, s, secret); err != nil {
		return sourceState{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return viewSource(s, nil, now), nil
}

type editSourceInput struct {
	SourceObject
	httpd.IfMatch
	Body sourceInput
}

func (m *Module) editSource(ctx context.Context, in editSourceInput) (sourceState, error) {
	version, err := in.Expected()
	if err != nil {
		return sourceState{}, err
	}
	p, before, err := m.source(ctx, in.SourceObject)
	if err != nil {
		return sourceState{}, err
	}
	if before.Version != version {
		return sourceState{}, fault.New(fault.Precondition, "kernel.stale", "somebody changed this source meanwhile; read it again")
	}
	after := before
	after.Name, after.Spec = strings.TrimSpace(in.Body.Name), in.Body.Spec.Fill()
	if err := after.check(m.catalogue); err != nil {
		return sourceState{}, err
	}
	keep, err := secretFor(before.Spec, after.Spec, before.secret, in.Body.Secret)
	if err != nil {
		return sourceState{}, err
	}
	secret := ""
	switch {
	case keep:
	case after.Spec.Auth == pull.AuthNone:
		after.SecretVersion = 0
	default:
		secret = in.Body.Secret
		after.SecretVersion++
	}
	now := time.Now().UTC()
	after.NextAt = after.Spec.Schedule.First(now)
	if after.Spec.URL != before.Spec.URL || after.Spec.Schedule.Kind != before.Spec.Schedule.Kind {
		after.doneAt = time.Time{} // what was read there says nothing about this
	}
	if err := m.sources.edit(ctx, before, after, secret, keep); err != nil {
		return sourceState{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	after, err = m.sources.get(ctx, m.kit.DB, p.ID, in.Source)
	return viewSource(after, nil, now), err
}

// source returns a source of a platform that the caller may see.
func (m *Module) source(ctx context.Context, in SourceObject) (platform, Source, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return p, Source{}, err
	}
	s, err := m.sources.get(ctx, m.kit.DB, p.ID, in.Source)
	return p, s, err
}

func (m *Module) removeSource(ctx context.Context, in SourceObject) (httpd.Nothing, error) {
	p, s, err := m.source(ctx, in)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if err := m.sources.remove(ctx, s, time.Now().UTC()); err != nil {
		return httpd.Nothing{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return httpd.Nothing{}, nil
}

func (m *Module) pauseSource(ctx context.Context, in SourceObject) (sourceState, error) {
	return m.restSource(ctx, in, pausedByHand)
}

func (m *Module) resumeSource(ctx context.Context, in SourceObject) (sourceState, error) {
	return m.restSource(ctx, in, "")
}

// restSource pauses a source, or lets it go on: at once where it owes something.
func (m *Module) restSource(ctx context.Context, in SourceObject, why string) (sourceState, error) {
	p, s, err := m.source(ctx, in)
	if err != nil {
		return sourceState{}, err
	}
	now := time.Now().UTC()
	next := s.Spec.Schedule.First(now)
	if s.Spec.Periods() && s.doneAt.UnixMilli() > 0 && len(s.Spec.Schedule.Owed(s.doneAt, now)) > 0 {
		next = now
	}
	if s.Paused != why {
		if err := m.sources.pause(ctx, s, why, next); err != nil {
			return sourceState{}, err
		}
		m.kit.Notify(topicList, p.ID, p.Operator.ID)
	}
	s, err = m.sources.get(ctx, m.kit.DB, p.ID, s.ID)
	return viewSource(s, nil, now), err
}

// startedView names the job that reads a source.
type startedView struct {
	Job string `json:"job"`
}

func (m *Module) runSource(ctx context.Context, in SourceObject) (startedView, error) {
	p, s, err := m.source(ctx, in)
	if err != nil {
		return startedView{}, err
	}
	if !p.Status.reports() {
		return startedView{}, fault.New(fault.Conflict, "platforms.source.resting", "the platform is %s; sources are read in trial and in service", p.Status)
	}
	job, err := m.jobOf(ctx, s)
	if err != nil {
		return startedView{}, err
	}
	if job != nil {
		return startedView{s.jobID}, nil
	}
	id, err := m.sources.ask(ctx, m.kit.Jobs, s)
	if err == nil {
		m.kit.Notify(topicList, p.ID, p.Operator.ID)
	}
	return startedView{id}, err
}

func (m *Module) listRuns(ctx context.Context, in runParams) (sqldb.Page[sourceRun], error) {
	if _, _, err := m.source(ctx, in.SourceObject); err != nil {
		return sqldb.Page[sourceRun]{}, err
	}
	return m.sources.runs(ctx, in)
}

// testInput is what a source would be. A sample stands for its answer.
type testInput struct {
	Spec   pull.Spec `json:"spec"`
	Secret string    `json:"secret,omitempty" maxLength:"4000"`
	Source string    `json:"source,omitempty" maxLength:"26" doc:"Whose secret is used where none is given"`
	Sample string    `json:"sample,omitempty" maxLength:"1000000" doc:"An answer that was pasted; nothing is asked then"`
}

type testSourceInput struct {
	httpd.Object
	Body testInput
}

// testRow is a row that would be stored, or why not.
type testRow struct {
	pull.Row
	Finding *finding `json:"finding,omitempty" doc:"Why the gate would not take it"`
}

type testView struct {
	Fault    string       `json:"fault,omitempty" enum:"name,forbid,connect,timeout,tls,protocol,status,redirect,plain,encoding,size,sign_in,rights,query" doc:"Why the source could not be read"`
	Detail   string       `json:"detail,omitempty"`
	Ms       float64      `json:"ms"`
	SkewMs   *int64       `json:"skew_ms,omitempty"`
	Bytes    int          `json:"bytes"`
	Period   string       `json:"period" doc:"Of rows that do not say theirs"`
	Total    int          `json:"total" doc:"Rows that were found"`
	Refused  int          `json:"refused" doc:"Of them, those that the gate would not take"`
	Rows     []testRow    `json:"rows" nullable:"false" doc:"The first hundred"`
	Faults   []pull.Fault `json:"faults" nullable:"false"`
	Sample   string       `json:"sample,omitempty" doc:"How the answer begins"`
	Trimmed  bool         `json:"trimmed" doc:"The sample is not the whole answer"`
	Metrics  []string     `json:"metrics,omitempty" doc:"Names of metrics in the answer, of Prometheus"`
	Untested bool         `json:"untested" doc:"There is no mapping yet"`
}

const (
	testRowsShown = 100
	sampleShown   = 200 << 10
)

// testSource reads once. It is bounded for all callers together, so that nobody
// uses the city to knock at doors.
func (m *Module) testSource(ctx context.Context, in testSourceInput) (testView, error) {
	v := testView{Rows: []testRow{}, Faults: []pull.Fault{}}
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return v, err
	}
	spec := in.Body.Spec.Fill()
	v.Untested = len(spec.Rules) == 0 && len(spec.Queries) == 0 && (spec.Table == nil || len(spec.Table.Values) == 0)
	if err := m.testable(spec, v.Untested); err != nil {
		return v, err
	}
	now := time.Now().UTC()
	period := spec.Schedule.Over(now)
	moment := momentOf(spec, period, now)
	v.Period = moment.Period
	a := pull.Answer{Body: []byte(in.Body.Sample)}
	if in.Body.Sample == "" {
		if a, err = m.tryFetch(ctx, p, in.Body, spec, period, &v); err != nil || v.Fault != "" {
			return v, err
		}
		v.Sample, v.Trimmed = sampleOf(a.Body)
	}
	v.Bytes = len(a.Body)
	if spec.Kind == pull.Prometheus {
		v.Metrics = pull.Metrics(a.Body, a.ContentType)
	}
	if v.Untested {
		return v, nil
	}
	rows, faults := m.puller.read(spec, a, moment)
	v.Total, v.Faults = len(rows), append(v.Faults, faults...)
	return v, m.tryRows(ctx, p, rows, &v)
}

// testable refuses a spec that cannot be tried; without a mapping its address is
// all there is to it.
func (m *Module) testable(spec pull.Spec, untested bool) error {
	s := Source{Name: "test", Spec: spec}
	err := s.check(m.catalogue)
	f := fault.As(err)
	if f == nil || !untested {
		return err
	}
	f.Fields = slices.DeleteFunc(f.Fields, func(x fault.Field) bool {
		return strings.HasPrefix(x.Location, "body.spec.table") || strings.HasPrefix(x.Location, "body.spec.rules") || strings.HasPrefix(x.Location, "body.spec.queries")
	})
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

func (m *Module) tryFetch(ctx context.Context, p platform, in testInput, spec pull.Spec, period time.Time, v *testView) (pull.Answer, error) {
	secret := in.Secret
	var known Source
	var err error
	if in.Source != "" {
		if known, err = m.sources.get(ctx, m.kit.DB, p.ID, in.Source); err != nil {
			return pull.Answer{}, err
		}
	}
	keep, err := secretFor(known.Spec, spec, known.secret, secret)
	if err != nil {
		return pull.Answer{}, err
	}
	if keep {
		if secret, err = m.sources.opened(ctx, known); err != nil {
			return pull.Answer{}, err
		}
	}
	busy := fault.New(fault.Limited, "platforms.target.tries", "others test at this moment; try again").After(1)
	if !m.puller.tries.Allow() {
		return pull.Answer{}, busy
	}
	select {
	case m.puller.busy <- struct{}{}:
		defer func() { <-m.puller.busy }()
	default:
		return pull.Answer{}, busy
	}
	a, err := m.puller.fetcher.Fetch(ctx, spec.At(period), secret)
	v.Ms = float64(a.Took.Microseconds()) / 1000
	if a.Skew != nil {
		ms := a.Skew.Milliseconds()
		v.SkewMs = &ms
	}
	if err != nil {
		v.Fault, v.Detail, _ = strings.Cut(err.Error(), ": ")
	}
	return a, nil
}

// tryRows asks the gate about rows and keeps nothing.
func (m *Module) tryRows(ctx context.Context, p platform, rows []pull.Row, v *testView) error {
	d := m.gate.open()
	defer m.gate.close(d)
	sieve, err := m.sieve(ctx, caller{platform: p, desk: d}, time.Now().UTC())
	if err != nil {
		return err
	}
	sieve.pulled(rows)
	_, findings, _ := sieve.done()
	v.Refused = len(findings)
	byRow := map[int]finding{}
	for _, f := range findings {
		byRow[f.Item] = f
	}
	// What would be refused stands first: it is to be mended.
	for _, refused := range []bool{true, false} {
		for i, r := range rows {
			f, bad := byRow[i]
			if bad != refused || len(v.Rows) == testRowsShown {
				continue
			}
			one := testRow{Row: r}
			if bad {
				one.Finding = &f
			}
			v.Rows = append(v.Rows, one)
		}
	}
	return nil
}

// sampleOf is how an answer begins, as text.
func sampleOf(body []byte) (text string, trimmed bool) {
	if trimmed = len(body) > sampleShown; trimmed {
		body = body[:sampleShown]
	}
	return strings.ToValidUTF8(string(body), string(utf8.RuneError)), trimmed
}
