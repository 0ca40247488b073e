package egress_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"linghang/kernel/egress"
)

func TestPrivateNetworksAreReachedOnlyWhenTheyAreAllowed(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
	}))
	defer s.Close()
	call := func(allow ...string) (*http.Response, error) {
		g, err := egress.New("test", allow, "", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := g.Client.Do(r)
		if err == nil {
			err = resp.Body.Close()
		}
		return resp, err
	}
	if _, err := call("10.0.0.0/8"); !errors.Is(err, egress.ErrTarget) { //nolint:bodyclose // closed by call
		t.Errorf("loopback: %v", err)
	}
	if resp, err := call("127.0.0.0/8"); err != nil || resp.StatusCode != http.StatusFound { //nolint:bodyclose // closed by call
		t.Errorf("allowed: %v; a redirect is not followed", err)
	}
	if _, err := egress.New("test", []string{"127.0.0.1"}, "", time.Second); err == nil {
		t.Error("an address that is no network was taken")
	}
}
