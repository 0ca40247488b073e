package module

import (
	"context"
	"io"
	"iter"
)

// Keep is something durable that a room keeps in files of its own (Kit.Dir),
// outside its database and its Blobs. A backup saves it after the rows: it may be
// newer than they are, never older.
type Keep struct {
	Name string
	// Save puts the files of one instant. It runs beside a serving process, mostly
	// in another one; a room that does not keep it on this machine puts nothing.
	// Files that are the same as in the backup before take no room in the archive.
	Save func(ctx context.Context, put func(name string, content io.Reader) error) error
	// Restore brings the files back to where nothing is yet, and refuses those that
	// are not its own, or of a newer format.
	Restore func(ctx context.Context, files iter.Seq2[string, io.Reader]) error
}
