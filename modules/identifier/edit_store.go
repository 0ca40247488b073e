package identifier

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
)

// editStore keeps what people want changed until it is: the record of who did it
// is written first, and what a crash came between is made at the next start.
type editStore struct{ db *sqldb.DB }

// edit is a change by a person.
type edit struct {
	ID     string
	NodeID string
	At     time.Time
	engine.Edit
}

// identifierAudit is an identifier as the record of who did what shows it.
type identifierAudit struct {
	Handle string
	Values []string
}

func auditOf(handle string, values []wire.Value) any {
	if values == nil {
		return nil
	}
	a := identifierAudit{Handle: handle}
	for i := range values {
		v := viewOf(&values[i])
		if values[i].Permissions&wire.PublicRead == 0 {
			v.Data = "(secret)"
		}
		a.Values = append(a.Values, fmt.Sprintf("%d %s %.200s", v.Index, v.Type, v.Data))
	}
	return a
}

// insert records an edit; before are the values that the record has now.
func (s editStore) insert(ctx context.Context, nodeID string, e engine.Edit, before []wire.Value) (edit, error) {
	d := edit{ID: ulid.Make().String(), NodeID: nodeID, At: time.Now().UTC(), Edit: e}
	content := wire.Values{Handle: e.Handle, Values: e.Values}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO edit (id, node_id, handle, was, removes, content, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			d.ID, d.NodeID, e.Handle, int64(e.Was), e.Values == nil, base64.StdEncoding.EncodeToString(content.Append(nil)), e.By, d.At.UnixMilli()) //nolint:gosec // changes are counted from 1
		if err != nil {
			return fmt.Errorf("keep edit: %w", err)
		}
		tx.Changed("identifier", e.Handle, auditOf(e.Handle, before), auditOf(e.Handle, e.Values))
		return nil
	})
	return d, err
}

// remove forgets an edit that was made, or cannot be.
func (s editStore) remove(ctx context.Context, id string) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM edit WHERE id = $1`, id); err != nil {
			return fmt.Errorf("forget edit: %w", err)
		}
		return nil
	})
}

// pending returns edits that were recorded before a time and are not known to be
// made.
func (s editStore) pending(ctx context.Context, before time.Time) ([]edit, error) {
	rows, err := s.db.Query(ctx, `SELECT id, node_id, handle, was, removes, content, actor, at FROM edit WHERE at < $1 ORDER BY id`, before.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read edits: %w", err)
	}
	return sqldb.All(rows, scanEdit)
}

func scanEdit(r sqldb.Row) (edit, error) {
	var d edit
	var was, at int64
	var removes bool
	var content string
	if err := r.Scan(&d.ID, &d.NodeID, &d.Handle, &was, &removes, &content, &d.By, &at); err != nil {
		return d, err
	}
	d.Was, d.At, d.Via = uint64(was), time.UnixMilli(at).UTC(), viaPeople //nolint:gosec // changes are counted from 1
	octets, err := base64.StdEncoding.DecodeString(content)
	if err != nil || removes {
		return d, err
	}
	v, err := wire.DecodeValues(octets)
	d.Values = v.Values
	return d, err
}

// viaPeople marks changes whose record is written by the city's own door.
const viaPeople = "api"
