package pilot

import (
	"cmp"
	"context"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/scenario/internal/panel"
)

func (m *Pilots) relationRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /pilot/declarations", Permission: mayReview, Summary: "One's own declared interests, and where one is known to be and have been employed", Handler: httpd.JSON(m.listDeclarations)},
		{Pattern: "POST /pilot/declarations", Permission: mayReview, Summary: "Declare an interest: for whom one works, of what one holds a share, with whom one cooperated", Handler: httpd.Created(m.declare)},
		{Pattern: "DELETE /pilot/declarations/{id}", Permission: mayReview, Summary: "Take back an interest that one declared", Handler: httpd.JSON(m.undeclare)},
		{Pattern: "GET /pilot/relations", Permission: mayManage, Summary: "All relations that conflicts are computed from", Handler: httpd.List(m.listRelations)},
		{Pattern: "POST /pilot/relations", Permission: mayManage, Summary: "Enter a relation between a person or an organisation and an organisation", Handler: httpd.Created(forCity(m.enterRelation))},
		{Pattern: "DELETE /pilot/relations/{id}", Permission: mayManage, Summary: "Remove a relation", Handler: httpd.JSON(forCity(m.removeRelation))},
	}
}

type relationsView struct {
	Items    []Relation   `json:"items" nullable:"false"`
	Employed []Employment `json:"employed" nullable:"false" doc:"Where one belongs and belonged, by the city's register, as far as it still makes partial"`
}

// listDeclarations tells a person all that is known of them, also what they did not say.
func (m *Pilots) listDeclarations(ctx context.Context, _ nothing) (relationsView, error) {
	who := identity.From(ctx).PersonID
	list, err := m.relations.of(ctx, who)
	if err != nil {
		return relationsView{}, err
	}
	employed, err := m.employed.of(ctx, []string{who})
	return relationsView{list, employed}, err
}

type declarePilotInput struct {
	Body struct {
		To     string     `json:"to" maxLength:"18" doc:"Unified social credit code"`
		ToName string     `json:"to_name" maxLength:"200"`
		Kind   panel.Kind `json:"kind" enum:"employment,shareholding,cooperation"`
		Share  float64    `json:"share,omitempty" minimum:"0" maximum:"100"`
		Since  string     `json:"since,omitempty" maxLength:"10"`
		Until  string     `json:"until,omitempty" maxLength:"10"`
	}
}

func (m *Pilots) declare(ctx context.Context, in declarePilotInput) (Relation, error) {
	id, by := identity.From(ctx), handOf(ctx)
	if id.PersonID == "" {
		return Relation{}, fault.New(fault.Forbidden, "scenario.pilot.person", "persons declare interests")
	}
	b := in.Body
	r := Relation{
		ID: ulid.Make().String(), From: personParty + id.PersonID, FromName: id.Name, To: strings.ToUpper(strings.TrimSpace(b.To)), ToName: strings.TrimSpace(b.ToName), Kind: b.Kind, Share: b.Share,
		Since: b.Since, Until: b.Until, Source: "declared", At: m.site.Now().UTC(), person: id.PersonID, actor: by.actor, by: by.name,
	}
	if err := r.check(); err != nil {
		return r, err
	}
	return r, m.relations.insert(ctx, r)
}

func (m *Pilots) undeclare(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	who := identity.From(ctx).PersonID
	return httpd.Nothing{}, m.relations.remove(ctx, in.ID, func(r Relation) bool { return who != "" && r.person == who && r.Source == "declared" })
}

func (m *Pilots) listRelations(ctx context.Context, in relationParams) (sqldb.Page[Relation], error) {
	if !identity.From(ctx).Scope.All {
		return sqldb.Page[Relation]{}, fault.New(fault.Forbidden, "scenario.pilot.city", "calls and pilots are the whole city's, and are for who sees all of it")
	}
	return m.relations.list(ctx, in)
}

type enterPilotRelationInput struct {
	Body struct {
		From     string     `json:"from" maxLength:"60" doc:"person:<id> or a unified social credit code"`
		FromName string     `json:"from_name,omitempty" maxLength:"200"`
		To       string     `json:"to" maxLength:"60" doc:"A unified social credit code, or organisation:<id>"`
		ToName   string     `json:"to_name,omitempty" maxLength:"200"`
		Kind     panel.Kind `json:"kind" enum:"employment,shareholding,cooperation"`
		Share    float64    `json:"share,omitempty" minimum:"0" maximum:"100"`
		Since    string     `json:"since,omitempty" maxLength:"10"`
		Until    string     `json:"until,omitempty" maxLength:"10"`
	}
}

func (m *Pilots) enterRelation(ctx context.Context, in enterPilotRelationInput) (Relation, error) {
	b, by := in.Body, handOf(ctx)
	r := Relation{
		ID: ulid.Make().String(), From: strings.TrimSpace(b.From), FromName: cmp.Or(strings.TrimSpace(b.FromName), b.From), To: strings.TrimSpace(b.To), ToName: cmp.Or(strings.TrimSpace(b.ToName), b.To),
		Kind: b.Kind, Share: b.Share, Since: b.Since, Until: b.Until, Source: "entered", At: m.site.Now().UTC(), actor: by.actor, by: by.name,
	}
	if person, ok := strings.CutPrefix(r.From, personParty); ok {
		r.person = person
	}
	if err := r.check(); err != nil {
		return r, err
	}
	return r, m.relations.insert(ctx, r)
}

func (m *Pilots) removeRelation(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.relations.remove(ctx, in.ID, func(Relation) bool { return true })
}
