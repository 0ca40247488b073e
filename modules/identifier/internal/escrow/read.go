package escrow

import (
	"archive/zip"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/smx509"
)

// Verify checks a signature over a message with a public key.
type Verify func(public string, message []byte, signature string) error

// Package is one that was made before.
type Package struct {
	Manifest
	Public string // key that the manifest is signed with, PEM
	dir    string
}

const (
	manifestLimit = 16 << 20
	sliceLimit    = 1 << 30 // by the contract
)

// Load reads the manifest of a package and checks its signature with the key in it;
// trusted, unless it is empty, is the key that it must be.
func Load(path string, verify Verify, trusted string) (*Package, error) {
	text, err := readAtMost(path, manifestLimit)
	if err != nil {
		return nil, err
	}
	var file signed
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s is no manifest: %w", path, err)
	}
	if trusted != "" {
		file.Public = trusted
	}
	if err := verify(file.Public, []byte(file.Statement), file.Signature); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p := &Package{Public: file.Public, dir: filepath.Dir(path)}
	if err := json.Unmarshal([]byte(file.Statement), &p.Manifest); err != nil {
		return nil, fmt.Errorf("%s is no manifest: %w", path, err)
	}
	for _, s := range p.Slices {
		if filepath.Base(s.Name) != s.Name || s.Name == "." || s.Name == ".." {
			return nil, fmt.Errorf("%s names a slice %q outside its directory", path, s.Name)
		}
	}
	return p, nil
}

func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // a file that the operator names
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("%s is larger than %d octets", path, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return content, nil
}

// slice reads a slice, and refuses one that is not as the manifest says.
func (p *Package) slice(s Slice) ([]byte, error) {
	content, err := readAtMost(filepath.Join(p.dir, s.Name), sliceLimit)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != s.SHA256 {
		return nil, fmt.Errorf("%s is not what was signed: it is damaged, or another", s.Name)
	}
	return content, nil
}

// Whole checks that all slices are there as they were signed.
func (p *Package) Whole() error {
	for _, s := range p.Slices {
		if _, err := p.slice(s); err != nil {
			return err
		}
	}
	return nil
}

// Opener is who a package is for, with the private key.
type Opener struct {
	certificate *smx509.Certificate
	key         crypto.PrivateKey
}

// ParseOpener reads a certificate and its private key in PEM: PKCS #8, or PKCS #1 for RSA.
func ParseOpener(certificate, key []byte) (Opener, error) {
	r, err := ParseRecipient(certificate)
	if err != nil {
		return Opener{}, err
	}
	block, _ := pem.Decode(key)
	if block == nil {
		return Opener{}, errors.New("no private key in PEM")
	}
	o := Opener{certificate: r.certificate}
	if block.Type == "RSA PRIVATE KEY" {
		o.key, err = smx509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		o.key, err = smx509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return o, fmt.Errorf("read private key: %w", err)
	}
	return o, nil
}

// Open decrypts a package to a ZIP file.
func (p *Package) Open(o Opener, to io.Writer) error {
	for _, s := range p.Slices {
		content, err := p.slice(s)
		if err != nil {
			return err
		}
		message, err := pkcs7.Parse(content)
		if err != nil {
			return fmt.Errorf("%s is no enveloped message: %w", s.Name, err)
		}
		plain, err := message.Decrypt(o.certificate, o.key)
		if err != nil {
			return fmt.Errorf("decrypt %s: %w", s.Name, err)
		}
		if _, err := to.Write(plain); err != nil {
			return fmt.Errorf("write what was opened: %w", err)
		}
	}
	return nil
}

// Entries returns what records.xml of an opened package has.
func Entries(archive *zip.Reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		f, err := archive.Open("records.xml")
		if err != nil {
			yield(Entry{}, fmt.Errorf("open records.xml: %w", err))
			return
		}
		defer f.Close() //nolint:errcheck // it was only read
		dec := xml.NewDecoder(f)
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("read records.xml: %w", err))
				return
			}
			start, ok := token.(xml.StartElement)
			if !ok || start.Name.Local != "record" {
				continue
			}
			var x xmlRecord
			err = dec.DecodeElement(&x, &start)
			var e Entry
			if err == nil {
				e, err = x.entry()
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
