package record

import (
	"context"
	"time"

	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
)

// How a replica follows the others.
const (
	followEvery = 50 * time.Millisecond
	followMost  = 2000 // changes at once
)

// follow drops from the memory what other replicas have changed. While the
// database is away, what was last known is answered.
func (s *Rows) follow() {
	defer close(s.stopped)
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	away := false
	for {
		select {
		case <-tick.C:
		case <-s.queue.closing:
			return
		}
		for more := true; more; {
			var err error
			more, err = s.catchUp()
			if err != nil && !away {
				s.o.Log.Error("cannot follow the log of records", "error", err)
			}
			away = err != nil
		}
	}
}

// catchUp follows some changes, and tells whether there are more.
func (s *Rows) catchUp() (more bool, err error) {
	ctx, cancel := context.WithTimeout(s.base, commitTime)
	defer cancel()
	s.mu.Lock()
	seen := s.seen
	s.mu.Unlock()
	last, err := s.Last(ctx)
	if err != nil || last <= seen {
		return false, err
	}
	rows, err := s.db.Query(ctx, `SELECT number, handle FROM record_log WHERE number > $1 ORDER BY number LIMIT $2`, int64(seen), followMost) //nolint:gosec // a BIGINT
	if err != nil {
		return false, err
	}
	next := seen
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var number uint64
		var handle []byte
		if err := r.Scan(&number, &handle); err != nil {
			return struct{}{}, err
		}
		if number != next+1 {
			s.memory.clear(number) // the log was trimmed meanwhile
		}
		s.memory.expire(wire.AppendFold(nil, handle), number)
		next = number
		return struct{}{}, nil
	})
	if err != nil {
		return false, err
	}
	if next == seen {
		s.memory.clear(last)
		next = last
	}
	s.mu.Lock()
	s.seen = max(s.seen, next)
	s.mu.Unlock()
	s.bell.ring()
	return next < last, nil
}
