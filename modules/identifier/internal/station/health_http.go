package station

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// handler is what the node answers on its port for programs.
func (s *Station) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if s.mirror == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.health(time.Now())) // whoever asked may be gone
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if s.store != nil {
			if _, err := s.store.Last(r.Context()); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
		}
		if s.mirror != nil && !s.mirror.Whole() {
			http.Error(w, s.health(time.Now()).Reason, http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if s.measures != nil {
		mux.Handle("GET /metrics", promhttp.HandlerFor(s.measures.registry, promhttp.HandlerOpts{}))
	}
	mux.Handle("/", s.rest)
	return mux
}
