package identity

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/district"
	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// The states of a registration.
const (
	RegistrationSubmitted = "submitted"
	RegistrationReturned  = "returned" // to the applicant, who may submit again
	RegistrationApproved  = "approved"
	RegistrationRefused   = "refused"
)

// Registration is an organisation that asks to join, with its first manager.
type Registration struct {
	ID             string     `json:"id" title:"编号|ID"`
	State          string     `json:"state" enum:"submitted,returned,approved,refused" title:"状态|State"`
	Kind           Kind       `json:"kind" enum:"enterprise,operator,provider,node,park,responder" title:"类别|Kind"`
	Name           lang.Text  `json:"name" title:"名称|Name"`
	USCC           string     `json:"uscc" title:"统一社会信用代码|USCC"`
	District       string     `json:"district" title:"区市|District"`
	ContactName    string     `json:"contact_name" title:"联系人|Contact"`
	ContactPhone   string     `json:"contact_phone" title:"电话|Telephone"`
	ContactEmail   string     `json:"contact_email" title:"邮箱|E-mail"`
	Login          string     `json:"login" title:"登录名|Login"`
	Language       string     `json:"language"`
	Reason         string     `json:"reason" title:"审核意见|Reason"`
	DecidedBy      string     `json:"decided_by" title:"审核人|Decided by"`
	DecidedAt      *time.Time `json:"decided_at,omitempty" title:"审核时间|Decided"`
	OrganisationID string     `json:"organisation_id"`
	SubmittedAt    time.Time  `json:"submitted_at" title:"提交时间|Submitted"`
	Version        int64      `json:"version"`

	password    string
	secret      string // sealed, for the mails about decisions
	secretHash  string
	network     string
	decidedByID string
	createdAt   time.Time
}

// ETag implements the HTTP door's versioned answer.
func (r Registration) ETag() int64 { return r.Version }

// RegistrationInput is what the form asks for.
type RegistrationInput struct {
	Kind         Kind      `json:"kind" enum:"enterprise,operator,provider,node,park,responder"`
	Name         lang.Text `json:"name"`
	USCC         string    `json:"uscc" maxLength:"18" doc:"Unified social credit code, GB 32100-2015"`
	District     string    `json:"district" maxLength:"6" doc:"GB/T 2260 code, from GET /api/system/districts"`
	ContactName  string    `json:"contact_name" maxLength:"100"`
	ContactPhone string    `json:"contact_phone" maxLength:"40"`
	ContactEmail string    `json:"contact_email" maxLength:"200"`
	Login        string    `json:"login" maxLength:"64"`
	Password     string    `json:"password,omitempty" maxLength:"200" doc:"Empty when submitting again: as it was"`
	Language     string    `json:"language" enum:"zh,en"`
	Consent      string    `json:"consent" maxLength:"20" doc:"Version of the text that was agreed to"`
}

// check returns what is wrong with the form, field by field.
func (in RegistrationInput) check(again bool) error {
	f := fault.New(fault.Invalid, "system.registration.invalid", "the registration is incomplete or wrong")
	need := func(at, value, mend string) {
		if strings.TrimSpace(value) == "" {
			_ = f.At("body."+at, "%s", mend)
		}
	}
	if !validKind(in.Kind) || in.Kind == Bureau {
		_ = f.At("body.kind", "choose a kind")
	}
	need("name", in.Name.ZH+in.Name.EN, "give a name")
	if !ValidUSCC(in.USCC) {
		_ = f.At("body.uscc", "18 characters with a check character (GB 32100-2015)")
	}
	if !district.Known(in.District) {
		_ = f.At("body.district", "choose a district")
	}
	need("contact_name", in.ContactName, "give the name of the contact")
	need("contact_phone", in.ContactPhone, "give a telephone number")
	if a, err := mail.ParseAddress(in.ContactEmail); err != nil || a.Address != in.ContactEmail {
		_ = f.At("body.contact_email", "give an e-mail address")
	}
	if err := acceptableLogin("body.login", in.Login); err != nil {
		f.Fields = append(f.Fields, fault.As(err).Fields...)
	}
	if in.Consent != PurposeOf(ForRegistration).Version {
		_ = f.At("body.consent", "read the text about personal data and agree to it")
	}
	if in.Password != "" || !again {
		if err := acceptablePassword("body.password", in.Login, in.Password); err != nil {
			f.Fields = append(f.Fields, fault.As(err).Fields...)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (in RegistrationInput) fill(r Registration) Registration {
	name, _ := fullName(in.Name) // checked: there is one
	r.Kind, r.Name, r.USCC, r.District = in.Kind, name, in.USCC, in.District
	r.ContactName, r.ContactPhone, r.ContactEmail = strings.TrimSpace(in.ContactName), strings.TrimSpace(in.ContactPhone), in.ContactEmail
	r.Login, r.Language = strings.ToLower(in.Login), in.Language
	return r
}

// Limits on strangers: so many registrations an hour from one network, and so
// many that wait for the bureau at all.
const (
	registrationsPerHour = 5
	registrationsOpen    = 1000
)

// also is what goes into the transaction of a change, such as notices.
type also = func(ctx context.Context, tx *sqldb.Tx) error

// Register takes an application. secret opens its page and is told once; sealer
// keeps it for the mails about decisions.
func (d *Directory) Register(ctx context.Context, in RegistrationInput, ip string, sealer func(secret string) (string, error), tell func(Registration) also) (Registration, string, error) {
	if err := in.check(false); err != nil {
		return Registration{}, "", err
	}
	network := networkOf(ip)
	if err := d.mayRegister(ctx, network, in.Login); err != nil {
		return Registration{}, "", err
	}
	if err := d.acceptable("body.password", in.Login, in.Password); err != nil {
		return Registration{}, "", err
	}
	hash, err := d.hash(ctx, in.Password)
	if err != nil {
		return Registration{}, "", err
	}
	secret, secretHash, err := newSecret("")
	if err != nil {
		return Registration{}, "", err
	}
	sealed, err := sealer(secret)
	if err != nil {
		return Registration{}, "", fmt.Errorf("seal the link: %w", err)
	}
	now := d.now().UTC()
	r := in.fill(Registration{
		ID: ulid.Make().String(), State: RegistrationSubmitted, SubmittedAt: now, Version: 1,
		password: hash, secret: sealed, secretHash: secretHash, network: network, createdAt: now,
	})
	return r, secret, d.insertRegistration(ctx, r, tell(r))
}

// SubmitAgain replaces a returned application by a mended one.
func (d *Directory) SubmitAgain(ctx context.Context, secret string, in RegistrationInput, tell func(Registration) also) (Registration, error) {
	r, err := d.RegistrationBySecret(ctx, secret)
	if err != nil {
		return r, err
	}
	if r.State != RegistrationReturned {
		return r, fault.New(fault.Conflict, "system.registration.state", "this registration is %s and cannot be changed", r.State).With("state", r.State)
	}
	if err := in.check(true); err != nil {
		return r, err
	}
	if strings.ToLower(in.Login) != r.Login {
		if err := d.freeLogin(ctx, in.Login); err != nil {
			return r, err
		}
	}
	if in.Password != "" {
		if err := d.acceptable("body.password", in.Login, in.Password); err != nil {
			return r, err
		}
		if r.password, err = d.hash(ctx, in.Password); err != nil {
			return r, err
		}
	}
	before := r.Version
	r = in.fill(r)
	r.State, r.SubmittedAt = RegistrationSubmitted, d.now().UTC()
	return r, d.saveRegistration(ctx, r, before, tell(r))
}

// Decision is what the bureau says to an application.
type Decision struct {
	Decision string `json:"decision" enum:"approve,return,refuse"`
	Reason   string `json:"reason,omitempty" maxLength:"2000"`
}

// Decide approves, returns or refuses an application. Approved, it becomes an
// organisation with its first manager.
func (d *Directory) Decide(ctx context.Context, id string, version int64, in Decision, tell func(r Registration, person string) also) (Registration, error) {
	r, err := d.Registration(ctx, id)
	if err != nil {
		return r, err
	}
	if r.State != RegistrationSubmitted {
		return r, fault.New(fault.Conflict, "system.registration.state", "this registration is %s already", r.State).With("state", r.State)
	}
	if in.Decision != "approve" && strings.TrimSpace(in.Reason) == "" {
		return r, fault.New(fault.Invalid, "system.registration.reason", "say why").At("body.reason", "tell the applicant why, and what to mend")
	}
	who, now := From(ctx), d.now().UTC()
	r.Reason, r.DecidedBy, r.decidedByID, r.DecidedAt = strings.TrimSpace(in.Reason), who.Name, who.Actor(), &now
	if in.Decision != "approve" {
		r.State = map[string]string{"return": RegistrationReturned, "refuse": RegistrationRefused}[in.Decision]
		return r, d.saveRegistration(ctx, r, version, tell(r, ""))
	}
	root, err := d.Root(ctx)
	if err != nil {
		return r, err
	}
	org := Organisation{ID: ulid.Make().String(), ParentID: root.ID, Kind: r.Kind, Name: r.Name, USCC: r.USCC, District: r.District, Version: 1}
	person := Person{
		ID: ulid.Make().String(), Login: r.Login, Name: r.ContactName, Email: r.ContactEmail, Language: r.Language,
		Memberships: []Membership{{org.ID, Manager}}, Version: 1, password: r.password,
	}
	r.State, r.OrganisationID, r.password = RegistrationApproved, org.ID, ""
	return r, d.admit(ctx, r, version, org, person, tell(r, person.ID))
}

// SealedSecret is the end of the applicant's link, sealed.
func (r Registration) SealedSecret() string { return r.secret }
