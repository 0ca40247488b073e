package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
)

// projectionStore keeps identifiers as they can be searched.
type projectionStore struct{ db *sqldb.DB }

const followerName = "projection"

// position is how far of the log the projection is.
func (s projectionStore) position(ctx context.Context) (uint64, error) {
	var n int64
	err := s.db.QueryRow(ctx, `SELECT position FROM follower WHERE name = $1`, followerName).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read position: %w", err)
	}
	return uint64(n), nil //nolint:gosec // changes are counted from 1
}

// projected is an identifier as it is now; gone when it is no more.
type projected struct {
	id     string
	handle string
	nodeID string
	gone   bool
	at     int64
	change uint64
	values []wire.Value
}

var errOvertaken = errors.New("another replica projects")

// save writes identifiers and what the audit log is to have, and moves on from a
// position. Another replica that did so first is told by errOvertaken.
func (s projectionStore) save(ctx context.Context, from, to uint64, list []projected, acts []audit.Entry) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if err := moveOn(ctx, tx, int64(from), int64(to)); err != nil { //nolint:gosec // changes are counted from 1
			return err
		}
		for i := range list {
			if err := list[i].write(ctx, tx); err != nil {
				return err
			}
		}
		for _, e := range acts {
			if err := tx.Emit(ctx, audit.Recorded{Entry: e}); err != nil {
				return err
			}
		}
		return nil
	})
}

func moveOn(ctx context.Context, tx *sqldb.Tx, from, to int64) error {
	if from == 0 {
		if _, err := tx.Exec(ctx, `INSERT INTO follower (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING`, followerName); err != nil {
			return fmt.Errorf("begin projection: %w", err)
		}
	}
	n, err := tx.Exec(ctx, `UPDATE follower SET position = $1 WHERE name = $2 AND position = $3`, to, followerName, from)
	if err != nil {
		return fmt.Errorf("move projection on: %w", err)
	}
	if n == 0 {
		return errOvertaken
	}
	return nil
}

// shownContent is how many octets of a value are searched.
const shownContent = 500

func (p *projected) write(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM identifier_value WHERE identifier_id = $1`, p.id); err != nil {
		return fmt.Errorf("project %s: %w", p.handle, err)
	}
	if p.gone {
		if _, err := tx.Exec(ctx, `DELETE FROM identifier WHERE id = $1`, p.id); err != nil {
			return fmt.Errorf("project %s: %w", p.handle, err)
		}
		return nil
	}
	prefix, _ := wire.Split(p.handle)
	_, err := tx.Exec(ctx, `INSERT INTO identifier (id, handle, prefix, node_id, value_count, created_at, changed_at, change) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
		ON CONFLICT (id) DO UPDATE SET node_id = excluded.node_id, value_count = excluded.value_count, changed_at = excluded.changed_at, change = excluded.change`,
		p.id, p.handle, prefix, p.nodeID, len(p.values), p.at, int64(p.change)) //nolint:gosec // changes are counted from 1
	if err != nil {
		return fmt.Errorf("project %s: %w", p.handle, err)
	}
	for i := range p.values {
		v := &p.values[i]
		if v.Permissions&wire.PublicRead == 0 {
			continue // secrets are not to be found
		}
		_, err := tx.Exec(ctx, `INSERT INTO identifier_value (identifier_id, position, type, content) VALUES ($1, $2, $3, $4)`, p.id, int64(v.Index), v.Type, cut(dataText(v), shownContent))
		if err != nil {
			return fmt.Errorf("project value %d of %s: %w", v.Index, p.handle, err)
		}
	}
	return nil
}

// HandleView is an identifier as lists show it.
type HandleView struct {
	Handle    string    `json:"handle" title:"标识|Identifier"`
	NodeID    string    `json:"node_id" title:"节点|Node"`
	Prefix    string    `json:"prefix" title:"前缀|Prefix"`
	Values    int       `json:"values" title:"值数|Values"`
	CreatedAt time.Time `json:"created_at" title:"注册时间|Registered"`
	ChangedAt time.Time `json:"changed_at" title:"变更时间|Changed"`
	Change    uint64    `json:"change" title:"变更号|Change"`
}

func scanHandle(r sqldb.Row) (HandleView, error) {
	var v HandleView
	var created, changed, change int64
	err := r.Scan(&v.Handle, &v.NodeID, &v.Prefix, &v.Values, &created, &changed, &change)
	v.CreatedAt, v.ChangedAt, v.Change = time.UnixMilli(created).UTC(), time.UnixMilli(changed).UTC(), uint64(change) //nolint:gosec // changes are counted from 1
	return v, err
}

type handlesParams struct {
	sqldb.ListParams
	Node  string `query:"node" maxLength:"26" doc:"ID of the node whose identifiers are listed"`
	Type  string `query:"type" maxLength:"200" doc:"Identifiers with a value of this type"`
	Value string `query:"value" maxLength:"500" doc:"Identifiers with this value: reverse look-up"`
}

// list returns identifiers of nodes that the caller may see.
func (s projectionStore) list(ctx context.Context, in handlesParams) (sqldb.Page[HandleView], error) {
	l := sqldb.List{
		Select: "i.handle, i.node_id, i.prefix, i.value_count, i.created_at, i.changed_at, i.change", From: "identifier i", Key: "i.id", Order: "handle",
		Sort:   map[string]string{"handle": "i.id", "prefix": "i.prefix", "created_at": "i.created_at", "changed_at": "i.changed_at", "values": "i.value_count"},
		Search: []string{"i.handle"},
	}
	l.WhereIf("i.node_id = ?", in.Node)
	if in.Type != "" || in.Value != "" {
		of := sqldb.List{}
		of.Where("v.identifier_id = i.id").WhereIf("v.type = ?", in.Type).WhereIf("v.content = ?", in.Value)
		of.Nest(&l, "EXISTS (SELECT 1 FROM identifier_value v WHERE ", ")")
	}
	if scope := identity.From(ctx).Scope; !scope.All {
		own := sqldb.List{}
		scope.Filter(&own, "x.organisation_id")
		own.Nest(&l, "EXISTS (SELECT 1 FROM node n WHERE n.id = i.node_id AND (n.state IN ('trial', 'in_service') OR EXISTS (SELECT 1 FROM node x WHERE x.id = n.id AND ", ")))")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanHandle)
}
