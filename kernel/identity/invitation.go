package identity

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// The states of an invitation.
const (
	InvitationOpen     = "open"
	InvitationExpired  = "expired" // open, and past its time
	InvitationAccepted = "accepted"
	InvitationDeclined = "declined"
	InvitationRevoked  = "revoked"
)

// Limits on invitations, so that nobody sends mails without end through the city.
const (
	invitationDays    = 7
	invitationsOpen   = 500 // of one organisation
	invitationsPerDay = 100 // of one organisation, sending again included
	invitationSends   = 5   // of one invitation
	invitationsKept   = 90 * 24 * time.Hour
)

// Invitation asks somebody to join an organisation. Its link works once.
type Invitation struct {
	ID             string     `json:"id" title:"编号|ID"`
	OrganisationID string     `json:"organisation_id" title:"机构|Organisation"`
	Role           Role       `json:"role" title:"角色|Role"`
	Email          string     `json:"email" title:"邮箱|E-mail" audit:"hidden"`
	Language       string     `json:"language"`
	Note           string     `json:"note" title:"附言|Note" audit:"-"`
	State          string     `json:"state" enum:"open,expired,accepted,declined,revoked" title:"状态|State"`
	InvitedBy      string     `json:"invited_by" title:"邀请人|Invited by" audit:"-"`
	For            string     `json:"for" doc:"Name of the person whose prepared account the link opens, or who accepted" title:"人员|Person" audit:"-"`
	Sent           int        `json:"sent" title:"发送次数|Sent" audit:"-"`
	CreatedAt      time.Time  `json:"created_at" title:"邀请时间|Invited"`
	ExpiresAt      time.Time  `json:"expires_at" title:"到期时间|Expires"`
	DecidedAt      *time.Time `json:"decided_at,omitempty" title:"处理时间|Decided"`
	Version        int64      `json:"version"`
	Founds         *Founding  `json:"founds,omitempty" doc:"The organisation that accepting makes, or has made; absent: it leads to one that there is"`

	organisation     lang.Text
	secretHash       string
	invitedBy        string
	byOrganisationID string
	personID         string // of a prepared account, then of who accepted
	login            string // of a prepared account
	prepared         bool
}

// ETag implements the HTTP door's versioned answer.
func (i Invitation) ETag() int64 { return i.Version }

// Organisation is the name of where the invitation leads.
func (i Invitation) Organisation() lang.Text { return i.organisation }

// Prepared is the login of the account that waits for its holder; empty for none.
func (i Invitation) Prepared() string {
	if !i.prepared || i.State != InvitationOpen {
		return ""
	}
	return i.login
}

// Inviter is the person who invited.
func (i Invitation) Inviter() string { return i.invitedBy }

// InvitationInput is what inviting asks for.
type InvitationInput struct {
	OrganisationID string `json:"organisation_id,omitempty" maxLength:"26" doc:"Empty: one's own"`
	Role           Role   `json:"role" enum:"officer,leader,manager,reporter,viewer"`
	Email          string `json:"email,omitempty" maxLength:"200" doc:"Where the link is sent; empty: the link is shown to copy"`
	Language       string `json:"language,omitempty" enum:"zh,en" doc:"Of the e-mail"`
	Note           string `json:"note,omitempty" maxLength:"500" doc:"Shown to the invited"`
	Days           int    `json:"days,omitempty" minimum:"0" maximum:"30" doc:"How long the link works; 0: a week"`
}

// Invite asks somebody to join. The secret of the link is told once.
func (d *Directory) Invite(ctx context.Context, in InvitationInput, tell func(i Invitation, secret string) (also, error)) (Invitation, string, error) {
	id := From(ctx)
	if id.PersonID == "" {
		return Invitation{}, "", fault.New(fault.Conflict, "system.token.no_person", "a token invites nobody; a person does")
	}
	if in.OrganisationID == "" {
		in.OrganisationID = id.Organisation.ID
	}
	if err := d.mayInvite(ctx, Membership{in.OrganisationID, in.Role}); err != nil {
		return Invitation{}, "", err
	}
	in.Email = strings.TrimSpace(in.Email)
	if a, err := mail.ParseAddress(in.Email); in.Email != "" && (err != nil || a.Address != in.Email) {
		return Invitation{}, "", fault.New(fault.Invalid, "system.invitation.email", "%q is no e-mail address", in.Email).At("body.email", "give an e-mail address, or none")
	}
	if in.Language == "" {
		in.Language = "zh"
	}
	if in.Days == 0 {
		in.Days = invitationDays
	}
	secret, hash, err := newSecret("")
	if err != nil {
		return Invitation{}, "", err
	}
	now := d.now().UTC()
	i := Invitation{
		ID: ulid.Make().String(), OrganisationID: in.OrganisationID, Role: in.Role, Email: in.Email, Language: in.Language, Note: strings.TrimSpace(in.Note),
		State: InvitationOpen, InvitedBy: id.Name, Sent: 1, CreatedAt: now, ExpiresAt: now.Add(time.Duration(in.Days) * 24 * time.Hour), Version: 1,
		secretHash: hash, invitedBy: id.PersonID, byOrganisationID: id.Organisation.ID,
	}
	o, err := d.Organisation(ctx, i.OrganisationID)
	if err != nil {
		return i, "", err
	}
	i.organisation = o.Name
	with, err := tell(i, secret)
	if err != nil {
		return i, "", err
	}
	return i, secret, d.insertInvitation(ctx, i, with)
}

// mayInvite refuses roles that the caller may not give, and duties: these are
// given to somebody who is known, not to whoever holds a link.
func (d *Directory) mayInvite(ctx context.Context, m Membership) error {
	if isDuty(m.Role) {
		return fault.New(fault.Invalid, "system.invitation.duty", "the role %s is not given by a link", m.Role).At("body.role", "invite with another role, and appoint the person afterwards")
	}
	if err := From(ctx).Scope.Check(m.OrganisationID); err != nil {
		return err
	}
	err := d.checkMemberships(ctx, nil, []Membership{m})
	if f := fault.As(err); f != nil {
		for i := range f.Fields {
			f.Fields[i].Location = "body.role"
		}
	}
	return err
}

// mayOffer refuses an invitation that the caller may not make.
func (d *Directory) mayOffer(ctx context.Context, i Invitation) error {
	if i.Founds != nil {
		return d.mayFound(ctx)
	}
	return d.mayInvite(ctx, Membership{i.OrganisationID, i.Role})
}

// SendAgain gives an open or expired invitation a new link and more time; the
// link before works no more.
func (d *Directory) SendAgain(ctx context.Context, i Invitation, tell func(i Invitation, secret string) (also, error)) (Invitation, string, error) {
	if i.State != InvitationOpen && i.State != InvitationExpired {
		return i, "", used(i)
	}
	if err := d.mayOffer(ctx, i); err != nil {
		return i, "", err
	}
	if i.Sent >= invitationSends {
		return i, "", fault.New(fault.Limited, "system.invitation.sent", "this invitation was sent %d times; revoke it and invite again", i.Sent).With("sent", i.Sent).After(3600)
	}
	secret, hash, err := newSecret("")
	if err != nil {
		return i, "", err
	}
	who, now := From(ctx), d.now().UTC()
	if who.PersonID == "" {
		return i, "", fault.New(fault.Conflict, "system.token.no_person", "a token invites nobody; a person does")
	}
	life := i.ExpiresAt.Sub(i.CreatedAt)
	before := i.Version
	i.State, i.Sent, i.secretHash, i.ExpiresAt = InvitationOpen, i.Sent+1, hash, now.Add(min(life, 60*24*time.Hour))
	i.invitedBy, i.byOrganisationID, i.InvitedBy = who.PersonID, who.Organisation.ID, who.Name
	with, err := tell(i, secret)
	if err != nil {
		return i, "", err
	}
	return i, secret, d.renewInvitation(ctx, i, before, with)
}

// Revoke ends an invitation; its link works no more.
func (d *Directory) Revoke(ctx context.Context, i Invitation) error {
	if i.State != InvitationOpen && i.State != InvitationExpired {
		return used(i)
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error { return d.decideInvitation(ctx, tx, i, InvitationRevoked, i.personID) })
}

func used(i Invitation) error {
	return fault.New(fault.Conflict, "system.invitation.used", "this invitation is %s", i.State).With("state", i.State)
}

// OpenInvitation returns the invitation that a link opens, while it does.
func (d *Directory) OpenInvitation(ctx context.Context, secret string) (Invitation, error) {
	i, err := d.invitationBySecret(ctx, secret)
	if err != nil {
		return i, err
	}
	if i.State != InvitationOpen {
		return i, used(i)
	}
	return i, d.stillMeant(ctx, i)
}

// stillMeant refuses an invitation whose inviter could not invite any more:
// it is worth what the inviter may do now.
func (d *Directory) stillMeant(ctx context.Context, i Invitation) error {
	inviter, err := d.Acting(ctx, i.invitedBy, i.byOrganisationID)
	if err == nil && i.Founds == nil && !inviter.May(EditPersons) {
		err = fault.New(fault.Forbidden, "system.person.gone", "the inviter may not")
	}
	if err == nil {
		err = d.mayOffer(With(ctx, inviter), i)
	}
	if fault.As(err) != nil {
		return fault.New(fault.Conflict, "system.invitation.void", "whoever invited you may no longer do so; ask for a new invitation")
	}
	return err
}

// Decline turns an invitation down.
func (d *Directory) Decline(ctx context.Context, secret string, tell func(Invitation) also) error {
	i, err := d.OpenInvitation(ctx, secret)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := d.decideInvitation(ctx, tx, i, InvitationDeclined, i.personID); err != nil {
			return err
		}
		return tell(i)(ctx, tx)
	})
}

// Accept makes the caller a member; the session acts for the organisation from then on.
func (d *Directory) Accept(ctx context.Context, secret string, tell func(Invitation, string) also) (Identity, error) {
	id := From(ctx)
	if id.PersonID == "" {
		return id, fault.New(fault.Conflict, "system.token.no_person", "a token cannot accept; sign in as a person")
	}
	i, err := d.OpenInvitation(ctx, secret)
	if err != nil {
		return id, err
	}
	if i.personID != "" {
		return id, fault.New(fault.Conflict, "system.invitation.prepared", "this link opens the account %s; sign out first", i.login).With("login", i.login)
	}
	root, err := d.Root(ctx)
	if err != nil {
		return id, err
	}
	err = d.change(ctx, func(tx *sqldb.Tx) error {
		if err := i.make(ctx, tx, root, d.now()); err != nil {
			return err
		}
		if err := d.decideInvitation(ctx, tx, i, InvitationAccepted, id.PersonID); err != nil {
			return err
		}
		err := d.alter(ctx, tx, id.PersonID, func(before []Membership) ([]Membership, error) {
			m := Membership{i.OrganisationID, i.Role}
			if slices.Contains(before, m) {
				return nil, fault.New(fault.Conflict, "system.invitation.member", "you have this role in the organisation already; decline the invitation, or leave it to somebody else")
			}
			return append(slices.Clone(before), m), nil
		})
		if err != nil {
			return err
		}
		if err := moveSession(ctx, tx, id.SessionID, i.OrganisationID); err != nil {
			return err
		}
		return tell(i, id.Name)(ctx, tx)
	})
	if err != nil {
		return id, err
	}
	return d.resume(ctx, id.SessionID)
}

// Account is what somebody without one gives to accept an invitation.
type Account struct {
	Login    string `json:"login,omitempty" maxLength:"64" doc:"Not for a prepared account, which has one"`
	Name     string `json:"name,omitempty" maxLength:"100" doc:"Not for a prepared account"`
	Email    string `json:"email,omitempty" maxLength:"200"`
	Password string `json:"password" maxLength:"200"`
	Language string `json:"language,omitempty" enum:"zh,en"`
	Consent  string `json:"consent" maxLength:"20" doc:"Version of the text that was agreed to"`
}

// Join makes an account and accepts an invitation with it, or opens the
// account that was prepared. It returns the login.
func (d *Directory) Join(ctx context.Context, secret string, in Account, tell func(Invitation, string) also) (string, error) {
	i, err := d.OpenInvitation(ctx, secret)
	if err != nil {
		return "", err
	}
	in.Login, in.Name = strings.ToLower(strings.TrimSpace(in.Login)), strings.TrimSpace(in.Name)
	if i.personID != "" {
		p, err := d.Person(ctx, i.personID)
		if err != nil {
			return "", err
		}
		in.Login, in.Name = p.Login, p.Name
	}
	if err := in.check(); err != nil {
		return "", err
	}
	if err := d.acceptable("body.password", in.Login, in.Password); err != nil {
		return "", err
	}
	if i.personID == "" {
		if err := d.freeLogin(ctx, in.Login); err != nil {
			return "", err
		}
	}
	hash, err := d.hash(ctx, in.Password)
	if err != nil {
		return "", err
	}
	if in.Language == "" {
		in.Language = i.Language
	}
	root, err := d.Root(ctx)
	if err != nil {
		return "", err
	}
	return in.Login, d.change(ctx, func(tx *sqldb.Tx) error {
		if err := i.make(ctx, tx, root, d.now()); err != nil {
			return err
		}
		p := Person{
			ID: i.personID, Login: in.Login, Name: in.Name, Email: in.Email, Language: in.Language, password: hash, Memberships: []Membership{{i.OrganisationID, i.Role}},
		}
		if err := d.settle(ctx, tx, &p); err != nil {
			return err
		}
		if err := d.decideInvitation(ctx, tx, i, InvitationAccepted, p.ID); err != nil {
			return err
		}
		if err := insertConsent(ctx, tx, p.ID, ForAccount, "invitation", d.now()); err != nil {
			return err
		}
		return tell(i, p.Name)(ctx, tx)
	})
}

// settle adds the person, or gives a prepared one the password.
func (d *Directory) settle(ctx context.Context, tx *sqldb.Tx, p *Person) error {
	if p.ID != "" {
		return openPrepared(ctx, tx, *p)
	}
	p.ID = ulid.Make().String()
	return d.insertPerson(ctx, tx, *p)
}

func (in Account) check() error {
	f := fault.New(fault.Invalid, "system.account.invalid", "the account is incomplete")
	if in.Name == "" {
		_ = f.At("body.name", "give your name")
	}
	if err := acceptableLogin("body.login", in.Login); err != nil {
		f.Fields = append(f.Fields, fault.As(err).Fields...)
	}
	if a, err := mail.ParseAddress(in.Email); in.Email != "" && (err != nil || a.Address != in.Email) {
		_ = f.At("body.email", "give an e-mail address, or none")
	}
	if in.Consent != PurposeOf(ForAccount).Version {
		_ = f.At("body.consent", "read the text about personal data and agree to it")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}
