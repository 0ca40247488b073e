package taxii

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Verb is what a request wants to do.
type Verb string

// The verbs, one for each endpoint.
const (
	VerbDiscover    Verb = "discover"
	VerbRoot        Verb = "root"
	VerbStatus      Verb = "status"
	VerbCollections Verb = "collections"
	VerbCollection  Verb = "collection"
	VerbManifest    Verb = "manifest"
	VerbObjects     Verb = "objects"
	VerbAdd         Verb = "add"
	VerbObject      Verb = "object"
	VerbDelete      Verb = "delete"
	VerbVersions    Verb = "versions"
)

// Action is a request as [Options.Authorise] is asked about it.
type Action struct {
	Verb       Verb
	Root       string // "" of discovery
	Collection string // id or alias, as it is in the path
	Object     string
	Status     string
}

// Place is a collection of an API root.
type Place struct {
	Root       string
	Collection string // the id
}

// Store keeps what a server serves. The context is what [Options.Authorise] gave;
// a store answers for that caller only: a root or collection that the caller is
// not to know of is not among what it gives, and [NotFound]. Errors that are no
// [RefusalError] are told as 500.
type Store interface {
	Discovery(ctx context.Context) (Discovery, error)
	Root(ctx context.Context, root string) (APIRoot, error)
	// Collections are in an order that stays (section 3.3).
	Collections(ctx context.Context, root string) ([]Collection, error)
	// Objects are in the order in which they were added, at most q.Limit.
	Objects(ctx context.Context, at Place, q Query) (Page, error)
	// Add keeps objects and a status that tells of them and of the failures. An
	// object that is there with this version is a success and changes nothing.
	Add(ctx context.Context, at Place, objects []Object, failures []StatusDetail) (Status, error)
	// Delete takes away versions of one object, of which q names which: all where
	// it names none. Nothing to take away is [NotFound].
	Delete(ctx context.Context, at Place, object string, q Query) error
	Status(ctx context.Context, root, id string) (Status, error)
}

// Options are what a host gives to a server.
type Options struct {
	// Authorise is asked first of every request. It gives the context for the store,
	// with whatever tells who asks, or a [RefusalError].
	Authorise func(r *http.Request, a Action) (context.Context, error)
	Store     Store
	// Check may refuse an object that is written, before it reaches the store; the
	// words of the error are in the status. nil takes all.
	Check func(ctx context.Context, at Place, o Object) error
	// Fault hears of errors that the other side is not told. nil hears nothing.
	Fault func(r *http.Request, err error)

	MaxBody    int64 // octets of a request; 0 is 16 MiB
	MaxObjects int   // objects of a request; 0 is 5000
	MaxPage    int   // objects of an answer; 0 is 1000
	MaxAnswer  int64 // octets of objects in an answer, but for the first; 0 is 32 MiB
}

// Server serves TAXII below its root: /taxii2/ and /{api-root}/. A host that has it
// elsewhere strips what is before.
type Server struct{ o Options }

// NewServer makes a server; without Authorise or Store there is none.
func NewServer(o Options) (*Server, error) {
	if o.Authorise == nil || o.Store == nil {
		return nil, errors.New("taxii: a server needs Authorise and Store")
	}
	def(&o.MaxBody, 16<<20)
	def(&o.MaxObjects, 5000)
	def(&o.MaxPage, 1000)
	def(&o.MaxAnswer, 32<<20)
	if o.Check == nil {
		o.Check = func(context.Context, Place, Object) error { return nil }
	}
	if o.Fault == nil {
		o.Fault = func(*http.Request, error) {}
	}
	return &Server{o}, nil
}

func def[T int | int64](to *T, value T) {
	if *to <= 0 {
		*to = value
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.serve(w, r); err != nil {
		s.refused(w, r, err)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) error {
	action, allow, ok := route(r.Method, r.URL.Path)
	if !ok {
		return NotFound("there is no such endpoint; paths of TAXII end in a slash")
	}
	ctx, err := s.o.Authorise(r, action)
	if err != nil {
		return err
	}
	if action.Verb == "" {
		w.Header().Set("Allow", allow)
		return refuse(http.StatusMethodNotAllowed, "this endpoint has "+allow)
	}
	if !acceptable(r.Header.Values("Accept")) {
		return refuse(http.StatusNotAcceptable, "answers are "+MediaType)
	}
	switch action.Verb {
	case VerbDiscover, VerbRoot, VerbStatus, VerbCollections:
		return s.information(ctx, w, action)
	default:
		return s.collection(ctx, w, r, action)
	}
}

// route reads a path. A path that is there with another method has no verb, and
// the methods that it has.
func route(method, path string) (a Action, allow string, ok bool) {
	inner, slash := strings.CutSuffix(strings.TrimPrefix(path, "/"), "/")
	part := strings.Split(inner, "/")
	for _, p := range part {
		if !slash || p == "" || len(p) > 400 {
			return a, "", false
		}
	}
	verbs := map[string]Verb{}
	a.Root = part[0]
	switch {
	case inner == "taxii2":
		a.Root = ""
		verbs[http.MethodGet] = VerbDiscover
	case len(part) == 1:
		verbs[http.MethodGet] = VerbRoot
	case len(part) == 3 && part[1] == "status":
		a.Status = part[2]
		verbs[http.MethodGet] = VerbStatus
	case part[1] == "collections":
		collectionRoute(&a, part, verbs)
	}
	if len(verbs) == 0 {
		return a, "", false
	}
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		if verbs[m] != "" {
			methods = append(methods, m)
		}
	}
	a.Verb = verbs[method]
	return a, strings.Join(methods, ", "), true
}

func collectionRoute(a *Action, part []string, verbs map[string]Verb) {
	if len(part) > 2 {
		a.Collection = part[2]
	}
	if len(part) > 4 {
		a.Object = part[4]
	}
	switch {
	case len(part) == 2:
		verbs[http.MethodGet] = VerbCollections
	case len(part) == 3:
		verbs[http.MethodGet] = VerbCollection
	case len(part) == 4 && part[3] == "manifest":
		verbs[http.MethodGet] = VerbManifest
	case len(part) == 4 && part[3] == "objects":
		verbs[http.MethodGet], verbs[http.MethodPost] = VerbObjects, VerbAdd
	case len(part) == 5 && part[3] == "objects":
		verbs[http.MethodGet], verbs[http.MethodDelete] = VerbObject, VerbDelete
	case len(part) == 6 && part[3] == "objects" && part[5] == "versions":
		verbs[http.MethodGet] = VerbVersions
	}
}

// acceptable tells whether an Accept header takes TAXII 2.1 (RFC 9110 section
// 12.5.1). A request without one takes everything.
func acceptable(headers []string) bool {
	if len(headers) == 0 {
		return true
	}
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		if q, err := strconv.ParseFloat(parameters["q"], 64); err == nil && q == 0 {
			continue
		}
		if kind == "*/*" || kind == "application/*" || isTAXII(kind, parameters) {
			return true
		}
	}
	return false
}

func isTAXII(kind string, parameters map[string]string) bool {
	version, told := parameters["version"]
	return kind == "application/taxii+json" && (!told || version == "2.1")
}

// information answers the endpoints of section 4, and the list of collections.
func (s *Server) information(ctx context.Context, w http.ResponseWriter, a Action) error {
	var out any
	var err error
	switch a.Verb {
	case VerbDiscover:
		out, err = s.o.Store.Discovery(ctx)
	case VerbRoot:
		var root APIRoot
		root, err = s.o.Store.Root(ctx, a.Root)
		root.Versions, root.MaxContentLength = []string{MediaType}, s.o.MaxBody
		out = root
	case VerbStatus:
		out, err = s.o.Store.Status(ctx, a.Root, a.Status)
	default:
		var list []Collection
		list, err = s.o.Store.Collections(ctx, a.Root)
		out = struct {
			Collections []Collection `json:"collections,omitzero"`
		}{list}
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	send(w, status, body)
	return nil
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", MediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON of a type of its own that is not sniffed; a reader that has gone is no fault of the server
}

// refused tells an error.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, err error) {
	var told *RefusalError
	if !errors.As(err, &told) {
		s.o.Fault(r, err)
		told = refuse(http.StatusInternalServerError, "the server could not answer; its operator has the reason")
	}
	if told.Challenge != "" {
		w.Header().Set("WWW-Authenticate", told.Challenge)
	}
	if told.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((told.RetryAfter+999_999_999)/1_000_000_000)))
	}
	if err := answer(w, told.Status, told.Message); err != nil {
		s.o.Fault(r, err)
	}
}
