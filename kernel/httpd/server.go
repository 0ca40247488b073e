package httpd

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/audit"
	"linghang/kernel/identity"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/kernel/trace"
)

// Config tells the door what it opens into.
type Config struct {
	Directory *identity.Directory
	Audit     *audit.Log
	Seal      *seal.Keyring // of answers that are kept for repeats; they may hold secrets
	Log       *slog.Logger
	Metrics   prometheus.Registerer
	Version   string
	// TrustProxy reads the caller's address from X-Forwarded-For.
	TrustProxy bool
	// Trace begins the spans of requests; nil traces nothing.
	Trace *trace.Tracer
	// Limits bound requests per caller; zero is no bound.
	Limits Limits
	// Fit refuses requests to rooms that this process cannot do right now; nil refuses none.
	Fit func(ctx context.Context) error
	// Timeout bounds a request that does not stream; zero means 30 seconds.
	Timeout time.Duration
}

// Paths that begin so are whole as they are: protocols fix the ones (RFC 8615), and
// the others are printed on things, where every letter takes room.
const (
	wellKnown = "/.well-known/"
	printed   = "/id/"
	taxii     = "/taxii2/" // TAXII 2.1, section 4.1: where clients look first
)

// whole tells paths that are as they are, and not below their room's.
func whole(path string) bool {
	return strings.HasPrefix(path, wellKnown) || strings.HasPrefix(path, printed) || strings.HasPrefix(path, taxii)
}

// Server routes requests to rooms.
type Server struct {
	cfg     Config
	mux     *http.ServeMux
	api     huma.API
	routes  []MountedRoute
	metrics metrics
	limiter limiter
	// lists are the patterns of lists that can be downloaded.
	lists map[string]bool
	// second says which downloads need a second person; the zero value lets all go.
	second Second
	// machine finds out whose certificate a connection showed; nil knows none.
	machine func(r *http.Request, certificate *x509.Certificate) (identity.Identity, error)
}

// MountedRoute is a route with the room it belongs to.
type MountedRoute struct {
	Room string
	Path string // the whole path
	Route
}

// New returns a server without routes.
func New(cfg Config) *Server {
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Fit == nil {
		cfg.Fit = func(context.Context) error { return nil }
	}
	s := &Server{cfg: cfg, mux: http.NewServeMux(), lists: map[string]bool{}, metrics: newMetrics(cfg.Metrics), limiter: newLimiter(cfg.Limits)}
	hc := huma.DefaultConfig("Linghang 领航", cfg.Version)
	hc.OpenAPIPath, hc.DocsPath, hc.SchemasPath = "", "", ""
	hc.CreateHooks = nil // no $schema fields in answers
	hc.Transformers = []huma.Transformer{restate}
	hc.Info.Description = "The API of a city's industrial internet. Sign in for a session cookie, or send a token as Authorization: Bearer lh_…"
	hc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie},
		"token":   {Type: "http", Scheme: "bearer"},
	}
	hc.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	s.api = huma.NewAPI(hc, adapter{s})
	return s
}

// schemaName keeps types of different rooms apart: plan.target is PlanTarget.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := t.PkgPath()
	if !strings.HasPrefix(pkg, "linghang/") || strings.HasSuffix(pkg, "/lang") || t.Name() == "" || strings.Contains(t.Name(), "[") {
		return name
	}
	room := pkg[strings.LastIndexByte(pkg, '/')+1:]
	return strings.ToUpper(room[:1]) + room[1:] + strings.ToUpper(name[:1]) + name[1:]
}

// TrustMachines lets machines act by their certificates, which identify checks
// at every request. Call it before serving.
func (s *Server) TrustMachines(identify func(r *http.Request, certificate *x509.Certificate) (identity.Identity, error)) {
	s.machine = identify
}

// Mount adds the routes of a room; the empty room is /api itself, the
// path / of a room the room itself. A route without a permission, or with one
// that nobody declared, is refused.
func (s *Server) Mount(room string, db *sqldb.DB, routes []Route) error {
	for _, r := range routes {
		known := r.Permission == identity.Public || r.Permission == identity.SignedIn || s.cfg.Directory.Catalogue().Known(r.Permission)
		if r.Permission == "" || !known {
			return fmt.Errorf("route %s of %s asks for the permission %q, which nobody declares", r.Pattern, room, r.Permission)
		}
		if err := r.Handler.check(); err != nil {
			return fmt.Errorf("route %s of %s: %w", r.Pattern, room, err)
		}
		m := MountedRoute{Room: room, Path: strings.TrimSuffix(strings.TrimSuffix("/api/"+room, "/")+r.Path(), "/"), Route: r}
		if whole(r.Path()) {
			m.Path = r.Path()
		}
		s.routes = append(s.routes, m)
		op := huma.Operation{
			OperationID: operationID(m), Method: r.Method(), Path: strings.ReplaceAll(m.Path, "...}", "}"), Summary: r.Summary, Tags: []string{room},
			// The door bounds time and size too, for bodies that are read by hand.
			MaxBodyBytes: r.bodyLimit() + 1, BodyReadTimeout: -1,
			Metadata: map[string]any{"route": m, "db": db},
			Extensions: map[string]any{
				"x-permission": r.Permission,
			},
			Responses: map[string]*huma.Response{"default": problemResponse(s.api)},
		}
		if r.Permission != identity.Public {
			op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
		}
		r.Handler.register(s.api, op)
	}
	return nil
}

func operationID(m MountedRoute) string {
	path := strings.NewReplacer("...}", "", "{", "", "}", "", "/", "-", ".", "-").Replace(strings.Trim(m.Path, "/"))
	return strings.ToLower(m.Method()) + "-" + strings.TrimPrefix(path, "api-")
}

// Routes returns everything that is mounted.
func (s *Server) Routes() []MountedRoute { return s.routes }

// OpenAPI returns the OpenAPI 3.1 document of all routes.
func (s *Server) OpenAPI() ([]byte, error) {
	doc, err := json.MarshalIndent(s.api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write OpenAPI document: %w", err)
	}
	return append(doc, '\n'), nil
}

// Handle serves what is no route of a room: the web, health, metrics.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// Handler returns the whole door.
func (s *Server) Handler() http.Handler { return s.outer(s.mux) }

// Serve answers on the listener until ctx ends, then lets running requests
// finish for at most the grace period; event streams, which would never
// finish, end at once.
func (s *Server) Serve(ctx context.Context, l net.Listener, grace time.Duration) error {
	stopping := make(chan struct{})
	base := context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, stopping)
	srv := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog:    slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return base },
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	stop, done := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer done()
	close(stopping)
	err := srv.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		return srv.Close()
	}
	return err
}

type stoppingKey struct{}

// stopping returns a channel that is closed when the server begins to stop.
func stopping(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(stoppingKey{}).(chan struct{})
	return c
}

// adapter registers huma's operations behind the door.
type adapter struct{ s *Server }

func (a adapter) Handle(op *huma.Operation, handle func(huma.Context)) {
	m, _ := op.Metadata["route"].(MountedRoute)
	db, _ := op.Metadata["db"].(*sqldb.DB)
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handle(humago.NewContext(op, r, w))
	})
	if cols := m.Handler.columns(); len(cols) > 0 {
		list := h
		a.s.lists[op.Method+" "+m.Path] = true
		release := func(r *http.Request, rows int) error { return a.s.release(r, m, rows) }
		h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("export") {
				exporter{columns: cols, list: list, release: release}.ServeHTTP(w, r)
				return
			}
			list.ServeHTTP(w, r)
		})
	}
	a.s.mux.Handle(op.Method+" "+m.Path, a.s.door(m, db, h))
}

func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.s.mux.ServeHTTP(w, r) }

func unwrap(c huma.Context) (*http.Request, http.ResponseWriter) { return humago.Unwrap(c) }
