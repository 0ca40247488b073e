package identity

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/district"
	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// ReviewRegistrations is the permission to let organisations in: those that apply, and
// those that are invited.
const ReviewRegistrations = "system.registration.review"

// Limits on invitations of organisations: a bureau brings a whole register in, and a
// mistake still does not mail without end.
const (
	foundingsAtOnce = 500
	foundingsOpen   = 20000
	foundingsPerDay = 5000 // sending again included
	foundingDays    = 30
)

// Founding is the organisation that accepting an invitation makes.
type Founding struct {
	Kind      Kind      `json:"kind" enum:"enterprise,operator,provider,node,park,responder" title:"类别|Kind"`
	Name      lang.Text `json:"name" title:"名称|Name"`
	USCC      string    `json:"uscc" title:"统一社会信用代码|USCC"`
	District  string    `json:"district" title:"区市|District"`
	Synthetic bool      `json:"synthetic,omitempty"`
}

// FoundingLine is one organisation to invite.
type FoundingLine struct {
	Kind      Kind      `json:"kind" enum:"enterprise,operator,provider,node,park,responder"`
	Name      lang.Text `json:"name"`
	USCC      string    `json:"uscc" maxLength:"18" doc:"Unified social credit code, GB 32100-2015"`
	District  string    `json:"district" maxLength:"6" doc:"GB/T 2260 code, from GET /api/system/districts"`
	Email     string    `json:"email,omitempty" maxLength:"200" doc:"Where the link is sent; empty: the link is shown to copy"`
	Language  string    `json:"language,omitempty" enum:"zh,en" doc:"Of the e-mail"`
	Synthetic bool      `json:"synthetic,omitempty" doc:"Demonstration data; nothing is mailed"`
}

// FoundingInput is what inviting organisations asks for.
type FoundingInput struct {
	Organisations []FoundingLine `json:"organisations" minItems:"1" maxItems:"500" nullable:"false"`
	Note          string         `json:"note,omitempty" maxLength:"500" doc:"Shown to the invited"`
	Days          int            `json:"days,omitempty" minimum:"0" maximum:"60" doc:"How long the links work; 0: thirty days"`
}

// What became of a line.
const (
	FoundingSent    = "invited"
	FoundingExists  = "exists"  // an organisation has the code: invite a person to it
	FoundingOpen    = "open"    // its invitation is open: send that again
	FoundingApplied = "applied" // it has applied by itself: decide on that
)

// FoundingOutcome is what became of a line. Secret opens the page of the invitation.
type FoundingOutcome struct {
	Line       int
	Outcome    string
	Invitation Invitation
	Secret     string
}

// InvitedOrganisation is what became of one that was to be invited, for who invited it.
type InvitedOrganisation struct {
	USCC    string    `json:"uscc"`
	Name    lang.Text `json:"name"`
	Outcome string    `json:"outcome" enum:"invited,exists,open,applied" doc:"exists: an organisation has the code; open: it is invited already; applied: it waits for review"`
	Mailed  bool      `json:"mailed" doc:"The link is on its way by e-mail"`
	Link    string    `json:"link,omitempty" doc:"The link, when it was not mailed; shown this once"`
}

// check names every fault of every line, and gives the lines as they are kept.
func (in FoundingInput) check() ([]FoundingLine, error) {
	f := fault.New(fault.Invalid, "system.founding.invalid", "some organisations are incomplete or wrong; nobody was invited")
	lines, seen := slices.Clone(in.Organisations), map[string]bool{}
	if len(lines) == 0 || len(lines) > foundingsAtOnce {
		return nil, f.At("body.organisations", "1 to %d organisations at once", foundingsAtOnce)
	}
	for i := range lines {
		lines[i].tidy()
		lines[i].check(f, fmt.Sprintf("body.organisations[%d].", i))
		if seen[lines[i].USCC] {
			_ = f.At(fmt.Sprintf("body.organisations[%d].uscc", i), "each organisation once")
		}
		seen[lines[i].USCC] = true
	}
	if len(f.Fields) > 0 {
		f.Fields = f.Fields[:min(len(f.Fields), 100)]
		return nil, f
	}
	return lines, nil
}

func (l *FoundingLine) tidy() {
	l.USCC, l.Email = strings.ToUpper(strings.TrimSpace(l.USCC)), strings.TrimSpace(l.Email)
	if name, err := fullName(l.Name); err == nil {
		l.Name = name
	}
	if l.Language == "" {
		l.Language = "zh"
	}
}

func (l *FoundingLine) check(f *fault.Error, at string) {
	if !validKind(l.Kind) || l.Kind == Bureau {
		_ = f.At(at+"kind", "choose a kind")
	}
	if _, err := fullName(l.Name); err != nil {
		_ = f.At(at+"name", "give a name")
	}
	if !ValidUSCC(l.USCC) {
		_ = f.At(at+"uscc", "18 characters with a check character (GB 32100-2015)")
	}
	if !district.Known(l.District) {
		_ = f.At(at+"district", "choose a district")
	}
	if a, err := mail.ParseAddress(l.Email); l.Email != "" && (err != nil || a.Address != l.Email) {
		_ = f.At(at+"email", "give an e-mail address, or none")
	}
}

// InviteOrganisations invites organisations that the city does not know yet. Who accepts
// makes the organisation, becomes its manager, and needs no review: the bureau named it.
// Lines that need no invitation are passed over, and told.
func (d *Directory) InviteOrganisations(ctx context.Context, in FoundingInput, tell func([]FoundingOutcome) (also, error)) ([]FoundingOutcome, error) {
	if err := d.mayFound(ctx); err != nil {
		return nil, err
	}
	lines, err := in.check()
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(lines))
	for i, l := range lines {
		codes[i] = l.USCC
	}
	taken, err := takenCodes(ctx, d.db, codes, d.now())
	if err != nil {
		return nil, err
	}
	outcomes := make([]FoundingOutcome, len(lines))
	var sent []FoundingOutcome
	for i, l := range lines {
		if outcome, is := taken[l.USCC]; is {
			outcomes[i] = FoundingOutcome{Line: i, Outcome: outcome}
			continue
		}
		secret, hash, err := newSecret("")
		if err != nil {
			return nil, err
		}
		outcomes[i] = FoundingOutcome{Line: i, Outcome: FoundingSent, Secret: secret, Invitation: d.founding(ctx, l, in, hash)}
		sent = append(sent, outcomes[i])
	}
	if len(sent) == 0 {
		return outcomes, nil
	}
	with, err := tell(sent)
	if err != nil {
		return nil, err
	}
	return outcomes, d.insertFoundings(ctx, sent, with)
}

// founding is the invitation of a line.
func (d *Directory) founding(ctx context.Context, l FoundingLine, in FoundingInput, hash string) Invitation {
	id, now, days := From(ctx), d.now().UTC(), in.Days
	if days == 0 {
		days = foundingDays
	}
	return Invitation{
		ID: ulid.Make().String(), OrganisationID: id.Organisation.ID, Role: Manager, Email: l.Email, Language: l.Language, Note: strings.TrimSpace(in.Note),
		State: InvitationOpen, InvitedBy: id.Name, Sent: 1, CreatedAt: now, ExpiresAt: now.Add(time.Duration(days) * 24 * time.Hour), Version: 1,
		Founds:       &Founding{Kind: l.Kind, Name: l.Name, USCC: l.USCC, District: l.District, Synthetic: l.Synthetic},
		organisation: l.Name, secretHash: hash, invitedBy: id.PersonID, byOrganisationID: id.Organisation.ID,
	}
}

// mayFound refuses who may not let organisations in: they come in below the city's bureau.
func (d *Directory) mayFound(ctx context.Context) error {
	id := From(ctx)
	if id.PersonID == "" {
		return fault.New(fault.Conflict, "system.token.no_person", "a token invites nobody; a person does")
	}
	if !id.May(ReviewRegistrations) || !id.Scope.All {
		return fault.New(fault.Forbidden, "system.founding.bureau", "the city's bureau invites organisations; others invite persons to their own")
	}
	return nil
}

// OrganisationInvited returns an invitation that makes an organisation.
func (d *Directory) OrganisationInvited(ctx context.Context, id string) (Invitation, error) {
	if err := d.mayFound(ctx); err != nil {
		return Invitation{}, err
	}
	return d.oneInvitation(ctx, "i.founds_uscc <> '' AND i.id = $1", id)
}

// make turns the organisation that an invitation founds into one, below the city's
// bureau, and lets the invitation lead there.
func (i *Invitation) make(ctx context.Context, tx *sqldb.Tx, root Organisation, now time.Time) error {
	if i.Founds == nil {
		return nil
	}
	if err := freeCode(ctx, tx, i.Founds.USCC); err != nil {
		return err
	}
	o := Organisation{ID: ulid.Make().String(), ParentID: root.ID, Kind: i.Founds.Kind, Name: i.Founds.Name, USCC: i.Founds.USCC, District: i.Founds.District, Synthetic: i.Founds.Synthetic, Version: 1}
	if err := insertOrganisation(ctx, tx, o, now); err != nil {
		return err
	}
	i.OrganisationID = o.ID
	return tx.Emit(ctx, OrganisationFounded{ID: o.ID, USCC: o.USCC})
}
