package seal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const keyColumns = `id, purpose, kind, suite, public, secret, master, created_at, retired_at`

func scanKey(r sqldb.Row) (Key, error) {
	var k Key
	var created, retired int64
	err := r.Scan(&k.ID, &k.Purpose, &k.Kind, &k.Suite, &k.Public, &k.secret, &k.master, &created, &retired)
	k.CreatedAt = time.UnixMilli(created).UTC()
	if retired > 0 {
		k.RetiredAt = time.UnixMilli(retired).UTC()
	}
	return k, err
}

// masterPrint returns which master key the database is sealed under; empty when
// nothing was ever sealed.
func (v *vault) masterPrint(ctx context.Context) (print string, err error) {
	err = v.db.QueryRow(ctx, `SELECT print FROM seal_master WHERE one = 1`).Scan(&print)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read print of the master key: %w", err)
	}
	return print, nil
}

// claimMaster notes the master key of a new installation, and returns the one
// noted by a replica that was faster.
func (v *vault) claimMaster(ctx context.Context, print string) (string, error) {
	err := v.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO seal_master (one, print) VALUES (1, $1) ON CONFLICT DO NOTHING`, print)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("note print of the master key: %w", err)
	}
	return v.masterPrint(ctx)
}

func (v *vault) load(ctx context.Context, id string) (Key, error) {
	return v.one(ctx, `id = $1`, id)
}

func (v *vault) loadCurrent(ctx context.Context, purpose, kind, suite string) (Key, error) {
	return v.one(ctx, `purpose = $1 AND kind = $2 AND suite = $3 AND retired_at = 0`, purpose, kind, suite)
}

func (v *vault) one(ctx context.Context, where string, args ...any) (Key, error) {
	k, err := scanKey(v.db.QueryRow(ctx, `SELECT `+keyColumns+` FROM seal_key WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return k, fault.New(fault.NotFound, "kernel.not_found", "there is no such data key")
	}
	if err != nil {
		return k, fmt.Errorf("read data key: %w", err)
	}
	return k, nil
}

// Keys lists all keys, without what is secret of them.
func (v *vault) Keys(ctx context.Context) ([]Key, error) {
	rows, err := v.db.Query(ctx, `SELECT `+keyColumns+` FROM seal_key ORDER BY purpose, kind, created_at`)
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	return sqldb.All(rows, scanKey)
}

// underMaster queues what depends on which master key is in force.
func (v *vault) underMaster(ctx context.Context, print string, change func(tx *sqldb.Tx) error) error {
	return v.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "master key"); err != nil {
			return err
		}
		var now string
		if err := tx.QueryRow(ctx, `SELECT print FROM seal_master WHERE one = 1`).Scan(&now); err != nil {
			return fmt.Errorf("read print of the master key: %w", err)
		}
		if now != print {
			return fault.New(fault.Conflict, "kernel.master_key.changed", "the master key is being changed; try again")
		}
		return change(tx)
	})
}

func insertKey(ctx context.Context, tx *sqldb.Tx, k Key) error {
	_, err := tx.Exec(ctx, `INSERT INTO seal_key (`+keyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) ON CONFLICT DO NOTHING`,
		k.ID, k.Purpose, k.Kind, k.Suite, k.Public, k.secret, k.master, k.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert data key: %w", err)
	}
	return nil
}

// insert keeps a key that a purpose needs; it is no act of whoever asked for it.
func (v *vault) insert(ctx context.Context, k Key) error {
	return v.underMaster(sqldb.Alone(ctx), k.master, func(tx *sqldb.Tx) error { return insertKey(ctx, tx, k) })
}

// replace puts a key in force; those of its purpose, of any suite, are retired.
func (v *vault) replace(ctx context.Context, next Key) error {
	return v.underMaster(ctx, next.master, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE seal_key SET retired_at = $1 WHERE purpose = $2 AND kind = $3 AND retired_at = 0`,
			next.CreatedAt.UnixMilli(), next.Purpose, next.Kind)
		if err != nil {
			return fmt.Errorf("retire data key: %w", err)
		}
		return insertKey(ctx, tx, next)
	})
}

// rewrap seals all data keys under another master key, all of them or none.
func (v *vault) rewrap(ctx context.Context, next master) error {
	print, err := v.masterPrint(ctx)
	if err != nil {
		return err
	}
	return v.underMaster(ctx, print, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+keyColumns+` FROM seal_key ORDER BY id`)
		if err != nil {
			return fmt.Errorf("read data keys: %w", err)
		}
		keys, err := sqldb.All(rows, scanKey)
		if err != nil {
			return err
		}
		for _, k := range keys {
			sealed, err := v.underNext(k, next)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE seal_key SET secret = $1, master = $2 WHERE id = $3`, sealed, next.print, k.ID); err != nil {
				return fmt.Errorf("seal data key again: %w", err)
			}
		}
		_, err = tx.Exec(ctx, `UPDATE seal_master SET print = $1 WHERE one = 1`, next.print)
		return err
	})
}

func (v *vault) underNext(k Key, next master) (string, error) {
	m, err := v.masterKey(k.master)
	if err != nil {
		return "", err
	}
	t, err := ParseText(k.secret)
	if err != nil {
		return "", fmt.Errorf("data key %s: %w", k.ID, err)
	}
	plain, err := openUnder(m, t, k)
	if err != nil {
		return "", fmt.Errorf("data key %s: %w", k.ID, err)
	}
	return sealUnder(next, v.suite, plain, k)
}
