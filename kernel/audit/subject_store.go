package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

const selectSubject = `SELECT suite, sealed FROM audit_subject WHERE person_id = $1`

func (l *Log) readSubject(ctx context.Context, person string) (s subject, found bool, err error) {
	return l.subjectOf(ctx, person, l.db.QueryRow(ctx, selectSubject, person))
}

// subjectOf opens the key of a person that was read.
func (l *Log) subjectOf(ctx context.Context, person string, row *sql.Row) (s subject, found bool, err error) {
	var suite, sealed string
	err = row.Scan(&suite, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read key of the audit subject %s: %w", person, err)
	}
	if sealed == "" {
		return s, true, nil
	}
	if s.suite, err = seal.ByName(suite); err != nil {
		return s, true, err
	}
	s.plain, err = l.keys.Open(ctx, SubjectPurpose, sealed)
	return s, true, err
}

func (l *Log) insertSubject(ctx context.Context, person, suite, sealed string) error {
	return l.db.Write(ctx, func(tx *sqldb.Tx) error { return storeSubject(ctx, tx, person, suite, sealed) })
}

// storeSubject stores a key, unless another replica was first.
func storeSubject(ctx context.Context, tx *sqldb.Tx, person, suite, sealed string) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_subject (person_id, suite, sealed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, person, suite, sealed, time.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("store key of an audit subject: %w", err)
	}
	return nil
}

func (l *Log) destroySubject(ctx context.Context, person string) error {
	now := time.Now().UnixMilli()
	err := l.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_subject (person_id, suite, sealed, created_at, erased_at) VALUES ($1, '', '', $2, $2)
			ON CONFLICT (person_id) DO UPDATE SET sealed = '', erased_at = CASE WHEN audit_subject.erased_at = 0 THEN excluded.erased_at ELSE audit_subject.erased_at END`, person, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("destroy key of an audit subject: %w", err)
	}
	return nil
}
