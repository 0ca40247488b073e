package sqldb_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// What was erased leaves the journal while others write, and flush too: SQLite
// refuses a second checkpoint at once, however long it may wait.
func TestErasedRowsLeaveTheJournalWhileOthersWrite(t *testing.T) {
	dir := t.TempDir()
	engine := sqldb.New(sqldb.Config{Dir: dir})
	db := engine.DB("room")
	if err := db.Open(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 40 {
				id := fmt.Sprintf("%d-%d", w, i)
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ($1, $2)`, id, strings.Repeat("whom nobody knows ", 5000))
					return err
				})
				if err == nil {
					err = db.ForgetPerson(t.Context(), sqldb.Personal{Table: "thing", Person: "id", Drop: true}, id)
				}
				if err == nil {
					err = db.Flush(t.Context())
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if places := kerneltest.Traces(t, dir, "whom nobody knows"); len(places) > 0 {
		t.Errorf("all were erased, and there is something in %v", places)
	}
}

// Rows that only a copy shows name nobody: there is nothing to erase in them.
func TestRowsForACopyAloneAreKept(t *testing.T) {
	engine := sqldb.New(sqldb.Config{Dir: t.TempDir()})
	db := engine.DB("room")
	if err := db.Open(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ('p', 'kept')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p := sqldb.Personal{Table: "thing", Person: "id", Show: []string{"name"}}
	if err := db.ForgetPerson(t.Context(), p, "p"); err != nil {
		t.Error(err)
	}
	if rows, err := db.PersonalRows(t.Context(), p, "p"); err != nil || len(rows) != 1 || rows[0]["name"] != "kept" {
		t.Errorf("%v, %v", rows, err)
	}
}
