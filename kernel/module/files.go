package module

import (
	"context"
	"io"
)

// Upload is a file that somebody sends.
type Upload struct {
	Name     string // as the sender calls it
	Declared string // media type that the sender declares; empty when none
	Limit    int64  // bytes at most
}

// File is an upload that was examined and released; its content is in the
// room's Blobs under the hash.
type File struct {
	ID        string
	Name      string // without what breaks headers, file systems or eyes
	MediaType string // by its content
	Size      int64
	SHA256    string
}

// Files is the one way in for what people upload: quarantine, type by content,
// size, hash, virus scan, then release; every file has a row in the manifest.
type Files interface {
	Take(ctx context.Context, u Upload, r io.Reader) (File, error)
}
