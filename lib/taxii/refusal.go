package taxii

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RefusalError is an error that the other side is told (section 3.6). Hooks and stores
// give one; any other error of theirs is told as 500 without its words. The client
// gives the one that a server told.
type RefusalError struct {
	Status     int // of HTTP
	Message    Message
	Challenge  string        // WWW-Authenticate, with 401
	RetryAfter time.Duration // with 429 and 503; 0 is not told
}

// Error gives the status and the words.
func (r *RefusalError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("taxii: %d %s: %s", r.Status, r.Message.Title, r.Message.Description), ": ")
}

func refuse(status int, description string) *RefusalError {
	return &RefusalError{Status: status, Message: Message{Title: http.StatusText(status), Description: description, HTTPStatus: strconv.Itoa(status)}}
}

// BadRequest says what of a request is not understood.
func BadRequest(description string) error { return refuse(http.StatusBadRequest, description) }

// Unauthorized asks for authentication by a challenge such as Basic realm="taxii".
func Unauthorized(challenge, description string) error {
	r := refuse(http.StatusUnauthorized, description)
	r.Challenge = challenge
	return r
}

// Forbidden says that the caller may not.
func Forbidden(description string) error { return refuse(http.StatusForbidden, description) }

// NotFound says that something is not there, or that the caller is not to know.
func NotFound(description string) error { return refuse(http.StatusNotFound, description) }

// Unprocessable says that objects cannot be taken.
func Unprocessable(description string) error {
	return refuse(http.StatusUnprocessableEntity, description)
}

// Busy asks to come again after a time.
func Busy(after time.Duration, description string) error {
	r := refuse(http.StatusServiceUnavailable, description)
	r.RetryAfter = after
	return r
}
