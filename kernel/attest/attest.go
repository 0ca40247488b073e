// Package attest reads what an installation has signed: monthly reports of nodes and
// the tables for a national top node, and monitoring reports of platforms. A signature
// file (JSON) has the statement, its signature and the public key; the statement has
// the SHA-256 of each file, one a line. Tables come as a ZIP with the signature file
// in it.
package attest

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// SignatureName is the name of the signature file in a ZIP.
const SignatureName = "signature.json"

const (
	maxSignature = 1 << 20 // octets of a signature file
	maxFiles     = 64
	maxContent   = 1 << 30 // octets of the files of a ZIP together
)

// Signed is a signature file.
type Signed struct {
	Statement string `json:"statement"`
	Signature string `json:"signature"`
	Public    string `json:"public"`
}

// File is a file and the SHA-256 of what is in it.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Line is how a statement tells a file.
func (f File) Line() string { return "file " + f.Name + " " + f.SHA256 + "\n" }

// told are the lines of a statement that tell a file: by its name, or, in a report, by
// what it is.
var told = regexp.MustCompile(`(?m)^(?:file )?(\S+) ([0-9a-f]{64})$`)

// Files are the files of which the statement tells.
func (s Signed) Files() []File {
	var list []File
	for _, line := range told.FindAllStringSubmatch(s.Statement, maxFiles) {
		if !strings.HasPrefix(line[1], "digest") {
			list = append(list, File{line[1], line[2]})
		}
	}
	return list
}

// Title is the first line of the statement: what it is about.
func (s Signed) Title() string {
	title, _, _ := strings.Cut(s.Statement, "\n")
	return title
}

// State is what a file was found to be.
type State string

// States of a file.
const (
	Whole   State = "whole"
	Changed State = "changed" // it is not what was signed
	Missing State = "missing" // it was signed, and is not there
	Foreign State = "foreign" // it was not signed
)

// Found is a file, and what it was found to be.
type Found struct {
	File
	State State `json:"state"`
}

// Bundle is a signature file, with the files that came with it.
type Bundle struct {
	Signed
	Here []File // nil where the signature file came alone
}

// Read reads a signature file, or a ZIP with one in it.
func Read(r io.ReaderAt, size int64) (*Bundle, error) {
	begin := make([]byte, 4)
	if n, err := r.ReadAt(begin, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read file: %w", err)
	} else if begin = begin[:n]; string(begin) != "PK\x03\x04" {
		s, err := parse(io.NewSectionReader(r, 0, size))
		return &Bundle{Signed: s}, err
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("read ZIP: %w", err)
	}
	if len(archive.File) > maxFiles {
		return nil, fmt.Errorf("the ZIP has %d files, more than %d", len(archive.File), maxFiles)
	}
	b, left, signed := &Bundle{Here: []File{}}, int64(maxContent), false
	for _, f := range archive.File {
		if f.Name == SignatureName {
			if signed {
				return nil, fmt.Errorf("the ZIP has two files %s", SignatureName)
			}
			signed = true
		}
		n, err := b.add(f, left)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		left -= n
	}
	if !signed {
		return nil, fmt.Errorf("the ZIP has no file %s", SignatureName)
	}
	return b, nil
}

// add reads a file of a ZIP, of at most so many octets.
func (b *Bundle) add(f *zip.File, most int64) (size int64, err error) {
	r, err := f.Open()
	if err != nil {
		return 0, err //nolint:wrapcheck // the caller says of what
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if f.Name == SignatureName {
		b.Signed, err = parse(r)
		return 0, err
	}
	file, size, err := Sum(f.Name, io.LimitReader(r, most+1))
	if err != nil {
		return size, err
	}
	if size > most {
		return size, fmt.Errorf("the files of the ZIP are larger than %d octets", maxContent)
	}
	b.Here = append(b.Here, file)
	return size, nil
}

func parse(r io.Reader) (s Signed, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSignature+1))
	if err != nil {
		return s, fmt.Errorf("read signature: %w", err)
	}
	if err := json.Unmarshal(data, &s); err != nil || len(data) > maxSignature || s.Statement == "" || s.Signature == "" {
		return s, errors.New("it is neither a signature file nor a ZIP with one")
	}
	return s, nil
}

// Sum reads a file.
func Sum(name string, r io.Reader) (f File, size int64, err error) {
	sum := sha256.New()
	if size, err = io.Copy(sum, r); err != nil {
		return f, size, fmt.Errorf("read %s: %w", name, err)
	}
	return File{name, hex.EncodeToString(sum.Sum(nil))}, size, nil
}

// Compare holds the files that are here against those that were signed.
func (b *Bundle) Compare() []Found {
	list, signed := []Found{}, b.Files()
	for _, f := range b.Here {
		at := slices.IndexFunc(signed, func(s File) bool { return s.Name == f.Name })
		switch {
		case slices.Contains(signed, f):
			list = append(list, Found{f, Whole})
		case at >= 0:
			list = append(list, Found{f, Changed})
		default:
			list = append(list, Found{f, Foreign})
		}
	}
	for _, f := range signed {
		if b.Here != nil && !slices.ContainsFunc(b.Here, func(h File) bool { return h.Name == f.Name }) {
			list = append(list, Found{f, Missing})
		}
	}
	return list
}

// Identify finds a file among those that were signed by what is in it, whatever it is named.
func (s Signed) Identify(f File) Found {
	if slices.ContainsFunc(s.Files(), func(one File) bool { return one.SHA256 == f.SHA256 }) {
		return Found{f, Whole}
	}
	return Found{f, Foreign}
}
