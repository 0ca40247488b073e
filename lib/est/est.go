// Package est implements Enrollment over Secure Transport (RFC 7030): the
// messages, and the client with a keeper that renews a certificate before it
// ends. A server needs the messages only.
//
// Covered are /cacerts (4.1), /simpleenroll and /simplereenroll (4.2) and
// /csrattrs (4.5). Keys that the server makes (4.4) and full CMC (4.3) are not:
// a private key never leaves the machine that made it.
package est

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
)

// Paths of the operations, below the address of the server.
const (
	PathCACerts  = "/.well-known/est/cacerts"
	PathEnrol    = "/.well-known/est/simpleenroll"
	PathReenrol  = "/.well-known/est/simplereenroll"
	PathCSRAttrs = "/.well-known/est/csrattrs"
)

// Media types of the messages.
const (
	TypeRequest      = "application/pkcs10"
	TypeCertificates = "application/pkcs7-mime; smime-type=certs-only"
	TypeCSRAttrs     = "application/csrattrs"
)

// MaxMessage is how many bytes a message may have.
const MaxMessage = 64 << 10

// maxCertificates is how many certificates an answer may hold.
const maxCertificates = 16

// ErrMessage is what the decoders report for bytes that are no such message.
var ErrMessage = errors.New("the message cannot be read")

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMessage, fmt.Sprintf(format, args...))
}

// Encode returns the base64 of a message's DER with lines of 64 characters
// (RFC 7030, section 4; RFC 8951, section 3.2).
func Encode(der []byte) []byte {
	text := base64.StdEncoding.EncodeToString(der)
	var b bytes.Buffer
	for len(text) > 64 {
		b.WriteString(text[:64] + "\r\n")
		text = text[64:]
	}
	b.WriteString(text + "\r\n")
	return b.Bytes()
}

// Decode returns the DER of a message in base64, with or without line ends.
func Decode(text []byte) ([]byte, error) {
	if len(text) > MaxMessage {
		return nil, unreadable("it has more than %d bytes", MaxMessage)
	}
	clean := bytes.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, text)
	der := make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
	n, err := base64.StdEncoding.Strict().Decode(der, clean)
	if err != nil {
		return nil, unreadable("it is no base64")
	}
	return der[:n], nil
}

// DecodeRequest reads a PKCS #10 request (RFC 2986) and checks that whoever
// made it holds the private key.
func DecodeRequest(text []byte) (*x509.CertificateRequest, error) {
	der, err := Decode(text)
	if err != nil {
		return nil, err
	}
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, unreadable("it is no PKCS #10 request: %v", err)
	}
	if err := r.CheckSignature(); err != nil {
		return nil, unreadable("the request's signature is not of its key: %v", err)
	}
	return r, nil
}

// The object identifiers of a certs-only message (RFC 5652) and of csrattrs.
func oidData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} }

func oidSignedData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2} }
func oidECKey() asn1.ObjectIdentifier      { return asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1} }
func oidP256() asn1.ObjectIdentifier       { return asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7} }

func oidECDSASHA256() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      contentInfo
	Certificates asn1.RawValue          `asn1:"optional,tag:0"`
	CRLs         []pkix.CertificateList `asn1:"optional,tag:1,set"`
	Signers      []asn1.RawValue        `asn1:"set"`
}

// EncodeCertificates returns the DER of a certs-only CMS message with the
// certificates in order (RFC 5652, section 5; RFC 7030, section 4.2.3).
func EncodeCertificates(list ...*x509.Certificate) ([]byte, error) {
	var raw []byte
	for _, c := range list {
		raw = append(raw, c.Raw...)
	}
	inner, err := asn1.Marshal(signedData{
		Version: 1, Digests: []pkix.AlgorithmIdentifier{}, Content: contentInfo{Type: oidData()},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: raw},
		Signers:      []asn1.RawValue{},
	})
	if err != nil {
		return nil, fmt.Errorf("encode certificates: %w", err)
	}
	der, err := asn1.Marshal(contentInfo{
		Type: oidSignedData(), Content: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner},
	})
	if err != nil {
		return nil, fmt.Errorf("encode certificates: %w", err)
	}
	return der, nil
}

// DecodeCertificates reads a certs-only CMS message in base64.
func DecodeCertificates(text []byte) ([]*x509.Certificate, error) {
	der, err := Decode(text)
	if err != nil {
		return nil, err
	}
	var outer contentInfo
	if rest, err := asn1.Unmarshal(der, &outer); err != nil || len(rest) > 0 || !outer.Type.Equal(oidSignedData()) {
		return nil, unreadable("it is no CMS signed-data")
	}
	var inner signedData
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &inner); err != nil {
		return nil, unreadable("it is no CMS signed-data: %v", err)
	}
	list, err := x509.ParseCertificates(inner.Certificates.Bytes)
	if err != nil {
		return nil, unreadable("a certificate in it: %v", err)
	}
	if len(list) == 0 || len(list) > maxCertificates {
		return nil, unreadable("it holds %d certificates", len(list))
	}
	return list, nil
}

type csrAttribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.ObjectIdentifier `asn1:"set"`
}

// EncodeCSRAttrs returns the DER of what a server would like in a request: a
// key on the curve P-256, and ECDSA with SHA-256 (RFC 7030, section 4.5.2).
func EncodeCSRAttrs() ([]byte, error) {
	key, err := asn1.Marshal(csrAttribute{oidECKey(), []asn1.ObjectIdentifier{oidP256()}})
	if err != nil {
		return nil, fmt.Errorf("encode attributes: %w", err)
	}
	signature, err := asn1.Marshal(oidECDSASHA256())
	if err != nil {
		return nil, fmt.Errorf("encode attributes: %w", err)
	}
	der, err := asn1.Marshal([]asn1.RawValue{{FullBytes: key}, {FullBytes: signature}})
	if err != nil {
		return nil, fmt.Errorf("encode attributes: %w", err)
	}
	return der, nil
}
