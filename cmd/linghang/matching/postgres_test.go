package matching_test

import (
	"database/sql"
	"net/url"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// trigrams returns a database with documents and an index of trigrams, and how long that
// took. Its characters are those of UTF-8: in the locale C, pg_trgm knows no Han.
func trigrams(b *testing.B, s set) (*sql.DB, float64) {
	b.Helper()
	root := open(b, kerneltest.Postgres(b))
	const name = "trigrams"
	run(b, root, `DROP DATABASE IF EXISTS `+name)
	run(b, root, `CREATE DATABASE `+name+` TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`)
	u, err := url.Parse(kerneltest.Postgres(b))
	if err != nil {
		b.Fatal(err)
	}
	u.Path = "/" + name
	db := open(b, u.String())
	run(b, db, `CREATE EXTENSION pg_trgm`)
	run(b, db, `CREATE TABLE document (id TEXT PRIMARY KEY, body TEXT NOT NULL)`)
	began := time.Now()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range s.documents {
		if _, err := tx.Exec(`INSERT INTO document (id, body) VALUES ($1, $2)`, d.ID, d.all()); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	run(b, db, `CREATE INDEX document_body ON document USING gin (body gin_trgm_ops)`)
	took := time.Since(began).Seconds()
	run(b, db, `ANALYZE document`)
	return db, took
}

func open(b *testing.B, dsn string) *sql.DB {
	b.Helper()
	_ = sqldb.Config{} // the driver pgx is the one of sqldb
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func run(b *testing.B, db *sql.DB, statement string) {
	b.Helper()
	if _, err := db.Exec(statement); err != nil {
		b.Fatalf("%s: %v", statement, err)
	}
}

func postgres(b *testing.B, s set) answers {
	db, _ := trigrams(b, s)
	defer func() { _ = db.Close() }()
	out := answers{}
	for _, q := range s.questions {
		out[q.ID] = ids(b, db, `SELECT id FROM document ORDER BY word_similarity($1, body) DESC, id LIMIT 10`, q.Text)
	}
	return out
}

// postgresTimes returns seconds of indexing and milliseconds of the first questions.
func postgresTimes(b *testing.B, s set, n int) (seconds float64, times []float64) {
	db, seconds := trigrams(b, s)
	defer func() { _ = db.Close() }()
	run(b, db, `SET pg_trgm.word_similarity_threshold = 0.3`)
	for _, q := range s.questions[:n] {
		began := time.Now()
		ids(b, db, `SELECT id FROM document WHERE $1 <% body ORDER BY word_similarity($1, body) DESC, id LIMIT 10`, q.Text)
		times = append(times, float64(time.Since(began).Microseconds())/1000)
	}
	return seconds, times
}

func ids(b *testing.B, db *sql.DB, query, text string) []string {
	b.Helper()
	rows, err := db.Query(query, text)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			b.Fatal(err)
		}
		list = append(list, id)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return list
}
