package cultivation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

const proofColumns = `p.id, p.ladder, p.year, p.edition, p.rung, p.rung_zh, p.rung_en, p.criterion, p.criterion_zh, p.criterion_en, p.entry_id, p.organisation_id, p.name_zh, p.name_en, p.synthetic,
	p.qualification_id, p.name, p.media_type, p.size, p.sha256, p.actor, p.actor_name, p.at, p.state, p.reason, p.judge, p.judge_name, p.judged_at, p.version`

func scanProof(r sqldb.Row) (p Proof, err error) {
	var at, judged int64
	err = r.Scan(&p.ID, &p.Ladder, &p.Year, &p.Edition, &p.Rung, &p.RungTitle.ZH, &p.RungTitle.EN, &p.Criterion, &p.CriterionTitle.ZH, &p.CriterionTitle.EN, &p.EntryID, &p.organisation, &p.Enterprise.ZH, &p.Enterprise.EN, &p.Synthetic,
		&p.QualificationID, &p.Name, &p.MediaType, &p.Size, &p.SHA256, &p.actor, &p.By, &at, &p.State, &p.Reason, &p.judge, &p.JudgedBy, &judged, &p.Version)
	p.At, p.JudgedAt = sqldb.Time(at), sqldb.Instant(judged)
	return p, err
}

// proofsOf is the evidence of an enterprise for a year, on all ladders, the oldest first.
func (s store) proofsOf(ctx context.Context, db reader, entry string, year int) ([]Proof, error) {
	rows, err := db.Query(ctx, `SELECT `+proofColumns+` FROM cultivation_proof p WHERE p.entry_id = $1 AND p.year = $2 AND p.state <> 'removed' ORDER BY p.at, p.id`, entry, year)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return sqldb.All(rows, scanProof)
}

// proofsFor is all evidence for a ladder's edition in a year, by enterprise.
func (s store) proofsFor(ctx context.Context, db reader, r Run) (map[string][]Proof, error) {
	rows, err := db.Query(ctx, `SELECT `+proofColumns+` FROM cultivation_proof p WHERE p.ladder = $1 AND p.year = $2 AND p.edition = $3 AND p.state <> 'removed' ORDER BY p.at, p.id`, r.Ladder, r.Year, r.Edition)
	if err != nil {
		return nil, fmt.Errorf("read evidence of a year: %w", err)
	}
	list := map[string][]Proof{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (Proof, error) {
		p, err := scanProof(r)
		list[p.EntryID] = append(list[p.EntryID], p)
		return p, err
	})
	return list, err
}

func (s store) proof(ctx context.Context, db reader, id string) (Proof, error) {
	p, err := scanProof(db.QueryRow(ctx, `SELECT `+proofColumns+` FROM cultivation_proof p WHERE p.id = $1 AND p.state <> 'removed'`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, noProof()
	}
	if err != nil {
		return p, fmt.Errorf("read evidence: %w", err)
	}
	return p, nil
}

// give keeps evidence, and works out again what the rung comes to.
func (s store) give(ctx context.Context, p Proof) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "cultivation/"+p.Ladder); err != nil {
			return err
		}
		var n, same int
		err := tx.QueryRow(ctx, `SELECT COUNT(*), COUNT(CASE WHEN p.state <> 'removed' AND p.rung = $4 AND p.criterion = $5 AND (p.sha256 <> '' AND p.sha256 = $6 OR p.qualification_id <> '' AND p.qualification_id = $7) THEN 1 END)
			FROM cultivation_proof p WHERE p.ladder = $1 AND p.year = $2 AND p.entry_id = $3`, p.Ladder, p.Year, p.EntryID, p.Rung, p.Criterion, p.SHA256, p.QualificationID).Scan(&n, &same)
		switch {
		case err != nil:
			return fmt.Errorf("count evidence: %w", err)
		case n >= proofsMost:
			return fault.New(fault.Conflict, "enterprise.cultivation.proofs_full", "an enterprise gives %d pieces of evidence on a ladder in a year at most, with those that were removed", proofsMost).With("limit", proofsMost)
		case same > 0:
			return fault.New(fault.Conflict, "enterprise.cultivation.proof_twice", "the same evidence stands beside the criterion already")
		}
		_, err = tx.Exec(ctx, `INSERT INTO cultivation_proof (id, ladder, year, edition, rung, rung_zh, rung_en, criterion, criterion_zh, criterion_en, entry_id, organisation_id, name_zh, name_en, synthetic, qualification_id, name, media_type, size, sha256, actor, actor_name, at, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 'waiting')`,
			p.ID, p.Ladder, p.Year, p.Edition, p.Rung, p.RungTitle.ZH, p.RungTitle.EN, p.Criterion, p.CriterionTitle.ZH, p.CriterionTitle.EN, p.EntryID, p.organisation, p.Enterprise.ZH, p.Enterprise.EN, p.Synthetic,
			p.QualificationID, p.Name, p.MediaType, p.Size, p.SHA256, p.actor, p.By, p.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep evidence: %w", err)
		}
		tx.Changed("cultivation_proof", p.ID, nil, p)
		return s.resettle(ctx, tx, p)
	})
}

// alter saves what decide makes of evidence, and works out again what the rung comes to.
func (s store) alter(ctx context.Context, id string, version int64, decide func(Proof) (Proof, error), with func(context.Context, *sqldb.Tx, Proof) error) (Proof, error) {
	var after Proof
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		p, err := s.proof(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Queue(ctx, "cultivation/"+p.Ladder); err != nil {
			return err
		}
		if version > 0 && p.Version != version {
			return stale()
		}
		if after, err = decide(p); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE cultivation_proof SET state = $1, reason = $2, judge = $3, judge_name = $4, judged_at = $5, version = version + 1 WHERE id = $6 AND version = $7`,
			after.State, after.Reason, after.judge, after.JudgedBy, sqldb.InstantMillis(after.JudgedAt), id, p.Version)
		if err != nil {
			return fmt.Errorf("save evidence: %w", err)
		}
		if n == 0 {
			return stale()
		}
		after.Version++
		tx.Changed("cultivation_proof", id, p, after)
		if err := with(ctx, tx, after); err != nil {
			return err
		}
		return s.resettle(ctx, tx, after)
	})
	return after, err
}

// resettle works out again what the rung beside which p stands came to in its year, where
// the year was assessed.
func (s store) resettle(ctx context.Context, tx *sqldb.Tx, p Proof) error {
	o, err := scanOutcome(tx.QueryRow(ctx, `SELECT `+outcomeColumns+` FROM cultivation_result c WHERE c.ladder = $1 AND c.year = $2 AND c.edition = $3 AND c.rung = $4 AND c.entry_id = $5`, p.Ladder, p.Year, p.Edition, p.Rung, p.EntryID))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read result: %w", err)
	}
	all, err := s.proofsOf(ctx, tx, p.EntryID, p.Year)
	if err != nil {
		return err
	}
	return o.settle(ctx, tx, all)
}

// on keeps the evidence for one edition of a ladder.
func on(list []Proof, ladder string, edition int) []Proof {
	return slices.DeleteFunc(slices.Clone(list), func(p Proof) bool { return p.Ladder != ladder || p.Edition != edition })
}

type proofParams struct {
	sqldb.ListParams
	Ladder string `query:"ladder" maxLength:"40"`
	Year   string `query:"year" maxLength:"4"`
	State  string `query:"state" enum:"waiting,accepted,refused"`
}

// proofs lists evidence: all to the bureau, an enterprise's own to itself.
func (s store) proofs(ctx context.Context, in proofParams) (sqldb.Page[Proof], error) {
	l := sqldb.List{
		Select: proofColumns, From: "cultivation_proof p", Key: "p.id", Order: "-at",
		Sort:   map[string]string{"at": "p.at", "enterprise": "p.name_zh", "year": "p.year", "state": "p.state"},
		Search: []string{"p.name_zh", "p.name_en", "p.name"},
	}
	l.Where("p.state <> 'removed'").WhereIf("p.ladder = ?", in.Ladder).WhereIf("CAST(p.year AS TEXT) = ?", in.Year).WhereIf("p.state = ?", in.State)
	ownOnly(identity.From(ctx), &l, "p.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanProof)
}
