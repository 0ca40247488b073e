// Package series keeps time series for data of minutes: Prometheus' TSDB and
// PromQL as libraries, or by configuration a store of its own that speaks
// remote write 1.0 and the query API of Prometheus. It is a projection, never
// the book of record: whoever writes here keeps the truth elsewhere and can
// write it again.
//
// Every series carries the label room; a Store reads and writes the series of
// its own room only.
package series

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"linghang/kernel/fault"
)

// OutOfOrder is how late a sample may come, measured from the newest one.
const OutOfOrder = 24 * time.Hour

const roomLabel = "room"

// Config says where series are and how long they stay.
type Config struct {
	Dir       string
	Retention time.Duration // zero means 90 days
	Workers   int           // cores that one query may use; zero means all, four at most

	// URL takes series by remote write instead of keeping them in Dir, and
	// ReadURL is where the query API of the same store is.
	URL, ReadURL string
	// Keeper holds positions; needed with a URL.
	Keeper Keeper
}

// Engine is the time-series database of this process.
type Engine struct {
	cfg     Config
	db      *tsdb.DB
	queries *promql.Engine
	remote  *remote
	parser  parser.Parser
	writes  atomic.Uint64 // numbers what is appended together
}

// New returns an engine that is not open yet.
func New(cfg Config) *Engine {
	if cfg.Retention == 0 {
		cfg.Retention = 90 * 24 * time.Hour
	}
	return &Engine{cfg: cfg, parser: parser.NewParser(parser.Options{})}
}

// Open opens or creates the database.
func (e *Engine) Open(log *slog.Logger, reg prometheus.Registerer) error {
	if e.cfg.URL != "" {
		e.remote = newRemote(e.cfg, log, reg)
		return nil
	}
	opts := tsdb.DefaultOptions()
	opts.RetentionDuration = e.cfg.Retention.Milliseconds()
	opts.OutOfOrderTimeWindow = OutOfOrder.Milliseconds()
	db, err := tsdb.Open(filepath.Join(e.cfg.Dir, "series"), log, reg, opts, nil)
	if err != nil {
		return fmt.Errorf("open time series: %w", err)
	}
	e.db = db
	e.queries = promql.NewEngine(promql.EngineOpts{
		Logger: log, MaxSamples: 5_000_000, Timeout: 10 * time.Second, LookbackDelta: 5 * time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true, // as Prometheus does by default
	})
	return nil
}

// Close flushes and closes the database.
func (e *Engine) Close() error {
	if e.remote != nil {
		e.remote.close()
	}
	if e.db == nil {
		return nil
	}
	return errors.Join(e.queries.Close(), e.db.Close())
}

// Store is the series of one room.
type Store struct {
	e    *Engine
	room string
}

// Room returns the store of a room.
func (e *Engine) Room(room string) *Store { return &Store{e: e, room: room} }

// Label is a name and a value.
type Label struct{ Name, Value string }

// Sample is one value of one series at a time in unix milliseconds.
type Sample struct {
	Name   string
	Labels []Label
	At     int64
	Value  float64
}

// Refused counts samples that the projection did not take, by reason.
type Refused struct {
	TooOld    int // outside the out-of-order window
	Duplicate int // another value at the same time: the ledger keeps both
}

// Handle is one series of a room that is resolved once and written often. A
// handle is for one writer at a time.
type Handle struct {
	labels labels.Labels
	ref    storage.SeriesRef
	batch  uint64 // the newest write that it was part of
	newest int64  // time in that write
}

// Handle returns a handle for a series, which need not be there yet.
func (s *Store) Handle(name string, pairs []Label) *Handle {
	return &Handle{labels: s.labels(name, pairs)}
}

// HandledSample is one value of a series at a time in unix milliseconds.
type HandledSample struct {
	Series *Handle
	At     int64
	Value  float64
}

// Append writes samples; what is too old or contradicts an earlier sample is
// counted and left out.
func (s *Store) Append(ctx context.Context, samples []Sample) (Refused, error) {
	handles := make(map[uint64]*Handle, len(samples))
	handled := make([]HandledSample, len(samples))
	for i, sample := range samples {
		h := s.Handle(sample.Name, sample.Labels)
		hash := h.labels.Hash()
		if known := handles[hash]; known != nil && labels.Equal(known.labels, h.labels) {
			h = known
		}
		handles[hash] = h
		handled[i] = HandledSample{h, sample.At, sample.Value}
	}
	return s.AppendHandled(ctx, handled)
}

// AppendHandled is Append for series that are resolved.
func (s *Store) AppendHandled(ctx context.Context, samples []HandledSample) (Refused, error) {
	if s.e.remote != nil {
		return s.forward(ctx, samples)
	}
	var refused Refused
	app := s.e.db.Appender(ctx)
	w := write{number: s.e.writes.Add(1), samples: samples}
	for i, sample := range samples {
		if first, twice := w.earlier(i); twice {
			if first != sample.Value {
				refused.Duplicate++
			}
			continue
		}
		h := sample.Series
		ref, err := app.Append(h.ref, h.labels, sample.At, sample.Value)
		switch {
		case err == nil:
			h.ref = ref
		case errors.Is(err, storage.ErrTooOldSample), errors.Is(err, storage.ErrOutOfBounds), errors.Is(err, storage.ErrOutOfOrderSample):
			refused.TooOld++
		case errors.Is(err, storage.ErrDuplicateSampleForTimestamp):
			refused.Duplicate++
		default:
			return refused, errors.Join(fmt.Errorf("append sample of %s: %w", h.labels, err), app.Rollback())
		}
	}
	if err := app.Commit(); err != nil {
		return refused, fmt.Errorf("commit samples: %w", err)
	}
	return refused, nil
}

// write is samples that are appended together. The appender compares with what
// is committed, not with its own batch.
type write struct {
	number  uint64
	samples []HandledSample
	values  map[place]float64 // once a series does not go forward
}

// place is where a sample stands.
type place struct {
	series *Handle
	at     int64
}

// earlier returns the value that stood at the place of sample i in this write before.
func (w *write) earlier(i int) (value float64, twice bool) {
	sample := w.samples[i]
	h := sample.Series
	forward := h.batch != w.number || sample.At > h.newest
	if forward {
		h.batch, h.newest = w.number, sample.At
	}
	if !forward && w.values == nil {
		w.values = make(map[place]float64, len(w.samples))
		for _, e := range w.samples[:i] {
			w.values[place{e.Series, e.At}] = e.Value
		}
	}
	if w.values == nil {
		return 0, false
	}
	value, twice = w.values[place{h, sample.At}]
	if !twice {
		w.values[place{h, sample.At}] = sample.Value
	}
	return value, twice
}

func (s *Store) labels(name string, pairs []Label) labels.Labels {
	b := labels.NewBuilder(labels.EmptyLabels())
	for _, l := range pairs {
		b.Set(l.Name, l.Value)
	}
	b.Set(roomLabel, s.room)
	b.Set("__name__", name)
	return b.Labels()
}

// Point is a value at a time in unix milliseconds.
type Point struct {
	At    int64
	Value float64
}

// Line is one series of an answer.
type Line struct {
	Labels map[string]string
	Points []Point
}

// Range evaluates PromQL at each step. Every selector is narrowed to the
// room's own series, whose lines do not carry the label room.
func (s *Store) Range(ctx context.Context, query string, from, to time.Time, step time.Duration, only ...Only) ([]Line, error) {
	if step < time.Second || !to.After(from) || to.Sub(from)/step > 11_000 {
		return nil, fault.New(fault.Invalid, "kernel.series.range", "the time range gives more than 11,000 points or none").
			At("query.step", "choose a longer step or a shorter range")
	}
	return s.Reader(only...).lines(ctx, question{text: query, from: from, to: to, step: step})
}

// Instant evaluates PromQL at one time.
func (s *Store) Instant(ctx context.Context, query string, at time.Time, only ...Only) ([]Line, error) {
	return s.Reader(only...).lines(ctx, question{text: query, to: at})
}

func linesOf(value parser.Value) []Line {
	var lines []Line
	switch v := value.(type) {
	case promql.Matrix:
		for _, m := range v {
			line := Line{Labels: withoutRoom(m.Metric).Map()}
			for _, p := range m.Floats {
				line.Points = append(line.Points, Point{p.T, p.F})
			}
			lines = append(lines, line)
		}
	case promql.Vector:
		for _, m := range v {
			lines = append(lines, Line{Labels: withoutRoom(m.Metric).Map(), Points: []Point{{m.T, m.F}}})
		}
	case promql.Scalar:
		lines = append(lines, Line{Points: []Point{{v.T, v.V}}})
	}
	return lines
}

// Delete removes the series of the room that carry the label, wherever they are.
func (s *Store) Delete(ctx context.Context, name, value string) error {
	ours, those := labels.MustNewMatcher(labels.MatchEqual, roomLabel, s.room), labels.MustNewMatcher(labels.MatchEqual, name, value)
	if s.e.remote != nil {
		return s.e.remote.delete(ctx, "{"+ours.String()+","+those.String()+"}")
	}
	err := s.e.db.Delete(ctx, math.MinInt64, math.MaxInt64, ours, those)
	if err != nil {
		return fmt.Errorf("delete series: %w", err)
	}
	return nil
}

// Position returns how far the projection has come that notes its position in
// the series mark: where to go on, also after the store was away.
func (s *Store) Position(ctx context.Context, mark string) (int64, error) {
	if s.e.remote != nil {
		return s.e.remote.position(ctx, s.room, mark)
	}
	lines, err := s.Instant(ctx, "max_over_time("+mark+"[90d])", time.Now())
	if err != nil {
		return 0, fmt.Errorf("read projected position: %w", err)
	}
	if len(lines) == 0 || len(lines[0].Points) == 0 {
		return 0, nil
	}
	return int64(lines[0].Points[0].Value), nil
}

// Await returns when it is this replica's turn to write: at once when the
// series are its own, later when replicas share them. It is false when ctx ended.
func (s *Store) Await(ctx context.Context) bool {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		if s.e.remote == nil || s.e.cfg.Keeper.Mine() {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	return false
}

// Away says since when a store elsewhere does not take samples, and why; zero
// when it does.
func (e *Engine) Away() (since time.Time, err error) {
	if e.remote == nil {
		return time.Time{}, nil
	}
	return e.remote.state()
}

// forward sends samples to the store elsewhere. The sample of the room's mark
// says which position they reach.
func (s *Store) forward(ctx context.Context, samples []HandledSample) (Refused, error) {
	var refused Refused
	var position *taken
	list, index := []prompb.TimeSeries{}, map[*Handle]int{}
	mark := s.e.remote.markOf(s.room)
	w := write{number: s.e.writes.Add(1), samples: samples}
	for i, sample := range samples {
		if first, twice := w.earlier(i); twice {
			if first != sample.Value {
				refused.Duplicate++
			}
			continue
		}
		at, known := index[sample.Series]
		if !known {
			at = len(list)
			index[sample.Series] = at
			list = append(list, prompb.TimeSeries{Labels: prompb.FromLabels(sample.Series.labels, nil)})
		}
		list[at].Samples = append(list[at].Samples, prompb.Sample{Value: sample.Value, Timestamp: sample.At})
		if mark != "" && sample.Series.labels.Get("__name__") == mark {
			position = &taken{position: int64(sample.Value)}
		}
	}
	for i := range list {
		slices.SortFunc(list[i].Samples, func(x, y prompb.Sample) int { return cmp.Compare(x.Timestamp, y.Timestamp) })
	}
	_, err := s.e.remote.append(ctx, s.room, list, position)
	return refused, err
}

func (r *remote) markOf(room string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.marks[room]; m != nil {
		return m.name
	}
	return ""
}

func seconds(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64)
}
