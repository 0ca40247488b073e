package module

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"linghang/kernel/paper"
)

// Kept is a file that is kept in blobs.
type Kept struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// paperLimit bounds one file of a document, in bytes.
const paperLimit = 64 << 20

// KeepPaper keeps a document as PDF and as a workbook, in the built-in type.
func (k *Kit) KeepPaper(ctx context.Context, d paper.Document, f paper.Frame) (pdf, book Kept, err error) {
	font, err := paper.Font("")
	if err != nil {
		return pdf, book, err
	}
	var b bytes.Buffer
	if err := d.PDF(&b, font, f); err != nil {
		return pdf, book, err
	}
	if pdf.SHA256, pdf.Size, err = k.Blobs.Put(ctx, &b, paperLimit); err != nil {
		return pdf, book, fmt.Errorf("keep PDF: %w", err)
	}
	b.Reset()
	if err := d.XLSX(&b, f); err != nil {
		return pdf, book, err
	}
	if book.SHA256, book.Size, err = k.Blobs.Put(ctx, &b, paperLimit); err != nil {
		return pdf, book, fmt.Errorf("keep XLSX: %w", err)
	}
	return pdf, book, nil
}

// Whole tells whether a file is kept as it was: reading notices what is not.
func (k *Kit) Whole(ctx context.Context, hash string) bool {
	f, err := k.Blobs.Get(ctx, hash)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // it was only read
	_, err = io.Copy(io.Discard, f)
	return err == nil
}
