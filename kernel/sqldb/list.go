package sqldb

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/fault"
)

// ListParams are the query parameters that every list takes.
type ListParams struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many items at most"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before"`
	Sort   string `query:"sort" maxLength:"40" doc:"Field to sort by; a leading - turns the order"`
	Q      string `query:"q" maxLength:"200" doc:"Text to search for"`
}

// usualLimit is how many items a page has when nobody says: the default above.
const usualLimit = 50

// Page is one page of a list.
type Page[T any] struct {
	Items      []T    `json:"items" nullable:"false"`
	NextCursor string `json:"next_cursor" doc:"Empty on the last page"`
	Total      int    `json:"total" doc:"How many items pass the filters"`
}

// Row is what a scan function reads one row from.
type Row interface {
	Scan(dest ...any) error
}

// All reads and closes rows.
func All[T any](rows *sql.Rows, scan func(Row) (T, error)) ([]T, error) {
	defer rows.Close() //nolint:errcheck // Err below tells what matters
	items := []T{}
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("scan row: %w", err)
		}
		items = append(items, item)
	}
	return items, rows.Err()
}

// List is a query that can be filtered, sorted and paged by key. Conditions
// use ? for their arguments.
type List struct {
	Select string            // columns, without SELECT
	From   string            // tables and joins
	Key    string            // unique text column that breaks ties
	Sort   map[string]string // field → SQL expression that is never NULL
	Order  string            // default sort, such as "-at"
	Search []string          // text columns that q looks into
	Words  string            // one that holds small letters only: looked into as it is, in half the time

	where   []string
	counted map[int]string // conditions that are written otherwise for counting
	args    []any
}

// Where adds a condition; every ? takes the next argument.
func (l *List) Where(condition string, args ...any) *List {
	l.where = append(l.where, "("+condition+")")
	l.args = append(l.args, args...)
	return l
}

// WhereCounting adds a condition that means the same written in two ways, with the same
// arguments: for a page, which is read in its order and stops, and for counting, which
// looks at everything.
func (l *List) WhereCounting(page, counted string, args ...any) *List {
	if l.counted == nil {
		l.counted = map[int]string{}
	}
	l.counted[len(l.where)] = "(" + counted + ")"
	return l.Where(page, args...)
}

// WhereIf adds a condition on a value when the value is not empty.
func (l *List) WhereIf(condition, value string) *List {
	if value == "" {
		return l
	}
	return l.Where(condition, value)
}

// Nest adds the conditions of l, wrapped in before and after, to another list.
func (l *List) Nest(outer *List, before, after string) {
	outer.Where(before+strings.Join(l.where, " AND ")+after, l.args...)
}

type cursor struct {
	Sort  string `json:"s"`
	Value any    `json:"v"`
	Key   string `json:"k"`
}

// Fetch reads one page.
func Fetch[T any](ctx context.Context, db *DB, l List, p ListParams, scan func(Row) (T, error)) (Page[T], error) {
	l.where, l.args = slices.Clone(l.where), slices.Clone(l.args)
	l.search(p.Q, db.dialect)
	order := p.Sort
	if order == "" {
		order = l.Order
	}
	field, down := strings.CutPrefix(order, "-")
	expr, ok := l.Sort[field]
	if !ok {
		return Page[T]{}, fault.New(fault.Invalid, "kernel.list.sort", "this list cannot be sorted by %q", field).
			At("query.sort", "use one of %s", strings.Join(sortedKeys(l.Sort), ", "))
	}
	total := 0
	if err := db.QueryRow(ctx, number("SELECT COUNT(*) FROM "+l.From+l.counting()), l.args...).Scan(&total); err != nil {
		return Page[T]{}, fmt.Errorf("count list: %w", err)
	}
	if err := l.after(p.Cursor, order, expr, down); err != nil {
		return Page[T]{}, err
	}
	if total == 0 { // to look through everything once more would find nothing
		return Page[T]{Items: []T{}}, nil
	}
	direction := " ASC"
	if down {
		direction = " DESC"
	}
	limit := min(p.Limit, 500)
	if limit <= 0 {
		limit = usualLimit
	}
	query := "SELECT " + expr + ", " + l.Key + ", " + l.Select + " FROM " + l.From + l.clause() +
		" ORDER BY " + expr + direction + ", " + l.Key + direction + " LIMIT " + strconv.Itoa(limit+1)
	rows, err := db.Query(ctx, number(query), l.args...)
	if err != nil {
		return Page[T]{}, fmt.Errorf("read list: %w", err)
	}
	var keys []cursor
	items, err := All(rows, func(r Row) (T, error) {
		k := cursor{Sort: order}
		item, err := scan(keyed{row: r, key: &k})
		keys = append(keys, k)
		return item, err
	})
	if err != nil {
		return Page[T]{}, fmt.Errorf("read list: %w", err)
	}
	page := Page[T]{Items: items, Total: total}
	if len(items) > limit {
		page.Items = items[:limit]
		page.NextCursor = keys[limit-1].encode()
	}
	return page, nil
}

type keyed struct {
	row Row
	key *cursor
}

func (k keyed) Scan(dest ...any) error {
	return k.row.Scan(append([]any{&k.key.Value, &k.key.Key}, dest...)...)
}

func (c cursor) encode() string {
	if b, ok := c.Value.([]byte); ok {
		c.Value = string(b)
	}
	data, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func (l *List) after(text, order, expr string, down bool) error {
	if text == "" {
		return nil
	}
	bad := fault.New(fault.Invalid, "kernel.list.cursor", "the cursor does not belong to this list").
		At("query.cursor", "start again without a cursor")
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return bad
	}
	var c cursor
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if dec.Decode(&c) != nil || c.Sort != order {
		return bad
	}
	if n, ok := c.Value.(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			c.Value = i
		} else if f, err := n.Float64(); err == nil {
			c.Value = f
		}
	}
	switch c.Value.(type) {
	case string, bool, int64, float64:
	default:
		return bad
	}
	op := ">"
	if down {
		op = "<"
	}
	l.Where(expr+" "+op+" ? OR ("+expr+" = ? AND "+l.Key+" "+op+" ?)", c.Value, c.Value, c.Key)
	return nil
}

func (l *List) search(q string, d Dialect) {
	q = strings.ToLower(strings.TrimSpace(q))
	if q == "" || len(l.Search) == 0 && l.Words == "" {
		return
	}
	if l.Words != "" && d == Postgres {
		l.Where("strpos("+l.Words+", ?) > 0", q)
		return
	}
	pattern := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(q) + "%"
	if l.Words != "" { // instr takes half as long again
		l.Where(l.Words+` LIKE ? ESCAPE '\'`, pattern)
		return
	}
	var conditions []string
	var args []any
	for _, column := range l.Search {
		conditions = append(conditions, "LOWER("+column+`) LIKE ? ESCAPE '\'`)
		args = append(args, pattern)
	}
	l.Where(strings.Join(conditions, " OR "), args...)
}

func (l *List) clause() string { return clause(l.where) }

// counting is the clause by which items are counted.
func (l *List) counting() string {
	where := slices.Clone(l.where)
	for i, condition := range l.counted {
		where[i] = condition
	}
	return clause(where)
}

func clause(where []string) string {
	if len(where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(where, " AND ")
}

// number turns ? into $1, $2, …
func number(query string) string {
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
