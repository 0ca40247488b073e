// Package second is the second person whom a channel to others needs before it does anything
// (四眼原则): who set it up, or changed where it leads or which keys it trusts, does not confirm
// it. The upper levels and channels of the room, and the sources of signed files, have it.
package second

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// Hand is who set something up, and who confirmed it.
type Hand struct {
	Confirmed   bool       `json:"confirmed" doc:"A second person has confirmed it; until then it does nothing" title:"已确认|Confirmed"`
	SetBy       string     `json:"set_by" doc:"Who set it up last" title:"设置人|Set up by"`
	ConfirmedBy string     `json:"confirmed_by" doc:"Who confirmed it last; empty: nobody" title:"确认人|Confirmed by"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty" title:"确认时间|Confirmed"`
	MayConfirm  bool       `json:"may_confirm" doc:"The caller may confirm it now"`

	setter, confirmer string
}

// Columns are those of a hand, of a table by its alias.
func Columns(alias string) string {
	return fmt.Sprintf("%[1]s.confirmed, %[1]s.confirmed_at, %[1]s.confirmer, %[1]s.confirmer_name, %[1]s.actor, %[1]s.actor_name", alias)
}

// Into is where columns are read into; Read is called when they are.
func (h *Hand) Into(at *int64) []any {
	return []any{&h.Confirmed, at, &h.confirmer, &h.ConfirmedBy, &h.setter, &h.SetBy}
}

// Values are those of columns, in their order.
func (h Hand) Values() []any {
	return []any{h.Confirmed, sqldb.InstantMillis(h.ConfirmedAt), h.confirmer, h.ConfirmedBy, h.setter, h.SetBy}
}

// Begun tells whether it was ever in use: what was confirmed once, or was there before second
// persons were asked.
func (h Hand) Begun() bool { return h.Confirmed || h.ConfirmedAt != nil }

// Set is the hand of who sets something up now: it waits for a second person.
func (h Hand) Set(id identity.Identity) Hand {
	h.Confirmed, h.setter, h.SetBy = false, id.Actor(), id.Name
	return h
}

// mayConfirm tells why somebody does not confirm.
func (h Hand) mayConfirm(id identity.Identity) error {
	switch {
	case h.Confirmed:
		return fault.New(fault.Conflict, "security.second.confirmed", "it is confirmed already")
	case id.PersonID == "":
		return fault.New(fault.Forbidden, "security.second.person", "only a person confirms it")
	case id.Actor() == h.setter:
		return fault.New(fault.Forbidden, "security.second.own_hand", "%s set it up: another person has to confirm it", h.SetBy).With("name", h.SetBy)
	}
	return nil
}

// For tells whether somebody may confirm; may: they have the duty.
func (h Hand) For(id identity.Identity, may bool) Hand {
	h.MayConfirm = may && h.mayConfirm(id) == nil
	return h
}

// Confirm is the word of the second person.
func (h Hand) Confirm(id identity.Identity, at time.Time) (Hand, error) {
	if err := h.mayConfirm(id); err != nil {
		return h, err
	}
	h.Confirmed, h.ConfirmedAt, h.confirmer, h.ConfirmedBy = true, &at, id.Actor(), id.Name
	return h, nil
}

// Waits refuses to use what nobody has confirmed.
func (h Hand) Waits(name string) error {
	if h.Confirmed {
		return nil
	}
	return fault.New(fault.Conflict, "security.second.waits", "%s waits for a second person to confirm it: %s set it up", name, h.SetBy).With("name", name).With("by", h.SetBy)
}

// Kind is the message by which others with the duty learn of what waits for them.
func Kind() message.Kind {
	return message.Kind{ID: told, Title: lang.Text{ZH: "待第二人确认的事项", EN: "What waits for a second person"}, Gravity: message.Important, Mail: message.AtOnce}
}

const told = "security.second.to_confirm"

// Tell tells those with the duty, but who set it up, that something waits for them.
func Tell(ctx context.Context, tx *sqldb.Tx, kit *module.Kit, bureau, permission, name, page string) error {
	return TellOf(ctx, tx, kit, bureau, permission, lang.Text{ZH: name, EN: name}, page)
}

// TellOf is Tell of what has a name in each language.
func TellOf(ctx context.Context, tx *sqldb.Tx, kit *module.Kit, bureau, permission string, name lang.Text, page string) error {
	err := kit.Notices.Send(ctx, tx, message.Notice{
		Kind: told, Title: lang.Text{ZH: "“" + name.ZH + "”待第二人确认", EN: "“" + name.EN + "” waits for a second person to confirm it"}, Link: page,
		To: message.Audience{Organisation: bureau, Permission: permission, Except: identity.From(ctx).PersonID},
	})
	if err != nil {
		return fmt.Errorf("ask a second person: %w", err)
	}
	return nil
}
