package record

import (
	"errors"

	"linghang/kernel/fault"
)

// ErrForgotten says that the log begins behind the changes that were asked for:
// whoever follows must take a snapshot and go on from there.
var ErrForgotten = errors.New("the log of changes begins later")

// errDamaged is in the chain when what is stored cannot be read.
var errDamaged = errors.New("what is stored is damaged")

// refuse makes the fault for changes that cannot be made as they are.
func refuse(what, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "identifier.record."+what, format, args...)
}

func errStopping() error {
	return fault.New(fault.Unavailable, "kernel.stopping", "the server is stopping").After(2)
}

// caused is a fault with what it comes from, which its message tells already.
type caused struct {
	fault *fault.Error
	cause error
}

// Error returns the message of the fault.
func (c caused) Error() string { return c.fault.Error() }

// Unwrap lets both be found.
func (c caused) Unwrap() []error { return []error{c.fault, c.cause} }
