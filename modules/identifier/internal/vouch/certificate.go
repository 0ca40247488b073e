package vouch

import (
	"crypto"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// Certificates are for a year if nobody says otherwise, and made anew a month before
// their end.
const (
	CertifiedFor  = 365 * 24 * time.Hour
	renewedBefore = 30 * 24 * time.Hour
	earlier       = 5 * time.Minute // clocks differ
	// certificateTTL is short, so that one that was taken back is believed no longer
	// than an hour by who remembers it.
	certificateTTL = 3600
)

// Subject is a node below whose key is certified.
type Subject struct {
	Prefix string // its handle
	Key    crypto.PublicKey
	Below  bool      // it allocates prefixes itself
	Until  time.Time // when the certificate ends; in a year when zero
}

func (b *Subject) permissions() []trust.Permission {
	list := []trust.Permission{{Handle: b.Prefix, Scope: trust.HandlesUnderThisPrefix}}
	if b.Below {
		list = append(list, trust.Permission{Handle: b.Prefix, Scope: trust.DerivedPrefixes})
	}
	return list
}

// end is when a certificate that is made now ends.
func (b *Subject) end(now time.Time) time.Time {
	if b.Until.IsZero() {
		return now.Add(CertifiedFor)
	}
	return b.Until
}

// Certify returns the certificate of a node below, for the record of its prefix.
func (s *Signer) Certify(b Subject, now time.Time) (wire.Value, error) {
	kind, err := algorithmOf(b.Key)
	if err != nil {
		return wire.Value{}, err
	}
	key, err := trust.KeyOf(b.Key)
	if err != nil {
		return wire.Value{}, fmt.Errorf("certify %s: %w", b.Prefix, err)
	}
	token, err := trust.Sign(&trust.Claims{
		Issuer: s.Issuer().String(), Subject: issuer(b.Prefix, kind).String(), PublicKey: key, Permissions: b.permissions(),
		NotBefore: now.Add(-earlier).Unix(), IssuedAt: now.Unix(), Expires: b.end(now).Unix(),
	}, s.Key)
	if err != nil {
		return wire.Value{}, fmt.Errorf("certify %s: %w", b.Prefix, err)
	}
	v := wire.Text(certificateIndex+kind.offset(), wire.TypeCertificate, token)
	v.TTL = certificateTTL
	return v, nil
}

// Certified returns the certificate among the values of a record that Certify
// would make now, if there is one that is good for a while yet.
func (s *Signer) Certified(values []wire.Value, b Subject, now time.Time) (wire.Value, bool) {
	for _, v := range values {
		c := CertificateOf(&v)
		if c == nil || c.token.Claims.Issuer != s.Issuer().String() || !c.is(&b) || c.token.Check(s.public, now) != nil {
			continue
		}
		if b.Until.IsZero() && c.Until.Sub(now) > renewedBefore || c.Until.Unix() == b.Until.Unix() {
			return v, true
		}
	}
	return wire.Value{}, false
}

// Certificate is what an HS_CERT says.
type Certificate struct {
	Issuer  string
	Subject string
	Until   time.Time
	token   *trust.Token
}

// CertificateOf reads a certificate; nil if the value is none.
func CertificateOf(v *wire.Value) *Certificate {
	if !wire.Equal(v.Type, wire.TypeCertificate) {
		return nil
	}
	t, err := trust.Parse(string(v.Data))
	if err != nil {
		return nil
	}
	c := &Certificate{Issuer: t.Claims.Issuer, Subject: t.Claims.Subject, token: t}
	if t.Claims.Expires > 0 {
		c.Until = time.Unix(t.Claims.Expires, 0).UTC()
	}
	return c
}

// By tells whether the node of a prefix has made the certificate.
func (c *Certificate) By(prefixHandle string) bool { return issues(prefixHandle, c.Issuer) }

// is tells whether a certificate is about a node, with all that it may do.
func (c *Certificate) is(b *Subject) bool {
	kind, err := algorithmOf(b.Key)
	if err != nil || c.Subject != issuer(b.Prefix, kind).String() {
		return false
	}
	key, err := trust.KeyOf(b.Key)
	given := c.token.Claims.PublicKey
	if err != nil || given == nil || *given != *key {
		return false
	}
	want := b.permissions()
	if len(want) != len(c.token.Claims.Permissions) {
		return false
	}
	for i, p := range c.token.Claims.Permissions {
		if p != want[i] {
			return false
		}
	}
	return true
}

// rootFile is what trust.json holds: whom to trust without a certificate.
type rootFile struct {
	Issuer    string     `json:"issuer"`
	PublicKey *trust.JWK `json:"publicKey"`
}

// RootFile returns the text of trust.json, by which others trust a root.
func RootFile(root trust.Root) ([]byte, error) {
	key, err := trust.KeyOf(root.Key)
	if err != nil {
		return nil, fmt.Errorf("write root of trust: %w", err)
	}
	text, err := json.MarshalIndent(rootFile{root.Reference.String(), key}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write root of trust: %w", err)
	}
	return append(text, '\n'), nil
}

// LoadRoot reads whom to trust, as trust.json holds it.
func LoadRoot(path string) (trust.Root, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return trust.Root{}, fmt.Errorf("read root of trust: %w", err)
	}
	root, err := ParseRoot(text)
	if err != nil {
		return trust.Root{}, fmt.Errorf("read root of trust %s: %w", path, err)
	}
	return root, nil
}

// ParseRoot reads the text of trust.json.
func ParseRoot(text []byte) (trust.Root, error) {
	var f rootFile
	if err := json.Unmarshal(text, &f); err != nil {
		return trust.Root{}, fmt.Errorf("it is no JSON: %w", err)
	}
	reference, err := wire.ParseReference(f.Issuer)
	if err != nil {
		return trust.Root{}, fmt.Errorf("issuer: %w", err)
	}
	key, err := f.PublicKey.Key()
	if err != nil {
		return trust.Root{}, fmt.Errorf("publicKey: %w", err)
	}
	return trust.Root{Reference: reference, Key: key}, nil
}
