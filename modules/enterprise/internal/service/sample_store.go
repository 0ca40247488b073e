package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const sampleColumns = `p.id, p.first_quarter, p.last_quarter, p.seed, p.population, p.digest, p.drawn_at, p.drawn_by, p.drawn_name,
	(SELECT COUNT(*) FROM service_sampled x WHERE x.sample_id = p.id), (SELECT COUNT(*) FROM service_sampled x WHERE x.sample_id = p.id AND x.verdict <> ''), (SELECT COUNT(*) FROM service_sampled x WHERE x.sample_id = p.id AND x.verdict = 'rejected')`

func scanSample(r sqldb.Row) (p Sample, err error) {
	var at int64
	err = r.Scan(&p.ID, &p.firstQuarter, &p.lastQuarter, &p.Seed, &p.Population, &p.Digest, &at, &p.drawnBy, &p.DrawnName, &p.Size, &p.Judged, &p.Rejected)
	p.DrawnAt, p.Rate = sqldb.Time(at), wilson(p.Rejected, p.Judged)
	if p.firstQuarter > 0 {
		p.First, p.Last = quarterText(p.firstQuarter), quarterText(p.lastQuarter)
	}
	return p, err
}

// draw draws a sample of what counts in a period.
func (s store) draw(ctx context.Context, p Sample, size int) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `SELECT s.id FROM service s WHERE s.counted AND s.quarter BETWEEN $1 AND $2 ORDER BY s.id`, p.firstQuarter, p.lastQuarter)
		if err != nil {
			return fmt.Errorf("read what counts: %w", err)
		}
		ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return fault.New(fault.Conflict, "enterprise.service.nothing", "nothing counts in this period")
		}
		_, err = tx.Exec(ctx, `INSERT INTO service_sample (id, first_quarter, last_quarter, seed, population, digest, drawn_at, drawn_by, drawn_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			p.ID, p.firstQuarter, p.lastQuarter, p.Seed, len(ids), digestOf(ids), p.DrawnAt.UnixMilli(), p.drawnBy, p.DrawnName)
		if err != nil {
			return fmt.Errorf("keep sample: %w", err)
		}
		for i, id := range draw(ids, p.Seed, size) {
			if _, err := tx.Exec(ctx, `INSERT INTO service_sampled (sample_id, service_id, number) VALUES ($1, $2, $3)`, p.ID, id, i+1); err != nil {
				return fmt.Errorf("keep sample: %w", err)
			}
		}
		tx.Changed("service_sample", p.ID, nil, p)
		return nil
	})
}

func (s store) samples(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Sample], error) {
	l := sqldb.List{Select: sampleColumns, From: "service_sample p", Key: "p.id", Order: "-drawn_at", Sort: map[string]string{"drawn_at": "p.drawn_at"}, Search: []string{"p.seed", "p.drawn_name"}}
	return sqldb.Fetch(ctx, s.db, l, in, scanSample)
}

func (s store) sample(ctx context.Context, id string) (Sample, []Sampled, error) {
	p, err := scanSample(s.db.QueryRow(ctx, `SELECT `+sampleColumns+` FROM service_sample p WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil, noSuch("sample")
	}
	if err != nil {
		return p, nil, fmt.Errorf("read sample: %w", err)
	}
	rows, err := s.db.Query(ctx, `SELECT x.number, x.verdict, x.note, x.evidence_id, x.at, x.actor_name, x.version, `+serviceColumns+` FROM service_sampled x JOIN service s ON s.id = x.service_id WHERE x.sample_id = $1 ORDER BY x.number`, id)
	if err != nil {
		return p, nil, fmt.Errorf("read what was drawn: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x Sampled, err error) {
		var at int64
		x.Service, err = scanService(beyond{r, []any{&x.Number, &x.Verdict, &x.Note, &x.EvidenceID, &at, &x.Name, &x.Version}})
		x.At = sqldb.Instant(at)
		return x, err
	})
	return p, list, err
}

// beyond reads columns before those that a scan function knows.
type beyond struct {
	row   sqldb.Row
	first []any
}

// Scan implements sqldb.Row.
func (b beyond) Scan(dest ...any) error { return b.row.Scan(append(b.first, dest...)...) } //nolint:wrapcheck // of a row

// judge keeps what an auditor found, and takes what is not upheld out of the count.
func (s store) judge(ctx context.Context, sample, service string, x Sampled, version int64, by hand, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.locked(ctx, tx, service)
		if err != nil {
			return err
		}
		if err := judged(before, x.Verdict, x.Note, by); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE service_sampled SET verdict = $1, note = $2, evidence_id = $3, at = $4, actor = $5, actor_name = $6, version = version + 1 WHERE sample_id = $7 AND service_id = $8 AND version = $9`,
			x.Verdict, x.Note, x.EvidenceID, now.UnixMilli(), by.actor, by.name, sample, service, version)
		if err != nil {
			return fmt.Errorf("keep verdict: %w", err)
		}
		if n == 0 {
			return stale()
		}
		after := before
		after.Verdict = x.Verdict
		return s.save(ctx, tx, before, after)
	})
}
