package escrow

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/emmansun/gmsm/pkcs"
	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/smx509"
)

// SliceSize is how many octets of the ZIP are in a slice. A slice is encrypted in
// memory, and must be far below the 1 GB that the contract allows.
const SliceSize = 16 << 20

// Sign signs a manifest: it returns the signature and the key that checks it.
type Sign func(message []byte) (signature, public string, err error)

// Write makes a package in a directory: its slices first, its manifest last. What
// of a package has no manifest was not finished. Slices, Records, Removed, Cipher
// and For of the manifest are filled in.
func Write(dir string, m Manifest, to Recipient, nodes []Node, entries iter.Seq2[Entry, error], sign Sign) (Manifest, error) {
	m.Cipher, m.For, m.Slices = to.cipher(), to.String(), []Slice{}
	cut := &cutter{dir: dir, to: to, m: &m}
	archive := zip.NewWriter(cut)
	err := writeNodes(archive, nodes)
	if err == nil {
		err = writeEntries(archive, &m, entries)
	}
	if err = errors.Join(err, archive.Close()); err != nil {
		return m, err
	}
	if err := cut.flush(); err != nil {
		return m, err
	}
	statement, err := json.Marshal(m)
	if err != nil {
		return m, fmt.Errorf("write manifest: %w", err)
	}
	file := signed{Statement: string(statement)}
	if file.Signature, file.Public, err = sign(statement); err != nil {
		return m, err
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return m, fmt.Errorf("write manifest: %w", err)
	}
	return m, place(filepath.Join(dir, m.Name+".json"), text)
}

// place writes a file in whole or not at all.
func place(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".incoming-*")
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// cutter cuts what is written into slices.
type cutter struct {
	dir  string
	to   Recipient
	m    *Manifest
	held []byte
}

func (c *cutter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		take := min(len(p), SliceSize-len(c.held))
		c.held, p = append(c.held, p[:take]...), p[take:]
		if len(c.held) == SliceSize {
			if err := c.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// flush encrypts what is held as the next slice.
func (c *cutter) flush() error {
	if len(c.held) == 0 {
		return nil
	}
	encrypt, with := pkcs7.Encrypt, pkcs.Cipher(pkcs.AES256CBC)
	if c.to.guomi {
		encrypt, with = pkcs7.EncryptSM, pkcs.SM4CBC
	}
	message, err := encrypt(with, c.held, []*smx509.Certificate{c.to.certificate})
	if err != nil {
		return fmt.Errorf("encrypt a slice: %w", err)
	}
	sum := sha256.Sum256(message)
	s := Slice{Name: fmt.Sprintf("%s.%03d", c.m.Name, len(c.m.Slices)+1), Size: int64(len(message)), SHA256: hex.EncodeToString(sum[:])}
	c.m.Slices, c.held = append(c.m.Slices, s), c.held[:0]
	return place(filepath.Join(c.dir, s.Name), message)
}

func writeNodes(archive *zip.Writer, nodes []Node) error {
	w, err := archive.Create("nodes.xml")
	if err != nil {
		return fmt.Errorf("begin nodes.xml: %w", err)
	}
	list := struct {
		XMLName xml.Name `xml:"nodes"`
		Nodes   []Node   `xml:"node"`
	}{Nodes: nodes}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write nodes.xml: %w", err)
	}
	if err := xml.NewEncoder(w).Encode(list); err != nil {
		return fmt.Errorf("write nodes.xml: %w", err)
	}
	return nil
}

// writeEntries writes one entry after the other: there may be millions.
func writeEntries(archive *zip.Writer, m *Manifest, entries iter.Seq2[Entry, error]) error {
	w, err := archive.Create("records.xml")
	if err != nil {
		return fmt.Errorf("begin records.xml: %w", err)
	}
	if _, err := io.WriteString(w, xml.Header+"<records>"); err != nil {
		return fmt.Errorf("write records.xml: %w", err)
	}
	enc := xml.NewEncoder(w)
	for e, err := range entries {
		if err != nil {
			return err
		}
		if e.Removed {
			m.Removed++
		} else {
			m.Records++
		}
		if err := enc.Encode(xmlOf(e)); err != nil {
			return fmt.Errorf("write %s: %w", e.Handle, err)
		}
	}
	if _, err := io.WriteString(w, "</records>\n"); err != nil {
		return fmt.Errorf("write records.xml: %w", err)
	}
	return nil
}
