package atlas

import (
	"context"
	"errors"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// answerWithin bounds the time of an answer.
const answerWithin = 5 * time.Second

func (m *Module) questionRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /answers/{question}", Permission: "atlas.view", Summary: "Ask the graph: who, gaps, stop, candidates, way, similar, emerging; each item with reasons, its way and sources", Handler: httpd.JSON(m.ask)},
	}
}

// askInput is a question as an address.
type askInput struct {
	Question string `path:"question" enum:"who,gaps,stop,candidates,way,similar,emerging"`
	What     string `query:"what" maxLength:"100" doc:"who: a product, technology or stage, or part of its name"`
	District string `query:"district" maxLength:"6" doc:"who: near this district"`
	Chain    string `query:"chain" maxLength:"40" doc:"gaps, candidates: ID of the chain"`
	Stage    string `query:"stage" maxLength:"60" doc:"candidates: ID of the stage within the chain; all that are missing if empty"`
	Node     string `query:"node" maxLength:"600" doc:"stop, way, similar: ID of a node; who: near this enterprise"`
	To       string `query:"to" maxLength:"600" doc:"way: ID of the node to get to"`
	Since    string `query:"since" maxLength:"10" doc:"emerging: compared with this day; a year before if empty"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	OnDay
}

func (in askInput) question(ctx context.Context) Question {
	return Question{
		Kind: in.Question, What: in.What, District: in.District, Chain: in.Chain, Stage: in.Stage, Node: in.Node, To: in.To, Since: in.Since, Limit: in.Limit,
		bureau: identity.From(ctx).Scope.All,
	}
}

func (m *Module) ask(ctx context.Context, in askInput) (Answer, error) {
	c, err := in.city(ctx, m)
	if err != nil {
		return Answer{}, err
	}
	return m.answer(ctx, c, in.question(ctx))
}

// answer answers within the time that there is for it.
func (m *Module) answer(ctx context.Context, c *city, q Question) (Answer, error) {
	within, stop := context.WithTimeout(ctx, answerWithin)
	defer stop()
	a, err := m.reply(within, c, q)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return Answer{}, tooLong()
	}
	return a, err
}

func tooLong() error {
	return fault.New(fault.Unavailable, "atlas.too_long", "the answer took longer than %d seconds; ask for less", int(answerWithin.Seconds()))
}

func (m *Module) reply(ctx context.Context, c *city, q Question) (Answer, error) {
	switch q.Kind {
	case "who":
		return c.who(ctx, q)
	case "similar":
		return c.similar(ctx, q)
	case "way":
		return c.way(ctx, q)
	case "emerging":
		return c.emerging(ctx, q)
	case "stop":
		chains, err := m.contents(ctx)
		if err != nil {
			return Answer{}, err
		}
		return c.stop(ctx, q, chains)
	}
	if q.Chain == "" {
		return Answer{}, missingField("chain", "choose a chain")
	}
	ch, err := m.chains.read(ctx, m.kit.DB, q.Chain)
	if err != nil {
		return Answer{}, err
	}
	content, err := m.chains.content(ctx, q.Chain, 0)
	if err != nil {
		return Answer{}, err
	}
	if q.Kind == "gaps" {
		return c.gaps(ctx, q, chainContent{ch, content})
	}
	return c.candidates(ctx, q, chainContent{ch, content})
}

// mostChains is in how many chains an enterprise is sought when it stops.
const mostChains = 200

func (m *Module) contents(ctx context.Context) ([]chainContent, error) {
	var list []chainContent
	page, err := m.chains.newest(ctx, mostChains)
	if err != nil {
		return nil, err
	}
	for _, c := range page {
		content, err := m.chains.content(ctx, c.ID, 0)
		if err != nil {
			return nil, err
		}
		list = append(list, chainContent{c, content})
	}
	return list, nil
}
