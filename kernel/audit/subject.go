package audit

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// SubjectPurpose is what the keys of persons in the log are sealed for.
const SubjectPurpose = "audit.subject"

// What an entry says of a person, name and address, is written under a key of
// that person. The chain is over what is written: when the key is destroyed
// the entries cannot be read any more, and still verify.

// subject is the key of one person; no plain key means that it was erased.
type subject struct {
	suite seal.Suite
	plain []byte
	until time.Time
}

// subjects remembers keys for a moment: another replica may erase one.
type subjects struct {
	mu     sync.Mutex
	keys   map[string]subject
	erased uint64 // how often a key was destroyed here
}

const (
	subjectsBound = 4096
	subjectsFor   = 30 * time.Second
)

// get returns a key that is remembered, and what remember wants to know.
func (c *subjects) get(person string) (s subject, ok bool, erased uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok = c.keys[person]
	return s, ok && time.Now().Before(s.until), c.erased
}

// remember keeps a key that was read, unless one was destroyed since get: it may
// have been this one.
func (c *subjects) remember(person string, s subject, erased uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.erased != erased {
		return
	}
	if c.keys == nil || len(c.keys) >= subjectsBound {
		c.keys = map[string]subject{}
	}
	s.until = time.Now().Add(subjectsFor)
	c.keys[person] = s
}

// forget drops a key that was destroyed.
func (c *subjects) forget(person string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erased++
	delete(c.keys, person)
}

// Conceal lets the log write what it says of persons under keys of their own.
// ring is the one of the room whose database holds the log.
func (l *Log) Conceal(ring *seal.Keyring) { l.keys = ring }

// personOf is the person who acted; empty for tokens, programs and nobody.
func personOf(actor string) string {
	id, is := strings.CutPrefix(actor, "person:")
	if !is {
		return ""
	}
	return id
}

// Concealed returns the entry as it is written. Call it before a Write, not
// inside: the first entry of a person makes their key.
func (l *Log) Concealed(ctx context.Context, e Entry) (Entry, error) {
	if err := l.prepare(ctx); err != nil {
		return e, err
	}
	return l.conceal(e, func(person string) (subject, error) { return l.subject(ctx, person, true) })
}

// concealedNow is Concealed inside a change of the log's database.
func (l *Log) concealedNow(ctx context.Context, tx *sqldb.Tx, e Entry) (Entry, error) {
	return l.conceal(e, func(person string) (subject, error) { return l.subjectNow(ctx, tx, person) })
}

// prepare makes the key under which those of persons are sealed, so that nothing
// inside a change has to.
func (l *Log) prepare(ctx context.Context) error {
	if l.keys == nil || l.prepared.Load() {
		return nil
	}
	if _, err := l.keys.Seal(ctx, SubjectPurpose, []byte("prepare")); err != nil {
		return err
	}
	l.prepared.Store(true)
	return nil
}

// conceal seals what the entry says of who acted, and of whom it was done to.
func (l *Log) conceal(e Entry, keyOf func(person string) (subject, error)) (Entry, error) {
	if l.keys == nil {
		return e, nil
	}
	if person := personOf(e.Actor); person != "" && !seal.IsSealed(e.ActorName) {
		s, err := keyOf(person)
		if err != nil {
			return e, err
		}
		for field, text := range map[string]*string{"name": &e.ActorName, "ip": &e.IP} {
			if *text, err = s.seal(*text, person, field); err != nil {
				return e, err
			}
		}
	}
	if !slices.ContainsFunc(e.Changes, func(c Change) bool { return slices.ContainsFunc(c.Fields, func(f Field) bool { return f.personal }) }) {
		return e, nil
	}
	e.Changes = slices.Clone(e.Changes)
	for i := range e.Changes {
		if err := e.Changes[i].conceal(keyOf); err != nil {
			return e, err
		}
	}
	return e, nil
}

// conceal seals the personal fields; without a key, only that they were changed is told.
func (c *Change) conceal(keyOf func(person string) (subject, error)) error {
	s, err := keyOf(c.Person)
	if err != nil {
		return err
	}
	c.Fields = slices.Clone(c.Fields)
	for i := range c.Fields {
		f := &c.Fields[i]
		if !f.personal {
			continue
		}
		f.personal, f.Hidden = false, s.plain == nil
		for side, text := range map[string]*string{"before": &f.Before, "after": &f.After} {
			if *text, err = s.seal(*text, c.Person, side+" "+f.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// seal writes a text under the key of a person; without a key it is left out.
func (s subject) seal(text, person, field string) (string, error) {
	if text == "" || s.plain == nil {
		return "", nil
	}
	data, err := s.suite.Seal(s.plain, []byte(text), place(person, field))
	if err != nil {
		return "", fmt.Errorf("conceal %s of an audit entry: %w", field, err)
	}
	return seal.Text{Suite: s.suite.Name(), Key: person, Data: data}.String(), nil
}

// place binds a sealed text to its person and field; to its entry the chain does.
func place(person, field string) string { return "audit " + person + " " + field }

// reveal opens what an entry says of persons, where the keys are still there.
func (l *Log) reveal(ctx context.Context, e Entry) (Entry, error) {
	for field, text := range map[string]*string{"name": &e.ActorName, "ip": &e.IP} {
		gone, err := l.open(ctx, text, field)
		if err != nil {
			return e, fmt.Errorf("audit entry %d: %w", e.Seq, err)
		}
		e.Erased = e.Erased || gone
	}
	e.Changes = slices.Clone(e.Changes)
	for i, c := range e.Changes {
		if c.Person == "" {
			continue
		}
		fields := slices.Clone(c.Fields)
		for j := range fields {
			f := &fields[j]
			for side, text := range map[string]*string{"before": &f.Before, "after": &f.After} {
				gone, err := l.open(ctx, text, side+" "+f.Name)
				if err != nil {
					return e, fmt.Errorf("audit entry %d: %w", e.Seq, err)
				}
				f.Erased = f.Erased || gone
			}
		}
		e.Changes[i].Fields = fields
	}
	return e, nil
}

// open opens one sealed text; gone says that the key was destroyed.
func (l *Log) open(ctx context.Context, text *string, field string) (gone bool, err error) {
	if !seal.IsSealed(*text) {
		return false, nil
	}
	t, err := seal.ParseText(*text)
	if err != nil {
		return false, err
	}
	*text = ""
	if l.keys == nil {
		return false, nil
	}
	s, err := l.subject(ctx, t.Key, false)
	if err != nil || s.plain == nil {
		return err == nil, err
	}
	plain, err := s.suite.Open(s.plain, t.Data, place(t.Key, field))
	if err != nil {
		return false, fmt.Errorf("open %s: %w", field, err)
	}
	*text = string(plain)
	return false, nil
}

func (l *Log) revealAll(ctx context.Context, list []Entry) (err error) {
	for i := range list {
		if list[i], err = l.reveal(ctx, list[i]); err != nil {
			return err
		}
	}
	return nil
}

// subject returns the key of a person, and makes it for who acts the first time.
func (l *Log) subject(ctx context.Context, person string, first bool) (subject, error) {
	s, ok, erased := l.subjects.get(person)
	if ok {
		return s, nil
	}
	s, found, err := l.readSubject(ctx, person)
	if err == nil && !found && first {
		if err = l.makeSubject(ctx, person); err == nil {
			s, _, err = l.readSubject(ctx, person)
		}
	}
	if err != nil {
		return subject{}, err
	}
	l.subjects.remember(person, s, erased)
	return s, nil
}

// subjectNow is subject inside a change. A key that is made here is not
// remembered: the change may still be undone.
func (l *Log) subjectNow(ctx context.Context, tx *sqldb.Tx, person string) (subject, error) {
	if s, ok, _ := l.subjects.get(person); ok {
		return s, nil
	}
	s, found, err := l.subjectOf(ctx, person, tx.QueryRow(ctx, selectSubject, person))
	if err != nil || found || !l.prepared.Load() {
		return s, err
	}
	suite, sealed, err := l.newSubject(ctx)
	if err != nil {
		return s, err
	}
	if err := storeSubject(ctx, tx, person, suite, sealed); err != nil {
		return s, err
	}
	s, _, err = l.subjectOf(ctx, person, tx.QueryRow(ctx, selectSubject, person))
	return s, err
}

func (l *Log) makeSubject(ctx context.Context, person string) error {
	suite, sealed, err := l.newSubject(ctx)
	if err != nil {
		return err
	}
	return l.insertSubject(sqldb.Alone(ctx), person, suite, sealed)
}

// newSubject makes a key for a person, sealed.
func (l *Log) newSubject(ctx context.Context) (suite, sealed string, err error) {
	s := l.keys.Suite()
	plain := make([]byte, s.KeySize())
	if _, err := rand.Read(plain); err != nil {
		return "", "", fmt.Errorf("make key of an audit subject: %w", err)
	}
	sealed, err = l.keys.Seal(ctx, SubjectPurpose, plain)
	return s.Name(), sealed, err
}

// Erase destroys the key of a person: what the log said of them is gone for
// good, who acted is a number, and the chain holds. Once more does no harm.
func (l *Log) Erase(ctx context.Context, person string) error {
	if err := l.destroySubject(ctx, person); err != nil {
		return err
	}
	l.subjects.forget(person)
	return nil
}
