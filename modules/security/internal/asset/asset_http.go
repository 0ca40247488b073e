package asset

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// Permissions that assets ask for.
const (
	mayView    = "security.view"
	mayWrite   = "security.asset.write"
	mayConsent = "security.asset.consent"
)

// Heard is told of assets that changed, in the transaction of the change.
type Heard func(ctx context.Context, tx *sqldb.Tx) error

// Assets is the part of the room that keeps assets.
type Assets struct {
	kit     *module.Kit
	store   store
	changed Heard
	macForm *regexp.Regexp
	now     func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, changed Heard, now func() time.Time) *Assets {
	return &Assets{
		kit: kit, store: store{kit.DB, Vendors().Lookup()}, changed: changed, macForm: MACForm(),
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) },
	}
}

// Permissions are what the routes ask for, beside seeing what concerns oneself.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayWrite, Title: lang.Text{ZH: "登记本企业的工业资产", EN: "Declare industrial assets of one's own enterprise"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayConsent, Title: lang.Text{ZH: "同意或撤回主管部门查看本企业资产明细", EN: "Let the city see one's own assets one by one, or not any more"}, Roles: []identity.Role{identity.Manager}},
	}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "工业资产", EN: "Assets"}, Path: "/security/assets", Icon: "machines", Permission: mayView}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_asset_step", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"asset_id", "at", "kind"}},
		{Table: "security_asset_merge", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "at"}},
		{Table: "security_consent", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "given_at", "purpose"}},
		{Table: "security_consent", Person: "withdrawer", Columns: []string{"withdrawn_by_name"}, Show: []string{"id", "withdrawn_at"}},
		{Table: "security_asset_access", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"day", "way", "times"}},
	}
}

// Routes are the doors.
func (m *Assets) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /assets", Permission: mayView, Summary: "Assets that one may see one by one; enterprises are told in their access log when others look with their consent", Handler: httpd.List(m.list)},
		{Pattern: "GET /assets/roles", Permission: mayView, Summary: "What assets are, by ATT&CK for ICS", Handler: httpd.JSON(m.roles)},
		{Pattern: "POST /assets", Permission: mayWrite, Summary: "Declare an asset of one's own enterprise", Handler: httpd.Created(m.declare)},
		{Pattern: "GET /assets/{id}", Permission: mayView, Summary: "An asset", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /assets/{id}", Permission: mayWrite, Summary: "Change what is said of an asset", Handler: httpd.JSON(m.edit)},
		{Pattern: "POST /assets/{id}/retirement", Permission: mayWrite, Summary: "Take an asset out of use, or bring it back", Handler: httpd.JSON(m.retire)},
		{Pattern: "GET /assets/{id}/history", Permission: mayView, Summary: "What was changed of an asset, by whom", Handler: httpd.List(m.history)},
	}, m.importRoutes(), m.mergeRoutes(), m.inventoryRoutes())
}

func (m *Assets) list(ctx context.Context, in listParams) (sqldb.Page[Asset], error) {
	page, err := m.store.list(ctx, in, m.now())
	if err != nil {
		return page, err
	}
	seen := map[string]int{}
	for _, a := range page.Items {
		seen[a.OrganisationID]++
	}
	return page, m.Looked(ctx, wayList, seen)
}

type roleList struct {
	Items []RoleInfo `json:"items" nullable:"false"`
}

type nothing struct{}

func (m *Assets) roles(context.Context, nothing) (roleList, error) { return roleList{Roles()}, nil }

// Ours is the enterprise of who asks, which declares assets of its own only.
func Ours(ctx context.Context) (identity.Organisation, error) {
	id := identity.From(ctx)
	if Supervises(id) {
		return id.Organisation, fault.New(fault.Forbidden, "security.asset.bureau", "enterprises declare their assets; who supervises them does not")
	}
	return id.Organisation, nil
}

type declareAssetInput struct {
	Body struct {
		Facts
		Synthetic bool `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	}
}

func (m *Assets) declare(ctx context.Context, in declareAssetInput) (Asset, error) {
	o, err := Ours(ctx)
	if err != nil {
		return Asset{}, err
	}
	now := m.now()
	a := Asset{ID: ulid.Make().String(), OrganisationID: o.ID, Facts: in.Body.Tidy(), State: Active, Synthetic: in.Body.Synthetic || o.Synthetic, CreatedAt: now, UpdatedAt: now}
	if err := a.check(m.macForm); err != nil {
		return a, err
	}
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := begin(ctx, tx, o, now); err != nil {
			return err
		}
		if err := m.store.insert(ctx, tx, a, handOf(ctx)); err != nil {
			return err
		}
		tx.Changed("security_asset", a.ID, nil, a)
		return m.changed(ctx, tx)
	})
	if err != nil {
		return a, err
	}
	return m.store.seen(ctx, m.kit.DB, a.ID, now)
}

func (m *Assets) read(ctx context.Context, in httpd.Object) (Asset, error) {
	a, err := m.store.seen(ctx, m.kit.DB, in.ID, m.now())
	if err != nil {
		return a, err
	}
	return a, m.Looked(ctx, wayPage, map[string]int{a.OrganisationID: 1})
}

type editAssetInput struct {
	httpd.Object
	httpd.IfMatch
	Body Facts
}

func (m *Assets) edit(ctx context.Context, in editAssetInput) (Asset, error) {
	facts := in.Body.Tidy()
	if err := facts.check(m.macForm); err != nil {
		return Asset{}, err
	}
	return m.change(ctx, in.Object, in.IfMatch, "changed", func(a Asset) (Asset, error) {
		if a.State != Active {
			return a, fault.New(fault.Conflict, "security.asset.gone", "the asset is %s; bring it back first", a.State)
		}
		a.Facts = facts
		return a, nil
	})
}

// change changes an asset of one's own.
func (m *Assets) change(ctx context.Context, in httpd.Object, match httpd.IfMatch, kind string, decide func(a Asset) (Asset, error)) (Asset, error) {
	version, err := match.Expected()
	if err != nil {
		return Asset{}, err
	}
	now := m.now()
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := m.store.seen(ctx, tx, in.ID, now)
		if err != nil {
			return err
		}
		if _, err := Ours(ctx); err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, err := decide(before)
		if err != nil {
			return err
		}
		after.UpdatedAt = now
		if err := m.store.save(ctx, tx, before, after, kind, handOf(ctx)); err != nil {
			return err
		}
		return m.changed(ctx, tx)
	})
	if err != nil {
		return Asset{}, err
	}
	return m.store.seen(ctx, m.kit.DB, in.ID, now)
}

type retireAssetInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Retired bool `json:"retired" doc:"false brings it back"`
	}
}

func (m *Assets) retire(ctx context.Context, in retireAssetInput) (Asset, error) {
	to, kind := Active, "restored"
	if in.Body.Retired {
		to, kind = Retired, "retired"
	}
	return m.change(ctx, in.Object, in.IfMatch, kind, func(a Asset) (Asset, error) {
		if a.State == Merged {
			return a, fault.New(fault.Conflict, "security.asset.merged", "the asset was merged into another; undo that instead")
		}
		a.State = to
		return a, nil
	})
}

type historyParams struct {
	httpd.Object
	sqldb.ListParams
}

func (m *Assets) history(ctx context.Context, in historyParams) (sqldb.Page[HistoryStep], error) {
	a, err := m.store.seen(ctx, m.kit.DB, in.ID, m.now())
	if err != nil {
		return sqldb.Page[HistoryStep]{}, err
	}
	if err := m.Looked(ctx, wayPage, map[string]int{a.OrganisationID: 1}); err != nil {
		return sqldb.Page[HistoryStep]{}, err
	}
	return m.store.history(ctx, in.ID, in.ListParams)
}
