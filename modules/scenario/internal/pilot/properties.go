package pilot

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"path"
	"strings"
	"unicode/utf16"
)

// What of a file is looked into, in octets.
const (
	propertiesMost = 1 << 20 // of one part of a document
	propertiesEach = 20      // parts
)

// tells tells whether the properties of a document name somebody: who wrote it, for which
// company, as office programs write it beside the text. Texts of files stay the applicant's
// to keep blind.
func tells(data []byte, names []string) bool {
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return anyOf(data, names)
	case bytes.HasPrefix(data, []byte("PK")):
		return anyOf(officeProperties(data), names)
	default:
		return false
	}
}

// officeProperties are those of a document of Office Open XML or OpenDocument.
func officeProperties(data []byte) []byte {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil // what it is was examined when it came in
	}
	var all []byte
	n := 0
	for _, f := range z.File {
		if path.Dir(f.Name) != "docProps" && f.Name != "meta.xml" || n == propertiesEach {
			continue
		}
		n++
		part, err := f.Open()
		if err != nil {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, propertiesMost))
		if part.Close() == nil && err == nil {
			all = append(all, text...)
		}
	}
	return all
}

// anyOf tells whether data has one of the names, in the encodings that documents have them in.
func anyOf(data []byte, names []string) bool {
	for _, name := range names {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		units := utf16.Encode([]rune(name))
		big, little := make([]byte, 0, 2*len(units)), make([]byte, 0, 2*len(units))
		for _, u := range units {
			big, little = binary.BigEndian.AppendUint16(big, u), binary.LittleEndian.AppendUint16(little, u)
		}
		for _, form := range [][]byte{[]byte(name), big, little} {
			if bytes.Contains(data, form) {
				return true
			}
		}
	}
	return false
}
