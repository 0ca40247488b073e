// Package httpd is the HTTP door: routes with a permission each, requests and
// answers typed by Go structs from which OpenAPI 3.1 is generated, problem
// details (RFC 9457), lists that page, sort, filter and export, ETag and
// If-Match, Idempotency-Key, and server-sent events; all in one way everywhere.
package httpd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Route is one door into a room. A room lists its routes in its Manifest.
type Route struct {
	// Pattern is "POST /orders/{id}/release"; the path is below /api/<room>,
	// unless it begins with /.well-known/, /id/ or /taxii2/.
	Pattern    string
	Permission string // what it asks for; identity.Public and identity.SignedIn must be written out
	Summary    string
	Handler    Handler
	// Recorded says where a changing route keeps its own record of who did
	// what, instead of the audit log; empty for nearly all.
	Recorded string
	// Sensitive marks a reading that is recorded: who read what, when.
	Sensitive bool
	// MaxBody bounds the request body in bytes; zero means 1 MiB.
	MaxBody int64
	// Stream lifts the time limit for routes that answer for long.
	Stream bool
	// StepUp asks persons for a factor proven within the last minutes, for acts
	// that a stolen session must not be enough for.
	StepUp bool
	// Owing lists the needs with which a session may call the route; nearly all
	// routes are for sessions that owe nothing.
	Owing []identity.Need
	// OwnKey marks routes that authenticate by keys of their own room, not by
	// session or token; the room checks them. A machine's certificate comes
	// through as who is asking.
	OwnKey bool
	// Basic lets a token come as the password of HTTP Basic (RFC 7617), for protocols
	// whose clients know nothing else.
	Basic bool
	// Renewal marks the one route that looks at a machine's certificate itself,
	// because it takes some that are good for nothing else any more.
	Renewal bool
}

// Method returns the HTTP method of the pattern.
func (r Route) Method() string {
	method, _, _ := strings.Cut(r.Pattern, " ")
	return method
}

// bodyLimit is how many bytes of a request are read.
func (r Route) bodyLimit() int64 {
	if r.MaxBody == 0 {
		return maxBody
	}
	return r.MaxBody
}

// Path returns the path of the pattern below the room.
func (r Route) Path() string {
	_, path, _ := strings.Cut(r.Pattern, " ")
	return path
}

// typed tells routes whose body is JSON, whatever its type is said to be.
func (r Route) typed() bool {
	_, raw := r.Handler.(rawHandler)
	return !raw
}

// Handler answers a route. Make one with JSON, Created, List or Raw.
type Handler interface {
	register(api huma.API, op huma.Operation)
	columns() []column
	check() error
}

// Nothing is the answer of a route that has none (204).
type Nothing struct{}

// Versioned is an answer that can be edited; its version becomes the ETag.
type Versioned interface {
	ETag() int64
}

// Object is embedded in the input of routes whose path names one object.
type Object struct {
	ID string `path:"id" maxLength:"40"`
}

// IfMatch is embedded in the input of routes that edit a versioned object.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"40" doc:"The ETag that was read; changes made meanwhile are refused with 412"`
}

// Expected returns the version in If-Match.
func (i IfMatch) Expected() (int64, error) {
	if i.IfMatch == "" {
		return 0, fault.New(fault.PreconditionRequired, "kernel.if_match.missing", "this change needs If-Match").
			At("header.If-Match", "send the ETag of the object as you read it")
	}
	text := strings.Trim(strings.TrimPrefix(i.IfMatch, "W/"), `"`)
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.Precondition, "kernel.stale", "If-Match %s is no version of this object", i.IfMatch)
	}
	return v, nil
}

type jsonHandler[I, O any] struct {
	status int
	call   func(ctx context.Context, in I) (O, error)
}

// JSON answers with what call returns: 200 and the value as JSON, or 204 for Nothing.
func JSON[I, O any](call func(ctx context.Context, in I) (O, error)) Handler {
	return jsonHandler[I, O]{http.StatusOK, call}
}

// Created answers like JSON, with 201.
func Created[I, O any](call func(ctx context.Context, in I) (O, error)) Handler {
	return jsonHandler[I, O]{http.StatusCreated, call}
}

// CookieSetter is an answer that also gives the browser cookies.
type CookieSetter interface {
	Cookies() []*http.Cookie
}

type output[O any] struct {
	ETag      string   `header:"ETag"`
	SetCookie []string `header:"Set-Cookie"`
	Body      O
}

func (h jsonHandler[I, O]) register(api huma.API, op huma.Operation) {
	if _, none := any(*new(O)).(Nothing); none {
		op.DefaultStatus = http.StatusNoContent
		huma.Register(api, op, func(ctx context.Context, in *I) (*struct{}, error) {
			_, err := h.call(ctx, *in)
			return nil, problemOf(ctx, err)
		})
		return
	}
	op.DefaultStatus = h.status
	huma.Register(api, op, func(ctx context.Context, in *I) (*output[O], error) {
		body, err := h.call(ctx, *in)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		out := &output[O]{Body: body}
		if v, ok := any(body).(Versioned); ok {
			out.ETag = `"` + strconv.FormatInt(v.ETag(), 10) + `"`
		}
		if c, ok := any(body).(CookieSetter); ok {
			for _, cookie := range c.Cookies() {
				out.SetCookie = append(out.SetCookie, cookie.String())
			}
		}
		return out, nil
	})
}

func (jsonHandler[I, O]) columns() []column { return nil }

// check refuses types whose fields the door would silently not see.
func (jsonHandler[I, O]) check() error {
	return errors.Join(visible(reflect.TypeFor[I]()), visible(reflect.TypeFor[O]()))
}

func visible(t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		if f.Anonymous && !f.IsExported() {
			return fmt.Errorf("%s embeds %s, which is not exported: its fields would be left out", t, f.Type)
		}
		if f.Anonymous {
			if err := visible(f.Type); err != nil {
				return err
			}
		}
	}
	return nil
}

type listHandler[I, T any] struct {
	jsonHandler[I, sqldb.Page[T]]
}

// List answers a page of items. The same address with export=csv or
// export=xlsx downloads the whole filtered list; columns are the item's fields
// that have a title tag ("中文|English").
func List[I, T any](call func(ctx context.Context, in I) (sqldb.Page[T], error)) Handler {
	return listHandler[I, T]{jsonHandler[I, sqldb.Page[T]]{http.StatusOK, call}}
}

func (h listHandler[I, T]) columns() []column { return columnsOf(reflect.TypeFor[T](), "") }

func (h listHandler[I, T]) register(api huma.API, op huma.Operation) {
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: "export", In: "query", Description: "Download the whole filtered list",
		Schema: &huma.Schema{Type: "string", Enum: []any{"csv", "xlsx"}},
	})
	h.jsonHandler.register(api, op)
}

type rawHandler struct {
	http.Handler
	consumes string
	body     reflect.Type // of a JSON body, for the document; nil otherwise
}

// Raw answers by itself: protocols, uploads, downloads, event streams.
// consumes is the media type of the request body, empty when there is none.
func Raw(consumes string, h http.Handler) Handler { return rawHandler{h, consumes, nil} }

// RawOf is Raw with a JSON body of type I, which the document describes.
func RawOf[I any](h http.Handler) Handler {
	return rawHandler{h, "application/json", reflect.TypeFor[I]()}
}

func (h rawHandler) register(api huma.API, op huma.Operation) {
	op.Responses = map[string]*huma.Response{"200": {Description: "OK"}, "default": problemResponse(api)}
	if h.consumes != "" {
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{h.consumes: {}}}
	}
	if h.body != nil {
		op.RequestBody.Content[h.consumes].Schema = api.OpenAPI().Components.Schemas.Schema(h.body, true, h.body.Name())
	}
	for _, name := range pathParameters(op.Path) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	api.OpenAPI().AddOperation(&op)
	api.Adapter().Handle(&op, func(c huma.Context) {
		r, w := unwrap(c)
		h.ServeHTTP(w, r.WithContext(c.Context()))
	})
}

func (rawHandler) columns() []column { return nil }
func (rawHandler) check() error      { return nil }

func pathParameters(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			names = append(names, strings.TrimSuffix(strings.Trim(part, "{}"), "..."))
		}
	}
	return names
}
