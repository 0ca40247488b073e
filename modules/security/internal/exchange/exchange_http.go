package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/stix"
	"linghang/lib/taxii"
)

// Organisations is the register of organisations.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
}

// The permissions of exchange.
const (
	mayRead  = "security.exchange.read"
	mayWrite = "security.exchange.write"
	maySee   = "security.exchange.inbox"
)

// The one API root, and the identifiers and aliases of its collections.
const (
	rootName     = "city"
	notices      = "c1a9ad4d-7a86-4f5f-9a52-8f60bd0f9c11"
	noticesAlias = "notices"
	inbox        = "5d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a92"
	inboxAlias   = "inbox"

	sightings      = "0b7b53b7-5a0c-4a3b-8d0f-6c1f7a5f2d34"
	sightingsAlias = "sightings"
)

const (
	mostOctets  = 16 << 20 // of a request
	mostObjects = 5000     // of a request
	statusKept  = 30 * 24 * time.Hour
)

// Exchange is the part of the room that speaks TAXII.
type Exchange struct {
	kit           *module.Kit
	organisations Organisations
	store         store
	checker       *stix.Checker
	server        *taxii.Server
	handed        Handed
	broken        error // STIX's own schemas cannot be read

	// Now is the server's clock.
	Now func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, now func() time.Time) *Exchange {
	e := &Exchange{kit: kit, organisations: organisations, store: store{kit.DB}, Now: now}
	var errChecker, errServer error
	e.checker, errChecker = stix.NewChecker()
	e.server, errServer = taxii.NewServer(taxii.Options{
		Authorise: authorise, Store: e, Check: e.check, MaxBody: mostOctets, MaxObjects: mostObjects,
		Fault: func(_ *http.Request, err error) { kit.Log.Error("answer by TAXII", slog.Any("error", err)) },
	})
	e.broken = errors.Join(errChecker, errServer)
	return e
}

// Handed hears what an organisation hands in, in the transaction that acknowledges it.
type Handed func(ctx context.Context, tx *sqldb.Tx, organisation string, objects [][]byte) error

// Tell says who hears what is handed in.
func (e *Exchange) Tell(h Handed) { e.handed = h }

// Broken is why nothing can be exchanged; nil nearly always.
func (e *Exchange) Broken() error { return e.broken }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayRead, Title: lang.Text{ZH: "通过 TAXII 读取威胁信息", EN: "Read threat information by TAXII"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: mayWrite, Title: lang.Text{ZH: "通过 TAXII 报送威胁信息", EN: "Hand in threat information by TAXII"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: maySee, Title: lang.Text{ZH: "查看收到的威胁信息", EN: "See what was handed in by TAXII"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "security_object", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"position", "object_id", "type"}}}
}

// Jobs are the work that comes around.
func (e *Exchange) Jobs() []module.Job {
	return []module.Job{{Name: "forget_exchange_statuses", Title: lang.Text{ZH: "清理过期的报送回执", EN: "Forget old statuses of exchange"}, Every: time.Hour, Do: func(ctx context.Context) error {
		return e.store.forget(ctx, e.Now().Add(-statusKept))
	}}}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "威胁信息交换", EN: "Exchange"}, Path: "/security/exchange", Icon: "shared", Permission: mayRead}}
}

// Publish gives a report to the collection of notices, in the transaction of its change:
// a version for each change, and only its readers read it.
func (e *Exchange) Publish(ctx context.Context, tx *sqldb.Tx, r Report) error {
	root, err := e.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("publish %s: %w", r.Number, err)
	}
	if r.ChangedAt, err = e.later(ctx, tx, r); err != nil {
		return fmt.Errorf("publish %s: %w", r.Number, err)
	}
	// Who publishes and the marking are the same objects each time, and are kept once.
	list, err := objects(Publisher{ID: root.ID, Name: root.Name, CreatedAt: founded()}, r)
	if err != nil {
		return fmt.Errorf("publish %s: %w", r.Number, err)
	}
	told := make([]taxii.Object, len(list))
	for i, o := range list {
		if told[i], err = taxii.ReadObject(o.Raw()); err != nil {
			return fmt.Errorf("publish %s: %w", r.Number, err)
		}
	}
	if _, err := e.store.add(ctx, tx, notices, told, by{root.ID, "", ""}, e.Now()); err != nil {
		return fmt.Errorf("publish %s: %w", r.Number, err)
	}
	for i, o := range told {
		readers := []string{""}
		if i == len(told)-1 && !open(r.TLP) {
			readers = r.Readers
		}
		if err := e.store.readers(ctx, tx, notices, o.ID, readers); err != nil {
			return fmt.Errorf("publish %s: %w", r.Number, err)
		}
	}
	return nil
}

// later is when the next version of a notice is modified: when it was changed, or just after the
// version before where the clock did not go on (STIX 2.1, section 3.6.2: modified is later).
func (e *Exchange) later(ctx context.Context, tx *sqldb.Tx, r Report) (time.Time, error) {
	id, err := stix.NamedID("report", space, r.ID)
	if err != nil {
		return r.ChangedAt, fmt.Errorf("name the report: %w", err)
	}
	last, found, err := e.store.newest(ctx, tx, notices, string(id))
	if err != nil || !found {
		return r.ChangedAt, err
	}
	at, err := taxii.ParseStamp(last.Version)
	if err != nil {
		return r.ChangedAt, fmt.Errorf("read version of %s: %w", id, err)
	}
	if next := at.Add(time.Millisecond); r.ChangedAt.Before(next) {
		return next, nil
	}
	return r.ChangedAt, nil
}

// Published are the objects that the newest version of a notice is published as, octet for
// octet: who publishes, the marking, and the report last. Nothing where it is not published.
func (e *Exchange) Published(ctx context.Context, tx *sqldb.Tx, notice string) ([]taxii.Object, error) {
	id, err := stix.NamedID("report", space, notice)
	if err != nil {
		return nil, fmt.Errorf("name the report: %w", err)
	}
	report, found, err := e.store.newest(ctx, tx, notices, string(id))
	if err != nil || !found {
		return nil, err
	}
	var refs struct {
		By       string   `json:"created_by_ref"`
		Markings []string `json:"object_marking_refs"`
	}
	if err := json.Unmarshal(report.Raw, &refs); err != nil {
		return nil, fmt.Errorf("read report %s: %w", id, err)
	}
	var out []taxii.Object
	for _, ref := range append([]string{refs.By}, refs.Markings...) {
		o, found, err := e.store.newest(ctx, tx, notices, ref)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fmt.Errorf("report %s refers to %s, which is not published", id, ref)
		}
		out = append(out, o)
	}
	return append(out, report), nil
}

// founded is since when the city's identity is told: always the same, so that it is one version.
func founded() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
