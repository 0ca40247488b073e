package platforms

import (
	"cmp"
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
	"linghang/modules/platforms/internal/alert"
	"linghang/modules/platforms/internal/duty"
)

const mayTakeAlerts = "platforms.alert.handle"

func (m *Module) rotaRoutes() []module.Route {
	const view, rules, edit = "platforms.alert.view", "platforms.alert.rules", "platforms.alert.edit"
	return []module.Route{
		{Pattern: "GET /alerting/rotas", Permission: view, Summary: "On-call rotas, and who is on duty now", Handler: httpd.JSON(m.listRotas)},
		{Pattern: "POST /alerting/rotas", Permission: edit, Summary: "Make a rota", Handler: httpd.Created(forCity(m.addRota))},
		{Pattern: "GET /alerting/rotas/{id}", Permission: view, Summary: "One rota: its shifts, layers and overrides", Handler: httpd.JSON(m.readRota)},
		{Pattern: "PUT /alerting/rotas/{id}", Permission: edit, Summary: "Change a rota", Handler: httpd.JSON(forCity(m.editRota))},
		{Pattern: "DELETE /alerting/rotas/{id}", Permission: edit, Summary: "Remove a rota that nothing tells", Handler: httpd.JSON(forCity(m.removeRota))},
		{Pattern: "POST /alerting/rotas/{id}/overrides", Permission: mayTakeAlerts, Summary: "Stand in for a time; who edits rotas names anybody", Handler: httpd.Created(m.addOverride)},
		{Pattern: "DELETE /alerting/rotas/{id}/overrides/{override}", Permission: mayTakeAlerts, Summary: "End an override now", Handler: httpd.JSON(m.endOverride)},
		{Pattern: "GET /alerting/people", Permission: edit, Summary: "Who may be on duty", Handler: httpd.JSON(forCity(m.listDutyPeople))},
		{Pattern: "GET /alerting/policies", Permission: rules, Summary: "Escalation policies", Handler: httpd.JSON(forCity(m.listPolicies))},
		{Pattern: "POST /alerting/policies", Permission: edit, Summary: "Make an escalation policy", Handler: httpd.Created(forCity(m.addPolicy))},
		{Pattern: "PUT /alerting/policies/{id}", Permission: edit, Summary: "Change an escalation policy", Handler: httpd.JSON(forCity(m.editPolicy))},
		{Pattern: "DELETE /alerting/policies/{id}", Permission: edit, Summary: "Remove a policy that no route uses", Handler: httpd.JSON(forCity(m.removePolicy))},
	}
}

// able returns the names of those who may take care of the alerts of an organisation,
// by ID; of some persons, or of all. Without an organisation: of any.
func (m *Module) able(ctx context.Context, organisation string, persons []string) (map[string]string, error) {
	p := identity.SeerParams{Permission: mayTakeAlerts, Persons: persons, Limit: dutyPeopleMost}
	if organisation != "" {
		p.Organisations = []string{organisation}
	}
	seers, err := m.people.Seers(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("read who may take care of alerts: %w", err)
	}
	names := map[string]string{}
	for _, s := range seers {
		names[s.PersonID] = s.Name
	}
	return names, nil
}

func holdsKey(names map[string]string) func(string) bool {
	return func(id string) bool { return names[id] != "" }
}

// roster reads what is asked about a rota in a span.
func (m *Module) roster(ctx context.Context, r Rota, from, to time.Time) (x roster, err error) {
	x = roster{Rota: r}
	if x.overrides, err = m.rotas.overrides(ctx, r.ID, from, to); err != nil {
		return x, err
	}
	persons := r.members()
	for _, o := range x.overrides {
		persons = append(persons, o.Person.ID)
	}
	if len(persons) == 0 {
		return x, nil
	}
	if x.able, err = m.able(ctx, r.Organisation.ID, persons); err != nil {
		return x, err
	}
	for i := range x.Layers {
		x.Layers[i].Members = withNames(x.Layers[i].Members, x.able)
	}
	for i, o := range x.overrides {
		x.overrides[i].Person = withNames([]duty.Member{o.Person}, x.able)[0]
	}
	return x, nil
}

// rotaRow is a rota of a list.
type rotaRow struct {
	Rota
	Now OnDuty `json:"now"`
}

type rotasView struct {
	Items []rotaRow `json:"items" nullable:"false"`
	Most  int       `json:"most" doc:"Rotas that there may be"`
}

// listRotas returns the rotas of organisations within the caller's scope.
func (m *Module) listRotas(ctx context.Context, _ nothing) (rotasView, error) {
	v := rotasView{Items: []rotaRow{}, Most: rotasMost}
	list, err := m.rotas.list(ctx)
	if err != nil {
		return v, err
	}
	now := time.Now().UTC()
	for _, r := range list {
		if !identity.From(ctx).Scope.Allows(r.Organisation.ID) {
			continue
		}
		x, err := m.roster(ctx, r, now, now.Add(time.Millisecond))
		if err != nil {
			return v, err
		}
		if x.Organisation, err = m.organisation(ctx, r.Organisation.ID); err != nil {
			return v, err
		}
		v.Items = append(v.Items, rotaRow{x.Rota, x.now(now)})
	}
	return v, nil
}

// organisation names an organisation; one that is gone has no name.
func (m *Module) organisation(ctx context.Context, id string) (operator, error) {
	o, err := m.people.Organisation(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return operator{ID: id}, nil
	}
	return operator{ID: id, Name: o.Name}, err
}

type rotaInput struct {
	httpd.Object
	From time.Time `query:"from" doc:"Default: the beginning of today, by the zone of the rota"`
	To   time.Time `query:"to" doc:"Default: 28 days later; 92 days at most"`
}

// rotaLayer is the schedule of one layer alone.
type rotaLayer struct {
	Shifts []RotaShift `json:"shifts" nullable:"false"`
}

// rotaDetail is a rota on its own page.
type rotaDetail struct {
	Rota
	From        time.Time      `json:"from"`
	To          time.Time      `json:"to"`
	Now         OnDuty         `json:"now"`
	Shifts      []RotaShift    `json:"shifts" nullable:"false" doc:"Who is on duty; without overlaps, gaps are told"`
	Schedules   []rotaLayer    `json:"schedules" nullable:"false" doc:"Each layer alone"`
	Overrides   []RotaOverride `json:"overrides" nullable:"false" doc:"Of the span"`
	MayEdit     bool           `json:"may_edit"`
	MayStandIn  bool           `json:"may_stand_in" doc:"The caller may be on duty here"`
	CallerID    string         `json:"caller_id"`
	GapsSeconds int64          `json:"gaps_seconds" doc:"How long nobody would be told, in the span"`
}

func (m *Module) readRota(ctx context.Context, in rotaInput) (rotaDetail, error) {
	r, err := m.seenRota(ctx, in.ID)
	if err != nil {
		return rotaDetail{}, err
	}
	now := time.Now().UTC()
	from, to := in.From.UTC(), in.To.UTC()
	if in.From.IsZero() {
		from = duty.Today(r.Zone, now)
	}
	if in.To.IsZero() {
		to = from.Add(rotaSpan)
	}
	if !to.After(from) || to.Sub(from) > rotaSpanMost {
		return rotaDetail{}, fault.New(fault.BadRequest, "platforms.rota.span", "from comes before to, at most %d days", int(rotaSpanMost/(24*time.Hour)))
	}
	return m.rotaDetail(ctx, r, from, to, now)
}

// seenRota returns a rota of an organisation within the caller's scope.
func (m *Module) seenRota(ctx context.Context, id string) (Rota, error) {
	r, err := m.rotas.get(ctx, m.kit.DB, id)
	if err != nil {
		return r, err
	}
	return r, identity.From(ctx).Scope.Check(r.Organisation.ID)
}

func (m *Module) rotaDetail(ctx context.Context, r Rota, from, to, now time.Time) (rotaDetail, error) {
	x, err := m.roster(ctx, r, minTime(from, now), maxTime(to, now.Add(time.Millisecond)))
	if err != nil {
		return rotaDetail{}, err
	}
	if x.Organisation, err = m.organisation(ctx, r.Organisation.ID); err != nil {
		return rotaDetail{}, err
	}
	who := identity.From(ctx)
	mine, err := m.able(ctx, r.Organisation.ID, []string{who.PersonID})
	if err != nil {
		return rotaDetail{}, err
	}
	read := x.read()
	v := rotaDetail{
		Rota: x.Rota, From: from, To: to, Now: x.now(now), Shifts: x.shifts(read, from, to), Schedules: []rotaLayer{}, Overrides: []RotaOverride{},
		MayEdit: who.May("platforms.alert.edit") && who.Scope.All, MayStandIn: who.PersonID != "" && mine[who.PersonID] != "", CallerID: who.PersonID,
	}
	for i := range x.Layers {
		v.Schedules = append(v.Schedules, rotaLayer{x.shifts(read.Layer(i), from, to)})
	}
	for _, o := range x.overrides {
		if o.To.After(from) && o.From.Before(to) {
			o.MayEnd = o.To.After(now) && mayEnd(who, o)
			v.Overrides = append(v.Overrides, o)
		}
	}
	slices.SortFunc(v.Overrides, func(a, b RotaOverride) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID)) })
	for _, s := range v.Shifts {
		if s.Gap != "" {
			v.GapsSeconds += int64(s.To.Sub(s.From) / time.Second)
		}
	}
	return v, nil
}

// mayEnd tells whether somebody may end an override: who edits rotas, who stands in,
// and who made it.
func mayEnd(who identity.Identity, o RotaOverride) bool {
	return who.May(mayTakeAlerts) && (o.Person.ID == who.PersonID || o.actor == who.Actor()) || who.May("platforms.alert.edit") && who.Scope.All
}

type rotaBody struct {
	duty.Rota
	OrganisationID string `json:"organisation_id,omitempty" maxLength:"26" doc:"Whose rota it is; default: the caller's organisation"`
}

// filled checks a rota and fills in the names of its members.
func (m *Module) filled(ctx context.Context, b rotaBody) (Rota, error) {
	r := Rota{Rota: b.Tidy(), Organisation: operator{ID: b.OrganisationID}}
	if r.Organisation.ID == "" {
		r.Organisation.ID = identity.From(ctx).Organisation.ID
	}
	able, err := m.able(ctx, r.Organisation.ID, r.members())
	if err != nil {
		return r, err
	}
	if err := r.Check(holdsKey(able)); err != nil {
		return r, err
	}
	for i := range r.Layers {
		r.Layers[i].Members = withNames(r.Layers[i].Members, able)
	}
	return r, nil
}

type addRotaInput struct{ Body rotaBody }

func (m *Module) addRota(ctx context.Context, in addRotaInput) (Rota, error) {
	r, err := m.filled(ctx, in.Body)
	if err != nil {
		return Rota{}, err
	}
	r.ID, r.Version = ulid.Make().String(), 1
	err = m.rotas.save(ctx, r, 0, time.Now())
	m.kit.Notify(topicAlerts, "", "")
	return r, err
}

type editRotaInput struct {
	httpd.Object
	httpd.IfMatch
	Body rotaBody
}

func (m *Module) editRota(ctx context.Context, in editRotaInput) (Rota, error) {
	version, err := in.Expected()
	if err != nil {
		return Rota{}, err
	}
	before, err := m.rotas.get(ctx, m.kit.DB, in.ID)
	if err != nil {
		return Rota{}, err
	}
	in.Body.OrganisationID = cmp.Or(in.Body.OrganisationID, before.Organisation.ID)
	r, err := m.filled(ctx, in.Body)
	if err != nil {
		return Rota{}, err
	}
	r.ID, r.Version = in.ID, version+1
	err = m.rotas.save(ctx, r, version, time.Now())
	m.kit.Notify(topicAlerts, "", "")
	return r, err
}

func (m *Module) removeRota(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	err := m.rotas.remove(ctx, in.ID)
	m.kit.Notify(topicAlerts, "", "")
	return httpd.Nothing{}, err
}

type overrideInput struct {
	httpd.Object
	Body struct {
		PersonID string    `json:"person_id,omitempty" maxLength:"26" doc:"Default: the caller"`
		From     time.Time `json:"from,omitzero" doc:"Default: now"`
		To       time.Time `json:"to"`
		Reason   string    `json:"reason" maxLength:"500"`
	}
}

func (m *Module) addOverride(ctx context.Context, in overrideInput) (RotaOverride, error) {
	who, now := identity.From(ctx), time.Now().UTC().Truncate(time.Millisecond)
	r, err := m.seenRota(ctx, in.ID)
	if err != nil {
		return RotaOverride{}, err
	}
	person := cmp.Or(in.Body.PersonID, who.PersonID)
	if person != who.PersonID && (!who.May("platforms.alert.edit") || !who.Scope.All) {
		return RotaOverride{}, fault.New(fault.Forbidden, "platforms.rota.others", "who does not edit rotas stands in for themselves only")
	}
	able, err := m.able(ctx, r.Organisation.ID, []string{person})
	if err != nil {
		return RotaOverride{}, err
	}
	o := RotaOverride{ID: ulid.Make().String(), Author: who.Name, CreatedAt: now, MayEnd: true, actor: who.Actor()}
	o.Override = duty.Override{Person: duty.Member{ID: person, Name: able[person]}, From: in.Body.From.UTC(), To: in.Body.To.UTC(), Reason: strings.TrimSpace(in.Body.Reason)}
	if in.Body.From.IsZero() {
		o.From = now
	}
	if err := o.Check(now, holdsKey(able)); err != nil {
		return RotaOverride{}, err
	}
	err = m.rotas.insertOverride(ctx, r.ID, o)
	m.kit.Notify(topicAlerts, "", "")
	return o, err
}

type endOverrideInput struct {
	httpd.Object
	Override string `path:"override" maxLength:"26"`
}

func (m *Module) endOverride(ctx context.Context, in endOverrideInput) (httpd.Nothing, error) {
	if _, err := m.seenRota(ctx, in.ID); err != nil {
		return httpd.Nothing{}, err
	}
	o, err := m.rotas.override(ctx, in.ID, in.Override)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !mayEnd(identity.From(ctx), o) {
		return httpd.Nothing{}, fault.New(fault.Forbidden, "platforms.rota.others", "who does not edit rotas stands in for themselves only")
	}
	err = m.rotas.endOverride(ctx, o, time.Now().UTC())
	m.kit.Notify(topicAlerts, "", "")
	return httpd.Nothing{}, err
}

type dutyPeopleInput struct {
	Organisation string `query:"organisation" maxLength:"26" doc:"Whose alerts they take care of; empty: of any"`
}

// dutyPerson is somebody who may be on duty.
type dutyPerson struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Organisation lang.Text `json:"organisation"`
}

type dutyPeopleView struct {
	Items []dutyPerson `json:"items" nullable:"false"`
}

func (m *Module) listDutyPeople(ctx context.Context, in dutyPeopleInput) (dutyPeopleView, error) {
	v := dutyPeopleView{Items: []dutyPerson{}}
	p := identity.SeerParams{Permission: mayTakeAlerts, Limit: dutyPeopleMost}
	if in.Organisation != "" {
		p.Organisations = []string{in.Organisation}
	}
	seers, err := m.people.Seers(ctx, p)
	for _, s := range seers {
		v.Items = append(v.Items, dutyPerson{s.PersonID, s.Name, s.Organisation})
	}
	return v, err
}

type policiesView struct {
	Items []Policy `json:"items" nullable:"false"`
	Most  int      `json:"most" doc:"Policies that there may be"`
}

func (m *Module) listPolicies(ctx context.Context, _ nothing) (policiesView, error) {
	list, err := m.policies.list(ctx)
	return policiesView{append([]Policy{}, list...), policiesMost}, err
}

// checkPolicy checks a policy and fills in the names of its persons.
func (m *Module) checkPolicy(ctx context.Context, body duty.Policy) (Policy, error) {
	p := Policy{Policy: body.Tidy()}
	able, err := m.able(ctx, "", p.members())
	if err != nil {
		return p, err
	}
	rotas, err := m.rotas.list(ctx)
	if err != nil {
		return p, err
	}
	known := func(id string) bool { return slices.ContainsFunc(rotas, func(r Rota) bool { return r.ID == id }) }
	if err := p.Check(holdsKey(able), known); err != nil {
		return p, err
	}
	for i := range p.Steps {
		p.Steps[i].Persons = withNames(p.Steps[i].Persons, able)
	}
	return p, nil
}

type addPolicyInput struct{ Body duty.Policy }

func (m *Module) addPolicy(ctx context.Context, in addPolicyInput) (Policy, error) {
	p, err := m.checkPolicy(ctx, in.Body)
	if err != nil {
		return Policy{}, err
	}
	p.ID, p.Version = ulid.Make().String(), 1
	return p, m.policies.save(ctx, p, 0, time.Now())
}

type editPolicyInput struct {
	httpd.Object
	httpd.IfMatch
	Body duty.Policy
}

func (m *Module) editPolicy(ctx context.Context, in editPolicyInput) (Policy, error) {
	version, err := in.Expected()
	if err != nil {
		return Policy{}, err
	}
	p, err := m.checkPolicy(ctx, in.Body)
	if err != nil {
		return Policy{}, err
	}
	p.ID, p.Version = in.ID, version+1
	return p, m.policies.save(ctx, p, version, time.Now())
}

func (m *Module) removePolicy(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.policies.remove(ctx, in.ID)
}

// routeOf returns the route that takes an alert.
func (m *Module) routeOf(ctx context.Context, a Alert) (r alert.Route, err error) {
	routes, err := m.alertTells.routes(ctx)
	if err != nil {
		return r, err
	}
	takes, err := compiled(routes, func(r AlertRoute) ([]alert.Matcher, string) { return r.Matchers, r.ID })
	if err != nil {
		return r, err
	}
	if at := slices.IndexFunc(takes, func(test alert.Matching) bool { return test(a.Labels) }); at >= 0 {
		r = routes[at].Route
	}
	return r, nil
}
