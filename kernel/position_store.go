package kernel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linghang/kernel/sqldb"
)

// positions are how far projections have come in a store that replicas share.
// They are in the system's database: whichever replica goes on finds them.
type positions struct {
	db   *sqldb.DB
	turn *turn // nil: this process is alone
}

// Position implements series.Keeper.
func (p positions) Position(ctx context.Context, room, mark string) (n int64, err error) {
	err = p.db.QueryRow(ctx, `SELECT position FROM series_position WHERE room = $1 AND mark = $2`, room, mark).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read position of %s: %w", mark, err)
	}
	return n, nil
}

// KeepPosition implements series.Keeper. A position never goes back.
func (p positions) KeepPosition(ctx context.Context, room, mark string, position int64) error {
	err := p.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO series_position (room, mark, position) VALUES ($1, $2, $3)
			ON CONFLICT (room, mark) DO UPDATE SET position = excluded.position WHERE series_position.position < excluded.position`, room, mark, position)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep position of %s: %w", mark, err)
	}
	return nil
}

// Mine implements series.Keeper.
func (p positions) Mine() bool { return p.turn == nil || p.turn.mine() }
