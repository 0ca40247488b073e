package identifier

import (
	"fmt"
	"sync"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
)

// Quota is how much a node may have.
type Quota struct {
	Identifiers   int64 `json:"identifiers" minimum:"0" maximum:"1000000000000" doc:"Handles of its prefix that are kept here; 0 for no limit"`
	Registrations int64 `json:"registrations" minimum:"0" maximum:"1000000000000" doc:"New handles a day; 0 for no limit"`
	Requests      int64 `json:"requests" minimum:"0" maximum:"1000000000000" doc:"Resolutions a day; 0 for no limit"`
	Prefixes      int64 `json:"prefixes" minimum:"0" maximum:"1000000000000" doc:"Prefixes that it allocates; 0 for no limit"`
}

// standing is a quota and what was used of it.
type standing struct {
	Quota
	day        string
	registered int64 // new handles of the day, as far as written down
	requests   int64 // resolutions of the day, as far as written down
	handles    int64 // that there were then; only where they are limited
	passed     int64 // new handles that this process has let pass since
}

// quotas are those of the nodes that have one. Every countPace what was used is
// written down and read: what other replicas let pass since is not known here, and
// what a killed process let pass since is lost.
type quotas struct {
	turn      sync.Mutex // one at a time writes down what was used
	unwritten map[string]int64

	mu   sync.Mutex
	kept map[string]*standing // by node
}

// take notes new handles of a node, if it has a quota, until they are written down.
func (q *quotas) take(id string, n int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n > 0 && q.kept[id] != nil {
		q.unwritten[id] += n
	}
}

// meet takes in what is written down, and how many new handles were made since then.
func (q *quotas) meet(written map[string]*standing, since map[string]int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, s := range written {
		s.passed = since[id]
	}
	q.kept = written
}

// spent tells whether the resolutions of a day are used up.
func (q *quotas) spent(id, day string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.kept[id]
	return s != nil && s.day == day && s.Requests > 0 && s.requests >= s.Requests
}

// admit lets a new handle of a node pass, or tells why not. look only tells.
func (q *quotas) admit(id, day string, look bool) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.kept[id]
	if s == nil {
		return nil
	}
	if s.day != day {
		s.day, s.registered, s.requests = day, 0, 0
	}
	switch {
	case s.Registrations > 0 && s.registered+s.passed >= s.Registrations:
		return over("the node may register %d identifiers a day, and has; go on tomorrow, or ask whoever allocates its prefix for more", s.Registrations)
	case s.Identifiers > 0 && s.handles+s.passed >= s.Identifiers:
		return over("the node may have %d identifiers, and has; ask whoever allocates its prefix for more", s.Identifiers)
	}
	if !look {
		s.passed++
	}
	return nil
}

func over(format string, most int64) error {
	return &engine.RefusalError{Code: wire.CodeRegistrationLimit, Message: fmt.Sprintf(format, most)}
}
