package bus

import "errors"

// ErrHandled is what a Write returns when the message in its context was
// handled before; the bus acknowledges it and nothing changes.
var ErrHandled = errors.New("message was handled before")
