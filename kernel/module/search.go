package module

import (
	"context"
	"errors"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Document is what can be found: an object of a room, by its words.
type Document struct {
	Noun  string    `json:"noun"` // one of the room's Finds
	ID    string    `json:"id"`
	Title lang.Text `json:"title"`
	Tags  []string  `json:"tags,omitempty"` // codes, classes, owners
	Body  string    `json:"body,omitempty"`
	Path  string    `json:"path"` // of its page in the web
	// Permission is what one needs to see it, beside an organisation in one's scope.
	Permission    string   `json:"permission"`
	Organisations []string `json:"organisations,omitempty"`
	City          bool     `json:"city,omitempty"` // whoever holds the permission sees it
}

// Find is one kind of documents that a room puts in.
type Find struct {
	Noun  string
	Title lang.Text
	// Walk hands over every document of the kind, as it is now.
	Walk func(ctx context.Context, put func(Document) error) error
}

// DocumentPut says what can be found from now on.
type DocumentPut struct {
	Room     string   `json:"room"`
	Stamp    int64    `json:"stamp"`
	Document Document `json:"document"`
}

// Subject implements bus.Event.
func (DocumentPut) Subject() string { return "search.document.put" }

// DocumentRemoved says what can be found no longer.
type DocumentRemoved struct {
	Room  string `json:"room"`
	Stamp int64  `json:"stamp"`
	Noun  string `json:"noun"`
	ID    string `json:"id"`
}

// Subject implements bus.Event.
func (DocumentRemoved) Subject() string { return "search.document.removed" }

// Search puts documents of the room into the city's search, in the transaction
// that changes their objects.
type Search struct{ room string }

// NewSearch returns the tool of a room.
func NewSearch(room string) *Search { return &Search{room} }

// Put lets the documents be found as they are now.
func (s *Search) Put(ctx context.Context, tx *sqldb.Tx, documents ...Document) error {
	if s == nil {
		return nil // a store without a house
	}
	events := make([]bus.Event, len(documents))
	for i, d := range documents {
		if d.Noun == "" || d.ID == "" || d.Permission == "" {
			return errors.New("a document needs a noun, an id and a permission")
		}
		events[i] = DocumentPut{s.room, time.Now().UnixNano(), d}
	}
	return tx.Emit(ctx, events...)
}

// Remove lets the object be found no longer.
func (s *Search) Remove(ctx context.Context, tx *sqldb.Tx, noun, id string) error {
	if s == nil {
		return nil
	}
	return tx.Emit(ctx, DocumentRemoved{s.room, time.Now().UnixNano(), noun, id})
}
