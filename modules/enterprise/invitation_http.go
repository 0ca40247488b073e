package enterprise

import (
	"context"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// mostInvited is how many enterprises are invited at once.
const mostInvited = 500

// Inviting lets organisations in that the city names: the kernel mails the links.
type Inviting interface {
	InviteOrganisations(ctx context.Context, in identity.FoundingInput) ([]identity.InvitedOrganisation, error)
}

func (m *Module) invitationRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /invitations", Permission: "enterprise.review", Summary: "Enterprises of the directory that nobody keeps, and what became of their invitations; addresses are masked", Handler: httpd.List(m.listInvitable)},
		{Pattern: "POST /invitations", Permission: "enterprise.review", StepUp: true, Summary: "Invite enterprises to join and to keep their entries, by the e-mail of their contact or a link", Handler: httpd.JSON(m.invite)},
	}
}

type invitableParams struct {
	sqldb.ListParams
	District string `query:"district" maxLength:"6"`
	Industry string `query:"industry" maxLength:"4"`
	Invited  string `query:"invited" enum:"yes,no"`
}

// InvitableEntry is an enterprise that nobody keeps.
type InvitableEntry struct {
	ID        string     `json:"id"`
	Code      string     `json:"code" title:"统一社会信用代码|Unified social credit code"`
	Name      lang.Text  `json:"name" title:"名称|Name"`
	District  string     `json:"district" title:"区市|District"`
	Industry  string     `json:"industry" title:"行业|Industry"`
	Email     string     `json:"email" doc:"Of the contact who would be invited, masked; empty: there is none, and the link is shown" title:"邮箱（脱敏）|E-mail (masked)"`
	Synthetic bool       `json:"synthetic" title:"合成数据|Synthetic"`
	InvitedAt *time.Time `json:"invited_at,omitempty" title:"邀请时间|Invited"`
	State     string     `json:"state" enum:",open,expired,accepted,declined,revoked" doc:"Of the latest invitation; empty: there is none" title:"邀请状态|Invitation"`
}

func (m *Module) listInvitable(ctx context.Context, in invitableParams) (sqldb.Page[InvitableEntry], error) {
	views := sqldb.Page[InvitableEntry]{Items: []InvitableEntry{}}
	if err := cityOnly(ctx); err != nil {
		return views, err
	}
	page, err := m.entries.invitable(ctx, in)
	if err != nil {
		return views, err
	}
	views.NextCursor, views.Total = page.NextCursor, page.Total
	list, codes := make([]Entry, len(page.Items)), make([]string, len(page.Items))
	for i, x := range page.Items {
		list[i], codes[i] = x.entry, x.entry.Code
	}
	if err := fill(ctx, m.entries.db, list); err != nil {
		return views, err
	}
	latest, err := m.organisations.InvitedCodes(ctx, codes)
	if err != nil {
		return views, err
	}
	for i, e := range list {
		views.Items = append(views.Items, InvitableEntry{
			ID: e.ID, Code: e.Code, Name: e.Name, District: e.District, Industry: e.Industry, Synthetic: e.Synthetic,
			Email: maskEmail(e.email()), InvitedAt: page.Items[i].at, State: latest[e.Code].State,
		})
	}
	return views, nil
}

// cityOnly refuses who is not of the city's bureau.
func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	return nil
}

// email is the address of the first contact who has one.
func (e Entry) email() string {
	for _, c := range e.Contacts {
		if c.Email != "" {
			return strings.TrimSpace(c.Email)
		}
	}
	return ""
}

type inviteInput struct {
	Body struct {
		EntryIDs []string `json:"entry_ids" minItems:"1" maxItems:"500" nullable:"false"`
		Note     string   `json:"note,omitempty" maxLength:"500" doc:"Shown to the invited"`
		Language string   `json:"language,omitempty" enum:"zh,en" doc:"Of the e-mails"`
		Days     int      `json:"days,omitempty" minimum:"0" maximum:"60" doc:"How long the links work; 0: thirty days"`
	}
}

// EnterprisesInvited is what became of each.
type EnterprisesInvited struct {
	Enterprises []identity.InvitedOrganisation `json:"enterprises" nullable:"false"`
}

// invite invites enterprises that the directory has and nobody keeps. Who accepts gets an
// organisation with the name, code and district of the entry, which it keeps from then on.
func (m *Module) invite(ctx context.Context, in inviteInput) (v EnterprisesInvited, err error) {
	if err := cityOnly(ctx); err != nil {
		return v, err
	}
	if n := len(in.Body.EntryIDs); n == 0 || n > mostInvited {
		return v, fault.New(fault.Invalid, "enterprise.invitation.many", "1 to %d enterprises at once", mostInvited).At("body.entry_ids", "choose 1 to %d enterprises", mostInvited)
	}
	list, err := m.entries.unkept(ctx, words(in.Body.EntryIDs))
	if err != nil {
		return v, err
	}
	founding := identity.FoundingInput{Note: in.Body.Note, Days: in.Body.Days}
	for _, e := range list {
		founding.Organisations = append(founding.Organisations, identity.FoundingLine{
			Kind: identity.Enterprise, Name: e.Name, USCC: e.Code, District: e.District, Email: e.email(), Language: in.Body.Language, Synthetic: e.Synthetic,
		})
	}
	if v.Enterprises, err = m.inviting.InviteOrganisations(ctx, founding); err != nil {
		return v, err
	}
	var invited []Entry
	for i, o := range v.Enterprises {
		if o.Outcome == identity.FoundingSent || o.Outcome == identity.FoundingOpen {
			invited = append(invited, list[i])
		}
	}
	if err := m.entries.markInvited(ctx, invited, time.Now()); err != nil {
		return v, err
	}
	m.kit.Notify(topicEntries, "", "")
	return v, nil
}

// founded gives the entry of an enterprise that accepted its invitation to its organisation.
// One that the directory has not, or that somebody keeps meanwhile, stays as it is.
func (m *Module) founded(ctx context.Context, joined identity.OrganisationFounded) error {
	id, ok, err := m.entries.byCode(ctx, joined.USCC)
	if err != nil || !ok {
		return err
	}
	e, err := whole(ctx, m.entries.db, id)
	if err != nil || e.OrganisationID != "" {
		return err
	}
	o, err := m.organisations.Organisation(ctx, joined.ID)
	if err != nil {
		if f := fault.As(err); f != nil && f.Kind == fault.NotFound {
			return nil // it was removed again
		}
		return err
	}
	if e, err = m.entries.claim(ctx, e, o.ID); err != nil {
		return err
	}
	m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
	return nil
}
