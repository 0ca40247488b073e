package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Setting returns a value of the system's settings; empty when unset.
func (d *Directory) setting(ctx context.Context, key string) (string, error) {
	var value string
	err := d.db.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read setting %s: %w", key, err)
	}
	return value, nil
}

func (d *Directory) putSetting(ctx context.Context, key, value string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error { return putSetting(ctx, tx, key, value) })
}

func putSetting(ctx context.Context, tx *sqldb.Tx, key, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("store setting %s: %w", key, err)
	}
	return nil
}

// IsSetUp reports whether the city has been set up.
func (d *Directory) IsSetUp(ctx context.Context) (bool, error) {
	v, err := d.setting(ctx, "city_zh")
	return v != "", err
}

// City returns what the city calls itself; empty before the set-up.
func (d *Directory) City(ctx context.Context) (lang.Text, error) {
	zh, err := d.setting(ctx, "city_zh")
	if err != nil {
		return lang.Text{}, err
	}
	en, err := d.setting(ctx, "city_en")
	return lang.Text{ZH: zh, EN: en}, err
}

func (d *Directory) insertCity(ctx context.Context, in SetUp, org Organisation, p Person) error {
	return d.change(ctx, func(tx *sqldb.Tx) error {
		var done int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM setting WHERE key = 'city_zh'`).Scan(&done); err != nil {
			return fmt.Errorf("read set-up: %w", err)
		}
		if done > 0 {
			return fault.New(fault.Conflict, "system.set_up.done", "the city has been set up already")
		}
		n, err := tx.Exec(ctx, `DELETE FROM setting WHERE key = 'set_up_secret' AND value = $1`, hashSecret(in.Secret))
		if err != nil {
			return fmt.Errorf("use set-up link: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Forbidden, "system.set_up.link", "this set-up link is not valid; the server prints the valid one when it starts")
		}
		zh := in.City.ZH
		if zh == "" {
			zh = in.City.EN
		}
		if err := putSetting(ctx, tx, "city_zh", zh); err != nil {
			return err
		}
		if err := putSetting(ctx, tx, "city_en", in.City.EN); err != nil {
			return err
		}
		if err := insertOrganisation(ctx, tx, org, d.now()); err != nil {
			return err
		}
		return d.insertPerson(ctx, tx, p)
	})
}

// Synthetic reports whether the demonstration city is loaded.
func (d *Directory) Synthetic(ctx context.Context) (bool, error) {
	var n int
	err := d.db.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM organisation WHERE synthetic = TRUE LIMIT 1) AS s`).Scan(&n)
	return n > 0, err
}
