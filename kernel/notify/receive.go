package notify

import (
	"context"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/notice"
)

// receive brings a notice to everybody who is told, in one transaction.
func (m *Room) receive(ctx context.Context, sent notice.Sent) error {
	kind, ok := m.kinds.Kind(sent.Notice.Kind)
	if !ok {
		m.kit.Log.Warn("a notice of a kind that is not declared any more", "kind", sent.Notice.Kind)
		return nil
	}
	people, err := m.audience(ctx, sent.Notice.To)
	if err != nil {
		return err
	}
	choices, err := m.wishes.choices(ctx, kind.ID)
	if err != nil {
		return err
	}
	wishes, err := m.wishes.wishes(ctx)
	if err != nil {
		return err
	}
	told := plan(kind, people, choices, wishes, time.Now(), m.zone)
	others := outside(kind, sent.Notice.To.Addresses, sent.At)
	changed, err := m.notices.add(ctx, sent, kind, told, others)
	if err != nil {
		return err
	}
	m.tell(changed)
	return nil
}

// outside are the mails to those without an account.
func outside(k notice.Kind, addresses []notice.Address, at time.Time) []delivery {
	list := make([]delivery, len(addresses))
	for i, a := range addresses {
		list[i] = delivery{Kind: k.ID, Way: wayMail, Address: a.Email, Language: a.Language, State: stateWaiting, NextAt: at}
	}
	return list
}

// audience resolves who is told; everybody once.
func (m *Room) audience(ctx context.Context, to notice.Audience) ([]identity.Recipient, error) {
	people, err := m.directory.PersonsByID(ctx, to.Persons)
	if err != nil {
		return nil, err
	}
	if to.Organisation != "" {
		members, err := m.directory.Members(ctx, to.Organisation, to.Below, to.Permission)
		if err != nil {
			return nil, err
		}
		people = append(people, members...)
	}
	seen, list := map[string]bool{to.Except: true}, make([]identity.Recipient, 0, len(people))
	for _, p := range people {
		if !seen[p.PersonID] {
			seen[p.PersonID] = true
			list = append(list, p)
		}
	}
	return list, nil
}

func (m *Room) canMail() bool { return false }
