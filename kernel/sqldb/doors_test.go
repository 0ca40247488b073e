package sqldb_test

import (
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// With many events waiting, the next ones are read in their order and not sorted out of all, on
// SQLite: the plans of PostgreSQL follow what its tables hold.
func TestWhatWaitsToBeSentIsReadInItsOrder(t *testing.T) {
	db := kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, tables)
	rows, err := db.Query(t.Context(), `EXPLAIN QUERY PLAN `+sqldb.Waiting, 100)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := sqldb.All(rows, func(r sqldb.Row) (step string, err error) {
		var a, b, c int
		err = r.Scan(&a, &b, &c, &step)
		return step, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(plan, "; "); !strings.Contains(said, "kernel_outbox_unsent") || strings.Contains(said, "TEMP B-TREE") {
		t.Errorf("the plan is: %s", said)
	}
}
