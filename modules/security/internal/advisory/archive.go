package advisory

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"linghang/kernel/fault"
)

// Limits of what is sent in.
const (
	maxUpload   = 64 << 20  // octets of a file
	maxEntries  = 10_000    // files in an archive
	maxDocument = 16 << 20  // octets of one document, unpacked
	maxUnpacked = 512 << 20 // octets of all of an archive, unpacked
)

func tooLarge(format string, args ...any) error {
	return fault.New(fault.TooLarge, "security.advisory.archive", format, args...).At("body", "send fewer or smaller files")
}

// each calls take for each JSON document of a file: the file itself, or those of a zip.
// Archives in archives are not opened. What is unpacked is counted as it comes, whatever the
// list of the archive says of its size.
func each(name string, data []byte, take func(name string, document []byte) error) error {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		if len(data) > maxDocument {
			return tooLarge("the document is larger than %d octets", maxDocument)
		}
		return take(name, data)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fault.New(fault.Invalid, "security.advisory.zip", "the archive is damaged: %v", err).At("body", "a zip with JSON documents")
	}
	if len(r.File) > maxEntries {
		return tooLarge("the archive holds more than %d files", maxEntries)
	}
	left := int64(maxUnpacked)
	for _, f := range r.File {
		if f.FileInfo().IsDir() || !strings.HasSuffix(strings.ToLower(f.Name), ".json") {
			continue
		}
		document, err := unpack(f, left)
		if err != nil {
			return err
		}
		left -= int64(len(document))
		if err := take(f.Name, document); err != nil {
			return err
		}
	}
	return nil
}

func unpack(f *zip.File, left int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fault.New(fault.Invalid, "security.advisory.zip", "%s in the archive cannot be read: %v", f.Name, err)
	}
	limit := min(left, maxDocument)
	document, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fault.New(fault.Invalid, "security.advisory.zip", "%s in the archive is damaged: %v", f.Name, err)
	}
	if int64(len(document)) > limit {
		return nil, tooLarge("%s in the archive is larger than %d octets, or all of it than %d", f.Name, maxDocument, maxUnpacked)
	}
	return document, nil
}

// plain unpacks what is gzip, within bounds.
func plain(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fault.New(fault.Invalid, "security.advisory.gzip", "the file is damaged: %v", err).At("body", "a whole gzip file")
	}
	out, err := io.ReadAll(io.LimitReader(r, 4*maxUpload+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "security.advisory.gzip", "the file is damaged: %v", err)
	}
	if len(out) > 4*maxUpload {
		return nil, tooLarge("the file is larger than %d octets, unpacked", 4*maxUpload)
	}
	return out, nil
}
