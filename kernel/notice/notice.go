// Package notice is how rooms tell people something: a room declares kinds of
// notices in its Manifest and sends them with the change that they are about.
// The room notify brings them to people: inbox, e-mail, channels of organisations.
package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Gravity says how much a kind of notice matters.
type Gravity string

// The gravities. Urgent notices do not wait for the end of quiet hours.
const (
	Info      Gravity = "info"
	Important Gravity = "important"
	Urgent    Gravity = "urgent"
)

// Mail says when a notice is e-mailed.
type Mail string

// At once, with the others of the day, or not at all.
const (
	AtOnce Mail = "at_once"
	Daily  Mail = "daily"
	Off    Mail = "off"
)

// Kind is one kind of notice of a room.
type Kind struct {
	ID      string // <room>.<noun>.<happened>
	Title   lang.Text
	Gravity Gravity
	Mail    Mail // unless the person chooses otherwise
	// Mandatory kinds cannot be switched off.
	Mandatory bool
}

// Address is somebody without an account, who can be reached by e-mail only.
type Address struct {
	Email    string `json:"email"`
	Language string `json:"language"`
}

// Audience says who is told. Its parts add up; everybody is told once.
type Audience struct {
	Persons      []string  `json:"persons,omitempty"`
	Organisation string    `json:"organisation,omitempty"` // its members …
	Below        bool      `json:"below,omitempty"`        // … and those of the organisations below it …
	Permission   string    `json:"permission,omitempty"`   // … who hold this there; empty means all
	Except       string    `json:"except,omitempty"`       // the person who caused it
	Addresses    []Address `json:"addresses,omitempty"`
}

// Notice tells people something that they can look at.
type Notice struct {
	Kind  string    `json:"kind"`
	Title lang.Text `json:"title"`
	Body  lang.Text `json:"body"`
	Link  string    `json:"link,omitempty"` // path in the web, such as /plan/targets/01…
	To    Audience  `json:"to"`
	// Key makes repeats harmless: nobody is told twice under the same key.
	// Empty means that the notice is sent once anyway.
	Key string `json:"key,omitempty"`
	// Secret is the end of the link, sealed: it opens doors and is kept by
	// nobody but who gets the mail.
	Secret string `json:"secret,omitempty"`
}

// Sent is a notice on its way, emitted in the transaction of the change.
type Sent struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	By     string    `json:"by"` // name of who caused it
	ByID   string    `json:"by_id,omitempty"`
	Notice Notice    `json:"notice"`
}

// Subject implements bus.Event.
func (Sent) Subject() string { return "notify.notice.sent" }

// bodyLimit bounds what one notice says, in bytes; the rest is behind its link.
const bodyLimit = 4000

// personsLimit bounds how many persons are named; more are reached as members.
const personsLimit = 1000

// Sender sends the notices of one room.
type Sender struct {
	room  string
	kinds *Register
}

// Room returns the sender of a room's notices.
func (r *Register) Room(room string) *Sender { return &Sender{room, r} }

// Send records notices that become true with the change. They are delivered
// after the commit, at least once, and shown once.
func (s *Sender) Send(ctx context.Context, tx *sqldb.Tx, notices ...Notice) error {
	events := make([]bus.Event, 0, len(notices))
	for _, n := range notices {
		if k, ok := s.kinds.Kind(n.Kind); !ok || !strings.HasPrefix(k.ID, s.room+".") {
			return fmt.Errorf("room %s sends a notice of the kind %q, which it does not declare", s.room, n.Kind)
		}
		if len(n.To.Persons) > personsLimit || len(n.To.Addresses) > personsLimit {
			return fmt.Errorf("a notice of the kind %s names more than %d persons", n.Kind, personsLimit)
		}
		n.Title, n.Body = lang.Text{ZH: cut(n.Title.ZH, 300), EN: cut(n.Title.EN, 300)}, lang.Text{ZH: cut(n.Body.ZH, bodyLimit), EN: cut(n.Body.EN, bodyLimit)}
		events = append(events, Sent{ID: ulid.Make().String(), At: time.Now().UTC(), By: identity.From(ctx).Name, ByID: identity.From(ctx).PersonID, Notice: n})
	}
	if err := tx.Emit(ctx, events...); err != nil {
		return fmt.Errorf("send notices: %w", err)
	}
	return nil
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

// Register holds the kinds of all rooms.
type Register struct {
	mu    sync.RWMutex
	order []string
	kinds map[string]Kind
}

// NewRegister returns an empty register.
func NewRegister() *Register { return &Register{kinds: map[string]Kind{}} }

// Add enters the kinds of a room.
func (r *Register) Add(room string, kinds []Kind) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range kinds {
		if !strings.HasPrefix(k.ID, room+".") {
			return fault.New(fault.Internal, "kernel.notice", "room %s declares the kind of notice %s outside its name", room, k.ID)
		}
		if _, twice := r.kinds[k.ID]; twice {
			return fault.New(fault.Internal, "kernel.notice", "the kind of notice %s is declared twice", k.ID)
		}
		if !slices.Contains([]Gravity{Info, Important, Urgent}, k.Gravity) || !slices.Contains([]Mail{AtOnce, Daily, Off}, k.Mail) {
			return fault.New(fault.Internal, "kernel.notice", "the kind of notice %s says neither how much it matters nor when it is mailed", k.ID)
		}
		r.kinds[k.ID] = k
		r.order = append(r.order, k.ID)
	}
	return nil
}

// Kind returns one kind.
func (r *Register) Kind(id string) (Kind, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k, ok := r.kinds[id]
	return k, ok
}

// Kinds returns all kinds in the order of the rooms.
func (r *Register) Kinds() []Kind {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := make([]Kind, len(r.order))
	for i, id := range r.order {
		list[i] = r.kinds[id]
	}
	return list
}
