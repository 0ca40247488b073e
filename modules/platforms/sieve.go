package platforms

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"linghang/lib/otlpmetrics"
	"linghang/lib/remotewrite"
)

// sieve lets through what can be taken of one request; the rest becomes
// findings. It holds the roll for reading until it is done.
type sieve struct {
	catalogue *catalogue
	platform  platform
	roll      *roll
	now       time.Time
	from, to  int64 // the times that are taken, of values of minutes
	limit     int64 // on the platform's series

	entries  []entry
	findings []finding
	index    int // place in the request

	fresh     map[string]*known // series that are not in the roll, by name
	newest    map[*known]int    // place in entries of the newest value of a fresh series
	marks     *marks
	moments   map[moment]int // place in entries, once a series does not go forward
	spellings []spelling
	labels    []remotewrite.Label
	name      []byte
}

// moment is a series at a time.
type moment struct {
	series *known
	at     int64
}

// marks remembers of each series in the roll which entry is its newest one.
type marks struct {
	request uint32
	seen    []mark // by number
}

type mark struct{ request, entry uint32 }

func (c *catalogue) sieve(p platform, r *roll, m *marks, limit int64, now time.Time) *sieve {
	r.mu.RLock()
	m.request++
	if m.request == 0 || int64(len(m.seen)) <= r.top() {
		m.seen, m.request = make([]mark, r.top()+partSeries), 1
	}
	return &sieve{
		catalogue: c, platform: p, roll: r, marks: m, limit: limit, now: now,
		from: now.Add(-realTimeLate).UnixMilli(), to: now.Add(farFuture).UnixMilli(), fresh: map[string]*known{},
	}
}

// done ends the sieving. Entries are in the order of their times, as the time
// series like them.
func (s *sieve) done() (entries []entry, findings []finding, top int64) {
	top = s.roll.top()
	s.roll.mu.RUnlock()
	s.roll.learn(s.spellings, int(s.limit))
	byTime := func(a, b entry) int { return cmp.Compare(a.At, b.At) }
	if !slices.IsSortedFunc(s.entries, byTime) {
		slices.SortStableFunc(s.entries, byTime)
	}
	return s.entries, s.findings, top
}

func (s *sieve) refuse(code string, why *reason) {
	s.findings = append(s.findings, finding{s.index, strings.Clone(code), why.Key, why.Message})
}

// find returns the series of a name that was checked.
func (s *sieve) find(code, dims string) (*known, *reason) {
	s.name = appendName(s.name[:0], code, dims)
	if k := s.roll.byName[string(s.name)]; k != nil {
		return k, nil
	}
	if k := s.fresh[string(s.name)]; k != nil {
		return k, nil
	}
	if s.roll.top() >= s.limit {
		return nil, errSeriesLimit(s.limit)
	}
	k := &known{Code: strings.Clone(code), Dims: strings.Clone(dims)}
	s.fresh[string(s.name)] = k
	return k, nil
}

// seen returns the place of the newest entry of a series, or -1, and puts i there.
func (s *sieve) seen(k *known, i int) int {
	if k.number > 0 {
		m := &s.marks.seen[k.number]
		before := -1
		if m.request == s.marks.request {
			before = int(m.entry)
		}
		if before < 0 || s.entries[before].At < s.entries[i].At {
			*m = mark{s.marks.request, uint32(i)} //nolint:gosec // no request has so many entries
		}
		return before
	}
	before, met := s.newest[k]
	if !met {
		before = -1
	}
	if !met || s.entries[before].At < s.entries[i].At {
		if s.newest == nil {
			s.newest = map[*known]int{}
		}
		s.newest[k] = i
	}
	return before
}

// push takes a pushed value of a series. The same value twice is one; two
// values at the same time contradict each other: two instances of a platform
// add up before they send.
func (s *sieve) push(k *known, at int64, value float64) {
	why := checkValue(value)
	if why == nil && (at < s.from || at > s.to) {
		why = checkTime(at, s.now)
	}
	if why != nil {
		s.refuse(k.Code, why)
		return
	}
	i := len(s.entries)
	s.entries = append(s.entries, entry{known: k, At: at, Value: value, index: int32(s.index)}) //nolint:gosec // no request has so many
	before := s.seen(k, i)
	if before >= 0 && s.entries[before].At >= at && s.moments == nil {
		s.moments = make(map[moment]int, 2*i)
		for j, e := range s.entries[:i] {
			s.moments[moment{e.known, e.At}] = j
		}
	}
	if s.moments == nil {
		return
	}
	first, twice := s.moments[moment{k, at}]
	if !twice {
		s.moments[moment{k, at}] = i
		return
	}
	s.entries = s.entries[:i]
	if s.entries[first].Value != value {
		s.refuse(k.Code, because("ambiguous", "two values of the same series at the same time; add up over instances before sending"))
	}
}

// entry takes a series of remote write. Series in the roll are known by how
// their labels are spelt; staleness markers are no values.
func (s *sieve) series(e *remotewrite.Entry) error {
	if k := s.roll.byWire[string(e.Identity)]; k != nil {
		for _, x := range e.Samples {
			if !remotewrite.IsStale(x.Value) {
				s.push(k, x.At, x.Value)
				s.index++
			}
		}
	} else if err := s.strange(e); err != nil {
		return err
	}
	if e.Histograms > 0 {
		s.findings = append(s.findings, finding{-1, "", "platforms.item.histogram", "native histograms are not indicators"})
	}
	return nil
}

// strange takes a series of remote write whose spelling is new.
func (s *sieve) strange(e *remotewrite.Entry) error {
	var err error
	if s.labels, err = e.Labels(s.labels[:0]); err != nil {
		return err
	}
	if fault := cmp.Or(e.Fault, remotewrite.CheckLabels(s.labels)); fault != "" {
		s.findings = append(s.findings, finding{-1, "", "platforms.item.labels", fault})
		return nil
	}
	v := pushed{metric: remotewrite.Metric(s.labels)}
	for _, l := range s.labels {
		if l.Name != "__name__" {
			v.labels = append(v.labels, [2]string{l.Name, l.Value})
		}
	}
	for _, x := range e.Samples {
		if remotewrite.IsStale(x.Value) {
			continue
		}
		v.at, v.value = x.At, x.Value
		if k := s.pushed(v); k != nil && k.number > 0 && s.roll.byWire[string(e.Identity)] == nil {
			s.spellings = append(s.spellings, spelling{string(e.Identity), k})
		}
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

func fromPoint(p otlpmetrics.Point) pushed {
	labels := make([][2]string, 0, len(p.Labels))
	for _, l := range p.Labels {
		labels = append(labels, [2]string{l.Name, l.Value})
	}
	return pushed{p.Metric, labels, p.At, p.Value}
}

// pushed takes a value whose series is not known yet, and returns the series
// when it could be one. A value belongs to the platform whose key brought it;
// one that claims to be another platform's is refused.
func (s *sieve) pushed(v pushed) *known {
	defer func() { s.index++ }()
	code := strings.TrimSuffix(strings.TrimPrefix(v.metric, metricPrefix), "_total")
	if _, whole := s.catalogue.byCode[strings.TrimPrefix(v.metric, metricPrefix)]; whole {
		code = strings.TrimPrefix(v.metric, metricPrefix)
	}
	d, why := breakdown(v, s.platform)
	if why == nil {
		why = s.catalogue.check(code, d, v.value)
	}
	if why == nil {
		why = checkTime(v.at, s.now)
	}
	var k *known
	if why == nil {
		k, why = s.find(code, d.key())
	}
	if why != nil {
		s.refuse(code, why)
		return nil
	}
	s.push(k, v.at, v.value)
	return k
}

// breakdown reads the labels of a pushed value.
func breakdown(v pushed, p platform) (d dims, why *reason) {
	if !strings.HasPrefix(v.metric, metricPrefix) {
		return d, because("prefix", "the metric %.80q does not begin with %s", v.metric, metricPrefix)
	}
	for _, l := range v.labels {
		switch {
		case l[0] == "platform":
			if l[1] != p.Code && l[1] != p.ID {
				return d, because("foreign", "the series belongs to platform %.60q, the key to %q", l[1], p.Code)
			}
		case l[0] == "instance" || l[0] == "job" || strings.HasPrefix(l[0], "otel_") || strings.HasPrefix(l[0], "service_"):
			// where the number was collected; not part of what it counts
		case !d.set(l[0], l[1]):
			return d, because("label", "the label %.60q is no dimension of the catalogue", l[0])
		}
	}
	return d, nil
}

func checkTime(at int64, now time.Time) *reason {
	if at <= 0 || at > math.MaxInt64/2 {
		return because("time", "the time is missing or impossible")
	}
	switch t := time.UnixMilli(at); {
	case t.After(now.Add(farFuture)):
		return because("future", "the time lies %s in the future", t.Sub(now).Round(time.Second))
	case t.Before(now.Add(-realTimeLate)):
		return because("too_old", "the value is more than %s old; use back-fill", realTimeLate)
	}
	return nil
}

// report takes the items of a report, each checked against the catalogue and
// the calendar.
func (s *sieve) report(r report) {
	at, grain, err := readPeriod(r.Period)
	if err != nil {
		s.findings = append(s.findings, finding{-1, "", "platforms.item.period", err.Error()})
		return
	}
	s.entries = slices.Grow(s.entries, len(r.Items))
	totals := map[string]float64{}
	var dims []byte
	for i := range r.Items {
		item := &r.Items[i]
		s.index = i
		dims = item.Dims.appendKey(dims[:0])
		s.item(item, at, grain, dims)
		if n := len(s.entries); len(dims) == 0 && n > 0 && int(s.entries[n-1].index) == i {
			totals[item.Code] = item.Value
		}
	}
	s.bounds(totals)
}

// item takes an item of a report; dims is its breakdown as a text.
func (s *sieve) item(item *reportItem, at time.Time, grain tier, dims []byte) {
	s.name = append(append(append(s.name[:0], item.Code...), '|'), dims...)
	k := s.roll.byName[string(s.name)]
	why := checkValue(item.Value)
	if k == nil {
		why = s.catalogue.check(item.Code, item.Dims, item.Value)
	}
	x := s.catalogue.byCode[item.Code]
	if why == nil {
		why = x.timely(at, grain, s.now)
	}
	if why == nil && k == nil {
		k, why = s.find(item.Code, string(dims))
	}
	if why != nil {
		s.refuse(item.Code, why)
		return
	}
	i := len(s.entries)
	s.entries = append(s.entries, entry{known: k, At: x.Tier.start(at).UnixMilli(), Value: item.Value, Period: x.periodic(), index: int32(s.index)}) //nolint:gosec // bounded by maxItems
	if first := s.seen(k, i); first >= 0 {
		s.entries = s.entries[:i]
		s.refuse(item.Code, because("twice", "the same series stands at item %d already", s.entries[first].index))
	}
}

// bounds refuses totals that exceed the total that bounds them in the same report.
func (s *sieve) bounds(totals map[string]float64) {
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool {
		if e.Dims != "" {
			return false
		}
		limit := s.catalogue.byCode[e.Code].Below
		top, ok := totals[limit]
		if !ok || e.Value <= top {
			return false
		}
		s.index = int(e.index)
		s.refuse(e.Code, because("bound", "%s is %g, more than %s with %g in the same report", e.Code, e.Value, limit, top))
		return true
	})
}
