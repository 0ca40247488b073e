package httpd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

const maxBody = 1 << 20

// visit is what the door knows about a request; handlers may add to it.
type visit struct {
	id      string
	ip      string
	device  string
	secure  bool
	failure *Problem
	// recorded is set once the audit entry went with a change.
	recorded bool
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// RequestID returns the number of the request, under which the log speaks of it.
func RequestID(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.id
	}
	return ""
}

// ClientIP returns the caller's address.
func ClientIP(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.ip
	}
	return ""
}

// Secure reports whether the caller's connection cannot be read on its way: it
// is TLS, here or at the proxy that is believed, or does not leave the machine.
func Secure(ctx context.Context) bool {
	v := visitOf(ctx)
	return v != nil && v.secure
}

// Device returns the cookie by which the caller's browser is known again.
func Device(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.device
	}
	return ""
}

func noteFailure(ctx context.Context, p *Problem) {
	if v := visitOf(ctx); v != nil {
		v.failure = p
	}
}

// outer is the part of the door that every request passes, routed or not.
func (s *Server) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{id: ulid.Make().String(), ip: s.clientIP(r), device: cookieOf(r, deviceCookie), secure: s.isSecure(r)}
		ctx, span := s.traced(r, v)
		r = r.WithContext(context.WithValue(ctx, visitKey{}, v))
		h := w.Header()
		h.Set("X-Request-Id", v.id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'")
		tw := &tallyWriter{ResponseWriter: w, status: http.StatusOK}
		start := time.Now()
		defer func() {
			if p := recover(); p != nil {
				s.recovered(tw, r, p)
			}
			s.account(tw, r, v, time.Since(start))
			conclude(span, r, v, tw.status)
		}()
		next.ServeHTTP(tw, r)
	})
}

// recovered answers a request whose handler panicked; the process goes on.
func (s *Server) recovered(w *tallyWriter, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	s.cfg.Log.ErrorContext(r.Context(), "a handler panicked", "request", RequestID(r.Context()), "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	if !w.wrote {
		Refuse(w, r, fmt.Errorf("panic: %v", p))
	}
}

func (s *Server) account(w *tallyWriter, r *http.Request, v *visit, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = "unmatched"
	}
	s.metrics.observe(route, w.status, took)
	level := slog.LevelDebug
	attrs := []any{"request", v.id, "method", r.Method, "path", r.URL.Path, "status", w.status, "ms", took.Milliseconds(), "ip", v.ip}
	if w.status >= 500 {
		level = slog.LevelError
		if v.failure != nil && v.failure.cause != nil {
			attrs = append(attrs, "error", v.failure.cause.Error())
		}
	}
	s.cfg.Log.Log(r.Context(), level, "request", attrs...)
}

// door is the part that every route passes: who asks, may they, how much, how
// long, and the record of what they changed.
func (s *Server) door(m MountedRoute, db *sqldb.DB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.admit(r, m)
		if err == nil {
			err = s.cfg.Fit(r.Context())
		}
		if err != nil {
			Refuse(w, r, err)
			return
		}
		id, err := s.authenticate(r, m)
		if err == nil {
			err = s.limiter.from(id, time.Now())
		}
		if err != nil {
			Refuse(w, r, err)
			return
		}
		ctx := identity.With(r.Context(), id)
		if !m.Stream {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, s.cfg.Timeout)
			defer cancel()
		}
		r = r.WithContext(ctx)
		if !id.May(m.Permission) {
			s.refuse(w, r, m, id)
			return
		}
		if m.StepUp && !id.IsFresh(time.Now()) {
			Refuse(w, r, identity.StepUp(id))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, m.bodyLimit()+1)
		if err := boundDepth(r, m.typed()); err != nil {
			Refuse(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		if !changes(r.Method) {
			if m.Sensitive || id.Known() && m.downloads(r) {
				if err := s.cfg.Audit.Append(r.Context(), s.reading(r, m)); err != nil {
					Refuse(w, r, err)
					return
				}
			}
			next.ServeHTTP(w, r)
			return
		}
		s.change(w, r, m, db, next)
	})
}

// downloads tells whether a whole list is taken away: who did is recorded, whatever it is of.
func (m MountedRoute) downloads(r *http.Request) bool {
	return r.URL.Query().Has("export") && len(m.Handler.columns()) > 0
}

func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, m MountedRoute, id identity.Identity) {
	if !id.Known() {
		Refuse(w, r, fault.New(fault.Unauthorized, "kernel.sign_in", "sign in first"))
		return
	}
	if changes(r.Method) {
		e := s.entry(r, m, "refused")
		e.Detail = "kernel.permission"
		if err := s.cfg.Audit.Append(r.Context(), e); err != nil {
			Refuse(w, r, err)
			return
		}
	}
	Refuse(w, r, fault.New(fault.Forbidden, "kernel.permission", "this needs the permission %s", m.Permission).With("permission", m.Permission))
}

func (s *Server) entry(r *http.Request, m MountedRoute, outcome string) audit.Entry {
	e := audit.NewEntry(r.Context(), m.Method()+" "+m.Path, r.URL.Path, outcome)
	v := visitOf(r.Context())
	e.IP, e.RequestID, e.Permission = v.ip, v.id, m.Permission
	return e
}

// reading is the record of somebody who looks at what not everybody may see. It
// is on the disk before they do; readings that come together share one commit.
func (s *Server) reading(r *http.Request, m MountedRoute) audit.Entry {
	e := s.entry(r, m, "read")
	if q := r.URL.RawQuery; q != "" {
		e.Detail = "query " + q[:min(len(q), 500)]
	}
	return e
}

// change runs a changing route. The audit entry joins the transaction of the
// change; where there was none, it is written before the answer leaves.
func (s *Server) change(w http.ResponseWriter, r *http.Request, m MountedRoute, db *sqldb.DB, next http.Handler) {
	if m.Recorded != "" {
		next.ServeHTTP(w, r)
		return
	}
	ctx, err := s.recorded(r, m)
	if err != nil {
		Refuse(w, r, err)
		return
	}
	r = r.WithContext(ctx)
	key := r.Header.Get("Idempotency-Key")
	if key != "" && m.Method() == http.MethodPost {
		s.once(w, r, m, db, key, next)
		return
	}
	next.ServeHTTP(w, r)
	if tw, ok := w.(*tallyWriter); ok {
		s.conclude(r, m, tw.status)
	}
}

// recorded returns a context whose change takes the audit entry of a route with it.
func (s *Server) recorded(r *http.Request, m MountedRoute) (context.Context, error) {
	v := visitOf(r.Context())
	// The person's key is at hand before the change begins.
	known, err := s.cfg.Audit.Concealed(r.Context(), s.entry(r, m, "done"))
	if err != nil {
		return nil, err
	}
	return sqldb.WithCompanion(r.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		e := s.entry(r.WithContext(ctx), m, "done")
		if e.Actor == known.Actor {
			e.ActorName, e.IP = known.ActorName, known.IP
		}
		e.Changes = audit.Differences(tx.Changes())
		v.recorded = true
		if tx.Room() == s.cfg.Audit.Room() {
			return s.cfg.Audit.AppendTx(ctx, tx, e)
		}
		e, err := s.cfg.Audit.Concealed(sqldb.Alone(ctx), e)
		if err != nil {
			return err
		}
		return tx.Emit(ctx, audit.Recorded{Entry: e})
	}), nil
}

// conclude records an act that wrote nothing through the room's database.
func (s *Server) conclude(r *http.Request, m MountedRoute, status int) {
	if visitOf(r.Context()).recorded || status >= 400 {
		return
	}
	if err := s.cfg.Audit.Append(sqldb.Alone(r.Context()), s.entry(r, m, "done")); err != nil {
		s.cfg.Log.Error("an act could not be recorded", "request", RequestID(r.Context()), "error", err)
	}
}

// once makes a change at most once under an Idempotency-Key and answers
// repeats with the first answer. The key is claimed in the change's transaction.
func (s *Server) once(w http.ResponseWriter, r *http.Request, m MountedRoute, db *sqldb.DB, key string, next http.Handler) {
	ctx := r.Context()
	if len(key) > 200 {
		Refuse(w, r, fault.New(fault.Invalid, "kernel.idempotency.key", "an Idempotency-Key has at most 200 characters").
			At("header.Idempotency-Key", "shorten it"))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		Refuse(w, r, fmt.Errorf("read body: %w", err))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	full := digest(identity.From(ctx).Actor(), key)
	request := digest(r.Method, r.URL.String(), string(body))
	if s.replay(w, r, db, full, request) {
		return
	}
	ctx = sqldb.WithCompanion(ctx, func(ctx context.Context, tx *sqldb.Tx) error { return tx.Claim(ctx, full, request, RequestID(ctx)) })
	rec := &recorder{header: w.Header(), status: http.StatusOK}
	next.ServeHTTP(rec, r.WithContext(ctx))
	if rec.status < 400 {
		if err := s.remember(ctx, db, full, rec); err != nil {
			s.cfg.Log.Warn("an answer could not be kept for repeats", "request", RequestID(ctx), "error", err)
		}
	}
	// Another replica may have been making this very change; then this refusal
	// is no news to the caller, and the first answer is.
	if rec.status == http.StatusConflict && s.replay(w, r, db, full, request) {
		return
	}
	s.conclude(r, m, rec.status)
	w.WriteHeader(rec.status)
	_, _ = w.Write(rec.body.Bytes()) // the caller may have gone
}

const answerPurpose = "httpd.answer"

// remember keeps an answer for repeats, sealed: it may be the only one that ever
// shows a new secret.
func (s *Server) remember(ctx context.Context, db *sqldb.DB, key string, rec *recorder) error {
	sealed, err := s.cfg.Seal.Seal(sqldb.Alone(ctx), answerPurpose, rec.body.Bytes())
	if err != nil {
		return err
	}
	return db.Remember(sqldb.Alone(ctx), key, rec.status, sealed)
}

// replay answers a request whose key was used before, and says whether it did.
func (s *Server) replay(w http.ResponseWriter, r *http.Request, db *sqldb.DB, key, request string) bool {
	a, found, err := db.Recall(r.Context(), key)
	switch {
	case err != nil:
		Refuse(w, r, err)
	case !found:
		return false
	case a.RequestHash != request:
		Refuse(w, r, fault.New(fault.Invalid, "kernel.idempotency.reused", "this Idempotency-Key was used for another request").
			At("header.Idempotency-Key", "use a new key for a new request"))
	case a.Status == 0 && a.Body == RequestID(r.Context()):
		return false // the claim of this request itself, whose next change was refused
	case a.Status == 0:
		Refuse(w, r, fault.New(fault.Conflict, "kernel.idempotency.done", "the change was made; its answer is no longer known, read the object"))
	default:
		s.repeat(w, r, a)
	}
	return true
}

func (s *Server) repeat(w http.ResponseWriter, r *http.Request, a sqldb.Answer) {
	body := []byte(a.Body)
	if seal.IsSealed(a.Body) { // an earlier release kept answers in clear, for a day
		var err error
		if body, err = s.cfg.Seal.Open(r.Context(), answerPurpose, a.Body); err != nil {
			Refuse(w, r, err)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(a.Status)
	_, _ = w.Write(body) // the caller may have gone
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = io.WriteString(h, strconv.Itoa(len(p))+":"+p) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil))
}

// tallyWriter remembers how an answer went.
type tallyWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (w *tallyWriter) WriteHeader(status int) {
	w.status, w.wrote = status, true
	w.ResponseWriter.WriteHeader(status)
}

func (w *tallyWriter) Write(p []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *tallyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
