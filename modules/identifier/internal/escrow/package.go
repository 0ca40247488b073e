// Package escrow makes and opens packages of what a secondary node holds in escrow
// (数据托管): routes and business data as XML in a ZIP, cut into slices, each a CMS
// enveloped message (RFC 5652; GM/T 0010 for SM2) for the certificate of the escrow
// body, with a signed manifest. Whoever has the private key opens them without us,
// slice by slice: openssl cms -decrypt -inform DER.
//
//	NAME.json       the manifest: what is in it, hash and size of each slice, signature
//	NAME.001 …      slices; their plain texts, one behind the other, are NAME.zip
//	nodes.xml       in the ZIP: nodes and who operates them
//	records.xml     in the ZIP: records of handles, and those that were removed
package escrow

import (
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"linghang/lib/handle/wire"
)

// Kinds of packages.
const (
	Full       = "full"
	Difference = "difference" // to the package that Base names
)

// Manifest says what is in a package.
type Manifest struct {
	Name     string    `json:"name"`
	Prefix   string    `json:"prefix"`
	Kind     string    `json:"kind"`
	Base     string    `json:"base,omitempty"` // name of the package before
	Position uint64    `json:"position"`       // number of the last change that is in it
	MadeAt   time.Time `json:"made_at"`
	Records  int64     `json:"records"`
	Removed  int64     `json:"removed"`
	Cipher   string    `json:"cipher"`    // RSA-AES256-CBC or SM2-SM4-CBC
	For      string    `json:"recipient"` // subject and serial number of the certificate
	Slices   []Slice   `json:"slices"`
}

// Size is how many octets the slices have together.
func (m *Manifest) Size() (size int64) {
	for _, s := range m.Slices {
		size += s.Size
	}
	return size
}

// Slice is one file of a package.
type Slice struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// signed is the file of a manifest.
type signed struct {
	Statement string `json:"statement"` // the manifest
	Signature string `json:"signature"`
	Public    string `json:"public"`
}

// Node is a node and who operates it.
type Node struct {
	Prefix     string `xml:"prefix,attr"`
	Role       string `xml:"role,attr"`
	State      string `xml:"state,attr"`
	Hosting    string `xml:"hosting,attr"`
	Name       string `xml:"name"`
	Operator   string `xml:"operator"`
	Industry   string `xml:"industry,omitempty"`
	District   string `xml:"district,omitempty"`
	ValidUntil string `xml:"valid_until,omitempty"`
	Site       string `xml:"site,omitempty"` // siteinfo.json of a node that is alone
}

// Entry is a record, or, without values, that there is none any more.
type Entry struct {
	Handle  string
	Change  uint64
	At      time.Time
	Removed bool
	Values  []wire.Value
}

// Recipient is who opens a package.
type Recipient struct {
	certificate *smx509.Certificate
	guomi       bool
}

// ParseRecipient reads a certificate in PEM, of RSA or SM2.
func ParseRecipient(text []byte) (Recipient, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return Recipient{}, errors.New("no certificate in PEM")
	}
	c, err := smx509.ParseCertificate(block.Bytes)
	if err != nil {
		return Recipient{}, fmt.Errorf("read certificate: %w", err)
	}
	r := Recipient{certificate: c, guomi: sm2.IsSM2PublicKey(c.PublicKey)}
	if !r.guomi && c.PublicKeyAlgorithm != smx509.RSA {
		return Recipient{}, errors.New("the certificate has a key of RSA or SM2")
	}
	return r, nil
}

// Good tells why the certificate is not good at a time.
func (r Recipient) Good(now time.Time) error {
	if now.Before(r.certificate.NotBefore) || now.After(r.certificate.NotAfter) {
		return fmt.Errorf("the certificate is good from %s to %s", r.certificate.NotBefore.Format(time.DateOnly), r.certificate.NotAfter.Format(time.DateOnly))
	}
	return nil
}

func (r Recipient) String() string {
	return r.certificate.Subject.String() + " " + strings.ToLower(r.certificate.SerialNumber.Text(16))
}

func (r Recipient) cipher() string {
	if r.guomi {
		return "SM2-SM4-CBC"
	}
	return "RSA-AES256-CBC"
}
