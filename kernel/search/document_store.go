package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

const (
	// bodyLimit is how many characters of a body can be found.
	bodyLimit  = 8000
	titleLimit = 300
	tagLimit   = 30
)

// record is a document as it is kept.
type record struct {
	module.Document
	Room     string
	Position int64
	Removed  bool
}

func (r record) key() string { return r.Room + "/" + r.Noun + "/" + r.ID }

// bounded cuts what is longer than anybody reads.
func bounded(d module.Document) module.Document {
	d.Title = lang.Text{ZH: cut(d.Title.In("zh"), titleLimit), EN: cut(d.Title.In("en"), titleLimit)}
	d.Body = cut(d.Body, bodyLimit)
	if len(d.Tags) > tagLimit {
		d.Tags = d.Tags[:tagLimit]
	}
	for i, t := range d.Tags {
		d.Tags[i] = strings.ReplaceAll(cut(t, titleLimit), "\n", " ")
	}
	return d
}

func cut(text string, limit int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	n := 0
	for i := range text {
		if n++; n > limit {
			return text[:i]
		}
	}
	return text
}

type documentStore struct{ db *sqldb.DB }

// stamped is a document as of a time.
type stamped struct {
	record
	stamp int64
}

// keep stores documents that are newer than what is there.
func (s documentStore) keep(ctx context.Context, list ...stamped) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, d := range list {
			if err := keepOne(ctx, tx, d); err != nil {
				return fmt.Errorf("keep document %s: %w", d.key(), err)
			}
		}
		return nil
	})
}

func keepOne(ctx context.Context, tx *sqldb.Tx, d stamped) error {
	var position int64
	// The row stays locked until the commit: positions become visible in their order.
	if err := tx.QueryRow(ctx, `UPDATE document_position SET n = n + 1 WHERE one = 1 RETURNING n`).Scan(&position); err != nil {
		return fmt.Errorf("take a position: %w", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO document (key, position, stamp, removed, room, noun, title_zh, title_en, tags, body, path, permission, organisations, city)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (key) DO UPDATE SET position = excluded.position, stamp = excluded.stamp, removed = excluded.removed, title_zh = excluded.title_zh,
			title_en = excluded.title_en, tags = excluded.tags, body = excluded.body, path = excluded.path, permission = excluded.permission,
			organisations = excluded.organisations, city = excluded.city
		WHERE document.stamp < excluded.stamp`,
		d.key(), position, d.stamp, d.Removed, d.Room, d.Noun, d.Title.ZH, d.Title.EN, strings.Join(d.Tags, "\n"), d.Body, d.Path, d.Permission,
		strings.Join(d.Organisations, "\n"), d.City)
	return err
}

const documentColumns = `room, noun, key, position, removed, title_zh, title_en, tags, body, path, permission, organisations, city`

func scanDocument(row sqldb.Row) (record, error) {
	var r record
	var key, tags, organisations string
	err := row.Scan(&r.Room, &r.Noun, &key, &r.Position, &r.Removed, &r.Title.ZH, &r.Title.EN, &tags, &r.Body, &r.Path, &r.Permission, &organisations, &r.City)
	r.ID = strings.TrimPrefix(key, r.Room+"/"+r.Noun+"/")
	r.Tags, r.Organisations = lines(tags), lines(organisations)
	return r, err
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// after returns documents that changed after a position, in order.
func (s documentStore) after(ctx context.Context, position int64, limit int) ([]record, error) {
	rows, err := s.db.Query(ctx, `SELECT `+documentColumns+` FROM document WHERE position > $1 ORDER BY position LIMIT $2`, position, limit)
	if err != nil {
		return nil, fmt.Errorf("read changed documents: %w", err)
	}
	return sqldb.All(rows, scanDocument)
}

// some returns documents by their keys.
func (s documentStore) some(ctx context.Context, hits []hit) (map[string]record, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	args, marks := make([]any, len(hits)), make([]string, len(hits))
	for i, h := range hits {
		args[i], marks[i] = h.key, fmt.Sprintf("$%d", i+1)
	}
	rows, err := s.db.Query(ctx, `SELECT `+documentColumns+` FROM document WHERE key IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	list, err := sqldb.All(rows, scanDocument)
	found := map[string]record{}
	for _, r := range list {
		found[r.key()] = r
	}
	return found, err
}

// walked returns the kinds that were read whole.
func (s documentStore) walked(ctx context.Context) (map[string]bool, error) {
	rows, err := s.db.Query(ctx, `SELECT room, noun FROM walked`)
	if err != nil {
		return nil, fmt.Errorf("read what was walked: %w", err)
	}
	done := map[string]bool{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var room, noun string
		err := r.Scan(&room, &noun)
		done[room+"/"+noun] = true
		return struct{}{}, err
	})
	return done, err
}

// settle marks a kind as read whole: what was not met and is older is gone.
func (s documentStore) settle(ctx context.Context, room, noun string, asOf time.Time) error {
	stamp := asOf.UnixNano()
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+documentColumns+` FROM document WHERE room = $1 AND noun = $2 AND stamp < $3 AND NOT removed`, room, noun, stamp)
		if err != nil {
			return fmt.Errorf("read documents that were not met: %w", err)
		}
		left, err := sqldb.All(rows, scanDocument)
		if err != nil {
			return err
		}
		for _, r := range left {
			if err := keepOne(ctx, tx, stamped{removal(r.Room, r.Noun, r.ID), stamp}); err != nil {
				return fmt.Errorf("remove document %s: %w", r.key(), err)
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO walked (room, noun, at) VALUES ($1, $2, $3) ON CONFLICT (room, noun) DO UPDATE SET at = excluded.at`, room, noun, asOf.UnixMilli())
		return err
	})
}

// removal is the record of a document that is gone: nothing of it is kept but
// that an older message must not bring it back.
func removal(room, noun, id string) record {
	return record{Document: module.Document{Noun: noun, ID: id}, Room: room, Removed: true}
}

// forget drops records of removals that no message can be older than.
func (s documentStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM document WHERE removed AND stamp < $1`, before.UnixNano())
		return err
	})
}
