package identifier

import (
	"context"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/lib/codeid"
	"linghang/lib/codeid/gs1"
)

func (m *Module) bridgeRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /recognition", Permission: "identifier.view", Summary: "What an identifier may be one of: Handle, GS1, DID, OID, URN, Ecode, VAA", Handler: httpd.JSON(m.recognise)},
		{Pattern: "GET /bridge", Permission: "identifier.view", Summary: "Ask the resolver of another system for an identifier", Handler: httpd.JSON(m.askBridge)},
	}
}

type recogniseParams struct {
	Text string `query:"text" required:"true" minLength:"1" maxLength:"4096" doc:"As it is written, scanned or pasted"`
}

// candidateView is what an identifier may be.
type candidateView struct {
	System    string `json:"system" enum:"gs1,did,oid,urn,ecode,vaa,handle"`
	Form      string `json:"form" enum:"elements,digital-link,epc,gtin,gln,sscc,uri,address,dotted,braces,suffixed,plain,prefix" doc:"How it is written"`
	Canonical string `json:"canonical"`
	Reason    string `json:"reason" enum:"scheme,address,elements,check-digit,arcs,agency,length,prefix" doc:"Why it fits"`
	Sure      bool   `json:"sure" doc:"Nothing of another system is written so"`
	Bridge    string `json:"bridge" doc:"Host, or zone of DNS, that is asked for it; empty if none is configured. Handles need none"`
	Local     bool   `json:"local" doc:"The city itself tells of this object identifier, and nobody else is asked"`
	Node      string `json:"node" doc:"Prefix of the node of the city that has the company's prefix in GS1, and resolves it; empty if none has"`
}

type recognition struct {
	List []candidateView `json:"list" nullable:"false" doc:"The surest first"`
}

func (m *Module) recognise(ctx context.Context, in recogniseParams) (recognition, error) {
	r := recognition{List: []candidateView{}}
	for _, c := range codeid.Recognise(in.Text) {
		v := candidateView{System: string(c.System), Form: string(c.Form), Canonical: c.Canonical, Reason: string(c.Reason), Sure: c.Sure}
		if b, ok := bridgeTo(m.settings.Bridges, c.System, c.Canonical); ok {
			v.Bridge = b.host(c.Canonical)
		}
		_, v.Local = localTo(m.settings.OIDs, c.System, c.Canonical)
		if i, err := gs1.ParseLink(c.Canonical); err == nil && c.System == codeid.GS1 {
			n, ours, err := m.company(ctx, i)
			if err != nil {
				return r, err
			}
			if ours {
				v.Node = n.Prefix
			}
		}
		r.List = append(r.List, v)
	}
	return r, nil
}

type bridgeParams struct {
	System string `query:"system" required:"true" enum:"gs1,did,oid,urn,ecode,vaa"`
	Text   string `query:"text" required:"true" minLength:"1" maxLength:"4096" doc:"As it is written, scanned or pasted"`
}

func (m *Module) askBridge(ctx context.Context, in bridgeParams) (bridgeAnswer, error) {
	list := codeid.Recognise(in.Text)
	at := slices.IndexFunc(list, func(c codeid.Candidate) bool { return string(c.System) == in.System })
	if at < 0 {
		return bridgeAnswer{}, fault.New(fault.Invalid, "identifier.bridge.not", "%s is none of %s", in.Text, in.System).At("query.text", "see what it is recognised as")
	}
	if o, ok := localTo(m.settings.OIDs, list[at].System, list[at].Canonical); ok {
		return tellLocal(o, list[at].Canonical), nil
	}
	b, ok := bridgeTo(m.settings.Bridges, list[at].System, list[at].Canonical)
	if !ok {
		return bridgeAnswer{}, fault.New(fault.NotFound, "identifier.bridge.none", "no bridge to %s is configured", in.System).At("query.system", "the operator adds one in identifier.bridges")
	}
	return m.bridges.ask(ctx, b, list[at].Canonical)
}
