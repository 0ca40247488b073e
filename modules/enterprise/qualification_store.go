package enterprise

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// ending is a qualification whose end is near and was told to nobody.
type ending struct {
	entryID, organisationID, id, kind, name, until string
	enterprise                                     lang.Text
}

// tellAtOnce is how many ends one run of the job tells; the next run goes on.
const tellAtOnce = 500

// tellEnding sends a notice for every qualification that ends within 60 days and of
// which its enterprise was not told, and notes that, in one transaction.
func (s entryStore) tellEnding(ctx context.Context, now time.Time, sender *notice.Sender) error {
	today, soon := dates(now)
	rows, err := s.db.Query(ctx, `SELECT q.entry_id, e.organisation_id, q.id, q.kind, q.name, q.valid_until, e.name_zh, e.name_en
		FROM entry_qualification q JOIN entry e ON e.id = q.entry_id
		WHERE e.status = 'accepted' AND e.organisation_id <> '' AND q.valid_until <> '' AND q.valid_until >= $1 AND q.valid_until <= $2 AND q.told <> q.valid_until
		ORDER BY q.valid_until, q.id LIMIT $3`, today, soon, tellAtOnce)
	if err != nil {
		return fmt.Errorf("read qualifications that end: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x ending, err error) {
		return x, r.Scan(&x.entryID, &x.organisationID, &x.id, &x.kind, &x.name, &x.until, &x.enterprise.ZH, &x.enterprise.EN)
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, x := range list {
			n, err := tx.Exec(ctx, `UPDATE entry_qualification SET told = valid_until WHERE entry_id = $1 AND id = $2 AND valid_until = $3 AND told <> valid_until`, x.entryID, x.id, x.until)
			if err != nil {
				return fmt.Errorf("note that the end of %s was told: %w", x.id, err)
			}
			if n == 0 {
				continue // it was renewed meanwhile, or told
			}
			if err := sender.Send(ctx, tx, x.notice()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (x ending) notice() notice.Notice {
	title := titleOf(qualificationKinds(), x.kind)
	if x.name != "" {
		title = lang.Text{ZH: title.ZH + " " + x.name, EN: title.EN + " " + x.name}
	}
	return notice.Notice{
		Kind: noticeExpiring, Link: "/enterprise/entries/" + x.entryID, Key: "expiring " + x.entryID + " " + x.id + " " + x.until,
		To:    notice.Audience{Organisation: x.organisationID, Permission: "enterprise.file"},
		Title: lang.Text{ZH: "资质即将到期：" + title.ZH, EN: "A qualification ends soon: " + title.EN},
		Body:  lang.Text{ZH: x.enterprise.In("zh") + "，有效期至 " + x.until, EN: x.enterprise.In("en") + ", valid until " + x.until},
	}
}

// holders counts accepted entries with a qualification of a kind that is valid on a day,
// and those of them that are synthetic.
func (s entryStore) holders(ctx context.Context, kind, today string) (n, synthetic int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN e.synthetic THEN 1 ELSE 0 END), 0) FROM entry e
		WHERE e.status = 'accepted' AND EXISTS (SELECT 1 FROM entry_qualification q WHERE q.entry_id = e.id AND q.kind = $1 AND (q.valid_until = '' OR q.valid_until >= $2))`, kind, today).Scan(&n, &synthetic)
	if err != nil {
		err = fmt.Errorf("count holders of %s: %w", kind, err)
	}
	return n, synthetic, err
}
