package need

import (
	"context"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/provider"
)

// Invitee is a provider that a need may invite when it is published.
type Invitee struct {
	ProviderID string    `json:"provider_id"`
	Name       lang.Text `json:"name"`
	Invitable  bool      `json:"invitable"`
	Status     string    `json:"status" enum:"in_force,suspended,expired" doc:"Why it cannot be invited"`
}

// readInvitee tells of providers that the bureau once accepted, and of no others.
func (m *Needs) readInvitee(ctx context.Context, in httpd.Object) (Invitee, error) {
	list, err := m.providers.Named(ctx, []string{in.ID})
	if err != nil {
		return Invitee{}, err
	}
	p, at := list[0], now()
	if !wasAccepted(p) {
		return Invitee{}, noSuch("provider")
	}
	return Invitee{p.ID, p.Name, p.Serving(at), p.Status(at)}, nil
}

// wasAccepted tells whether everybody may know that there is such a provider.
func wasAccepted(p provider.Provider) bool {
	return p.State == provider.InForce || p.State == provider.Suspended
}

// checkInvite refuses providers that nobody could invite.
func (m *Needs) checkInvite(ctx context.Context, organisation string, ids []string) error {
	wrong := fault.New(fault.Invalid, "enterprise.need.invitees", "these providers cannot be invited on publication")
	if len(ids) > inviteMost {
		return wrong.At("body.invite", "name 10 providers at most")
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return wrong.At("body.invite", "name each provider once")
		}
	}
	list, err := m.providers.Named(ctx, ids)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && slices.ContainsFunc(list, func(p provider.Provider) bool { return !wasAccepted(p) }):
		return wrong.At("body.invite", "name providers that there are")
	case err != nil:
		return err
	case slices.ContainsFunc(list, func(p provider.Provider) bool { return p.OrganisationID == organisation }):
		return wrong.At("body.invite", "choose providers of others")
	}
	return nil
}

// inviteWanted invites the providers that a draft named, as far as they are in force: that
// one is not keeps nothing from being published.
func (m *Needs) inviteWanted(ctx context.Context, tx *sqldb.Tx, n Need, v sight, serving []provider.Provider, at time.Time) (Need, remark, error) {
	for _, id := range n.Body.Invite {
		if !slices.ContainsFunc(serving, func(p provider.Provider) bool { return p.ID == id }) {
			continue
		}
		var err error
		if n, err = m.inviteOne(ctx, tx, n, v, id, nil, serving, at); err != nil {
			return n, remark{}, err
		}
		if err := note(ctx, tx, n.ID, remark{kind: Invite, side: Owner, provider: id}, at); err != nil {
			return n, remark{}, err
		}
	}
	return n, remark{}, nil
}

// passed are the providers that a need named and that were not invited.
func (m *Needs) passed(ctx context.Context, n Need, invited []Invitation) ([]Party, error) {
	list := []Party{}
	if n.State == Draft {
		return list, nil
	}
	for _, id := range n.Body.Invite {
		if slices.ContainsFunc(invited, func(i Invitation) bool { return i.ProviderID == id }) {
			continue
		}
		found, err := m.providers.Named(ctx, []string{id})
		if fault.Is(err, fault.NotFound) {
			continue // it was removed since
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Party{id, found[0].Name, found[0].Profile.Promise})
	}
	return list, nil
}
