package pull

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

// The formats of expositions.
const (
	textType        = "text/plain"
	openMetricsType = "application/openmetrics-text"
	nameLabel       = "__name__" // holds the name of the metric
)

// scrape reads one exposition by rules.
type scrape struct {
	gathered
	byMetric map[string][]int
	rules    []Rule
	met      []bool
	moment   Moment
}

// ReadExposition reads the series that rules name: Prometheus text 0.0.4, or
// OpenMetrics where the media type says so.
func ReadExposition(body []byte, contentType string, rules []Rule, m Moment) ([]Row, []Fault) {
	s := &scrape{byMetric: map[string][]int{}, rules: rules, met: make([]bool, len(rules)), moment: m}
	for i, r := range rules {
		s.byMetric[r.Metric] = append(s.byMetric[r.Metric], i)
	}
	if err := walk(body, contentType, s.series); err != nil {
		return nil, []Fault{{Field: "url", Code: FaultDocument, Found: cut(err.Error())}}
	}
	for i, r := range rules {
		if !s.met[i] {
			s.fault(Fault{Field: field(i), Path: r.Metric, Code: FaultMetric})
		}
	}
	return s.rows, s.faults
}

// walk calls take for each series that is a number.
func walk(body []byte, contentType string, take func(textparse.Parser) error) error {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != openMetricsType {
		if media != "" && media != textType {
			return fmt.Errorf("the media type is %s", media)
		}
		contentType = textType
		body = append(bytes.TrimRight(body, "\n"), '\n') // pasted texts end anyhow
	}
	p, err := textparse.New(body, contentType, labels.NewSymbolTable(), textparse.ParserOptions{OpenMetricsSkipSTSeries: true, FallbackContentType: textType})
	if p == nil {
		return fmt.Errorf("read exposition: %w", err)
	}
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read exposition: %w", err)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		if err := take(p); err != nil {
			return err
		}
	}
}

func (s *scrape) series(p textparse.Parser) error {
	var set labels.Labels
	p.Labels(&set)
	for _, i := range s.byMetric[set.Get(nameLabel)] {
		if !s.rules[i].takes(set) {
			continue
		}
		s.met[i] = true
		if len(s.rows) >= RowsMost {
			return fmt.Errorf("more than %d series", RowsMost)
		}
		_, at, value := p.Series()
		s.take(i, set, at, value)
	}
	return nil
}

func (r Rule) takes(set labels.Labels) bool {
	for name, value := range r.Labels {
		if set.Get(name) != value {
			return false
		}
	}
	return true
}

// take makes a row of a series.
func (s *scrape) take(i int, set labels.Labels, at *int64, value float64) {
	r := s.rules[i]
	row := Row{Origin: cut(set.String()), Code: r.Code, Period: s.moment.Period, Value: scaled(value, r.Factor)}
	if at != nil {
		row.Period = time.UnixMilli(*at).In(CityTime()).Format(time.RFC3339Nano)
	}
	for _, name := range Dimensions() {
		label := r.Dims[name]
		if label == "" {
			continue
		}
		text := set.Get(label)
		if text == "" {
			s.fault(Fault{row.Origin, field(i) + ".dims." + name, label, FaultMissing, ""})
			return
		}
		if row.Dims == nil {
			row.Dims = map[string]string{}
		}
		row.Dims[name] = text
	}
	s.add(row, field(i), r.Combine)
}

func field(rule int) string { return "rules[" + strconv.Itoa(rule) + "]" }

// Read reads an answer as the spec says.
func (s Spec) Read(body []byte, contentType string, m Moment) ([]Row, []Fault) {
	switch s.Kind {
	case Prometheus:
		return ReadExposition(body, contentType, s.Rules, m)
	case SQL:
		return ReadResults(body, m)
	default:
		return ReadDocument(body, s.Table, m)
	}
}

// metricsMost names of metrics are told.
const metricsMost = 500

// Metrics are the names of the metrics of an exposition, in order; what cannot be
// read ends the list.
func Metrics(body []byte, contentType string) []string {
	names := map[string]bool{}
	_ = walk(body, contentType, func(p textparse.Parser) error { // the mapping tells the fault
		var set labels.Labels
		p.Labels(&set)
		if len(names) < metricsMost {
			names[strings.Clone(set.Get(nameLabel))] = true
		}
		return nil
	})
	return slices.Sorted(maps.Keys(names))
}
