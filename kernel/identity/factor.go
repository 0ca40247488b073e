package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Who has to hold a second factor.
const (
	FactorRequired = "required" // everybody
	FactorGrave    = "grave"    // whoever holds a grave role
	FactorOff      = "off"      // nobody; who has one is asked for it still
)

// Fresh is how long a proven factor counts for what asks for a fresh one.
const Fresh = 10 * time.Minute

// Policy says what is asked of who signs in.
type Policy struct {
	// SecondFactor is FactorRequired, FactorGrave or FactorOff.
	SecondFactor string
	// Grace is how long somebody may go on without the factor that they owe.
	Grace time.Duration
	// Breached names a file of SHA-1 hashes of passwords that are known to
	// others, ordered by hash; empty for none.
	Breached string
}

// DefaultPolicy asks for a second factor of grave roles, a week after the role was given.
func DefaultPolicy() Policy { return Policy{SecondFactor: FactorGrave, Grace: 7 * 24 * time.Hour} }

// Enforce puts the policy in force; before the house opens.
func (d *Directory) Enforce(p Policy) { d.policy = p }

// HashCheaply makes hashing a password cost next to nothing, for cities that live
// as long as a test: most of what their tests would compute is hashes otherwise.
func (d *Directory) HashCheaply() { d.effort = effort{1, 64, 1} }

// SealWith gives the keys that secrets are sealed with; before the house opens.
func (d *Directory) SealWith(s Sealer) { d.seal = s }

// Sealer keeps secrets so that whoever reads the database cannot.
type Sealer interface {
	Seal(ctx context.Context, purpose string, plain []byte) (string, error)
	Open(ctx context.Context, purpose, sealed string) ([]byte, error)
}

// Need is what a session owes before it may do anything else.
type Need string

// The needs.
const (
	Enrol Need = "enrol" // the person must add a second factor
	Prove Need = "prove" // the person must prove the second factor that they have
	Join  Need = "join"  // the person belongs to no organisation
)

// How somebody proved who they are (RFC 8176; fed is our own: another provider said so).
const (
	byPassword = "pwd"
	byCode     = "otp"
	byPasskey  = "pop"
	byOther    = "fed"
	byTwo      = "mfa"
)

// Factors is what a person can prove themselves with beside the password.
type Factors struct {
	TOTP     bool `json:"totp" doc:"An authenticator application is set up"`
	Passkeys int  `json:"passkeys"`
	Recovery int  `json:"recovery" doc:"Recovery codes that are left"`
}

// Any reports whether there is a second factor.
func (f Factors) Any() bool { return f.TOTP || f.Passkeys > 0 }

// grave reports whether the role is one whose misuse the city could hardly undo.
func grave(r Role) bool {
	return slices.Contains(dutyRoles(), r)
}

// owes reports whether the policy asks the person for a second factor.
func (d *Directory) owes(p Person) bool {
	switch d.policy.SecondFactor {
	case FactorOff:
		return false
	case FactorRequired:
		return true
	}
	return slices.ContainsFunc(p.Memberships, func(m Membership) bool { return grave(m.Role) })
}

// standing says what the session of the person owes now, and until when a
// second factor is still only asked for.
func (d *Directory) standing(p Person, s Session) (need Need, due time.Time) {
	if slices.Contains(s.AMR, byTwo) { // of the person's own, or of a provider whose word counts
		return "", time.Time{}
	}
	if s.factors.Any() {
		return Prove, time.Time{}
	}
	if !d.owes(p) {
		return "", time.Time{}
	}
	since := p.factorSince
	if since == 0 {
		since = s.CreatedAt.UnixMilli()
	}
	due = time.UnixMilli(since).Add(d.policy.Grace).UTC()
	if d.now().Before(due) {
		return "", due
	}
	return Enrol, due
}

// IsFresh reports whether whoever asks proved a factor within the last minutes.
// A token cannot: it was issued by somebody who did, for what it names.
func (id Identity) IsFresh(now time.Time) bool {
	return id.PersonID == "" || now.Sub(id.ProvenAt) < Fresh
}

// Factors returns what a person can prove themselves with.
func (d *Directory) Factors(ctx context.Context, person string) (Factors, error) {
	return d.factorsOf(ctx, person)
}

// Prove raises the caller's session with a code of the authenticator
// application, a recovery code, or, for who has no second factor, the password.
func (d *Directory) Prove(ctx context.Context, method, code string, from Visitor) (Identity, error) {
	id := From(ctx)
	key := "factor " + id.PersonID
	try, err := d.attempt(ctx, key, id.PersonID, from)
	if err != nil {
		return id, err
	}
	amr, err := d.prove(ctx, id, method, strings.TrimSpace(code))
	if err != nil {
		if fault.Is(err, fault.Invalid) {
			d.throttle.failed(try, d.now())
		}
		return id, err
	}
	d.throttle.passed(try)
	return d.raise(ctx, id, amr)
}

func (d *Directory) prove(ctx context.Context, id Identity, method, code string) (amr []string, err error) {
	switch method {
	case "totp":
		return []string{byCode, byTwo}, d.useTOTP(ctx, id.PersonID, code)
	case "recovery":
		return []string{byCode, byTwo}, d.useRecoveryCode(ctx, id.PersonID, code)
	}
	if id.Factors.Any() {
		return nil, fault.New(fault.Forbidden, "system.factor.stronger", "the password is not enough; prove your second factor")
	}
	p, err := d.Person(ctx, id.PersonID)
	if err != nil {
		return nil, err
	}
	ok, err := d.compare(ctx, p.password, code)
	if err == nil && !ok {
		err = fault.New(fault.Invalid, "system.password.current", "the present password is wrong").At("body.code", "type your present password")
	}
	return []string{byPassword}, err
}

// raise notes in the caller's session what was proven now, and returns who is
// asking from now on.
func (d *Directory) raise(ctx context.Context, id Identity, amr []string) (Identity, error) {
	for _, a := range id.AMR {
		if !slices.Contains(amr, a) {
			amr = append(amr, a)
		}
	}
	slices.Sort(amr)
	now := d.now()
	if err := d.proveSession(ctx, id.SessionID, amr, now); err != nil {
		return id, err
	}
	return d.resume(ctx, id.SessionID)
}

// mayEnrol refuses to add a factor in a session that has not shown the ones
// that there are, or not lately: else a stolen password would be enough.
func (d *Directory) mayEnrol(id Identity) error {
	if id.Need == Prove {
		return fault.New(fault.Forbidden, "kernel.second_factor", "prove your second factor first").With("need", string(Prove))
	}
	if id.Need == Enrol && d.now().Sub(id.ProvenAt) < time.Hour {
		return nil
	}
	if !id.IsFresh(d.now()) {
		return StepUp(id)
	}
	return nil
}

// StepUp is the refusal of what asks for a fresh factor; it says which the
// person can prove.
func StepUp(id Identity) error {
	methods := []string{}
	if id.Factors.TOTP {
		methods = append(methods, "totp")
	}
	if id.Factors.Passkeys > 0 {
		methods = append(methods, "passkey")
	}
	if !id.Factors.Any() {
		methods = append(methods, "password")
	} else if id.Factors.Recovery > 0 {
		methods = append(methods, "recovery")
	}
	return fault.New(fault.Forbidden, "kernel.step_up", "this needs a factor proven within the last %d minutes", int(Fresh.Minutes())).
		With("methods", methods).With("minutes", int(Fresh.Minutes()))
}

// RemoveTOTP takes the caller's authenticator application away.
func (d *Directory) RemoveTOTP(ctx context.Context) error {
	id := From(ctx)
	if err := d.mayRemove(ctx, id, Factors{TOTP: true}); err != nil {
		return err
	}
	return d.deleteTOTP(ctx, id.PersonID)
}

// mayRemove refuses to take the last factor of somebody who owes one.
func (d *Directory) mayRemove(ctx context.Context, id Identity, gone Factors) error {
	has, err := d.factorsOf(ctx, id.PersonID)
	if err != nil {
		return err
	}
	has.TOTP = has.TOTP && !gone.TOTP
	has.Passkeys -= gone.Passkeys
	if has.Any() {
		return nil
	}
	p, err := d.Person(ctx, id.PersonID)
	if err != nil {
		return err
	}
	if d.owes(p) {
		return fault.New(fault.Conflict, "system.factor.last", "your role needs a second factor; add another before you remove the last")
	}
	return nil
}

// ResetFactors takes all second factors of a person away and ends their
// sessions. Nobody resets the factors of a person who may do more than they.
func (d *Directory) ResetFactors(ctx context.Context, person string) error {
	p, err := d.seenPerson(ctx, person)
	if err != nil {
		return err
	}
	if !d.outranks(ctx, p) {
		return fault.New(fault.Forbidden, "system.factor.refused", "this person may do more than you; their second factors are not yours to reset")
	}
	return d.deleteFactors(ctx, p.ID)
}
