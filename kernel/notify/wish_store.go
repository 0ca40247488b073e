package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// wishStore keeps how persons want to be told.
type wishStore struct{ db *sqldb.DB }

// choices returns what persons chose for a kind; few differ from the usual.
func (s wishStore) choices(ctx context.Context, kind string) (map[string]choice, error) {
	return s.read(ctx, `SELECT person_id, inbox, mail FROM preference WHERE kind = $1`, kind)
}

// of returns what a person chose, by kind.
func (s wishStore) of(ctx context.Context, person string) (map[string]choice, error) {
	return s.read(ctx, `SELECT kind, inbox, mail FROM preference WHERE person_id = $1`, person)
}

func (s wishStore) read(ctx context.Context, query, arg string) (map[string]choice, error) {
	rows, err := s.db.Query(ctx, query, arg)
	if err != nil {
		return nil, fmt.Errorf("read preferences: %w", err)
	}
	found := map[string]choice{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var by, mail string
		var c choice
		err := r.Scan(&by, &c.Inbox, &mail)
		c.Mail = notice.Mail(mail)
		found[by] = c
		return struct{}{}, err
	})
	return found, err
}

const wishColumns = `person_id, language, quiet_from, quiet_to, digest_hour`

// wishes returns the wishes of everybody who has any.
func (s wishStore) wishes(ctx context.Context) (map[string]wish, error) {
	rows, err := s.db.Query(ctx, `SELECT `+wishColumns+` FROM wish`)
	if err != nil {
		return nil, fmt.Errorf("read wishes: %w", err)
	}
	found := map[string]wish{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		id, w, err := scanWish(r)
		found[id] = w
		return struct{}{}, err
	})
	return found, err
}

func scanWish(r sqldb.Row) (person string, w wish, err error) {
	err = r.Scan(&person, &w.Language, &w.QuietFrom, &w.QuietTo, &w.DigestHour)
	return person, w, err
}

// wish returns a person's wishes; without any, the usual ones.
func (s wishStore) wish(ctx context.Context, person string) (wish, error) {
	_, w, err := scanWish(s.db.QueryRow(ctx, `SELECT `+wishColumns+` FROM wish WHERE person_id = $1`, person))
	if errors.Is(err, sql.ErrNoRows) {
		return wish{DigestHour: -1}, nil
	}
	if err != nil {
		return w, fmt.Errorf("read wishes: %w", err)
	}
	return w, nil
}

// save replaces a person's wishes and choices.
func (s wishStore) save(ctx context.Context, person string, w wish, choices map[string]choice) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO wish (person_id, language, quiet_from, quiet_to, digest_hour) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (person_id) DO UPDATE SET language = excluded.language, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, digest_hour = excluded.digest_hour`,
			person, w.Language, w.QuietFrom, w.QuietTo, w.DigestHour)
		if err != nil {
			return fmt.Errorf("save wishes: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM preference WHERE person_id = $1`, person); err != nil {
			return fmt.Errorf("replace preferences: %w", err)
		}
		for kind, c := range choices {
			_, err := tx.Exec(ctx, `INSERT INTO preference (person_id, kind, inbox, mail) VALUES ($1, $2, $3, $4)`, person, kind, c.Inbox, string(c.Mail))
			if err != nil {
				return fmt.Errorf("save preference: %w", err)
			}
		}
		return nil
	})
}
