package sigma

import (
	"fmt"
	"strings"
)

// Place is where in a file something stands. Lines and columns count from 1;
// 0 means that it is not known.
type Place struct {
	File   string
	Line   int
	Column int
}

// String gives file:line:column.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Fault says why a document is refused: where, which part, what is wrong and
// how to mend it.
type Fault struct {
	Place
	Rule string // title or id of the document, where known
	Part string // path inside the document, such as detection.selection.Image|re
	What string
	Mend string
}

// String gives all of it in one line.
func (f Fault) String() string {
	var b strings.Builder
	at := f.Place
	b.WriteString(at.String())
	if f.Part != "" {
		b.WriteString(": " + f.Part)
	}
	b.WriteString(": " + f.What)
	if f.Mend != "" {
		b.WriteString("; " + f.Mend)
	}
	return b.String()
}

// Faults are several faults.
type Faults []Fault

// String gives the first faults, one a line.
func (f Faults) String() string {
	const shown = 20
	var lines []string
	for i, one := range f {
		if i == shown {
			lines = append(lines, fmt.Sprintf("and %d more", len(f)-shown))
			break
		}
		lines = append(lines, one.String())
	}
	return strings.Join(lines, "\n")
}

// orNil gives no error for no faults.
func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return &ParseError{Faults: f}
}

// ParseError says that documents of a file are refused, and why.
type ParseError struct{ Faults Faults }

// Error gives the first faults, one a line.
func (e *ParseError) Error() string { return e.Faults.String() }

func refused(f Fault) error { return &ParseError{Faults: Faults{f}} }
