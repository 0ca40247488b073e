package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Drill is a frame of notices that are not real.
type Drill struct {
	ID            string     `json:"id" title:"编号|ID"`
	Title         string     `json:"title" title:"演练名称|Title"`
	Plan          string     `json:"plan" doc:"What is played"`
	Pace          float64    `json:"pace" doc:"How many times faster than the wall its clocks run" title:"时间压缩|Pace"`
	Organisations []string   `json:"organisations" nullable:"false" doc:"IDs of those that take part; its notices go to nobody else"`
	By            string     `json:"by" title:"组织者|Held by"`
	CreatedAt     time.Time  `json:"created_at" title:"建立时间|Made"`
	EndedAt       *time.Time `json:"ended_at,omitempty" title:"结束时间|Ended"`
	Version       int64      `json:"version"`

	actor string
}

const (
	fastest     = 1000
	mostPlayers = 500
)

// check says what is wrong with a drill.
func (x Drill) check() (Drill, error) {
	x.Title, x.Plan, x.Organisations = strings.TrimSpace(x.Title), strings.TrimSpace(x.Plan), unique(x.Organisations)
	f := fault.New(fault.Invalid, "security.drill.invalid", "the drill is incomplete or wrong")
	if x.Title == "" || len([]rune(x.Title)) > longestTitle {
		_ = f.At("body.title", "a title of 1 to 120 characters")
	}
	if x.Plan == "" || len([]rune(x.Plan)) > longestAsk {
		_ = f.At("body.plan", "say what is played, in 4000 characters at most")
	}
	if x.Pace != x.Pace || x.Pace < 1 || x.Pace > fastest {
		_ = f.At("body.pace", "1 (as the wall) to 1000 times faster")
	}
	if len(x.Organisations) == 0 || len(x.Organisations) > mostPlayers {
		_ = f.At("body.organisations", "name 1 to 500 organisations that take part")
	}
	if len(f.Fields) > 0 {
		return x, f
	}
	return x, nil
}

// end ends a drill.
func (x Drill) end(at time.Time) (Drill, error) {
	if x.EndedAt != nil {
		return x, fault.New(fault.Conflict, "security.drill.ended", "the drill has ended")
	}
	x.EndedAt = &at
	return x, nil
}

// within refuses addressees of a notice of a drill that the drill does not name.
func (d *Desk) within(ctx context.Context, tx *sqldb.Tx, n Notice) error {
	if n.Drill == "" {
		return nil
	}
	x, err := oneDrill(ctx, tx, n.Drill)
	if err != nil {
		return err
	}
	if x.EndedAt != nil {
		return fault.New(fault.Conflict, "security.drill.ended", "the drill has ended")
	}
	outside := slices.ContainsFunc(n.Audience.Organisations, func(id string) bool { return !slices.Contains(x.Organisations, id) })
	if n.Audience.All || len(n.Audience.Districts) > 0 || outside {
		return fault.New(fault.Invalid, "security.drill.outside", "a notice of a drill goes only to those that the drill names").At("body.audience", "organisations that take part in the drill")
	}
	return nil
}

const drillColumns = `d.id, d.title, d.plan, d.pace, d.organisations, d.actor, d.actor_name, d.created_at, d.ended_at, d.version`

func scanDrill(r sqldb.Row) (x Drill, err error) {
	var list string
	var created, ended int64
	if err = r.Scan(&x.ID, &x.Title, &x.Plan, &x.Pace, &list, &x.actor, &x.By, &created, &ended, &x.Version); err != nil {
		return x, err
	}
	x.CreatedAt, x.EndedAt = sqldb.Time(created), sqldb.Instant(ended)
	if err = json.Unmarshal([]byte(list), &x.Organisations); err != nil {
		return x, fmt.Errorf("read who takes part in drill %s: %w", x.ID, err)
	}
	return x, nil
}

func oneDrill(ctx context.Context, db reader, id string) (Drill, error) {
	x, err := scanDrill(db.QueryRow(ctx, `SELECT `+drillColumns+` FROM security_drill d WHERE d.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("drill")
	}
	if err != nil {
		return x, fmt.Errorf("read drill: %w", err)
	}
	return x, nil
}

func (s store) drills(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Drill], error) {
	l := sqldb.List{
		Select: drillColumns, From: "security_drill d", Key: "d.id", Order: "-created_at",
		Sort: map[string]string{"created_at": "d.created_at", "title": "d.title", "ended_at": "d.ended_at"}, Search: []string{"d.title"},
	}
	if !identity.From(ctx).Scope.All {
		l.Where("1 = 0")
	}
	return sqldb.Fetch(ctx, s.db, l, in, scanDrill)
}

func insertDrill(ctx context.Context, tx *sqldb.Tx, x Drill) error {
	list, err := written(x.Organisations)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_drill (id, title, plan, pace, organisations, actor, actor_name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		x.ID, x.Title, x.Plan, x.Pace, list, x.actor, x.By, x.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert drill: %w", err)
	}
	tx.Changed("security_drill", x.ID, nil, x)
	return nil
}

func saveDrill(ctx context.Context, tx *sqldb.Tx, before, x Drill) error {
	n, err := tx.Exec(ctx, `UPDATE security_drill SET ended_at = $1, version = version + 1 WHERE id = $2 AND version = $3`, sqldb.InstantMillis(x.EndedAt), x.ID, before.Version)
	if err != nil {
		return fmt.Errorf("update drill: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_drill", x.ID, before, x)
	return nil
}

// ofDrill are the notices of a drill, the first at first.
func ofDrill(ctx context.Context, db reader, drill string) ([]Notice, error) {
	rows, err := db.Query(ctx, `SELECT `+noticeColumns+` FROM security_notice n WHERE n.drill = $1 ORDER BY n.created_at, n.id LIMIT 500`, drill)
	if err != nil {
		return nil, fmt.Errorf("read notices of drill: %w", err)
	}
	return sqldb.All(rows, scanNotice)
}
