package scenario

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/scenario/scenarioevent"
)

// store keeps scenarios and their versions.
type store struct {
	db     *sqldb.DB
	search *module.Search
}

// reader is the database, or a change of it.
type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func newID() string { return ulid.Make().String() }

func noSuch() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such scenario, or it is not yours to see")
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this scenario meanwhile; read it again")
}

const (
	scenarioColumns = `s.id, s.organisation_id, s.owner_zh, s.owner_en, s.status, s.current, s.open, s.origin, s.synthetic, s.reason, s.twin_id, s.first_published, s.created_at, s.updated_at, s.version`
	versionColumns  = `v.number, v.status, v.edition, v.content, v.reason, v.author, v.author_name, v.written_at, v.decided_by, v.decided_name, v.decided_at`
)

func scanScenario(r sqldb.Row) (s Scenario, err error) {
	var first, created, updated int64
	err = r.Scan(&s.ID, &s.OrganisationID, &s.Owner.ZH, &s.Owner.EN, &s.Status, &s.Current, &s.Open, &s.Origin, &s.Synthetic, &s.Reason, &s.TwinID, &first, &created, &updated, &s.Version)
	s.FirstPublished, s.CreatedAt, s.UpdatedAt = sqldb.TimeOrZero(first), sqldb.TimeOrZero(created), sqldb.TimeOrZero(updated)
	return s, err
}

func scanEdition(r sqldb.Row) (e Edition, err error) {
	var content string
	var written, decided int64
	if err = r.Scan(&e.Number, &e.Status, &e.Taxonomy, &content, &e.Reason, &e.author, &e.AuthorName, &written, &e.decider, &e.DecidedBy, &decided); err != nil {
		return e, err
	}
	e.WrittenAt, e.DecidedAt = sqldb.TimeOrZero(written), sqldb.TimeOrZero(decided)
	if err = json.Unmarshal([]byte(content), &e.Content); err != nil {
		return e, fmt.Errorf("read content: %w", err)
	}
	e.Content = e.Content.tidy()
	return e, nil
}

// one reads a scenario, whoever asks.
func one(ctx context.Context, db reader, id string) (Scenario, error) {
	s, err := scanScenario(db.QueryRow(ctx, `SELECT `+scenarioColumns+` FROM scenario s WHERE s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return s, noSuch()
	}
	if err != nil {
		return s, fmt.Errorf("read scenario: %w", err)
	}
	return s, nil
}

// edition reads a version; number 0 gives an empty one.
func edition(ctx context.Context, db reader, id string, number int) (Edition, error) {
	if number == 0 {
		return Edition{}, nil
	}
	e, err := scanEdition(db.QueryRow(ctx, `SELECT `+versionColumns+` FROM scenario_version v WHERE v.scenario_id = $1 AND v.number = $2`, id, number))
	if errors.Is(err, sql.ErrNoRows) {
		return e, noSuch()
	}
	if err != nil {
		return e, fmt.Errorf("read version: %w", err)
	}
	return e, nil
}

// editions reads all versions of a scenario, the newest first.
func editions(ctx context.Context, db reader, id string) ([]Edition, error) {
	rows, err := db.Query(ctx, `SELECT `+versionColumns+` FROM scenario_version v WHERE v.scenario_id = $1 ORDER BY v.number DESC`, id)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	return sqldb.All(rows, scanEdition)
}

// keeps tells whether who asks keeps a scenario: its owner, or the bureau.
func keeps(ctx context.Context, s Scenario) bool {
	scope := identity.From(ctx).Scope
	return scope.All || s.OrganisationID != "" && scope.Allows(s.OrganisationID)
}

// seen reads a scenario that who asks may know of.
func (x store) seen(ctx context.Context, id string) (Scenario, error) {
	s, err := one(ctx, x.db, id)
	if err != nil {
		return s, err
	}
	if s.Current == 0 && !keeps(ctx, s) {
		return Scenario{}, noSuch()
	}
	return s, nil
}

// position takes the next position of a change. The row stays locked until the commit:
// positions become visible in their order.
func position(ctx context.Context, tx *sqldb.Tx) (n int64, err error) {
	if err = tx.QueryRow(ctx, `UPDATE scenario_position SET n = n + 1 WHERE one = 1 RETURNING n`).Scan(&n); err != nil {
		err = fmt.Errorf("take a position: %w", err)
	}
	return n, err
}

// insert adds a scenario with its first version.
func (x store) insert(ctx context.Context, tx *sqldb.Tx, s Scenario, e Edition) error {
	n, err := position(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO scenario (id, organisation_id, owner_zh, owner_en, status, current, open, origin, synthetic, reason, twin_id, first_published, created_at, updated_at, position)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		s.ID, s.OrganisationID, s.Owner.ZH, s.Owner.EN, s.Status, s.Current, s.Open, s.Origin, s.Synthetic, s.Reason, s.TwinID, sqldb.MillisOrZero(s.FirstPublished), sqldb.MillisOrZero(s.CreatedAt), sqldb.MillisOrZero(s.UpdatedAt), n)
	if err != nil {
		return fmt.Errorf("insert scenario: %w", err)
	}
	if err := put(ctx, tx, s.ID, e); err != nil {
		return err
	}
	tx.Changed("scenario", s.ID, nil, s)
	return x.tell(ctx, tx, Scenario{}, s, e)
}

// put saves a version.
func put(ctx context.Context, tx *sqldb.Tx, id string, e Edition) error {
	content, err := json.Marshal(e.Content)
	if err != nil {
		return fmt.Errorf("write content: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO scenario_version (scenario_id, number, status, edition, content, reason, author, author_name, written_at, decided_by, decided_name, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (scenario_id, number) DO UPDATE SET status = excluded.status, edition = excluded.edition, content = excluded.content, reason = excluded.reason, author = excluded.author,
			author_name = excluded.author_name, written_at = excluded.written_at, decided_by = excluded.decided_by, decided_name = excluded.decided_name, decided_at = excluded.decided_at`,
		id, e.Number, e.Status, e.Taxonomy, string(content), e.Reason, e.author, e.AuthorName, sqldb.MillisOrZero(e.WrittenAt), e.decider, e.DecidedBy, sqldb.MillisOrZero(e.DecidedAt))
	if err != nil {
		return fmt.Errorf("save version: %w", err)
	}
	return nil
}

// rule decides what becomes of a scenario. e is the version that it is about.
type rule func(s Scenario, e Edition) (Scenario, Edition, error)

// companion is what goes with a change, in its transaction.
type companion func(ctx context.Context, tx *sqldb.Tx, s Scenario, e Edition) error

// which version a change is about.
type which int

const (
	theOpen which = iota
	theCurrent
)

// change loads a scenario that the caller keeps, lets rule decide, and saves it.
func (x store) change(ctx context.Context, id string, version int64, of which, decide rule, with ...companion) error {
	return x.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := one(ctx, tx, id)
		if err != nil {
			return err
		}
		if !keeps(ctx, before) {
			if before.Current == 0 {
				return noSuch()
			}
			return fault.New(fault.Forbidden, "scenario.not_yours", "this is for the owner of the scenario, and for the bureau")
		}
		if before.Version != version {
			return stale()
		}
		return x.apply(ctx, tx, before, of, decide, with...)
	})
}

// apply saves what rule makes of a scenario, and tells of it.
func (x store) apply(ctx context.Context, tx *sqldb.Tx, before Scenario, of which, decide rule, with ...companion) error {
	number := before.Open
	if of == theCurrent {
		number = before.Current
	}
	e, err := edition(ctx, tx, before.ID, number)
	if err != nil {
		return err
	}
	was := e
	after, e, err := decide(before, e)
	if err != nil {
		return err
	}
	if err := x.save(ctx, tx, before, after); err != nil {
		return err
	}
	if before.Current > 0 && after.Current != before.Current {
		if _, err := tx.Exec(ctx, `UPDATE scenario_version SET status = 'revised' WHERE scenario_id = $1 AND number = $2`, after.ID, before.Current); err != nil {
			return fmt.Errorf("revise the version before: %w", err)
		}
	}
	if err := put(ctx, tx, after.ID, e); err != nil {
		return err
	}
	tx.Changed("scenario_version", fmt.Sprintf("%s/%d", after.ID, e.Number), was, e)
	for _, c := range with {
		if err := c(ctx, tx, after, e); err != nil {
			return err
		}
	}
	return x.tell(ctx, tx, before, after, e)
}

func (x store) save(ctx context.Context, tx *sqldb.Tx, before, s Scenario) error {
	at, err := position(ctx, tx)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE scenario SET status = $1, current = $2, open = $3, reason = $4, twin_id = $5, first_published = $6, updated_at = $7, position = $8, version = version + 1 WHERE id = $9 AND version = $10`,
		s.Status, s.Current, s.Open, s.Reason, s.TwinID, sqldb.MillisOrZero(s.FirstPublished), sqldb.MillisOrZero(s.UpdatedAt), at, s.ID, before.Version)
	if err != nil {
		return fmt.Errorf("update scenario: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("scenario", s.ID, before, s)
	return nil
}

// tell lets others know that a scenario is in the catalogue, or is not any more.
func (x store) tell(ctx context.Context, tx *sqldb.Tx, before, s Scenario, e Edition) error {
	switch {
	case s.Status == published && (before.Status != published || before.Current != s.Current):
		c := e.Content
		var providers []string
		for _, p := range c.Providers {
			providers = append(providers, p.OrganisationID)
		}
		if err := x.search.Put(ctx, tx, document(s, c)); err != nil {
			return fmt.Errorf("let the scenario be found: %w", err)
		}
		return emit(ctx, tx, scenarioevent.Published{
			ScenarioID: s.ID, Number: e.Number, TitleZH: c.Title.In("zh"), TitleEN: c.Title.In("en"), Organisation: s.OrganisationID, Edition: e.Taxonomy, Industries: c.Industries, Modes: c.Modes,
			Stages: c.Stages, Links: c.Links, Technologies: c.Technologies, Values: c.Values, Providers: providers, Synthetic: s.Synthetic, At: s.UpdatedAt,
		})
	case s.Status == withdrawn && before.Status == published:
		if err := x.search.Remove(ctx, tx, nounScenario, s.ID); err != nil {
			return fmt.Errorf("let the scenario not be found: %w", err)
		}
		return emit(ctx, tx, scenarioevent.Withdrawn{ScenarioID: s.ID, At: s.UpdatedAt})
	}
	return nil
}

func emit(ctx context.Context, tx *sqldb.Tx, e bus.Event) error {
	if err := tx.Emit(ctx, e); err != nil {
		return fmt.Errorf("tell of %s: %w", e.Subject(), err)
	}
	return nil
}

// remove takes a scenario of the demonstration away.
func (x store) remove(ctx context.Context, s Scenario) error {
	return x.db.Write(ctx, func(tx *sqldb.Tx) error {
		at, err := position(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM scenario WHERE id = $1`, s.ID); err != nil {
			return fmt.Errorf("remove scenario: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO scenario_gone (id, position) VALUES ($1, $2)`, s.ID, at); err != nil {
			return fmt.Errorf("note that a scenario is gone: %w", err)
		}
		tx.Changed("scenario", s.ID, s, nil)
		if err := emit(ctx, tx, scenarioevent.Withdrawn{ScenarioID: s.ID, At: time.Now().UTC()}); err != nil {
			return err
		}
		return x.search.Remove(ctx, tx, nounScenario, s.ID)
	})
}
