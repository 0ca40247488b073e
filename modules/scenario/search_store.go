package scenario

import (
	"context"
	"fmt"
	"slices"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// nounScenario names scenarios in search and wherever objects are named.
const nounScenario = "scenario"

// document is how a published scenario is found by the city's search.
func document(s Scenario, c Content) module.Document {
	tags := slices.Concat(c.Industries, c.Apps, c.Standards)
	return module.Document{
		Noun: nounScenario, ID: s.ID, Title: c.Title, Tags: tags, Body: c.Summary.ZH + "\n" + c.Summary.EN + "\n" + c.Text.ZH + "\n" + c.Text.EN,
		Path: "/scenario/" + s.ID, Permission: "scenario.view", City: true,
	}
}

func (x store) finds() []module.Find {
	return []module.Find{{Noun: nounScenario, Title: lang.Text{ZH: "赋能场景", EN: "Scenarios"}, Walk: func(ctx context.Context, put func(module.Document) error) error {
		return x.since(ctx, 0, func(r read) error {
			if r.Scenario.Status != published {
				return nil
			}
			return put(document(r.Scenario, r.Content))
		})
	}}}
}

// read is a scenario with the version that lists show: the one that is or was published,
// otherwise the one that is being written.
type read struct {
	Scenario
	Edition
	position int64
}

// since hands over every scenario that changed after a position, in that order.
func (x store) since(ctx context.Context, after int64, do func(read) error) error {
	const page = 500
	for {
		rows, err := x.db.Query(ctx, `SELECT s.position, `+scenarioColumns+`, `+versionColumns+` FROM scenario s
			JOIN scenario_version v ON v.scenario_id = s.id AND v.number = CASE WHEN s.current > 0 THEN s.current ELSE s.open END
			WHERE s.position > $1 ORDER BY s.position LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read scenarios: %w", err)
		}
		list, err := sqldb.All(rows, scanRead)
		if err != nil {
			return fmt.Errorf("read scenarios: %w", err)
		}
		for _, r := range list {
			after = r.position
			if err := do(r); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}

// prefixed lets one row be read in parts: those before the last are taken first.
type prefixed struct {
	row   sqldb.Row
	first []any
}

func (p prefixed) Scan(dest ...any) error { return p.row.Scan(append(p.first, dest...)...) }

func scanRead(row sqldb.Row) (r read, err error) {
	var first, created, updated int64
	s := &r.Scenario
	r.Edition, err = scanEdition(prefixed{row, []any{&r.position, &s.ID, &s.OrganisationID, &s.Owner.ZH, &s.Owner.EN, &s.Status, &s.Current, &s.Open, &s.Origin, &s.Synthetic, &s.Reason, &s.TwinID, &first, &created, &updated, &s.Version}})
	s.FirstPublished, s.CreatedAt, s.UpdatedAt = sqldb.TimeOrZero(first), sqldb.TimeOrZero(created), sqldb.TimeOrZero(updated)
	return r, err
}

// newest returns the position of the last change.
func (x store) newest(ctx context.Context) (n int64, err error) {
	if err = x.db.QueryRow(ctx, `SELECT n FROM scenario_position WHERE one = 1`).Scan(&n); err != nil {
		err = fmt.Errorf("read the newest position: %w", err)
	}
	return n, err
}

// gone returns the scenarios that were removed after a position.
func (x store) gone(ctx context.Context, after int64) ([]string, error) {
	rows, err := x.db.Query(ctx, `SELECT id FROM scenario_gone WHERE position > $1`, after)
	if err != nil {
		return nil, fmt.Errorf("read what is gone: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
}
