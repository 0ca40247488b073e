package machine

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/health"
	"linghang/kernel/lang"
)

const (
	purposeAuthority = "authority"
	authorityLife    = 20 * 365 * 24 * time.Hour
	// authoritySoon is when somebody should think of the next authority: a
	// machine that enrols must be able to trust it for a while.
	authoritySoon = 2 * 365 * 24 * time.Hour

	crlLife  = 7 * 24 * time.Hour
	crlFresh = 12 * time.Hour
)

// authority is the city's own, opened.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// fingerprint is what a machine that enrols is given to know the authority by.
func (a *authority) fingerprint() string {
	sum := sha256.Sum256(a.certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// authority returns the city's, and makes it when there is none. Call it before
// a Write, not inside.
func (m *Room) authority(ctx context.Context) (*authority, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.opened != nil {
		return m.opened, nil
	}
	stored, err := m.authorities.read(ctx)
	if fault.Is(err, fault.NotFound) {
		stored, err = m.makeAuthority(ctx)
	}
	if err != nil {
		return nil, err
	}
	der, err := m.kit.Seal.Open(ctx, purposeAuthority, stored.key)
	if err != nil {
		return nil, fmt.Errorf("open the authority's key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read the authority's key: %w", err)
	}
	own, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the authority's key is %T", key)
	}
	c, err := parsePEM(stored.pem)
	if err != nil {
		return nil, err
	}
	m.opened = &authority{c, own}
	return m.opened, nil
}

// makeAuthority makes the city's; when another replica was faster, it is theirs.
func (m *Room) makeAuthority(ctx context.Context) (storedAuthority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return storedAuthority{}, fmt.Errorf("make the authority's key: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return storedAuthority{}, err
	}
	subject := pkix.Name{CommonName: "Linghang Machine CA " + serial.Text(16)[:8]}
	if root, err := m.directory.Root(ctx); err == nil {
		subject.Organization = []string{root.Name.ZH}
	}
	now := m.now()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: subject, NotBefore: now.Add(-time.Duration(m.settings.Backdate)), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return storedAuthority{}, fmt.Errorf("make the authority's certificate: %w", err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return storedAuthority{}, fmt.Errorf("encode the authority's key: %w", err)
	}
	sealed, err := m.kit.Seal.Seal(ctx, purposeAuthority, plain)
	if err != nil {
		return storedAuthority{}, fmt.Errorf("seal the authority's key: %w", err)
	}
	if err := m.authorities.insert(ctx, storedAuthority{pem: toPEM(der), key: sealed, createdAt: now, notAfter: t.NotAfter}); err != nil {
		return storedAuthority{}, err
	}
	return m.authorities.read(ctx)
}

// newSerial is 127 random bits, never zero (RFC 5280, 4.1.2.2).
func newSerial() (*big.Int, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b), nil
}

func toPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func parsePEM(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("there is no certificate in %d bytes", len(text))
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	return c, nil
}

// issue makes a machine's certificate for a key. The machine's own number is
// its name; nothing of what a request asked for goes into it.
func (m *Room) issue(a *authority, x Machine, key crypto.PublicKey) (certificate, error) {
	serial, err := newSerial()
	if err != nil {
		return certificate{}, err
	}
	now := m.now()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: subjectOf(x), URIs: []*url.URL{nameOf(x)},
		NotBefore: now.Add(-time.Duration(m.settings.Backdate)), NotAfter: now.Add(time.Duration(m.settings.Validity)),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		CRLDistributionPoints: []string{m.kit.Address() + "/api/machine/crl"},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.certificate, key, a.key)
	if err != nil {
		return certificate{}, fmt.Errorf("issue a certificate: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return certificate{}, fmt.Errorf("encode the public key: %w", err)
	}
	return certificate{
		Serial: serial.Text(16), MachineID: x.ID, Digest: digest(der), KeyDigest: digest(public), PEM: toPEM(der),
		IssuedAt: now, NotBefore: t.NotBefore, NotAfter: t.NotAfter,
	}, nil
}

// subjectOf and nameOf are what the certificates of a machine say of it.
func subjectOf(x Machine) pkix.Name {
	return pkix.Name{CommonName: x.ID, OrganizationalUnit: []string{string(x.Kind)}, Organization: []string{x.OrganisationID}}
}

func nameOf(x Machine) *url.URL { return &url.URL{Scheme: "urn", Opaque: "linghang:machine:" + x.ID} }

// serverCertificate is what the TLS port shows when the operator gave no file.
type serverCertificate struct {
	mu      sync.Mutex
	current *tls.Certificate
	renewAt time.Time
}

// ServerCertificate returns a certificate of the city's authority for the
// names and addresses, a new one when two thirds of its time are over.
func (m *Room) ServerCertificate(ctx context.Context, names []string) (*tls.Certificate, error) {
	s := &m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	now := m.now()
	if s.current != nil && now.Before(s.renewAt) {
		return s.current, nil
	}
	a, err := m.authority(ctx)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the server's key: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	validity := time.Duration(m.settings.Validity)
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: names[0]}, NotBefore: now.Add(-time.Duration(m.settings.Backdate)), NotAfter: now.Add(validity),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
			continue
		}
		t.DNSNames = append(t.DNSNames, name)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.certificate, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("issue the server's certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the server's certificate: %w", err)
	}
	s.current = &tls.Certificate{Certificate: [][]byte{der, a.certificate.Raw}, PrivateKey: key, Leaf: leaf}
	s.renewAt = now.Add(validity * 2 / 3)
	m.kit.Log.Info("the TLS port has a new certificate of the city's authority", "until", t.NotAfter.UTC())
	return s.current, nil
}

// Roots are those that verify the city's machines, for programs that check
// the TLS port.
func (m *Room) Roots(ctx context.Context) (*x509.CertPool, error) {
	a, err := m.authority(ctx)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool, nil
}

// revocations returns the list of what is revoked (RFC 5280, section 5), a new
// one when something was revoked since or half a day is over.
func (m *Room) revocations(ctx context.Context) ([]byte, error) {
	a, err := m.authority(ctx)
	if err != nil {
		return nil, err
	}
	now := m.now()
	der, fresh, err := m.authorities.crl(ctx, now.Add(-crlFresh))
	if err != nil || fresh {
		return der, err
	}
	return m.authorities.renewCRL(ctx, now, time.Duration(m.settings.Grace), func(number int64, revoked []certificate) ([]byte, error) {
		list := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: now.Add(-5 * time.Minute), NextUpdate: now.Add(crlLife)}
		for _, c := range revoked {
			serial, ok := new(big.Int).SetString(c.Serial, 16)
			if !ok {
				return nil, fmt.Errorf("the serial number %q is no number", c.Serial)
			}
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: c.RevokedAt, ReasonCode: c.Reason})
		}
		der, err := x509.CreateRevocationList(rand.Reader, list, a.certificate, a.key)
		if err != nil {
			return nil, fmt.Errorf("sign the list of revocations: %w", err)
		}
		return der, nil
	})
}

// checkAuthority says how long the authority is good for.
func (m *Room) checkAuthority(ctx context.Context) health.Finding {
	stored, err := m.authorities.read(ctx)
	if fault.Is(err, fault.NotFound) {
		return health.Finding{Note: lang.Text{ZH: "尚未建立，首次登记机器时自动建立", EN: "not made yet; it is with the first machine"}}
	}
	if err != nil {
		return health.Failed(err, lang.Text{})
	}
	until := stored.notAfter.Format(time.DateOnly)
	f := health.Finding{Note: lang.Text{ZH: "有效至 " + until, EN: "good until " + until}}
	if stored.notAfter.Sub(m.now()) < authoritySoon {
		f.State = health.Degraded
		f.Mend = lang.Text{ZH: "联系维护方更换城市证书机构；到期后机器须重新登记", EN: "Ask the maintainers to replace the authority; machines enrol anew after its end"}
	}
	return f
}

// CheckAuthority is what the doctor asks.
func (m *Room) CheckAuthority(ctx context.Context) health.Finding { return m.checkAuthority(ctx) }

// reasons are those that a person can give (RFC 5280, 5.3.1).
func reasons() []string { return []string{"key_compromise", "ceased", "superseded", "unspecified"} }

func reasonCode(reason string) int {
	return map[string]int{"key_compromise": 1, "superseded": 4, "ceased": 5}[reason]
}

func validReason(reason string) bool { return slices.Contains(reasons(), reason) }

// reasonSuperseded is of certificates whose successor is in use.
const reasonSuperseded = 4
