package taxii

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// memory keeps everything in memory. Its clock goes on by a microsecond every
// second object, so that some are added at the same time.
type memory struct {
	mutex     sync.Mutex
	entries   map[string][]Entry
	statuses  map[string]Status
	positions int64
	fault     error
	busy      int // requests that are refused before one is served
}

const (
	open   = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
	inbox  = "52892447-4d7e-4f70-b94d-d7f22742ff63"
	closed = "472c94ae-3113-4e3e-a4dd-a9f4ac7471d4"
)

func newMemory() *memory {
	return &memory{entries: map[string][]Entry{}, statuses: map[string]Status{}}
}

func (m *memory) Discovery(context.Context) (Discovery, error) {
	return Discovery{Title: "City", Contact: "值班室", Default: "/api1/", APIRoots: []string{"/api1/"}}, m.fault
}

func (m *memory) Root(_ context.Context, root string) (APIRoot, error) {
	if root != "api1" {
		return APIRoot{}, NotFound("there is no such API root")
	}
	return APIRoot{Title: "Responders"}, nil
}

func (m *memory) Collections(ctx context.Context, root string) ([]Collection, error) {
	if _, err := m.Root(ctx, root); err != nil {
		return nil, err
	}
	if ctx.Value(caller{}) == "stranger" {
		return nil, nil
	}
	return []Collection{
		{ID: open, Title: "Indicators", Alias: "indicators", CanRead: true, CanWrite: true, MediaTypes: []string{ObjectType}},
		{ID: inbox, Title: "Reports", CanWrite: true},
		{ID: closed, Title: "Sealed"},
	}, nil
}

func (m *memory) Objects(_ context.Context, at Place, q Query) (Page, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.fault != nil {
		return Page{}, m.fault
	}
	return Select(m.entries[at.Collection], q)
}

func (m *memory) Add(_ context.Context, at Place, objects []Object, failures []StatusDetail) (Status, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var id [16]byte
	_, _ = rand.Read(id[:])
	id[6], id[8] = id[6]&15|64, id[8]&63|128
	h := hex.EncodeToString(id[:])
	s := Status{ID: fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:]), Status: StatusComplete, RequestTimestamp: Stamp(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)), Failures: failures}
	for _, o := range objects {
		s.Successes = append(s.Successes, StatusDetail{ID: o.ID, Version: o.Version})
		if slices.ContainsFunc(m.entries[at.Collection], func(e Entry) bool { return e.ID == o.ID && e.Version == o.Version }) {
			continue
		}
		m.positions++
		added := time.Date(2026, 3, 1, 0, 0, 0, int(m.positions/2)*1000, time.UTC)
		m.entries[at.Collection] = append(m.entries[at.Collection], Entry{o, added, m.positions})
	}
	s.SuccessCount, s.FailureCount = len(s.Successes), len(s.Failures)
	s.TotalCount = s.SuccessCount + s.FailureCount
	m.statuses[s.ID] = s
	return s, nil
}

func (m *memory) Delete(_ context.Context, at Place, object string, q Query) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	q.IDs = []string{object}
	if len(q.Versions) == 0 {
		q.Versions = []string{VersionAll}
	}
	gone, err := Select(m.entries[at.Collection], q)
	if err != nil {
		return err
	}
	if len(gone.Entries) == 0 {
		return NotFound("there is no such object in this collection")
	}
	m.entries[at.Collection] = slices.DeleteFunc(m.entries[at.Collection], func(e Entry) bool {
		return slices.ContainsFunc(gone.Entries, func(g Entry) bool { return g.Position == e.Position })
	})
	return nil
}

func (m *memory) Status(_ context.Context, _, id string) (Status, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if s, ok := m.statuses[id]; ok {
		return s, nil
	}
	return Status{}, NotFound("there is no such status")
}

type caller struct{}

// authorise takes Basic with the password of the house.
func (m *memory) authorise(r *http.Request, _ Action) (context.Context, error) {
	user, password, _ := r.BasicAuth()
	if password != "secret" {
		return nil, Unauthorized(`Basic realm="taxii"`, "a name and a password are needed")
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.busy > 0 {
		m.busy--
		return nil, Busy(3*time.Second, "come again")
	}
	return context.WithValue(r.Context(), caller{}, user), nil
}

func check(_ context.Context, _ Place, o Object) error {
	if o.Type == "x-bad" {
		return errors.New("bad objects are not taken")
	}
	return nil
}
