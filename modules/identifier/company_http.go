package identifier

import (
	"context"
	"maps"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/lib/codeid"
	"linghang/lib/codeid/gs1"
	"linghang/modules/identifier/internal/linkset"
)

func (m *Module) companyRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /nodes/{id}/companies", Permission: "identifier.view", Summary: "Prefixes of companies in GS1 whose Digital Links a node resolves", Handler: httpd.JSON(m.readCompanies)},
		{Pattern: "PUT /nodes/{id}/companies", Permission: "identifier.review", Summary: "Say which prefixes of companies in GS1 a node resolves", Handler: httpd.JSON(m.setCompanies)},
		{Pattern: "GET /links", Permission: "identifier.view", Summary: "Where an identification of GS1 leads that a node of the city resolves", Handler: httpd.JSON(m.readLinks)},
	}
}

type companiesView struct {
	Companies
	Yours bool `json:"yours" doc:"The caller may set them"`
}

func (m *Module) readCompanies(ctx context.Context, in httpd.Object) (companiesView, error) {
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return companiesView{}, err
	}
	list, err := m.companies.of(ctx, n.ID)
	return companiesView{list, maySetCompanies(ctx)}, err
}

// maySetCompanies tells whether the caller speaks for the whole city: whoever gets
// the prefix of another company has its products lead elsewhere.
func maySetCompanies(ctx context.Context) bool {
	id := identity.From(ctx)
	return id.Scope.All && id.May("identifier.review")
}

type setCompaniesInput struct {
	httpd.Object
	Body Companies
}

func (m *Module) setCompanies(ctx context.Context, in setCompaniesInput) (companiesView, error) {
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return companiesView{}, err
	}
	if !maySetCompanies(ctx) {
		return companiesView{}, fault.New(fault.Forbidden, "identifier.company.not_city", "the bureau says whose prefixes of GS1 a node resolves, when it has seen the licence")
	}
	after, err := in.Body.tidy()
	if err != nil {
		return companiesView{}, err
	}
	before, err := m.companies.of(ctx, n.ID)
	if err != nil {
		return companiesView{}, err
	}
	return companiesView{after, true}, m.companies.put(ctx, n.ID, before, after)
}

type linksParams struct {
	Text string `query:"text" required:"true" minLength:"1" maxLength:"4096" doc:"Elements, a Digital Link, or a key alone"`
}

// linksView is where an identification leads, as the links of it and of what is
// above it.
type linksView struct {
	Node    string      `json:"node" doc:"Prefix of the node that resolves it"`
	NodeID  string      `json:"node_id"`
	Address string      `json:"address" doc:"The Digital Link below the city's resolver, as a label carries it"`
	Levels  []levelView `json:"levels" nullable:"false" doc:"The finest first; those without links, too"`
}

type levelView struct {
	Elements    string     `json:"elements" doc:"As people read them"`
	Handle      string     `json:"handle" doc:"The identifier whose values are the links"`
	Description string     `json:"description"`
	Links       []linkView `json:"links" nullable:"false"`
}

type linkView struct {
	Type string `json:"type" doc:"Link type of the GS1 Web Vocabulary, as gs1:pip"`
	linkset.Link
}

func (m *Module) readLinks(ctx context.Context, in linksParams) (linksView, error) {
	v := linksView{Levels: []levelView{}}
	i, n, err := m.ownIdentification(ctx, in.Text)
	if err != nil {
		return v, err
	}
	v.Node, v.NodeID, v.Address = n.Prefix, n.ID, m.resolverRoot()+"/"+linkPath(i)
	set, err := m.links(ctx, n, i)
	if err != nil {
		return v, err
	}
	for _, level := range levels(i) {
		l := levelView{Elements: level.String(), Handle: companyHandle(n, level), Links: []linkView{}}
		at := slices.IndexFunc(set, func(s linkset.Level) bool { return s.Anchor == m.resolverRoot()+"/"+linkPath(level) })
		if at >= 0 {
			l.Description = set[at].Description
			for _, name := range slices.Sorted(maps.Keys(set[at].Links)) {
				for _, link := range set[at].Links[name] {
					l.Links = append(l.Links, linkView{linkset.Prefix + name, link})
				}
			}
		}
		v.Levels = append(v.Levels, l)
	}
	return v, nil
}

// ownIdentification reads an identification that a node of the city resolves.
func (m *Module) ownIdentification(ctx context.Context, text string) (gs1.Identification, node, error) {
	for _, c := range codeid.Recognise(text) {
		i, err := gs1.ParseLink(c.Canonical)
		if c.System != codeid.GS1 || err != nil {
			continue
		}
		n, ours, err := m.company(ctx, i)
		if err != nil || ours {
			return i, n, err
		}
	}
	return gs1.Identification{}, node{}, fault.New(fault.NotFound, "identifier.gs1.elsewhere", "no node of the city resolves %s", text).At("query.text", "ask the resolver of its system, or give the prefix of its company to a node")
}
