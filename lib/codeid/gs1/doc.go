// Package gs1 reads and writes the identification of GS1: element strings (GS1
// General Specifications, section 3), Digital Link URIs that are not compressed
// (GS1 Digital Link Standard, URI Syntax 1.4), and EPC URNs of pure identities
// (EPC Tag Data Standard 2.0, section 6). What is read is checked against the
// format of each application identifier, check digits and dates among it, and has
// one canonical form.
package gs1

import (
	"errors"
	"fmt"
)

// MaxText is how many octets a text may have that is read here.
const MaxText = 4096

// ErrSyntax is what all functions report for a text that is no such thing.
var ErrSyntax = errors.New("not in the syntax of GS1")

func syntax(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))
}
