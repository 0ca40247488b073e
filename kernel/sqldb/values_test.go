package sqldb_test

import (
	"fmt"
	"testing"

	"linghang/kernel/sqldb"
)

// More rows than one statement takes, and some whose key is there.
func TestManyRowsAreInsertedAllOrThoseThatAreMissing(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		rows := func(from, until int) (list [][]any) {
			for i := from; i < until; i++ {
				list = append(list, []any{fmt.Sprint(i), fmt.Sprintf("from %d", from)})
			}
			return list
		}
		const into = `INSERT INTO thing (id, name)`
		ctx := t.Context()
		for name, write := range map[string]func(tx *sqldb.Tx) error{
			"all":     func(tx *sqldb.Tx) error { return tx.InsertAll(ctx, into, rows(0, 2000)) },
			"none":    func(tx *sqldb.Tx) error { return tx.InsertAll(ctx, into, nil) },
			"missing": func(tx *sqldb.Tx) error { return tx.InsertMissing(ctx, into, rows(5000, 7000)) },
		} {
			if err := db.Write(ctx, write); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if err := db.Write(ctx, func(tx *sqldb.Tx) error { return tx.InsertMissing(ctx, into, rows(1000, 6000)) }); err != nil {
			t.Fatalf("those that are missing: %v", err)
		}
		if n, kept := things(t, db), count(t, db, `SELECT COUNT(*) FROM thing WHERE name <> 'from 1000'`); n != 7000 || kept != 4000 {
			t.Errorf("%d rows, of which %d are as they were; not 7000 and 4000", n, kept)
		}
		if err := db.Write(ctx, func(tx *sqldb.Tx) error { return tx.InsertAll(ctx, into, rows(6999, 9999)) }); err == nil || things(t, db) != 7000 {
			t.Errorf("with a key that is there: %v, %d rows", err, things(t, db))
		}
	})
}
