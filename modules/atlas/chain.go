package atlas

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/lib/graph/chain"
)

// Bounds of a chain.
const (
	mostStages = 500
	mostLinks  = 3000
)

// Stage is a step of a chain, as a version of the chain has it.
type Stage struct {
	ID      string    `json:"id" maxLength:"60" doc:"Within the chain; stays the same from version to version"`
	Name    lang.Text `json:"name"`
	Product string    `json:"product,omitempty" maxLength:"100" doc:"What the stage yields, as enterprises and outside enterprises call it; the name if empty"`
	Final   float64   `json:"final,omitempty" minimum:"0" doc:"What the city uses of it beside the chain, per year, in 10 000 CNY"`
	End     bool      `json:"end,omitempty" doc:"An end product; a stage that goes into nothing is one anyway"`
	Note    string    `json:"note,omitempty" maxLength:"500"`
}

// Link is that a stage goes into another.
type Link struct {
	From  string  `json:"from" maxLength:"60"`
	To    string  `json:"to" maxLength:"60"`
	Share float64 `json:"share,omitempty" minimum:"0" maximum:"1" doc:"Of the other's input; links with 0 share evenly what the others leave"`
}

// Content is a version of a chain.
type Content struct {
	Stages []Stage `json:"stages" nullable:"false" minItems:"1" maxItems:"500"`
	Links  []Link  `json:"links" nullable:"false" maxItems:"3000"`
}

// Chain is an industrial chain.
type Chain struct {
	ID                   string
	Name                 lang.Text
	Stages               int
	Synthetic            bool
	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// tidy trims what people typed.
func (c Content) tidy() Content {
	c.Stages, c.Links = slices.Clone(c.Stages), slices.Clone(c.Links)
	for i, s := range c.Stages {
		s.ID, s.Name.ZH, s.Name.EN = strings.TrimSpace(s.ID), strings.TrimSpace(s.Name.ZH), strings.TrimSpace(s.Name.EN)
		s.Product, s.Note = strings.Join(strings.Fields(s.Product), " "), strings.TrimSpace(s.Note)
		c.Stages[i] = s
	}
	if c.Links == nil {
		c.Links = []Link{}
	}
	return c
}

// check refuses what is no chain, and says where.
func (c Content) check() error {
	f := fault.New(fault.Invalid, "atlas.chain.invalid", "this is no chain")
	names := map[string]int{}
	for i, s := range c.Stages {
		at := fmt.Sprintf("body.content.stages[%d].", i)
		if s.ID == "" || strings.ContainsAny(s.ID, "/\\ \t\n") {
			_ = f.At(at+"id", "an identifier without spaces and slashes")
		}
		if s.Name.ZH == "" && s.Name.EN == "" {
			_ = f.At(at+"name", "name the stage")
		}
		for _, name := range []string{s.Name.ZH, s.Name.EN} {
			if first, twice := names[normal(name)]; twice && name != "" && first != i {
				_ = f.At(at+"name", "another stage has this name")
			}
			names[normal(name)] = i
		}
	}
	if len(c.Stages) == 0 || len(c.Stages) > mostStages || len(c.Links) > mostLinks {
		_ = f.At("body.content.stages", "1 to 500 stages and at most 3000 links")
	}
	if len(f.Fields) > 0 {
		return f
	}
	_, err := chain.New(c.template(false), nil, chain.Limits{})
	if errors.Is(err, chain.ErrTemplate) {
		return f.With("why", err.Error()).At("body.content.links", "links lead from stage to stage, each once, in no circle; shares of one stage add up to at most 1")
	}
	return err
}

// template is the chain as lib/graph/chain knows it. Without figures everything is
// wanted once, so that a stage without an enterprise is missing and not merely absent.
func (c Content) template(presence bool) chain.Template {
	var t chain.Template
	for _, s := range c.Stages {
		x := chain.Stage{ID: s.ID, Product: cmp.Or(s.Product, s.Name.ZH, s.Name.EN), Final: s.Final, End: s.End}
		if presence {
			x.Final = 1
		}
		t.Stages = append(t.Stages, x)
	}
	for _, l := range c.Links {
		t.Links = append(t.Links, chain.Link{From: l.From, To: l.To, Share: l.Share})
	}
	return t
}

func chainNode(id string) string        { return kindChain + "/" + id }
func stageNode(chain, id string) string { return kindStage + "/" + chain + "/" + id }

// ofChain is what the graph knows of a chain in its present version.
func ofChain(ch Chain, c Content, who author, now time.Time) told {
	id := chainNode(ch.ID)
	t := told{owner: id}
	node := func(n Node) Node {
		n.Owner, n.See, n.Source, n.Synthetic, n.At = id, seePublic, sourceChain, ch.Synthetic, now
		return n
	}
	edge := func(src, kind, dst string, weight float64) {
		t.edges = append(t.edges, Edge{Owner: id, Src: src, Kind: kind, Dst: dst, Weight: weight, See: seePublic, Source: sourceChain, Synthetic: ch.Synthetic, actor: who.actor, ActorName: who.name, At: now})
	}
	t.nodes = append(t.nodes, node(Node{ID: id, Kind: kindChain, Name: ch.Name, Props: map[string]string{"link": "/atlas/chains/" + ch.ID}}))
	for _, s := range c.Stages {
		stage := stageNode(ch.ID, s.ID)
		t.nodes = append(t.nodes, node(Node{ID: stage, Kind: kindStage, Name: s.Name, Props: map[string]string{"chain": id, "stage": s.ID, "link": "/atlas/chains/" + ch.ID}}))
		edge(stage, edgePart, id, 1)
		if p := cmp.Or(s.Product, s.Name.ZH, s.Name.EN); p != "" {
			product := term(kindProduct, p)
			product.Source, product.At = sourceChain, now
			t.nodes = append(t.nodes, product)
			edge(stage, edgeYields, product.ID, 1)
		}
	}
	for _, l := range c.Links {
		edge(stageNode(ch.ID, l.From), edgeFeeds, stageNode(ch.ID, l.To), cmp.Or(l.Share, 1))
	}
	return t
}

// author is who did something.
type author struct{ actor, name string }

// StageState is how a stage of a chain is, with who stands there.
type StageState struct {
	Stage       Stage         `json:"stage"`
	Node        string        `json:"node"`
	State       string        `json:"state" enum:"sound,weak,missing,absent" doc:"missing: needed, and nobody makes it; absent: nobody makes it and nobody here needs it; weak: see reasons"`
	Local       int           `json:"local" doc:"Enterprises of the city at the stage"`
	Outside     int           `json:"outside" doc:"Enterprises outside that could fill it, as far as one may see them"`
	Enterprises []NodeRef     `json:"enterprises" nullable:"false" doc:"The first 50"`
	Reasons     []Reason      `json:"reasons" nullable:"false"`
	Figures     *StageFigures `json:"figures,omitempty" doc:"For the bureau, where figures are known"`
	critical    chain.Criticality
}

// StageFigures are amounts a year, in 10 000 CNY.
type StageFigures struct {
	Output        float64 `json:"output"`
	Demand        float64 `json:"demand"`
	Coverage      float64 `json:"coverage"`
	Concentration float64 `json:"concentration" doc:"Herfindahl index"`
	Dependence    float64 `json:"dependence" doc:"Input from outside the city as a share of all input"`
}
