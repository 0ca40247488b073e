package notice

import (
	"context"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (d *Desk) drillRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /drills", Permission: mayRead, Summary: "Drills", Handler: httpd.List(d.listDrills)},
		{Pattern: "POST /drills", Permission: mayWrite, Summary: "Prepare a drill: who takes part, and how fast its clocks run", Handler: httpd.Created(d.holdDrill)},
		{Pattern: "GET /drills/{id}", Permission: mayRead, Summary: "A drill with its notices and its own figures", Handler: httpd.JSON(d.readDrill)},
		{Pattern: "POST /drills/{id}/end", Permission: mayWrite, Summary: "End a drill: what is owed in it is recalled, and its incidents end", Handler: httpd.JSON(d.endDrill)},
	}
}

// DrillDetail is a drill on its own page.
type DrillDetail struct {
	Drill
	Players    []player      `json:"players" nullable:"false"`
	Notices    []drillNotice `json:"notices" nullable:"false"`
	Statistics Statistics    `json:"statistics" doc:"Of its own notices; they count nowhere else"`
	Acts       []string      `json:"acts" nullable:"false" doc:"What the caller may do now: write, end"`
}

type player struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

type drillNotice struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Title  string `json:"title"`
	State  State  `json:"state" enum:"draft,review,signed,issued,closed,reviewed,withdrawn"`
}

// ETag implements httpd.Versioned.
func (x DrillDetail) ETag() int64 { return x.Version }

func (d *Desk) listDrills(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Drill], error) {
	return d.store.drills(ctx, in)
}

func (d *Desk) readDrill(ctx context.Context, in httpd.Object) (x DrillDetail, err error) {
	id, db := identity.From(ctx), d.store.db
	if !id.Scope.All {
		return x, noSuch("drill")
	}
	if x.Drill, err = oneDrill(ctx, db, in.ID); err != nil {
		return x, err
	}
	x.Players, x.Notices, x.Acts = []player{}, []drillNotice{}, []string{}
	for _, one := range x.Organisations {
		o, err := d.organisations.Organisation(ctx, one)
		if err != nil {
			o.Name = lang.Text{ZH: one, EN: one} // it was removed from the register since
		}
		x.Players = append(x.Players, player{one, o.Name})
	}
	list, err := ofDrill(ctx, db, x.ID)
	if err != nil {
		return x, err
	}
	for _, n := range list {
		x.Notices = append(x.Notices, drillNotice{n.ID, n.Number, n.Title, n.State})
	}
	if x.Statistics, err = d.store.statistics(ctx, "a.drill = ?", x.ID, d.now()); err != nil {
		return x, err
	}
	if x.EndedAt == nil && id.May(mayWrite) {
		x.Acts = append(x.Acts, "write", "end")
	}
	return x, nil
}

type drillInput struct {
	Body struct {
		Title         string   `json:"title" maxLength:"400"`
		Plan          string   `json:"plan" maxLength:"12000"`
		Pace          float64  `json:"pace"`
		Organisations []string `json:"organisations" maxItems:"500"`
	}
}

func (d *Desk) holdDrill(ctx context.Context, in drillInput) (DrillDetail, error) {
	if !identity.From(ctx).Scope.All {
		return DrillDetail{}, fault.New(fault.Forbidden, "security.notice.city", "only the city writes notices")
	}
	by := d.handOf(ctx)
	x, err := Drill{ID: ulid.Make().String(), Title: in.Body.Title, Plan: in.Body.Plan, Pace: in.Body.Pace, Organisations: in.Body.Organisations, By: by.Name, CreatedAt: by.At, actor: by.actor}.check()
	if err != nil {
		return DrillDetail{}, err
	}
	if _, _, err := d.addressees(ctx, Audience{Organisations: x.Organisations}); err != nil {
		return DrillDetail{}, fault.New(fault.Invalid, "security.drill.player", "who takes part is no organisation that can be told").At("body.organisations", "organisations of the register, and no bureau")
	}
	err = d.store.db.Write(ctx, func(tx *sqldb.Tx) error { return insertDrill(ctx, tx, x) })
	if err != nil {
		return DrillDetail{}, err
	}
	return d.readDrill(ctx, httpd.Object{ID: x.ID})
}

// Played ends what another part of the room has of a drill, with the drill.
type Played func(ctx context.Context, tx *sqldb.Tx, drill string) error

// Plays says who else has something of drills.
func (d *Desk) Plays(p Played) { d.played = p }

// endDrill ends a drill: its notices are withdrawn, its incidents end, and nothing is owed any more.
func (d *Desk) endDrill(ctx context.Context, in actInput) (DrillDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return DrillDetail{}, err
	}
	if !identity.From(ctx).Scope.All {
		return DrillDetail{}, noSuch("drill")
	}
	err = d.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := oneDrill(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, err := before.end(d.now())
		if err != nil {
			return err
		}
		if err := saveDrill(ctx, tx, before, after); err != nil {
			return err
		}
		if err := d.recallAll(ctx, tx, after); err != nil {
			return err
		}
		return d.played(ctx, tx, after.ID)
	})
	if err != nil {
		return DrillDetail{}, err
	}
	return d.readDrill(ctx, in.Object)
}

func (d *Desk) recallAll(ctx context.Context, tx *sqldb.Tx, x Drill) error {
	list, err := ofDrill(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	for _, n := range list {
		if n.State == Closed || n.State == Reviewed || n.State == Withdrawn {
			continue
		}
		err := d.apply(ctx, tx, n, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
			return d.recall(ctx, tx, n, by, "演练结束 (the drill has ended)")
		})
		if err != nil {
			return err
		}
	}
	return nil
}
