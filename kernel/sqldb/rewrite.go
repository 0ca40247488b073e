package sqldb

import (
	"context"
	"fmt"
)

// Column names a text column whose values can be rewritten one by one.
type Column struct {
	Table string
	Key   string // unique text column
	Name  string
	Where string // which rows; empty for all
}

// Rewrite replaces the values of a column page by page, beside other work: a
// value that changed meanwhile is left as it is. next returns the new value, or
// done when the present one stays. It returns how many values were replaced.
func (db *DB) Rewrite(ctx context.Context, c Column, next func(value string) (again string, done bool, err error)) (n int, err error) {
	where := ""
	if c.Where != "" {
		where = " AND (" + c.Where + ")"
	}
	after := ""
	for {
		rows, err := db.Query(ctx, `SELECT `+c.Key+`, `+c.Name+` FROM `+c.Table+` WHERE `+c.Key+` > $1`+where+` ORDER BY `+c.Key+` LIMIT 500`, after)
		if err != nil {
			return n, fmt.Errorf("read %s.%s: %w", c.Table, c.Name, err)
		}
		page, err := All(rows, func(r Row) (pair [2]string, err error) {
			err = r.Scan(&pair[0], &pair[1])
			return pair, err
		})
		if err != nil {
			return n, err
		}
		if len(page) == 0 {
			return n, nil
		}
		for _, row := range page {
			after = row[0]
			again, done, err := next(row[1])
			if err != nil {
				return n, fmt.Errorf("rewrite %s.%s of %s: %w", c.Table, c.Name, row[0], err)
			}
			if done {
				continue
			}
			err = db.Write(ctx, func(tx *Tx) error {
				_, err := tx.Exec(ctx, `UPDATE `+c.Table+` SET `+c.Name+` = $1 WHERE `+c.Key+` = $2 AND `+c.Name+` = $3`, again, row[0], row[1])
				return err
			})
			if err != nil {
				return n, fmt.Errorf("store %s.%s of %s: %w", c.Table, c.Name, row[0], err)
			}
			n++
		}
	}
}
