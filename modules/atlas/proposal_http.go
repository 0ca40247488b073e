package atlas

import (
	"context"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) proposalRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /chains/{id}/proposals", Permission: "atlas.propose", Summary: "Propose another version of a chain", Handler: httpd.Created(m.propose)},
		{Pattern: "GET /proposals", Permission: "atlas.propose", Summary: "Proposals of one's own organisation; for the bureau all", Handler: httpd.List(m.listProposals)},
		{Pattern: "GET /proposals/{id}", Permission: "atlas.propose", Summary: "A proposal with what it would change", Handler: httpd.JSON(m.readProposal)},
		{Pattern: "POST /proposals/{id}/decision", Permission: "atlas.edit", Summary: "Accept or refuse what somebody else proposed", Handler: httpd.JSON(m.decideProposal)},
		{Pattern: "POST /proposals/{id}/withdrawal", Permission: "atlas.propose", Summary: "Take back what one proposed", Handler: httpd.JSON(m.withdrawProposal)},
	}
}

// ProposalView is a proposal as lists show it.
type ProposalView struct {
	ID        string     `json:"id"`
	ChainID   string     `json:"chain_id"`
	Chain     lang.Text  `json:"chain" title:"产业链|Chain"`
	Base      int64      `json:"base" title:"基于版本|On version"`
	Note      string     `json:"note" title:"说明|Note"`
	Status    string     `json:"status" enum:"proposed,accepted,refused,withdrawn" title:"状态|Status"`
	Name      string     `json:"name" title:"建议人|Who"`
	At        time.Time  `json:"at" title:"时间|At"`
	Decider   string     `json:"decider" title:"审核人|Decided by"`
	DecidedAt *time.Time `json:"decided_at,omitempty" title:"审核时间|Decided at"`
	Reason    string     `json:"reason" title:"意见|Reason"`
	Mine      bool       `json:"mine"`
}

func viewProposal(ctx context.Context, p Proposal) ProposalView {
	v := ProposalView{
		ID: p.ID, ChainID: p.ChainID, Chain: p.ChainName, Base: p.Base, Note: p.Note, Status: p.Status, Name: p.By.name, At: p.At, Decider: p.DecidedBy.name, Reason: p.Reason,
		Mine: p.By.actor == identity.From(ctx).Actor(),
	}
	if !p.DecidedAt.IsZero() {
		v.DecidedAt = &p.DecidedAt
	}
	return v
}

// StageChange is what a proposal does with a stage.
type StageChange struct {
	Kind   string `json:"kind" enum:"added,removed,changed"`
	Before *Stage `json:"before,omitempty"`
	After  *Stage `json:"after,omitempty"`
}

// LinkChange is what a proposal does with a link.
type LinkChange struct {
	Kind string `json:"kind" enum:"added,removed"`
	Link Link   `json:"link"`
}

// ProposalDetail is a proposal with what it changes.
type ProposalDetail struct {
	ProposalView
	Content Content       `json:"content"`
	Stages  []StageChange `json:"stages" nullable:"false"`
	Links   []LinkChange  `json:"links" nullable:"false"`
}

// changes tells what of a version another has otherwise.
func (c Content) changes(o Content) (stages []StageChange, links []LinkChange) {
	stages, links = []StageChange{}, []LinkChange{}
	find := func(list []Stage, id string) *Stage {
		if i := slices.IndexFunc(list, func(s Stage) bool { return s.ID == id }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for i, s := range o.Stages {
		switch before := find(c.Stages, s.ID); {
		case before == nil:
			stages = append(stages, StageChange{Kind: "added", After: &o.Stages[i]})
		case *before != s:
			stages = append(stages, StageChange{"changed", before, &o.Stages[i]})
		}
	}
	for i, s := range c.Stages {
		if find(o.Stages, s.ID) == nil {
			stages = append(stages, StageChange{Kind: "removed", Before: &c.Stages[i]})
		}
	}
	for _, l := range o.Links {
		if !slices.Contains(c.Links, l) {
			links = append(links, LinkChange{"added", l})
		}
	}
	for _, l := range c.Links {
		if !slices.Contains(o.Links, l) {
			links = append(links, LinkChange{"removed", l})
		}
	}
	return stages, links
}

type proposeInput struct {
	httpd.Object
	Body struct {
		Base    int64   `json:"base" minimum:"1" doc:"The version that it changes"`
		Content Content `json:"content"`
		Note    string  `json:"note" minLength:"1" maxLength:"500" doc:"What is new, and on whose word"`
	}
}

func (m *Module) propose(ctx context.Context, in proposeInput) (ProposalDetail, error) {
	c, err := m.chains.read(ctx, m.kit.DB, in.ID)
	if err != nil {
		return ProposalDetail{}, err
	}
	if in.Body.Base != c.Version {
		return ProposalDetail{}, fault.New(fault.Precondition, "kernel.stale", "somebody changed this chain meanwhile; read it again")
	}
	before, err := m.chains.content(ctx, c.ID, 0)
	if err != nil {
		return ProposalDetail{}, err
	}
	content := in.Body.Content.tidy()
	if err := content.check(); err != nil {
		return ProposalDetail{}, err
	}
	stages, links := before.changes(content)
	if len(stages)+len(links) == 0 {
		return ProposalDetail{}, fault.New(fault.Invalid, "atlas.proposal.same", "the proposal changes nothing").At("body.content", "change a stage or a link")
	}
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return ProposalDetail{}, err
	}
	id := identity.From(ctx)
	p := Proposal{
		ID: newID(), ChainID: c.ID, ChainName: c.Name, Base: c.Version, Content: content, Note: strings.TrimSpace(in.Body.Note), Status: proposed,
		OrganisationID: id.Organisation.ID, By: author{id.Actor(), id.Name}, At: time.Now().UTC().Truncate(time.Millisecond),
	}
	if err := m.proposals.propose(ctx, p, root.ID); err != nil {
		return ProposalDetail{}, err
	}
	m.kit.Notify(topicGraph, c.ID, "")
	return ProposalDetail{viewProposal(ctx, p), content, stages, links}, nil
}

type proposalsInput struct {
	sqldb.ListParams
	Chain  string `query:"chain" maxLength:"40"`
	Status string `query:"status" enum:"proposed,accepted,refused,withdrawn"`
}

func (m *Module) listProposals(ctx context.Context, in proposalsInput) (sqldb.Page[ProposalView], error) {
	page, err := m.proposals.proposals(ctx, in.ListParams, in.Chain, in.Status)
	views := sqldb.Page[ProposalView]{Items: []ProposalView{}, NextCursor: page.NextCursor, Total: page.Total}
	for _, p := range page.Items {
		views.Items = append(views.Items, viewProposal(ctx, p))
	}
	return views, err
}

func (m *Module) readProposal(ctx context.Context, in httpd.Object) (ProposalDetail, error) {
	p, err := m.proposals.one(ctx, m.kit.DB, in.ID)
	if err != nil {
		return ProposalDetail{}, err
	}
	base, err := m.chains.content(ctx, p.ChainID, p.Base)
	if err != nil {
		return ProposalDetail{}, err
	}
	stages, links := base.changes(p.Content)
	return ProposalDetail{viewProposal(ctx, p), p.Content, stages, links}, nil
}

type proposalDecisionInput struct {
	httpd.Object
	Body struct {
		Decision string `json:"decision" enum:"accepted,refused"`
		Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"Needed when it is refused"`
	}
}

func (m *Module) decideProposal(ctx context.Context, in proposalDecisionInput) (ProposalView, error) {
	if err := bureauOnly(ctx); err != nil {
		return ProposalView{}, err
	}
	return m.settle(ctx, in.ID, in.Body.Decision, in.Body.Reason)
}

func (m *Module) withdrawProposal(ctx context.Context, in httpd.Object) (ProposalView, error) {
	return m.settle(ctx, in.ID, withdrawn, "")
}

func (m *Module) settle(ctx context.Context, id, status, reason string) (ProposalView, error) {
	who, now := identity.From(ctx), time.Now().UTC().Truncate(time.Millisecond)
	p, err := m.proposals.settle(ctx, id, func(p Proposal) (Proposal, error) {
		return p.decide(status, strings.TrimSpace(reason), author{who.Actor(), who.Name}, now)
	})
	if err == nil {
		m.kit.Notify(topicGraph, p.ChainID, "")
	}
	return viewProposal(ctx, p), err
}
