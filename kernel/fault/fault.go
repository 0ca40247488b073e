// Package fault holds the errors that a caller or a user can act upon.
//
// A fault has a kind (which the HTTP door turns into a status), a key (which
// the web translates), an English message and, for bad input, the fields that
// are wrong and how to mend them. All other errors are plain wrapped errors
// and reach nobody but the operator's log.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of refusal a fault is.
type Kind string

// The kinds, each with the HTTP status (RFC 9110, RFC 6585) it stands for.
const (
	BadRequest           Kind = "bad_request"           // 400: the request cannot be read
	Unauthorized         Kind = "unauthorized"          // 401: nobody is signed in
	Forbidden            Kind = "forbidden"             // 403: signed in, not allowed
	NotFound             Kind = "not_found"             // 404: not there, or not yours to see
	Conflict             Kind = "conflict"              // 409: against the present state
	Gone                 Kind = "gone"                  // 410: it was public, and was withdrawn
	Precondition         Kind = "precondition"          // 412: somebody changed it meanwhile
	TooLarge             Kind = "too_large"             // 413
	Unsupported          Kind = "unsupported"           // 415: media type
	Invalid              Kind = "invalid"               // 422: readable, but against the rules
	PreconditionRequired Kind = "precondition_required" // 428: If-Match is missing
	Limited              Kind = "limited"               // 429: too much, come back later
	Internal             Kind = "internal"              // 500: ours
	Unavailable          Kind = "unavailable"           // 503: come back later
)

// Field is one wrong place in the input: where, what and how to mend it.
type Field struct {
	Location string `json:"location"` // path such as body.items[3].code
	Message  string `json:"message"`
	Value    any    `json:"value,omitempty"`
}

// Error is a fault. Make one with New.
type Error struct {
	Kind    Kind
	Key     string         // <room>.<noun>.<what>, the web's translation key
	Message string         // English, for people who read the API
	Params  map[string]any // values for the translated sentence
	Fields  []Field
	// RetryAfter is how many seconds a limited or unavailable caller should wait.
	RetryAfter int
}

// New makes a fault; format and args give the English message.
func New(kind Kind, key, format string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Message: fmt.Sprintf(format, args...)}
}

// Error returns the English message.
func (e *Error) Error() string { return e.Message }

// At adds a wrong field and returns the fault.
func (e *Error) At(location, format string, args ...any) *Error {
	e.Fields = append(e.Fields, Field{Location: location, Message: fmt.Sprintf(format, args...)})
	return e
}

// With adds a value for the translated sentence and returns the fault.
func (e *Error) With(name string, value any) *Error {
	if e.Params == nil {
		e.Params = map[string]any{}
	}
	e.Params[name] = value
	return e
}

// After sets how many seconds the caller should wait and returns the fault.
func (e *Error) After(seconds int) *Error {
	e.RetryAfter = seconds
	return e
}

// As returns the fault in err's chain, or nil.
func As(err error) *Error {
	f, _ := errors.AsType[*Error](err)
	return f
}

// KindOf returns the kind of the fault in err's chain; Internal when there is none.
func KindOf(err error) Kind {
	if f := As(err); f != nil {
		return f.Kind
	}
	return Internal
}

// Is reports whether err's chain holds a fault of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
