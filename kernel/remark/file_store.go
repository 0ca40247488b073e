package remark

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// File is a file that somebody attached.
type File struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`

	kind, object, comment, author string
	at                            time.Time
}

type fileStore struct {
	db     *sqldb.DB
	limits limits
}

const fileColumns = `id, name, media_type, size, sha256, kind, object_id, comment_id, author, at`

func scanFile(r sqldb.Row) (File, error) {
	var f File
	var comment sql.NullString
	var at int64
	err := r.Scan(&f.ID, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.kind, &f.object, &comment, &f.author, &at)
	f.comment, f.at = comment.String, sqldb.Time(at)
	return f, err
}

func (s fileStore) get(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM attachment WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch()
	}
	if err != nil {
		return f, fmt.Errorf("read attachment: %w", err)
	}
	return f, nil
}

// querier reads rows, as of now or as a change sees them.
type querier interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// room refuses a file that there is no room for.
func (s fileStore) room(ctx context.Context, q querier, f File) error {
	var ofObject, ofPerson int
	var size, sizePerson int64
	err := q.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM attachment WHERE kind = $1 AND object_id = $2), (SELECT COALESCE(SUM(size), 0) FROM attachment WHERE kind = $1 AND object_id = $2),
		(SELECT COUNT(*) FROM attachment WHERE author = $3 AND at > $4), (SELECT COALESCE(SUM(size), 0) FROM attachment WHERE author = $3 AND at > $4)`,
		f.kind, f.object, f.author, f.at.Add(-day).UnixMilli()).Scan(&ofObject, &size, &ofPerson, &sizePerson)
	l := s.limits
	switch {
	case err != nil:
		return fmt.Errorf("count attachments: %w", err)
	case ofObject >= l.ObjectFiles || size+f.Size > l.ObjectMiB<<20:
		return fault.New(fault.Conflict, "remark.files.full", "this object has %d files of %d bytes; it may have %d of %d MiB", ofObject, size, l.ObjectFiles, l.ObjectMiB).
			With("files", l.ObjectFiles).With("mib", l.ObjectMiB)
	case ofPerson >= l.PersonFiles || sizePerson+f.Size > l.PersonMiB<<20:
		return fault.New(fault.Limited, "remark.files.many", "you attached %d files of %d bytes within a day; it may be %d of %d MiB", ofPerson, sizePerson, l.PersonFiles, l.PersonMiB).
			With("files", l.PersonFiles).With("mib", l.PersonMiB).After(int(time.Hour.Seconds()))
	}
	return nil
}

// add keeps a file that is its author's only, so far.
func (s fileStore) add(ctx context.Context, f File) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, f.kind+"/"+f.object); err != nil {
			return err
		}
		if err := s.room(ctx, tx, f); err != nil {
			return err
		}
		if err := tx.Queue(ctx, "sha256/"+f.SHA256); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM orphan WHERE sha256 = $1 AND leaving = FALSE`, f.SHA256); err != nil {
			return fmt.Errorf("add attachment: %w", err)
		}
		var leaving int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM orphan WHERE sha256 = $1`, f.SHA256).Scan(&leaving); err != nil {
			return fmt.Errorf("add attachment: %w", err)
		}
		if leaving > 0 {
			return sweptAway()
		}
		_, err := tx.Exec(ctx, `INSERT INTO attachment (id, kind, object_id, name, media_type, size, sha256, author, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			f.ID, f.kind, f.object, f.Name, f.MediaType, f.Size, f.SHA256, f.author, f.at.UnixMilli())
		if err != nil {
			return fmt.Errorf("add attachment: %w", err)
		}
		return nil
	})
}

// sweptAway is told when the same content is being swept at this moment.
func sweptAway() error {
	return fault.New(fault.Unavailable, "remark.files.again", "the file could not be kept; upload it again").After(5)
}

// putFiles makes these the files of a comment: its own, or what its author
// uploaded at the object and said nothing with.
func putFiles(ctx context.Context, tx *sqldb.Tx, c *Comment, ids []string) error {
	c.Files = []File{}
	f := fault.New(fault.Invalid, "remark.files.unknown", "a file was not uploaded at this object, or is another comment's")
	for i, id := range ids {
		file, err := scanFile(tx.QueryRow(ctx, `SELECT `+fileColumns+` FROM attachment
			WHERE id = $1 AND kind = $2 AND object_id = $3 AND author = $4 AND (comment_id IS NULL OR comment_id = $5)`, id, c.kind, c.object, c.author, c.ID))
		if errors.Is(err, sql.ErrNoRows) {
			_ = f.At(fmt.Sprintf("body.files[%d]", i), "upload the file at this object first")
			continue
		}
		if err != nil {
			return fmt.Errorf("read attachment: %w", err)
		}
		if !slices.ContainsFunc(c.Files, func(x File) bool { return x.ID == id }) {
			c.Files = append(c.Files, file)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	rows, err := tx.Query(ctx, `SELECT `+fileColumns+` FROM attachment WHERE comment_id = $1`, c.ID)
	if err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	old, err := sqldb.All(rows, scanFile)
	if err != nil {
		return err
	}
	for _, file := range old {
		if slices.ContainsFunc(c.Files, func(x File) bool { return x.ID == file.ID }) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM attachment WHERE id = $1`, file.ID); err != nil {
			return fmt.Errorf("drop attachment: %w", err)
		}
	}
	for _, file := range c.Files {
		if _, err := tx.Exec(ctx, `UPDATE attachment SET comment_id = $1 WHERE id = $2`, c.ID, file.ID); err != nil {
			return fmt.Errorf("attach file: %w", err)
		}
	}
	return nil
}

// drop removes files that nobody said anything with.
func (s fileStore) drop(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM attachment WHERE id = $1 AND comment_id IS NULL`, id)
		if err != nil {
			return fmt.Errorf("drop attachment: %w", err)
		}
		return nil
	})
}

// dropBefore removes files from before the time that nobody said anything with.
func (s fileStore) dropBefore(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM attachment WHERE comment_id IS NULL AND at < $1`, before.UnixMilli())
		if err != nil {
			return fmt.Errorf("drop attachments: %w", err)
		}
		return nil
	})
}

// hashes returns which content attachments have.
func (s fileStore) hashes(ctx context.Context) (map[string]bool, error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT sha256 FROM attachment`)
	if err != nil {
		return nil, fmt.Errorf("read content of attachments: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var hash string
		err := r.Scan(&hash)
		return hash, err
	})
	known := map[string]bool{}
	for _, hash := range list {
		known[hash] = true
	}
	return known, err
}

// orphaned notes that content has no attachment. It reports whether it is to
// leave: it was noted before the time, and has none still.
func (s fileStore) orphaned(ctx context.Context, hash string, now, before time.Time) (leave bool, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		leave = false
		if err := tx.Queue(ctx, "sha256/"+hash); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM attachment WHERE sha256 = $1`, hash).Scan(&n); err != nil || n > 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO orphan (sha256, since) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hash, now.UnixMilli()); err != nil {
			return fmt.Errorf("note orphan: %w", err)
		}
		changed, err := tx.Exec(ctx, `UPDATE orphan SET leaving = TRUE WHERE sha256 = $1 AND since < $2`, hash, before.UnixMilli())
		leave = changed > 0
		return err
	})
	return leave, err
}

// left forgets an orphan whose content is removed.
func (s fileStore) left(ctx context.Context, hash string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM orphan WHERE sha256 = $1`, hash)
		return err
	})
}
