package series

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/prompb"

	"linghang/kernel/fault"
)

// ErrAgain is what Append returns when a store elsewhere did not take the
// samples, or may have lost what it took before, or when another replica
// writes: wait with Await and begin at the Position again.
var ErrAgain = errors.New("begin at the position again")

var (
	errElsewhere = errors.New("another replica writes the time series")
	errRestarted = errors.New("the time-series store was restarted; what it took last is sent again")
)

// Keeper holds positions durably, and says whose turn it is to write.
type Keeper interface {
	// Position returns how far a projection has come, 0 for one that is new.
	Position(ctx context.Context, room, mark string) (int64, error)
	KeepPosition(ctx context.Context, room, mark string, position int64) error
	// Mine reports whether this replica writes the series that replicas share.
	Mine() bool
}

const (
	// settle is after how long a store has on its disk what it took: positions
	// are durable that much later, and what is younger is sent again after a break.
	settle      = 30 * time.Second
	keepPace    = 5 * time.Second
	remoteWait  = 30 * time.Second
	perRequest  = 10_000
	maxAnswer   = 256 << 20
	remoteConns = 8
)

// remote forwards series by remote write 1.0 and reads them back through the
// query API of Prometheus.
type remote struct {
	cfg    Config
	log    *slog.Logger
	writer *http.Client // one connection: a new one tells that the store was away
	reader *http.Client
	met    remoteMetrics

	mu       sync.Mutex
	started  string // when the store says that it was started
	marks    map[string]*mark
	failing  time.Time // since when writes fail
	lastErr  error
	finished chan struct{}
	stop     func()
}

// mark is how far one projection has come.
type mark struct {
	room, name string
	taken      []taken // acknowledged, not yet settled, oldest first
	kept       int64
	next       int64 // newest settled position, to be kept
}

type taken struct {
	at       time.Time
	position int64
}

type remoteMetrics struct {
	forwarded, refused prometheus.Counter
	lag                prometheus.GaugeFunc
}

func newRemote(cfg Config, log *slog.Logger, reg prometheus.Registerer) *remote {
	one := &http.Transport{MaxConnsPerHost: 1, IdleConnTimeout: 10 * time.Minute, ResponseHeaderTimeout: remoteWait, Proxy: http.ProxyFromEnvironment}
	many := &http.Transport{MaxConnsPerHost: remoteConns, MaxIdleConnsPerHost: remoteConns, IdleConnTimeout: time.Minute, Proxy: http.ProxyFromEnvironment}
	r := &remote{
		cfg: cfg, log: log, writer: &http.Client{Transport: one, Timeout: remoteWait}, reader: &http.Client{Transport: many, Timeout: remoteWait},
		marks: map[string]*mark{}, finished: make(chan struct{}),
	}
	r.met = remoteMetrics{
		forwarded: prometheus.NewCounter(prometheus.CounterOpts{Name: "forwarded_samples_total", Help: "Samples that the time-series store acknowledged."}),
		refused:   prometheus.NewCounter(prometheus.CounterOpts{Name: "refused_samples_total", Help: "Samples of requests that the time-series store refused for good."}),
		lag:       prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "forward_lag_seconds", Help: "How long samples have waited for the time-series store."}, func() float64 { return r.lag().Seconds() }),
	}
	reg.MustRegister(r.met.forwarded, r.met.refused, r.met.lag)
	ctx, stop := context.WithCancel(context.Background()) //nolint:forbidigo // it ends with the engine, by close
	r.stop = stop
	go r.keep(ctx)
	return r
}

func (r *remote) close() {
	r.stop()
	<-r.finished
	r.writer.CloseIdleConnections()
	r.reader.CloseIdleConnections()
}

func (r *remote) lag() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failing.IsZero() {
		return 0
	}
	return time.Since(r.failing)
}

// state says since when writes fail, and why.
func (r *remote) state() (since time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failing, r.lastErr
}

// position begins a projection where everything before has settled.
func (r *remote) position(ctx context.Context, room, name string) (int64, error) {
	position, err := r.cfg.Keeper.Position(ctx, room, name)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marks[room] = &mark{room: room, name: name, kept: position, next: position}
	return position, nil
}

// append forwards samples. It returns when the store has acknowledged all of
// them; otherwise the caller begins at its position again, so a store that is
// away holds up its writer and nothing is lost.
func (r *remote) append(ctx context.Context, room string, list []prompb.TimeSeries, position *taken) (refused int, err error) {
	if !r.cfg.Keeper.Mine() {
		return 0, fmt.Errorf("%w: %w", ErrAgain, errElsewhere)
	}
	began := time.Now()
	defer func() {
		r.note(began, err)
		if err != nil {
			err = fmt.Errorf("%w: %w", ErrAgain, err)
		}
	}()
	for part := range slices.Chunk(list, perRequest) {
		n, err := r.push(ctx, part)
		if err != nil {
			return refused, err
		}
		refused += n
	}
	if position == nil {
		return refused, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.marks[room]; m != nil {
		m.taken = append(m.taken, taken{time.Now(), position.position})
	}
	return refused, nil
}

func (r *remote) note(began time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil || errors.Is(err, errRestarted) {
		r.failing, r.lastErr = time.Time{}, nil
		return
	}
	if r.failing.IsZero() {
		r.failing = began
	}
	r.lastErr = err
}

// push sends one request of remote write 1.0: version 2.0 is acknowledged by
// some stores and not stored.
func (r *remote) push(ctx context.Context, list []prompb.TimeSeries) (refused int, err error) {
	body, err := (&prompb.WriteRequest{Timeseries: list}).Marshal()
	if err != nil {
		return 0, fmt.Errorf("encode remote write: %w", err)
	}
	renewed := false
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { renewed = !i.Reused }})
	req, err := http.NewRequestWithContext(traced, http.MethodPost, r.cfg.URL, bytes.NewReader(snappy.Encode(nil, body)))
	if err != nil {
		return 0, fmt.Errorf("make remote write: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	req.Header.Set("User-Agent", "linghang")
	resp, err := r.writer.Do(req)
	if err != nil {
		return 0, fmt.Errorf("forward time series: %w", r.redact(err))
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4096)) // the status says what matters
	_ = resp.Body.Close()
	switch {
	case resp.StatusCode < 300:
		r.met.forwarded.Add(float64(samplesIn(list)))
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusNotFound:
		return 0, fmt.Errorf("forward time series: the store answered %d %s", resp.StatusCode, firstLine(text))
	default:
		// Sending it again would be refused again; the ledger has the values.
		r.log.Warn("the time-series store refused samples for good", "status", resp.StatusCode, "samples", samplesIn(list), "answer", firstLine(text))
		refused = samplesIn(list)
		r.met.refused.Add(float64(refused))
	}
	if renewed && r.restarted(ctx) {
		return refused, errRestarted
	}
	return refused, nil
}

func samplesIn(list []prompb.TimeSeries) (n int) {
	for _, s := range list {
		n += len(s.Samples)
	}
	return n
}

// restarted asks the store, on a new connection, whether it was started since
// the last: then it may have lost what it had not yet on its disk. A store
// that does not say is taken for one that was.
func (r *remote) restarted(ctx context.Context) bool {
	started := r.startTime(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.started
	r.started = started
	return before != "" && (started == unknownStart || started != before)
}

const unknownStart = "unknown"

// startTime reads when the store was started from its own metrics.
func (r *remote) startTime(ctx context.Context) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(r.cfg.ReadURL, "/")+"/metrics", nil)
	if err != nil {
		return unknownStart
	}
	resp, err := r.reader.Do(req)
	if err != nil {
		return unknownStart
	}
	defer func() { _ = resp.Body.Close() }()
	for lines := bufio.NewScanner(io.LimitReader(resp.Body, 16<<20)); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "process_start_time_seconds "); ok && resp.StatusCode == http.StatusOK {
			return value
		}
	}
	return unknownStart
}

// keep makes positions durable once they have settled.
func (r *remote) keep(ctx context.Context) {
	defer close(r.finished)
	tick := time.NewTicker(keepPace)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for _, m := range r.settled(time.Now().Add(-settle)) {
			if err := r.cfg.Keeper.KeepPosition(ctx, m.room, m.name, m.next); err != nil && ctx.Err() == nil {
				r.log.Warn("the position of the time series could not be kept", "room", m.room, "error", err)
			}
		}
	}
}

func (r *remote) settled(before time.Time) []mark {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []mark
	for _, m := range r.marks {
		n := 0
		for n < len(m.taken) && m.taken[n].at.Before(before) {
			m.next = m.taken[n].position
			n++
		}
		m.taken = slices.Delete(m.taken, 0, n)
		if m.next > m.kept {
			m.kept = m.next
			list = append(list, *m)
		}
	}
	return list
}

// ask asks the query API of the store. Other parameters than Prometheus' own make
// VictoriaMetrics answer as the embedded store does; others ignore them.
func (r *remote) ask(ctx context.Context, path string, form url.Values) (answer, error) {
	form.Set("timeout", "10s")
	form.Set("nocache", "1")
	form.Set("latency_offset", "1ms")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(r.cfg.ReadURL, "/")+path, strings.NewReader(form.Encode()))
	if strings.HasSuffix(path, "/values") { // Prometheus takes this one by GET only
		req, err = http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(r.cfg.ReadURL, "/")+path+"?"+form.Encode(), nil)
	}
	if err != nil {
		return answer{}, fmt.Errorf("make query: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := r.reader.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return answer{}, fmt.Errorf("ask the time-series store: %w", ctx.Err())
		}
		r.log.Warn("the time-series store does not answer queries", "error", r.redact(err))
		return answer{}, errAway()
	}
	defer func() { _ = resp.Body.Close() }()
	var a answer
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&a); err != nil {
		r.log.Warn("the time-series store answers what is no answer", "status", resp.StatusCode, "error", err)
		return answer{}, errAway()
	}
	if a.Status == "success" {
		return a, nil
	}
	if resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusUnprocessableEntity {
		return answer{}, fault.New(fault.Invalid, "kernel.series.query", "the query cannot be evaluated: %s", a.Error)
	}
	return answer{}, fmt.Errorf("evaluate query: the store answered %d %s", resp.StatusCode, a.Error)
}

func errAway() error {
	return fault.New(fault.Unavailable, "kernel.series.away", "the time-series store does not answer; reports are kept meanwhile").After(10)
}

// delete removes series of a room by the admin API, which Prometheus serves
// with --web.enable-admin-api and VictoriaMetrics always.
func (r *remote) delete(ctx context.Context, selector string) error {
	address := strings.TrimSuffix(r.cfg.ReadURL, "/") + "/api/v1/admin/tsdb/delete_series?" + url.Values{"match[]": {selector}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return fmt.Errorf("make deletion: %w", err)
	}
	resp, err := r.reader.Do(req)
	if err != nil {
		return fmt.Errorf("delete series: %w", r.redact(err))
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4096)) // the status says what matters
	_ = resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("delete series: the store answered %d %s", resp.StatusCode, firstLine(text))
	}
	return nil
}

// redact takes the address, which may hold a password, out of an error.
func (r *remote) redact(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line[:min(len(line), 200)]
}

// answer is what the query API of Prometheus answers.
type answer struct {
	Status   string          `json:"status"`
	Error    string          `json:"error"`
	Data     json.RawMessage `json:"data"`
	Warnings []string        `json:"warnings"`
	Infos    []string        `json:"infos"`
}

// answerData is the data of an answer to a query.
type answerData struct {
	Type   string          `json:"resultType"`
	Result json.RawMessage `json:"result"`
}

type answerLine struct {
	Metric map[string]string `json:"metric"`
	Value  *answerPoint      `json:"value"`
	Values []answerPoint     `json:"values"`
}

// answerPoint is [seconds, "value"].
type answerPoint Point

// UnmarshalJSON implements json.Unmarshaler.
func (p *answerPoint) UnmarshalJSON(data []byte) error {
	var seconds float64
	var text string
	if err := json.Unmarshal(data, &[]any{&seconds, &text}); err != nil {
		return fmt.Errorf("read point: %w", err)
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("read value %q: %w", text, err)
	}
	p.At, p.Value = int64(seconds*1000+0.5), value
	return nil
}

func (a answerData) lines() ([]Line, error) {
	if a.Type == "scalar" {
		var p answerPoint
		if err := json.Unmarshal(a.Result, &p); err != nil {
			return nil, fmt.Errorf("read scalar: %w", err)
		}
		return []Line{{Points: []Point{Point(p)}}}, nil
	}
	if a.Type != "vector" && a.Type != "matrix" {
		return nil, nil
	}
	var found []answerLine
	if err := json.Unmarshal(a.Result, &found); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	var lines []Line
	for _, f := range found {
		delete(f.Metric, roomLabel)
		line := Line{Labels: f.Metric}
		if f.Value != nil {
			line.Points = append(line.Points, Point(*f.Value))
		}
		for _, p := range f.Values {
			line.Points = append(line.Points, Point(p))
		}
		lines = append(lines, line)
	}
	return lines, nil
}
