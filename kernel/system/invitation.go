package system

import (
	"context"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// The kinds of notices about invitations.
const (
	noticeInvitation = "system.invitation.sent"
	noticeAnswer     = "system.invitation.answered"
)

func (m *Room) invitationRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /invitations", Permission: identity.EditPersons, Sensitive: true, Summary: "Invitations to the organisations within one's scope", Handler: httpd.List(m.directory.Invitations)},
		{Pattern: "POST /invitations", Permission: identity.EditPersons, StepUp: true, Summary: "Invite somebody by e-mail or by a link; the link is shown once, unless it was mailed", Handler: httpd.Created(m.invite)},
		{Pattern: "POST /invitations/{id}/sending", Permission: identity.EditPersons, StepUp: true, Summary: "Send an invitation again, with a new link; the one before works no more", Handler: httpd.JSON(m.sendAgain)},
		{Pattern: "DELETE /invitations/{id}", Permission: identity.EditPersons, Summary: "Revoke an invitation", Handler: httpd.JSON(m.revokeInvitation)},
		{Pattern: "GET /invitation", Permission: identity.Public, Owing: alone(), Summary: "What one is invited to, by the secret of the link", Handler: httpd.JSON(m.invitation)},
		{Pattern: "POST /invitation/acceptance", Permission: identity.SignedIn, Owing: alone(), Summary: "Accept as the person who is signed in", Handler: httpd.JSON(m.accept)},
		{Pattern: "POST /invitation/account", Permission: identity.Public, Summary: "Make an account, or open the prepared one, and accept with it", Handler: httpd.JSON(m.join)},
		{Pattern: "POST /invitation/refusal", Permission: identity.Public, Owing: alone(), Summary: "Decline an invitation", Handler: httpd.JSON(m.decline)},
	}
}

type inviteInput struct{ Body identity.InvitationInput }

type invitedView struct {
	identity.Invitation
	Mailed bool   `json:"mailed" doc:"The link is on its way by e-mail"`
	Link   string `json:"link,omitempty" doc:"The link, when it was not mailed; shown this once"`
}

func (m *Room) invite(ctx context.Context, in inviteInput) (invitedView, error) {
	i, secret, err := m.directory.Invite(ctx, in.Body, m.mailing(ctx))
	if err != nil {
		return invitedView{}, err
	}
	return m.invited(i, secret), nil
}

func (m *Room) sendAgain(ctx context.Context, in httpd.Object) (invitedView, error) {
	i, err := m.directory.Invitation(ctx, in.ID)
	if err != nil {
		return invitedView{}, err
	}
	return m.renew(ctx, i)
}

func (m *Room) renew(ctx context.Context, i identity.Invitation) (invitedView, error) {
	i, secret, err := m.directory.SendAgain(ctx, i, m.mailing(ctx))
	if err != nil {
		return invitedView{}, err
	}
	return m.invited(i, secret), nil
}

func (m *Room) invited(i identity.Invitation, secret string) invitedView {
	if m.mailed(i) {
		return invitedView{i, true, ""}
	}
	return invitedView{i, false, m.kit.Address() + "/invitation#" + secret}
}

// mailed tells whether the link of an invitation goes by e-mail; those of the
// demonstration do not leave the house.
func (m *Room) mailed(i identity.Invitation) bool {
	return i.Email != "" && m.mails() && (i.Founds == nil || !i.Founds.Synthetic)
}

// mailing sends the link with the invitation. Whether the address belongs to an
// account makes no difference.
func (m *Room) mailing(ctx context.Context) func(identity.Invitation, string) (func(context.Context, *sqldb.Tx) error, error) {
	return func(i identity.Invitation, secret string) (func(context.Context, *sqldb.Tx) error, error) {
		if !m.mailed(i) {
			return func(context.Context, *sqldb.Tx) error { return nil }, nil
		}
		n, err := m.mail(ctx, i, secret)
		return m.telling(n), err
	}
}

// mail is the e-mail with the link.
func (m *Room) mail(ctx context.Context, i identity.Invitation, secret string) (notice.Notice, error) {
	sealed, err := m.links.Seal(ctx, "link", []byte(secret))
	o := i.Organisation()
	n := notice.Notice{
		Kind: noticeInvitation, Link: "/invitation#", Secret: sealed,
		Title: lang.Text{ZH: i.InvitedBy + "邀请您加入“" + o.ZH + "”", EN: i.InvitedBy + " invites you to join " + o.EN},
		Body:  lang.Text{ZH: i.Note, EN: i.Note},
		To:    notice.Audience{Addresses: []notice.Address{{Email: i.Email, Language: i.Language}}},
	}
	if i.Founds != nil {
		n.Title = lang.Text{ZH: "邀请“" + o.ZH + "”入驻并管理本单位信息", EN: o.EN + " is invited to join and to keep its own entry"}
	}
	return n, err
}

func (m *Room) revokeInvitation(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	i, err := m.directory.Invitation(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.directory.Revoke(ctx, i)
}

// ByInvitation is the input of routes that the invited opens with the link's secret.
type ByInvitation struct {
	Secret string `header:"X-Invitation-Secret" required:"true" maxLength:"100" doc:"From the link of the invitation"`
}

type invitationInput struct{ ByInvitation }

type invitationView struct {
	Organisation   lang.Text     `json:"organisation"`
	Role           identity.Role `json:"role"`
	RoleTitle      lang.Text     `json:"role_title"`
	InvitedBy      string        `json:"invited_by"`
	Note           string        `json:"note"`
	Email          string        `json:"email"`
	Prepared       string        `json:"prepared" doc:"Login of the account that waits for its holder; empty for none"`
	ExpiresAt      time.Time     `json:"expires_at"`
	Founds         bool          `json:"founds" doc:"Accepting makes the organisation, and its holder the manager"`
	USCC           string        `json:"uscc" doc:"Of the organisation that accepting makes"`
	SignedIn       string        `json:"signed_in" doc:"Name of who is signed in"`
	ConsentVersion string        `json:"consent_version"`
	ConsentText    lang.Text     `json:"consent_text"`
	PasswordMin    int           `json:"password_min"`
}

func (m *Room) invitation(ctx context.Context, in invitationInput) (invitationView, error) {
	i, err := m.directory.OpenInvitation(ctx, in.Secret)
	if err != nil {
		return invitationView{}, err
	}
	text := identity.PurposeOf(identity.ForAccount)
	v := invitationView{
		Organisation: i.Organisation(), Role: i.Role, InvitedBy: i.InvitedBy, Note: i.Note, Email: i.Email, Prepared: i.Prepared(), ExpiresAt: i.ExpiresAt,
		ConsentVersion: text.Version, ConsentText: text.Text, PasswordMin: identity.PasswordMin,
	}
	if i.Founds != nil {
		v.Founds, v.USCC = true, i.Founds.USCC
	}
	if id := identity.From(ctx); id.PersonID != "" {
		v.SignedIn = id.Name
	}
	for _, r := range identity.Roles() {
		if r.ID == i.Role {
			v.RoleTitle = r.Title
		}
	}
	return v, nil
}

// answered tells who invited what became of it.
func (m *Room) answered(i identity.Invitation, name string) func(context.Context, *sqldb.Tx) error {
	n := notice.Notice{Kind: noticeAnswer, Link: "/system/invitations", To: notice.Audience{Persons: []string{i.Inviter()}}}
	o := i.Organisation()
	n.Title = lang.Text{ZH: "加入“" + o.ZH + "”的邀请已被接受", EN: "An invitation to " + o.EN + " was accepted"}
	if name == "" {
		n.Title = lang.Text{ZH: "加入“" + o.ZH + "”的邀请被谢绝", EN: "An invitation to " + o.EN + " was declined"}
	}
	if i.Founds != nil {
		n.Link = invitedOrganisations
	}
	return m.telling(n)
}

func (m *Room) accept(ctx context.Context, in invitationInput) (sessionView, error) {
	id, err := m.directory.Accept(ctx, in.Secret, m.answered)
	if err != nil {
		return sessionView{}, err
	}
	return m.session(identity.With(ctx, id), nothing{})
}

type joinInput struct {
	ByInvitation
	UserAgent string `header:"User-Agent"`
	Body      identity.Account
}

func (m *Room) join(ctx context.Context, in joinInput) (sessionView, error) {
	login, err := m.directory.Join(ctx, in.Secret, in.Body, m.answered)
	if err != nil {
		return sessionView{}, err
	}
	return m.enter(ctx, login, in.Body.Password, in.UserAgent)
}

func (m *Room) decline(ctx context.Context, in invitationInput) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.Decline(ctx, in.Secret, func(i identity.Invitation) func(context.Context, *sqldb.Tx) error { return m.answered(i, "") })
}
