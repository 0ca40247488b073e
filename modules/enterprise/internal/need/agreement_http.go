package need

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

func (m *Needs) agreementRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /needs/{id}/choice", Permission: mayConclude, Summary: "Choose an offer; its provider is asked to confirm it", Handler: httpd.JSON(m.choose)},
		{Pattern: "POST /needs/{id}/confirmation", Permission: mayConclude, Summary: "Confirm the terms by their digest, or decline the choice; for the provider", Handler: httpd.JSON(m.confirm)},
		{Pattern: "POST /needs/{id}/milestones/{number}/delivery", Permission: mayAct, Summary: "Say that a milestone is reached; for the provider", Handler: httpd.JSON(m.deliver)},
		{Pattern: "POST /needs/{id}/milestones/{number}/decision", Permission: mayConclude, Summary: "Accept what was delivered, or send it back; the last one completes the agreement", Handler: httpd.JSON(m.decideMilestone)},
		{Pattern: "POST /needs/{id}/ratings", Permission: mayConclude, Summary: "Rate the other side, once and blind", Handler: httpd.JSON(m.rate)},
		{Pattern: "POST /needs/{id}/disputes", Permission: mayConclude, Summary: "Call the bureau about an agreement; it sees the need from then on", Handler: httpd.JSON(m.dispute)},
		{Pattern: "POST /needs/{id}/disputes/reply", Permission: mayConclude, Summary: "Reply to the dispute, once; for the side that did not begin it", Handler: httpd.JSON(m.replyDispute)},
		{Pattern: "POST /needs/{id}/disputes/decision", Permission: mayDecide, Summary: "Decide the dispute: the agreement goes on, counts as completed, or ends", Handler: httpd.JSON(m.decideDispute)},
	}
}

type needChooseInput struct {
	httpd.Object
	Body struct {
		ProposalID string `json:"proposal_id" maxLength:"26"`
	}
}

func (m *Needs) choose(ctx context.Context, in needChooseInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if err := onlyOwner(v); err != nil {
			return n, remark{}, err
		}
		list, err := proposals(ctx, tx, n.ID)
		if err != nil {
			return n, remark{}, err
		}
		i := slices.IndexFunc(list, func(p Proposal) bool { return p.ID == in.Body.ProposalID })
		if i < 0 {
			return n, remark{}, fault.New(fault.Invalid, "enterprise.need.no_such_offer", "there is no such offer").At("body.proposal_id", "choose one of the offers")
		}
		if n, err = n.choose(list[i], at); err != nil {
			return n, remark{}, err
		}
		what := lang.Text{ZH: "选定了您的方案：请确认协议", EN: "chose your offer: please confirm the terms"}
		return n, remark{kind: Choose, side: Owner, provider: list[i].ProviderID}, m.tell(ctx, tx, noticeToAct, list[i].organisation, mayConclude, n, what, "")
	})
	return m.changed(ctx, in.ID, err)
}

// onlyPartner refuses others than the provider that was chosen.
func onlyPartner(v sight) error {
	if !v.partner {
		return fault.New(fault.Forbidden, "enterprise.need.partner_only", "only the provider that was chosen does this")
	}
	return nil
}

type needConfirmInput struct {
	httpd.Object
	Body struct {
		Accept bool   `json:"accept"`
		Digest string `json:"digest,omitempty" maxLength:"64" doc:"Of the terms that were read"`
		Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Of who declines"`
	}
}

func (m *Needs) confirm(ctx context.Context, in needConfirmInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if err := onlyPartner(v); err != nil {
			return n, remark{}, err
		}
		if !in.Body.Accept {
			return m.declineChoice(ctx, tx, n, strings.TrimSpace(in.Body.Reason))
		}
		n, err := n.confirm(in.Body.Digest, at)
		if err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: Confirm, side: Partner}, m.agree(ctx, tx, n)
	})
	return m.changed(ctx, in.ID, err)
}

func (m *Needs) declineChoice(ctx context.Context, tx *sqldb.Tx, n Need, reason string) (Need, remark, error) {
	if reason == "" {
		return n, remark{}, needReason()
	}
	of := n.Terms.ProviderID
	n, err := n.release(Decline, Partner)
	if err != nil {
		return n, remark{}, err
	}
	what := lang.Text{ZH: "所选的服务商未确认：请另选方案", EN: "was not confirmed by the provider: please choose another offer"}
	return n, remark{kind: Decline, side: Partner, provider: of, reason: reason}, m.tell(ctx, tx, noticeToAct, n.OrganisationID, mayConclude, n, what, reason)
}

// agree begins the agreement: milestones, what others are told, and the event.
func (m *Needs) agree(ctx context.Context, tx *sqldb.Tx, n Need) error {
	for _, x := range milestones(n.Terms.Plan) {
		if err := putMilestone(ctx, tx, n.ID, x); err != nil {
			return err
		}
	}
	list, err := m.providers.Named(ctx, []string{n.Terms.ProviderID})
	if err != nil {
		return err
	}
	p := list[0]
	if err := m.tell(ctx, tx, noticeNews, n.OrganisationID, mayAct, n, lang.Text{ZH: "已达成协议", EN: "has an agreement"}, ""); err != nil {
		return err
	}
	if err := m.tellOffering(ctx, tx, n, lang.Text{ZH: "已与其他服务商达成协议", EN: "has an agreement with another provider"}); err != nil {
		return err
	}
	return tx.Emit(ctx, enterpriseevent.AgreementAccepted{
		AgreementID: n.ID, NeedID: n.ID, EntryID: n.EntryID, Code: n.Code, ProviderID: p.ID, ProviderEntryID: p.EntryID, ProviderCode: p.Code,
		Scenario: n.Body.Scenario, StartOn: n.Terms.Plan.StartOn, Evidence: n.Digest, Synthetic: n.Synthetic || p.Synthetic, At: *n.AgreedAt,
	})
}

// tellClosed tells others how an agreement ended, and whether the enterprise said so.
func (m *Needs) tellClosed(ctx context.Context, tx *sqldb.Tx, n Need, by Side) error {
	list, err := m.providers.Named(ctx, []string{n.Terms.ProviderID})
	if err != nil {
		return err
	}
	p := list[0]
	return tx.Emit(ctx, enterpriseevent.AgreementClosed{
		AgreementID: n.ID, Outcome: string(n.State), Accepted: n.State == Completed && by == Owner, EntryID: n.EntryID, ProviderCode: p.Code, ProviderZH: p.Name.ZH, ProviderEN: p.Name.EN, Provider: p.OrganisationID,
		StartOn: n.Terms.Plan.StartOn, At: *n.ClosedAt,
	})
}

// milestone lets decide change one milestone of an agreement.
func milestone(ctx context.Context, tx *sqldb.Tx, n Need, number int, decide func(Milestone) (Milestone, error)) ([]Milestone, error) {
	list, err := readMilestones(ctx, tx, n.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(x Milestone) bool { return x.Number == number })
	if i < 0 {
		return nil, noSuch("milestone")
	}
	if list[i], err = decide(list[i]); err != nil {
		return nil, err
	}
	return list, putMilestone(ctx, tx, n.ID, list[i])
}

type needDeliverInput struct {
	httpd.Object
	Number int `path:"number" minimum:"1" maximum:"20"`
	Body   struct {
		Note string `json:"note" maxLength:"4000" doc:"What was delivered, and where it can be seen"`
	}
}

func (m *Needs) deliver(ctx context.Context, in needDeliverInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if err := onlyPartner(v); err != nil {
			return n, remark{}, err
		}
		n, err := n.move(Deliver, Partner)
		if err != nil {
			return n, remark{}, err
		}
		if _, err := milestone(ctx, tx, n, in.Number, func(x Milestone) (Milestone, error) { return x.deliver(in.Body.Note, at) }); err != nil {
			return n, remark{}, err
		}
		what := lang.Text{ZH: fmt.Sprintf("的里程碑%d已交付：请验收", in.Number), EN: fmt.Sprintf("has milestone %d delivered: please accept it or send it back", in.Number)}
		return n, remark{kind: Deliver, side: Partner, reason: fmt.Sprint(in.Number)}, m.tell(ctx, tx, noticeToAct, n.OrganisationID, mayConclude, n, what, in.Body.Note)
	})
	return m.changed(ctx, in.ID, err)
}

type needDecideInput struct {
	httpd.Object
	Number int `path:"number" minimum:"1" maximum:"20"`
	Body   struct {
		Accept bool   `json:"accept"`
		Reason string `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (m *Needs) decideMilestone(ctx context.Context, in needDecideInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if err := onlyOwner(v); err != nil {
			return n, remark{}, err
		}
		n, err := n.move(Decide, Owner)
		if err != nil {
			return n, remark{}, err
		}
		list, err := milestone(ctx, tx, n, in.Number, func(x Milestone) (Milestone, error) { return x.decide(in.Body.Accept, in.Body.Reason, at) })
		if err != nil {
			return n, remark{}, err
		}
		p, err := partnerOf(ctx, tx, n)
		if err != nil {
			return n, remark{}, err
		}
		kind, r, what := noticeNews, remark{kind: Decide, side: Owner, reason: fmt.Sprint(in.Number)}, lang.Text{ZH: fmt.Sprintf("的里程碑%d已验收", in.Number), EN: fmt.Sprintf("has milestone %d accepted", in.Number)}
		if !in.Body.Accept {
			kind, what = noticeToAct, lang.Text{ZH: fmt.Sprintf("的里程碑%d被退回", in.Number), EN: fmt.Sprintf("has milestone %d sent back", in.Number)}
		}
		if done(list) {
			if n, err = n.end(Complete, Owner, at); err != nil {
				return n, remark{}, err
			}
			r.kind, what = Complete, lang.Text{ZH: "已完成：请评价", EN: "is completed: please rate the other side"}
			if err := m.tellClosed(ctx, tx, n, Owner); err != nil {
				return n, r, err
			}
		}
		return n, r, m.tell(ctx, tx, kind, p.organisation, mayConclude, n, what, in.Body.Reason)
	})
	return m.changed(ctx, in.ID, err)
}

type needRateInput struct {
	httpd.Object
	Body struct {
		Stars int    `json:"stars" minimum:"1" maximum:"5"`
		Text  string `json:"text,omitempty" maxLength:"2000"`
	}
}

// acting is the side of a party: the enterprise, or the provider that was chosen.
func acting(v sight) (Side, error) {
	if v.owner {
		return Owner, nil
	}
	return Partner, onlyPartner(v)
}

func (m *Needs) rate(ctx context.Context, in needRateInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		side, err := acting(v)
		if err != nil {
			return n, remark{}, err
		}
		list, err := readRatings(ctx, tx, n.ID)
		if err != nil {
			return n, remark{}, err
		}
		by := handOf(ctx)
		r, err := n.rate(list, Rating{Side: side, Stars: in.Body.Stars, Text: in.Body.Text, Name: by.name, actor: by.actor}, at)
		if err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: Rate, side: side}, putRating(ctx, tx, n, r)
	})
	return m.changed(ctx, in.ID, err)
}

type needTextInput struct {
	httpd.Object
	Body struct {
		Text string `json:"text" maxLength:"4000"`
	}
}

func (m *Needs) dispute(ctx context.Context, in needTextInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		side, err := acting(v)
		if err != nil {
			return n, remark{}, err
		}
		if n, err = n.move(Dispute, side); err != nil {
			return n, remark{}, err
		}
		text := strings.TrimSpace(in.Body.Text)
		if text == "" {
			return n, remark{}, needReason()
		}
		n.Disputed = true
		list, err := readQuarrels(ctx, tx, n.ID)
		if err != nil {
			return n, remark{}, err
		}
		by := handOf(ctx)
		if err := putQuarrel(ctx, tx, n.ID, Quarrel{Number: len(list) + 1, Side: side, Text: text, At: at, Name: by.name, actor: by.actor}); err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: Dispute, side: side}, m.tellDispute(ctx, tx, n, side)
	})
	return m.changed(ctx, in.ID, err)
}

// tellDispute tells the bureau, and the side that is to reply.
func (m *Needs) tellDispute(ctx context.Context, tx *sqldb.Tx, n Need, by Side) error {
	root, err := m.city.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the bureau: %w", err)
	}
	if err := m.tell(ctx, tx, noticeDispute, root.ID, mayDecide, n, lang.Text{ZH: "的协议有争议：请裁定", EN: "has a dispute: please decide it"}, ""); err != nil {
		return err
	}
	other := n.OrganisationID
	if by == Owner {
		p, err := partnerOf(ctx, tx, n)
		if err != nil {
			return err
		}
		other = p.organisation
	}
	return m.tell(ctx, tx, noticeDispute, other, mayConclude, n, lang.Text{ZH: "的协议有争议：请答复", EN: "has a dispute: please reply"}, "")
}

// openQuarrel lets decide change the dispute that is open.
func openQuarrel(ctx context.Context, tx *sqldb.Tx, n Need, decide func(Quarrel) (Quarrel, error)) error {
	list, err := readQuarrels(ctx, tx, n.ID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return noSuch("dispute")
	}
	q, err := decide(list[len(list)-1])
	if err != nil {
		return err
	}
	return putQuarrel(ctx, tx, n.ID, q)
}

func (m *Needs) replyDispute(ctx context.Context, in needTextInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, _ time.Time) (Need, remark, error) {
		side, err := acting(v)
		if err != nil {
			return n, remark{}, err
		}
		if n, err = n.move(Reply, side); err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: Reply, side: side}, openQuarrel(ctx, tx, n, func(q Quarrel) (Quarrel, error) { return q.reply(side, in.Body.Text) })
	})
	return m.changed(ctx, in.ID, err)
}

type needRulingInput struct {
	httpd.Object
	Body struct {
		Decision Act    `json:"decision" enum:"continue,fulfil,terminate"`
		Reason   string `json:"reason" maxLength:"4000"`
	}
}

func (m *Needs) decideDispute(ctx context.Context, in needRulingInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if v.side() != City {
			return n, remark{}, fault.New(fault.Forbidden, "enterprise.need.city_only", "only the bureau decides, and nobody of either side")
		}
		reason := strings.TrimSpace(in.Body.Reason)
		if reason == "" {
			return n, remark{}, needReason()
		}
		n, err := m.ruled(ctx, tx, n, in.Body.Decision, at)
		if err != nil {
			return n, remark{}, err
		}
		by := handOf(ctx)
		err = openQuarrel(ctx, tx, n, func(q Quarrel) (Quarrel, error) {
			q.Decision, q.Reason, q.DecidedAt, q.DecidedName, q.decidedBy = string(in.Body.Decision), reason, &at, by.name, by.actor
			return q, nil
		})
		if err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: in.Body.Decision, side: City, reason: reason}, m.tellRuling(ctx, tx, n, reason)
	})
	return m.changed(ctx, in.ID, err)
}

// ruled is the need after the bureau's decision.
func (m *Needs) ruled(ctx context.Context, tx *sqldb.Tx, n Need, decision Act, at time.Time) (Need, error) {
	if decision == Continue {
		return n.move(Continue, City)
	}
	n, err := n.end(decision, City, at)
	if err != nil {
		return n, err
	}
	return n, m.tellClosed(ctx, tx, n, City)
}

func (m *Needs) tellRuling(ctx context.Context, tx *sqldb.Tx, n Need, reason string) error {
	p, err := partnerOf(ctx, tx, n)
	if err != nil {
		return err
	}
	for _, to := range []string{n.OrganisationID, p.organisation} {
		if err := m.tell(ctx, tx, noticeDispute, to, mayConclude, n, lang.Text{ZH: "的争议已裁定", EN: "has its dispute decided"}, reason); err != nil {
			return err
		}
	}
	return nil
}
