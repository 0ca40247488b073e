package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/duty"
)

// rotaStore keeps rotas with their members and overrides.
type rotaStore struct{ db *sqldb.DB }

// lister reads rows, inside a change or outside.
type lister interface {
	rowReader
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// queueForDuty lets one process at a time change rotas, policies and who uses them.
func queueForDuty(ctx context.Context, tx *sqldb.Tx) error { return tx.Queue(ctx, "duty") }

const rotaColumns = `r.id, r.organisation_id, r.spec, r.version`

func scanRota(row sqldb.Row) (r Rota, err error) {
	var spec string
	if err := row.Scan(&r.ID, &r.Organisation.ID, &spec, &r.Version); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(spec), &r.Rota); err != nil {
		return r, fmt.Errorf("read rota %s: %w", r.ID, err)
	}
	return r, nil
}

// dutyMembers returns the persons of all rotas and policies, or of one: by owner and
// part.
func dutyMembers(ctx context.Context, db lister, owner string) (map[string]map[int][]duty.Member, error) {
	rows, err := db.Query(ctx, `SELECT owner_id, part, person_id, person_name FROM duty_member WHERE $1 = '' OR owner_id = $1 ORDER BY owner_id, part, place`, owner)
	if err != nil {
		return nil, fmt.Errorf("read who takes turns: %w", err)
	}
	type row struct {
		owner string
		part  int
		duty.Member
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x row, err error) { return x, r.Scan(&x.owner, &x.part, &x.ID, &x.Name) })
	members := map[string]map[int][]duty.Member{}
	for _, x := range list {
		if members[x.owner] == nil {
			members[x.owner] = map[int][]duty.Member{}
		}
		members[x.owner][x.part] = append(members[x.owner][x.part], x.Member)
	}
	return members, err
}

func saveDutyMembers(ctx context.Context, tx *sqldb.Tx, owner string, parts [][]duty.Member) error {
	if _, err := tx.Exec(ctx, `DELETE FROM duty_member WHERE owner_id = $1`, owner); err != nil {
		return fmt.Errorf("replace who takes turns: %w", err)
	}
	for part, list := range parts {
		for place, p := range list {
			_, err := tx.Exec(ctx, `INSERT INTO duty_member (owner_id, part, place, person_id, person_name) VALUES ($1, $2, $3, $4, $5)`, owner, part, place, p.ID, p.Name)
			if err != nil {
				return fmt.Errorf("insert who takes turns: %w", err)
			}
		}
	}
	return nil
}

// list returns all rotas by their names.
func (s rotaStore) list(ctx context.Context) ([]Rota, error) {
	rows, err := s.db.Query(ctx, `SELECT `+rotaColumns+` FROM rota r ORDER BY r.created_at, r.id`)
	if err != nil {
		return nil, fmt.Errorf("read rotas: %w", err)
	}
	list, err := sqldb.All(rows, scanRota)
	if err != nil {
		return nil, err
	}
	members, err := dutyMembers(ctx, s.db, "")
	for i := range list {
		fillLayers(list[i].Layers, members[list[i].ID])
	}
	return list, err
}

func fillLayers(layers []duty.Layer, members map[int][]duty.Member) {
	for i := range layers {
		layers[i].Members = append([]duty.Member{}, members[i]...)
	}
}

func (s rotaStore) get(ctx context.Context, db lister, id string) (Rota, error) {
	r, err := scanRota(db.QueryRow(ctx, `SELECT `+rotaColumns+` FROM rota r WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such rota, or it is not yours to see")
	}
	if err != nil {
		return r, fmt.Errorf("read rota: %w", err)
	}
	members, err := dutyMembers(ctx, db, id)
	fillLayers(r.Layers, members[id])
	return r, err
}

// save enters a rota, or replaces it at a version.
func (s rotaStore) save(ctx context.Context, r Rota, version int64, now time.Time) error {
	kept := r.Rota
	kept.Layers = slices.Clone(r.Layers)
	parts := make([][]duty.Member, len(r.Layers))
	for i := range kept.Layers {
		parts[i], kept.Layers[i].Members = r.Layers[i].Members, nil
	}
	spec, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("write down rota: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueForDuty(ctx, tx); err != nil {
			return err
		}
		if version == 0 {
			if err := roomFor(ctx, tx, "rota", "platforms.rota.too_many", rotasMost); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO rota (id, organisation_id, spec, created_at) VALUES ($1, $2, $3, $4)`, r.ID, r.Organisation.ID, string(spec), now.UnixMilli())
			if err != nil {
				return fmt.Errorf("insert rota: %w", err)
			}
			tx.Changed("rota", r.ID, nil, r)
			return saveDutyMembers(ctx, tx, r.ID, parts)
		}
		before, err := s.get(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE rota SET organisation_id = $1, spec = $2, version = version + 1 WHERE id = $3 AND version = $4`, r.Organisation.ID, string(spec), r.ID, version)
		if err != nil {
			return fmt.Errorf("edit rota: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this rota meanwhile; read it again")
		}
		tx.Changed("rota", r.ID, before, r)
		return saveDutyMembers(ctx, tx, r.ID, parts)
	})
}

// roomFor refuses another row of a table that is full.
func roomFor(ctx context.Context, tx *sqldb.Tx, table, key string, most int) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
		return fmt.Errorf("count rows of %s: %w", table, err)
	}
	if n >= most {
		return fault.New(fault.Conflict, key, "there are %d already", n).With("limit", most)
	}
	return nil
}

// remove drops a rota that no route and no policy names.
func (s rotaStore) remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueForDuty(ctx, tx); err != nil {
			return err
		}
		r, err := s.get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := unused(ctx, tx, id, "platforms.rota.used", "alert_route", "escalation_policy"); err != nil {
			return err
		}
		for _, query := range []string{`DELETE FROM rota WHERE id = $1`, `DELETE FROM duty_member WHERE owner_id = $1`} {
			if _, err := tx.Exec(ctx, query, id); err != nil {
				return fmt.Errorf("remove rota: %w", err)
			}
		}
		tx.Changed("rota", id, r, nil)
		return nil
	})
}

// unused refuses to remove what the specs of a table name.
func unused(ctx context.Context, tx *sqldb.Tx, id, key string, tables ...string) error {
	for _, table := range tables {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM `+table+` WHERE spec LIKE $1`, `%"`+id+`"%`).Scan(&n); err != nil {
			return fmt.Errorf("look who uses it: %w", err)
		}
		if n > 0 {
			return fault.New(fault.Conflict, key, "a route or a policy still tells it; take it out there first")
		}
	}
	return nil
}

const overrideColumns = `o.id, o.person_id, o.person_name, o.from_at, o.to_at, o.reason, o.actor, o.actor_name, o.created_at`

func scanOverride(r sqldb.Row) (o RotaOverride, err error) {
	var from, to, created int64
	err = r.Scan(&o.ID, &o.Person.ID, &o.Person.Name, &from, &to, &o.Reason, &o.actor, &o.Author, &created)
	o.From, o.To, o.CreatedAt = sqldb.Time(from), sqldb.Time(to), sqldb.Time(created)
	return o, err
}

// overrides returns those of a rota that hold in a span, in the order in which they
// were made.
func (s rotaStore) overrides(ctx context.Context, rota string, from, to time.Time) ([]RotaOverride, error) {
	rows, err := s.db.Query(ctx, `SELECT `+overrideColumns+` FROM rota_override o WHERE o.rota_id = $1 AND o.to_at > $2 AND o.from_at < $3 ORDER BY o.created_at, o.id`, rota, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read overrides: %w", err)
	}
	return sqldb.All(rows, scanOverride)
}

func (s rotaStore) override(ctx context.Context, rota, id string) (RotaOverride, error) {
	o, err := scanOverride(s.db.QueryRow(ctx, `SELECT `+overrideColumns+` FROM rota_override o WHERE o.rota_id = $1 AND o.id = $2`, rota, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.New(fault.NotFound, "kernel.not_found", "there is no such override, or it is not yours to see")
	}
	return o, err
}

func (s rotaStore) insertOverride(ctx context.Context, rota string, o RotaOverride) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueForDuty(ctx, tx); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM rota_override WHERE rota_id = $1 AND to_at > $2`, rota, o.CreatedAt.UnixMilli()).Scan(&n); err != nil {
			return fmt.Errorf("count overrides: %w", err)
		}
		if n >= rotaOverridesMost {
			return fault.New(fault.Conflict, "platforms.rota.overrides", "there are %d overrides already", n).With("limit", rotaOverridesMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO rota_override (id, rota_id, person_id, person_name, from_at, to_at, reason, actor, actor_name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			o.ID, rota, o.Person.ID, o.Person.Name, o.From.UnixMilli(), o.To.UnixMilli(), o.Reason, o.actor, o.Author, o.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert override: %w", err)
		}
		tx.Changed("rota_override", o.ID, nil, o)
		return nil
	})
}

// endOverride ends an override now; one that has not begun never does.
func (s rotaStore) endOverride(ctx context.Context, o RotaOverride, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		query, args := `DELETE FROM rota_override WHERE id = $1 AND from_at > $2`, []any{o.ID, now.UnixMilli()}
		var after any
		if !o.From.After(now) {
			ended := o
			ended.To = now
			query, args, after = `UPDATE rota_override SET to_at = $1 WHERE id = $2 AND to_at > $1`, []any{now.UnixMilli(), o.ID}, ended
		}
		n, err := tx.Exec(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("end override: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "platforms.rota.override_over", "the override is over")
		}
		tx.Changed("rota_override", o.ID, o, after)
		return nil
	})
}

// dutyPersonal names who takes turns, stands in, and was told of alerts.
func dutyPersonal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "duty_member", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"owner_id", "part", "place"}},
		{Table: "rota_override", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"rota_id", "from_at", "to_at", "reason"}},
		{Table: "rota_override", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"rota_id", "from_at", "to_at", "reason"}},
		{Table: "alert_told", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"notice_id", "alert_id", "rota_zh", "gap"}},
	}
}
