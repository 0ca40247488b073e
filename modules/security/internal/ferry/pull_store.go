package ferry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

// TakenTurn is what came by TAXII at once, or that a collection could not be read.
type TakenTurn struct {
	At        time.Time `json:"at" title:"时间|When"`
	Objects   int64     `json:"objects" doc:"That are good STIX" title:"对象|Objects"`
	Refused   int64     `json:"refused" doc:"That are no good STIX, or no notice where an upper level's are expected" title:"不合格|Refused"`
	Refusal   string    `json:"refusal" doc:"Why the first one is refused"`
	Notices   int64     `json:"notices" doc:"Notices of the upper level, and their later versions" title:"上级通报|Notices"`
	Receipts  int64     `json:"receipts" doc:"Acknowledgements of what went to the lower level" title:"签收回执|Receipts"`
	Fault     string    `json:"fault" doc:"The class of what went wrong; empty: nothing"`
	FaultText string    `json:"fault_text"`
}

const turnsKept = 200 // of a source

func (s store) turns(ctx context.Context, source string) ([]TakenTurn, error) {
	rows, err := s.db.Query(ctx, `SELECT at, objects, refused, refusal, notices, receipts, fault, fault_text FROM security_ferry_turn WHERE source_id = $1 ORDER BY id DESC LIMIT $2`, source, turnsKept)
	if err != nil {
		return nil, fmt.Errorf("read what a source brought: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x TakenTurn, err error) {
		var at int64
		err = r.Scan(&at, &x.Objects, &x.Refused, &x.Refusal, &x.Notices, &x.Receipts, &x.Fault, &x.FaultText)
		x.At = sqldb.Time(at)
		return x, err
	})
	return append([]TakenTurn{}, list...), err
}

// noteTurn notes what a source brought, and forgets what is long ago.
func noteTurn(ctx context.Context, tx *sqldb.Tx, source string, x TakenTurn) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_ferry_turn (id, source_id, at, objects, refused, refusal, notices, receipts, fault, fault_text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		ulid.Make().String(), source, x.At.UnixMilli(), x.Objects, x.Refused, x.Refusal, x.Notices, x.Receipts, x.Fault, x.FaultText)
	if err != nil {
		return fmt.Errorf("note what a source brought: %w", err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM security_ferry_turn WHERE source_id = $1 AND id NOT IN (SELECT id FROM security_ferry_turn WHERE source_id = $1 ORDER BY id DESC LIMIT $2)`, source, turnsKept)
	if err != nil {
		return fmt.Errorf("forget what a source brought: %w", err)
	}
	return nil
}

// claim leases collections that are due, so that one process reads each. The lease is looked at
// again behind the choice: PostgreSQL chooses by what was there before another one claimed.
func (s store) claim(ctx context.Context, now time.Time, most int) (list []NoticeSource, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE security_ferry_source SET lease_until = $2 WHERE id IN (SELECT id FROM security_ferry_source WHERE way = 'taxii' AND confirmed AND NOT paused AND next_at <= $1 AND lease_until <= $1 ORDER BY next_at, id LIMIT $3) AND lease_until <= $1 RETURNING id`, now.UnixMilli(), now.Add(peer.LeaseFor).UnixMilli(), most)
		if err != nil {
			return fmt.Errorf("claim sources of notices: %w", err)
		}
		ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		list = nil
		for _, id := range ids {
			x, err := oneSource(ctx, tx, "id", id)
			if err != nil {
				return err
			}
			list = append(list, x)
		}
		return nil
	})
	return list, err
}

// takePage takes over what a page has, in one transaction with how far it goes: what was kept is
// not asked for again, and what comes again after a crash is known by its version.
func (m *Ferry) takePage(ctx context.Context, s NoticeSource, page taxii.Fetched, cursor string) error {
	raw := make([][]byte, len(page.Objects))
	for i, o := range page.Objects {
		raw[i] = o
	}
	good, refused := m.sound(ctx, raw)
	return m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		now := m.now()
		n, err := tx.Exec(ctx, `UPDATE security_ferry_source SET cursor = $3, lease_until = $4 WHERE id = $1 AND version = $2`, s.ID, s.Version, cursor, now.Add(peer.LeaseFor).UnixMilli())
		if err != nil {
			return fmt.Errorf("note how far a source was read: %w", err)
		}
		if n == 0 {
			return peer.ErrChanged
		}
		if len(raw) == 0 {
			return nil
		}
		if err := m.deliver(ctx, tx, good, s.Name); err != nil {
			return err
		}
		b, err := m.understand(ctx, tx, s, 0, good)
		if err != nil {
			return err
		}
		return m.noteBrought(ctx, tx, s, int64(len(good)), append(slices.Clone(refused), b.refusal...), b, now)
	})
}

// noteBrought notes what a source brought by TAXII.
func (m *Ferry) noteBrought(ctx context.Context, tx *sqldb.Tx, s NoticeSource, objects int64, refusal []string, b brought, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE security_ferry_source SET taken_at = $2 WHERE id = $1`, s.ID, now.UnixMilli()); err != nil {
		return fmt.Errorf("note that a source brought something: %w", err)
	}
	x := TakenTurn{At: now, Objects: objects, Refused: int64(len(refusal)), Refusal: first(refusal), Notices: b.notices, Receipts: b.receipts}
	tx.Changed("security_ferry_source", s.ID, nil, map[string]any{"name": s.Name, "objects": x.Objects, "refused": x.Refused, "notices": x.Notices, "receipts": x.Receipts})
	return noteTurn(ctx, tx, s.ID, x)
}

// turn makes a collection due now.
func (s store) turn(ctx context.Context, x NoticeSource, now time.Time, ask asking) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE security_ferry_source SET next_at = $2 WHERE id = $1`, x.ID, now.UnixMilli()); err != nil {
			return fmt.Errorf("ask for a source of notices: %w", err)
		}
		tx.Changed("security_ferry_source", x.ID, nil, map[string]any{"name": x.Name, "read": "now"})
		return ask(ctx, tx)
	})
}

const (
	longestAsk = 24 * time.Hour // that the other side may ask to wait
	toldAfter  = 3              // failures, one after the other
)

// rest ends a reading, and says when the next is: not before the other side asks to be called.
// When a source cannot be read for some time, people are told, who would wait for its notices.
func (m *Ferry) rest(ctx context.Context, x NoticeSource, problem *peer.Error, now time.Time) error {
	class, text, wait := "", "", time.Duration(x.Every)*time.Minute
	if problem != nil {
		class, text, wait = problem.Class, problem.Text, max(wait, min(problem.After, longestAsk))
	}
	return m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE security_ferry_source SET lease_until = 0, run_at = $3, next_at = $4, fault = $5, fault_text = $6, failures = CASE WHEN $5 = '' THEN 0 ELSE failures + 1 END, good_at = CASE WHEN $5 = '' THEN $3 ELSE good_at END WHERE id = $1 AND version = $2`,
			x.ID, x.Version, now.UnixMilli(), now.Add(wait).UnixMilli(), class, text)
		if err != nil {
			return fmt.Errorf("note that a source was read: %w", err)
		}
		if n > 0 && class != "" && x.Failures+1 == toldAfter {
			if err := m.tellUnread(ctx, tx, x, text, now); err != nil {
				return err
			}
		}
		if n == 0 || class == "" || class == x.Fault { // the same again is counted, and not noted again
			return nil
		}
		return noteTurn(ctx, tx, x.ID, TakenTurn{At: now, Fault: class, FaultText: text})
	})
}

// tellUnread tells those who manage sources that one cannot be read.
func (m *Ferry) tellUnread(ctx context.Context, tx *sqldb.Tx, x NoticeSource, why string, now time.Time) error {
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	err = m.kit.Notices.Send(ctx, tx, message.Notice{
		Kind: toldUnread, Title: lang.Text{ZH: "通报来源“" + x.Name + "”读取失败", EN: "The source of notices “" + x.Name + "” cannot be read"}, Body: lang.Text{ZH: why, EN: why},
		Link: "/security/files/" + x.ID, Key: fmt.Sprintf("ferry/%s/%d", x.ID, now.UnixMilli()), To: message.Audience{Organisation: root.ID, Permission: mayManage},
	})
	if err != nil {
		return fmt.Errorf("tell that a source cannot be read: %w", err)
	}
	return nil
}
