package ferry

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/seal"
)

// BundleName is the name of the bundle in a file.
const BundleName = "bundle.json"

// Bounds of files.
const (
	MostOctets    = 20 << 20 // of a file
	MostBundle    = 16 << 20 // of its bundle
	mostSignature = 64 << 10
	mostNumber    = 1 << 40
)

// None stands for the predecessor of the first file.
const None = "none"

// Head is what a file says of itself.
type Head struct {
	Channel   string    // of whom it is, and to whom
	Sequence  int64     // from 1, none is left out
	Previous  string    // Digest of the file before, or None
	CreatedAt time.Time // to the second
}

// File is a file that was read. Whose it is only Verify tells.
type File struct {
	Head
	Digest string // SHA-256 of the statement
	Bundle []byte

	signed attest.Signed
}

const statementForm = `^notices of Linghang by file
channel ([0-9A-Za-z-]{1,64})
sequence ([1-9][0-9]{0,12})
previous (none|[0-9a-f]{64})
created (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)
file bundle\.json ([0-9a-f]{64})
$`

var statement = regexp.MustCompile(statementForm)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Statement is what is signed of a file.
func (h Head) Statement(bundle []byte) string {
	return fmt.Sprintf("notices of Linghang by file\nchannel %s\nsequence %d\nprevious %s\ncreated %s\n%s",
		h.Channel, h.Sequence, h.Previous, h.CreatedAt.UTC().Format(time.RFC3339), attest.File{Name: BundleName, SHA256: digest(bundle)}.Line())
}

// Digest is by which the next file names one.
func Digest(statement string) string { return digest([]byte(statement)) }

// Write makes a file of a bundle and what was signed of it.
func Write(s attest.Signed, bundle []byte, at time.Time) ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write signature: %w", err)
	}
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, f := range []struct {
		name string
		data []byte
	}{{BundleName, bundle}, {attest.SignatureName, text}} {
		part, err := archive.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at.UTC()})
		if err != nil {
			return nil, fmt.Errorf("write ZIP: %w", err)
		}
		if _, err := part.Write(f.data); err != nil {
			return nil, fmt.Errorf("write ZIP: %w", err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("write ZIP: %w", err)
	}
	return b.Bytes(), nil
}

// Read reads a file: a bundle and its signature, and nothing else. An error says what is wrong
// with it.
func Read(data []byte) (File, error) {
	var f File
	if len(data) > MostOctets {
		return f, fmt.Errorf("the file is larger than %d octets", MostOctets)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return f, errors.New("it is no ZIP, or a damaged one")
	}
	if len(archive.File) != 2 {
		return f, fmt.Errorf("the ZIP has %d files, where %s and %s are expected", len(archive.File), BundleName, attest.SignatureName)
	}
	parts := map[string][]byte{}
	for _, z := range archive.File {
		most := int64(mostSignature)
		switch z.Name {
		case BundleName:
			most = MostBundle
		case attest.SignatureName:
		default:
			return f, fmt.Errorf("the ZIP has the file %.60q, where %s and %s are expected", z.Name, BundleName, attest.SignatureName)
		}
		if _, twice := parts[z.Name]; twice {
			return f, fmt.Errorf("the ZIP has two files %s", z.Name)
		}
		if parts[z.Name], err = content(z, most); err != nil {
			return f, fmt.Errorf("%s: %w", z.Name, err)
		}
	}
	if err := json.Unmarshal(parts[attest.SignatureName], &f.signed); err != nil {
		return File{}, fmt.Errorf("%s is no JSON", attest.SignatureName)
	}
	f.Bundle = parts[BundleName]
	return f.head()
}

// head reads what the statement says, which is to be all of it.
func (f File) head() (File, error) {
	m := statement.FindStringSubmatch(f.signed.Statement)
	if m == nil {
		return File{}, errors.New("the statement is not one of a file of notices")
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil || n > mostNumber {
		return File{}, errors.New("the number of the file is out of bounds")
	}
	at, err := time.Parse(time.RFC3339, m[4])
	if err != nil {
		return File{}, fmt.Errorf("the time %q is none", m[4])
	}
	if m[5] != digest(f.Bundle) {
		return File{}, errors.New("the bundle is not the one that was signed")
	}
	f.Head = Head{m[1], n, m[3], at}
	f.Digest = Digest(f.signed.Statement)
	return f, nil
}

// content reads a file of a ZIP, of at most so many octets whatever the ZIP says of it.
func content(z *zip.File, most int64) ([]byte, error) {
	r, err := z.Open()
	if err != nil {
		return nil, errors.New("it cannot be unpacked")
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, errors.New("it is damaged")
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("it is larger than %d octets", most)
	}
	return data, nil
}

// Verify tells whether one of the keys has signed the file. The key in the file itself says
// nothing.
func (f File) Verify(keys []string) bool {
	for _, public := range keys {
		if seal.VerifyText(public, []byte(f.signed.Statement), f.signed.Signature) == nil {
			return true
		}
	}
	return false
}

// Objects are the objects of the bundle, octet for octet.
func (f File) Objects() ([][]byte, error) {
	var bundle struct {
		Type    string            `json:"type"`
		Objects []json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(f.Bundle, &bundle); err != nil || bundle.Type != "bundle" {
		return nil, errors.New("bundle.json is no bundle of STIX")
	}
	out := make([][]byte, len(bundle.Objects))
	for i, o := range bundle.Objects {
		out[i] = o
	}
	return out, nil
}
