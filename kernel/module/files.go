package module

import (
	"cmp"
	"context"
	"io"
	"mime"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/sheet"
)

// Upload is a file that somebody sends.
type Upload struct {
	Name     string // as the sender calls it
	Declared string // media type that the sender declares; empty when none
	Limit    int64  // bytes at most
}

// Table is the upload of a file with a table in it, by its media type or else by its
// name, which may be missing: Windows calls CSV something else.
func Table(name, contentType string, limit int64) (Upload, error) {
	media, _, _ := mime.ParseMediaType(contentType) // what cannot be read is neither
	switch lower := strings.ToLower(name); {
	case media == httpd.XLSXType, strings.HasSuffix(lower, ".xlsx"):
		return Upload{Name: cmp.Or(name, "table.xlsx"), Declared: httpd.XLSXType, Limit: min(limit, sheet.MaxWorkbook)}, nil
	case media == "text/csv", strings.HasSuffix(lower, ".csv"):
		return Upload{Name: cmp.Or(name, "table.csv"), Declared: "text/csv", Limit: limit}, nil
	default:
		return Upload{}, fault.New(fault.Unsupported, "kernel.sheet.type", "the file is CSV or XLSX").At("header.Content-Type", "text/csv, or that of a workbook")
	}
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
