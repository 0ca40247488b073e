package platforms

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"linghang/kernel/fault"
	"linghang/lib/remotewrite"
)

// limits bound what each platform sends.
type limits struct {
	RequestsPerSecond int `json:"requests_per_second"`
	SamplesPerMinute  int `json:"samples_per_minute"`
	Series            int `json:"series"`
}

// settings are the room's section of the configuration file.
type settings struct {
	Limits limits `json:"limits"`
	// ProbeNetworks are networks that are not public and may be probed, as CIDR.
	ProbeNetworks []string `json:"probe_networks"`
	// ProbeCAFile holds further certificates that probing trusts, as PEM.
	ProbeCAFile string `json:"probe_ca_file"`
	// PullNetworks are networks that are not public and whose sources may be read, as CIDR.
	PullNetworks []string `json:"pull_networks"`
	// PullCAFile holds further certificates that reading sources trusts, as PEM.
	PullCAFile string `json:"pull_ca_file"`
}

func defaults() settings {
	return settings{Limits: limits{RequestsPerSecond: 10, SamplesPerMinute: 100_000, Series: 5_000}}
}

func (s settings) check() error {
	if l := s.Limits; l.RequestsPerSecond <= 0 || l.SamplesPerMinute <= 0 || l.Series <= 0 || l.Series > 1_000_000 {
		return fmt.Errorf("configuration [platforms]: limits are numbers above 0, and at most 1,000,000 series: %+v", l)
	}
	return nil
}

// gate bounds what each platform sends. Its state is one entry per platform
// that has authenticated, no more.
type gate struct {
	limits limits
	desks  sync.Pool // of *desk
	mu     sync.Mutex
	meters map[string]*meter
}

// desk is the memory in which one request is read, used again for the next.
type desk struct {
	body   bytes.Buffer
	items  []reportItem
	reader remotewrite.Reader
	marks  marks
}

// largestDesk is how much memory of a request is kept for the next.
const largestDesk = 1 << 20

// meter is what one platform may still send, and how often it is spoken of.
type meter struct {
	requests *rate.Limiter
	samples  *rate.Limiter
	refusals *rate.Limiter // refused submissions that are kept for the sender to read
	log      *rate.Limiter
	notices  *rate.Limiter
	limits   limits
}

func newGate(l limits) *gate {
	return &gate{limits: l, meters: map[string]*meter{}, desks: sync.Pool{New: func() any { return &desk{} }}}
}

func (g *gate) meter(platformID string) *meter {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.meters[platformID]
	if m == nil {
		m = &meter{
			requests: rate.NewLimiter(rate.Limit(g.limits.RequestsPerSecond), 3*g.limits.RequestsPerSecond),
			samples:  rate.NewLimiter(rate.Limit(g.limits.SamplesPerMinute)/60, g.limits.SamplesPerMinute),
			refusals: rate.NewLimiter(rate.Every(10*time.Second), 5),
			log:      rate.NewLimiter(1, 1),
			notices:  rate.NewLimiter(1, 2),
			limits:   g.limits,
		}
		g.meters[platformID] = m
	}
	return m
}

// open returns a free desk.
func (g *gate) open() *desk {
	d, ok := g.desks.Get().(*desk)
	if !ok {
		return &desk{}
	}
	d.body.Reset()
	return d
}

// close gives a desk back once nothing of the request is needed any more.
func (g *gate) close(d *desk) {
	if d.body.Cap() > largestDesk {
		return
	}
	clear(d.items[:cap(d.items)]) // its texts are parts of the request
	g.desks.Put(d)
}

func (m *meter) admit(samples int, now time.Time) error {
	if samples > 0 && !m.samples.AllowN(now, samples) {
		n := m.limits.SamplesPerMinute
		return fault.New(fault.Limited, "platforms.limit.samples", "more than %d values a minute", n).With("limit", n).After(30)
	}
	return nil
}

func (m *meter) knock(now time.Time) error {
	if !m.requests.AllowN(now, 1) {
		n := m.limits.RequestsPerSecond
		return fault.New(fault.Limited, "platforms.limit.requests", "more than %d requests a second", n).With("limit", n).After(1)
	}
	return nil
}
