package identity

import (
	"context"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// DecidePersonal is the permission to decide what persons ask about their data.
const DecidePersonal = "system.personal.decide"

// The kinds and states of what persons ask.
const (
	AskCopy       = "copy"
	AskCorrection = "correction"
	AskErasure    = "erasure"

	AskedOpen      = "open"
	AskedDoing     = "doing"
	AskedDone      = "done"
	AskedRefused   = "refused"
	AskedWithdrawn = "withdrawn"
)

// Subject is a person whom data are about, by all that they are told by.
type Subject struct {
	ID     string
	Login  string
	Name   string
	Email  string
	Phones []string
}

// PersonalRequest is what a person asks about their data.
type PersonalRequest struct {
	ID        string     `json:"id" title:"编号|ID"`
	PersonID  string     `json:"person_id" title:"人员编号|Person"`
	Name      string     `json:"name" title:"姓名|Name"`
	Login     string     `json:"login" title:"登录名|Login"`
	Kind      string     `json:"kind" enum:"copy,correction,erasure" title:"请求|Asks for"`
	State     string     `json:"state" enum:"open,doing,done,refused,withdrawn" title:"状态|State"`
	Detail    string     `json:"detail" title:"说明|Words"`
	AskedAt   time.Time  `json:"asked_at" title:"提出时间|Asked"`
	DueAt     time.Time  `json:"due_at" title:"期限|Due"`
	Late      bool       `json:"late" title:"逾期|Late"`
	DecidedBy string     `json:"decided_by" title:"办理人|Decided by"`
	DecidedAt *time.Time `json:"decided_at,omitempty" title:"办理时间|Decided"`
	Reason    string     `json:"reason" title:"理由|Reason"`
	DoneAt    *time.Time `json:"done_at,omitempty" title:"完成时间|Done"`
	Version   int64      `json:"version"`
}

// ETag implements the HTTP door's versioned answer.
func (r PersonalRequest) ETag() int64 { return r.Version }

// personalDays is within how many working days a request is to be decided.
const personalDays = 15

// CopyFor is how long a copy can be fetched once it was granted.
const CopyFor = 7 * 24 * time.Hour

// due is the end of so many working days after at, Saturdays and Sundays left out.
func due(at time.Time, days int) time.Time {
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	day := at.In(zone)
	for days > 0 {
		day = day.AddDate(0, 0, 1)
		if day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
			days--
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, zone).UTC()
}

// PersonalInput is what asking needs.
type PersonalInput struct {
	Kind   string `json:"kind" enum:"copy,correction,erasure"`
	Detail string `json:"detail,omitempty" maxLength:"2000" doc:"What is to be corrected, or why"`
}

// AskPersonal takes what the caller asks about their own data.
func (d *Directory) AskPersonal(ctx context.Context, in PersonalInput, tell func(PersonalRequest) also) (PersonalRequest, error) {
	id := From(ctx)
	in.Detail = strings.TrimSpace(in.Detail)
	if in.Kind == AskCorrection && in.Detail == "" {
		return PersonalRequest{}, fault.New(fault.Invalid, "system.personal.detail", "say what is to be corrected").At("body.detail", "say what is wrong, and what is right")
	}
	if in.Kind == AskErasure {
		if err := d.MayErase(ctx, id.PersonID); err != nil {
			return PersonalRequest{}, err
		}
	}
	now := d.now().UTC()
	r := PersonalRequest{
		ID: ulid.Make().String(), PersonID: id.PersonID, Name: id.Name, Login: id.Login, Kind: in.Kind, State: AskedOpen, Detail: in.Detail,
		AskedAt: now, DueAt: due(now, personalDays), Version: 1,
	}
	return r, d.insertPersonal(ctx, r, tell(r))
}

// MayErase says why a person cannot be erased now: an organisation or a duty
// would be left without anybody.
func (d *Directory) MayErase(ctx context.Context, person string) error {
	p, err := d.Person(ctx, person)
	if err != nil {
		return err
	}
	counts, err := d.dutyCounts(ctx)
	if err != nil {
		return err
	}
	for _, m := range p.Memberships {
		o, err := d.Organisation(ctx, m.OrganisationID)
		if err != nil {
			return err
		}
		if m.Role == Manager && o.Kind != Bureau && !p.Disabled {
			others, err := d.managers(ctx, o.ID, person)
			if err != nil {
				return err
			}
			if others == 0 {
				return fault.New(fault.Conflict, "system.manager.last", "this is the last manager of %s; hand the management over to somebody first", o.Name.EN).With("organisation", o.Name)
			}
		}
		if isDuty(m.Role) && o.ParentID == "" && !p.Disabled && counts[m.Role] == 1 {
			return fault.New(fault.Conflict, "system.personal.duty", "this person alone is %s; name another first", m.Role).With("role", string(m.Role))
		}
	}
	return nil
}

// PersonalDecision is what is said to a request.
type PersonalDecision struct {
	Decision string `json:"decision" enum:"approve,refuse"`
	Reason   string `json:"reason" maxLength:"2000" doc:"Told to the person"`
}

// DecidePersonalRequest grants or refuses; nobody decides what they asked themselves.
func (d *Directory) DecidePersonalRequest(ctx context.Context, id string, version int64, in PersonalDecision, tell func(PersonalRequest) also) (PersonalRequest, error) {
	r, err := d.PersonalRequest(ctx, id)
	if err != nil {
		return r, err
	}
	who := From(ctx)
	switch {
	case r.State != AskedOpen:
		return r, fault.New(fault.Conflict, "system.personal.state", "this request is %s already", r.State).With("state", r.State)
	case r.PersonID == who.PersonID:
		return r, fault.New(fault.Forbidden, "system.personal.self", "nobody decides what they asked themselves; ask another security administrator")
	case strings.TrimSpace(in.Reason) == "":
		return r, fault.New(fault.Invalid, "system.personal.reason", "say why").At("body.reason", "tell the person what was done, or why not")
	}
	if r.Kind == AskErasure && in.Decision == "approve" {
		if err := d.MayErase(ctx, r.PersonID); err != nil {
			return r, err
		}
	}
	now := d.now().UTC()
	r.Reason, r.DecidedBy, r.DecidedAt = strings.TrimSpace(in.Reason), who.Name, &now
	switch {
	case in.Decision != "approve":
		r.State = AskedRefused
	case r.Kind == AskErasure:
		r.State = AskedDoing
	default:
		r.State, r.DoneAt = AskedDone, &now
	}
	return r, d.savePersonal(ctx, r, version, who.Actor(), tell(r))
}

// Consent is what a person agreed to, and when they took it back.
type Consent struct {
	Purpose     string     `json:"purpose" enum:"registration,account,notifications"`
	Version     string     `json:"version"`
	At          time.Time  `json:"at"`
	How         string     `json:"how" enum:"registration,invitation,page"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

// Agree records that the caller agrees to the text in force for a purpose.
func (d *Directory) Agree(ctx context.Context, purpose, version string) error {
	if version == "" || version != PurposeOf(purpose).Version {
		return fault.New(fault.Conflict, "system.consent.version", "the text has changed; read it again").At("body.version", "read the text in force")
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		return agree(ctx, tx, From(ctx).PersonID, purpose, d.now())
	})
}

// StopMail takes the caller's consent to notices by e-mail back, also one that
// was never asked for; nothing else changes.
func (d *Directory) StopMail(ctx context.Context) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		return withdrawOne(ctx, tx, From(ctx).PersonID, ForNotifications, d.now())
	})
}

// WithdrawConsent takes the caller's consent back: the account is closed at
// once, and everything about the person is asked to be erased.
func (d *Directory) WithdrawConsent(ctx context.Context, tell func(PersonalRequest) also) (PersonalRequest, error) {
	id := From(ctx)
	if err := d.MayErase(ctx, id.PersonID); err != nil {
		return PersonalRequest{}, err
	}
	p, err := d.Person(ctx, id.PersonID)
	if err != nil {
		return PersonalRequest{}, err
	}
	now := d.now().UTC()
	r := PersonalRequest{
		ID: ulid.Make().String(), PersonID: id.PersonID, Name: id.Name, Login: id.Login, Kind: AskErasure, State: AskedOpen, Detail: "撤回同意 (consent withdrawn)",
		AskedAt: now, DueAt: due(now, personalDays), Version: 1,
	}
	p.Disabled = true
	return r, d.change(ctx, func(tx *sqldb.Tx) error {
		if err := withdraw(ctx, tx, p.ID, now); err != nil {
			return err
		}
		if err := storePersonal(ctx, tx, r); err != nil {
			return err
		}
		if err := d.setMemberships(ctx, tx, p.ID, p.Memberships, func() error { return updatePerson(ctx, tx, p, p.Version) }); err != nil {
			return err
		}
		return tell(r)(ctx, tx)
	})
}

// ConsentState is what the caller agreed to, with the texts in force.
type ConsentState struct {
	Purposes []Purpose `json:"purposes" nullable:"false"`
	Consents []Consent `json:"consents" nullable:"false" doc:"The newest first"`
}
