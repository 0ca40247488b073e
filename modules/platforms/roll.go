package platforms

import (
	"fmt"
	"sync"
)

// known is a series of a platform: an indicator and a breakdown.
type known struct {
	Code   string
	Dims   string
	number int64 // in the platform's roll, from 1; 0 until the ledger has the series
}

// roll is the list of a platform's series as far as this process has read it.
// It holds what the ledger holds and never more than the platform may have.
type roll struct {
	platformID string

	mu     sync.RWMutex
	list   []*known // by number, from 1
	byName map[string]*known
	byWire map[string]*known // by the labels of remote write, as they were sent
}

// wiresPerSeries bounds how many spellings of a series' labels are remembered:
// each instance that sends it has its own.
const wiresPerSeries = 2

func newRoll(platformID string) *roll {
	return &roll{platformID: platformID, byName: map[string]*known{}, byWire: map[string]*known{}}
}

// appendName writes the name of a series.
func appendName(b []byte, code, dims string) []byte {
	return append(append(append(b, code...), '|'), dims...)
}

// top is the highest number; the caller holds the lock.
func (r *roll) top() int64 { return int64(len(r.list)) }

// add appends a series that the ledger has numbered; the caller holds the lock.
func (r *roll) add(k *known) error {
	if k.number <= r.top() {
		return nil // somebody else has read it meanwhile
	}
	if k.number != r.top()+1 {
		return fmt.Errorf("series %d of platform %s is missing", r.top()+1, r.platformID)
	}
	r.list = append(r.list, k)
	r.byName[string(appendName(nil, k.Code, k.Dims))] = k
	return nil
}

// spelling is how a sender writes the labels of a series.
type spelling struct {
	wire   string
	series *known
}

// learn remembers spellings; one too many and all are forgotten.
func (r *roll) learn(spellings []spelling, limit int) {
	if len(spellings) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range spellings {
		if len(r.byWire) >= wiresPerSeries*limit {
			clear(r.byWire)
		}
		r.byWire[s.wire] = s.series
	}
}

// series returns the list as it is now; it only ever grows.
func (r *roll) series() []*known {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.list
}

// named returns the number of the series of a name, as payloads of earlier
// versions know them.
func (r *roll) named(code, dims string) int64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if k := r.byName[string(appendName(nil, code, dims))]; k != nil {
		return k.number
	}
	return 0
}
