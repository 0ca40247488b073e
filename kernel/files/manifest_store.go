package files

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Row is one file in the manifest.
type Row struct {
	ID             string    `json:"id" title:"编号|ID"`
	SentAt         time.Time `json:"sent_at" title:"时间|Time"`
	Name           string    `json:"name" title:"文件名|Name"`
	Room           string    `json:"room" title:"模块|Room"`
	Kind           string    `json:"kind" title:"类型|Kind"`
	MediaType      string    `json:"media_type" title:"媒体类型|Media type"`
	Declared       string    `json:"declared" title:"声明类型|Declared type"`
	Size           int64     `json:"size" title:"字节|Bytes"`
	SHA256         string    `json:"sha256" title:"摘要|SHA-256"`
	Verdict        string    `json:"verdict" enum:"released,refused" title:"结论|Verdict"`
	Reason         string    `json:"reason" title:"原因|Reason" doc:"Translation key of the refusal"`
	Scanned        bool      `json:"scanned" title:"已查毒|Scanned"`
	SentBy         string    `json:"sent_by" title:"上传者编号|Sender ID"`
	SentByName     string    `json:"sent_by_name" title:"上传者|Sender"`
	OrganisationID string    `json:"organisation_id" title:"机构|Organisation"`
}

type store struct{ db *sqldb.DB }

// add keeps a row of its own: that somebody sent a file stays on record,
// whatever becomes of the change that it was sent for.
func (s store) add(ctx context.Context, r Row) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO manifest (id, room, organisation_id, name, kind, media_type, declared, size, sha256, verdict, reason, scanned, sent_by, sent_by_name, sent_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			r.ID, r.Room, r.OrganisationID, r.Name, r.Kind, r.MediaType, r.Declared, r.Size, r.SHA256, r.Verdict, r.Reason, r.Scanned,
			r.SentBy, r.SentByName, r.SentAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("add file to the manifest: %w", err)
		}
		return nil
	})
}

type listParams struct {
	sqldb.ListParams
	Verdict string `query:"verdict" enum:"released,refused"`
	Room    string `query:"room" maxLength:"40"`
}

func (s store) list(ctx context.Context, in listParams) (sqldb.Page[Row], error) {
	l := sqldb.List{
		Select: `sent_at, id, name, room, kind, media_type, declared, size, sha256, verdict, reason, scanned, sent_by, sent_by_name, organisation_id`,
		From:   "manifest", Key: "id", Order: "-sent_at", Search: []string{"name", "sha256", "sent_by_name"},
		Sort: map[string]string{"sent_at": "sent_at", "name": "name", "size": "size", "kind": "kind", "room": "room", "verdict": "verdict"},
	}
	identity.From(ctx).Scope.Filter(&l, "organisation_id")
	l.WhereIf("verdict = ?", in.Verdict).WhereIf("room = ?", in.Room)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (Row, error) {
		var f Row
		var at int64
		err := r.Scan(&at, &f.ID, &f.Name, &f.Room, &f.Kind, &f.MediaType, &f.Declared, &f.Size, &f.SHA256, &f.Verdict, &f.Reason, &f.Scanned,
			&f.SentBy, &f.SentByName, &f.OrganisationID)
		f.SentAt = time.UnixMilli(at).UTC()
		return f, err
	})
}

// forget drops refusals before the time; what was released stays on record.
func (s store) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM manifest WHERE verdict = 'refused' AND sent_at < $1`, before.UnixMilli())
		return err
	})
}
