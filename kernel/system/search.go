package system

import (
	"context"
	"net/url"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/live"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func organisationDocument(o identity.Organisation) module.Document {
	return module.Document{
		Noun: "organisation", ID: o.ID, Title: o.Name, Tags: []string{o.USCC, o.District}, Path: "/system/organisations?q=" + url.QueryEscape(o.Name.ZH),
		Permission: "system.organisation.view", Organisations: []string{o.ID},
	}
}

func personDocument(p identity.Person) module.Document {
	d := module.Document{
		Noun: "person", ID: p.ID, Title: lang.Text{ZH: p.Name, EN: p.Name}, Tags: []string{p.Login}, Path: "/system/persons?q=" + url.QueryEscape(p.Login),
		Permission: "system.person.view",
	}
	for _, m := range p.Memberships {
		d.Organisations = append(d.Organisations, m.OrganisationID)
	}
	return d
}

// finds are organisations, and persons for those who may see them.
func (m *Room) finds() []module.Find {
	return []module.Find{
		{Noun: "organisation", Title: lang.Text{ZH: "机构", EN: "Organisations"}, Walk: func(ctx context.Context, put func(module.Document) error) error {
			return walk(ctx, func(ctx context.Context, in sqldb.ListParams) (sqldb.Page[identity.Organisation], error) {
				return m.directory.Organisations(ctx, identity.OrganisationParams{ListParams: in})
			}, func(o identity.Organisation) error { return put(organisationDocument(o)) })
		}},
		{Noun: "person", Title: lang.Text{ZH: "人员", EN: "Persons"}, Walk: func(ctx context.Context, put func(module.Document) error) error {
			return walk(ctx, func(ctx context.Context, in sqldb.ListParams) (sqldb.Page[identity.Person], error) {
				return m.directory.Persons(ctx, identity.PersonParams{ListParams: in})
			}, func(p identity.Person) error { return put(personDocument(p)) })
		}},
	}
}

// walk goes through all pages of a list, as the city.
func walk[T any](ctx context.Context, list func(context.Context, sqldb.ListParams) (sqldb.Page[T], error), each func(T) error) error {
	ctx = identity.With(ctx, identity.Identity{Scope: identity.Scope{All: true}})
	for in := (sqldb.ListParams{Limit: 500}); ; {
		page, err := list(ctx, in)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		if in.Cursor = page.NextCursor; in.Cursor == "" {
			return nil
		}
	}
}

func (m *Room) organisationChanged(ctx context.Context, e identity.OrganisationChanged) error {
	o, err := m.directory.Organisation(ctx, e.ID)
	return m.found(ctx, "organisation", e.ID, organisationDocument(o), err)
}

func (m *Room) personChanged(ctx context.Context, e identity.PersonChanged) error {
	p, err := m.directory.Person(ctx, e.ID)
	m.kit.Live.Notify(live.Notice{Topic: httpd.TopicRights, Kind: "changed", Person: e.ID})
	gone, failed := m.directory.Erasing(ctx, e.ID)
	if failed != nil {
		return failed
	}
	if gone && err == nil {
		err = fault.New(fault.NotFound, "kernel.not_found", "the person is being erased")
	}
	return m.found(ctx, "person", e.ID, personDocument(p), err)
}

// found tells the search of an object as it was read, or that it is gone.
func (m *Room) found(ctx context.Context, noun, id string, d module.Document, err error) error {
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err != nil {
			return m.kit.Search.Remove(ctx, tx, noun, id)
		}
		return m.kit.Search.Put(ctx, tx, d)
	})
}
