package identifier

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// Organisations is the register of organisations, of which nodes know the number
// of who operates them.
type Organisations interface {
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

func (m *Module) particularsRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /nodes/{id}/particulars", Permission: "identifier.apply", Sensitive: true, Summary: "Who operates a node, as table 1 or 6 asks, and what is missing", Handler: httpd.JSON(m.readParticulars)},
		{Pattern: "PUT /nodes/{id}/particulars", Permission: "identifier.apply", Summary: "Enter who operates a node", Handler: httpd.JSON(m.enterParticulars)},
		{Pattern: "GET /nodes/{id}/applications", Permission: "identifier.apply", Summary: "Applications that use a node's identifiers", Handler: httpd.List(m.listApplications)},
		{Pattern: "POST /nodes/{id}/applications", Permission: "identifier.apply", Summary: "Enter an application", Handler: httpd.Created(m.addApplication)},
		{Pattern: "PUT /applications/{id}", Permission: "identifier.apply", Summary: "Edit an application", Handler: httpd.JSON(m.editApplication)},
		{Pattern: "DELETE /applications/{id}", Permission: "identifier.apply", Summary: "Remove an application", Handler: httpd.JSON(m.removeApplication)},
	}
}

// spoken returns a node that the caller speaks for.
func (m *Module) spoken(ctx context.Context, id string) (node, error) {
	n, err := m.visible(ctx, id)
	if err != nil {
		return n, err
	}
	if may, err := m.explains(ctx, n); err != nil || !may {
		return n, errOr(err, fault.New(fault.Forbidden, "identifier.node.not_yours", "whoever operates the node reports for it"))
	}
	return n, nil
}

// registered returns what the register has of who operates a node. An organisation
// that is there no more leaves the name that the node has.
func (m *Module) registered(ctx context.Context, n node) (registered, error) {
	o, err := m.organisations.Organisation(ctx, n.Operator.ID)
	if f := (*fault.Error)(nil); errors.As(err, &f) && f.Kind == fault.NotFound {
		return registered{Name: n.Operator.Name}, nil
	}
	return registered{Name: o.Name, USCC: o.USCC}, err
}

// missingView is something that a table asks and that is not there.
type missingView struct {
	Field string    `json:"field"`
	Title lang.Text `json:"title"`
}

// particularsView is who operates a node.
type particularsView struct {
	Particulars
	Registered registered    `json:"registered" doc:"By the register of organisations"`
	Missing    []missingView `json:"missing" nullable:"false" doc:"What a complete table needs beside"`
	Number     int64         `json:"version" doc:"0: nothing was entered; for If-Match"`
}

// ETag implements httpd.Versioned.
func (v particularsView) ETag() int64 { return v.Number }

func (m *Module) viewParticulars(ctx context.Context, n node) (particularsView, error) {
	list, err := m.particulars.of(ctx, []string{n.ID})
	if err != nil {
		return particularsView{}, err
	}
	v := particularsView{Particulars: list[n.ID], Missing: []missingView{}, Number: list[n.ID].Version}
	if v.Registered, err = m.registered(ctx, n); err != nil {
		return v, err
	}
	for _, a := range missing(v.asks(n, v.Registered)) {
		v.Missing = append(v.Missing, missingView{a.Name, a.Title})
	}
	return v, nil
}

func (m *Module) readParticulars(ctx context.Context, in httpd.Object) (particularsView, error) {
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return particularsView{}, err
	}
	return m.viewParticulars(ctx, n)
}

type particularsInput struct {
	httpd.Object
	httpd.IfMatch
	Body Particulars
}

func (m *Module) enterParticulars(ctx context.Context, in particularsInput) (particularsView, error) {
	version, err := in.Expected()
	if err != nil {
		return particularsView{}, err
	}
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return particularsView{}, err
	}
	if err := in.Body.check(); err != nil {
		return particularsView{}, err
	}
	if err := m.particulars.put(ctx, n.ID, version, in.Body); err != nil {
		return particularsView{}, err
	}
	return m.viewParticulars(ctx, n)
}

type applicationsParams struct {
	sqldb.ListParams
	ID string `path:"id" maxLength:"26"`
}

func (m *Module) listApplications(ctx context.Context, in applicationsParams) (sqldb.Page[Application], error) {
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Application]{}, err
	}
	return m.particulars.applications(ctx, n.ID, in.ListParams)
}

type applicationBody struct {
	Name             string `json:"name" minLength:"1" maxLength:"100"`
	Kind             int64  `json:"kind" minimum:"1" maximum:"5" doc:"1 app, 2 mini program, 3 web, 4 PC, 5 other"`
	Introduction     string `json:"introduction,omitempty" maxLength:"2000"`
	Users            int64  `json:"users,omitempty" minimum:"0"`
	RecursiveAddress string `json:"recursive_address,omitempty" maxLength:"45" doc:"IP of the recursive node that it asks"`
	RecursivePort    int64  `json:"recursive_port,omitempty" minimum:"0" maximum:"65535"`
	Developer        string `json:"developer,omitempty" maxLength:"200"`
}

func (b applicationBody) apply(a Application) (Application, error) {
	a.Name, a.Kind, a.Introduction, a.Users = strings.TrimSpace(b.Name), b.Kind, strings.TrimSpace(b.Introduction), b.Users
	a.RecursiveAddress, a.RecursivePort, a.Developer = strings.TrimSpace(b.RecursiveAddress), b.RecursivePort, strings.TrimSpace(b.Developer)
	return a, a.check()
}

type addApplicationInput struct {
	httpd.Object
	Body applicationBody
}

func (m *Module) addApplication(ctx context.Context, in addApplicationInput) (Application, error) {
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return Application{}, err
	}
	a, err := in.Body.apply(Application{ID: ulid.Make().String(), NodeID: n.ID, CreatedAt: time.Now().UTC(), Version: 1})
	if err != nil {
		return Application{}, err
	}
	return a, m.particulars.addApplication(ctx, a)
}

// theirApplication returns an application of a node that the caller speaks for.
func (m *Module) theirApplication(ctx context.Context, id string) (Application, error) {
	a, err := m.particulars.application(ctx, id)
	if err != nil {
		return a, err
	}
	_, err = m.spoken(ctx, a.NodeID)
	return a, err
}

type editApplicationInput struct {
	httpd.Object
	httpd.IfMatch
	Body applicationBody
}

func (m *Module) editApplication(ctx context.Context, in editApplicationInput) (Application, error) {
	version, err := in.Expected()
	if err != nil {
		return Application{}, err
	}
	before, err := m.theirApplication(ctx, in.ID)
	if err != nil {
		return Application{}, err
	}
	a, err := in.Body.apply(before)
	if err != nil {
		return Application{}, err
	}
	if err := m.particulars.editApplication(ctx, before, a, version); err != nil {
		return Application{}, err
	}
	return m.particulars.application(ctx, a.ID)
}

func (m *Module) removeApplication(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	a, err := m.theirApplication(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.particulars.removeApplication(ctx, a)
}
