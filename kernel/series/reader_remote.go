package series

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

func secondsOf(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// ask evaluates a query in the store elsewhere, narrowed by its text: what
// absent() answers there has the labels that it was narrowed by.
func (r Reader) ask(ctx context.Context, q question) (data answerData, notes Notes, err error) {
	narrow, err := r.s.narrow(q.text, r.only)
	if err != nil {
		return data, notes, err
	}
	path, form := "query", url.Values{"query": {narrow}, "max_lookback": {"5m"}} // VictoriaMetrics' name
	if q.Lookback > 0 {
		form.Set("lookback_delta", secondsOf(q.Lookback)) // Prometheus' name
		form.Set("max_lookback", secondsOf(q.Lookback)+"s")
	}
	if q.step == 0 {
		form.Set("time", seconds(q.to))
	} else {
		path = "query_range"
		form.Set("start", seconds(q.from))
		form.Set("end", seconds(q.to))
		form.Set("step", secondsOf(q.step))
	}
	got, err := r.s.e.remote.ask(ctx, "/api/v1/"+path, form)
	if err != nil {
		return data, notes, err
	}
	data, err = decode[answerData](got.Data)
	return data, Notes{got.Warnings, got.Infos}, err
}

func (r Reader) askAnswer(ctx context.Context, q question) (Answer, error) {
	data, notes, err := r.ask(ctx, q)
	a := Answer{Type: parser.ValueType(data.Type), Value: data.Result, Notes: notes}
	if err != nil || a.Type != parser.ValueTypeMatrix && a.Type != parser.ValueTypeVector {
		return a, err
	}
	found, err := decode[[]foreignLine](data.Result)
	if err != nil {
		return Answer{}, err
	}
	found = found[:q.Most.of(len(found), &a.Notes)]
	for i := range found {
		delete(found[i].Metric, roomLabel)
	}
	a.Value = append([]foreignLine{}, found...)
	return a, nil
}

// foreignLine is a series of an answer, passed on as it came.
type foreignLine struct {
	Metric     map[string]string `json:"metric"`
	Value      json.RawMessage   `json:"value,omitempty"`
	Values     json.RawMessage   `json:"values,omitempty"`
	Histogram  json.RawMessage   `json:"histogram,omitempty"`
	Histograms json.RawMessage   `json:"histograms,omitempty"`
}

// found asks for names or series of the selectors, each narrowed.
func (r Reader) found(ctx context.Context, path string, span Span, selectors []string) (answer, error) {
	if len(selectors) == 0 {
		selectors = []string{`{__name__!=""}`}
	}
	if _, err := r.selectors(selectors); err != nil {
		return answer{}, err
	}
	form := url.Values{"start": {seconds(span.From)}, "end": {seconds(span.To)}}
	for _, text := range selectors {
		narrow, err := r.s.narrow(text, r.only)
		if err != nil {
			return answer{}, err
		}
		form.Add("match[]", narrow)
	}
	return r.s.e.remote.ask(ctx, "/api/v1/"+path, form)
}

func (r Reader) askNames(ctx context.Context, path string, span Span, selectors []string, most Most) ([]string, Notes, error) {
	got, err := r.found(ctx, path, span, selectors)
	if err != nil {
		return nil, Notes{}, err
	}
	notes := Notes{Warnings: got.Warnings}
	names, err := decode[[]string](got.Data)
	if err != nil {
		return nil, notes, err
	}
	names = slices.DeleteFunc(append([]string{}, names...), func(n string) bool { return n == roomLabel && strings.HasPrefix(path, "labels") })
	return names[:most.of(len(names), &notes)], notes, nil
}

func (r Reader) askSeries(ctx context.Context, span Span, selectors []string, most Most) ([]map[string]string, Notes, error) {
	got, err := r.found(ctx, "series", span, selectors)
	if err != nil {
		return nil, Notes{}, err
	}
	notes := Notes{Warnings: got.Warnings}
	list, err := decode[[]map[string]string](got.Data)
	if err != nil {
		return nil, notes, err
	}
	for _, labels := range list {
		delete(labels, roomLabel)
	}
	list = append([]map[string]string{}, list...)
	return list[:most.of(len(list), &notes)], notes, nil
}
