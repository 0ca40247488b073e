package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/sqldb"
)

// commitTime is how long a commit may take before its changes are refused.
const commitTime = 30 * time.Second

// Apply implements Store.
func (s *Rows) Apply(ctx context.Context, changes []Change, marks ...Mark) ([]uint64, error) {
	return s.queue.apply(ctx, changes, marks)
}

// commit makes the changes of a group in one transaction, beside those of other
// replicas.
func (s *Rows) commit(group []*request) error {
	ctx, cancel := context.WithTimeout(s.base, commitTime)
	defer cancel()
	var d *draft
	var start uint64
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		d = newDraft(group, time.Now().UnixMilli())
		var h head
		// The row is held until the commit, without its being changed yet.
		err := tx.QueryRow(ctx, `UPDATE record_head SET last = last WHERE one = 1 RETURNING last, written`).Scan(&h.last, &h.written)
		if err != nil {
			return fmt.Errorf("hold the head of the records: %w", err)
		}
		start = h.last
		d.begin(h)
		if err := look(ctx, tx, d); err != nil {
			return err
		}
		d.make(group)
		if d.idle() {
			return nil
		}
		return write(ctx, tx, d)
	})
	if err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	for key, turn := range d.records {
		if turn.after != turn.before {
			s.memory.renew([]byte(key), turn.after, d.last)
		}
	}
	s.advance(start, d.last)
	if !d.idle() {
		s.bell.ring()
	}
	return nil
}

// advance says that this process knows all changes up to last, if it did up to
// start: then the follower need not read them.
func (s *Rows) advance(start, last uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen >= start {
		s.seen = max(s.seen, last)
	}
}

// look tells a draft of what is there. Values are not needed to decide.
func look(ctx context.Context, tx *sqldb.Tx, d *draft) error {
	records, homes := d.keys()
	err := ask(ctx, tx, `SELECT folded, handle, change FROM record WHERE folded IN `, records, func(r sqldb.Row) error {
		var key, handle []byte
		found := &Record{}
		err := r.Scan(&key, &handle, &found.Change)
		found.Handle = string(handle)
		if err == nil {
			d.found(string(key), found)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	err = ask(ctx, tx, `SELECT folded, prefix, node, change FROM record_home WHERE folded IN `, homes, func(r sqldb.Row) error {
		var key, prefix []byte
		found := &Home{}
		err := r.Scan(&key, &prefix, &found.Node, &found.Change)
		found.Prefix = string(prefix)
		if err == nil {
			d.foundHome(string(key), found)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read homes: %w", err)
	}
	return nil
}

// write writes what a draft leaves.
func write(ctx context.Context, tx *sqldb.Tx, d *draft) error {
	var gone, left [][]any
	for key, turn := range d.records {
		switch r := turn.after; r {
		case turn.before:
		case nil:
			gone = append(gone, []any{[]byte(key)})
		default:
			left = append(left, []any{[]byte(key), []byte(r.Handle), int64(r.Change), r.At, r.Values}) //nolint:gosec // a BIGINT
		}
	}
	var unhomed, homed [][]any
	for key, turn := range d.homes {
		switch h := turn.after; h {
		case turn.before:
		case nil:
			unhomed = append(unhomed, []any{[]byte(key)})
		default:
			homed = append(homed, []any{[]byte(key), []byte(h.Prefix), h.Node, int64(h.Change)}) //nolint:gosec // a BIGINT
		}
	}
	var counts, log, marks [][]any
	for _, prefix := range slices.Sorted(maps.Keys(d.counts)) {
		counts = append(counts, []any{[]byte(prefix), d.counts[prefix]})
	}
	for i := range d.log {
		l := &d.log[i]
		log = append(log, []any{int64(l.Number), l.At, d.written, int64(l.Action), []byte(l.Handle), []byte(l.By), []byte(l.From), []byte(l.Via)}) //nolint:gosec // a BIGINT
	}
	for name, position := range d.marks {
		marks = append(marks, []any{name, int64(position)}) //nolint:gosec // checked
	}
	for _, s := range []struct {
		before, after string
		rows          [][]any
	}{
		{`DELETE FROM record WHERE folded IN (`, `)`, gone},
		{`INSERT INTO record (folded, handle, change, at, body) VALUES `, ` ON CONFLICT (folded) DO UPDATE
			SET handle = excluded.handle, change = excluded.change, at = excluded.at, body = excluded.body`, left},
		{`DELETE FROM record_home WHERE folded IN (`, `)`, unhomed},
		{`INSERT INTO record_home (folded, prefix, node, change) VALUES `, ` ON CONFLICT (folded) DO UPDATE
			SET prefix = excluded.prefix, node = excluded.node, change = excluded.change`, homed},
		{`INSERT INTO record_count (prefix, n) VALUES `, ` ON CONFLICT (prefix) DO UPDATE SET n = record_count.n + excluded.n`, counts},
		{`INSERT INTO record_log (number, at, written, action, handle, by_whom, from_here, via) VALUES `, ``, log},
		{`INSERT INTO record_mark (name, position) VALUES `, ` ON CONFLICT (name) DO UPDATE SET position = excluded.position`, marks},
	} {
		if err := run(ctx, tx, s.before, s.rows, s.after); err != nil {
			return fmt.Errorf("%.24s: %w", s.before, err)
		}
	}
	_, err := tx.Exec(ctx, `UPDATE record_head SET last = $1, written = $2 WHERE one = 1`, int64(d.last), d.written) //nolint:gosec // a BIGINT
	if err != nil {
		return fmt.Errorf("move the head of the records: %w", err)
	}
	return nil
}

// rowsMost is how many rows a statement has at most. Statements have a power of
// two of them: there are few different ones, which are parsed once.
const rowsMost = 256

// portion returns how many of so many rows come next.
func portion(rows int) int {
	n := rowsMost
	for n > rows {
		n /= 2
	}
	return n
}

// run runs a statement for all rows, each in parentheses.
func run(ctx context.Context, tx *sqldb.Tx, before string, rows [][]any, after string) error {
	for len(rows) > 0 {
		n := portion(len(rows))
		args := slices.Concat(rows[:n]...)
		if _, err := tx.Exec(ctx, before+places(n, len(rows[0]))+after, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// ask asks for the rows of all keys.
func ask(ctx context.Context, tx *sqldb.Tx, query string, keys []string, read func(sqldb.Row) error) error {
	for len(keys) > 0 {
		n := portion(len(keys))
		args := make([]any, n)
		for i, key := range keys[:n] {
			args[i] = []byte(key)
		}
		rows, err := tx.Query(ctx, query+`(`+places(n, 1)+`)`, args...)
		if err != nil {
			return err
		}
		if _, err := sqldb.All(rows, func(r sqldb.Row) (struct{}, error) { return struct{}{}, read(r) }); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// places writes ($1, $2), ($3, $4) for two rows of two columns.
func places(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i%columns != 0:
			b.WriteString(", ")
		case i == 0:
			b.WriteByte('(')
		default:
			b.WriteString("), (")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// trimMost is how many changes are forgotten in one transaction.
const trimMost = 10_000

// Trim implements Store.
func (s *Rows) Trim(ctx context.Context, before time.Time) error {
	first, err := s.First(ctx)
	if err != nil {
		return err
	}
	last, err := s.Last(ctx)
	if err != nil {
		return err
	}
	// When changes were logged never goes back from one to the next.
	n := sort.Search(int(last+1-first), func(i int) bool { //nolint:gosec // changes in the log
		var written int64
		if err == nil {
			err = s.db.QueryRow(ctx, `SELECT written FROM record_log WHERE number = $1`, int64(first)+int64(i)).Scan(&written) //nolint:gosec // a BIGINT
		}
		return err != nil || written >= before.UnixMilli()
	})
	if err != nil {
		return fmt.Errorf("look into the log of changes: %w", sqldb.Refined(err))
	}
	for from, end := int64(first), int64(first)+int64(n); from < end; { //nolint:gosec // a BIGINT
		to := min(end, from+trimMost)
		err := s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM record_log WHERE number < $1`, to)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget changes: %w", err)
		}
		from = to
	}
	return nil
}
