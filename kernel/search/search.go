// Package search is the city's search (room: search): one question to all rooms,
// in Chinese and English, answered with what the asker may see and no more.
//
// Rooms put documents in with their changes (module.Search), as events that are
// kept here in order; the kinds that a Manifest names can also be walked, which
// happens once when a kind is new and every night to mend what drifted. The
// index is made of the documents in memory when the process starts, and follows
// them by position, in every replica for itself.
//
// Words: of Chinese every character and every two neighbours, of other scripts
// words in lower case without plural; width and traditional forms make no
// difference; names are also found by the first letters of their pronunciation.
// Ranking: BM25, title ×3, tags ×2, body ×1; documents with all terms, and when
// there are none, those with at least 60 % of them.
//
// Memory: about 1.8 kB for a document of 200 characters. At most limit documents
// (setting, 500,000) are in the index; more are kept and not found, and the log
// says so.
//
// Tables: document, document_position, walked. Hears: search.document.put,
// search.document.removed.
package search

import (
	"context"
	"embed"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/bus"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Kind is one kind of documents.
type Kind struct {
	Room string
	module.Find
}

// Room is the room of search.
type Room struct {
	kit      *module.Kit
	store    documentStore
	index    *index
	kinds    func() []Kind
	shared   func(ctx context.Context) (map[string]bool, error)
	limit    int
	broken   error
	position atomic.Int64 // how far the index has followed
	ready    atomic.Bool  // it has read everything once
	changed  chan struct{}
	full     atomic.Bool
}

// New returns the room; kinds are those of all rooms, complete when serving.
// shared tells which documents of others are shared with who is asking.
func New(kit *module.Kit, kinds func() []Kind, shared func(ctx context.Context) (map[string]bool, error)) *Room {
	m := &Room{kit: kit, store: documentStore{kit.DB}, index: newIndex(), kinds: kinds, shared: shared, changed: make(chan struct{}, 1)}
	settings := struct {
		Limit int `json:"limit"`
	}{500_000}
	m.broken = kit.Config(&settings)
	m.limit = settings.Limit
	kit.Metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "documents", Help: "Documents in the index of this process."},
		func() float64 { return float64(m.index.size()) }))
	return m
}

// Check reports settings that cannot work.
func (m *Room) Check() error { return m.broken }

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	return module.Manifest{
		Name: "search", Title: lang.Text{ZH: "全市搜索", EN: "Search"}, Migrations: dir,
		Permissions: []module.Permission{{
			ID: "search.rebuild", Title: lang.Text{ZH: "重建搜索索引", EN: "Rebuild the search index"}, Roles: []identity.Role{identity.Administrator},
		}},
		Routes: []module.Route{
			{Pattern: "GET /", Permission: identity.SignedIn, Summary: "What can be found, best first, with counts by kind", Handler: httpd.JSON(m.search)},
			{Pattern: "GET /suggestions", Permission: identity.SignedIn, Summary: "Objects that the beginning of a question leads to", Handler: httpd.JSON(m.suggest)},
			{Pattern: "POST /rebuild", Permission: "search.rebuild", Summary: "Read all documents from their rooms again", Stream: true, Handler: httpd.JSON(m.rebuild)},
		},
		Publishes:  []bus.Event{module.DocumentPut{}, module.DocumentRemoved{}},
		Subscribes: []module.Subscription{bus.On(m.put), bus.On(m.removed)},
		Jobs:       []module.Job{{Name: "mend", Title: lang.Text{ZH: "核对搜索索引", EN: "Compare the search with the rooms"}, Every: 24 * time.Hour, Do: m.mend}},
	}
}

func (m *Room) put(ctx context.Context, e module.DocumentPut) error {
	err := m.store.keep(ctx, stamped{record{Document: bounded(e.Document), Room: e.Room}, e.Stamp})
	m.nudge()
	return err
}

func (m *Room) removed(ctx context.Context, e module.DocumentRemoved) error {
	err := m.store.keep(ctx, stamped{removal(e.Room, e.Noun, e.ID), e.Stamp})
	m.nudge()
	return err
}

// nudge lets the index follow at once.
func (m *Room) nudge() {
	select {
	case m.changed <- struct{}{}:
	default:
	}
}
