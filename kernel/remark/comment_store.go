package remark

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

type commentStore struct {
	db     *sqldb.DB
	limits limits
}

const commentColumns = `c.id, c.thread_id, c.at, c.author_name, c.organisation_zh, c.organisation_en, c.body, c.edited_at, c.removed_at, c.version, c.kind, c.object_id, c.author`

func scanComment(r sqldb.Row) (Comment, error) {
	c := Comment{Mentions: []mention{}, Files: []File{}}
	var at, edited, removed int64
	err := r.Scan(&c.ID, &c.ThreadID, &at, &c.AuthorName, &c.Organisation.ZH, &c.Organisation.EN, &c.Body, &edited, &removed, &c.Version, &c.kind, &c.object, &c.author)
	c.At, c.EditedAt, c.RemovedAt = sqldb.Time(at), moment(edited), moment(removed)
	return c, err
}

func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	at := sqldb.Time(ms)
	return &at
}

func (s commentStore) list(ctx context.Context, kind, object string, in sqldb.ListParams) (sqldb.Page[Comment], error) {
	l := sqldb.List{
		Select: commentColumns, From: "comment c", Key: "c.id", Order: "thread", Sort: map[string]string{"thread": "c.position", "at": "c.at"},
		Search: []string{"c.body", "c.author_name"},
	}
	l.Where("c.kind = ? AND c.object_id = ?", kind, object)
	page, err := sqldb.Fetch(ctx, s.db, l, in, scanComment)
	if err != nil {
		return page, err
	}
	return page, s.join(ctx, page.Items)
}

func (s commentStore) get(ctx context.Context, id string) (Comment, error) {
	c, err := scanComment(s.db.QueryRow(ctx, `SELECT `+commentColumns+` FROM comment c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, noSuch()
	}
	if err != nil {
		return c, fmt.Errorf("read comment: %w", err)
	}
	list := []Comment{c}
	err = s.join(ctx, list)
	return list[0], err
}

// join reads who is mentioned in the comments, and their files.
func (s commentStore) join(ctx context.Context, list []Comment) error {
	if len(list) == 0 {
		return nil
	}
	at, args, marks := map[string]*Comment{}, make([]any, len(list)), make([]string, len(list))
	for i := range list {
		at[list[i].ID], args[i], marks[i] = &list[i], list[i].ID, fmt.Sprintf("$%d", i+1)
	}
	among := ` IN (` + strings.Join(marks, ", ") + `)`
	rows, err := s.db.Query(ctx, `SELECT comment_id, person_id, person_name FROM mention WHERE comment_id`+among+` ORDER BY person_name, person_id`, args...)
	if err != nil {
		return fmt.Errorf("read mentions: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (mention, error) {
		var comment string
		var p mention
		err := r.Scan(&comment, &p.PersonID, &p.Name)
		if c, ok := at[comment]; ok {
			c.Mentions = append(c.Mentions, p)
		}
		return p, err
	})
	if err != nil {
		return fmt.Errorf("read mentions: %w", err)
	}
	rows, err = s.db.Query(ctx, `SELECT `+fileColumns+` FROM attachment WHERE comment_id`+among+` ORDER BY at, id`, args...)
	if err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (File, error) {
		f, err := scanFile(r)
		if c, ok := at[f.comment]; ok {
			c.Files = append(c.Files, f)
		}
		return f, err
	})
	return err
}

// count returns how much is said about an object and how many files it has.
func (s commentStore) count(ctx context.Context, kind, object string) (comments, files int, err error) {
	err = s.db.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM comment WHERE kind = $1 AND object_id = $2 AND removed_at = 0),
		(SELECT COUNT(*) FROM attachment WHERE kind = $1 AND object_id = $2 AND comment_id IS NOT NULL)`, kind, object).Scan(&comments, &files)
	if err != nil {
		return 0, 0, fmt.Errorf("count comments: %w", err)
	}
	return comments, files, nil
}

// persons returns who took part in a thread of the object.
func (s commentStore) persons(ctx context.Context, kind, object, thread string) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT author FROM comment WHERE kind = $1 AND object_id = $2 AND thread_id = $3 AND author LIKE 'person:%'`, kind, object, thread)
	if err != nil {
		return nil, fmt.Errorf("read persons of thread: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var author string
		err := r.Scan(&author)
		return strings.TrimPrefix(author, "person:"), err
	})
}

// add keeps a comment, gives it its files and sends its notices.
func (s commentStore) add(ctx context.Context, c *Comment, files []string, tell func(*sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, c.kind+"/"+c.object); err != nil {
			return err
		}
		if err := s.room(ctx, tx, *c); err != nil {
			return err
		}
		if err := insert(ctx, tx, *c); err != nil {
			return err
		}
		if err := putMentions(ctx, tx, *c); err != nil {
			return err
		}
		if err := putFiles(ctx, tx, c, files); err != nil {
			return err
		}
		return tell(tx)
	})
}

func insert(ctx context.Context, tx *sqldb.Tx, c Comment) error {
	_, err := tx.Exec(ctx, `INSERT INTO comment (id, kind, object_id, thread_id, position, author, author_name, organisation_zh, organisation_en, body, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		c.ID, c.kind, c.object, c.ThreadID, c.position(), c.author, c.AuthorName, c.Organisation.ZH, c.Organisation.EN, c.Body, c.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert comment: %w", err)
	}
	return nil
}

// room refuses a comment that there is no room for, or no thread.
func (s commentStore) room(ctx context.Context, tx *sqldb.Tx, c Comment) error {
	var ofObject, ofPerson, thread, begun int
	err := tx.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM comment WHERE kind = $1 AND object_id = $2), (SELECT COUNT(*) FROM comment WHERE author = $3 AND at > $4),
		(SELECT COUNT(*) FROM comment WHERE thread_id = $5), (SELECT COUNT(*) FROM comment WHERE id = $5 AND thread_id = id AND kind = $1 AND object_id = $2)`,
		c.kind, c.object, c.author, c.At.Add(-day).UnixMilli(), c.ThreadID).Scan(&ofObject, &ofPerson, &thread, &begun)
	switch {
	case err != nil:
		return fmt.Errorf("count comments: %w", err)
	case c.ThreadID != c.ID && begun == 0:
		return fault.New(fault.Invalid, "remark.thread.unknown", "there is no such thread about this object").At("body.thread_id", "answer in a thread of the object")
	case ofObject >= s.limits.ObjectComments:
		return fault.New(fault.Conflict, "remark.object.full", "this object has %d comments, which is all that it may have", ofObject).With("limit", s.limits.ObjectComments)
	case thread > threadLimit:
		return fault.New(fault.Conflict, "remark.thread.full", "this thread has %d answers; begin another", threadLimit).With("limit", threadLimit)
	case ofPerson >= s.limits.PersonComments:
		return fault.New(fault.Limited, "remark.person.full", "you commented %d times within a day", ofPerson).With("limit", s.limits.PersonComments).After(int(time.Hour.Seconds()))
	}
	return nil
}

// day is the time that limits of persons are about.
const day = 24 * time.Hour

func putMentions(ctx context.Context, tx *sqldb.Tx, c Comment) error {
	if _, err := tx.Exec(ctx, `DELETE FROM mention WHERE comment_id = $1`, c.ID); err != nil {
		return fmt.Errorf("put mentions: %w", err)
	}
	for _, p := range c.Mentions {
		if _, err := tx.Exec(ctx, `INSERT INTO mention (comment_id, person_id, person_name) VALUES ($1, $2, $3)`, c.ID, p.PersonID, p.Name); err != nil {
			return fmt.Errorf("put mentions: %w", err)
		}
	}
	return nil
}

// edit keeps what the comment said and says something else from now on.
func (s commentStore) edit(ctx context.Context, c *Comment, version int64, files []string, tell func(*sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO comment_version (comment_id, version, body, at)
			SELECT id, version, body, CASE WHEN edited_at = 0 THEN at ELSE edited_at END FROM comment WHERE id = $1 AND version = $2 AND removed_at = 0`, c.ID, version)
		if err != nil {
			return fmt.Errorf("keep former comment: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE comment SET body = $1, edited_at = $2, version = version + 1 WHERE id = $3 AND version = $4 AND removed_at = 0`,
			c.Body, c.EditedAt.UnixMilli(), c.ID, version)
		if err != nil {
			return fmt.Errorf("edit comment: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "this comment was changed meanwhile; read it again")
		}
		c.Version = version + 1
		if err := putMentions(ctx, tx, *c); err != nil {
			return err
		}
		if err := putFiles(ctx, tx, c, files); err != nil {
			return err
		}
		return tell(tx)
	})
}

// remove leaves a mark of the comment, and nothing that it said.
func (s commentStore) remove(ctx context.Context, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, table := range []string{"comment_version", "mention", "attachment"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE comment_id = $1`, id); err != nil {
				return fmt.Errorf("remove comment: %w", err)
			}
		}
		_, err := tx.Exec(ctx, `UPDATE comment SET body = '', removed_at = $1, version = version + 1 WHERE id = $2 AND removed_at = 0`, now.UnixMilli(), id)
		if err != nil {
			return fmt.Errorf("remove comment: %w", err)
		}
		return nil
	})
}

func (s commentStore) versions(ctx context.Context, id string) ([]Former, error) {
	rows, err := s.db.Query(ctx, `SELECT version, body, at FROM comment_version WHERE comment_id = $1 ORDER BY version`, id)
	if err != nil {
		return nil, fmt.Errorf("read versions of comment: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Former, error) {
		var f Former
		var at int64
		err := r.Scan(&f.Version, &f.Body, &at)
		f.At = sqldb.Time(at)
		return f, err
	})
}

// forget removes everything about an object that is no more.
func (s commentStore) forget(ctx context.Context, kind, object string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, table := range []string{"attachment", "comment"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE kind = $1 AND object_id = $2`, kind, object); err != nil {
				return fmt.Errorf("forget comments of %s %s: %w", kind, object, err)
			}
		}
		return nil
	})
}

// takeOver keeps a comment that another room kept before; once.
func (s commentStore) takeOver(ctx context.Context, kind string, r module.EarlierRemark) error {
	var there int
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment WHERE id = $1`, r.ID).Scan(&there); err != nil {
		return fmt.Errorf("look for comment %s: %w", r.ID, err)
	}
	if there > 0 {
		return nil
	}
	c := Comment{ID: r.ID, ThreadID: r.ID, At: r.At, AuthorName: r.Name, Body: r.Body, kind: kind, object: r.Object, author: r.Author}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error { return insert(ctx, tx, c) })
}
