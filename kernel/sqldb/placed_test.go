package sqldb

import "testing"

func TestArgumentsInOrderNeedNoNames(t *testing.T) {
	f := func(d Dialect, query, want string) {
		t.Helper()
		if got := d.placed(query); got != want {
			t.Errorf("%q became %q, want %q", query, got, want)
		}
	}
	f(SQLite, "SELECT 1", "SELECT 1")
	f(SQLite, "VALUES ($1, $2), ($3, $4)", "VALUES (?, ?), (?, ?)")
	f(SQLite, "a = $1 OR b = $1", "a = ?1 OR b = ?1")
	f(SQLite, "a = $2 AND b = $1", "a = ?2 AND b = ?1")
	f(SQLite, "a = $1 AND b = $2 AND c = $12", "a = ?1 AND b = ?2 AND c = ?12")
	f(Postgres, "VALUES ($1, $2)", "VALUES ($1, $2)")
}
