package audit

import (
	"context"
	"crypto/rand"
	"fmt"
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
	mu   sync.Mutex
	keys map[string]subject
}

const (
	subjectsBound = 4096
	subjectsFor   = 30 * time.Second
)

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
	person := personOf(e.Actor)
	if l.keys == nil || person == "" || seal.IsSealed(e.ActorName) {
		return e, nil
	}
	s, err := l.subject(ctx, person, true)
	if err != nil {
		return e, err
	}
	return conceal(e, person, s)
}

// concealedNow is Concealed inside a change, with a key that is known already;
// without one the names are left out, and who acted is told by the number.
func (l *Log) concealedNow(e Entry) (Entry, error) {
	person := personOf(e.Actor)
	if l.keys == nil || person == "" || seal.IsSealed(e.ActorName) {
		return e, nil
	}
	l.subjects.mu.Lock()
	s := l.subjects.keys[person]
	l.subjects.mu.Unlock()
	return conceal(e, person, s)
}

func conceal(e Entry, person string, s subject) (Entry, error) {
	for field, text := range map[string]*string{"name": &e.ActorName, "ip": &e.IP} {
		if *text == "" || s.plain == nil {
			*text = ""
			continue
		}
		data, err := s.suite.Seal(s.plain, []byte(*text), place(person, field))
		if err != nil {
			return e, fmt.Errorf("conceal %s of an audit entry: %w", field, err)
		}
		*text = seal.Text{Suite: s.suite.Name(), Key: person, Data: data}.String()
	}
	return e, nil
}

// place binds a sealed text to its person and field; to its entry the chain does.
func place(person, field string) string { return "audit " + person + " " + field }

// reveal opens what an entry says of a person, where the key is still there.
func (l *Log) reveal(ctx context.Context, e Entry) (Entry, error) {
	for field, text := range map[string]*string{"name": &e.ActorName, "ip": &e.IP} {
		if !seal.IsSealed(*text) {
			continue
		}
		t, err := seal.ParseText(*text)
		if err != nil {
			return e, err
		}
		*text = ""
		if l.keys == nil {
			continue
		}
		s, err := l.subject(ctx, t.Key, false)
		if err != nil {
			return e, err
		}
		if s.plain == nil {
			e.Erased = true
			continue
		}
		plain, err := s.suite.Open(s.plain, t.Data, place(t.Key, field))
		if err != nil {
			return e, fmt.Errorf("open %s of audit entry %d: %w", field, e.Seq, err)
		}
		*text = string(plain)
	}
	return e, nil
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
	now := time.Now()
	l.subjects.mu.Lock()
	s, ok := l.subjects.keys[person]
	l.subjects.mu.Unlock()
	if ok && now.Before(s.until) {
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
	s.until = now.Add(subjectsFor)
	l.subjects.mu.Lock()
	defer l.subjects.mu.Unlock()
	if l.subjects.keys == nil || len(l.subjects.keys) >= subjectsBound {
		l.subjects.keys = map[string]subject{}
	}
	l.subjects.keys[person] = s
	return s, nil
}

func (l *Log) makeSubject(ctx context.Context, person string) error {
	suite := l.keys.Suite()
	plain := make([]byte, suite.KeySize())
	if _, err := rand.Read(plain); err != nil {
		return fmt.Errorf("make key of an audit subject: %w", err)
	}
	sealed, err := l.keys.Seal(ctx, SubjectPurpose, plain)
	if err != nil {
		return err
	}
	return l.insertSubject(sqldb.Alone(ctx), person, suite.Name(), sealed)
}

// Erase destroys the key of a person: what the log said of them is gone for
// good, who acted is a number, and the chain holds. Once more does no harm.
func (l *Log) Erase(ctx context.Context, person string) error {
	if err := l.destroySubject(ctx, person); err != nil {
		return err
	}
	l.subjects.mu.Lock()
	defer l.subjects.mu.Unlock()
	delete(l.subjects.keys, person)
	return nil
}
