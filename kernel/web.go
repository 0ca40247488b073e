package kernel

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"linghang/kernel/fault"
	"linghang/kernel/health"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/live"
	"linghang/kernel/module"
)

// mountOwn adds what belongs to no room: live notices, the API document,
// health, metrics and the web.
func (k *Kernel) mountOwn() error {
	var topics []live.Topic
	for _, r := range k.rooms {
		topics = append(topics, r.manifest.Topics...)
	}
	err := k.server.Mount("", k.kits["system"].DB, []module.Route{
		{
			Pattern: "GET /live", Permission: identity.SignedIn, Stream: true, Summary: "Server-sent events: notices by topic",
			Handler: httpd.Raw("", httpd.Events(k.hub, topics, k.share)),
		},
	})
	if err != nil {
		return fmt.Errorf("mount the kernel's own routes: %w", err)
	}
	k.server.Handle("GET /api/openapi.json", http.HandlerFunc(k.serveOpenAPI))
	k.server.Handle("/api/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpd.Refuse(w, r, fault.New(fault.NotFound, "kernel.route", "there is no %s %s; /api/openapi.json lists what there is", r.Method, r.URL.Path))
	}))
	for _, name := range []string{"openid-configuration", "oauth-authorization-server"} {
		k.server.Handle("GET /.well-known/"+name, k.oidc.Discovery())
	}
	k.server.Handle("GET /healthz", http.HandlerFunc(k.serveHealth))
	k.server.Handle("GET /readyz", http.HandlerFunc(k.serveReady))
	k.server.Handle("GET /metrics", http.HandlerFunc(k.serveMetrics))
	if k.house.Web != nil {
		k.server.Handle("/", site{k.house.Web})
	}
	return nil
}

func (k *Kernel) serveOpenAPI(w http.ResponseWriter, r *http.Request) {
	doc, err := k.server.OpenAPI()
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(doc) // the caller may have gone
}

// serveHealth says how the process is. What exactly is the matter is for those
// who may read the metrics: it names addresses.
func (k *Kernel) serveHealth(w http.ResponseWriter, r *http.Request) {
	reports := k.health.Last()
	if !k.trusts(r) {
		for i := range reports {
			reports[i].Note = lang.Text{}
		}
	}
	answerJSON(w, http.StatusOK, map[string]any{"status": "alive", "state": health.Worst(reports), "components": reports})
}

// serveReady says whether requests can be answered: what they need answers now.
func (k *Kernel) serveReady(w http.ResponseWriter, r *http.Request) {
	faults := map[string]lang.Text{}
	if !k.started.Load() {
		faults["kernel"] = lang.Text{ZH: "正在启动或停止", EN: "starting or stopping"}
	}
	for _, p := range k.health.ReadVital(r.Context()) {
		if p.State == health.Down {
			faults[p.ID] = lang.Text{ZH: p.Title.ZH + "不可用", EN: p.Title.EN + ": down"}
		}
	}
	status, word := http.StatusOK, "ready"
	if len(faults) > 0 {
		status, word = http.StatusServiceUnavailable, "not ready"
	}
	answerJSON(w, status, map[string]any{"status": word, "faults": faults})
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may have gone
}

// serveMetrics answers the machine itself, and others with a token that holds
// system.metrics.view: the numbers tell strangers too much.
func (k *Kernel) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if !k.trusts(r) {
		httpd.Refuse(w, r, fault.New(fault.Unauthorized, "kernel.metrics", "metrics need a token with system.metrics.view"))
		return
	}
	k.measureOutboxes(r)
	promhttp.HandlerFor(k.metrics, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// trusts reports whether the caller may know how the process is inside.
func (k *Kernel) trusts(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err == nil && net.ParseIP(host).IsLoopback() && r.Header.Get("X-Forwarded-For") == "" {
		return true
	}
	secret, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !given {
		return false
	}
	id, err := k.directory.Bearer(r.Context(), secret)
	return err == nil && id.May("system.metrics.view")
}

// site serves the built web: hashed assets for ever, everything else through
// index.html or screen.html, so that addresses of pages work when reloaded.
type site struct{ files fs.FS }

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if !s.has(name) {
		if strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r)
			return
		}
		name = "index.html"
		if page, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); page != "" && s.has(page+".html") {
			name = page + ".html"
		}
	}
	w.Header().Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && s.has(name+".gz") {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Vary", "Accept-Encoding")
		if kind := typeOf(name); kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		name += ".gz"
	}
	http.ServeFileFS(w, r, s.files, name) //nolint:gosec // the files are embedded, and has() found the name in them
}

func (s site) has(name string) bool {
	info, err := fs.Stat(s.files, name)
	return err == nil && !info.IsDir()
}

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	}
	return ""
}
