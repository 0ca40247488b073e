package oidc

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// askedStore keeps requests until their persons have decided.
type askedStore struct{ db *sqldb.DB }

func (s askedStore) insert(ctx context.Context, id string, a asked) error {
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM asked WHERE expires_at < $1`, a.At.UnixMilli()); err != nil {
			return fmt.Errorf("forget requests: %w", err)
		}
		_, err := tx.Exec(ctx, `INSERT INTO asked (id, client_id, data, expires_at) VALUES ($1, $2, $3, $4)`, id, a.ClientID, string(data), a.At.Add(askedLife).UnixMilli())
		if err != nil {
			return fmt.Errorf("keep request: %w", err)
		}
		return nil
	})
}

func errAskedOver() error {
	return fault.New(fault.NotFound, "oidc.request.over", "this request was answered already, or took too long; go back to the program and begin again")
}

func (s askedStore) get(ctx context.Context, id string) (asked, error) {
	var a asked
	var data string
	now, err := s.db.Clock(ctx)
	if err != nil {
		return a, err
	}
	err = s.db.QueryRow(ctx, `SELECT data FROM asked WHERE id = $1 AND expires_at >= $2`, id, now.UnixMilli()).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return a, errAskedOver()
	}
	if err != nil {
		return a, fmt.Errorf("read request: %w", err)
	}
	return a, json.Unmarshal([]byte(data), &a)
}

// decide uses a request up within the transaction that decides upon it.
func decide(ctx context.Context, tx *sqldb.Tx, id string) error {
	if id == "" {
		return nil
	}
	n, err := tx.Exec(ctx, `DELETE FROM asked WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("use request up: %w", err)
	}
	if n == 0 {
		return errAskedOver()
	}
	return nil
}

func (s askedStore) refuse(ctx context.Context, id string, e audit.Entry) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := decide(ctx, tx, id); err != nil {
			return err
		}
		return tx.Emit(ctx, audit.Recorded{Entry: e})
	})
}
