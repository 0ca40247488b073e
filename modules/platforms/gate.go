package platforms

import (
	"math"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"linghang/kernel/fault"
	"linghang/lib/otlpmetrics"
	"linghang/lib/remotewrite"
)

// gate bounds what each platform sends. Its state is one entry per platform
// that has authenticated, no more.
type gate struct {
	mu     sync.Mutex
	meters map[string]*meter
}

// meter is what one platform may still send, and how often it is spoken of.
type meter struct {
	requests *rate.Limiter
	samples  *rate.Limiter
	refusals *rate.Limiter // refused submissions that are kept for the sender to read
	log      *rate.Limiter
	notices  *rate.Limiter
}

const (
	requestsPerSecond = 10
	samplesPerMinute  = 100_000
)

func newGate() *gate { return &gate{meters: map[string]*meter{}} }

func (g *gate) meter(platformID string) *meter {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.meters[platformID]
	if m == nil {
		m = &meter{
			requests: rate.NewLimiter(requestsPerSecond, 3*requestsPerSecond),
			samples:  rate.NewLimiter(rate.Limit(samplesPerMinute)/60, samplesPerMinute),
			refusals: rate.NewLimiter(rate.Every(10*time.Second), 5),
			log:      rate.NewLimiter(1, 1),
			notices:  rate.NewLimiter(1, 2),
		}
		g.meters[platformID] = m
	}
	return m
}

func (m *meter) admit(samples int, now time.Time) error {
	if samples > 0 && !m.samples.AllowN(now, samples) {
		return fault.New(fault.Limited, "platforms.limit.samples", "more than %d values a minute", samplesPerMinute).With("limit", samplesPerMinute).After(30)
	}
	return nil
}

func (m *meter) knock(now time.Time) error {
	if !m.requests.AllowN(now, 1) {
		return fault.New(fault.Limited, "platforms.limit.requests", "more than %d requests a second", requestsPerSecond).With("limit", requestsPerSecond).After(1)
	}
	return nil
}

// pushed is one value that came by remote write or OTLP.
type pushed struct {
	metric string
	labels [][2]string
	at     int64
	value  float64
}

func fromSeries(s remotewrite.Series, into []pushed) []pushed {
	labels := make([][2]string, 0, len(s.Labels))
	for _, l := range s.Labels {
		if l.Name != "__name__" {
			labels = append(labels, [2]string{l.Name, l.Value})
		}
	}
	name := remotewrite.Metric(s.Labels)
	for _, sample := range s.Samples {
		if !remotewrite.IsStale(sample.Value) {
			into = append(into, pushed{name, labels, sample.At, sample.Value})
		}
	}
	return into
}

func fromPoint(p otlpmetrics.Point) pushed {
	labels := make([][2]string, 0, len(p.Labels))
	for _, l := range p.Labels {
		labels = append(labels, [2]string{l.Name, l.Value})
	}
	return pushed{p.Metric, labels, p.At, p.Value}
}

// siftPushed checks pushed values. A value belongs to the platform whose key
// brought it; one that claims to be another platform's is refused.
func (c *catalogue) siftPushed(values []pushed, p platform, now time.Time) (entries []entry, findings []finding) {
	at := map[string]int{} // series and time → place in entries
	for i, v := range values {
		code := strings.TrimSuffix(strings.TrimPrefix(v.metric, metricPrefix), "_total")
		if _, whole := c.byCode[strings.TrimPrefix(v.metric, metricPrefix)]; whole {
			code = strings.TrimPrefix(v.metric, metricPrefix)
		}
		e := entry{Code: code, At: v.at, Value: v.value, index: i}
		why := c.checkPushed(v, &e, p, now)
		if why == nil {
			why = together(at, entries, e)
		}
		if why != nil {
			findings = append(findings, finding{i, code, why.Key, why.Message})
			continue
		}
		name := seriesAt(e)
		if _, same := at[name]; !same {
			at[name] = len(entries)
			entries = append(entries, e)
		}
	}
	// The newest value of each series is the one that stays in latest.
	sort.SliceStable(entries, func(i, j int) bool { return entries[i].At < entries[j].At })
	return entries, findings
}

func seriesAt(e entry) string {
	return e.Code + "|" + e.Dims + "|" + time.UnixMilli(e.At).UTC().Format(time.RFC3339Nano)
}

// together refuses a value that contradicts another one of the same series and
// time: two instances of a platform add up before they send.
func together(at map[string]int, entries []entry, e entry) *reason {
	i, same := at[seriesAt(e)]
	if same && entries[i].Value != e.Value {
		return because("ambiguous", "two values of the same series at the same time; add up over instances before sending")
	}
	return nil
}

func (c *catalogue) checkPushed(v pushed, e *entry, p platform, now time.Time) *reason {
	if !strings.HasPrefix(v.metric, metricPrefix) {
		return because("prefix", "the metric %.80q does not begin with %s", v.metric, metricPrefix)
	}
	var d dims
	for _, l := range v.labels {
		switch {
		case l[0] == "platform":
			if l[1] != p.Code && l[1] != p.ID {
				return because("foreign", "the series belongs to platform %.60q, the key to %q", l[1], p.Code)
			}
		case l[0] == "instance" || l[0] == "job" || strings.HasPrefix(l[0], "otel_") || strings.HasPrefix(l[0], "service_"):
			// where the number was collected; not part of what it counts
		case !d.set(l[0], l[1]):
			return because("label", "the label %.60q is no dimension of the catalogue", l[0])
		}
	}
	if why := c.check(e.Code, d, v.value); why != nil {
		return why
	}
	e.Dims = d.key()
	return checkTime(v, now)
}

func checkTime(v pushed, now time.Time) *reason {
	if v.at <= 0 || v.at > math.MaxInt64/2 {
		return because("time", "the time is missing or impossible")
	}
	switch at := time.UnixMilli(v.at); {
	case at.After(now.Add(farFuture)):
		return because("future", "the time lies %s in the future", at.Sub(now).Round(time.Second))
	case at.Before(now.Add(-realTimeLate)):
		return because("too_old", "the value is more than %s old; use back-fill", realTimeLate)
	}
	return nil
}
