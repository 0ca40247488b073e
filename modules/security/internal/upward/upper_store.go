package upward

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/second"
)

type store struct{ db *sqldb.DB }

// purpose is what secrets of upper levels are sealed for.
const purpose = "uppers"

// Sealed are the columns that hold secrets.
func Sealed() []module.Sealed {
	return []module.Sealed{{Purpose: purpose, Column: sqldb.Column{Table: "security_upper", Key: "id", Name: "secret", Where: "secret <> ''"}}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_upper", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "created_at"}},
		{Table: "security_upper", Person: "confirmer", Columns: []string{"confirmer_name"}, Show: []string{"name", "confirmed_at"}},
		{Table: "security_upward_file", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"upper_name", "sequence", "created_at"}},
		{Table: "security_upward", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"number", "upper_name", "released_at"}},
	}
}

func upperColumns() string {
	return `x.id, x.name, x.root, x.collection, x.auth, x.username, x.secret, x.secret_version, x.most_tlp, x.levels, x.paused, x.next_at, x.run_at, x.good_at, x.failures, x.fault, x.fault_text, x.created_at, x.version, x.way, x.sequence, x.digest, x.direction, x.recipients,
	(SELECT COUNT(*) FROM security_upward o WHERE o.upper_id = x.id AND o.state IN ('waiting', 'pending')), ` + second.Columns("x")
}

func scanUpper(r sqldb.Row) (x Upper, err error) {
	var levels, recipients string
	var next, ran, good, created, confirmed int64
	if err = r.Scan(append([]any{
		&x.ID, &x.Name, &x.Root, &x.Collection, &x.Auth, &x.User, &x.secret, &x.SecretVersion, &x.MostTLP, &levels, &x.Paused, &next, &ran, &good, &x.Failures, &x.Fault, &x.FaultText, &created, &x.Version, &x.Way, &x.Sequence, &x.digest, &x.Direction, &recipients, &x.Open,
	}, x.Into(&confirmed)...)...); err != nil {
		return x, err
	}
	x.ConfirmedAt = sqldb.Instant(confirmed)
	x.NextAt, x.RunAt, x.GoodAt, x.CreatedAt = sqldb.Instant(next), sqldb.Instant(ran), sqldb.Instant(good), sqldb.Time(created)
	if err = errors.Join(json.Unmarshal([]byte(levels), &x.Levels), json.Unmarshal([]byte(recipients), &x.Recipients)); err != nil {
		return x, fmt.Errorf("read upper level %s: %w", x.ID, err)
	}
	return x, nil
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

type upperParams struct {
	sqldb.ListParams
	Direction string `query:"direction" enum:"up,down"`
}

func (s store) uppers(ctx context.Context, in upperParams) (sqldb.Page[Upper], error) {
	l := sqldb.List{
		Select: upperColumns(), From: "security_upper x", Key: "x.id", Order: "name",
		Sort:   map[string]string{"name": "x.name", "run_at": "x.run_at", "good_at": "x.good_at", "failures": "x.failures"},
		Search: []string{"x.name", "x.root", "x.collection"},
	}
	l.WhereIf("x.direction = ?", in.Direction)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanUpper)
}

// allUppers are the upper levels, which are few.
func allUppers(ctx context.Context, db Reader) ([]Upper, error) {
	rows, err := db.Query(ctx, `SELECT `+upperColumns()+` FROM security_upper x ORDER BY x.name, x.id`)
	if err != nil {
		return nil, fmt.Errorf("read upper levels: %w", err)
	}
	return sqldb.All(rows, scanUpper)
}

// upperIn reads an upper level within a transaction.
func upperIn(ctx context.Context, db Reader, id string) (Upper, error) {
	x, err := scanUpper(db.QueryRow(ctx, `SELECT `+upperColumns()+` FROM security_upper x WHERE x.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("upper level")
	}
	if err != nil {
		return x, fmt.Errorf("read an upper level: %w", err)
	}
	return x, nil
}

func nameTaken(err error) error {
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "security.upper.name", "another upper level has this name").At("body.name", "a name that no other upper level has")
	}
	return err
}

// listsOf are the lists of an upper level as columns keep them.
func listsOf(s UpperSpec) (levels, recipients string, err error) {
	text, err := json.Marshal(s.Levels)
	if err != nil {
		return "", "", fmt.Errorf("write levels: %w", err)
	}
	to, err := json.Marshal(append([]string{}, s.Recipients...))
	if err != nil {
		return "", "", fmt.Errorf("write recipients: %w", err)
	}
	return string(text), string(to), nil
}

// telling asks a second person, in the transaction that needs one.
type telling func(ctx context.Context, tx *sqldb.Tx, x Upper) error

func (s store) insertUpper(ctx context.Context, x Upper, now time.Time, tell telling) error {
	levels, recipients, err := listsOf(x.UpperSpec)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_upper WHERE direction = $1`, x.Direction).Scan(&n); err != nil {
			return fmt.Errorf("count upper levels: %w", err)
		}
		if n >= mostUppers {
			return fault.New(fault.Conflict, "security.upper.many", "at most %d upper levels", mostUppers).With("n", mostUppers)
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_upper (id, name, root, collection, auth, username, secret, secret_version, most_tlp, levels, paused, next_at, lease_until, run_at, good_at, failures, fault, fault_text, created_at, version, way, direction, recipients, confirmed, confirmed_at, confirmer, confirmer_name, actor, actor_name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0, 0, '', '', $12, 1, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
			append([]any{x.ID, x.Name, x.Root, x.Collection, x.Auth, x.User, x.secret, x.SecretVersion, x.MostTLP, levels, x.Paused, now.UnixMilli(), x.Way, x.Direction, recipients}, x.Values()...)...)
		if err != nil {
			return fmt.Errorf("keep an upper level: %w", err)
		}
		tx.Changed("security_upper", x.ID, nil, x)
		return tell(ctx, tx, x)
	})
	return nameTaken(err)
}

// editUpper changes an upper level; what waits for it is tried at once.
func (s store) editUpper(ctx context.Context, before, after Upper, now time.Time, ask asking, tell telling) error {
	levels, recipients, err := listsOf(after.UpperSpec)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE security_upper SET name = $3, root = $4, collection = $5, auth = $6, username = $7, secret = $8, secret_version = $9, most_tlp = $10, levels = $11, paused = $12, recipients = $13,
			confirmed = $14, confirmed_at = $15, confirmer = $16, confirmer_name = $17, actor = $18, actor_name = $19, next_at = 0, failures = 0, version = version + 1 WHERE id = $1 AND version = $2`,
			append([]any{after.ID, before.Version, after.Name, after.Root, after.Collection, after.Auth, after.User, after.secret, after.SecretVersion, after.MostTLP, levels, after.Paused, recipients}, after.Values()...)...)
		if err != nil {
			return fmt.Errorf("change an upper level: %w", err)
		}
		if n == 0 {
			return stale()
		}
		tx.Changed("security_upper", after.ID, before, after)
		if err := tell(ctx, tx, after); err != nil {
			return err
		}
		return hurry(ctx, tx, after.ID, now, ask)
	})
	return nameTaken(err)
}

// hurry lets what waits for an upper level be tried now.
func hurry(ctx context.Context, tx *sqldb.Tx, upper string, now time.Time, ask asking) error {
	for _, q := range []string{`UPDATE security_upper SET next_at = $2 WHERE id = $1 AND next_at > $2`, `UPDATE security_upward SET next_at = $2 WHERE upper_id = $1 AND state IN ('waiting', 'pending') AND next_at > $2`} {
		if _, err := tx.Exec(ctx, q, upper, now.UnixMilli()); err != nil {
			return fmt.Errorf("hurry reports to an upper level: %w", err)
		}
	}
	return ask(ctx, tx)
}

func (s store) turn(ctx context.Context, x Upper, now time.Time, ask asking) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		tx.Changed("security_upper", x.ID, nil, map[string]any{"name": x.Name, "reported": "now"})
		return hurry(ctx, tx, x.ID, now, ask)
	})
}

// removeUpper takes an upper level away, and its secret; what was reported to it stays. What
// was released and has not ended would be lost silently: it is ended first, by people.
func (s store) removeUpper(ctx context.Context, x Upper) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var open int64
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_upward WHERE upper_id = $1 AND state IN ('waiting', 'pending')`, x.ID).Scan(&open); err != nil {
			return fmt.Errorf("count reports: %w", err)
		}
		if open > 0 {
			return fault.New(fault.Conflict, "security.upper.open", "%d reports to it have not ended; cancel them first", open).With("n", open)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM security_upper WHERE id = $1`, x.ID); err != nil {
			return fmt.Errorf("remove an upper level: %w", err)
		}
		tx.Changed("security_upper", x.ID, x, nil)
		return nil
	})
}

// claim leases upper levels that something is due for, so that one process sends to each. The
// lease is looked at again behind the choice: PostgreSQL chooses by what was there before another
// one claimed.
func (s store) claim(ctx context.Context, now time.Time, most int) (list []Upper, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE security_upper SET lease_until = $2 WHERE id IN (
				SELECT x.id FROM security_upper x WHERE NOT x.paused AND x.confirmed AND x.way = 'taxii' AND x.next_at <= $1 AND x.lease_until <= $1 AND EXISTS (
					SELECT 1 FROM security_upward r WHERE r.upper_id = x.id AND r.state IN ('waiting', 'pending') AND r.next_at <= $1)
				ORDER BY x.run_at, x.id LIMIT $3) AND lease_until <= $1 RETURNING id`, now.UnixMilli(), now.Add(leaseFor).UnixMilli(), most)
		if err != nil {
			return fmt.Errorf("claim upper levels: %w", err)
		}
		ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		list = nil
		for _, id := range ids {
			x, err := upperIn(ctx, tx, id)
			if err != nil {
				return err
			}
			list = append(list, x)
		}
		return nil
	})
	return list, err
}

// rest ends a turn: what went wrong with the way lets everything wait.
func (s store) rest(ctx context.Context, x Upper, problem *peer.Error, now time.Time) error {
	next, class, text := int64(0), "", ""
	if problem != nil {
		next, class, text = now.Add(backOff(x.Failures+1, problem.After)).UnixMilli(), problem.Class, problem.Text
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE security_upper SET lease_until = 0, run_at = $3, next_at = CASE WHEN version = $2 THEN $4 ELSE next_at END, fault = $5, fault_text = $6, failures = CASE WHEN $5 = '' THEN 0 ELSE failures + 1 END, good_at = CASE WHEN $5 = '' THEN $3 ELSE good_at END WHERE id = $1`,
			x.ID, x.Version, now.UnixMilli(), next, class, text)
		if err != nil {
			return fmt.Errorf("note how an upper level is reached: %w", err)
		}
		return nil
	})
}
