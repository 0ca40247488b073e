package system

import (
	"context"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// invitedOrganisations is the page of the bureau's invitations.
const invitedOrganisations = "/system/registrations?tab=invited"

func (m *Room) foundingRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /invitations/organisations", Permission: identity.ReviewRegistrations, Sensitive: true, Summary: "Organisations that were invited to join, and what became of it", Handler: httpd.List(m.directory.OrganisationsInvited)},
		{Pattern: "POST /invitations/organisations", Permission: identity.ReviewRegistrations, StepUp: true, Summary: "Invite organisations that the city does not know yet; who accepts makes the organisation and manages it", Handler: httpd.JSON(m.inviteOrganisations)},
		{Pattern: "POST /invitations/organisations/{id}/sending", Permission: identity.ReviewRegistrations, StepUp: true, Summary: "Send the invitation of an organisation again, with a new link; the one before works no more", Handler: httpd.JSON(m.inviteOrganisationAgain)},
		{Pattern: "DELETE /invitations/organisations/{id}", Permission: identity.ReviewRegistrations, Summary: "Revoke the invitation of an organisation", Handler: httpd.JSON(m.revokeOrganisation)},
	}
}

type foundingInput struct{ Body identity.FoundingInput }

type foundingView struct {
	Organisations []identity.InvitedOrganisation `json:"organisations" nullable:"false"`
}

func (m *Room) inviteOrganisations(ctx context.Context, in foundingInput) (v foundingView, err error) {
	v.Organisations, err = m.InviteOrganisations(ctx, in.Body)
	return v, err
}

// InviteOrganisations invites organisations, and mails those links that can be mailed.
func (m *Room) InviteOrganisations(ctx context.Context, in identity.FoundingInput) ([]identity.InvitedOrganisation, error) {
	outcomes, err := m.directory.InviteOrganisations(ctx, in, func(list []identity.FoundingOutcome) (func(context.Context, *sqldb.Tx) error, error) {
		var letters []notice.Notice
		for _, o := range list {
			if !m.mailed(o.Invitation) {
				continue
			}
			n, err := m.mail(ctx, o.Invitation, o.Secret)
			if err != nil {
				return nil, err
			}
			letters = append(letters, n)
		}
		return func(ctx context.Context, tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, letters...) }, nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]identity.InvitedOrganisation, len(outcomes))
	for i, o := range outcomes {
		line := in.Organisations[o.Line]
		list[i] = identity.InvitedOrganisation{USCC: line.USCC, Name: line.Name, Outcome: o.Outcome}
		if o.Outcome != identity.FoundingSent {
			continue
		}
		view := m.invited(o.Invitation, o.Secret)
		list[i].Mailed, list[i].Link = view.Mailed, view.Link
	}
	return list, nil
}

func (m *Room) inviteOrganisationAgain(ctx context.Context, in httpd.Object) (invitedView, error) {
	i, err := m.directory.OrganisationInvited(ctx, in.ID)
	if err != nil {
		return invitedView{}, err
	}
	return m.renew(ctx, i)
}

func (m *Room) revokeOrganisation(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	i, err := m.directory.OrganisationInvited(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.directory.Revoke(ctx, i)
}
