package sqldb

import (
	"fmt"
	"strings"
)

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
