package bus

import "errors"

// ErrHandled is what a Write returns when the message in its context was
// handled before; the bus acknowledges it and nothing changes.
var ErrHandled = errors.New("message was handled before")

// ErrUnreadable is what a handler returns for an event whose form it does not
// know: trying again does not help.
var ErrUnreadable = errors.New("the event cannot be read")

// Letter is a delivery that failed.
type Letter struct {
	Consumer string
	Message  Message
	Tries    int
	Err      error // of the last try
}
