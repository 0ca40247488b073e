package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// custodyStore keeps which packages were made for the escrow body.
type custodyStore struct{ db *sqldb.DB }

const custodyColumns = `e.node_id, e.day, e.name, e.kind, e.base, e.position, e.made_at, e.records, e.removed, e.slices, e.size, e.manifest, e.state, e.fault`

func scanCustody(r sqldb.Row) (c Custody, err error) {
	var made, position int64
	err = r.Scan(&c.NodeID, &c.Day, &c.Name, &c.Kind, &c.Base, &position, &made, &c.Records, &c.Removed, &c.Slices, &c.Size, &c.Manifest, &c.State, &c.Fault)
	c.MadeAt, c.Position = time.UnixMilli(made).UTC(), uint64(position) //nolint:gosec // changes are counted from 1
	return c, err
}

func (s custodyStore) list(ctx context.Context, nodeID string, p sqldb.ListParams) (sqldb.Page[Custody], error) {
	l := sqldb.List{
		Select: custodyColumns, From: "escrow_package e", Key: "e.name", Order: "-day",
		Sort: map[string]string{"day": "e.day", "size": "e.size"}, Search: []string{"e.name"},
	}
	l.Where("e.node_id = ?", nodeID)
	return sqldb.Fetch(ctx, s.db, l, p, scanCustody)
}

// last returns the last package of a node that fits; without a name where there is none.
func (s custodyStore) last(ctx context.Context, nodeID, where string) (Custody, error) {
	c, err := scanCustody(s.db.QueryRow(ctx, `SELECT `+custodyColumns+` FROM escrow_package e WHERE e.node_id = $1`+where+` ORDER BY e.day DESC LIMIT 1`, nodeID))
	if errors.Is(err, sql.ErrNoRows) {
		return Custody{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("read packages for escrow: %w", err)
	}
	return c, nil
}

// Which packages last returns.
const (
	anyPackage = ""
	isPlaced   = " AND e.state = 'placed'"
	isFull     = " AND e.state = 'placed' AND e.kind = 'full'"
)

// note writes down what became of a package, and sends what is to be told of it.
func (s custodyStore) note(ctx context.Context, c Custody, sender *notice.Sender, tell ...notice.Notice) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO escrow_package (node_id, day, name, kind, base, position, made_at, records, removed, slices, size, manifest, state, fault)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (node_id, day) DO UPDATE SET name = excluded.name, kind = excluded.kind, base = excluded.base, position = excluded.position, made_at = excluded.made_at,
				records = excluded.records, removed = excluded.removed, slices = excluded.slices, size = excluded.size, manifest = excluded.manifest, state = excluded.state, fault = excluded.fault`,
			c.NodeID, c.Day, c.Name, c.Kind, c.Base, int64(c.Position), c.MadeAt.UnixMilli(), c.Records, c.Removed, c.Slices, c.Size, c.Manifest, c.State, c.Fault) //nolint:gosec // changes are counted from 1
		if err != nil {
			return fmt.Errorf("note a package for escrow: %w", err)
		}
		return sender.Send(ctx, tx, tell...)
	})
}
