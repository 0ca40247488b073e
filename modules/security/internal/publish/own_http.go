package publish

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/csaf"
)

// The permissions of own advisories.
const (
	mayView    = "security.advisory.own"
	mayWrite   = "security.advisory.write"
	mayPublish = "security.advisory.publish"
)

// Organisations is the register of organisations.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
}

// Take takes a document that was published among the advisories that are compared with
// assets, in the transaction of the publication.
type Take func(ctx context.Context, tx *sqldb.Tx, document []byte) error

// Provider is the part of the room.
type Provider struct {
	kit           *module.Kit
	organisations Organisations
	store         store
	take          Take
	structure     *csaf.Structure
	clock         func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, take Take, structure *csaf.Structure, clock func() time.Time) *Provider {
	return &Provider{kit: kit, organisations: organisations, store: store{kit.DB, kit.Seal}, take: take, structure: structure, clock: clock}
}

func (p *Provider) now() time.Time { return p.clock().UTC().Truncate(time.Millisecond) }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看本市安全通告的拟稿和发布", EN: "See advisories of the city's own as they are written and published"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: mayWrite, Title: lang.Text{ZH: "拟写本市安全通告", EN: "Write advisories of the city's own"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayPublish, Title: lang.Text{ZH: "发布本市安全通告", EN: "Publish advisories of the city's own"}, Roles: []identity.Role{identity.Officer, identity.Leader}},
	}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "本市通告", EN: "Own advisories"}, Path: "/security/own-advisories", Icon: "edit", Permission: mayView}}
}

// Sealed are the columns that hold secrets.
func Sealed() []module.Sealed {
	return []module.Sealed{{Purpose: sealedFor, Column: sqldb.Column{Table: "security_own_key", Key: "slot", Name: "private"}}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_own_advisory", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"number", "title", "created_at"}},
		{Table: "security_own_revision", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"file", "number", "at"}},
		{Table: "security_own_revision", Person: "publisher", Columns: []string{"publisher_name"}, Show: []string{"file", "number", "at"}},
	}
}

// Routes are the doors.
func (p *Provider) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /own-advisories", Permission: mayView, Summary: "Advisories of the city's own", Handler: httpd.List(p.list)},
		{Pattern: "POST /own-advisories", Permission: mayWrite, Summary: "Write an advisory", Handler: httpd.Created(p.write)},
		{Pattern: "GET /own-advisories/{id}", Permission: mayView, Summary: "An advisory with its draft, the mandatory tests that its document fails, and its revisions", Handler: httpd.JSON(p.read)},
		{Pattern: "PUT /own-advisories/{id}", Permission: mayWrite, Summary: "Edit a draft", Handler: httpd.JSON(p.edit)},
		{Pattern: "GET /own-advisories/{id}/document", Permission: mayView, Summary: "The document (CSAF 2.0) as it would be published now; ?revision= one that was", Handler: httpd.Raw("", http.HandlerFunc(p.serveDocument))},
		{Pattern: "POST /own-advisories/{id}/submission", Permission: mayWrite, Summary: "Send a draft to be published; it passes the mandatory tests", Handler: httpd.JSON(p.submit)},
		{Pattern: "POST /own-advisories/{id}/return", Permission: mayPublish, Summary: "Return it to its author, with the reason", Handler: httpd.JSON(p.giveBack)},
		{Pattern: "POST /own-advisories/{id}/publication", Permission: mayPublish, StepUp: true, Summary: "Publish it: another person than its author", Handler: httpd.JSON(p.publish)},
		{Pattern: "POST /own-advisories/{id}/revision", Permission: mayWrite, Summary: "Begin the next revision of what is published", Handler: httpd.JSON(p.revise)},
	}, p.publicRoutes())
}

// OwnDetail is an advisory on its own page.
type OwnDetail struct {
	Own
	Draft     Draft         `json:"draft"`
	Failings  []Failing     `json:"failings" nullable:"false" doc:"What of the document is not as the schema and the mandatory tests of CSAF 2.0 demand"`
	Missing   []string      `json:"missing" nullable:"false" doc:"What is missing before there is a document"`
	Revisions []OwnRevision `json:"revisions" nullable:"false" doc:"The newest first"`
	Public    string        `json:"public" doc:"Where the published file is read by everybody"`
	Acts      []string      `json:"acts" nullable:"false" doc:"What the caller may do now: edit, submit, return, publish, revise"`
}

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

func (p *Provider) list(ctx context.Context, in ownParams) (sqldb.Page[Own], error) {
	return p.store.list(ctx, in)
}

func (p *Provider) read(ctx context.Context, in httpd.Object) (v OwnDetail, err error) {
	if v.Own, err = p.store.seen(ctx, p.kit.DB, in.ID); err != nil {
		return v, err
	}
	v.Draft, v.Failings, v.Missing, v.Acts = v.draft, []Failing{}, []string{}, []string{}
	if v.Revisions, err = p.store.revisions(ctx, p.kit.DB, v.ID); err != nil {
		return v, err
	}
	if v.Revision > 0 && v.Revisions[0].TLP == white {
		v.Public = p.base() + p.place(csaf.FileName(v.Number), v.year)
	}
	if missing := fault.As(v.draft.check()); missing != nil {
		for _, f := range missing.Fields {
			v.Missing = append(v.Missing, strings.TrimPrefix(f.Location, "body.")+": "+f.Message)
		}
	} else if v.Failings, err = p.failings(ctx, v.Own); err != nil {
		return v, err
	}
	id := identity.From(ctx)
	for _, x := range []struct {
		name, permission string
		may              bool
	}{
		{"edit", mayWrite, v.State == Writing},
		{"submit", mayWrite, v.State == Writing && len(v.Missing)+len(v.Failings) == 0},
		{"return", mayPublish, v.State == InReview},
		{"publish", mayPublish, v.State == InReview && id.PersonID != "" && v.mayPublish(handOf(ctx)) == nil},
		{"revise", mayWrite, v.State == Published},
	} {
		if x.may && id.May(x.permission) {
			v.Acts = append(v.Acts, x.name)
		}
	}
	return v, nil
}

// document is what would be published now.
func (p *Provider) document(ctx context.Context, db reader, x Own, at time.Time) ([]byte, error) {
	by, err := p.publisher(ctx)
	if err != nil {
		return nil, err
	}
	before, err := p.store.before(ctx, db, x.ID)
	if err != nil {
		return nil, err
	}
	return x.draft.document(by, x.Number, p.base()+p.place(csaf.FileName(x.Number), x.year), before, at)
}

func (p *Provider) failings(ctx context.Context, x Own) ([]Failing, error) {
	document, err := p.document(ctx, p.kit.DB, x, p.now())
	if err != nil {
		return nil, err
	}
	return p.failingsOf(document)
}

// publisher is who the city is in its documents.
func (p *Provider) publisher(ctx context.Context) (Publisher, error) {
	root, err := p.organisations.Root(ctx)
	if err != nil {
		return Publisher{}, fmt.Errorf("find the city's bureau: %w", err)
	}
	return Publisher{root.Name.ZH, p.base()}, nil
}

type ownWriteInput struct{ Body Draft }

func (p *Provider) write(ctx context.Context, in ownWriteInput) (OwnDetail, error) {
	if !identity.From(ctx).Scope.All {
		return OwnDetail{}, fault.New(fault.Forbidden, "security.own.city", "only the city writes advisories of its own")
	}
	now := p.now()
	x, err := Own{ID: ulid.Make().String(), State: Writing, CreatedAt: now, Version: 1, year: now.In(cityTime()).Year()}.write(in.Body, handOf(ctx), now)
	if err != nil {
		return OwnDetail{}, err
	}
	err = p.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := p.store.insert(ctx, tx, x)
		return err
	})
	if err != nil {
		return OwnDetail{}, err
	}
	return p.read(ctx, httpd.Object{ID: x.ID})
}

func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// change changes an advisory and answers with it.
func (p *Provider) change(ctx context.Context, o httpd.Object, match httpd.IfMatch, do func(tx *sqldb.Tx, x Own) (Own, error)) (OwnDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return OwnDetail{}, err
	}
	err = p.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := p.store.seen(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, err := do(tx, before)
		if err != nil {
			return err
		}
		return p.store.save(ctx, tx, before, after)
	})
	if err != nil {
		return OwnDetail{}, err
	}
	return p.read(ctx, o)
}

type ownEditInput struct {
	httpd.Object
	httpd.IfMatch
	Body Draft
}

func (p *Provider) edit(ctx context.Context, in ownEditInput) (OwnDetail, error) {
	return p.change(ctx, in.Object, in.IfMatch, func(_ *sqldb.Tx, x Own) (Own, error) { return x.write(in.Body, handOf(ctx), p.now()) })
}

type ownActInput struct {
	httpd.Object
	httpd.IfMatch
}

func (p *Provider) submit(ctx context.Context, in ownActInput) (OwnDetail, error) {
	return p.change(ctx, in.Object, in.IfMatch, func(tx *sqldb.Tx, x Own) (Own, error) {
		x, err := x.submit(p.now())
		if err != nil {
			return x, err
		}
		_, err = p.tested(ctx, tx, x, p.now())
		return x, err
	})
}

// tested is the document, which is as its schema demands and passes the mandatory tests.
func (p *Provider) tested(ctx context.Context, tx *sqldb.Tx, x Own, at time.Time) ([]byte, error) {
	document, err := p.document(ctx, tx, x, at)
	if err != nil {
		return nil, err
	}
	list, err := p.failingsOf(document)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		return nil, refused(list)
	}
	return document, nil
}

type ownReturnInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

func (p *Provider) giveBack(ctx context.Context, in ownReturnInput) (OwnDetail, error) {
	return p.change(ctx, in.Object, in.IfMatch, func(_ *sqldb.Tx, x Own) (Own, error) { return x.giveBack(in.Body.Reason, p.now()) })
}

// publish signs the document and puts it before the world, and among the advisories that are
// compared with assets.
func (p *Provider) publish(ctx context.Context, in ownActInput) (OwnDetail, error) {
	if identity.From(ctx).PersonID == "" {
		return OwnDetail{}, fault.New(fault.Forbidden, "security.own.person", "only a person publishes")
	}
	by, err := p.publisher(ctx)
	if err != nil {
		return OwnDetail{}, err
	}
	k, err := p.store.keyOf(ctx, by.Name, p.now())
	if err != nil {
		return OwnDetail{}, err
	}
	return p.change(ctx, in.Object, in.IfMatch, func(tx *sqldb.Tx, x Own) (Own, error) {
		now := p.now()
		f := File{name: csaf.FileName(x.Number), at: now}
		if f.document, err = p.tested(ctx, tx, x, now); err != nil {
			return x, err
		}
		if x, err = x.publish(handOf(ctx), now); err != nil {
			return x, err
		}
		if f.signature, err = k.sign(f.document); err != nil {
			return x, err
		}
		if err := p.store.keep(ctx, tx, x, f, handOf(ctx)); err != nil {
			return x, err
		}
		return x, p.take(ctx, tx, f.document)
	})
}

func (p *Provider) revise(ctx context.Context, in ownActInput) (OwnDetail, error) {
	return p.change(ctx, in.Object, in.IfMatch, func(_ *sqldb.Tx, x Own) (Own, error) { return x.revise(p.now()) })
}
