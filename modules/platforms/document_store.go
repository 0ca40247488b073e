package platforms

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// documentsMost is how many documents a platform has; removed ones count, too: their
// content is kept.
const documentsMost = 200

// documentKinds are what documents are.
func documentKinds() []string {
	return []string{"licence", "contract", "plan", "report", "certificate", "manual", "other"}
}

// PlatformDocument is a document of a platform.
type PlatformDocument struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"licence,contract,plan,report,certificate,manual,other" title:"类别|Kind"`
	Name      string    `json:"name" title:"文件名|Name"`
	MediaType string    `json:"media_type" title:"类型|Type"`
	Size      int64     `json:"size" doc:"Octets" title:"大小（字节）|Size (octets)"`
	SHA256    string    `json:"sha256" title:"SHA-256|SHA-256"`
	By        string    `json:"by" doc:"Name of who uploaded it" title:"上传人|Uploaded by"`
	At        time.Time `json:"at" title:"上传时间|Uploaded"`

	platformID, actor string
}

const documentColumns = `d.id, d.platform_id, d.kind, d.name, d.media_type, d.size, d.sha256, d.actor, d.actor_name, d.at`

func scanDocument(r sqldb.Row) (d PlatformDocument, err error) {
	var at int64
	err = r.Scan(&d.ID, &d.platformID, &d.Kind, &d.Name, &d.MediaType, &d.Size, &d.SHA256, &d.actor, &d.By, &at)
	d.At = sqldb.Time(at)
	return d, err
}

type documentParams struct {
	sqldb.ListParams
	ID   string `path:"id" maxLength:"40"`
	Kind string `query:"kind" enum:"licence,contract,plan,report,certificate,manual,other"`
}

func (s platformStore) documents(ctx context.Context, in documentParams) (sqldb.Page[PlatformDocument], error) {
	list := sqldb.List{
		Select: documentColumns, From: "platform_document d", Key: "d.id", Order: "-at",
		Sort:   map[string]string{"at": "d.at", "name": "d.name", "kind": "d.kind", "size": "d.size"},
		Search: []string{"d.name", "d.actor_name"},
	}
	list.Where("d.platform_id = ? AND d.removed_at = 0", in.ID).WhereIf("d.kind = ?", in.Kind)
	return sqldb.Fetch(ctx, s.db, list, in.ListParams, scanDocument)
}

func (s platformStore) oneDocument(ctx context.Context, platformID, id string) (PlatformDocument, error) {
	d, err := scanDocument(s.db.QueryRow(ctx, `SELECT `+documentColumns+` FROM platform_document d WHERE d.id = $1 AND d.platform_id = $2 AND d.removed_at = 0`, id, platformID))
	if errors.Is(err, sql.ErrNoRows) {
		return d, noDocument()
	}
	if err != nil {
		return d, fmt.Errorf("read document: %w", err)
	}
	return d, nil
}

func noDocument() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such document of this platform, or it was removed")
}

func (s platformStore) addDocument(ctx context.Context, d PlatformDocument) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, d.platformID); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM platform_document WHERE platform_id = $1`, d.platformID).Scan(&n); err != nil {
			return fmt.Errorf("count documents: %w", err)
		}
		if n >= documentsMost {
			return fault.New(fault.Conflict, "platforms.document.full", "a platform has %d documents at most, with those that were removed", documentsMost).With("limit", documentsMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO platform_document (id, platform_id, kind, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			d.ID, d.platformID, d.Kind, d.Name, d.MediaType, d.Size, d.SHA256, d.actor, d.By, d.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep document: %w", err)
		}
		tx.Changed("platform_document", d.ID, nil, d)
		return nil
	})
}

func (s platformStore) removeDocument(ctx context.Context, d PlatformDocument, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE platform_document SET removed_at = $1 WHERE id = $2 AND removed_at = 0`, now.UnixMilli(), d.ID)
		if err != nil {
			return fmt.Errorf("remove document: %w", err)
		}
		if n == 0 {
			return noDocument()
		}
		tx.Changed("platform_document", d.ID, d, nil)
		return nil
	})
}

// pagePersonal are the names of who did something with an entry or its documents.
func pagePersonal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "platform_step", Person: "actor", Columns: []string{"name"}, Show: []string{"platform_id", "at", "kind", "reason"}},
		{Table: "platform_document", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"platform_id", "at", "kind", "name"}},
	}
}
