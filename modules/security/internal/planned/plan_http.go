package planned

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

// The permissions are those of assets.
const (
	mayView  = "security.view"
	mayWrite = "security.asset.write"
)

// Sight is what sensors of an enterprise saw.
type Sight struct {
	Devices []Observed
	Sensors []string // that saw anything
	Hidden  int      // sensors that are not open to who asks
}

// Wire tells what sensors of an enterprise saw; open: only those that it opened in detail.
type Wire func(ctx context.Context, organisation string, open bool) (Sight, error)

// Look notes that the caller looked at what is of a sensor of another organisation.
type Look func(ctx context.Context, sensor, what string) error

// Planned is the part of the room that keeps plans, and compares.
type Planned struct {
	kit    *module.Kit
	store  store
	assets *asset.Assets
	wire   Wire
	look   Look
	vendor func(string) string
	now    func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, assets *asset.Assets, wire Wire, look Look, now func() time.Time) *Planned {
	return &Planned{kit: kit, store: store{kit.DB}, assets: assets, wire: wire, look: look, vendor: asset.Vendors().Lookup(), now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_asset_plan", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "name", "created_at"}},
		{Table: "security_asset_plan_revision", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"plan_id", "number", "imported_at"}},
		{Table: "security_asset_plan_revision", Person: "releaser", Columns: []string{"releaser_name"}, Show: []string{"plan_id", "number", "released_at"}},
	}
}

// Routes are the doors.
func (m *Planned) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /asset-plans", Permission: mayView, Summary: "Plans of what should be there, that one may see; enterprises are told in their access log when others look with their consent", Handler: httpd.List(m.list)},
		{Pattern: "POST /asset-plans", Permission: mayWrite, Summary: "Begin a plan of one's own enterprise", Handler: httpd.Created(m.begin)},
		{Pattern: "GET /asset-plans/{id}", Permission: mayView, Summary: "A plan", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /asset-plans/{id}", Permission: mayWrite, Summary: "Rename a plan, end it, or take it up again", Handler: httpd.JSON(m.edit)},
		{Pattern: "DELETE /asset-plans/{id}", Permission: mayWrite, Summary: "Remove a plan that never counted, or has ended", Handler: httpd.JSON(m.remove)},
	}, m.revisionRoutes(), m.comparisonRoutes())
}

func (m *Planned) list(ctx context.Context, in planParams) (sqldb.Page[AssetPlan], error) {
	page, err := m.store.plans(ctx, in, m.now())
	if err != nil {
		return page, err
	}
	seen := map[string]int{}
	for _, p := range page.Items {
		seen[p.OrganisationID] += p.Things
	}
	return page, m.assets.Looked(ctx, asset.WayPlans, seen)
}

type beginAssetPlanInput struct {
	Body struct {
		PlanWords
		Synthetic bool `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	}
}

func (m *Planned) begin(ctx context.Context, in beginAssetPlanInput) (AssetPlan, error) {
	o, err := asset.Ours(ctx)
	if err != nil {
		return AssetPlan{}, err //nolint:wrapcheck // a refusal
	}
	said := in.Body.tidy()
	if err := said.check(); err != nil {
		return AssetPlan{}, err
	}
	who := identity.From(ctx)
	p := AssetPlan{ID: ulid.Make().String(), OrganisationID: o.ID, Name: said.Name, Note: said.Note, Synthetic: in.Body.Synthetic || o.Synthetic, CreatedAt: m.now(), By: who.Name, actor: who.Actor()}
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := m.assets.Begin(ctx, tx); err != nil {
			return err //nolint:wrapcheck // it says all
		}
		return insertPlan(ctx, tx, p)
	})
	if err != nil {
		return AssetPlan{}, err
	}
	return planOf(ctx, m.kit.DB, p.ID)
}

// seen reads a plan that who asks may see, and notes that others looked.
func (m *Planned) seen(ctx context.Context, id string) (AssetPlan, error) {
	p, err := planOf(ctx, m.kit.DB, id)
	if err != nil {
		return p, err
	}
	ok, err := m.assets.May(ctx, p.OrganisationID)
	if err == nil && !ok {
		err = noSuch("plan")
	}
	if err != nil {
		return AssetPlan{}, err
	}
	return p, m.assets.Looked(ctx, asset.WayPlans, map[string]int{p.OrganisationID: p.Things})
}

func (m *Planned) read(ctx context.Context, in httpd.Object) (AssetPlan, error) {
	return m.seen(ctx, in.ID)
}

type editAssetPlanInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		PlanWords
		Ended bool `json:"ended" doc:"What it says counts no more"`
	}
}

func (m *Planned) edit(ctx context.Context, in editAssetPlanInput) (AssetPlan, error) {
	version, err := in.Expected()
	if err != nil {
		return AssetPlan{}, err //nolint:wrapcheck // a refusal
	}
	said := in.Body.tidy()
	if err := said.check(); err != nil {
		return AssetPlan{}, err
	}
	return m.change(ctx, in.ID, func(tx *sqldb.Tx, p AssetPlan) error {
		if p.Version != version {
			return stale()
		}
		after := p
		after.Name, after.Note, after.Ended = said.Name, said.Note, in.Body.Ended
		if err := m.fits(ctx, tx, p, after); err != nil {
			return err
		}
		return savePlan(ctx, tx, p, after)
	})
}

// fits refuses a plan that is taken up again where there is no more room for it.
func (m *Planned) fits(ctx context.Context, tx *sqldb.Tx, p, after AssetPlan) error {
	if !p.Ended || after.Ended || p.Released == 0 {
		return nil
	}
	others, err := others(ctx, tx, p)
	if err != nil || others+p.Things <= mostRows {
		return err
	}
	return tooMany(others + p.Things)
}

// change changes a plan of one's own, and reads it again.
func (m *Planned) change(ctx context.Context, id string, do func(tx *sqldb.Tx, p AssetPlan) error) (AssetPlan, error) {
	if err := m.write(ctx, id, do); err != nil {
		return AssetPlan{}, err
	}
	return planOf(ctx, m.kit.DB, id)
}

// write does something with a plan of one's own.
func (m *Planned) write(ctx context.Context, id string, do func(tx *sqldb.Tx, p AssetPlan) error) error {
	o, err := asset.Ours(ctx)
	if err != nil {
		return err //nolint:wrapcheck // a refusal
	}
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queue(ctx, tx, o.ID); err != nil {
			return err
		}
		p, err := planOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.OrganisationID != o.ID {
			return noSuch("plan")
		}
		return do(tx, p)
	})
}

func (m *Planned) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.write(ctx, in.ID, func(tx *sqldb.Tx, p AssetPlan) error {
		if p.Released > 0 && !p.Ended {
			return fault.New(fault.Conflict, "security.plan.counts", "the plan %s counts; end it before it is removed", p.Name)
		}
		return removePlan(ctx, tx, p)
	})
}

// serveTemplate sends a file to fill in, with an example below its columns.
func (m *Planned) serveTemplate(w http.ResponseWriter, r *http.Request) {
	language := httpd.Language(r)
	example := []any{
		"二号线主控 PLC", "plc", "Siemens", "SIMATIC S7-1500", "CPU 1515-2 PN", "6ES7515-2AM02-0AB0", "V2.9.4", "", "", "192.168.20.11", "二号线控制网", "plc-line2", "", "0", "1",
		"二号线控制区", "4", "二号车间", "2027-03-01", "", "",
	}
	httpd.ServeForm(w, r, "plan", append(httpd.FormSheets("plan", columns(), example, language), asset.RoleSheet(language))...)
}
