package series

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"linghang/kernel/fault"
)

// PrometheusVersion is the version of Prometheus whose PromQL this is: that of
// the library in go.mod, v0.316.0, as Prometheus itself is numbered.
const PrometheusVersion = "3.16.0"

// Reader answers what Prometheus' query API asks, of the series of a room that
// are narrowed to what somebody may see. Answers do not carry the label room.
type Reader struct {
	s    *Store
	only []Only
}

// Reader returns a reader of the room's series, or of some of them.
func (s *Store) Reader(only ...Only) Reader { return Reader{s, only} }

// Answer is what a query came to.
type Answer struct {
	Type  parser.ValueType // matrix, vector, scalar or string
	Value any              // encodes to JSON as the query API does
	Notes Notes
}

// Notes is what an answer says about itself.
type Notes struct{ Warnings, Infos []string }

// Most bounds an answer: names, or series of it. Zero is no bound.
type Most int

// of cuts a list, and says so.
func (m Most) of(n int, notes *Notes) int {
	if m <= 0 || n <= int(m) {
		return n
	}
	notes.Warnings = append(notes.Warnings, "results truncated due to limit")
	return int(m)
}

// QueryOptions change how one query is evaluated.
type QueryOptions struct {
	Lookback time.Duration // zero means five minutes
	Most     Most
}

// Query evaluates PromQL at one time.
func (r Reader) Query(ctx context.Context, text string, at time.Time, o QueryOptions) (Answer, error) {
	return r.answer(ctx, question{text: text, to: at, QueryOptions: o})
}

// QueryRange evaluates PromQL at each step from one time to another.
func (r Reader) QueryRange(ctx context.Context, text string, from, to time.Time, step time.Duration, o QueryOptions) (Answer, error) {
	return r.answer(ctx, question{text, from, to, step, o})
}

// question is PromQL at each step of a range, or at its end when there is no step.
type question struct {
	text     string
	from, to time.Time
	step     time.Duration
	QueryOptions
}

// lines answers with the series themselves.
func (r Reader) lines(ctx context.Context, q question) ([]Line, error) {
	expr, err := r.s.parse(q.text)
	if err != nil {
		return nil, err
	}
	if r.s.e.remote != nil {
		data, _, err := r.ask(ctx, q)
		if err != nil {
			return nil, err
		}
		return data.lines()
	}
	var lines []Line
	err = r.evaluate(ctx, q, expr, func(res *promql.Result) { lines = linesOf(res.Value) })
	return lines, err
}

func (r Reader) answer(ctx context.Context, q question) (a Answer, err error) {
	expr, err := r.s.e.parser.ParseExpr(q.text)
	if err != nil {
		return a, badQuery(err) // which Prometheus tells from one that cannot be evaluated
	}
	if r.s.e.remote != nil {
		return r.askAnswer(ctx, q)
	}
	err = r.evaluate(ctx, q, expr, func(res *promql.Result) { a = q.answer(res) })
	return a, err
}

// answer takes what a query came to out of the engine's hands.
func (q question) answer(res *promql.Result) (a Answer) {
	a.Notes.Warnings, a.Notes.Infos = res.Warnings.AsStrings(q.text, 10, 10)
	slices.Sort(a.Notes.Warnings) // the engine keeps them in a map: one answer would differ from the next
	slices.Sort(a.Notes.Infos)
	a.Type = res.Value.Type()
	switch v := res.Value.(type) {
	case promql.Matrix:
		v = slices.Clone(v[:q.Most.of(len(v), &a.Notes)])
		for i := range v {
			v[i].Metric = withoutRoom(v[i].Metric)
			v[i].Floats = slices.Clone(v[i].Floats)
		}
		a.Value = linesOfMatrix(v)
	case promql.Vector:
		v = slices.Clone(v[:q.Most.of(len(v), &a.Notes)])
		for i := range v {
			v[i].Metric = withoutRoom(v[i].Metric)
		}
		a.Value = v
	default:
		a.Value = v
	}
	return a
}

// line is a series of a matrix as the query API writes it.
type line struct {
	Metric     labels.Labels   `json:"metric"`
	Values     []promql.FPoint `json:"values,omitempty"`
	Histograms []promql.HPoint `json:"histograms,omitempty"`
}

func linesOfMatrix(m promql.Matrix) []line {
	list := make([]line, len(m))
	for i, s := range m {
		list[i] = line{s.Metric, s.Floats, s.Histograms}
	}
	return list
}

func withoutRoom(l labels.Labels) labels.Labels {
	if l.Get(roomLabel) == "" {
		return l
	}
	return labels.NewBuilder(l).Del(roomLabel).Labels()
}

// evaluation is why a query that can be read has no answer: the query asks too
// much, or what cannot be; anything else is the store's.
func evaluation(err error) error {
	var many promql.ErrTooManySamples
	var late promql.ErrQueryTimeout
	var gone promql.ErrQueryCanceled
	var broken promql.ErrStorage
	switch {
	case errors.As(err, &gone), errors.Is(err, context.Canceled):
		return fmt.Errorf("evaluate query: %w", context.Canceled)
	case errors.As(err, &late), errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Unavailable, "kernel.series.slow", "the query takes too long; ask for less at a time")
	case errors.As(err, &many):
		return fault.New(fault.Invalid, "kernel.series.many", "the query reads too many samples; ask for less at a time")
	case errors.As(err, &broken):
		return fmt.Errorf("evaluate query: %w", err)
	default:
		return fault.New(fault.Invalid, "kernel.series.query", "the query cannot be evaluated: %v", err)
	}
}

// Span is from when to when names are looked for.
type Span struct{ From, To time.Time }

// Names returns the names of labels of the series that any of the selectors has
// chosen; of all series when there are none.
func (r Reader) Names(ctx context.Context, span Span, selectors []string, most Most) ([]string, Notes, error) {
	if r.s.e.remote != nil {
		return r.askNames(ctx, "labels", span, selectors, most)
	}
	return r.names(span, selectors, most, func(q storage.Querier, m []*labels.Matcher) ([]string, annotations.Annotations, error) {
		return q.LabelNames(ctx, nil, m...)
	})
}

// Values returns the values of a label.
func (r Reader) Values(ctx context.Context, name string, span Span, selectors []string, most Most) ([]string, Notes, error) {
	if name == roomLabel {
		return []string{}, Notes{}, nil
	}
	if r.s.e.remote != nil {
		return r.askNames(ctx, "label/"+name+"/values", span, selectors, most)
	}
	return r.names(span, selectors, most, func(q storage.Querier, m []*labels.Matcher) ([]string, annotations.Annotations, error) {
		return q.LabelValues(ctx, name, nil, m...)
	})
}

// names unites what each of the selectors finds.
func (r Reader) names(span Span, selectors []string, most Most, look func(storage.Querier, []*labels.Matcher) ([]string, annotations.Annotations, error)) ([]string, Notes, error) {
	var notes Notes
	sets, err := r.selectors(selectors)
	if err != nil {
		return nil, notes, err
	}
	q, err := r.querier(span)
	if err != nil {
		return nil, notes, err
	}
	defer func() { _ = q.Close() }() // it was only read
	if len(sets) == 0 {
		sets = [][]*labels.Matcher{nil}
	}
	names := []string{}
	for _, matchers := range sets {
		found, warnings, err := look(q, matchers)
		if err != nil {
			return nil, notes, fmt.Errorf("look for names of series: %w", err)
		}
		said, _ := warnings.AsStrings("", 10, 0)
		notes.Warnings = append(notes.Warnings, said...)
		for _, n := range found {
			if n != roomLabel {
				names = append(names, string([]byte(n))) // the querier takes its memory back
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:most.of(len(names), &notes)], notes, nil
}

// Series returns the labels of the series that any of the selectors has chosen.
func (r Reader) Series(ctx context.Context, span Span, selectors []string, most Most) ([]map[string]string, Notes, error) {
	if r.s.e.remote != nil {
		return r.askSeries(ctx, span, selectors, most)
	}
	var notes Notes
	sets, err := r.selectors(selectors)
	if err != nil {
		return nil, notes, err
	}
	q, err := r.querier(span)
	if err != nil {
		return nil, notes, err
	}
	defer func() { _ = q.Close() }() // it was only read
	hints := &storage.SelectHints{Start: span.From.UnixMilli(), End: span.To.UnixMilli(), Func: "series"}
	found := make([]storage.SeriesSet, len(sets))
	for i, matchers := range sets {
		found[i] = q.Select(ctx, true, hints, matchers...)
	}
	set := storage.NewMergeSeriesSet(found, 0, storage.ChainedSeriesMerge)
	list := []map[string]string{}
	for set.Next() {
		if err := ctx.Err(); err != nil {
			return nil, notes, fmt.Errorf("look for series: %w", err)
		}
		list = append(list, withoutRoom(set.At().Labels()).Map())
		if kept := most.of(len(list), &notes); kept < len(list) {
			return list[:kept], notes, nil
		}
	}
	if err := set.Err(); err != nil {
		return nil, notes, fmt.Errorf("look for series: %w", err)
	}
	notes.Warnings, _ = set.Warnings().AsStrings("", 10, 0)
	return list, notes, nil
}

// Format writes a query as Prometheus would.
func (r Reader) Format(text string) (string, error) {
	expr, err := r.s.e.parser.ParseExpr(text)
	if err != nil {
		return "", badQuery(err)
	}
	return expr.Pretty(0), nil
}

func (r Reader) selectors(list []string) ([][]*labels.Matcher, error) {
	sets := make([][]*labels.Matcher, len(list))
	for i, text := range list {
		matchers, err := r.s.e.parser.ParseMetricSelector(text)
		if err != nil {
			return nil, badQuery(err)
		}
		sets[i] = matchers
	}
	return sets, nil
}

func (r Reader) querier(span Span) (storage.Querier, error) {
	db, err := r.local()
	if err != nil {
		return nil, err
	}
	q, err := db.Querier(span.From.UnixMilli(), span.To.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("open series for reading: %w", err)
	}
	return q, nil
}

// local is the database of this process, of which the reader's series are seen.
func (r Reader) local() (storage.Queryable, error) {
	matchers, err := r.s.matchers(r.only)
	return narrowed{r.s.e.db, matchers}, err
}

// narrowed is a database of which only the series are seen that match; no way of
// writing a query reaches others.
type narrowed struct {
	storage.Queryable
	matchers []*labels.Matcher
}

// Querier implements storage.Queryable.
func (n narrowed) Querier(from, to int64) (storage.Querier, error) {
	q, err := n.Queryable.Querier(from, to)
	return narrowedQuerier{q, n.matchers}, err
}

type narrowedQuerier struct {
	storage.Querier
	matchers []*labels.Matcher
}

func (q narrowedQuerier) and(matchers []*labels.Matcher) []*labels.Matcher {
	return slices.Concat(matchers, q.matchers)
}

// Select implements storage.Querier.
func (q narrowedQuerier) Select(ctx context.Context, sorted bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	return q.Querier.Select(ctx, sorted, hints, q.and(matchers)...)
}

// LabelValues implements storage.LabelQuerier.
func (q narrowedQuerier) LabelValues(ctx context.Context, name string, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.Querier.LabelValues(ctx, name, hints, q.and(matchers)...)
}

// LabelNames implements storage.LabelQuerier.
func (q narrowedQuerier) LabelNames(ctx context.Context, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.Querier.LabelNames(ctx, hints, q.and(matchers)...)
}

// decode reads the data of an answer of a store elsewhere.
func decode[T any](data json.RawMessage) (T, error) {
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("read answer of the time-series store: %w", err)
	}
	return v, nil
}
