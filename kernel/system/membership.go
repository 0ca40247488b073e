package system

import (
	"context"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

const noticeMembership = "system.membership.changed"

// alone lets those in who belong to no organisation.
func alone() []identity.Need { return []identity.Need{identity.Join} }

func (m *Room) membershipRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /me/leave", Permission: identity.SignedIn, Summary: "Leave an organisation; the session goes on for another one, or for none", Handler: httpd.JSON(m.leave)},
		{Pattern: "DELETE /organisations/{id}/members/{person}", Permission: identity.EditPersons, Summary: "End what somebody is in an organisation", StepUp: true, Handler: httpd.JSON(m.removeMember)},
		{Pattern: "POST /organisations/{id}/handover", Permission: identity.EditPersons, Summary: "Hand the management over to another member, in one act", StepUp: true, Handler: httpd.JSON(m.handOver)},
	}
}

// telling sends a notice with a change.
func (m *Room) telling(n notice.Notice) func(context.Context, *sqldb.Tx) error {
	return func(ctx context.Context, tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, n) }
}

type leaveInput struct {
	Body struct {
		OrganisationID string `json:"organisation_id" maxLength:"26"`
	}
}

func (m *Room) leave(ctx context.Context, in leaveInput) (sessionView, error) {
	id, err := m.directory.Leave(ctx, in.Body.OrganisationID, m.telling(notice.Notice{
		Kind: noticeMembership, Title: lang.Text{ZH: "一名成员已退出本机构", EN: "A member has left your organisation"}, Link: "/system/persons",
		To: notice.Audience{Organisation: in.Body.OrganisationID, Permission: identity.EditPersons, Except: identity.From(ctx).PersonID},
	}))
	if err != nil {
		return sessionView{}, err
	}
	return m.session(identity.With(ctx, id), nothing{})
}

type memberInput struct {
	httpd.Object
	Person string `path:"person" maxLength:"40"`
}

func (m *Room) removeMember(ctx context.Context, in memberInput) (httpd.Nothing, error) {
	o, err := m.directory.ReadOrganisation(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.directory.RemoveMember(ctx, in.ID, in.Person, m.telling(notice.Notice{
		Kind: noticeMembership, Title: lang.Text{ZH: "您不再是“" + o.Name.ZH + "”的成员", EN: "You are no member of " + o.Name.EN + " any more"},
		Link: "/profile", To: notice.Audience{Persons: []string{in.Person}},
	}))
}

type handOverInput struct {
	httpd.Object
	Body identity.HandOver
}

func (m *Room) handOver(ctx context.Context, in handOverInput) (sessionView, error) {
	o, err := m.directory.ReadOrganisation(ctx, in.ID)
	if err != nil {
		return sessionView{}, err
	}
	id, err := m.directory.HandOverManagement(ctx, in.ID, in.Body, m.telling(notice.Notice{
		Kind: noticeMembership, Title: lang.Text{ZH: "您已成为“" + o.Name.ZH + "”的机构管理员", EN: "You are the manager of " + o.Name.EN + " now"},
		Link: "/system/persons", To: notice.Audience{Persons: []string{in.Body.PersonID}},
	}))
	if err != nil {
		return sessionView{}, err
	}
	return m.session(identity.With(ctx, id), nothing{})
}
