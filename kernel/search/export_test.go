package search

import (
	"context"
	"maps"

	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// Reading is a room of search over db, without a house.
func Reading(db *sqldb.DB) *Room {
	return &Room{kit: &module.Kit{}, store: documentStore{db}, index: newIndex(), limit: 100, changed: make(chan struct{}, 1)}
}

// Read reads all documents of a kind.
func (m *Room) Read(ctx context.Context, k Kind) error {
	_, err := m.walk(ctx, k)
	return err
}

// Hear takes what a room said of a document.
func (m *Room) Hear(ctx context.Context, e module.DocumentPut) error { return m.put(ctx, e) }

// Titles are those of the documents that can be found, by id.
func (m *Room) Titles(ctx context.Context) (map[string]string, error) {
	list, err := m.store.after(ctx, 0, 100)
	titles := map[string]string{}
	for _, r := range list {
		titles[r.ID] = r.Title.EN
	}
	maps.DeleteFunc(titles, func(_, title string) bool { return title == "" })
	return titles, err
}
