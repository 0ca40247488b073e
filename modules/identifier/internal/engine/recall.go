package engine

import (
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

const (
	recallTime  = 30 * time.Second // for which a key is taken to be what it was
	recallFault = 2 * time.Second  // after which it is asked again where nothing was found
	recallMost  = 1024
)

// recalled are keys and administrators that are kept elsewhere and were asked for
// lately: a node that registers thousands asks the node above once in a while.
type recalled struct {
	mu   sync.Mutex
	list map[string]recall
}

type recall struct {
	values []wire.Value
	fault  error
	until  time.Time
}

func (r *recalled) get(handle string, now time.Time, ask func() ([]wire.Value, error)) ([]wire.Value, error) {
	key := wire.Fold(handle)
	r.mu.Lock()
	known, ok := r.list[key]
	r.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.values, known.fault
	}
	values, err := ask()
	until := now.Add(recallTime)
	if err != nil || len(values) == 0 {
		until = now.Add(recallFault)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.list == nil || len(r.list) >= recallMost {
		r.list = map[string]recall{}
	}
	r.list[key] = recall{values, err, until}
	return values, err
}
