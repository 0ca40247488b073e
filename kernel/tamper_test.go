package kernel

import (
	"testing"

	"linghang/kernel/audit"
	"linghang/kernel/sqldb"
)

// tamper records three acts and takes the second away.
func tamper(t *testing.T, k *Kernel) {
	t.Helper()
	ctx := t.Context()
	for range 3 {
		if err := k.audit.Append(ctx, audit.NewEntry(ctx, "act", "object", "done")); err != nil {
			t.Fatal(err)
		}
	}
	for _, db := range k.sql.DBs() {
		if db.Room() != k.audit.Room() {
			continue
		}
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM audit_entry WHERE seq = 2`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
