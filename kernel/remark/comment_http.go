package remark

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Subject is embedded in the input of routes about one object.
type Subject struct {
	Kind string `path:"kind" maxLength:"80" doc:"Such as plan.target"`
	httpd.Object
}

// ObjectView is an object that people comment on.
type ObjectView struct {
	Kind      string    `json:"kind"`
	ID        string    `json:"id"`
	Title     lang.Text `json:"title"`
	Path      string    `json:"path" doc:"Of its comments in the web"`
	Comments  int       `json:"comments" doc:"Those that were not removed"`
	Files     int       `json:"files"`
	MayRemark bool      `json:"may_remark" doc:"The caller may comment on it"`
	FileLimit int64     `json:"file_limit" doc:"Bytes that one file has at most"`
}

func (m *Room) readObject(ctx context.Context, in Subject) (ObjectView, error) {
	o, err := m.find(ctx, in.Kind, in.ID)
	if err != nil {
		return ObjectView{}, err
	}
	v := ObjectView{
		Kind: in.Kind, ID: in.ID, Title: o.Title, Path: o.Path, MayRemark: o.MayRemark && identity.From(ctx).May("remark.write"), FileLimit: m.limits.FileMiB << 20,
	}
	v.Comments, v.Files, err = m.comments.count(ctx, in.Kind, in.ID)
	return v, err
}

type listInput struct {
	Subject
	sqldb.ListParams
}

func (m *Room) listComments(ctx context.Context, in listInput) (sqldb.Page[Comment], error) {
	if _, err := m.find(ctx, in.Kind, in.ID); err != nil {
		return sqldb.Page[Comment]{}, err
	}
	page, err := m.comments.list(ctx, in.Kind, in.ID, in.ListParams)
	actor, now := identity.From(ctx).Actor(), time.Now()
	for i, c := range page.Items {
		page.Items[i] = c.seenBy(actor, now)
	}
	return page, err
}

// seenBy adds what the caller may do with a comment.
func (c Comment) seenBy(actor string, now time.Time) Comment {
	c.Own = c.author == actor
	if until, ok := c.mayEdit(actor, now); ok {
		c.EditableUntil = &until
	}
	return c
}

type sayInput struct {
	Subject
	Body struct {
		Said
		ThreadID string `json:"thread_id,omitempty" maxLength:"26" doc:"The thread to answer in; empty begins one"`
	}
}

func (m *Room) say(ctx context.Context, in sayInput) (Comment, error) {
	o, err := m.findOpen(ctx, in.Kind, in.ID)
	if err != nil {
		return Comment{}, err
	}
	text, err := in.Body.check()
	if err != nil {
		return Comment{}, err
	}
	id, now := identity.From(ctx), time.Now().UTC().Truncate(time.Millisecond)
	c := Comment{
		ID: ulid.Make().String(), ThreadID: in.Body.ThreadID, At: now, AuthorName: id.Name, Organisation: id.Organisation.Name, Body: text, Version: 1,
		Files: []File{}, kind: in.Kind, object: in.ID, author: id.Actor(),
	}
	if c.Mentions, err = m.mentioned(ctx, o, text, in.Body.Mentions); err != nil {
		return Comment{}, err
	}
	partners := []string{}
	if c.ThreadID == "" {
		c.ThreadID = c.ID
	} else if partners, err = m.partners(ctx, o, c); err != nil {
		return Comment{}, err
	}
	notices := tell(o, c, c.Mentions, partners)
	if err := m.comments.add(ctx, &c, in.Body.Files, func(tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, notices...) }); err != nil {
		return Comment{}, err
	}
	m.changed(o)
	return c.seenBy(id.Actor(), now), nil
}

// partners are persons who took part in the comment's thread, still see the
// object, and are not mentioned anyway.
func (m *Room) partners(ctx context.Context, o object, c Comment) ([]string, error) {
	persons, err := m.comments.persons(ctx, c.kind, c.object, c.ThreadID)
	if err != nil {
		return nil, err
	}
	persons = slices.DeleteFunc(persons, func(id string) bool {
		return id == c.person() || slices.ContainsFunc(c.Mentions, func(p mention) bool { return p.PersonID == id })
	})
	if len(persons) == 0 {
		return nil, nil
	}
	seers, err := m.directory.Seers(ctx, identity.SeerParams{Organisations: o.Organisations, Permission: o.kind.View, Persons: persons, Limit: len(persons)})
	ids := make([]string, len(seers))
	for i, s := range seers {
		ids[i] = s.PersonID
	}
	return ids, err
}

// mentioned returns the persons, each of whom sees the object and is named in the text.
func (m *Room) mentioned(ctx context.Context, o object, text string, ids []string) ([]mention, error) {
	list := []mention{}
	if len(ids) == 0 {
		return list, nil
	}
	seers, err := m.directory.Seers(ctx, identity.SeerParams{Organisations: o.Organisations, Permission: o.kind.View, Persons: ids, Limit: len(ids)})
	if err != nil {
		return nil, err
	}
	f := fault.New(fault.Invalid, "remark.mention.unknown", "somebody who is mentioned does not see the object")
	for i, id := range ids {
		at := slices.IndexFunc(seers, func(s identity.Seer) bool { return s.PersonID == id })
		if at < 0 {
			_ = f.At(fmt.Sprintf("body.mentions[%d]", i), "choose persons who see the object")
			continue
		}
		if p := (mention{id, seers[at].Name}); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	return list, named(text, list)
}

type peopleInput struct {
	Subject
	Q string `query:"q" maxLength:"60" doc:"Part of the name"`
}

// Suggestion is a person who can be mentioned.
type Suggestion struct {
	PersonID     string    `json:"person_id"`
	Name         string    `json:"name"`
	Organisation lang.Text `json:"organisation"`
}

type peopleView struct {
	Items []Suggestion `json:"items" nullable:"false"`
}

// suggestions is how many persons are suggested at once.
const suggestions = 10

func (m *Room) people(ctx context.Context, in peopleInput) (peopleView, error) {
	o, err := m.findOpen(ctx, in.Kind, in.ID)
	if err != nil {
		return peopleView{}, err
	}
	seers, err := m.directory.Seers(ctx, identity.SeerParams{Organisations: o.Organisations, Permission: o.kind.View, Name: in.Q, Limit: suggestions})
	v := peopleView{make([]Suggestion, len(seers))}
	for i, s := range seers {
		v.Items[i] = Suggestion{s.PersonID, s.Name, s.Organisation}
	}
	return v, err
}

// known returns a comment on an object that the caller sees.
func (m *Room) known(ctx context.Context, id string) (Comment, object, error) {
	c, err := m.comments.get(ctx, id)
	if err != nil {
		return c, object{}, err
	}
	o, err := m.find(ctx, c.kind, c.object)
	return c, o, err
}

type editInput struct {
	httpd.Object
	httpd.IfMatch
	Body Said
}

func (m *Room) edit(ctx context.Context, in editInput) (Comment, error) {
	version, err := in.Expected()
	if err != nil {
		return Comment{}, err
	}
	c, o, err := m.known(ctx, in.ID)
	if err != nil {
		return Comment{}, err
	}
	text, err := in.Body.check()
	if err != nil {
		return Comment{}, err
	}
	actor, now := identity.From(ctx).Actor(), time.Now().UTC().Truncate(time.Millisecond)
	before := c.Mentions
	if c, err = c.edit(actor, text, now); err != nil {
		return Comment{}, err
	}
	if c.Mentions, err = m.mentioned(ctx, o, text, in.Body.Mentions); err != nil {
		return Comment{}, err
	}
	added := slices.DeleteFunc(slices.Clone(c.Mentions), func(p mention) bool { return slices.Contains(before, p) })
	notices := tell(o, c, added, nil)
	err = m.comments.edit(ctx, &c, version, in.Body.Files, func(tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, notices...) })
	if err != nil {
		return Comment{}, err
	}
	m.changed(o)
	return c.seenBy(actor, now), nil
}

func (m *Room) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	c, o, err := m.known(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if err := c.mine(identity.From(ctx).Actor()); err != nil {
		return httpd.Nothing{}, err
	}
	if err := m.comments.remove(ctx, c.ID, time.Now()); err != nil {
		return httpd.Nothing{}, err
	}
	m.changed(o)
	return httpd.Nothing{}, nil
}

// Former is what a comment said before it was edited.
type Former struct {
	Version int64     `json:"version"`
	Body    string    `json:"body"`
	At      time.Time `json:"at" doc:"Since when it said so"`
}

type versionsView struct {
	Items []Former `json:"items" nullable:"false"`
}

func (m *Room) versions(ctx context.Context, in httpd.Object) (versionsView, error) {
	c, _, err := m.known(ctx, in.ID)
	if err != nil {
		return versionsView{}, err
	}
	list, err := m.comments.versions(ctx, c.ID)
	return versionsView{list}, err
}
