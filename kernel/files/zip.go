package files

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"linghang/kernel/fault"
)

const (
	maxEntries   = 4096
	maxDirectory = 1 << 20   // bytes of an archive's list
	maxUnpacked  = 200 << 20 // bytes of all that an archive holds
	maxRatio     = 200       // of unpacked to packed bytes, beyond the first MiB
	maxInner     = 8 << 20   // bytes of a document inside an archive
	maxDepth     = 2         // archives in archives
)

// budget is what may still be unpacked, for an archive and all inside it.
type budget struct {
	entries int
	bytes   int64
}

func bomb(key, format string, args ...any) *fault.Error {
	return fault.New(fault.TooLarge, key, format, args...).At("body", "send fewer or smaller files, not packed twice")
}

// list reads the archive's list within bounds. It begins where the file begins,
// ends where the file ends, and none of its entries share bytes.
func (c content) list() ([]*zip.File, error) {
	at := endOfZip(c.tail)
	if at < 0 {
		return nil, damaged("zip")
	}
	end, ok := readZipEnd(c.tail[at:])
	place := c.size - int64(len(c.tail)) + int64(at)
	switch {
	case !ok || place+22+int64(end.comment) != c.size:
		return nil, damaged("zip")
	case end.entries > maxEntries || end.size > maxDirectory: // ZIP64 marks show as the largest numbers
		return nil, bomb("files.archive.entries", "the archive holds more than %d files", maxEntries).With("limit", maxEntries)
	case end.directory+end.size != place:
		return nil, damaged("zip")
	}
	if bytes.Contains(c.head, []byte("%PDF-")) {
		return nil, both("zip", "pdf")
	}
	r, err := zip.NewReader(c, c.size)
	if err != nil {
		return nil, damaged("zip")
	}
	return r.File, c.apart(r.File, end)
}

type span struct{ from, to int64 }

// apart refuses entries that lie in each other, and a file that begins before
// its first entry.
func (c content) apart(files []*zip.File, end zipEnd) error {
	starts, err := c.starts(end)
	if err != nil {
		return err
	}
	if len(starts) != len(files) {
		return damaged("zip")
	}
	spans := make([]span, 0, len(files))
	for i, f := range files {
		data, err := f.DataOffset()
		if err != nil || data < starts[i] {
			return damaged("zip")
		}
		to := data + int64(f.CompressedSize64) //nolint:gosec // checked against the file's size below
		if to < data || to > end.directory {
			return damaged("zip")
		}
		spans = append(spans, span{starts[i], to})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	for i, s := range spans {
		if i == 0 && s.from != 0 {
			return both("zip", "something else")
		}
		if i > 0 && s.from < spans[i-1].to {
			return bomb("files.archive.overlap", "files in the archive share bytes")
		}
	}
	return nil
}

// starts reads where the entries begin from the list.
func (c content) starts(end zipEnd) ([]int64, error) {
	dir, err := c.piece(end.directory, end.size)
	if err != nil {
		return nil, err
	}
	var list []int64
	for le := binary.LittleEndian; len(dir) >= 46 && string(dir[:4]) == "PK\x01\x02"; {
		list = append(list, int64(le.Uint32(dir[42:])))
		length := 46 + int(le.Uint16(dir[28:])) + int(le.Uint16(dir[30:])) + int(le.Uint16(dir[32:]))
		if length > len(dir) {
			return nil, damaged("zip")
		}
		dir = dir[length:]
	}
	return list, nil
}

// zipKind tells documents that are archives from archives.
func (c content) zipKind() (string, error) {
	files, err := c.list()
	if err != nil {
		return "zip", err
	}
	types := false
	for _, f := range files {
		switch f.Name {
		case "OFD.xml":
			return "ofd", nil
		case "[Content_Types].xml":
			types = true
		case "META-INF/MANIFEST.MF":
			return "", refused("program (Java)")
		case "AndroidManifest.xml":
			return "", refused("program (Android)")
		}
	}
	if !types {
		return "zip", nil
	}
	for _, f := range files {
		for folder, name := range map[string]string{"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"} {
			if strings.HasPrefix(f.Name, folder) {
				return name, nil
			}
		}
	}
	return "zip", nil
}

// checkZip unpacks everything to nowhere, within the budget.
func (c content) checkZip(k kind, b *budget, depth int) error {
	files, err := c.list()
	if err != nil {
		return err
	}
	if b.entries -= len(files); b.entries < 0 {
		return bomb("files.archive.entries", "the archive holds more than %d files", maxEntries).With("limit", maxEntries)
	}
	for _, f := range files {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if err := c.checkEntry(k, f, b, depth); err != nil {
			return err
		}
	}
	return nil
}

func (c content) checkEntry(k kind, f *zip.File, b *budget, depth int) error {
	name := strings.ReplaceAll(f.Name, `\`, "/")
	if err := plain(f, name); err != nil {
		return err
	}
	if what := runs(k, name); what != "" {
		return active(k.name, what)
	}
	if f.UncompressedSize64 > uint64(b.bytes) { //nolint:gosec // never negative
		return bomb("files.archive.size", "the archive unpacks to more than %d bytes", maxUnpacked).With("limit", maxUnpacked)
	}
	r, err := f.Open()
	if err != nil {
		return damaged("zip")
	}
	defer r.Close() //nolint:errcheck // it was only read
	head := make([]byte, min(headSize, f.UncompressedSize64))
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) {
		return damaged("zip")
	}
	head = head[:n]
	if err := c.checkInner(k, f, head, b, depth); err != nil {
		return err
	}
	limit := min(b.bytes, int64(f.CompressedSize64)*maxRatio+1<<20) //nolint:gosec // checked against the file's size
	rest, err := io.Copy(io.Discard, io.LimitReader(r, limit-int64(n)+1))
	if total := rest + int64(n); total > limit {
		return bomb("files.archive.ratio", "%.80q in the archive unpacks to more than %d times its size", f.Name, maxRatio).With("limit", maxRatio)
	}
	if err != nil {
		return damaged("zip")
	}
	b.bytes -= rest + int64(n)
	return nil
}

// plain refuses entries that would land elsewhere, cannot be read or are no files.
func plain(f *zip.File, name string) error {
	if name == "" || path.IsAbs(name) || strings.ContainsRune(name, 0) || slices.Contains(strings.Split(name, "/"), "..") {
		return fault.New(fault.Invalid, "files.archive.path", "a file in the archive is called %.80q", f.Name).At("body", "pack the files without folders above")
	}
	if f.Flags&1 != 0 {
		return fault.New(fault.Invalid, "files.archive.locked", "%.80q in the archive is encrypted and cannot be examined", f.Name).At("body", "pack it without a password")
	}
	if f.Mode()&^0o7777 != 0 && !f.Mode().IsDir() {
		return fault.New(fault.Invalid, "files.archive.path", "%.80q in the archive is no plain file", f.Name).At("body", "pack plain files only")
	}
	return nil
}

// runs names what of an office document a program would run.
func runs(k kind, name string) string {
	low := strings.ToLower(name)
	switch {
	case k.name == "zip":
		return ""
	case strings.HasSuffix(low, "vbaproject.bin") || strings.Contains(low, "/macrosheets/"):
		return "macros"
	case strings.HasPrefix(low, "xl/externallinks/"):
		return "links to other workbooks or programs"
	case strings.Contains(low, "/activex/") || strings.Contains(low, "oleobject"):
		return "embedded objects"
	}
	return ""
}

// checkInner looks at what a file in the archive is: in an archive proper only
// what is taken by itself, in a document nothing that runs.
func (c content) checkInner(k kind, f *zip.File, head []byte, b *budget, depth int) error {
	found := beginning(head)
	if found == "" && k.name == "zip" && !printable(head) {
		found = "unknown binary"
	}
	switch {
	case found == "zip":
		return c.checkNested(f, b, depth)
	case k.name == "zip" && found != "" && kindNamed(found) == nil:
		return fault.New(fault.Unsupported, "files.archive.kind", "%.80q in the archive is of the kind %s, which is not taken", f.Name, found).
			With("kind", found).At("body", "take it out of the archive")
	case k.name == "zip":
		return nil
	case strings.HasPrefix(found, "program"), found == "script", found == "html", found == "legacy Office":
		return active(k.name, found)
	case bytes.Contains(head, []byte("<!DOCTYPE")), bytes.Contains(head, []byte("<!ENTITY")):
		return active(k.name, "XML entities")
	}
	return nil
}

// checkNested examines a document inside an archive; archives proper are not
// taken inside archives.
func (c content) checkNested(f *zip.File, b *budget, depth int) error {
	nested := bomb("files.archive.nested", "%.80q is an archive in an archive", f.Name)
	if depth+1 >= maxDepth || f.UncompressedSize64 > maxInner {
		return nested
	}
	r, err := f.Open()
	if err != nil {
		return damaged("zip")
	}
	defer r.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(r, maxInner+1))
	if err != nil {
		return damaged("zip")
	}
	if len(data) > maxInner {
		return nested
	}
	inner, err := open(c.ctx, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("examine %s: %w", f.Name, err)
	}
	name, err := inner.zipKind()
	if err != nil {
		return err
	}
	if name == "zip" {
		return nested
	}
	return inner.check(*kindNamed(name), b, depth+1)
}
