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
	if m.postman == nil {
		told, others = unmailed(told), nil
	}
	toChannels, err := m.toChannels(ctx, kind, sent)
	if err != nil {
		return err
	}
	others = append(others, toChannels...)
	changed, err := m.notices.add(ctx, sent, kind, told, others)
	if err != nil {
		return err
	}
	m.tell(changed)
	m.wake()
	return nil
}

// unmailed leaves the inbox only: without a mail server nothing is kept that
// would all be sent on the day that there is one.
func unmailed(people []told) []told {
	for i := range people {
		people[i].mail = nil
	}
	return people
}

// toChannels are the messages to the channels of the organisation whose members
// are told. A channel that does not keep up drops what is new, and says so.
func (m *Room) toChannels(ctx context.Context, k notice.Kind, sent notice.Sent) ([]delivery, error) {
	if sent.Notice.To.Organisation == "" {
		return nil, nil
	}
	list, err := m.channels.of(ctx, sent.Notice.To.Organisation, k.ID)
	if err != nil {
		return nil, err
	}
	deliveries := make([]delivery, len(list))
	for i, c := range list {
		deliveries[i] = delivery{
			Kind: k.ID, Way: wayChannel, ChannelID: c.ID, OrganisationID: c.OrganisationID, Address: c.Name + " · " + c.Host, Language: c.Language, State: stateWaiting, NextAt: sent.At,
		}
		n, err := m.deliveries.waiting(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		if n >= backlog {
			deliveries[i].State, deliveries[i].DoneAt, deliveries[i].Reason = stateDropped, sent.At, "too many messages wait for this channel"
		}
	}
	return deliveries, nil
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
