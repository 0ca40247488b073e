package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Entries are kept for ever until two persons with the audit duty agree on a
// shorter time. What is older then is removed in whole ranges that end at a
// signed checkpoint, when an export holds them; the signed floor says where the
// log begins from then on, and the removal is an entry itself.

// RetentionLeast is the least number of days for which entries are kept: six
// months, as the Cybersecurity Law asks (article 21).
const RetentionLeast = 180

// retentionMost bounds the days; who wants more keeps them for ever.
const retentionMost = 36_500

// The states of a retention.
const (
	RetentionProposed = "proposed" // waits for a second person
	RetentionInForce  = "in_force"
	RetentionRefused  = "refused"
	RetentionReplaced = "replaced"
)

// Retention says for how long entries are kept, and by whose word.
type Retention struct {
	ID             string     `json:"id"`
	Days           int64      `json:"days" doc:"0: for ever"`
	Reason         string     `json:"reason"`
	State          string     `json:"state" enum:"proposed,in_force,refused,replaced"`
	ProposedBy     string     `json:"proposed_by" audit:"-"`
	ProposedByName string     `json:"proposed_by_name" audit:"-"`
	ProposedAt     time.Time  `json:"proposed_at" audit:"-"`
	DecidedByName  string     `json:"decided_by_name" audit:"-"`
	DecidedAt      *time.Time `json:"decided_at,omitempty" audit:"-"`
	Answer         string     `json:"answer"`
}

// Due are the entries that are older than they are kept.
type Due struct {
	First    int64     `json:"first"`
	Last     int64     `json:"last" doc:"0: none"`
	Count    int64     `json:"count"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero" doc:"Before this time; an export from and to here holds them all"`
	Exported bool      `json:"exported" doc:"An export holds them all"`
}

// RetentionState is all that is to be known of it.
type RetentionState struct {
	Days     int64       `json:"days" doc:"0: for ever"`
	Least    int64       `json:"least" doc:"Fewer days are refused"`
	Proposal *Retention  `json:"proposal,omitempty" doc:"A shortening that waits for a second person"`
	Effect   *Due        `json:"effect,omitempty" doc:"What the proposal would remove now"`
	Due      Due         `json:"due" doc:"What is to be removed now"`
	Removed  int64       `json:"removed" doc:"The last entry that was removed; 0: none was"`
	History  []Retention `json:"history" nullable:"false" doc:"The newest first, 50 at most"`
}

// RetentionState tells for how long entries are kept and what is to be removed.
func (l *Log) RetentionState(ctx context.Context) (RetentionState, error) {
	s := RetentionState{Least: RetentionLeast}
	var err error
	if s.History, err = l.retentions(ctx); err != nil {
		return s, err
	}
	for _, r := range s.History {
		switch r.State {
		case RetentionInForce:
			s.Days = r.Days
		case RetentionProposed:
			s.Proposal = &r
		}
	}
	floor, err := l.floor(ctx)
	if err != nil {
		return s, err
	}
	s.Removed = floor.Seq
	if s.Proposal != nil {
		effect, err := l.due(ctx, floor, s.Proposal.Days)
		if err != nil {
			return s, err
		}
		s.Effect = &effect
	}
	s.Due, err = l.due(ctx, floor, s.Days)
	return s, err
}

// tells is what goes into the transaction of a decision, such as notices.
type tells = func(ctx context.Context, tx *sqldb.Tx, r Retention) error

// ProposeRetention asks for another time. A longer one is in force at once; a
// shorter one waits for a second person.
func (l *Log) ProposeRetention(ctx context.Context, days int64, reason string, tell tells) (Retention, error) {
	id := identity.From(ctx)
	reason = strings.TrimSpace(reason)
	f := fault.New(fault.Invalid, "system.audit.retention.invalid", "the time is wrong")
	if days != 0 && (days < RetentionLeast || days > retentionMost) {
		_ = f.At("body.days", "0 for ever, or from %d to %d", RetentionLeast, retentionMost)
	}
	if reason == "" {
		_ = f.At("body.reason", "say why; the second person reads it")
	}
	if len(f.Fields) > 0 {
		return Retention{}, f.With("least", RetentionLeast)
	}
	if id.PersonID == "" {
		return Retention{}, fault.New(fault.Forbidden, "system.audit.retention.person", "a person proposes, not a program")
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	r := Retention{ID: ulid.Make().String(), Days: days, Reason: reason, State: RetentionProposed, ProposedBy: id.PersonID, ProposedByName: id.Name, ProposedAt: now}
	return r, l.proposeRetention(ctx, &r, tell)
}

// shortens reports whether days are less than those in force.
func shortens(days, now int64) bool { return days != 0 && (now == 0 || days < now) }

// DecideRetention is the second person's word to a proposal; who proposed it may
// take it back.
func (l *Log) DecideRetention(ctx context.Context, id string, approve bool, answer string, tell tells) (Retention, error) {
	r, err := l.retention(ctx, id)
	if err != nil {
		return r, err
	}
	by := identity.From(ctx)
	switch {
	case r.State != RetentionProposed:
		return r, fault.New(fault.Conflict, "system.audit.retention.state", "this proposal is %s already", r.State)
	case approve && !by.IsSecond(r.ProposedBy):
		return r, fault.New(fault.Conflict, "system.audit.retention.four_eyes", "a second person confirms, not the one who proposed it")
	}
	before, now := r, time.Now().UTC().Truncate(time.Millisecond)
	r.State, r.Answer, r.DecidedByName, r.DecidedAt = RetentionRefused, strings.TrimSpace(answer), by.Name, &now
	if approve {
		floor, err := l.floor(ctx)
		if err != nil {
			return r, err
		}
		due, err := l.due(ctx, floor, r.Days)
		if err != nil {
			return r, err
		}
		if err := due.refuse(); err != nil {
			return before, err
		}
		r.State = RetentionInForce
	}
	return r, l.decideRetention(ctx, before, r, by.PersonID, tell)
}

// refuse says that entries that are to go were not exported.
func (d Due) refuse() error {
	if d.Count == 0 || d.Exported {
		return nil
	}
	return fault.New(fault.Conflict, "system.audit.retention.not_exported", "no export holds the entries %d to %d, which would be removed; export them first", d.First, d.Last).
		With("first", d.First).With("last", d.Last)
}

// due returns what is older than so many days, up to the checkpoint that proves it.
func (l *Log) due(ctx context.Context, floor Floor, days int64) (Due, error) {
	d := Due{First: floor.Seq + 1}
	if days == 0 {
		return d, nil
	}
	last, err := l.lastBefore(ctx, floor.Seq, time.Now().Add(-time.Duration(days)*24*time.Hour))
	if err != nil || last == 0 {
		return d, err
	}
	d.Last, d.Count = last, last-floor.Seq
	if d.From, d.To, err = l.times(ctx, d.First, d.Last); err != nil {
		return d, err
	}
	d.Exported, err = l.isExported(ctx, d.First, d.Last)
	return d, err
}

// removeAction and removedObject name the entry that tells of a removal.
const removeAction = "audit.remove"

func removedObject(first, last int64) string { return fmt.Sprintf("entries:%d-%d", first, last) }

// RemoveOld removes what is older than entries are kept. Without an export that
// holds it nothing is removed.
func (l *Log) RemoveOld(ctx context.Context) error {
	for {
		s, err := l.RetentionState(ctx)
		if err != nil || s.Due.Count == 0 {
			return err
		}
		if err := s.Due.refuse(); err != nil {
			return err
		}
		if err := l.removeRange(ctx, s.Due, s.Days); err != nil {
			return err
		}
	}
}

// removeMost is about how many entries go in one change.
const removeMost = 10_000

// removeRange removes the first part of what is due, after a last look at it.
func (l *Log) removeRange(ctx context.Context, due Due, days int64) error {
	floor, err := l.floor(ctx)
	if err != nil {
		return err
	}
	c, err := l.checkpointWithin(ctx, due.First, min(due.Last, due.First+removeMost), due.Last)
	if err != nil {
		return err
	}
	if err := l.whole(ctx, floor, c); err != nil {
		return err
	}
	next, err := l.signFloor(ctx, c)
	if err != nil {
		return err
	}
	e := NewEntry(ctx, removeAction, removedObject(due.First, c.Seq), "done")
	e.Actor, e.Detail = "job:system.audit_retention", fmt.Sprintf("older than %d days, up to the hash %s", days, c.Hash)
	return l.remove(ctx, floor, next, e)
}

// whole verifies entries once more before they go: what was tampered with stays,
// for whoever looks into it.
func (l *Log) whole(ctx context.Context, floor Floor, c Checkpoint) error {
	prev := floor.Hash
	for seq := floor.Seq; seq < c.Seq; {
		entries, err := l.after(ctx, seq, c.Seq, 1000)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if seq++; e.Seq != seq || e.Hash != e.digest(prev) {
				return fmt.Errorf("%w at entry %d: nothing is removed", ErrBroken, seq)
			}
			prev = e.Hash
		}
		if len(entries) == 0 {
			return fmt.Errorf("%w at entry %d: nothing is removed", ErrBroken, seq+1)
		}
	}
	if prev != c.Hash || !l.genuine(ctx, c) {
		return fmt.Errorf("%w at entry %d: it does not fit its signed checkpoint", ErrBroken, c.Seq)
	}
	return nil
}
