package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// noticeStore turns notices into rows of inboxes and deliveries.
type noticeStore struct{ db *sqldb.DB }

// chunk bounds how many rows one statement inserts.
const chunk = 200

// add stores a notice with everybody who is told and what leaves the house, in
// one transaction. Who was told under the same key before is told nothing. It
// returns whose inbox changed.
func (s noticeStore) add(ctx context.Context, sent notice.Sent, k notice.Kind, people []told, others []delivery) (changed []string, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		changed = nil
		if err := insertNotice(ctx, tx, sent, k); err != nil {
			return err
		}
		key := sent.Notice.Key
		if key == "" {
			key = sent.ID
		}
		fresh := map[string]bool{}
		for start := 0; start < len(people); start += chunk {
			if err := insertInbox(ctx, tx, sent, k.ID+" "+key, people[start:min(start+chunk, len(people))], fresh); err != nil {
				return err
			}
		}
		deliveries := others
		for _, p := range people {
			if !fresh[p.PersonID] {
				continue
			}
			if p.inbox {
				changed = append(changed, p.PersonID)
			}
			if p.mail != nil {
				deliveries = append(deliveries, *p.mail)
			}
		}
		if len(fresh) == 0 && len(people) > 0 {
			deliveries = nil // a repeat under the same key: the channels were told too
		}
		return insertDeliveries(ctx, tx, sent.ID, sent.At, deliveries)
	})
	return changed, err
}

// send emits a notice of the room's own.
func (s noticeStore) send(ctx context.Context, sender *notice.Sender, n notice.Notice) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error { return sender.Send(ctx, tx, n) })
}

func insertNotice(ctx context.Context, tx *sqldb.Tx, sent notice.Sent, k notice.Kind) error {
	n := sent.Notice
	_, err := tx.Exec(ctx, `INSERT INTO notice (id, kind, gravity, title_zh, title_en, body_zh, body_en, link, secret, by_name, organisation_id, at, by_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		sent.ID, k.ID, string(k.Gravity), n.Title.ZH, n.Title.EN, n.Body.ZH, n.Body.EN, n.Link, n.Secret, sent.By, n.To.Organisation, sent.At.UnixMilli(), sent.ByID)
	if err != nil {
		return fmt.Errorf("insert notice: %w", err)
	}
	return nil
}

func insertInbox(ctx context.Context, tx *sqldb.Tx, sent notice.Sent, key string, people []told, fresh map[string]bool) error {
	const columns = 5
	args := make([]any, 0, len(people)*columns)
	for _, p := range people {
		args = append(args, p.PersonID, key, sent.ID, sent.At.UnixMilli(), p.inbox)
	}
	rows, err := tx.Query(ctx, `INSERT INTO inbox (person_id, key, notice_id, at, shown) VALUES `+sqldb.Values(len(people), columns)+` ON CONFLICT DO NOTHING RETURNING person_id`, args...)
	if err != nil {
		return fmt.Errorf("insert into inboxes: %w", err)
	}
	ids, err := sqldb.All(rows, scanText)
	if err != nil {
		return fmt.Errorf("insert into inboxes: %w", err)
	}
	for _, id := range ids {
		fresh[id] = true
	}
	return nil
}

func scanText(r sqldb.Row) (string, error) {
	var s string
	err := r.Scan(&s)
	return s, err
}

func insertDeliveries(ctx context.Context, tx *sqldb.Tx, noticeID string, at time.Time, list []delivery) error {
	const columns = 14
	for start := 0; start < len(list); start += chunk {
		part := list[start:min(start+chunk, len(list))]
		args := make([]any, 0, len(part)*columns)
		for _, d := range part {
			args = append(args, ulid.Make().String(), noticeID, d.Kind, d.Way, d.ChannelID, d.PersonID, d.OrganisationID, d.Address, d.Language, d.State,
				max(0, d.NextAt.UnixMilli()), d.Reason, max(0, d.DoneAt.UnixMilli()), at.UnixMilli())
		}
		_, err := tx.Exec(ctx, `INSERT INTO delivery (id, notice_id, kind, way, channel_id, person_id, organisation_id, address, language, state,
			next_at, reason, done_at, created_at) VALUES `+sqldb.Values(len(part), columns), args...)
		if err != nil {
			return fmt.Errorf("insert deliveries: %w", err)
		}
	}
	return nil
}

// forget removes notices from before a time, with the inboxes' rows about them.
func (s noticeStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM notice WHERE at < $1`, before.UnixMilli()); err != nil {
			return fmt.Errorf("forget notices: %w", err)
		}
		return nil
	})
}
