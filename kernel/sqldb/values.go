package sqldb

import (
	"context"
	"fmt"
	"strings"
)

// InsertAll inserts rows with few statements instead of one for each. into is the statement
// up to VALUES; all rows have as many columns.
func (tx *Tx) InsertAll(ctx context.Context, into string, rows [][]any) error {
	return tx.insert(ctx, into, "", rows)
}

// InsertMissing is InsertAll without the rows whose key is there already, even if somebody else inserts them now.
func (tx *Tx) InsertMissing(ctx context.Context, into string, rows [][]any) error {
	return tx.insert(ctx, into, ` ON CONFLICT DO NOTHING`, rows)
}

func (tx *Tx) insert(ctx context.Context, into, otherwise string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	columns := len(rows[0])
	most := max(1, (statementLength-len(into)-len(otherwise))/(6*columns+4)) // of what is parsed once and run again
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		args := make([]any, 0, len(part)*columns)
		for _, row := range part {
			args = append(args, row...)
		}
		if _, err := tx.Exec(ctx, into+` VALUES `+Values(len(part), columns)+otherwise, args...); err != nil {
			return err
		}
	}
	return nil
}

// Marks returns n placeholders from a number on: $3, $4, …
func Marks(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// Values returns rows × columns placeholders: ($1, $2), ($3, $4), …
func Values(rows, columns int) string {
	list := make([]string, rows)
	for i := range list {
		list[i] = "(" + Marks(1+i*columns, columns) + ")"
	}
	return strings.Join(list, ", ")
}
