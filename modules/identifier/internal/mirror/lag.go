package mirror

import (
	"sync"
	"time"
)

// Lag is how far a mirror is behind its primary.
type Lag struct {
	Whole     bool      // there was a whole dump: the mirror answers
	Connected bool      // the primary tells what changes
	Position  uint64    // the primary's last transaction that is here
	Primary   uint64    // the primary's last transaction, as it said last
	Contact   time.Time // when the primary said something last; zero: not since the start
	CaughtUp  time.Time // when everything was here last; zero: not since the start
	Fault     string    // why the primary is not followed; empty when it is

	Changes uint64 // that were made here since the start
	Dumps   uint64 // that were whole since the start
	Dumped  uint64 // handles of the dump that is being taken, or of the last

	date  uint64 // of Position, by the primary's clock
	begun uint64 // a dump that is not whole
	key   uint64 // whose numbers they are
}

// Dumping tells whether a dump was begun and is not whole.
func (l *Lag) Dumping() bool { return l.begun > 0 }

// Transactions returns how many transactions of the primary are not here yet, as
// far as it is known.
func (l *Lag) Transactions() uint64 { return l.Primary - min(l.Position, l.Primary) }

// quiet is how long a primary that is followed may say nothing: three of its beats.
const quiet = 6 * time.Second

// Behind returns since when something may be missing: nothing is while the primary
// tells what changes and all of it is here. A mirror that has not been whole since
// its start is behind since then.
func (l *Lag) Behind(now, started time.Time) time.Duration {
	if l.Connected && !l.Dumping() && l.Transactions() == 0 && now.Sub(l.Contact) < quiet {
		return 0
	}
	since := l.CaughtUp
	if since.IsZero() {
		since = started
	}
	return max(0, now.Sub(since))
}

// contact notes that the primary has told where it is.
func (l *Lag) contact(now time.Time, primary uint64) {
	l.Contact, l.Primary, l.Fault = now, primary, ""
	if l.Transactions() == 0 && l.begun == 0 {
		l.CaughtUp = now
	}
}

// coming notes that changes have come, and that the primary has not said yet that
// these were all.
func (l *Lag) coming(now time.Time) {
	l.Connected, l.Contact, l.Fault = true, now, ""
	l.Primary = max(l.Primary, l.Position+1)
}

// state is a Lag that several look at.
type state struct {
	mu  sync.Mutex
	lag Lag
}

func (s *state) get() Lag {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lag
}

func (s *state) set(change func(l *Lag)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.lag)
}

// Lag returns how far the mirror is behind.
func (m *Mirror) Lag() Lag { return m.state.get() }
