package need

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/match"
	"linghang/modules/enterprise/internal/provider"
)

func (m *Needs) offerRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /needs/{id}/suggestions", Permission: mayAct, Summary: "Providers that may help, each with reasons, some places kept for new ones; for the enterprise, and for the bureau where it sees the need", Handler: httpd.JSON(m.suggest)},
		{Pattern: "GET /invitees/{id}", Permission: mayAct, Summary: "Whether a provider can be invited when a need is published, and if not, why", Handler: httpd.JSON(m.readInvitee)},
		{Pattern: "POST /needs/{id}/invitations", Permission: mayAct, Summary: "Invite providers", Handler: httpd.JSON(m.invite)},
		{Pattern: "POST /needs/{id}/dismissals", Permission: mayAct, Summary: "Say of a suggested provider that it does not fit; matching learns of it", Handler: httpd.JSON(m.dismiss)},
		{Pattern: "POST /needs/{id}/answers", Permission: mayAct, Summary: "Answer an invitation of an own provider", Handler: httpd.JSON(m.answer)},
		{Pattern: "PUT /needs/{id}/proposals/{provider}", Permission: mayAct, Summary: "Offer with an own provider until the deadline; If-Match is the offer's version, 0 of a new one", Handler: httpd.JSON(m.offer)},
		{Pattern: "DELETE /needs/{id}/proposals/{provider}", Permission: mayAct, Summary: "Take an offer back before the deadline", Handler: httpd.JSON(m.takeBack)},
	}
}

// Suggested is a provider that may help, as the enterprise reads it.
type Suggested struct {
	Suggestion
	Name    lang.Text `json:"name"`
	Promise int       `json:"promise" doc:"Hours within which it answers"`
	Invited bool      `json:"invited"`
}

type suggestionsView struct {
	Items   []Suggested `json:"items" nullable:"false"`
	Weights Weights     `json:"weights" doc:"That the scores are made with"`
}

// suggestions are the providers that may help, for whoever may invite them.
func (m *Needs) suggestions(ctx context.Context, n Need) ([]Suggestion, []provider.Provider, Weights, error) {
	at := now()
	serving, err := m.providers.Serving(ctx, at)
	if err != nil {
		return nil, nil, Weights{}, err
	}
	around, err := m.around(ctx, n)
	if err != nil {
		return nil, nil, Weights{}, err
	}
	w, err := m.store.weights(ctx)
	if err != nil {
		return nil, nil, w, err
	}
	w.Features = shown(weighed(n, w.vector), weighed(n, match.Fixed()))
	list, err := m.matcher.suggest(ctx, n, serving, around, w.vector, at)
	return list, serving, w, err
}

// forOwner returns a need to its enterprise only.
func (m *Needs) forOwner(ctx context.Context, id string) (Need, error) {
	n, v, err := m.store.read(ctx, m.store.db, id)
	if err != nil {
		return n, err
	}
	return n, onlyOwner(v)
}

func (m *Needs) suggest(ctx context.Context, in httpd.Object) (suggestionsView, error) {
	n, sees, err := m.store.read(ctx, m.store.db, in.ID)
	if err != nil {
		return suggestionsView{}, err
	}
	if !sees.city {
		err = onlyOwner(sees)
	}
	if err != nil {
		return suggestionsView{}, err
	}
	list, serving, w, err := m.suggestions(ctx, n)
	if err != nil {
		return suggestionsView{}, err
	}
	gone, err := dismissed(ctx, m.store.db, n.ID)
	if err != nil {
		return suggestionsView{}, err
	}
	invited, err := invitations(ctx, m.store.db, n.ID)
	if err != nil {
		return suggestionsView{}, err
	}
	v := suggestionsView{[]Suggested{}, w}
	for _, s := range list {
		i := slices.IndexFunc(serving, func(p provider.Provider) bool { return p.ID == s.ProviderID })
		if gone[s.ProviderID] || i < 0 {
			continue
		}
		v.Items = append(v.Items, Suggested{s, serving[i].Name, serving[i].Profile.Promise, slices.ContainsFunc(invited, func(x Invitation) bool { return x.ProviderID == s.ProviderID })})
	}
	return v, nil
}

type needInviteInput struct {
	httpd.Object
	Body struct {
		ProviderIDs []string `json:"provider_ids" maxItems:"50" doc:"Suggested or not"`
	}
}

func (m *Needs) invite(ctx context.Context, in needInviteInput) (Detail, error) {
	n, err := m.forOwner(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	list, serving, _, err := m.suggestions(ctx, n)
	if err != nil {
		return Detail{}, err
	}
	if len(in.Body.ProviderIDs) == 0 {
		return Detail{}, fault.New(fault.Invalid, "enterprise.need.nobody", "nobody is invited").At("body.provider_ids", "choose providers")
	}
	// All of them, or, where one cannot be invited, nobody.
	err = m.store.change(ctx, n.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		for i, id := range in.Body.ProviderIDs {
			if i > 0 {
				if err := note(ctx, tx, n.ID, remark{kind: Invite, side: Owner, provider: in.Body.ProviderIDs[i-1]}, at); err != nil {
					return n, remark{}, err
				}
			}
			if n, err = m.inviteOne(ctx, tx, n, v, id, list, serving, at); err != nil {
				return n, remark{}, err
			}
		}
		return n, remark{kind: Invite, side: Owner, provider: in.Body.ProviderIDs[len(in.Body.ProviderIDs)-1]}, nil
	})
	return m.changed(ctx, in.ID, err)
}

func (m *Needs) inviteOne(ctx context.Context, tx *sqldb.Tx, n Need, v sight, of string, list []Suggestion, serving []provider.Provider, at time.Time) (Need, error) {
	i := slices.IndexFunc(serving, func(p provider.Provider) bool { return p.ID == of })
	if i < 0 {
		return n, fault.New(fault.Invalid, "enterprise.need.not_serving", "this provider cannot be invited now").At("body.provider_ids", "choose providers in force")
	}
	p := serving[i]
	n, err := m.mayInvite(ctx, tx, n, v, p, at)
	if err != nil {
		return n, err
	}
	if err := invite(ctx, tx, n, p, at); err != nil {
		return n, err
	}
	if s := slices.IndexFunc(list, func(s Suggestion) bool { return s.ProviderID == of }); s >= 0 {
		if err := verdict(ctx, tx, n.ID, of, true, list[s].features, at); err != nil {
			return n, err
		}
	}
	what := lang.Text{ZH: fmt.Sprintf("邀请您：请在%d小时内答复", p.Profile.Promise), EN: fmt.Sprintf("invites you: please answer within %d hours", p.Profile.Promise)}
	return n, m.tell(ctx, tx, noticeInvited, p.OrganisationID, mayAct, n, what, "")
}

func (m *Needs) mayInvite(ctx context.Context, tx *sqldb.Tx, n Need, v sight, p provider.Provider, at time.Time) (Need, error) {
	if err := onlyOwner(v); err != nil {
		return n, err
	}
	n, err := n.move(Invite, Owner)
	if err != nil {
		return n, err
	}
	if err := n.inTime(at); err != nil {
		return n, err
	}
	if p.OrganisationID == n.OrganisationID {
		return n, fault.New(fault.Invalid, "enterprise.need.self", "an enterprise does not invite itself").At("body.provider_ids", "choose providers of others")
	}
	invited, err := invitations(ctx, tx, n.ID)
	if err == nil && len(invited) >= invitedMost {
		return n, fault.New(fault.Conflict, "enterprise.need.invited_most", "%d providers were invited, as many as can be", invitedMost).With("limit", invitedMost)
	}
	return n, err
}

type needDismissInput struct {
	httpd.Object
	Body struct {
		ProviderID string `json:"provider_id" maxLength:"26"`
	}
}

func (m *Needs) dismiss(ctx context.Context, in needDismissInput) (suggestionsView, error) {
	n, err := m.forOwner(ctx, in.ID)
	if err != nil {
		return suggestionsView{}, err
	}
	list, _, _, err := m.suggestions(ctx, n)
	if err != nil {
		return suggestionsView{}, err
	}
	i := slices.IndexFunc(list, func(s Suggestion) bool { return s.ProviderID == in.Body.ProviderID })
	if i < 0 {
		return suggestionsView{}, fault.New(fault.Invalid, "enterprise.need.not_suggested", "this provider is not suggested").At("body.provider_id", "choose one of the suggestions")
	}
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		tx.Changed("need_verdict", n.ID+"/"+in.Body.ProviderID, nil, map[string]any{"wanted": false})
		return verdict(ctx, tx, n.ID, in.Body.ProviderID, false, list[i].features, now())
	})
	if err != nil {
		return suggestionsView{}, err
	}
	return m.suggest(ctx, in.Object)
}

// ownProvider returns a provider of the caller that serves.
func (m *Needs) ownProvider(ctx context.Context, id string) (provider.Provider, error) {
	serving, err := m.providers.Serving(ctx, now())
	if err != nil {
		return provider.Provider{}, err
	}
	own := ownOf(ctx, serving)
	i := slices.IndexFunc(own, func(p provider.Provider) bool { return p.ID == id })
	if i < 0 {
		return provider.Provider{}, fault.New(fault.Forbidden, "enterprise.need.not_your_provider", "this is no provider of yours that is in force")
	}
	return own[i], nil
}

type needAnswerInput struct {
	httpd.Object
	Body struct {
		ProviderID string `json:"provider_id" maxLength:"26"`
		Accept     bool   `json:"accept" doc:"Of a confidential need: and keep it confidential"`
		Reason     string `json:"reason,omitempty" maxLength:"1000" doc:"Of who declines"`
	}
}

func (m *Needs) answer(ctx context.Context, in needAnswerInput) (httpd.Nothing, error) {
	p, err := m.ownProvider(ctx, in.Body.ProviderID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	reason := strings.TrimSpace(in.Body.Reason)
	if !in.Body.Accept && reason == "" {
		return httpd.Nothing{}, needReason()
	}
	state, what := agreedTo, lang.Text{ZH: "的邀请已被“" + p.Name.ZH + "”接受", EN: "interests " + p.Name.EN}
	if !in.Body.Accept {
		state, what = declined, lang.Text{ZH: "的邀请已被“" + p.Name.ZH + "”谢绝", EN: "does not interest " + p.Name.EN}
	}
	err = m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, _ sight, at time.Time) (Need, remark, error) {
		n, err := n.move(Answer, Offering)
		if err == nil {
			err = n.inTime(at)
		}
		if err != nil {
			return n, remark{}, err
		}
		if err := reply(ctx, tx, n, p.ID, state, reason, at); err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: Answer, side: Offering, provider: p.ID, reason: reason}, m.tell(ctx, tx, noticeNews, n.OrganisationID, mayAct, n, what, reason)
	})
	if err == nil {
		m.kit.Notify(topic, in.ID, "")
	}
	return httpd.Nothing{}, err
}

type needOfferInput struct {
	httpd.Object
	httpd.IfMatch
	Provider string `path:"provider" maxLength:"26"`
	Body     struct {
		Plan Plan `json:"plan"`
	}
}

func (m *Needs) offer(ctx context.Context, in needOfferInput) (Proposal, error) {
	version, err := in.Expected()
	if err != nil {
		return Proposal{}, err
	}
	return m.putOffer(ctx, in.ID, in.Provider, version, func(p Proposal, at time.Time) (Proposal, error) {
		p.State, p.Plan = Submitted, in.Body.Plan
		return p, p.Plan.check(at)
	})
}

type needTakeBackInput struct {
	httpd.Object
	httpd.IfMatch
	Provider string `path:"provider" maxLength:"26"`
}

func (m *Needs) takeBack(ctx context.Context, in needTakeBackInput) (Proposal, error) {
	version, err := in.Expected()
	if err != nil {
		return Proposal{}, err
	}
	return m.putOffer(ctx, in.ID, in.Provider, version, func(p Proposal, _ time.Time) (Proposal, error) {
		if p.Version == 0 {
			return p, noSuch("offer")
		}
		p.State = TakenBack
		return p, nil
	})
}

// putOffer changes the offer of an own provider, in the time for offers.
func (m *Needs) putOffer(ctx context.Context, id, of string, version int64, decide func(Proposal, time.Time) (Proposal, error)) (out Proposal, err error) {
	own, err := m.ownProvider(ctx, of)
	if err != nil {
		return out, err
	}
	by := identity.From(ctx)
	err = m.store.change(ctx, id, func(tx *sqldb.Tx, n Need, _ sight, at time.Time) (Need, remark, error) {
		n, err := n.move(Offer, Offering)
		if err == nil {
			err = n.inTime(at)
		}
		if err != nil {
			return n, remark{}, err
		}
		invited, err := invitations(ctx, tx, n.ID)
		if err != nil {
			return n, remark{}, err
		}
		if !offers(n, own, invited) {
			return n, remark{}, fault.New(fault.Forbidden, "enterprise.need.not_invited", "this provider may not offer: it is the enterprise's own, it declined, or has not accepted the invitation to a confidential need")
		}
		before, err := offerOf(ctx, tx, n.ID, of)
		if err != nil {
			return n, remark{}, err
		}
		if out, err = decide(before, at); err != nil {
			return n, remark{}, err
		}
		out.ProviderID, out.NeedID, out.At, out.ByName, out.organisation, out.actor = of, n.ID, at, by.Name, own.OrganisationID, by.Actor()
		if err := put(ctx, tx, out, version); err != nil {
			return n, remark{}, err
		}
		out.Version = version + 1
		return n, remark{kind: Offer, side: Offering, provider: of}, m.answered(ctx, tx, n, of, invited, at)
	})
	if err == nil {
		m.kit.Notify(topic, id, "")
	}
	return out, err
}

// answered takes an offer for an answer to the invitation, if there was one.
func (m *Needs) answered(ctx context.Context, tx *sqldb.Tx, n Need, of string, invited []Invitation, at time.Time) error {
	if !slices.ContainsFunc(invited, func(i Invitation) bool { return i.ProviderID == of && i.State == sent }) {
		return nil
	}
	return reply(ctx, tx, n, of, agreedTo, "", at)
}

// offerOf returns the offer of a provider, a new one if there is none.
func offerOf(ctx context.Context, db reader, id, of string) (Proposal, error) {
	list, err := proposals(ctx, db, id)
	if err != nil {
		return Proposal{}, err
	}
	for _, p := range list {
		if p.ProviderID == of {
			return p, nil
		}
	}
	return Proposal{ID: ulid.Make().String()}, nil
}
