package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

const requestColumns = `r.id, r.kind, r.asked_at, r.due_at, r.answered_at`

func scanRequest(r sqldb.Row) (x Enquiry, err error) {
	var asked, dueAt, answered int64
	err = r.Scan(&x.ID, &x.Kind, &asked, &dueAt, &answered)
	x.AskedAt, x.DueAt, x.AnsweredAt = sqldb.Time(asked), sqldb.Time(dueAt), sqldb.Instant(answered)
	x.InTime = x.AnsweredAt != nil && !x.AnsweredAt.After(x.DueAt)
	return x, err
}

// Ask notes that a provider was asked something, which is due by what it promises.
func Ask(ctx context.Context, tx *sqldb.Tx, p Provider, kind, subject string, now time.Time) (dueAt time.Time, err error) {
	dueAt = now.Add(time.Duration(p.Profile.Promise) * time.Hour)
	_, err = tx.Exec(ctx, `INSERT INTO provider_request (id, provider_id, kind, subject, asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		ulid.Make().String(), p.ID, kind, subject, now.UnixMilli(), dueAt.UnixMilli())
	if err != nil {
		return dueAt, fmt.Errorf("ask a provider: %w", err)
	}
	return dueAt, nil
}

// Answer notes that a provider has answered what it was asked about a subject.
func Answer(ctx context.Context, tx *sqldb.Tx, id, subject string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE provider_request SET answered_at = $1 WHERE provider_id = $2 AND subject = $3 AND answered_at = 0`, now.UnixMilli(), id, subject)
	if err != nil {
		return fmt.Errorf("note an answer: %w", err)
	}
	return nil
}

// Spare takes back what was asked about a subject and is not yet due: who has nothing to
// answer any more is not late.
func Spare(ctx context.Context, tx *sqldb.Tx, subject string, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM provider_request WHERE subject = $1 AND answered_at = 0 AND due_at > $2`, subject, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("take requests back: %w", err)
	}
	return nil
}

// requestsOf returns the requests of providers since a time, by provider.
func requestsOf(ctx context.Context, db reader, ids []string, from time.Time) (map[string][]Enquiry, error) {
	out := map[string][]Enquiry{}
	if len(ids) == 0 {
		return out, nil
	}
	args := make([]any, len(ids), len(ids)+1)
	for i, id := range ids {
		args[i] = id
	}
	rows, err := db.Query(ctx, `SELECT r.provider_id, `+requestColumns+` FROM provider_request r WHERE r.provider_id IN (`+places(len(ids))+`) AND r.asked_at >= $`+fmt.Sprint(len(ids)+1),
		append(args, from.UnixMilli())...)
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (x Enquiry, err error) {
		var id string
		x, err = scanRequest(after{r, &id})
		out[id] = append(out[id], x)
		return x, err
	})
	return out, err
}

// after scans a first column before those that a scan function knows.
type after struct {
	row   sqldb.Row
	first *string
}

// Scan implements sqldb.Row.
func (a after) Scan(dest ...any) error { return a.row.Scan(append([]any{a.first}, dest...)...) }

type requestParams struct {
	sqldb.ListParams
	ID string `path:"id" maxLength:"40"`
}

func (s store) requests(ctx context.Context, in requestParams) (sqldb.Page[Enquiry], error) {
	l := sqldb.List{Select: requestColumns, From: "provider_request r", Key: "r.id", Order: "-asked_at", Sort: map[string]string{"asked_at": "r.asked_at", "due_at": "r.due_at"}}
	l.Where("r.provider_id = ?", in.ID)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRequest)
}

// openCheck returns the check that a provider has not answered, empty if there is none.
func (s store) openCheck(ctx context.Context, id string) (*Enquiry, error) {
	rows, err := s.db.Query(ctx, `SELECT `+requestColumns+` FROM provider_request r WHERE r.provider_id = $1 AND r.kind = 'check' AND r.answered_at = 0 ORDER BY r.asked_at DESC LIMIT 1`, id)
	if err != nil {
		return nil, fmt.Errorf("read checks: %w", err)
	}
	list, err := sqldb.All(rows, scanRequest)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// answerChecks notes that a provider answered all its open checks.
func (s store) answerChecks(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE provider_request SET answered_at = $1 WHERE provider_id = $2 AND kind = 'check' AND answered_at = 0`, now.UnixMilli(), id)
		if err != nil {
			return fmt.Errorf("answer a check: %w", err)
		}
		if n == 0 {
			return noSuch("check")
		}
		tx.Changed("provider_request", id, nil, map[string]any{"answered": Check})
		return nil
	})
}

// atOnce bounds how many providers one run of a job deals with.
const atOnce = 500

// check asks those whom nobody asked for a month whether they are there; who was accepted
// today is not asked yet.
func (s store) check(ctx context.Context, now time.Time, notices *notice.Sender) error {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM provider p WHERE p.state = 'in_force' AND p.valid_until > $1 AND p.accepted_at <= $2
		AND NOT EXISTS (SELECT 1 FROM provider_request r WHERE r.provider_id = p.id AND r.asked_at > $3) ORDER BY p.id LIMIT $4`, now.UnixMilli(), now.Add(-checkedAfter).UnixMilli(), now.Add(-checkedEvery).UnixMilli(), atOnce)
	if err != nil {
		return fmt.Errorf("read who is to be checked: %w", err)
	}
	list, err := sqldb.All(rows, scan)
	if err != nil {
		return err
	}
	for _, p := range list {
		err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := Ask(ctx, tx, p, Check, "", now); err != nil {
				return err
			}
			return notices.Send(ctx, tx, notice.Notice{
				Kind: noticeCheck, Link: "/enterprise/providers/" + p.ID, To: notice.Audience{Organisation: p.OrganisationID, Permission: mayFile}, Key: fmt.Sprintf("%s %s %d", noticeCheck, p.ID, now.UnixMilli()),
				Title: lang.Text{ZH: fmt.Sprintf("应答检验：请在%d小时内应答", p.Profile.Promise), EN: fmt.Sprintf("A check: please answer within %d hours", p.Profile.Promise)},
				Body:  lang.Text{ZH: "打开服务商页面并应答，以证明服务在线。", EN: "Open your provider page and answer: it shows that you are online."},
			})
		})
		if err != nil {
			return fmt.Errorf("check provider %s: %w", p.ID, err)
		}
	}
	return nil
}

// tellEnding tells providers whose year ends, once for each year.
func (s store) tellEnding(ctx context.Context, now time.Time, notices *notice.Sender) error {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM provider p WHERE p.state = 'in_force' AND p.valid_until <= $1 AND p.told_until <> p.valid_until ORDER BY p.id LIMIT $2`, now.Add(renewFrom).UnixMilli(), atOnce)
	if err != nil {
		return fmt.Errorf("read who is to renew: %w", err)
	}
	list, err := sqldb.All(rows, scan)
	if err != nil {
		return err
	}
	for _, p := range list {
		err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE provider SET told_until = valid_until WHERE id = $1`, p.ID); err != nil {
				return fmt.Errorf("note that the end was told: %w", err)
			}
			day := p.ValidUntil.Format(time.DateOnly)
			return notices.Send(ctx, tx, notice.Notice{
				Kind: noticeEnding, Link: "/enterprise/providers/" + p.ID, To: notice.Audience{Organisation: p.OrganisationID, Permission: mayFile}, Key: noticeEnding + " " + p.ID + " " + day,
				Title: lang.Text{ZH: "服务商资格将于" + day + "到期", EN: "Your registration as a provider ends on " + day},
				Body:  lang.Text{ZH: "请核对资料并申请续期；到期后企业不再看到您。", EN: "Look through what you tell and renew it; after the end enterprises do not see you."},
			})
		})
		if err != nil {
			return fmt.Errorf("tell provider %s of its end: %w", p.ID, err)
		}
	}
	return nil
}
