package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"linghang/kernel/fault"
)

const (
	headSize = 1024
	// tailSize is how far from the end a ZIP archive can still be found.
	tailSize = 22 + 1<<16
)

// content is what is examined: never read whole into memory.
type content struct {
	io.ReaderAt
	ctx  context.Context //nolint:containedctx // lives as long as one examination
	size int64
	head []byte
	tail []byte
}

func open(ctx context.Context, r io.ReaderAt, size int64) (content, error) {
	c := content{ReaderAt: r, ctx: ctx, size: size}
	var err error
	if c.head, err = c.piece(0, headSize); err != nil {
		return c, err
	}
	c.tail, err = c.piece(max(0, size-tailSize), tailSize)
	return c, err
}

// piece reads up to n bytes.
func (c content) piece(at, n int64) ([]byte, error) {
	b := make([]byte, max(0, min(n, c.size-at)))
	if _, err := c.ReadAt(b, at); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read what is examined: %w", err)
	}
	return b, nil
}

// examine tells the kind of content, and refuses what is not taken, not what
// it was declared to be, two things at once, damaged, or out of bounds.
func examine(ctx context.Context, r io.ReaderAt, size int64, name, media string) (*kind, error) {
	if size == 0 {
		return nil, fault.New(fault.Invalid, "files.empty", "the file is empty").At("body", "send the file as the body")
	}
	c, err := open(ctx, r, size)
	if err != nil {
		return nil, err
	}
	k, err := c.kind(name, media)
	if err != nil {
		return k, err
	}
	if says := declared(media, name); says != nil && !slices.Contains(says, k.name) {
		said := media
		if said == "" || strings.HasSuffix(said, "/octet-stream") {
			said = name
		}
		return k, fault.New(fault.Unsupported, "files.mismatch", "the file was declared as %s, but its content is %s", said, k.name).
			With("declared", said).With("kind", k.name).At("body", "send it as what it is")
	}
	b := &budget{entries: maxEntries, bytes: maxUnpacked}
	return k, c.check(*k, b, 0)
}

// kind tells the kind by content; of text, the declaration says more.
func (c content) kind(name, media string) (*kind, error) {
	found := beginning(c.head)
	switch found {
	case "zip":
		inner, err := c.zipKind()
		return kindNamed(inner), err
	case "":
		if !printable(c.head) {
			return nil, refused("unknown binary")
		}
		if says := declared(media, name); slices.Contains(says, "csv") && !slices.Contains(says, "text") || strings.HasSuffix(strings.ToLower(name), ".csv") {
			return kindNamed("csv"), nil
		}
		return kindNamed("text"), nil
	}
	if k := kindNamed(found); k != nil {
		return k, nil
	}
	return nil, refused(found)
}

func refused(name string) error {
	return fault.New(fault.Unsupported, "files.kind", "a file of the kind %s is not taken", name).With("kind", name).
		At("body", "send PDF, OFD, Word, Excel or PowerPoint (OOXML), text, CSV, PNG, JPEG, WebP, or a ZIP archive of them")
}

// check looks through the whole content. depth counts the archives around it.
func (c content) check(k kind, b *budget, depth int) error {
	switch k.name {
	case "pdf":
		return c.checkPDF()
	case "png":
		return c.checkImage(c.endOfPNG)
	case "jpeg":
		return c.checkImage(c.endOfJPEG)
	case "webp":
		return c.checkImage(c.endOfWebP)
	case "text":
		return c.checkText()
	case "csv":
		return errors.Join(c.checkText(), c.checkCSV())
	}
	return c.checkZip(k, b, depth)
}

// both refuses what is two formats at once: it passes for one and works as the other.
func both(first, second string) error {
	return fault.New(fault.Invalid, "files.polyglot", "the file is %s and %s at once", first, second).
		With("first", first).With("second", second).At("body", "export the document again from the program that it was made with")
}

func damaged(kind string) error {
	return fault.New(fault.Invalid, "files.damaged", "the file begins as %s and does not go on as one", kind).With("kind", kind).
		At("body", "export it again and send it whole")
}

// scan looks for the first of the words anywhere in the content, in either case.
func (c content) scan(words ...string) (string, error) {
	const step = 64 << 10
	longest := 0
	for _, w := range words {
		longest = max(longest, len(w))
	}
	buf := make([]byte, step+longest)
	for at := int64(0); at < c.size; at += step {
		if err := c.ctx.Err(); err != nil {
			return "", err
		}
		n, err := c.ReadAt(buf[:min(int64(len(buf)), c.size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read what is examined: %w", err)
		}
		low := bytes.ToLower(buf[:n])
		for _, w := range words {
			if bytes.Contains(low, []byte(w)) {
				return w, nil
			}
		}
	}
	return "", nil
}

func (c content) checkPDF() error {
	if endOfZip(c.tail) >= 0 {
		return both("pdf", "zip")
	}
	if !bytes.Contains(c.tail[max(0, len(c.tail)-2048):], []byte("%%EOF")) {
		return damaged("pdf")
	}
	word, err := c.scan("/javascript", "/launch")
	if err != nil || word == "" {
		return err
	}
	return active("pdf", strings.TrimPrefix(word, "/"))
}

func active(kind, what string) error {
	return fault.New(fault.Invalid, "files.active", "the %s file holds what a program would run: %s", kind, what).
		With("kind", kind).With("what", what).At("body", "save it without macros, scripts and links to programs")
}

// Inspect looks at what is read once and not kept, by the same rules, and tells
// its kind.
func Inspect(ctx context.Context, r io.ReaderAt, size int64, name, declared string) (kind string, err error) {
	k, err := examine(ctx, r, size, CleanName(name), declared)
	if k != nil {
		kind = k.name
	}
	return kind, err
}
