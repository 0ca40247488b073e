package atlas

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// outside lists the enterprises outside.
func (s elementStore) outside(ctx context.Context, p outsideParams) (sqldb.Page[OutsideView], error) {
	l := sqldb.List{
		Select: nodeColumns, From: "node n", Key: "n.id", Order: "name", Search: []string{"n.name_zh", "n.name_en", "n.source"},
		Sort: map[string]string{"name": "n.name_zh", "source": "n.source", "at": "n.at"},
	}
	l.Where("n.kind = ?", kindOutside)
	if p.Synthetic != "" {
		l.Where("n.synthetic = ?", p.Synthetic == "yes")
	}
	return sqldb.Fetch(ctx, s.db, l, p.ListParams, func(r sqldb.Row) (OutsideView, error) {
		n, err := scanNode(r)
		if err != nil {
			return OutsideView{}, err
		}
		return viewOutside(n), nil
	})
}

// remove forgets a node that may go, with all its edges.
func (s elementStore) remove(ctx context.Context, id string, may func(Node) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := scanNode(tx.QueryRow(ctx, `SELECT `+nodeColumns+` FROM node WHERE id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such node, or it is not yours to see")
		}
		if err != nil {
			return fmt.Errorf("read node %s: %w", id, err)
		}
		if err := may(n); err != nil {
			return err
		}
		tx.Changed(n.Kind, id, viewOutside(n), nil)
		return s.dropAll(ctx, tx, []string{id}, today(time.Now()))
	})
}
