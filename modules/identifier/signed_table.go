package identifier

import (
	"fmt"
	"strings"
	"time"

	"linghang/kernel/attest"
)

// tableSet is the tables of a node for a national top node, as they were downloaded
// with a signature. It is not kept: tables 1 and 6 have what persons' documents say.
type tableSet struct {
	prefix   string
	day      time.Time
	made     time.Time
	language string
	rows     []tableRows
	files    []attest.File
}

// tableRows is how many rows a table has.
type tableRows struct{ number, rows int }

// statement is what is signed.
func (s *tableSet) statement() string {
	var b strings.Builder
	fmt.Fprintf(&b, "linghang tables of an identifier node\nnode %s\nday %s\nmade %s\nlanguage %s\n", s.prefix, dayOf(s.day), s.made.UTC().Format(time.RFC3339), s.language)
	for _, t := range s.rows {
		fmt.Fprintf(&b, "table %d rows %d\n", t.number, t.rows)
	}
	for _, f := range s.files {
		b.WriteString(f.Line())
	}
	return b.String()
}

// name names the download.
func (s *tableSet) name() string {
	return strings.ReplaceAll(s.prefix, "/", "-") + "-" + dayOf(s.day) + "-tables.zip"
}
