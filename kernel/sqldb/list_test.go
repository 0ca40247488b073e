package sqldb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"linghang/kernel/fault"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

func list() sqldb.List {
	return sqldb.List{
		Select: "id, name", From: "thing", Key: "id", Order: "name",
		Sort: map[string]string{
			"name": "name", "size": "size", "at": "at", "good": "good", "average": "(size / 2)", "sum": "(SELECT SUM(x.at) FROM thing x WHERE x.name = thing.name)",
		},
		Search: []string{"name", "id"},
	}
}

type thing struct{ ID, Name string }

func scanThing(r sqldb.Row) (thing, error) {
	var x thing
	err := r.Scan(&x.ID, &x.Name)
	return x, err
}

func fill(t *testing.T, db *sqldb.DB) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for i := range 23 {
			// Names repeat and sizes are whole numbers now and then: cursors must not mind.
			_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name, size, at, good) VALUES ($1, $2, $3, $4, $5)`,
				fmt.Sprintf("id%02d", i), fmt.Sprintf("名称 %c", 'A'+i%5), float64(i%7)/2, int64(1700000000000+i%4), i%2 == 0)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPagesTogetherAreTheWholeListOnceInOrder(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db)
		for field := range list().Sort {
			for _, order := range []string{field, "-" + field} {
				whole, err := sqldb.Fetch(t.Context(), db, list(), sqldb.ListParams{Limit: 500, Sort: order}, scanThing)
				if err != nil || len(whole.Items) != 23 || whole.Total != 23 || whole.NextCursor != "" {
					t.Fatalf("%s: %d of %d items, %v", order, len(whole.Items), whole.Total, err)
				}
				var pages []thing
				for p := (sqldb.ListParams{Limit: 4, Sort: order}); ; {
					page, err := sqldb.Fetch(t.Context(), db, list(), p, scanThing)
					if err != nil {
						t.Fatalf("%s: %v", order, err)
					}
					pages = append(pages, page.Items...)
					if p.Cursor = page.NextCursor; p.Cursor == "" || len(pages) > 30 {
						break
					}
				}
				if !slices.Equal(pages, whole.Items) {
					t.Errorf("%s: pages give %v, the whole list %v", order, pages, whole.Items)
				}
			}
		}
	})
}

func TestAListIsFilteredAndSearchedLiterally(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db)
		if err := insert(t, db, `50%_\of`); err != nil {
			t.Fatal(err)
		}
		f := func(want int, q string, filter func(*sqldb.List)) {
			t.Helper()
			l := list()
			if filter != nil {
				filter(&l)
			}
			page, err := sqldb.Fetch(t.Context(), db, l, sqldb.ListParams{Limit: 100, Q: q}, scanThing)
			if err != nil || page.Total != want || len(page.Items) != want {
				t.Errorf("q %q: %d of %d, want %d, %v", q, len(page.Items), page.Total, want, err)
			}
		}
		f(24, "", nil)
		f(5, "名称 a", nil)
		f(1, "%", nil)
		f(1, "_", nil)
		f(1, `\`, nil)
		f(0, `'; DROP TABLE thing; --`, nil)
		words := func(l *sqldb.List) { l.Search, l.Words = nil, "LOWER(name || ' ' || id)" }
		f(5, "名称 A", words)
		f(1, "%", words)
		f(1, "_", words)
		f(1, `\`, words)
		f(1, `50%_\OF`, words)
		f(0, "%称%", words)
		f(12, "", func(l *sqldb.List) { l.Where("good = ?", true) })
		f(24, "", func(l *sqldb.List) { l.WhereIf("name = ?", "") })
		f(3, "名称 a", func(l *sqldb.List) { l.Where("good = ? AND size >= ?", true, 0) })
		f(1, "", func(l *sqldb.List) {
			var inner sqldb.List
			inner.Where("x.id = ?", "id03").Nest(l, "EXISTS (SELECT 1 FROM thing x WHERE x.id = thing.id AND ", ")")
		})
	})
}

func TestAConditionMayBeCountedOtherwiseThanItIsRead(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db)
		l := list()
		l.Where("size >= ?", 0.5).WhereCounting("EXISTS (SELECT 1 FROM thing x WHERE x.id = thing.id AND x.good = ?)", "thing.id IN (SELECT x.id FROM thing x WHERE x.good = ?)", true).Where("id <> ?", "id02")
		page, err := sqldb.Fetch(t.Context(), db, l, sqldb.ListParams{Limit: 4, Q: "名称"}, scanThing)
		if err != nil || page.Total != 9 || len(page.Items) != 4 {
			t.Fatalf("%d of %d, %v", len(page.Items), page.Total, err)
		}
		next, err := sqldb.Fetch(t.Context(), db, l, sqldb.ListParams{Limit: 100, Q: "名称", Cursor: page.NextCursor}, scanThing)
		if err != nil || next.Total != page.Total || len(next.Items) != 5 {
			t.Errorf("the rest: %d of %d, %v", len(next.Items), next.Total, err)
		}
		// What is counted is counted by the second way: here it says something else.
		l = list()
		l.WhereCounting("good = ?", "good <> ?", true)
		if page, err := sqldb.Fetch(t.Context(), db, l, sqldb.ListParams{Limit: 100}, scanThing); err != nil || len(page.Items) != 12 || page.Total != 11 {
			t.Errorf("%d of %d, %v", len(page.Items), page.Total, err)
		}
	})
}

func TestAListRefusesWhatItCannotDo(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db)
		page, err := sqldb.Fetch(t.Context(), db, list(), sqldb.ListParams{Limit: 2}, scanThing)
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range map[string]sqldb.ListParams{
			"an unknown field":              {Sort: "password"},
			"a field that is SQL":           {Sort: "name; DROP TABLE thing"},
			"a cursor of another order":     {Sort: "size", Cursor: page.NextCursor},
			"a cursor that is no cursor":    {Cursor: "not base64!"},
			"a cursor that is no JSON":      {Cursor: "aGVsbG8"},
			"a cursor that holds an object": {Cursor: "eyJzIjoibmFtZSIsInYiOnt9LCJrIjoieCJ9"},
		} {
			_, err := sqldb.Fetch(t.Context(), db, list(), p, scanThing)
			f := fault.As(err)
			if f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 || !strings.HasPrefix(f.Fields[0].Location, "query.") {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

func TestAListWithoutALimitHasTheUsualOne(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db)
		page, err := sqldb.Fetch(t.Context(), db, list(), sqldb.ListParams{}, scanThing)
		if err != nil || len(page.Items) != 23 {
			t.Errorf("got %d items, %v", len(page.Items), err)
		}
	})
}

func TestMigrationsGoForwardAndEachEngineTakesItsOwn(t *testing.T) {
	first := fstest.MapFS{"0001_things.sql": tables["0001_things.sql"]}
	second := fstest.MapFS{
		"0001_things.sql":         tables["0001_things.sql"],
		"0002_note.sqlite.sql":    {Data: []byte("-- +goose Up\nALTER TABLE thing ADD COLUMN engine TEXT NOT NULL DEFAULT 'sqlite';\n")},
		"0002_note.postgres.sql":  {Data: []byte("-- +goose Up\nALTER TABLE thing ADD COLUMN engine TEXT NOT NULL DEFAULT 'postgres';\n")},
		"0003_broken_comment.txt": {Data: []byte("not a migration")},
	}
	run := func(t *testing.T, cfg sqldb.Config) {
		room := "room_" + strings.ToLower(strings.ReplaceAll(t.Name()[len(t.Name())-8:], "/", "_"))
		open := func(migrations fstest.MapFS) (*sqldb.DB, func(), error) {
			e := sqldb.New(cfg)
			db := e.DB(room)
			err := db.Open(t.Context(), migrations)
			return db, func() { _ = e.Close() }, err
		}
		db, done, err := open(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := insert(t, db, "kept"); err != nil {
			t.Fatal(err)
		}
		done()
		for range 2 { // the second start finds nothing to do
			db, done, err = open(second)
			if err != nil {
				t.Fatal(err)
			}
			var engine string
			if err := db.QueryRow(t.Context(), `SELECT engine FROM thing WHERE id = 'kept'`).Scan(&engine); err != nil || engine != string(db.Dialect()) {
				t.Errorf("got %q, %v", engine, err)
			}
			if err := db.Check(t.Context()); err != nil {
				t.Error(err)
			}
			done()
		}
		broken := fstest.MapFS{"0001_things.sql": tables["0001_things.sql"], "0002_note.sql": second["0002_note.sqlite.sql"], "0003_bad.sql": {Data: []byte("-- +goose Up\nCREATE TABLE half (id TEXT);\nCREATE TABEL other (id TEXT);\n")}}
		_, done, err = open(broken)
		done()
		if err == nil || !strings.Contains(err.Error(), room) {
			t.Errorf("a broken migration: %v", err)
		}
		db, done, err = open(second)
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		if _, err := db.Query(t.Context(), `SELECT id FROM half`); err == nil { //nolint:sqlclosecheck,rowserrcheck // there is nothing to close
			t.Error("half a migration was applied")
		}
	}
	t.Run("sqlite", func(t *testing.T) { run(t, sqldb.Config{Dir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { run(t, sqldb.Config{DSN: kerneltest.Postgres(t)}) })
}
