package sqldb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Personal says where a room keeps something about persons, so that it can be
// copied for them and erased with them.
type Personal struct {
	Table   string
	Person  string   // text column that names the person: by ID, or as person:<ID>
	Columns []string // text columns that are erased
	Show    []string // further columns of a copy
	Drop    bool     // the whole row goes with the person
	Where   string   // which rows; empty for all
}

// ErasedName stands where somebody was named who was erased.
const ErasedName = "已擦除 (erased)"

// personalRows bounds a copy; nobody reads more.
const personalRows = 10_000

func (p Personal) where() string {
	clause := ` WHERE ` + p.Person + ` IN ($1, $2)`
	if p.Where != "" {
		clause += ` AND (` + p.Where + `)`
	}
	return clause
}

// PersonalRows returns what is kept about a person, as text.
func (db *DB) PersonalRows(ctx context.Context, p Personal, person string) ([]map[string]string, error) {
	names := append(append([]string{}, p.Show...), p.Columns...)
	cast := make([]string, len(names))
	for i, n := range names {
		cast[i] = `CAST(` + n + ` AS TEXT)`
	}
	rows, err := db.Query(ctx, `SELECT `+strings.Join(cast, ", ")+` FROM `+p.Table+p.where()+fmt.Sprintf(` LIMIT %d`, personalRows), person, "person:"+person)
	if err != nil {
		return nil, fmt.Errorf("read what %s.%s keeps of a person: %w", db.room, p.Table, err)
	}
	return All(rows, func(r Row) (map[string]string, error) {
		values, to := make([]string, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		err := r.Scan(to...)
		row := map[string]string{}
		for i, n := range names {
			row[n] = values[i]
		}
		return row, err
	})
}

// ForgetPerson erases what is kept about a person; once more does no harm. Where no
// column names anybody there is nothing to erase: such rows are for a copy only.
func (db *DB) ForgetPerson(ctx context.Context, p Personal, person string) error {
	if !p.Drop && len(p.Columns) == 0 {
		return nil
	}
	query := `DELETE FROM ` + p.Table + p.where()
	args := []any{person, "person:" + person}
	if !p.Drop {
		sets := make([]string, len(p.Columns))
		for i, c := range p.Columns {
			sets[i] = c + ` = CASE WHEN ` + c + ` = '' THEN '' ELSE $3 END`
		}
		query = `UPDATE ` + p.Table + ` SET ` + strings.Join(sets, ", ") + p.where()
		args = append(args, ErasedName)
	}
	err := db.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what %s.%s keeps of a person: %w", db.room, p.Table, err)
	}
	return nil
}

// ForgetEvents drops events that were sent and hold one of the words, or both
// words of a pair. waiting says that some were not sent yet.
func (db *DB) ForgetEvents(ctx context.Context, words []string, pairs [][2]string) (waiting bool, err error) {
	var parts []string
	var args []any
	like := func(word string) string {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)+"%")
		return fmt.Sprintf(`data LIKE $%d ESCAPE '\'`, len(args))
	}
	for _, w := range words {
		parts = append(parts, like(w))
	}
	for _, p := range pairs {
		parts = append(parts, `(`+like(p[0])+` AND `+like(p[1])+`)`)
	}
	if len(parts) == 0 {
		return false, nil
	}
	held := `(` + strings.Join(parts, " OR ") + `)`
	var left int
	err = db.write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM kernel_outbox WHERE sent_at > 0 AND `+held, args...); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM kernel_outbox WHERE `+held, args...).Scan(&left)
	})
	if err != nil {
		return false, fmt.Errorf("forget events of %s: %w", db.room, err)
	}
	return left > 0, nil
}

// flushFor is how long a flush is tried again.
const flushFor = 30 * time.Second

// Flush moves what was changed out of SQLite's journal into the file, so that
// the journal does not keep what was erased. PostgreSQL does that by itself.
func (db *DB) Flush(ctx context.Context) (err error) {
	if db.dialect == Postgres {
		return nil
	}
	one, err := openSQLite(ctx, db.path(), "", 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, one.Close()) }()
	ctx, stop := context.WithTimeout(ctx, flushFor)
	defer stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		// SQLite waits for readers, and not for another checkpoint.
		var busy, pages, moved int
		if err := one.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
			return fmt.Errorf("flush database of %s: %w", db.room, err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("flush database of %s: somebody reads it: %w", db.room, ctx.Err())
		}
	}
}
