// Package record keeps handles with their values, encoded as they go over the
// wire. A change is durable when it is acknowledged, visible at once, and in a
// log of changes that mirrors and projections follow.
//
// There are two stores with one behaviour: Files keeps records in a directory of
// this process's own (an LSM tree, Pebble), Rows in the room's database, where several
// replicas may change them at once. Before both lies a bounded memory, from
// which Quick answers without waiting.
package record

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/lib/handle/wire"
)

// Record is a handle with its values. Whoever gets one does not change it.
type Record struct {
	Handle string // as it was created: letters keep their case
	Change uint64 // number of the change that made it so
	At     int64  // milliseconds since 1970 of that change
	Values []byte // a count and the values, as in the body of a resolution's answer behind the handle (wire.Values)
}

// Any says that a change does not mind what it replaces.
const Any uint64 = math.MaxUint64

// Change asks for one. What is put where nothing was is logged as created, and
// as updated where something was, whichever of both Action says.
type Change struct {
	Action wire.Action // create, update, delete, home, unhome
	Handle string      // of home and unhome: the prefix's handle, 0.NA/88.101

	// Was is the number of the change that made what this one replaces (Record.Change,
	// Home.Change); 0: there must be nothing; Any: whatever there is. What is not there cannot be deleted.
	Was uint64

	Values []byte // afterwards, for create and update; for home: the name of the node whose home it is
	By     string // who asked: index:handle, person:ID
	From   string // their address
	Via    string // the protocol
	At     int64  // milliseconds since 1970; 0: now (a mirror keeps the date of its primary)
}

// LogKept is how long whoever serves records keeps the log of changes.
const LogKept = 180 * 24 * time.Hour

// Mark is how far something that follows a source has come. It is written with
// the changes, or not at all.
type Mark struct {
	Name     string
	Position uint64
}

// Logged is a change that was made. What the values were is not kept: those of
// now count.
type Logged struct {
	Number uint64
	At     int64 // milliseconds since 1970
	Action wire.Action
	Handle string
	By     string
	From   string
	Via    string
}

// Home is a prefix whose home a node is.
type Home struct {
	Prefix string // its handle, 0.NA/88.101
	Node   string
	Change uint64 // number of the change that made it so
}

// Store keeps records.
type Store interface {
	// Quick returns the record of a folded handle (wire.Fold), nil if there is none.
	// It answers from memory: nothing waits and nothing is allocated. When known is
	// false, only Load can tell.
	Quick(key []byte) (r *Record, known bool)

	// Ahead says that Quick will be asked for handles, which need not be folded: it has
	// the processor fetch what Quick will read. It changes nothing.
	Ahead(handles [][]byte)

	// Load returns the record of a handle, nil if there is none.
	Load(ctx context.Context, handle string) (*Record, error)

	// Apply makes changes in one commit and returns their numbers: all whose Was
	// holds are made, and 0 stands for one whose did not. Whoever decided on what
	// Load returned begins again on 0. Changes of one handle are looked at in their order.
	// After an error none was made, unless the disk failed or ctx ended while they were
	// being written: then all or none, and the next Load tells.
	Apply(ctx context.Context, changes []Change, marks ...Mark) (numbers []uint64, err error)

	// List returns the records of a prefix ("88.101", "0.NA") in the order of their
	// folded handles, from behind after; "" is from the start.
	List(ctx context.Context, prefix, after string) iter.Seq2[*Record, error]

	// Count returns how many records a prefix has.
	Count(ctx context.Context, prefix string) (int64, error)

	// Homes returns the prefixes that have a home, in the order of their folded handles.
	Homes(ctx context.Context) ([]Home, error)

	// Log returns up to limit changes behind a number, in order and without gaps: no
	// number appears behind one that was read before. It returns ErrForgotten when
	// the log begins later than that.
	Log(ctx context.Context, after uint64, limit int) ([]Logged, error)

	// First returns the number of the first change that is still in the log, or the
	// next number when it is empty. Last returns the number of the last change; 0 is none.
	First(ctx context.Context) (uint64, error)
	Last(ctx context.Context) (uint64, error)

	// Changed returns a channel that is closed after the next commit. Whoever
	// follows takes it, reads the log to its end, and then waits.
	Changed() <-chan struct{}

	// Mark returns a mark, 0 if it was never set.
	Mark(ctx context.Context, name string) (uint64, error)

	// Trim forgets what was logged before a time. A mirror that has not come so far
	// must dump again.
	Trim(ctx context.Context, before time.Time) error

	// Snapshot returns everything as of one change, for dumps to mirrors and for
	// backups. It must be closed.
	Snapshot(ctx context.Context) (*Snapshot, error)

	// Close waits for changes that are being made.
	Close() error
}

// Snapshot is everything as of one change. It is for one goroutine.
type Snapshot struct {
	Number uint64 // of the last change that is in it
	Homes  []Home

	records func(ctx context.Context, within span) iter.Seq2[*Record, error]
	close   func() error
}

// Records returns the records of some prefixes, or of all, in the order of their
// folded handles within each prefix.
func (s *Snapshot) Records(ctx context.Context, prefixes ...string) iter.Seq2[*Record, error] {
	if len(prefixes) == 0 {
		return s.records(ctx, everything())
	}
	return func(yield func(*Record, error) bool) {
		for _, prefix := range prefixes {
			for r, err := range s.records(ctx, spanOf(prefix)) {
				if !yield(r, err) {
					return
				}
			}
		}
	}
}

// Close lets the snapshot go.
func (s *Snapshot) Close() error {
	end := s.close
	s.close = func() error { return nil }
	return end()
}

// span is a range of folded handles; an empty end has no limit.
type span struct{ from, to []byte }

func everything() span { return span{} }

// spanOf is where the records of a prefix are.
func spanOf(prefix string) span {
	folded := wire.Fold(prefix)
	return span{[]byte(folded + "/"), []byte(folded + "0")} // '0' follows '/'
}

// behind is what of a span lies behind a handle.
func (s span) behind(handle string) span {
	from := append([]byte(wire.Fold(handle)), 0) // nothing lies between a key and itself with a zero
	if bytes.Compare(from, s.from) > 0 {
		s.from = from
	}
	return s
}

// Bounds of one Apply.
const (
	MaxChanges = 10_000
	maxOctets  = 64 << 20 // of all values
	maxNote    = 4096     // octets of By, From, Via and of the names of marks and nodes
)

// check refuses changes that no store could keep; none of them is made.
func check(changes []Change, marks []Mark) error {
	if len(changes) > MaxChanges {
		return refuse("too_many", "%d changes at once are more than %d", len(changes), MaxChanges)
	}
	octets := 0
	for i := range changes {
		if err := changes[i].check(); err != nil {
			return err.At(fmt.Sprintf("changes[%d]", i), "correct this change; none was made")
		}
		octets += len(changes[i].Values)
	}
	if octets > maxOctets {
		return refuse("too_large", "the values have %d octets together, more than %d", octets, maxOctets)
	}
	for _, m := range marks {
		if m.Name == "" || !plain(m.Name) {
			return refuse("mark", "%.60q cannot name a mark", m.Name)
		}
		if m.Position > math.MaxInt64 {
			return refuse("mark", "the mark %s cannot be at %d", m.Name, m.Position)
		}
	}
	return nil
}

func (c *Change) check() *fault.Error {
	switch c.Action {
	case wire.ActionCreate, wire.ActionUpdate:
		if len(c.Values) < 4 || len(c.Values) > wire.MaxMessageNational {
			return refuse("values", "%d octets cannot be the values of %.60q", len(c.Values), c.Handle)
		}
	case wire.ActionHome:
		if len(c.Values) == 0 || !plain(string(c.Values)) {
			return refuse("node", "%.60q cannot name a node", c.Values)
		}
		fallthrough
	case wire.ActionUnhome:
		if !wire.IsPrefixHandle(c.Handle) {
			return refuse("prefix", "%.60q is not the handle of a prefix", c.Handle)
		}
	case wire.ActionDelete:
	default:
		return refuse("action", "action %d is none that a store makes", c.Action)
	}
	if err := wire.CheckHandle(c.Handle); err != nil {
		return refuse("handle", "%.60q: %v", c.Handle, err)
	}
	if max(len(c.By), len(c.From), len(c.Via)) > maxNote {
		return refuse("note", "who asked, from where, or how has more than %d octets", maxNote)
	}
	return nil
}

// plain tells whether a text can stand in every engine.
func plain(s string) bool {
	return len(s) <= maxNote && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}
