// Package view keeps how people want to see lists and charts (room: view): filters,
// search, sort and columns, or platforms, indicator and span, under a name, for oneself
// or shared with one's organisation, and which of them a list opens with.
//
// A view is what the address of the page says after the question mark; it gives
// nobody access to anything, the page asks as always.
//
// Tables: view, first_view. Tells: nothing. Hears: nothing.
package view

import (
	"context"
	"embed"
	"io/fs"
	"net/url"
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

//go:embed migrations/*.sql
var migrations embed.FS

// Room is the room of saved views.
type Room struct {
	kit   *module.Kit
	store viewStore
}

// New returns the room.
func New(kit *module.Kit) *Room { return &Room{kit, viewStore{kit.DB}} }

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	return module.Manifest{
		Name: "view", Title: lang.Text{ZH: "列表视图", EN: "Saved views"}, Migrations: dir,
		Permissions: []module.Permission{{
			ID: "view.share", Title: lang.Text{ZH: "与本机构共享列表视图", EN: "Share saved views with the organisation"},
			Roles: []identity.Role{identity.Administrator, identity.Officer, identity.Leader, identity.Auditor, identity.Manager},
		}},
		Personal: []sqldb.Personal{
			{Table: "first_view", Person: "person_id", Show: []string{"list", "view_id"}, Drop: true},
			{Table: "view", Person: "person_id", Show: []string{"list", "name", "query"}, Drop: true, Where: "shared = FALSE"},
			{Table: "view", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"list", "name", "query"}, Where: "shared = TRUE"},
		},
		Routes: []module.Route{
			{Pattern: "GET /views", Permission: identity.SignedIn, Summary: "Views of a list or a chart: one's own and those shared by the organisation", Handler: httpd.JSON(m.list)},
			{Pattern: "POST /views", Permission: identity.SignedIn, Summary: "Save a view", Handler: httpd.Created(m.save)},
			{Pattern: "PUT /views/{id}", Permission: identity.SignedIn, Summary: "Change one's own view", Handler: httpd.JSON(m.edit)},
			{Pattern: "DELETE /views/{id}", Permission: identity.SignedIn, Summary: "Remove one's own view", Handler: httpd.JSON(m.remove)},
			{Pattern: "POST /first", Permission: identity.SignedIn, Summary: "Choose the view that a list opens with", Handler: httpd.JSON(m.choose)},
		},
	}
}

// person returns who is asking, who must be a person.
func person(ctx context.Context) (identity.Identity, error) {
	id := identity.From(ctx)
	if id.PersonID == "" {
		return id, fault.New(fault.Conflict, "view.person", "views belong to persons, not to tokens")
	}
	return id, nil
}

type listInput struct {
	List string `query:"list" required:"true" maxLength:"200" doc:"Address of the list in the API, or of the page of a chart"`
}

type viewsView struct {
	Items []View `json:"items" nullable:"false"`
}

func (m *Room) list(ctx context.Context, in listInput) (viewsView, error) {
	id := identity.From(ctx)
	list, err := m.store.list(ctx, id, in.List)
	return viewsView{list}, err
}

// Wanted is what is saved.
type Wanted struct {
	Name   string `json:"name" minLength:"1" maxLength:"60"`
	Query  string `json:"query" maxLength:"2000" doc:"What the list's address says after the question mark"`
	Shared bool   `json:"shared,omitempty" doc:"With the caller's organisation; needs view.share"`
}

// check returns what is wanted in one form, without the page one was on.
func (w Wanted) check(id identity.Identity) (Wanted, error) {
	w.Name = strings.TrimSpace(w.Name)
	if w.Name == "" {
		return w, fault.New(fault.Invalid, "view.name", "the name is missing").At("body.name", "give a name")
	}
	values, err := url.ParseQuery(strings.TrimPrefix(w.Query, "?"))
	if err != nil {
		return w, fault.New(fault.Invalid, "view.query", "the query cannot be read").At("body.query", "save the view from the list")
	}
	for name := range values {
		if strings.HasSuffix(name, "cursor") {
			values.Del(name)
		}
	}
	w.Query = values.Encode()
	if w.Shared && !id.May("view.share") {
		return w, fault.New(fault.Forbidden, "kernel.permission", "this needs the permission %s", "view.share").With("permission", "view.share")
	}
	return w, nil
}

type saveInput struct {
	Body struct {
		Wanted
		List string `json:"list" minLength:"1" maxLength:"200" doc:"Address of the list in the API, or of the page of a chart"`
	}
}

func (m *Room) save(ctx context.Context, in saveInput) (View, error) {
	id, err := person(ctx)
	if err != nil {
		return View{}, err
	}
	w, err := in.Body.check(id)
	if err != nil {
		return View{}, err
	}
	v := View{
		ID: ulid.Make().String(), List: in.Body.List, Name: w.Name, Query: w.Query, Shared: w.Shared, PersonName: id.Name, Own: true, Version: 1,
		At: time.Now().UTC().Truncate(time.Millisecond), person: id.PersonID, organisation: id.Organisation.ID,
	}
	return v, m.store.add(ctx, v)
}

type editInput struct {
	httpd.Object
	httpd.IfMatch
	Body Wanted
}

func (m *Room) edit(ctx context.Context, in editInput) (View, error) {
	version, err := in.Expected()
	if err != nil {
		return View{}, err
	}
	id, err := person(ctx)
	if err != nil {
		return View{}, err
	}
	w, err := in.Body.check(id)
	if err != nil {
		return View{}, err
	}
	if err := m.store.edit(ctx, id.PersonID, in.ID, w, version); err != nil {
		return View{}, err
	}
	return m.store.get(ctx, id, in.ID)
}

func (m *Room) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	id, err := person(ctx)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.store.remove(ctx, id.PersonID, in.ID)
}

type chooseInput struct {
	Body struct {
		List string `json:"list" minLength:"1" maxLength:"200"`
		View string `json:"view" maxLength:"26" doc:"Empty: none"`
	}
}

func (m *Room) choose(ctx context.Context, in chooseInput) (httpd.Nothing, error) {
	id, err := person(ctx)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if in.Body.View != "" {
		v, err := m.store.get(ctx, id, in.Body.View)
		if err != nil || v.List != in.Body.List {
			return httpd.Nothing{}, fault.New(fault.Invalid, "view.unknown", "this list has no such view").At("body.view", "choose one of the list's views")
		}
	}
	return httpd.Nothing{}, m.store.choose(ctx, id, in.Body.List, in.Body.View)
}
