package httpd

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// Problem is the body of every refusal (RFC 9457) with the key that the web translates.
type Problem struct { //nolint:errname // RFC 9457 and the API document call it so
	Type      string         `json:"type" doc:"about:blank: the key says what it is"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail,omitempty"`
	Key       string         `json:"key" doc:"Translation key"`
	Params    map[string]any `json:"params,omitempty" doc:"Values for the translated sentence"`
	Errors    []fault.Field  `json:"errors,omitempty" doc:"What is wrong where, and how to mend it"`
	RequestID string         `json:"request_id,omitempty"`

	retryAfter int
	cause      error
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// Unwrap returns what the problem was made from.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.retryAfter)}}
}

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func statusOf(k fault.Kind) int {
	switch k {
	case fault.BadRequest:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.Precondition:
		return http.StatusPreconditionFailed
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.PreconditionRequired:
		return http.StatusPreconditionRequired
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// problemOf turns an error into the problem that the caller sees. What is no
// fault stays in the log; the caller gets the request's number to ask about.
func problemOf(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	p := newProblem(ctx, err)
	noteFailure(ctx, p)
	return p
}

func newProblem(ctx context.Context, err error) *Problem {
	p := ProblemOf(err)
	if p.RequestID == "" {
		p.RequestID = RequestID(ctx)
	}
	return p
}

// ProblemOf returns what a caller is told about err, over whatever protocol.
func ProblemOf(err error) *Problem {
	if ready, ok := errors.AsType[*Problem](err); ok {
		return ready
	}
	err = sqldb.Refined(err) // readers of a room do not tell a server that is away from a broken question
	f := fault.As(err)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		f = fault.New(fault.TooLarge, "kernel.body.too_large", "the body is larger than %d bytes", tooLarge.Limit).With("limit", tooLarge.Limit)
	case f == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)): // too late, or nobody listens any more
		f = fault.New(fault.Unavailable, "kernel.timeout", "the answer took too long; try again").After(5)
	case f == nil:
		f = fault.New(fault.Internal, "kernel.internal", "something went wrong on our side; give the request number to the operator")
	}
	status := statusOf(f.Kind)
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: f.Message, Key: f.Key,
		Params: f.Params, Errors: f.Fields, retryAfter: f.RetryAfter, cause: err,
	}
}

// Answer writes what a Raw handler made as JSON, or the problem of err.
func Answer(w http.ResponseWriter, r *http.Request, status int, v any, err error) {
	if err != nil {
		Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who has gone needs no answer
}

// Refuse writes the problem of err; for Raw handlers.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := newProblem(r.Context(), err)
	noteFailure(r.Context(), p)
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		return // the caller has gone
	}
}

// restate gives the validator's own refusals the shape of all others.
func restate(c huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &Problem{
		Type: "about:blank", Title: m.Title, Status: m.Status, Detail: m.Detail,
		Key: "kernel.request.invalid", RequestID: RequestID(c.Context()),
	}
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		p.Key = "kernel.body.too_large"
	case http.StatusUnsupportedMediaType:
		p.Key = "kernel.body.media_type"
	case http.StatusBadRequest:
		p.Key = "kernel.request.unreadable"
	}
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, fault.Field{Location: e.Location, Message: e.Message, Value: shown(e.Location, e.Value)})
	}
	return p, nil
}

func problemResponse(api huma.API) *huma.Response {
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{
		Description: "Refused", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
	}
}

// shown is what a problem repeats of a wrong value: single values, none of a
// place that holds a secret, and no objects, which may have secrets in them.
func shown(location string, value any) any {
	place := strings.ToLower(location)
	for _, word := range []string{"password", "secret", "token", "body.current", "body.new", "body.code", "authorization"} {
		if strings.HasSuffix(place, word) {
			return nil
		}
	}
	switch value.(type) {
	case string, bool, float64, int, int64:
		return value
	}
	return nil
}
