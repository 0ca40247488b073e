package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// sourceStore keeps sources, their secrets sealed, and what became of reading them.
type sourceStore struct {
	db   *sqldb.DB
	ring *seal.Keyring
}

// sourcePurpose is what the secrets of sources are sealed for.
const sourcePurpose = "source"

func sealedSources() module.Sealed {
	return module.Sealed{Purpose: sourcePurpose, Column: sqldb.Column{Table: "source", Key: "id", Name: "secret", Where: "secret <> ''"}}
}

const sourceColumns = `s.id, s.platform_id, s.name, s.spec, s.secret, s.secret_version, s.paused, s.version, s.created_at, s.next_at, s.lease, s.done_at, s.good_at, s.failures, s.mapping_failures, s.job_id`

func scanSource(r sqldb.Row) (Source, error) {
	var s Source
	var spec string
	var created, next, done, good int64
	err := r.Scan(&s.ID, &s.PlatformID, &s.Name, &spec, &s.secret, &s.SecretVersion, &s.Paused, &s.Version, &created, &next, &s.lease, &done, &good, &s.failures, &s.mappingFailures, &s.jobID)
	if err != nil {
		return s, err
	}
	s.createdAt, s.NextAt, s.doneAt, s.goodAt = sqldb.Time(created), sqldb.Time(next), sqldb.Time(done), sqldb.Time(good)
	if err := json.Unmarshal([]byte(spec), &s.Spec); err != nil {
		return s, fmt.Errorf("read source %s: %w", s.ID, err)
	}
	return s, nil
}

// list returns the sources of a platform, in the order in which they were made.
func (s sourceStore) list(ctx context.Context, platformID string) ([]Source, error) {
	rows, err := s.db.Query(ctx, `SELECT `+sourceColumns+` FROM source s WHERE s.platform_id = $1 AND s.removed_at = 0 ORDER BY s.id`, platformID)
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	return sqldb.All(rows, scanSource)
}

func (s sourceStore) get(ctx context.Context, db rowReader, platformID, id string) (Source, error) {
	one, err := scanSource(db.QueryRow(ctx, `SELECT `+sourceColumns+` FROM source s WHERE s.id = $1 AND s.platform_id = $2 AND s.removed_at = 0`, id, platformID))
	if errors.Is(err, sql.ErrNoRows) {
		return one, fault.New(fault.NotFound, "kernel.not_found", "there is no such source, or it is not yours to see")
	}
	if err != nil {
		return one, fmt.Errorf("read source: %w", err)
	}
	return one, nil
}

// sealed seals a secret; none stays none.
func (s sourceStore) sealed(ctx context.Context, secret string) (string, error) {
	if secret == "" {
		return "", nil
	}
	return s.ring.Seal(ctx, sourcePurpose, []byte(secret))
}

// opened returns the secret of a source.
func (s sourceStore) opened(ctx context.Context, one Source) (string, error) {
	if one.secret == "" {
		return "", nil
	}
	secret, err := s.ring.Open(ctx, sourcePurpose, one.secret)
	if err != nil {
		return "", fmt.Errorf("open the secret of source %s: %w", one.ID, err)
	}
	return string(secret), nil
}

// insert enters a source, within the limits.
func (s sourceStore) insert(ctx context.Context, one Source, secret string) error {
	spec, err := json.Marshal(one.Spec)
	if err != nil {
		return fmt.Errorf("write down source: %w", err)
	}
	sealed, err := s.sealed(ctx, secret)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "sources"); err != nil {
			return err
		}
		var own, all int
		err := tx.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN platform_id = $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM source WHERE removed_at = 0`, one.PlatformID).Scan(&own, &all)
		if err != nil {
			return fmt.Errorf("count sources: %w", err)
		}
		if most := sourcesMost; own >= most || all >= sourcesAllMost {
			if own < most {
				most = sourcesAllMost
			}
			return fault.New(fault.Conflict, "platforms.source.too_many", "there are %d sources, the most that are read", most).With("limit", most)
		}
		_, err = tx.Exec(ctx, `INSERT INTO source (id, platform_id, name, spec, secret, secret_version, paused, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			one.ID, one.PlatformID, one.Name, string(spec), sealed, one.SecretVersion, one.Paused, one.createdAt.UnixMilli(), one.NextAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert source: %w", err)
		}
		tx.Changed("source", one.ID, nil, one)
		return nil
	})
}

// edit replaces a source. Whoever reads it at this moment notes nothing of it any
// more; what failed before is forgotten.
func (s sourceStore) edit(ctx context.Context, before, after Source, secret string, keep bool) error {
	spec, err := json.Marshal(after.Spec)
	if err != nil {
		return fmt.Errorf("write down source: %w", err)
	}
	sealed := before.secret
	if !keep {
		if sealed, err = s.sealed(ctx, secret); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE source SET name = $1, spec = $2, secret = $3, secret_version = $4, next_at = $5, done_at = $6, lease = '', lease_until = 0, failures = 0, mapping_failures = 0, version = version + 1
			WHERE id = $7 AND version = $8 AND removed_at = 0`,
			after.Name, string(spec), sealed, after.SecretVersion, after.NextAt.UnixMilli(), sqldb.MillisOrZero(after.doneAt), after.ID, before.Version)
		if err != nil {
			return fmt.Errorf("edit source: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this source meanwhile; read it again")
		}
		tx.Changed("source", after.ID, before, after)
		return nil
	})
}

// pause stops a source, or lets it go on at a time.
func (s sourceStore) pause(ctx context.Context, before Source, why string, next time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE source SET paused = $1, next_at = $2, failures = 0, mapping_failures = 0, version = version + 1 WHERE id = $3 AND removed_at = 0`, why, next.UnixMilli(), before.ID)
		if err != nil {
			return fmt.Errorf("pause source: %w", err)
		}
		after := before
		after.Paused = why
		tx.Changed("source", before.ID, before, after)
		return nil
	})
}

// remove takes a source away, and its secret. What it brought stays, under its name.
func (s sourceStore) remove(ctx context.Context, one Source, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, query := range []string{
			`DELETE FROM source_run WHERE source_id = $1`,
			`DELETE FROM source WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM submission b WHERE b.key_id = source.id AND b.channel = 'pull')`,
		} {
			if _, err := tx.Exec(ctx, query, one.ID); err != nil {
				return fmt.Errorf("remove source: %w", err)
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE source SET removed_at = $1, secret = '', lease = '' WHERE id = $2`, now.UnixMilli(), one.ID); err != nil {
			return fmt.Errorf("remove source: %w", err)
		}
		tx.Changed("source", one.ID, one, nil)
		return nil
	})
}

// ask starts a job that reads a source now.
func (s sourceStore) ask(ctx context.Context, desk *jobs.Room, one Source) (id string, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if id, err = desk.StartTx(ctx, tx, jobs.Order{Kind: jobPull, Input: pullInput{one.PlatformID, one.ID}}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE source SET job_id = $1 WHERE id = $2`, id, one.ID)
		return err
	})
	return id, err
}

// dueSources are those whose time has come, of platforms in trial or in service,
// that nobody reads.
const dueSources = `FROM source s JOIN platform p ON p.id = s.platform_id WHERE s.removed_at = 0 AND s.paused = '' AND s.next_at <= $1 AND s.lease_until <= $1 AND ` + watched

// claim takes sources that are due under a lease each.
func (s sourceStore) claim(ctx context.Context, now time.Time, most int) ([]Source, error) {
	var n int
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) `+dueSources, now.UnixMilli()).Scan(&n); err != nil || n == 0 || most <= 0 {
		return nil, err
	}
	var list []Source
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "source_lease"); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+sourceColumns+` `+dueSources+` ORDER BY s.next_at, s.id LIMIT $2`, now.UnixMilli(), most)
		if err != nil {
			return fmt.Errorf("read sources that are due: %w", err)
		}
		if list, err = sqldb.All(rows, scanSource); err != nil {
			return err
		}
		for i := range list {
			if err := lease(ctx, tx, &list[i], now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim sources: %w", err)
	}
	return list, nil
}

func lease(ctx context.Context, tx *sqldb.Tx, one *Source, now time.Time) error {
	one.lease = ulid.Make().String()
	if _, err := tx.Exec(ctx, `UPDATE source SET lease = $1, lease_until = $2 WHERE id = $3`, one.lease, now.Add(leaseTime).UnixMilli(), one.ID); err != nil {
		return fmt.Errorf("lease source: %w", err)
	}
	return nil
}

// take leases one source that somebody asks for, due or not.
func (s sourceStore) take(ctx context.Context, platformID, id string, now time.Time) (one Source, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "source_lease"); err != nil {
			return err
		}
		if one, err = s.get(ctx, tx, platformID, id); err != nil {
			return err
		}
		var until int64
		if err := tx.QueryRow(ctx, `SELECT lease_until FROM source WHERE id = $1`, id).Scan(&until); err != nil {
			return fmt.Errorf("read lease: %w", err)
		}
		if until > now.UnixMilli() {
			return fault.New(fault.Unavailable, "platforms.source.busy", "the source is being read at this moment; try again").After(10)
		}
		return lease(ctx, tx, &one, now)
	})
	return one, err
}

// newest returns the hash of what a source brought last.
func (s sourceStore) newest(ctx context.Context, id string) (hash string, err error) {
	err = s.db.QueryRow(ctx, `SELECT body_hash FROM submission WHERE key_id = $1 AND channel = 'pull' AND accepted > 0 ORDER BY position DESC LIMIT 1`, id).Scan(&hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read what a source brought: %w", err)
	}
	return hash, nil
}

// note writes down a run and what follows from it. A source that was changed or
// taken over meanwhile keeps the run in its history, and stays as it is.
func (s sourceStore) note(ctx context.Context, before, after Source, r sourceRun, sender *notice.Sender, tell ...notice.Notice) error {
	faults, err := json.Marshal(r.Faults)
	if err != nil {
		return fmt.Errorf("write down faults: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var there int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM source WHERE id = $1 AND removed_at = 0`, before.ID).Scan(&there); err != nil || there == 0 {
			return err
		}
		dated, skew := r.SkewMs != nil, int64(0)
		if dated {
			skew = *r.SkewMs
		}
		_, err := tx.Exec(ctx, `INSERT INTO source_run (id, source_id, platform_id, at, ms, asked, outcome, fault, detail, status, period, rows, accepted, rejected, receipt, faults, dated, skew_ms)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
			r.ID, before.ID, before.PlatformID, r.At.UnixMilli(), r.Ms, r.Asked, r.Outcome, r.Fault, r.Detail, r.Status, r.Period, r.Rows, r.Accepted, r.Rejected, r.Receipt, string(faults), dated, skew)
		if err != nil {
			return fmt.Errorf("insert run: %w", err)
		}
		_, err = tx.Exec(ctx, `DELETE FROM source_run WHERE source_id = $1 AND id NOT IN (SELECT id FROM source_run WHERE source_id = $1 ORDER BY id DESC LIMIT $2)`, before.ID, runsKept)
		if err != nil {
			return fmt.Errorf("forget runs: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE source SET next_at = $1, done_at = $2, good_at = $3, failures = $4, mapping_failures = $5, paused = CASE WHEN paused = '' THEN $6 ELSE paused END, lease = '', lease_until = 0
			WHERE id = $7 AND lease = $8`,
			after.NextAt.UnixMilli(), sqldb.MillisOrZero(after.doneAt), sqldb.MillisOrZero(after.goodAt), after.failures, after.mappingFailures, after.Paused, before.ID, before.lease)
		if err != nil || n == 0 {
			return err
		}
		if after.Paused != before.Paused {
			tx.Changed("source", before.ID, before, after)
		}
		return sender.Send(ctx, tx, tell...)
	})
}

const runColumns = `r.id, r.source_id, r.at, r.ms, r.asked, r.outcome, r.fault, r.detail, r.status, r.period, r.rows, r.accepted, r.rejected, r.receipt, r.faults, r.dated, r.skew_ms`

func scanRun(row sqldb.Row) (r sourceRun, err error) {
	var at, skew int64
	var dated bool
	faults := ""
	if err = row.Scan(&r.ID, &r.sourceID, &at, &r.Ms, &r.Asked, &r.Outcome, &r.Fault, &r.Detail, &r.Status, &r.Period, &r.Rows, &r.Accepted, &r.Rejected, &r.Receipt, &faults, &dated, &skew); err != nil {
		return r, err
	}
	r.At = sqldb.Time(at)
	if dated {
		r.SkewMs = &skew
	}
	return r, json.Unmarshal([]byte(faults), &r.Faults)
}

type runParams struct {
	SourceObject
	sqldb.ListParams
	Outcome string `query:"outcome" enum:"stored,partial,unchanged,failed"`
}

func (s sourceStore) runs(ctx context.Context, in runParams) (sqldb.Page[sourceRun], error) {
	l := sqldb.List{Select: runColumns, From: "source_run r", Key: "r.id", Order: "-at", Sort: map[string]string{"at": "r.at", "rows": "r.rows", "ms": "r.ms"}}
	l.Where("r.source_id = ?", in.Source).WhereIf("r.outcome = ?", in.Outcome)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRun)
}

// last returns the newest run of each source of a platform.
func (s sourceStore) last(ctx context.Context, platformID string) (map[string]sourceRun, error) {
	rows, err := s.db.Query(ctx, `SELECT `+runColumns+` FROM source_run r WHERE r.platform_id = $1 AND r.id = (SELECT MAX(q.id) FROM source_run q WHERE q.source_id = r.source_id)`, platformID)
	if err != nil {
		return nil, fmt.Errorf("read last runs: %w", err)
	}
	list, err := sqldb.All(rows, scanRun)
	byID := make(map[string]sourceRun, len(list))
	for _, r := range list {
		byID[r.sourceID] = r
	}
	return byID, err
}

// skew is the median of how far the clocks of a platform's sources were ahead of
// ours in their last runs; nil when none told its time.
func (s sourceStore) skew(ctx context.Context, platformID string) (*int64, error) {
	rows, err := s.db.Query(ctx, `SELECT skew_ms FROM source_run WHERE platform_id = $1 AND dated ORDER BY id DESC LIMIT $2`, platformID, skewRuns)
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (ms int64, err error) { return ms, r.Scan(&ms) })
	if err != nil || len(list) == 0 {
		return nil, err
	}
	slices.Sort(list)
	return &list[len(list)/2], nil
}
