// Package queryapi speaks the query API of Prometheus (HTTP API, v1), so that
// Grafana and whatever else reads Prometheus reads the series of a room:
// queries, labels, series, metadata. Rules and alerts are the room's to tell.
//
// Differences: answers have no statistics of queries, exemplars are not kept,
// and times before the year 1 or after 9999 are not read.
package queryapi

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"linghang/kernel/fault"
	"linghang/kernel/series"
)

// atOnce is how many questions are answered at a time; the others wait.
const atOnce = 8

// longest is how long a question may take, with the time that it waits.
const longest = 20 * time.Second

// widest is how many points a range has at most, as in Prometheus.
const widest = 11_000

// Family is what is known of a metric.
type Family struct {
	Name string // of the metric
	Type string // counter, gauge or unknown
	Help string
	Unit string
}

// API answers for a room.
type API struct {
	site  Site
	turns chan struct{}
}

// Site is what a room tells the API.
type Site struct {
	// Reader returns the series that the caller may see.
	Reader func(ctx context.Context) (series.Reader, error)
	// Families lists what is known of metrics.
	Families func(ctx context.Context) []Family
}

// New returns the API of a site.
func New(site Site) *API { return &API{site, make(chan struct{}, atOnce)} }

// Endpoint is one path of the API.
type Endpoint struct {
	Path    string // below the address that clients are given, /api/v1/query
	Posts   bool   // is asked by POST, too
	Summary string
	Handler http.HandlerFunc
}

// Endpoints lists what the API answers.
func (a *API) Endpoints() []Endpoint {
	return []Endpoint{
		{"/api/v1/query", true, "PromQL at one time", a.answer(a.query)},
		{"/api/v1/query_range", true, "PromQL at each step of a range", a.answer(a.queryRange)},
		{"/api/v1/query_exemplars", true, "Exemplars: none are kept", a.answer(none)},
		{"/api/v1/format_query", true, "A query as Prometheus writes it", a.answer(a.format)},
		{"/api/v1/labels", true, "Names of labels", a.answer(a.labels)},
		{"/api/v1/label/{name}/values", false, "Values of a label", a.answer(a.values)},
		{"/api/v1/series", true, "Series that selectors choose", a.answer(a.series)},
		{"/api/v1/metadata", false, "What is known of metrics", a.answer(a.metadata)},
		{"/api/v1/status/buildinfo", false, "The Prometheus whose PromQL this is", a.answer(buildInfo)},
	}
}

// asked is one question with what it is asked of.
type asked struct {
	*http.Request
	reader series.Reader
}

// answer makes a handler of what answers a question.
func (a *API) answer(do func(asked) (any, series.Notes, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, stop := context.WithTimeout(r.Context(), longest)
		defer stop()
		data, notes, err := a.inTurn(r.WithContext(ctx), do)
		if err != nil {
			Refuse(w, err)
			return
		}
		Write(w, data, notes)
	}
}

func (a *API) inTurn(r *http.Request, do func(asked) (any, series.Notes, error)) (any, series.Notes, error) {
	select {
	case a.turns <- struct{}{}:
		defer func() { <-a.turns }()
	case <-r.Context().Done():
		return nil, series.Notes{}, fault.New(fault.Unavailable, "kernel.series.busy", "too many queries are being answered; ask again").After(1)
	}
	const form = "application/x-www-form-urlencoded"
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost && kind != form {
		return nil, series.Notes{}, fault.New(fault.Unsupported, "kernel.series.form", "parameters are sent as %s", form)
	}
	if err := r.ParseForm(); err != nil {
		return nil, series.Notes{}, bad("form", "%v", err)
	}
	reader, err := a.site.Reader(r.Context())
	if err != nil {
		return nil, series.Notes{}, err
	}
	return do(asked{r, reader})
}

type queried struct {
	ResultType string `json:"resultType"`
	Result     any    `json:"result"`
}

func (a *API) query(r asked) (any, series.Notes, error) {
	at, err := r.moment("time", time.Now())
	if err != nil {
		return nil, series.Notes{}, err
	}
	return r.evaluate(func(ctx context.Context, o series.QueryOptions) (series.Answer, error) {
		return r.reader.Query(ctx, r.FormValue("query"), at, o)
	})
}

func (a *API) queryRange(r asked) (any, series.Notes, error) {
	span, err := r.span(time.Time{}, time.Time{})
	if err != nil {
		return nil, series.Notes{}, err
	}
	step, err := r.duration("step", 0)
	switch {
	case err != nil:
	case r.FormValue("start") == "" || r.FormValue("end") == "" || r.FormValue("step") == "":
		err = bad("start", "a range has a start, an end and a step")
	case span.To.Before(span.From):
		err = bad("end", "end timestamp must not be before start time")
	case step <= 0:
		err = bad("step", "zero or negative query resolution step widths are not accepted. Try a positive integer")
	case span.To.Sub(span.From)/step > widest:
		err = bad("step", "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)")
	default:
	}
	if err != nil {
		return nil, series.Notes{}, err
	}
	return r.evaluate(func(ctx context.Context, o series.QueryOptions) (series.Answer, error) {
		return r.reader.QueryRange(ctx, r.FormValue("query"), span.From, span.To, step, o)
	})
}

// evaluate reads what both ways to query have in common.
func (r asked) evaluate(do func(context.Context, series.QueryOptions) (series.Answer, error)) (any, series.Notes, error) {
	limit, err := r.limit()
	if err != nil {
		return nil, series.Notes{}, err
	}
	timeout, err := r.duration("timeout", longest)
	if err != nil {
		return nil, series.Notes{}, err
	}
	lookback, err := r.duration("lookback_delta", 0)
	if err != nil {
		return nil, series.Notes{}, err
	}
	ctx, stop := context.WithTimeout(r.Context(), timeout)
	defer stop()
	got, err := do(ctx, series.QueryOptions{Lookback: lookback, Most: limit})
	return queried{string(got.Type), got.Value}, got.Notes, err
}

func (a *API) format(r asked) (any, series.Notes, error) {
	text, err := r.reader.Format(r.FormValue("query"))
	return text, series.Notes{}, err
}

// looking is what the questions for names and series have in common.
func looking[T any](r asked, find func(ctx context.Context, span series.Span, selectors []string, most series.Most) (T, series.Notes, error)) (any, series.Notes, error) {
	limit, err := r.limit()
	if err != nil {
		return nil, series.Notes{}, err
	}
	span, err := r.span(time.UnixMilli(0), time.Now().AddDate(1, 0, 0))
	if err != nil {
		return nil, series.Notes{}, err
	}
	return find(r.Context(), span, r.Form["match[]"], limit)
}

func (a *API) labels(r asked) (any, series.Notes, error) { return looking(r, r.reader.Names) }

func (a *API) values(r asked) (any, series.Notes, error) {
	name := r.PathValue("name")
	if escaped, ok := strings.CutPrefix(name, "U__"); ok { // UTF-8 names in paths
		name = model.UnescapeName("U__"+escaped, model.ValueEncodingEscaping)
	}
	if !model.UTF8Validation.IsValidLabelName(name) {
		return nil, series.Notes{}, bad("name", "invalid label name: %q", name)
	}
	return looking(r, func(ctx context.Context, span series.Span, selectors []string, most series.Most) ([]string, series.Notes, error) {
		return r.reader.Values(ctx, name, span, selectors, most)
	})
}

func (a *API) series(r asked) (any, series.Notes, error) {
	if len(r.Form["match[]"]) == 0 {
		return nil, series.Notes{}, bad("match[]", "no match[] parameter provided")
	}
	return looking(r, r.reader.Series)
}

type described struct {
	Type string `json:"type"`
	Help string `json:"help"`
	Unit string `json:"unit"`
}

func (a *API) metadata(r asked) (any, series.Notes, error) {
	limit, err := r.limit()
	if err != nil {
		return nil, series.Notes{}, err
	}
	metric := r.FormValue("metric")
	found := map[string][]described{}
	for _, f := range a.site.Families(r.Context()) {
		if metric != "" && f.Name != metric {
			continue
		}
		if limit > 0 && len(found) == int(limit) {
			break
		}
		found[f.Name] = []described{{f.Type, f.Help, f.Unit}}
	}
	return found, series.Notes{}, nil
}

func none(asked) (any, series.Notes, error) { return []any{}, series.Notes{}, nil }

type build struct {
	Version string `json:"version"`
}

// buildInfo tells the version of Prometheus whose PromQL evaluates: programs
// choose by it what they may ask.
func buildInfo(asked) (any, series.Notes, error) {
	return build{series.PrometheusVersion}, series.Notes{}, nil
}

// bad is a parameter that cannot be read.
func bad(name, format string, args ...any) error {
	f := fault.New(fault.BadRequest, "kernel.series.parameter", format, args...)
	f.Message = "invalid parameter \"" + name + "\": " + f.Message
	return f
}

func (r asked) limit() (series.Most, error) {
	text := r.FormValue("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, bad("limit", "limit must be a number that is not negative")
	}
	return series.Most(n), nil
}

func (r asked) span(from, to time.Time) (span series.Span, err error) {
	if span.From, err = r.moment("start", from); err != nil {
		return span, err
	}
	span.To, err = r.moment("end", to)
	return span, err
}

// moment reads a time: seconds since 1970 or RFC 3339.
func (r asked) moment(name string, otherwise time.Time) (time.Time, error) {
	text := r.FormValue(name)
	if text == "" {
		return otherwise, nil
	}
	if s, err := strconv.ParseFloat(text, 64); err == nil && s > -6e10 && s < 2.5e11 {
		return time.UnixMilli(int64(s*1000 + 0.5)).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, bad(name, "cannot parse %.40q to a valid timestamp", text)
	}
	return t, nil
}

// duration reads seconds, or a duration as PromQL writes it.
func (r asked) duration(name string, otherwise time.Duration) (time.Duration, error) {
	text := r.FormValue(name)
	if text == "" {
		return otherwise, nil
	}
	if s, err := strconv.ParseFloat(text, 64); err == nil && s > -1e9 && s < 1e9 {
		return time.Duration(s * float64(time.Second)), nil
	}
	d, err := model.ParseDuration(text)
	if err != nil {
		return 0, bad(name, "cannot parse %.40q to a valid duration", text)
	}
	return time.Duration(d), nil
}

type envelope struct {
	Status    string   `json:"status"`
	Data      any      `json:"data,omitempty"`
	ErrorType string   `json:"errorType,omitempty"`
	Error     string   `json:"error,omitempty"`
	Warnings  []string `json:"warnings,omitempty"`
	Infos     []string `json:"infos,omitempty"`
}

// Write answers with data.
func Write(w http.ResponseWriter, data any, notes series.Notes) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(envelope{Status: "success", Data: data, Warnings: notes.Warnings, Infos: notes.Infos}) // the caller may have gone
}

// Refuse answers with an error as Prometheus tells them, by status and type.
func Refuse(w http.ResponseWriter, err error) {
	status, kind := http.StatusInternalServerError, "internal"
	said := "the query could not be evaluated"
	if f, ok := errors.AsType[*fault.Error](err); ok {
		said = f.Message
	}
	switch fault.KindOf(err) {
	case fault.BadRequest:
		status, kind = http.StatusBadRequest, "bad_data"
	case fault.Unsupported:
		status, kind = http.StatusUnsupportedMediaType, "bad_data"
	case fault.Invalid:
		status, kind = http.StatusUnprocessableEntity, "execution"
	case fault.Forbidden, fault.Unauthorized:
		status, kind = http.StatusForbidden, "forbidden"
	case fault.NotFound:
		status, kind = http.StatusNotFound, "not_found"
	case fault.Unavailable, fault.Limited:
		status, kind = http.StatusServiceUnavailable, "timeout"
	default:
		if errors.Is(err, context.Canceled) {
			status, kind = 499, "canceled" // as Prometheus, after nginx
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(envelope{Status: "error", ErrorType: kind, Error: said}) // the caller may have gone
}
