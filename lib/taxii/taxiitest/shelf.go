// Package taxiitest has a server of TAXII 2.1 for tests of those who read from one, as net/http/httptest has of HTTP.
package taxiitest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"linghang/lib/taxii"
)

// The one collection of a shelf, and who may read it until it says otherwise. A page of it holds three objects.
const (
	Root       = "/api1/"
	Collection = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
	User       = "city"
	Password   = "secret"
)

// Shelf is a server with one collection that is read, which counts what it is asked, and fails when it is told to.
type Shelf struct {
	*httptest.Server
	mu       sync.Mutex
	entries  []taxii.Entry
	password string
	good     int // pages that are answered before the server fails, -1: all
	asked    []taxii.Query
}

// NewShelf starts a shelf, and ends it with the test.
func NewShelf(t testing.TB) *Shelf {
	t.Helper()
	s := &Shelf{password: Password, good: -1}
	handler, err := taxii.NewServer(taxii.Options{Store: store{s}, MaxPage: 3, Authorise: s.authorise})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

// Add puts objects on the shelf that were added at one time: pages part them.
func (s *Shelf) Add(t testing.TB, at time.Time, objects ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, raw := range objects {
		o, err := taxii.ReadObject([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		s.entries = append(s.entries, taxii.Entry{Object: o, Added: at, Position: int64(len(s.entries) + 1)})
	}
}

// Set says which password it takes from now on, and after how many pages it fails (-1: never), and forgets what it was asked.
func (s *Shelf) Set(password string, good int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password, s.good, s.asked = password, good, nil
}

// Asked is what was asked of the collection since Set.
func (s *Shelf) Asked() []taxii.Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *Shelf) authorise(r *http.Request, _ taxii.Action) (context.Context, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name, password, _ := r.BasicAuth(); name != User || password != s.password {
		return nil, taxii.Unauthorized(`Basic realm="shelf"`, "who are you")
	}
	return r.Context(), nil
}

// store is a shelf as the server sees it.
type store struct{ *Shelf }

func (store) Discovery(context.Context) (taxii.Discovery, error) {
	return taxii.Discovery{Title: "Province", Default: Root, APIRoots: []string{Root}}, nil
}

func (store) Root(context.Context, string) (taxii.APIRoot, error) {
	return taxii.APIRoot{Title: "Province"}, nil
}

func (store) Collections(context.Context, string) ([]taxii.Collection, error) {
	return []taxii.Collection{{ID: Collection, Title: "Shelf", CanRead: true}}, nil
}

func (s store) Objects(_ context.Context, _ taxii.Place, q taxii.Query) (taxii.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, q)
	if s.good == 0 {
		return taxii.Page{}, taxii.BadRequest("the disk is full")
	}
	if s.good > 0 {
		s.good--
	}
	return taxii.Select(s.entries, q)
}

func (store) Add(context.Context, taxii.Place, []taxii.Object, []taxii.StatusDetail) (taxii.Status, error) {
	return taxii.Status{}, taxii.Forbidden("nothing is taken here")
}

func (store) Delete(context.Context, taxii.Place, string, taxii.Query) error {
	return taxii.Forbidden("nothing is deleted here")
}

func (store) Status(context.Context, string, string) (taxii.Status, error) {
	return taxii.Status{}, taxii.NotFound("there is no such status")
}
