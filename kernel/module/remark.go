package module

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Remarked is a kind of objects of a room that people comment on.
type Remarked struct {
	Noun  string // such as target; others name the kind <room>.<noun>
	Title lang.Text
	// View is the permission that one needs to see objects of the kind; whoever
	// is mentioned in a comment holds it.
	View string
	// Find returns an object as the caller sees it, or NotFound.
	Find func(ctx context.Context, id string) (RemarkedObject, error)
	// Earlier hands over comments that the room kept by itself before; nil for
	// none. It is read at every start, and each comment is taken over once.
	Earlier func(ctx context.Context, put func(EarlierRemark) error) error
}

// RemarkedObject is an object that people comment on, as the caller sees it.
type RemarkedObject struct {
	Title lang.Text
	Path  string // of its comments in the web
	// Organisations are those whose object it is: their members, and those of
	// organisations above them, see it. Empty means the whole city.
	Organisations []string
	MayRemark     bool // beside the permission to comment
}

// EarlierRemark is a comment that a room kept by itself.
type EarlierRemark struct {
	ID, Object, Author, Name, Body string
	At                             time.Time
}

// RemarkedGone says that an object is no more; its comments go with it.
type RemarkedGone struct {
	Room string `json:"room"`
	Noun string `json:"noun"`
	ID   string `json:"id"`
}

// Subject implements bus.Event.
func (RemarkedGone) Subject() string { return "remark.object.gone" }

// Remarks is what a room tells about the objects that people comment on.
type Remarks struct{ room string }

// NewRemarks returns the tool of a room.
func NewRemarks(room string) *Remarks { return &Remarks{room} }

// Gone lets the comments of objects go with them, in the transaction that
// removes the objects.
func (r *Remarks) Gone(ctx context.Context, tx *sqldb.Tx, noun string, ids ...string) error {
	if r == nil {
		return nil // a store without a house
	}
	for _, id := range ids {
		if err := tx.Emit(ctx, RemarkedGone{r.room, noun, id}); err != nil {
			return fmt.Errorf("let comments of %s %s go: %w", noun, id, err)
		}
	}
	return nil
}
