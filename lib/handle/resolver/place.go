package resolver

import (
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// places keep where services are. They implement client.Cache and client.Stale.
// Beyond the limit any is dropped: it costs one question to have it back.
type places struct {
	limit int
	most  time.Duration
	stale time.Duration
	now   func() time.Time

	mu     sync.Mutex
	list   map[string]place
	octets int
}

type place struct {
	values []wire.Value
	octets int
	stored time.Time
	until  time.Time
}

// placeOctets is how much the values of places may have on the average.
const placeOctets = 4096

// outdatedAfter is how old a place must be to be forgotten because its server
// knows better: one that always says so must not be asked for each time.
const outdatedAfter = time.Minute

func newPlaces(limit int, most, stale time.Duration, now func() time.Time) *places {
	return &places{limit: limit, most: most, stale: stale, now: now, list: map[string]place{}}
}

// Load implements client.Cache.
func (p *places) Load(name string) ([]wire.Value, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.list[name]
	if !ok || !p.now().Before(v.until) {
		return nil, false
	}
	return v.values, true
}

// LoadStale implements client.Stale.
func (p *places) LoadStale(name string) ([]wire.Value, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.list[name]
	if !ok || !p.now().Before(v.until.Add(p.stale)) {
		return nil, false
	}
	return v.values, true
}

// Store implements client.Cache.
func (p *places) Store(name string, values []wire.Value, until time.Time) {
	now := p.now()
	if latest := now.Add(p.most); until.After(latest) {
		until = latest
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	old, ok := p.list[name]
	if len(values) == 0 {
		if ok && now.Sub(old.stored) >= outdatedAfter {
			old.until = now
			p.list[name] = old
		}
		return
	}
	v := place{values: values, octets: len(name), stored: now, until: until}
	for i := range values {
		v.octets += len(values[i].Data) + len(values[i].Type) + 64
	}
	p.drop(name)
	for other := range p.list {
		if len(p.list) < p.limit && p.octets+v.octets <= p.limit*placeOctets {
			break
		}
		p.drop(other)
	}
	p.list[name] = v
	p.octets += v.octets
}

func (p *places) drop(name string) {
	if v, ok := p.list[name]; ok {
		p.octets -= v.octets
		delete(p.list, name)
	}
}

// forget drops the places that are chosen.
func (p *places) forget(chosen func(name string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name := range p.list {
		if chosen(name) {
			p.drop(name)
		}
	}
}

func (p *places) len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.list)
}
