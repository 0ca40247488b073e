package sqldb_test

import (
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// Who reads up to what has settled does not see what was begun later before what was begun earlier.
func TestNothingOvertakesWhatTakesLong(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		// The times of rows stand for marks that rise with time.
		put := func(id string, wait <-chan struct{}, began chan<- struct{}) error {
			return db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name, at) VALUES ($1, '', $2)`, id, time.Now().UnixMilli()); err != nil {
					return err
				}
				close(began)
				<-wait
				return nil
			})
		}
		over := make(chan struct{})
		close(over)
		hold, begun, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() { done <- put("early", hold, begun) }()
		<-begun
		late := make(chan error, 1)
		go func() { late <- put("late", over, make(chan struct{})) }()
		if db.Dialect() == sqldb.Postgres { // where it overtakes
			if err := <-late; err != nil {
				t.Fatal(err)
			}
		}
		seen := func() (n int) {
			until, err := db.Settled(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := db.QueryRow(t.Context(), `SELECT COUNT(*) FROM thing WHERE at < $1`, until.UnixMilli()).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := seen(); n != 0 {
			t.Errorf("%d rows are seen while an earlier one is being written", n)
		}
		close(hold)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if db.Dialect() == sqldb.SQLite {
			if err := <-late; err != nil {
				t.Fatal(err)
			}
		}
		kerneltest.Wait(t, "both rows", func() bool { return seen() == 2 })
	})
}
