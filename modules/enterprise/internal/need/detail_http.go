package need

import (
	"context"
	"slices"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/provider"
)

// Party is a provider that a page names.
type Party struct {
	ProviderID string    `json:"provider_id"`
	Name       lang.Text `json:"name"`
	Promise    int       `json:"promise" doc:"Hours within which it answers"`
}

// Detail is a need on its own page, as far as who asks may see it.
type Detail struct {
	Posting
	EntryID      string       `json:"entry_id"`
	Text         string       `json:"text"`
	Technologies []string     `json:"technologies" nullable:"false"`
	BudgetFrom   *float64     `json:"budget_from,omitempty"`
	BudgetTo     *float64     `json:"budget_to,omitempty"`
	OnSite       bool         `json:"on_site" doc:"Work on site"`
	Invite       []string     `json:"invite" nullable:"false" doc:"Providers that are invited on publication; for the enterprise"`
	Passed       []Party      `json:"passed" nullable:"false" doc:"Of those, who was not invited on publication, as it was not in force then; for the enterprise"`
	Side         Side         `json:"side" enum:"owner,partner,offering,city,public" doc:"From where the caller looks"`
	Reason       string       `json:"reason" doc:"Of a withdrawal"`
	Invitations  []Invitation `json:"invitations" nullable:"false" doc:"All for the enterprise, one's own for providers"`
	Offers       int          `json:"offers" doc:"How many there are; for the enterprise"`
	Proposals    []Proposal   `json:"proposals" nullable:"false" doc:"For the enterprise when the time for them is over; one's own for providers; nobody sees a competitor's"`
	Parties      []Party      `json:"parties" nullable:"false" doc:"Providers that are named here"`
	Own          []Party      `json:"own" nullable:"false" doc:"The caller's own providers that may offer"`
	ProposalID   string       `json:"proposal_id" doc:"That was chosen; for both sides"`
	ConfirmUntil *time.Time   `json:"confirm_until,omitempty"`
	Terms        *Terms       `json:"terms,omitempty" doc:"For both sides, and for the bureau once there was a dispute"`
	Digest       string       `json:"digest" doc:"SHA-256 of the terms"`
	ClosedAt     *time.Time   `json:"closed_at,omitempty"`
	RateUntil    *time.Time   `json:"rate_until,omitempty"`
	Milestones   []Milestone  `json:"milestones" nullable:"false"`
	Ratings      []Rating     `json:"ratings" nullable:"false" doc:"One's own side's, and the other's when both are given or the time is over"`
	Disputes     []Quarrel    `json:"disputes" nullable:"false"`
	Steps        []Step       `json:"steps" nullable:"false" doc:"What became of it, the newest first"`
	Acts         []Act        `json:"acts" nullable:"false" doc:"What the caller may do now"`
}

// ETag implements httpd.Versioned.
func (d Detail) ETag() int64 { return d.Version }

func (m *Needs) readNeed(ctx context.Context, in httpd.Object) (Detail, error) {
	n, v, err := m.store.read(ctx, m.store.db, in.ID)
	if err != nil {
		return Detail{}, err
	}
	at, err := m.store.db.Clock(ctx) // a clock that is ahead would open what is sealed
	if err != nil {
		return Detail{}, err
	}
	d := Detail{
		Posting: row(n, v.owner, at), EntryID: n.EntryID, Text: n.Body.Text, Technologies: append([]string{}, n.Body.Technologies...), BudgetFrom: n.Body.BudgetFrom, BudgetTo: n.Body.BudgetTo, OnSite: n.Body.OnSite, Side: v.side(), Reason: n.Reason,
		Invite: []string{}, Passed: []Party{}, Invitations: []Invitation{}, Proposals: []Proposal{}, Parties: []Party{}, Own: []Party{}, Milestones: []Milestone{}, Ratings: []Rating{}, Disputes: []Quarrel{}, Steps: []Step{}, Acts: []Act{},
	}
	if err := m.addOffers(ctx, &d, n, v, at); err != nil {
		return d, err
	}
	if v.owner {
		d.Invite = append(d.Invite, n.Body.Invite...)
		if d.Passed, err = m.passed(ctx, n, d.Invitations); err != nil {
			return d, err
		}
	}
	if v.party(n) {
		if err := m.addAgreement(ctx, &d, n, v, at); err != nil {
			return d, err
		}
	}
	if err := m.addSteps(ctx, &d, v, n); err != nil {
		return d, err
	}
	if err := m.addParties(ctx, &d, n, v, at); err != nil {
		return d, err
	}
	d.Acts = d.acts(n, v, identity.From(ctx), at)
	return d, nil
}

// addOffers adds invitations and offers: the one place that hands offers out.
func (m *Needs) addOffers(ctx context.Context, d *Detail, n Need, v sight, at time.Time) error {
	who := identity.From(ctx)
	invited, err := invitations(ctx, m.store.db, n.ID)
	if err != nil {
		return err
	}
	for _, i := range invited {
		if v.owner || mine(who, i.organisation) {
			d.Invitations = append(d.Invitations, i)
		}
	}
	offers, err := proposals(ctx, m.store.db, n.ID)
	if err != nil {
		return err
	}
	for _, p := range offers {
		if v.owner && p.State == Submitted {
			d.Offers++
		}
		if v.reads(n, p, at) || mine(who, p.organisation) {
			d.Proposals = append(d.Proposals, p)
		}
	}
	return nil
}

// reads tells whether an offer of another is shown: to the enterprise when the time for
// offers is over, and to the bureau that of a dispute.
func (v sight) reads(n Need, p Proposal, at time.Time) bool {
	if v.owner {
		return p.State == Submitted && !n.replying(at) && n.State != Withdrawn && n.State != Lapsed
	}
	return v.city && n.Disputed && p.ID == n.ProposalID
}

func (m *Needs) addAgreement(ctx context.Context, d *Detail, n Need, v sight, at time.Time) (err error) {
	d.ProposalID, d.ConfirmUntil, d.Terms, d.Digest, d.ClosedAt, d.RateUntil = n.ProposalID, n.ConfirmUntil, n.Terms, n.Digest, n.ClosedAt, n.RateUntil
	if d.Milestones, err = readMilestones(ctx, m.store.db, n.ID); err != nil {
		return err
	}
	if d.Disputes, err = readQuarrels(ctx, m.store.db, n.ID); err != nil {
		return err
	}
	ratings, err := readRatings(ctx, m.store.db, n.ID)
	d.Ratings = n.shown(ratings, v.side(), at)
	return err
}

// addSteps adds what became of a need: all to the enterprise, and to providers what is
// about themselves or, where they were chosen, about the agreement.
func (m *Needs) addSteps(ctx context.Context, d *Detail, v sight, n Need) error {
	list, err := steps(ctx, m.store.db, n.ID)
	if err != nil {
		return err
	}
	own := map[string]bool{}
	for _, i := range d.Invitations {
		own[i.ProviderID] = true
	}
	for _, p := range d.Proposals {
		own[p.ProviderID] = true
	}
	for _, s := range list {
		if v.owner || s.ProviderID != "" && own[s.ProviderID] || s.ProviderID == "" && (v.party(n) || s.Kind == Publish || s.Kind == Close || s.Kind == Withdraw || s.Kind == Lapse) {
			d.Steps = append(d.Steps, s)
		}
	}
	return nil
}

func party(p provider.Provider) Party { return Party{p.ID, p.Name, p.Profile.Promise} }

func (m *Needs) addParties(ctx context.Context, d *Detail, n Need, v sight, at time.Time) error {
	ids := []string{}
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, i := range d.Invitations {
		add(i.ProviderID)
	}
	for _, p := range d.Proposals {
		add(p.ProviderID)
	}
	if d.Terms != nil {
		add(d.Terms.ProviderID)
	}
	named, err := m.providers.Named(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range named {
		d.Parties = append(d.Parties, party(p))
	}
	if !n.replying(at) || v.owner {
		return nil
	}
	serving, err := m.providers.Serving(ctx, at)
	if err != nil {
		return err
	}
	for _, p := range ownOf(ctx, serving) {
		if offers(n, p, d.Invitations) {
			d.Own = append(d.Own, party(p))
		}
	}
	return nil
}

// offers tells whether a provider may offer for a need: for an open one any that has not
// declined, for a confidential one those that accepted the invitation.
func offers(n Need, p provider.Provider, invited []Invitation) bool {
	if p.OrganisationID == n.OrganisationID {
		return false
	}
	i := slices.IndexFunc(invited, func(i Invitation) bool { return i.ProviderID == p.ID })
	if i < 0 {
		return !n.Body.Confidential
	}
	return invited[i].State == agreedTo || !n.Body.Confidential && invited[i].State == sent
}

// waiting is what of a need waits for somebody.
type waiting struct{ answer, delivery, decision, reply, rated bool }

func (d Detail) waits(v sight, who identity.Identity) waiting {
	is := func(states ...string) bool {
		return slices.ContainsFunc(d.Milestones, func(m Milestone) bool { return slices.Contains(states, m.State) })
	}
	w := waiting{
		answer:   slices.ContainsFunc(d.Invitations, func(i Invitation) bool { return i.State == sent && mine(who, i.organisation) }),
		delivery: is(planned, returned), decision: is(delivered),
		rated: slices.ContainsFunc(d.Ratings, func(r Rating) bool { return r.Side == v.side() }),
	}
	if n := len(d.Disputes); n > 0 {
		w.reply = d.Disputes[n-1].Reply == "" && d.Disputes[n-1].Side != v.side()
	}
	return w
}

// acts are what the caller may do now.
func (d Detail) acts(n Need, v sight, who identity.Identity, at time.Time) []Act {
	list := []Act{}
	replying, now := n.replying(at), d.waits(v, who)
	for _, x := range []struct {
		act        Act
		permission string
		side, may  bool
	}{
		{Edit, mayAct, v.owner, true},
		{Publish, mayConclude, v.owner, true},
		{Invite, mayAct, v.owner, replying},
		{Close, mayConclude, v.owner, replying},
		{Withdraw, mayConclude, v.owner, true},
		{Choose, mayConclude, v.owner, !replying && len(d.Proposals) > 0},
		{Decide, mayConclude, v.owner, now.decision},
		{Answer, mayAct, now.answer, replying},
		{Offer, mayAct, len(d.Own) > 0, replying},
		{Confirm, mayConclude, v.partner, true},
		{Decline, mayConclude, v.partner, true},
		{Deliver, mayAct, v.partner, now.delivery},
		{Dispute, mayConclude, v.owner || v.partner, true},
		{Reply, mayConclude, v.owner || v.partner, now.reply},
		{Rate, mayConclude, v.owner || v.partner, !now.rated && n.RateUntil != nil && at.Before(*n.RateUntil)},
		{Continue, mayDecide, v.side() == City, true},
		{Fulfil, mayDecide, v.side() == City, true},
		{Terminate, mayDecide, v.side() == City, true},
	} {
		side := v.side()
		if x.act == Answer || x.act == Offer {
			side = Offering
		}
		if _, allowed := step(n.State, x.act, side); allowed && x.side && x.may && who.May(x.permission) {
			list = append(list, x.act)
		}
	}
	return list
}
