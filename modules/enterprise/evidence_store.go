package enterprise

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// mostEvidence is how many files an entry has; removed ones count, too: their content
// is kept.
const mostEvidence = 300

// Evidence is a file beside a qualification.
type Evidence struct {
	ID              string    `json:"id"`
	QualificationID string    `json:"qualification_id"`
	Name            string    `json:"name"`
	MediaType       string    `json:"media_type"`
	Size            int64     `json:"size" doc:"Octets"`
	SHA256          string    `json:"sha256"`
	By              string    `json:"by" doc:"Name of who uploaded it"`
	At              time.Time `json:"at"`

	entryID, actor string
}

const evidenceColumns = `v.id, v.entry_id, v.qualification_id, v.name, v.media_type, v.size, v.sha256, v.actor, v.actor_name, v.at`

func scanEvidence(r sqldb.Row) (v Evidence, err error) {
	var at int64
	err = r.Scan(&v.ID, &v.entryID, &v.QualificationID, &v.Name, &v.MediaType, &v.Size, &v.SHA256, &v.actor, &v.By, &at)
	v.At = sqldb.TimeOrZero(at)
	return v, err
}

func fillEvidence(ctx context.Context, db reader, list []Entry, at map[string]int, in string, ids []any) error {
	rows, err := db.Query(ctx, `SELECT `+evidenceColumns+` FROM entry_evidence v WHERE v.removed_at = 0 AND v.entry_id IN (`+in+`) ORDER BY v.at, v.id`, ids...)
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	all, err := sqldb.All(rows, scanEvidence)
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	for _, v := range all {
		e := &list[at[v.entryID]]
		e.Evidence = append(e.Evidence, v)
	}
	return nil
}

func noEvidence() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such file of this enterprise, or it is not yours to see")
}

func (s entryStore) addEvidence(ctx context.Context, v Evidence) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, v.entryID); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM entry_evidence WHERE entry_id = $1`, v.entryID).Scan(&n); err != nil {
			return fmt.Errorf("count evidence: %w", err)
		}
		if n >= mostEvidence {
			return fault.New(fault.Conflict, "enterprise.evidence.full", "an enterprise has %d files at most, with those that were removed", mostEvidence).With("limit", mostEvidence)
		}
		var there string
		err := tx.QueryRow(ctx, `SELECT q.id FROM entry_qualification q WHERE q.entry_id = $1 AND q.id = $2`, v.entryID, v.QualificationID).Scan(&there)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "enterprise.evidence.qualification", "the enterprise has no such qualification; save it first").At("query.qualification", "one of the qualifications of the entry")
		}
		if err != nil {
			return fmt.Errorf("find qualification: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO entry_evidence (id, entry_id, qualification_id, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			v.ID, v.entryID, v.QualificationID, v.Name, v.MediaType, v.Size, v.SHA256, v.actor, v.By, v.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep evidence: %w", err)
		}
		tx.Changed("entry_evidence", v.ID, nil, v)
		return note(ctx, tx, v.entryID, step{kind: stepEvidence, reason: v.Name})
	})
}

func (s entryStore) removeEvidence(ctx context.Context, v Evidence, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE entry_evidence SET removed_at = $1 WHERE id = $2 AND removed_at = 0`, now.UnixMilli(), v.ID)
		if err != nil {
			return fmt.Errorf("remove evidence: %w", err)
		}
		if n == 0 {
			return noEvidence()
		}
		tx.Changed("entry_evidence", v.ID, v, nil)
		return nil
	})
}
