package need

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/provider"
)

// What time means to needs.
const (
	replyLeast  = time.Hour
	replyMost   = 180 * 24 * time.Hour
	chooseFor   = 60 * 24 * time.Hour // from the end of the time for offers
	confirmFor  = 14 * 24 * time.Hour
	rateFor     = 30 * 24 * time.Hour
	invitedMost = 50
	inviteMost  = 10 // on publication
)

// Body is what is asked for.
type Body struct {
	Title        string    `json:"title" maxLength:"200" audit:"hidden"`
	Text         string    `json:"text" maxLength:"8000" audit:"hidden"`
	Scenario     string    `json:"scenario" maxLength:"40" doc:"One of the sixteen of the assessment of small enterprises"`
	Technologies []string  `json:"technologies,omitempty" maxItems:"20"`
	BudgetFrom   *float64  `json:"budget_from,omitempty" doc:"In 10 000 CNY"`
	BudgetTo     *float64  `json:"budget_to,omitempty" doc:"In 10 000 CNY"`
	Confidential bool      `json:"confidential" doc:"Seen by invited providers only"`
	OnSite       bool      `json:"on_site,omitempty" doc:"Work on site: who is near comes first"`
	Invite       []string  `json:"invite,omitempty" maxItems:"10" doc:"IDs of providers that are invited when the need is published; those that are not in force then are left out"`
	ReplyUntil   time.Time `json:"reply_until" doc:"When the time for offers ends, by the server's clock"`
}

// Need is what an enterprise needs.
type Need struct {
	ID             string
	EntryID        string
	OrganisationID string
	Code           string
	Name           lang.Text // of the enterprise
	District       string
	Industry       string
	Synthetic      bool
	Body           Body
	State          State
	Reason         string
	ProposalID     string // that was chosen
	ConfirmUntil   *time.Time
	Terms          *Terms `audit:"hidden"`
	Digest         string
	AgreedAt       *time.Time
	ClosedAt       *time.Time
	RateUntil      *time.Time
	Disputed       bool // at some time: the bureau sees it from then on
	CreatedAt      time.Time
	Version        int64

	createdBy, createdName string
}

// Terms are what both sides confirm.
type Terms struct {
	NeedID     string `json:"need_id"`
	Title      string `json:"title"`
	Text       string `json:"text" doc:"What is asked for"`
	ProviderID string `json:"provider_id"`
	Plan       Plan   `json:"plan"`
}

func (t Terms) digest() (string, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("write terms: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

func (b Body) tidy() Body {
	b.Title, b.Text = strings.TrimSpace(b.Title), strings.TrimSpace(b.Text)
	b.ReplyUntil = b.ReplyUntil.UTC().Truncate(time.Millisecond)
	return b
}

// check refuses a need that no provider could answer, naming every fault.
func (b Body) check(w provider.Words) error {
	f := fault.New(fault.Invalid, "enterprise.need.invalid", "the need is incomplete or wrong")
	if b.Title == "" {
		_ = f.At("body.title", "say in a few words what is needed")
	}
	if b.Text == "" {
		_ = f.At("body.text", "describe what is needed")
	}
	if !provider.Has(w.Scenarios, b.Scenario) {
		_ = f.At("body.scenario", "choose a scenario")
	}
	if slices.ContainsFunc(b.Technologies, func(t string) bool { return !provider.Has(w.Technologies, t) }) {
		_ = f.At("body.technologies", "choose technologies")
	}
	if (b.BudgetFrom == nil) != (b.BudgetTo == nil) || b.BudgetFrom != nil && !(*b.BudgetFrom >= 0 && *b.BudgetFrom <= *b.BudgetTo && *b.BudgetTo <= 1e6) {
		_ = f.At("body.budget_from", "a budget from and to, 0 to 1 000 000 times 10 000 CNY, or none")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// checkDeadline refuses a time for offers that nobody can keep.
func (b Body) checkDeadline(now time.Time) error {
	if b.ReplyUntil.Before(now.Add(replyLeast)) || b.ReplyUntil.After(now.Add(replyMost)) {
		return fault.New(fault.Invalid, "enterprise.need.deadline", "the time for offers ends an hour to 180 days from now").At("body.reply_until", "choose a time from an hour to 180 days from now")
	}
	return nil
}

// publish shows a draft to those who may answer it.
func (n Need) publish(now time.Time) (Need, error) {
	if err := n.Body.checkDeadline(now); err != nil {
		return n, err
	}
	return n.move(Publish, Owner)
}

// replying tells whether the time for offers goes on.
func (n Need) replying(now time.Time) bool { return n.State == Open && now.Before(n.Body.ReplyUntil) }

// inTime refuses what comes after the time for offers.
func (n Need) inTime(now time.Time) error {
	if !now.Before(n.Body.ReplyUntil) {
		return fault.New(fault.Conflict, "enterprise.need.late", "the time for offers ended at %s", n.Body.ReplyUntil.Format(time.RFC3339)).With("until", n.Body.ReplyUntil)
	}
	return nil
}

// close ends the time for offers now.
func (n Need) close(now time.Time) (Need, error) {
	n, err := n.move(Close, Owner)
	if err == nil {
		err = n.inTime(now)
	}
	n.Body.ReplyUntil = now
	return n, err
}

// choose takes an offer, whose provider is asked to confirm it.
func (n Need) choose(p Proposal, now time.Time) (Need, error) {
	n, err := n.move(Choose, Owner)
	switch {
	case err != nil:
		return n, err
	case now.Before(n.Body.ReplyUntil):
		return n, fault.New(fault.Conflict, "enterprise.need.sealed", "offers are sealed until the time for them ends; close it first")
	case p.NeedID != n.ID || p.State != Submitted:
		return n, fault.New(fault.Conflict, "enterprise.need.no_offer", "this offer cannot be chosen")
	}
	terms := Terms{n.ID, n.Body.Title, n.Body.Text, p.ProviderID, p.Plan}
	until := now.Add(confirmFor)
	n.ProposalID, n.Terms, n.ConfirmUntil = p.ID, &terms, &until
	n.Digest, err = terms.digest()
	return n, err
}

// confirm makes the choice an agreement. digest is that of the terms that the provider
// read: what was not read is not confirmed.
func (n Need) confirm(digest string, now time.Time) (Need, error) {
	n, err := n.move(Confirm, Partner)
	switch {
	case err != nil:
		return n, err
	case digest != n.Digest:
		return n, fault.New(fault.Precondition, "enterprise.need.terms", "these are not the terms that were chosen; read them again").At("body.digest", "send the digest of the terms that you read")
	case !now.Before(*n.ConfirmUntil):
		return n, fault.New(fault.Conflict, "enterprise.need.confirm_late", "the time to confirm is over")
	}
	n.AgreedAt = &now
	return n, nil
}

// release takes the choice back: another may be chosen.
func (n Need) release(act Act, by Side) (Need, error) {
	n, err := n.move(act, by)
	n.ProposalID, n.Terms, n.Digest, n.ConfirmUntil = "", nil, "", nil
	return n, err
}

// end closes an agreement; both may rate from now on.
func (n Need) end(act Act, by Side, now time.Time) (Need, error) {
	n, err := n.move(act, by)
	until := now.Add(rateFor)
	n.ClosedAt, n.RateUntil = &now, &until
	return n, err
}

// hand is who does something.
type hand struct{ actor, name string }

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}
