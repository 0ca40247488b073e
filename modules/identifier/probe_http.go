package identifier

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/probe"
)

func (m *Module) probeRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /probes", Permission: "identifier.view", Summary: "Who looks at nodes from outside", Handler: httpd.List(m.listProbes)},
		{Pattern: "POST /probes", Permission: "identifier.review", Summary: "Register a probe, which has a say in what is abnormal", Handler: httpd.Created(m.addProbe)},
		{Pattern: "DELETE /probes/{id}", Permission: "identifier.review", Summary: "Remove a probe", Handler: httpd.JSON(m.removeProbe)},
		{Pattern: "GET /probes/{id}/targets", Permission: "identifier.probe", Summary: "Nodes that a probe looks at, and where they are", Handler: httpd.JSON(m.listTargets)},
		{Pattern: "POST /probes/{id}/results", Permission: "identifier.probe", Summary: "Report what a probe saw", MaxBody: 4 << 20, Handler: httpd.JSON(m.takeResults)},
		{Pattern: "GET /nodes/{id}/probes", Permission: "identifier.view", Summary: "What probes see of a node, and its availability by month", Handler: httpd.JSON(m.readProbes)},
		{Pattern: "GET /events", Permission: "identifier.view", Summary: "What became abnormal, and what ended it", Handler: httpd.List(m.listEvents)},
		{Pattern: "PUT /events/{id}", Permission: "identifier.apply", Summary: "Say why a node was abnormal, and what was done", Handler: httpd.JSON(m.explainEvent)},
		{Pattern: "POST /nodes/{id}/stops", Permission: "identifier.apply", Summary: "Announce a planned stop of a node", Handler: httpd.Created(m.addStop)},
		{Pattern: "DELETE /stops/{id}", Permission: "identifier.apply", Summary: "Take a planned stop back that has not begun", Handler: httpd.JSON(m.removeStop)},
	}
}

func (m *Module) listProbes(ctx context.Context, in sqldb.ListParams) (sqldb.Page[prober], error) {
	page, err := m.probes.list(ctx, in)
	for i := range page.Items {
		if !identity.From(ctx).Scope.Allows(page.Items[i].OrganisationID) {
			page.Items[i].OrganisationID = ""
		}
	}
	return page, err
}

// rulesProbes refuses whoever does not decide which probes have a say: the city.
func rulesProbes(ctx context.Context) error {
	if identity.From(ctx).Scope.All {
		return nil
	}
	return fault.New(fault.Forbidden, "identifier.probe.city", "which probes have a say is decided by the city")
}

type addProbeInput struct {
	Body struct {
		Name           string `json:"name" minLength:"1" maxLength:"100" doc:"Where it looks from"`
		OrganisationID string `json:"organisation_id,omitempty" maxLength:"26" doc:"Whose tokens may report for it; default: the caller's organisation"`
	}
}

func (m *Module) addProbe(ctx context.Context, in addProbeInput) (prober, error) {
	if err := rulesProbes(ctx); err != nil {
		return prober{}, err
	}
	p := prober{ID: ulid.Make().String(), Name: strings.TrimSpace(in.Body.Name), OrganisationID: in.Body.OrganisationID, CreatedAt: time.Now().UTC()}
	if p.OrganisationID == "" {
		p.OrganisationID = identity.From(ctx).Organisation.ID
	}
	return p, m.probes.insert(ctx, p)
}

func (m *Module) removeProbe(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := rulesProbes(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	p, err := m.probes.get(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if p.ID == cityProbe {
		return httpd.Nothing{}, fault.New(fault.Conflict, "identifier.probe.own", "the city's own probe stays")
	}
	return httpd.Nothing{}, m.probes.remove(ctx, p)
}

// ownProbe returns a probe that the caller may report for.
func (m *Module) ownProbe(ctx context.Context, id string) (prober, error) {
	p, err := m.probes.get(ctx, id)
	if err == nil && (p.ID == cityProbe || !identity.From(ctx).Scope.Allows(p.OrganisationID)) {
		err = fault.New(fault.NotFound, "kernel.not_found", "there is no such probe, or it is not yours to see")
	}
	return p, err
}

// targetView is a node as a probe needs it.
type targetView struct {
	NodeID string `json:"node_id"`
	Prefix string `json:"prefix"`
	Site   string `json:"site" doc:"HS_SITE of the node, base64"`
	Above  string `json:"above,omitempty" doc:"HS_SITE of the node that has the handle of the prefix, base64"`
	Handle string `json:"handle,omitempty" doc:"An identifier to ask for; where there is none, that there is none is an answer too"`
}

type targetsView struct {
	Items []targetView `json:"items" nullable:"false"`
}

func (m *Module) listTargets(ctx context.Context, in httpd.Object) (targetsView, error) {
	v := targetsView{Items: []targetView{}}
	if _, err := m.ownProbe(ctx, in.ID); err != nil {
		return v, err
	}
	if err := m.ready(); err != nil {
		return v, err
	}
	targets, _, err := m.targets(ctx)
	for i := range targets {
		t := &targets[i]
		one := targetView{NodeID: t.NodeID, Prefix: t.Prefix, Site: base64.StdEncoding.EncodeToString(t.Site.Append(nil)), Handle: t.Handle}
		if t.Above != nil {
			one.Above = base64.StdEncoding.EncodeToString(t.Above.Append(nil))
		}
		v.Items = append(v.Items, one)
	}
	return v, err
}

type resultsInput struct {
	httpd.Object
	Body struct {
		Results []probe.Result `json:"results" minItems:"1" maxItems:"2000" nullable:"false"`
	}
}

type takenView struct {
	Taken int `json:"taken"`
}

// lookAge is how old a result may be when it is reported, lookAhead how far a
// probe's clock may be ahead.
const (
	lookAge   = time.Hour
	lookAhead = time.Minute
)

func (m *Module) takeResults(ctx context.Context, in resultsInput) (takenView, error) {
	p, err := m.ownProbe(ctx, in.ID)
	if err != nil {
		return takenView{}, err
	}
	now := time.Now()
	seen := map[string]bool{}
	for i, r := range in.Body.Results {
		f := fault.New(fault.Invalid, "identifier.probe.result", "result %d cannot be", i)
		switch {
		case r.At.Before(now.Add(-lookAge)) || r.At.After(now.Add(lookAhead)):
			return takenView{}, f.At("body.results", "looks of the last hour are taken; set the probe's clock")
		case seen[r.NodeID]:
			return takenView{}, f.At("body.results", "one result of each node at a time")
		}
		seen[r.NodeID] = true
	}
	nodes, err := m.nodes.answering(ctx)
	if err != nil {
		return takenView{}, err
	}
	return takenView{len(in.Body.Results)}, m.report(ctx, p.ID, in.Body.Results, nodes)
}

// probesView is what probes see of a node.
type probesView struct {
	Health condition      `json:"health" enum:"up,down,unknown"`
	Probes []standingView `json:"probes" nullable:"false"`
	Months []availability `json:"months" nullable:"false" doc:"The last twelve in which somebody looked, the newest first"`
	Stops  []stop         `json:"stops" nullable:"false" doc:"Planned stops that are not over, and those of the last thirty days"`
	Yours  bool           `json:"yours" doc:"The caller may announce stops"`
}

func (m *Module) readProbes(ctx context.Context, in httpd.Object) (probesView, error) {
	v := probesView{Health: unknown, Probes: []standingView{}}
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return v, err
	}
	if v.Yours, err = m.explains(ctx, n); err != nil {
		return v, err
	}
	standings, err := m.probes.standings(ctx, n.ID)
	if err != nil {
		return v, err
	}
	v.Probes = append(v.Probes, standings[n.ID]...)
	seen, err := m.probes.conditions(ctx, []string{n.ID})
	if err != nil {
		return v, err
	}
	if c, ok := seen[n.ID]; ok {
		v.Health = c
	}
	now := time.Now()
	if v.Months, err = m.probes.months(ctx, n.ID, dayOf(now.AddDate(-1, 0, 0)), dayOf(now)); err != nil {
		return v, err
	}
	v.Stops, err = m.events.stops(ctx, n.ID, now.AddDate(0, 0, -30), now.AddDate(10, 0, 0))
	return v, err
}

// explains tells whether the caller speaks for a node: who operates it, or decides about it.
func (m *Module) explains(ctx context.Context, n node) (bool, error) {
	if mine(ctx, n) {
		return identity.From(ctx).May("identifier.apply"), nil
	}
	return m.reviews(ctx, n)
}

func (m *Module) listEvents(ctx context.Context, in eventParams) (sqldb.Page[event], error) {
	page, err := m.events.list(ctx, m.nodes, in)
	if err != nil {
		return page, err
	}
	for i := range page.Items {
		n, err := m.nodes.get(ctx, page.Items[i].NodeID)
		if err != nil {
			return page, err
		}
		if page.Items[i].Yours, err = m.explains(ctx, n); err != nil {
			return page, err
		}
	}
	return page, nil
}

type explainInput struct {
	ID int64 `path:"id" doc:"Number of the event"`
	httpd.IfMatch
	Body struct {
		Cause  string `json:"cause" enum:"network,system,attack,other"`
		Reason string `json:"reason" maxLength:"1000"`
		Cure   string `json:"cure" maxLength:"1000"`
	}
}

func (m *Module) explainEvent(ctx context.Context, in explainInput) (event, error) {
	version, err := in.Expected()
	if err != nil {
		return event{}, err
	}
	e, err := m.events.get(ctx, in.ID)
	if err != nil {
		return event{}, err
	}
	n, err := m.visible(ctx, e.NodeID)
	if err != nil {
		return event{}, err
	}
	may, err := m.explains(ctx, n)
	if err != nil {
		return event{}, err
	}
	if !may {
		return event{}, fault.New(fault.Forbidden, "identifier.node.not_yours", "whoever operates the node says why")
	}
	e.Cause, e.Reason, e.Cure = in.Body.Cause, strings.TrimSpace(in.Body.Reason), strings.TrimSpace(in.Body.Cure)
	if err := m.events.explain(ctx, e, version); err != nil {
		return event{}, err
	}
	e, err = m.events.get(ctx, in.ID)
	e.Yours = true
	return e, err
}

type addStopInput struct {
	httpd.Object
	Body struct {
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		Reason string    `json:"reason" maxLength:"500"`
	}
}

func (m *Module) addStop(ctx context.Context, in addStopInput) (stop, error) {
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return stop{}, err
	}
	if may, err := m.explains(ctx, n); err != nil || !may {
		return stop{}, errOr(err, fault.New(fault.Forbidden, "identifier.node.not_yours", "whoever operates the node announces its stops"))
	}
	one := stop{ID: ulid.Make().String(), NodeID: n.ID, From: in.Body.From.UTC(), To: in.Body.To.UTC(), Reason: strings.TrimSpace(in.Body.Reason), CreatedAt: time.Now().UTC()}
	if err := one.check(time.Now()); err != nil {
		return stop{}, err
	}
	return one, m.events.insertStop(ctx, one)
}

func errOr(err error, other *fault.Error) error {
	if err != nil {
		return err
	}
	return other
}

func (m *Module) removeStop(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	one, err := m.events.oneStop(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	n, err := m.visible(ctx, one.NodeID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if may, err := m.explains(ctx, n); err != nil || !may {
		return httpd.Nothing{}, errOr(err, fault.New(fault.Forbidden, "identifier.node.not_yours", "whoever operates the node announces its stops"))
	}
	if one.From.Before(time.Now()) {
		return httpd.Nothing{}, fault.New(fault.Conflict, "identifier.stop.begun", "the stop has begun, and stays in the reports")
	}
	return httpd.Nothing{}, m.events.removeStop(ctx, one)
}
