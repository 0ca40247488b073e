package cultivation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func noLadder() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such ladder, or it is not yours to see")
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

const editionColumns = `e.ladder, e.edition, e.state, e.content, e.changed_at, e.actor, e.actor_name, e.published_at, e.publisher, e.publisher_name, e.version`

func scanEdition(r sqldb.Row) (e Edition, err error) {
	var content string
	var changed, publication int64
	if err := r.Scan(&e.Ladder, &e.Edition, &e.State, &content, &changed, &e.actor, &e.ChangedBy, &publication, &e.publisher, &e.PublishedBy, &e.Version); err != nil {
		return e, err
	}
	e.ChangedAt, e.PublishedAt = sqldb.Time(changed), sqldb.Instant(publication)
	return e, json.Unmarshal([]byte(content), &e.Content)
}

// editions are those of one ladder, or of all when it is empty; the oldest first.
func (s store) editions(ctx context.Context, db reader, ladder string) ([]Edition, error) {
	rows, err := db.Query(ctx, `SELECT `+editionColumns+` FROM cultivation_edition e WHERE $1 = '' OR e.ladder = $1 ORDER BY e.ladder, e.edition`, ladder)
	if err != nil {
		return nil, fmt.Errorf("read editions of ladders: %w", err)
	}
	return sqldb.All(rows, scanEdition)
}

// publishedLadders are all editions that were published.
func (s store) publishedLadders(ctx context.Context, db reader) ([]Ladder, error) {
	rows, err := db.Query(ctx, `SELECT `+editionColumns+` FROM cultivation_edition e WHERE e.state = 'published' ORDER BY e.ladder, e.edition`)
	if err != nil {
		return nil, fmt.Errorf("read ladders: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Ladder, error) {
		e, err := scanEdition(r)
		return e.published(), err
	})
}

// roomFor refuses more ladders and editions than are kept.
func (s store) roomFor(ctx context.Context, tx *sqldb.Tx, ladder string) error {
	var ladders, editions int
	err := tx.QueryRow(ctx, `SELECT COUNT(DISTINCT e.ladder), COUNT(CASE WHEN e.ladder = $1 THEN 1 END) FROM cultivation_edition e`, ladder).Scan(&ladders, &editions)
	switch {
	case err != nil:
		return fmt.Errorf("count ladders: %w", err)
	case editions == 0 && ladders >= mostLadders, editions >= mostEditions:
		return fault.New(fault.Conflict, "enterprise.cultivation.full", "there are %d ladders of %d editions at most", mostLadders, mostEditions).With("limit", mostLadders)
	}
	return nil
}

// begin keeps a new draft, of a new ladder or of one that has none.
func (s store) begin(ctx context.Context, e Edition, check func(before []Edition) (Edition, error)) (Edition, error) {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "cultivation_edition"); err != nil {
			return err
		}
		if err := s.roomFor(ctx, tx, e.Ladder); err != nil {
			return err
		}
		before, err := s.editions(ctx, tx, e.Ladder)
		if err != nil {
			return err
		}
		if e, err = check(before); err != nil {
			return err
		}
		content, err := json.Marshal(e.Content)
		if err != nil {
			return fmt.Errorf("write ladder: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO cultivation_edition (ladder, edition, state, effective_from, content, changed_at, actor, actor_name) VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7)`,
			e.Ladder, e.Edition, e.EffectiveFrom, string(content), e.ChangedAt.UnixMilli(), e.actor, e.ChangedBy)
		if err != nil {
			return fmt.Errorf("keep draft: %w", err)
		}
		tx.Changed("cultivation_edition", e.key(), nil, e)
		return nil
	})
	return e, err
}

func (e Edition) key() string { return fmt.Sprintf("%s/%d", e.Ladder, e.Edition) }

// change lets decide change the draft of a ladder, and saves it. What was published is
// out of its reach.
func (s store) change(ctx context.Context, ladder string, version int64, decide func(draft Edition, before []Edition) (Edition, error)) (Edition, error) {
	var after Edition
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "cultivation_edition"); err != nil {
			return err
		}
		x, others, err := s.draftOf(ctx, tx, ladder)
		if err != nil {
			return err
		}
		if x.Version != version {
			return stale()
		}
		if after, err = decide(x, others); err != nil {
			return err
		}
		content, err := json.Marshal(after.Content)
		if err != nil {
			return fmt.Errorf("write ladder: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE cultivation_edition SET state = $1, effective_from = $2, content = $3, changed_at = $4, actor = $5, actor_name = $6, published_at = $7, publisher = $8, publisher_name = $9, version = version + 1
			WHERE ladder = $10 AND edition = $11 AND state = 'draft' AND version = $12`,
			after.State, after.EffectiveFrom, string(content), after.ChangedAt.UnixMilli(), after.actor, after.ChangedBy, sqldb.InstantMillis(after.PublishedAt), after.publisher, after.PublishedBy, ladder, x.Edition, version)
		if err != nil {
			return fmt.Errorf("save draft: %w", err)
		}
		if n == 0 {
			return stale()
		}
		after.Version++
		tx.Changed("cultivation_edition", x.key(), x, after)
		return nil
	})
	return after, err
}

// draftOf returns the draft of a ladder, and its other editions.
func (s store) draftOf(ctx context.Context, db reader, ladder string) (Edition, []Edition, error) {
	list, err := s.editions(ctx, db, ladder)
	if err != nil {
		return Edition{}, nil, err
	}
	if len(list) == 0 || ladder == "" {
		return Edition{}, nil, noLadder()
	}
	last := list[len(list)-1]
	if last.State != draft {
		return Edition{}, nil, notDraft()
	}
	return last, list[:len(list)-1], nil
}

func (s store) discard(ctx context.Context, ladder string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "cultivation_edition"); err != nil {
			return err
		}
		x, _, err := s.draftOf(ctx, tx, ladder)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM cultivation_edition WHERE ladder = $1 AND edition = $2 AND state = 'draft'`, ladder, x.Edition); err != nil {
			return fmt.Errorf("discard draft: %w", err)
		}
		tx.Changed("cultivation_edition", x.key(), x, nil)
		return nil
	})
}

// Retirement says that nobody is held against a ladder any more.
type Retirement struct {
	Ladder string    `json:"ladder"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`

	actor string
}

func (s store) retirements(ctx context.Context, db reader) (map[string]Retirement, error) {
	rows, err := db.Query(ctx, `SELECT r.ladder, r.reason, r.at, r.actor_name FROM cultivation_retired r`)
	if err != nil {
		return nil, fmt.Errorf("read retired ladders: %w", err)
	}
	list := map[string]Retirement{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (x Retirement, err error) {
		var at int64
		err = r.Scan(&x.Ladder, &x.Reason, &at, &x.By)
		x.At = sqldb.Time(at)
		list[x.Ladder] = x
		return x, err
	})
	return list, err
}

func (s store) retire(ctx context.Context, r Retirement) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO cultivation_retired (ladder, reason, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ladder) DO NOTHING`, r.Ladder, r.Reason, r.At.UnixMilli(), r.actor, r.By)
		if err != nil {
			return fmt.Errorf("retire ladder: %w", err)
		}
		if n > 0 {
			tx.Changed("cultivation_retired", r.Ladder, nil, r)
		}
		return nil
	})
}

func (s store) bringBack(ctx context.Context, ladder string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		list, err := s.retirements(ctx, tx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM cultivation_retired WHERE ladder = $1`, ladder)
		if err != nil {
			return fmt.Errorf("bring a ladder back: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "enterprise.cultivation.not_retired", "the ladder is not retired")
		}
		tx.Changed("cultivation_retired", ladder, list[ladder], nil)
		return nil
	})
}

// ofRun returns the ladder as a year was assessed by; ok is false when it was not, or when
// the year was assessed before ladders were kept with it.
func (s store) ofRun(ctx context.Context, db reader, ladder string, year int) (l Ladder, ok bool, err error) {
	var content string
	err = db.QueryRow(ctx, `SELECT r.content FROM cultivation_run r WHERE r.ladder = $1 AND r.year = $2`, ladder, year).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) || err == nil && content == "" {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("read the ladder of a year: %w", err)
	}
	return l, true, json.Unmarshal([]byte(content), &l)
}
