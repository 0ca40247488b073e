package sqldb

import (
	"context"
	"fmt"
	"strings"
)

// InsertAll inserts rows with few statements instead of one for each. into is the statement
// up to VALUES; all rows have as many columns.
func (tx *Tx) InsertAll(ctx context.Context, into string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	columns := len(rows[0])
	most := max(1, (statementLength-len(into))/(6*columns+4)) // of what is parsed once and run again
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		args := make([]any, 0, len(part)*columns)
		for _, row := range part {
			args = append(args, row...)
		}
		if _, err := tx.Exec(ctx, into+` VALUES `+Values(len(part), columns), args...); err != nil {
			return err
		}
	}
	return nil
}

// Values returns rows × columns placeholders: ($1, $2), ($3, $4), …
func Values(rows, columns int) string {
	var b strings.Builder
	n := 0
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for c := range columns {
			n++
			if c == 0 {
				fmt.Fprintf(&b, "($%d", n)
			} else {
				fmt.Fprintf(&b, ", $%d", n)
			}
		}
		b.WriteString(")")
	}
	return b.String()
}
