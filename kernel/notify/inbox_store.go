package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// inboxStore reads what persons were told.
type inboxStore struct{ db *sqldb.DB }

// Item is one notice in somebody's inbox.
type Item struct {
	ID             string     `json:"id" title:"编号|ID"`
	Kind           string     `json:"kind" title:"类型|Kind"`
	Gravity        string     `json:"gravity" enum:"info,important,urgent" title:"程度|Gravity"`
	Title          lang.Text  `json:"title" title:"标题|Title"`
	Body           lang.Text  `json:"body" title:"内容|Text"`
	Link           string     `json:"link" doc:"Path in the web"`
	By             string     `json:"by" title:"发送人|From"`
	OrganisationID string     `json:"organisation_id"`
	At             time.Time  `json:"at" title:"时间|Time"`
	ReadAt         *time.Time `json:"read_at,omitempty" title:"阅读时间|Read"`
}

const itemColumns = `n.id, n.kind, n.gravity, n.title_zh, n.title_en, n.body_zh, n.body_en, n.link, n.by_name, n.organisation_id, i.at, i.read_at`

func scanItem(r sqldb.Row) (Item, error) {
	var x Item
	var at, read int64
	err := r.Scan(&x.ID, &x.Kind, &x.Gravity, &x.Title.ZH, &x.Title.EN, &x.Body.ZH, &x.Body.EN, &x.Link, &x.By, &x.OrganisationID, &at, &read)
	x.At = time.UnixMilli(at).UTC()
	if read > 0 {
		t := time.UnixMilli(read).UTC()
		x.ReadAt = &t
	}
	return x, err
}

type inboxParams struct {
	sqldb.ListParams
	State   string `query:"state" enum:"unread,read"`
	Gravity string `query:"gravity" enum:"info,important,urgent"`
	Kind    string `query:"kind" maxLength:"80"`
}

func (s inboxStore) list(ctx context.Context, person string, in inboxParams) (sqldb.Page[Item], error) {
	l := sqldb.List{
		Select: itemColumns, From: "inbox i JOIN notice n ON n.id = i.notice_id", Key: "i.key", Order: "-at",
		Sort:   map[string]string{"at": "i.at", "kind": "n.kind", "title": "n.title_zh"},
		Search: []string{"n.title_zh", "n.title_en", "n.body_zh", "n.body_en", "n.by_name"},
	}
	l.Where("i.person_id = ? AND i.shown = TRUE", person).WhereIf("n.gravity = ?", in.Gravity).WhereIf("n.kind = ?", in.Kind)
	switch in.State {
	case "unread":
		l.Where("i.read_at = 0")
	case "read":
		l.Where("i.read_at > 0")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanItem)
}

func (s inboxStore) unread(ctx context.Context, person string) (n int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM inbox WHERE person_id = $1 AND read_at = 0 AND shown = TRUE`, person).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count unread notices: %w", err)
	}
	return n, nil
}

// mark makes notices read or unread; without ids it makes all of them read.
func (s inboxStore) mark(ctx context.Context, person string, ids []string, read bool, now time.Time) (n int64, err error) {
	at := int64(0)
	if read {
		at = now.UnixMilli()
	}
	query, args := `UPDATE inbox SET read_at = $1 WHERE person_id = $2 AND shown = TRUE`, []any{at, person}
	if read {
		query += ` AND read_at = 0`
	}
	if len(ids) > 0 {
		marks := make([]string, len(ids))
		for i, id := range ids {
			args = append(args, id)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		query += ` AND notice_id IN (` + strings.Join(marks, ", ") + `)`
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err = tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("mark notices: %w", err)
	}
	return n, nil
}
