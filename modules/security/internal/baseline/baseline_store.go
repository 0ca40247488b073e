package baseline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

const columns = `b.id, b.organisation_id, b.organisation_zh, b.organisation_en, b.name, b.state, b.round, b.published, b.edition, b.holding, b.learn_from, b.learn_to, b.paused_to, b.lines, b.beyond, b.unsure, b.deviations, b.deviations_beyond, b.heard_at, b.created_at, b.actor, b.actor_name, b.version,
	(SELECT COUNT(*) FROM security_baseline_line l WHERE l.baseline_id = b.id AND l.round = b.round AND l.verdict = 'open'),
	(SELECT COUNT(*) FROM security_baseline_deviation d WHERE d.baseline_id = b.id AND d.accepted = 0)`

func scan(r sqldb.Row) (b Baseline, err error) {
	var from, to, paused, heard, created int64
	err = r.Scan(&b.ID, &b.OrganisationID, &b.Enterprise.ZH, &b.Enterprise.EN, &b.Name, &b.State, &b.Round, &b.published, &b.Edition, &b.Holding, &from, &to, &paused, &b.Lines, &b.Beyond, &b.Unsure, &b.kept, &b.DeviationsBeyond, &heard, &created, &b.actor, &b.CreatedBy, &b.Version,
		&b.Undecided, &b.Deviations)
	b.LearnFrom, b.LearnTo, b.PausedTo, b.HeardAt, b.CreatedAt = sqldb.Time(from), sqldb.Time(to), sqldb.Instant(paused), sqldb.TimeOrZero(heard), sqldb.Time(created)
	return b, err
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// restrict leaves what the caller sees: their own, and those all of whose sensors are open to
// others in detail.
func restrict(ctx context.Context, l *sqldb.List) {
	id := identity.From(ctx)
	l.Where(`b.organisation_id = ? OR (EXISTS (SELECT 1 FROM security_baseline_sensor x WHERE x.baseline_id = b.id)
		AND NOT EXISTS (SELECT 1 FROM security_baseline_sensor x JOIN security_sensor s ON s.id = x.sensor_id WHERE x.baseline_id = b.id AND s.consent <> 'detail'))`, id.Organisation.ID)
	id.Scope.Filter(l, "b.organisation_id")
}

type baselineParams struct {
	sqldb.ListParams
	State        string `query:"state" enum:"learning,review,enforced,paused,ended"`
	Organisation string `query:"organisation" maxLength:"40"`
}

func (s store) list(ctx context.Context, in baselineParams) (sqldb.Page[Baseline], error) {
	l := sqldb.List{
		Select: columns, From: "security_baseline b", Key: "b.id", Order: "-created_at",
		Sort:   map[string]string{"name": "b.name", "state": "b.state", "enterprise": "b.organisation_zh", "created_at": "b.created_at", "lines": "b.lines", "edition": "b.edition", "learn_to": "b.learn_to"},
		Search: []string{"b.name", "b.organisation_zh", "b.organisation_en"},
	}
	l.WhereIf("b.state = ?", in.State).WhereIf("b.organisation_id = ?", in.Organisation)
	restrict(ctx, &l)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scan)
}

// seen reads a baseline that the caller sees.
func (s store) seen(ctx context.Context, id string) (Baseline, error) {
	l := sqldb.List{Select: columns, From: "security_baseline b", Key: "b.id", Order: "id", Sort: map[string]string{"id": "b.id"}}
	l.Where("b.id = ?", id)
	restrict(ctx, &l)
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, scan)
	if err != nil {
		return Baseline{}, err
	}
	if len(page.Items) == 0 {
		return Baseline{}, noSuch("baseline")
	}
	b := page.Items[0]
	b.Own = identity.From(ctx).Organisation.ID == b.OrganisationID
	return b, nil
}

// SensorIn is a sensor of a baseline.
type SensorIn struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s store) sensors(ctx context.Context, id string) ([]SensorIn, error) {
	rows, err := s.db.Query(ctx, `SELECT s.id, s.name FROM security_baseline_sensor x JOIN security_sensor s ON s.id = x.sensor_id WHERE x.baseline_id = $1 ORDER BY s.name, s.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read sensors of a baseline: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x SensorIn, err error) { return x, r.Scan(&x.ID, &x.Name) })
}

func (s store) insert(ctx context.Context, b Baseline, sensors []string, with func(tx *sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "baselines "+b.OrganisationID); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_baseline WHERE organisation_id = $1`, b.OrganisationID).Scan(&n); err != nil {
			return fmt.Errorf("count baselines: %w", err)
		}
		if n >= mostBaselines {
			return fault.New(fault.Conflict, "security.baseline.many", "an enterprise has at most %d baselines", mostBaselines)
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_baseline (id, organisation_id, organisation_zh, organisation_en, name, state, round, published, edition, holding, learn_from, learn_to, paused_to, lines, beyond, unsure, deviations, deviations_beyond, heard_at, created_at, actor, actor_name, version)
			VALUES ($1, $2, $3, $4, $5, $6, 1, 0, 0, FALSE, $7, $8, 0, 0, 0, 0, 0, 0, 0, $11, $9, $10, 1)`,
			b.ID, b.OrganisationID, b.Enterprise.ZH, b.Enterprise.EN, b.Name, b.State, b.LearnFrom.UnixMilli(), b.LearnTo.UnixMilli(), b.actor, b.CreatedBy, b.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("begin a baseline: %w", err)
		}
		for i, id := range sensors {
			if err := attach(ctx, tx, b, id, i); err != nil {
				return err
			}
		}
		if err := with(tx); err != nil {
			return err
		}
		tx.Changed("baseline", b.ID, nil, b)
		return note(ctx, tx, b, "", handOf(ctx), b.CreatedAt)
	})
}

// attach puts a sensor into a baseline.
func attach(ctx context.Context, tx *sqldb.Tx, b Baseline, sensor string, i int) error {
	var ours int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_sensor WHERE id = $1 AND organisation_id = $2 AND retired_at = 0`, sensor, b.OrganisationID).Scan(&ours); err != nil {
		return fmt.Errorf("find a sensor: %w", err)
	}
	place := fmt.Sprintf("body.sensors[%d]", i)
	if ours == 0 {
		return fault.New(fault.Invalid, "security.baseline.sensor", "there is no such sensor").At(place, "a sensor of your own organisation that is not retired")
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_baseline_sensor (sensor_id, baseline_id) VALUES ($1, $2)`, sensor, b.ID)
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "security.baseline.taken", "the sensor is in another baseline already; end that first").At(place, "a sensor that is in no baseline")
	}
	if err != nil {
		return fmt.Errorf("put a sensor into a baseline: %w", err)
	}
	return nil
}

// hand is who does something; nobody: the platform.
type hand struct{ actor, name string }

func handOf(ctx context.Context) hand {
	who := identity.From(ctx)
	return hand{who.Actor(), who.Name}
}

// note writes down what was done with a baseline.
func note(ctx context.Context, tx *sqldb.Tx, b Baseline, reason string, who hand, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_baseline_step (id, baseline_id, at, state, edition, reason, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		ulid.Make().String(), b.ID, now.UnixMilli(), b.State, b.Edition, reason, who.actor, who.name)
	if err != nil {
		return fmt.Errorf("note what was done: %w", err)
	}
	return nil
}

// save keeps how a baseline stands now.
func save(ctx context.Context, tx *sqldb.Tx, was, b Baseline, reason string, who hand, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE security_baseline SET state = $3, round = $4, published = $5, edition = $6, holding = $7, learn_from = $8, learn_to = $9, paused_to = $10, lines = $11, beyond = $12, unsure = $13, version = $14 WHERE id = $1 AND version = $2`,
		b.ID, was.Version, b.State, b.Round, b.published, b.Edition, b.Holding, b.LearnFrom.UnixMilli(), b.LearnTo.UnixMilli(), sqldb.InstantMillis(b.PausedTo), b.Lines, b.Beyond, b.Unsure, b.Version)
	if err != nil {
		return fmt.Errorf("change a baseline: %w", err)
	}
	if n == 0 {
		return stale()
	}
	return note(ctx, tx, b, reason, who, now)
}

// change decides about a baseline as it is, and keeps what was decided.
func (s store) change(ctx context.Context, id string, version int64, reason string, now time.Time, decide func(tx *sqldb.Tx, b Baseline) (Baseline, error)) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		was, err := inside(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.Version != version {
			return stale()
		}
		b, err := decide(tx, was)
		if err != nil {
			return err
		}
		b.Version = was.Version + 1
		tx.Changed("baseline", id, was, b)
		return save(ctx, tx, was, b, reason, handOf(ctx), now)
	})
}

// forget deletes the lines of rounds that are neither the one that is learned now nor the one
// that the edition in force comes of.
func forget(ctx context.Context, tx *sqldb.Tx, b Baseline) error {
	for _, table := range []string{"security_baseline_line", "security_baseline_over"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE baseline_id = $1 AND round <> $2 AND round <> $3`, b.ID, b.Round, b.published); err != nil {
			return fmt.Errorf("forget lines of before: %w", err)
		}
	}
	return nil
}

// release lets the sensors of a baseline that ended go.
func release(ctx context.Context, tx *sqldb.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_baseline_sensor WHERE baseline_id = $1`, id); err != nil {
		return fmt.Errorf("let sensors go: %w", err)
	}
	return nil
}

// due are baselines whose learning or pause is over.
func (s store) due(ctx context.Context, now time.Time) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT id FROM security_baseline WHERE (state = 'learning' AND learn_to <= $1 AND lines > 0) OR (state = 'paused' AND paused_to <= $1) ORDER BY id LIMIT 500`, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("find baselines whose time is over: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
}

// Step is what was done with a baseline.
type Step struct {
	At      time.Time `json:"at"`
	State   State     `json:"state" enum:"learning,review,enforced,paused,ended"`
	Edition int64     `json:"edition"`
	Reason  string    `json:"reason"`
	Name    string    `json:"name" doc:"Empty: the platform"`
}

func (s store) steps(ctx context.Context, id string) ([]Step, error) {
	rows, err := s.db.Query(ctx, `SELECT at, state, edition, reason, actor_name FROM security_baseline_step WHERE baseline_id = $1 ORDER BY at DESC, id DESC LIMIT 200`, id)
	if err != nil {
		return nil, fmt.Errorf("read what was done: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Step, err error) {
		var at int64
		err = r.Scan(&at, &x.State, &x.Edition, &x.Reason, &x.Name)
		x.At = sqldb.Time(at)
		return x, err
	})
}

// Growth is how many lines were new in an hour or a day of learning.
type Growth struct {
	At    time.Time `json:"at"`
	Lines int64     `json:"lines"`
}

func (s store) growth(ctx context.Context, b Baseline, step time.Duration) ([]Growth, error) {
	rows, err := s.db.Query(ctx, `SELECT (learned_at / $3) * $3, COUNT(*) FROM security_baseline_line WHERE baseline_id = $1 AND round = $2 AND covers = 0 GROUP BY 1 ORDER BY 1 LIMIT 2500`, b.ID, b.Round, step.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("read how learning went: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (g Growth, err error) {
		var at int64
		err = r.Scan(&at, &g.Lines)
		g.At = sqldb.Time(at)
		return g, err
	})
}

func (s store) windows(ctx context.Context, id string) ([]Window, error) {
	rows, err := s.db.Query(ctx, `SELECT id, from_at, to_at, hosts, reason, created_at, actor_name FROM security_baseline_window WHERE baseline_id = $1 ORDER BY to_at DESC, id LIMIT $2`, id, mostWindows)
	if err != nil {
		return nil, fmt.Errorf("read windows of maintenance: %w", err)
	}
	return sqldb.All(rows, scanWindow)
}

// one reads a baseline by its ID for whoever may already see it.
func (s store) one(ctx context.Context, id string) (Baseline, error) {
	b, err := scan(s.db.QueryRow(ctx, `SELECT `+columns+` FROM security_baseline b WHERE b.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, noSuch("baseline")
	}
	return b, err
}
