package pull

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/egress"
)

func fetcher(t *testing.T, allow ...string) *Fetcher {
	t.Helper()
	g, err := egress.New("test", allow, "", Timeout)
	if err != nil {
		t.Fatal(err)
	}
	return NewFetcher(g)
}

// source is a platform's program with everything that can go wrong.
func source(t *testing.T, seen *atomic.Pointer[http.Header]) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	note := func(w http.ResponseWriter, r *http.Request) {
		h := r.Header.Clone()
		seen.Store(&h)
		_, _ = fmt.Fprintf(w, "%s", r.URL.RawQuery)
	}
	mux.HandleFunc("/plain", note)
	mux.HandleFunc("/ahead", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat))
	})
	mux.HandleFunc("/gone", http.NotFound)
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "packed")
		_ = z.Close()
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<20)
		for range 64 {
			_, _ = z.Write(zeros)
		}
		_ = z.Close()
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
	})
	mux.HandleFunc("/brotli", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "br") })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for range 10 {
			_, _ = w.Write(make([]byte, 1<<20))
		}
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
	})
	mux.HandleFunc("/twice", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/to?u=/to?u=/plain", http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestWhatASourceAnswers(t *testing.T) {
	var seen, other atomic.Pointer[http.Header]
	s, second := source(t, &seen), source(t, &other)
	f := fetcher(t, "127.0.0.0/8")
	ask := func(path string, spec Spec) (string, string) {
		t.Helper()
		spec.URL = s.URL + path
		a, err := f.Fetch(t.Context(), spec, "open sesame")
		if err == nil {
			return string(a.Body), ""
		}
		fail, ok := err.(*FetchError) //nolint:errorlint // it is returned as it is
		if !ok {
			t.Fatalf("%s: %v", path, err)
		}
		if strings.Contains(fail.Detail, "sesame") {
			t.Errorf("%s tells the secret: %s", path, fail.Detail)
		}
		return "", fail.Code
	}
	is := func(path, body, code string) {
		t.Helper()
		if b, c := ask(path, Spec{Auth: AuthNone}); b != body || c != code {
			t.Errorf("%s: %q %s, want %q %s", path, b, c, body, code)
		}
	}
	is("/plain?a=1", "a=1", "")
	is("/gzip", "packed", "")
	is("/bomb", "", FailSize)
	is("/endless", "", FailSize)
	is("/cut", "", FailEncoding)
	is("/brotli", "", FailEncoding)
	is("/gone", "", FailStatus)
	is("/twice", "", "")
	is("/loop", "", FailRedirect)
	is("/to?u=file:///etc/passwd", "", FailRedirect)
	is("/to?u=http://10.0.0.1/", "", FailForbid)
	if got, _ := ask("/plain", Spec{Auth: AuthNone, Match: []string{`{__name__=~"iip_.+"}`}}); !strings.Contains(got, "match%5B%5D=") {
		t.Errorf("the selectors are asked for as %s", got)
	}
	for _, spec := range []Spec{{Auth: AuthBasic, User: "me"}, {Auth: AuthBearer}, {Auth: AuthHeader, Header: "X-Api-Key"}} {
		ask("/plain", spec)
		if h := *seen.Load(); h.Get("Authorization") == "" && h.Get("X-Api-Key") == "" {
			t.Errorf("%s: the source saw %v", spec.Auth, h)
		}
		ask("/to?u="+second.URL+"/plain", spec)
		if h := *other.Load(); h.Get("Authorization") != "" || h.Get("X-Api-Key") != "" {
			t.Errorf("%s: the secret went to another host", spec.Auth)
		}
	}
	a, err := f.Fetch(t.Context(), Spec{URL: s.URL + "/ahead"}, "")
	if err != nil || a.Skew == nil || *a.Skew < 88*time.Second || *a.Skew > 92*time.Second {
		t.Errorf("the skew is %v, %v", a.Skew, err)
	}
}

func TestPrivateNetworksAreNotAsked(t *testing.T) {
	var seen atomic.Pointer[http.Header]
	s := source(t, &seen)
	_, err := fetcher(t).Fetch(t.Context(), Spec{Auth: AuthNone, URL: s.URL + "/plain"}, "")
	if err == nil || !strings.HasPrefix(err.Error(), FailForbid) || seen.Load() != nil {
		t.Errorf("it answered: %v", err)
	}
}

func TestASecretIsNotSentInClear(t *testing.T) {
	_, err := fetcher(t).Fetch(t.Context(), Spec{Auth: AuthBearer, URL: "http://platform.invalid/"}, "open sesame")
	if err == nil || !strings.HasPrefix(err.Error(), FailPlain) {
		t.Errorf("it was sent: %v", err)
	}
}
