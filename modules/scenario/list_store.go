package scenario

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const releaseColumns = `r.id, r.year, r.number, r.entries, r.digest, r.synthetic, r.actor_name, r.released_at`

func scanRelease(r sqldb.Row) (x Release, err error) {
	var at int64
	err = r.Scan(&x.ID, &x.Year, &x.Number, &x.Entries, &x.Digest, &x.Synthetic, &x.By, &at)
	x.ReleasedAt = sqldb.TimeOrZero(at)
	return x, err
}

func (x store) releases(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Release], error) {
	return sqldb.Fetch(ctx, x.db, sqldb.List{
		Select: releaseColumns, From: "scenario_list r", Key: "r.id", Order: "-released_at",
		Sort: map[string]string{"released_at": "r.released_at", "year": "r.year", "entries": "r.entries"},
	}, in, scanRelease)
}

// release reads a list with what it says.
func (x store) release(ctx context.Context, id string) (Release, error) {
	var contents string
	r, err := scanRelease(prefixed{x.db.QueryRow(ctx, `SELECT r.contents, `+releaseColumns+` FROM scenario_list r WHERE r.id = $1`, id), []any{&contents}})
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such list")
	}
	if err != nil {
		return r, fmt.Errorf("read list: %w", err)
	}
	r.contents = contents
	return r, nil
}

// yearBounds are the first millisecond of a year of the city, and that of the next.
func yearBounds(year int) (from, until int64) {
	at := time.Date(year, 1, 1, 0, 0, 0, 0, cityTime())
	return at.UnixMilli(), at.AddDate(1, 0, 0).UnixMilli()
}

// notListed are the published scenarios of a year that no list of it has: from, until, year.
const notListed = `s.status = 'published' AND s.first_published >= $1 AND s.first_published < $2 AND NOT EXISTS (SELECT 1 FROM scenario_listed l WHERE l.scenario_id = s.id AND l.year = $3)`

// countUnlisted counts what the next list of a year would have.
func (x store) countUnlisted(ctx context.Context, year int) (n int, err error) {
	from, until := yearBounds(year)
	if err = x.db.QueryRow(ctx, `SELECT COUNT(*) FROM scenario s WHERE `+notListed, from, until, year).Scan(&n); err != nil {
		err = fmt.Errorf("count scenarios of %d: %w", year, err)
	}
	return n, err
}

// unlisted returns the published scenarios of a year that no list of it has, in the order
// in which they were first published.
func unlisted(ctx context.Context, db reader, year int) (list []Listed, synthetic bool, err error) {
	from, until := yearBounds(year)
	rows, err := db.Query(ctx, `SELECT s.position, `+scenarioColumns+`, `+versionColumns+` FROM scenario s JOIN scenario_version v ON v.scenario_id = s.id AND v.number = s.current
		WHERE `+notListed+` ORDER BY s.first_published, s.id LIMIT $4`, from, until, year, mostListed+1)
	if err != nil {
		return nil, false, fmt.Errorf("read scenarios of %d: %w", year, err)
	}
	found, err := sqldb.All(rows, scanRead)
	if err != nil {
		return nil, false, err
	}
	if len(found) > mostListed {
		return nil, false, fault.New(fault.Conflict, "scenario.list.full", "a list has %d scenarios at most", mostListed).With("limit", mostListed)
	}
	for i, r := range found {
		c := r.Content
		list = append(list, Listed{i + 1, r.ID, r.Number, c.Title, r.Owner, c.Industries, c.Stages, c.Modes, r.Taxonomy})
		synthetic = synthetic || r.Synthetic
	}
	return list, synthetic, nil
}

// releaseList releases the list of a year.
func (x store) releaseList(ctx context.Context, r Release, by hand) (Release, error) {
	err := x.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := position(ctx, tx); err != nil { // one release at a time
			return err
		}
		list, synthetic, err := unlisted(ctx, tx, r.Year)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.New(fault.Conflict, "scenario.list.empty", "every scenario that was published in %d is in a list already", r.Year).With("year", r.Year)
		}
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(number), 0) + 1 FROM scenario_list WHERE year = $1`, r.Year).Scan(&r.Number); err != nil {
			return fmt.Errorf("number the list: %w", err)
		}
		r.Synthetic = synthetic
		if r, err = r.seal(list); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO scenario_list (id, year, number, entries, contents, digest, synthetic, actor, actor_name, released_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			r.ID, r.Year, r.Number, r.Entries, r.contents, r.Digest, r.Synthetic, by.actor, by.name, r.ReleasedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep the list: %w", err)
		}
		for _, e := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO scenario_listed (scenario_id, year, list_id, place) VALUES ($1, $2, $3, $4)`, e.ScenarioID, r.Year, r.ID, e.Place); err != nil {
				return fmt.Errorf("keep what the list has: %w", err)
			}
		}
		tx.Changed("scenario_list", r.ID, nil, r)
		return nil
	})
	return r, err
}

// ListedIn names a list that a scenario is in.
type ListedIn struct {
	ListID string `json:"list_id"`
	Year   int    `json:"year"`
	Number int    `json:"number"`
	Place  int    `json:"place"`
}

func (x store) listedIn(ctx context.Context, id string) ([]ListedIn, error) {
	rows, err := x.db.Query(ctx, `SELECT l.list_id, l.year, r.number, l.place FROM scenario_listed l JOIN scenario_list r ON r.id = l.list_id WHERE l.scenario_id = $1 ORDER BY l.year, r.number`, id)
	if err != nil {
		return nil, fmt.Errorf("read lists of a scenario: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (l ListedIn, err error) { return l, r.Scan(&l.ListID, &l.Year, &l.Number, &l.Place) })
}
