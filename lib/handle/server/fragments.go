package server

import (
	"net/netip"
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// Bounds of what is put together from fragments.
const (
	fragmentTime      = 5 * time.Second
	maxAssemblies     = 512
	assembliesPerPeer = 8
	maxAssembled      = 64 << 10 // octets of one message
	maxAssembledAll   = 8 << 20
)

type assemblyKey struct {
	from    netip.AddrPort
	request uint32
}

type assembly struct {
	*wire.Assembly
	until time.Time
}

// assemblies are messages of which some fragments are here.
type assemblies struct {
	mu     sync.Mutex
	list   map[assemblyKey]assembly
	counts map[netip.Addr]int
	octets int
	swept  time.Time
}

// add takes a fragment and returns the message when it is whole.
func (a *assemblies) add(from netip.AddrPort, e *wire.Envelope, payload []byte, now time.Time) []byte {
	if e.Length > maxAssembled {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	key := assemblyKey{from, e.Request}
	m, ok := a.list[key]
	if ok && now.After(m.until) {
		a.drop(key)
		ok = false
	}
	if !ok {
		if !a.room(from, int(e.Length), now) {
			return nil
		}
		fresh, err := wire.NewAssembly(e, maxAssembled)
		if err != nil {
			return nil
		}
		m = assembly{fresh, now.Add(fragmentTime)}
		a.list[key] = m
		a.counts[from.Addr()]++
		a.octets += m.Size()
	}
	whole, err := m.Add(e, payload)
	if err != nil || !whole {
		return nil
	}
	a.drop(key)
	return m.Message()
}

// room makes room for another message. Who has many of them waits for his own.
func (a *assemblies) room(from netip.AddrPort, size int, now time.Time) bool {
	if a.list == nil {
		a.list, a.counts = map[assemblyKey]assembly{}, map[netip.Addr]int{}
	}
	if now.Sub(a.swept) > time.Second { // not for each packet of a flood
		a.swept = now
		for key, m := range a.list {
			if now.After(m.until) {
				a.drop(key)
			}
		}
	}
	return len(a.list) < maxAssemblies && a.octets+size <= maxAssembledAll && a.counts[from.Addr()] < assembliesPerPeer
}

func (a *assemblies) drop(key assemblyKey) {
	m, ok := a.list[key]
	if !ok {
		return
	}
	delete(a.list, key)
	a.octets -= m.Size()
	if a.counts[key.from.Addr()]--; a.counts[key.from.Addr()] == 0 {
		delete(a.counts, key.from.Addr())
	}
}
