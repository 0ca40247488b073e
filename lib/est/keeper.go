package est

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Keeper keeps a machine's key and certificate in a directory and renews them
// before they end. A process that is killed at any moment leaves a directory
// that the next one goes on with: what is new is written beside what is in
// force and takes its place by a rename; a key is kept from before it is asked
// for until its certificate is here.
//
//	machine.pem   private key, certificate and its chain, as curl --cert reads it
//	ca.pem        the authority, which verifies the server
//	next.key      the key of the certificate that is being asked for
//	machine.json  where the server is, and how the last renewal went
type Keeper struct {
	Dir string
	// Now is the clock; nil takes the system's.
	Now func() time.Time
}

const (
	ownFile   = "machine.pem"
	rootFile  = "ca.pem"
	nextFile  = "next.key"
	stateFile = "machine.json"
)

// State is what the keeper remembers beside the certificate.
type State struct {
	URL string `json:"url"`
	// IssuedAt is when the certificate in force came, by the corrected clock;
	// the certificate itself begins earlier, for clocks that are behind.
	IssuedAt time.Time `json:"issued_at"`
	// Ahead is how far the server's clock is ahead of this machine's.
	Ahead     time.Duration `json:"ahead_ns"`
	TriedAt   time.Time     `json:"tried_at,omitzero"`
	LastError string        `json:"last_error,omitempty"`
	Failures  int           `json:"failures,omitempty"`
}

// Status is how a machine's certificate is.
type Status struct {
	State
	Subject   string    `json:"subject"`
	Serial    string    `json:"serial"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	RenewAt   time.Time `json:"renew_at"`
	// Is is waiting, valid, due or expired.
	Is string `json:"is"`
}

// The states of a machine's certificate on the machine.
const (
	Waiting = "waiting" // no certificate yet
	Valid   = "valid"
	Due     = "due" // valid, and its renewal is due
	Expired = "expired"
)

func (k Keeper) now() time.Time {
	if k.Now == nil {
		return time.Now()
	}
	return k.Now()
}

func (k Keeper) path(name string) string { return filepath.Join(k.Dir, name) }

// Enrol makes the machine's key and asks for its first certificate with the
// token. sha is the SHA-256 of the authority's certificate; without it the
// server is verified by the system's roots. Asking again with the same token
// from the same directory after a crash brings the same certificate.
func (k Keeper) Enrol(ctx context.Context, url, token, sha string) (Status, error) {
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return Status{}, fmt.Errorf("make %s: %w", k.Dir, err)
	}
	if _, err := os.Stat(k.path(ownFile)); err == nil {
		return Status{}, fmt.Errorf("there is a certificate in %s already; renew it, or enrol into another directory", k.Dir)
	}
	c := Client{URL: url, Now: k.Now}
	if sha != "" {
		root, err := c.Pinned(ctx, sha)
		if err != nil {
			return Status{}, err
		}
		if err := k.write(rootFile, pemOf(root), 0o644); err != nil {
			return Status{}, err
		}
		c.Roots = x509.NewCertPool()
		c.Roots.AddCert(root)
	} else if err := os.Remove(k.path(rootFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Status{}, fmt.Errorf("remove the authority of an earlier try: %w", err)
	}
	key, csr, err := k.request()
	if err != nil {
		return Status{}, err
	}
	a, err := c.Enrol(ctx, csr, "", token)
	if err != nil {
		return Status{}, err
	}
	return k.take(State{URL: url}, key, a)
}

// Renew asks for the next certificate, whether or not it is due.
func (k Keeper) Renew(ctx context.Context) (Status, error) {
	s, own, err := k.load()
	if err != nil {
		return Status{}, err
	}
	c, err := k.client(s)
	if err != nil {
		return Status{}, err
	}
	s.TriedAt = k.now().UTC()
	key, csr, err := k.request()
	if err == nil {
		var a Answer
		if a, err = c.Reenrol(ctx, csr, own); err == nil {
			return k.take(State{URL: s.URL, TriedAt: s.TriedAt}, key, a)
		}
	}
	s.LastError, s.Failures = err.Error(), s.Failures+1
	return Status{}, errors.Join(err, k.save(s))
}

// Watch keeps the certificate renewed until ctx ends; told hears of every try.
// It returns an error only when there is nothing to keep.
func (k Keeper) Watch(ctx context.Context, told func(Status, error)) error {
	late := time.Duration(0)
	for ctx.Err() == nil {
		s, err := k.Status()
		if err != nil {
			return err
		}
		wait := s.RenewAt.Add(late).Sub(k.now().Add(s.Ahead))
		if wait <= 0 {
			wait, late = k.attempt(ctx, told)
		}
		// A clock that is set, or a laptop that slept, is noticed within a minute.
		pause(ctx, min(wait, time.Minute))
	}
	return nil
}

// attempt renews once, and says how long to wait now and how long the next
// renewal is put off.
func (k Keeper) attempt(ctx context.Context, told func(Status, error)) (wait, late time.Duration) {
	s, err := k.Renew(ctx)
	if ctx.Err() != nil {
		return 0, 0
	}
	told(s, err)
	if err != nil {
		return k.pause(err), 0
	}
	return 0, spread(s.NotAfter.Sub(s.RenewAt))
}

// spread keeps machines that enrolled together from renewing together.
func spread(left time.Duration) time.Duration {
	return time.Duration(mathrand.Int64N(int64(max(left/10, 1)))) //nolint:gosec // no secret hangs on it
}

// pause is how long to wait after a try that failed: longer each time, an hour
// at most, and never more than a tenth of what is left.
func (k Keeper) pause(err error) time.Duration {
	s, read := k.Status()
	if read != nil {
		return time.Minute
	}
	wait := min(10*time.Second<<min(s.Failures, 9), time.Hour)
	if left := s.NotAfter.Sub(k.now()); left > 0 {
		wait = min(wait, max(left/10, time.Second))
	}
	if r, ok := errors.AsType[*RefusedError](err); ok {
		wait = max(wait, r.RetryAfter)
	}
	return wait
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Status says how the certificate is, without asking anybody.
func (k Keeper) Status() (Status, error) {
	s, own, err := k.load()
	if errors.Is(err, fs.ErrNotExist) {
		if _, waiting := os.Stat(k.path(nextFile)); waiting == nil {
			return Status{Is: Waiting}, nil
		}
	}
	if err != nil {
		return Status{}, err
	}
	leaf := own.Leaf
	at := k.now().Add(s.Ahead)
	v := Status{
		State: s, Subject: leaf.Subject.CommonName, Serial: fmt.Sprintf("%x", leaf.SerialNumber), NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(),
		RenewAt: renewAt(s.IssuedAt, leaf), Is: Valid,
	}
	switch {
	case at.After(leaf.NotAfter):
		v.Is = Expired
	case at.After(v.RenewAt):
		v.Is = Due
	}
	return v, nil
}

// renewAt is two thirds of the way from when the certificate came to its end.
func renewAt(issued time.Time, leaf *x509.Certificate) time.Time {
	if issued.Before(leaf.NotBefore) || issued.After(leaf.NotAfter) {
		issued = leaf.NotBefore
	}
	return issued.Add(leaf.NotAfter.Sub(issued) * 2 / 3).UTC()
}

// HTTP returns a client that shows the machine's certificate, the newest one at
// every new connection, and the address that it is for.
func (k Keeper) HTTP() (client *http.Client, url string, err error) {
	s, _, err := k.load()
	if err != nil {
		return nil, "", err
	}
	c, err := k.client(s)
	if err != nil {
		return nil, "", err
	}
	return c.HTTP(func() (*tls.Certificate, error) {
		_, own, err := k.load()
		return &own, err
	}), s.URL, nil
}

func (k Keeper) client(s State) (Client, error) {
	c := Client{URL: s.URL, Now: k.Now}
	roots, err := os.ReadFile(k.path(rootFile))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read the authority: %w", err)
	}
	c.Roots = x509.NewCertPool()
	if !c.Roots.AppendCertsFromPEM(roots) {
		return c, fmt.Errorf("%s holds no certificate", k.path(rootFile))
	}
	return c, nil
}

// request returns the key of the next certificate, made or found, and a request for it.
func (k Keeper) request() (*ecdsa.PrivateKey, []byte, error) {
	key, err := k.nextKey()
	if err != nil {
		return nil, nil, err
	}
	subject := pkix.Name{}
	if _, own, err := k.load(); err == nil {
		subject.CommonName = own.Leaf.Subject.CommonName // RFC 7030, 4.2.2: the same subject
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject, SignatureAlgorithm: x509.ECDSAWithSHA256}, key)
	if err != nil {
		return nil, nil, fmt.Errorf("make a request: %w", err)
	}
	return key, csr, nil
}

func (k Keeper) nextKey() (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(k.path(nextFile))
	if err == nil {
		if key, err := readKey(text); err == nil {
			return key, nil
		} // half a file of a crash is made anew
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the next key: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	text, err = keyPEM(key)
	if err != nil {
		return nil, err
	}
	return key, k.write(nextFile, text, 0o600)
}

// take puts the certificate that came in force.
func (k Keeper) take(s State, key *ecdsa.PrivateKey, a Answer) (Status, error) {
	leaf := a.Certificates[0]
	public, ok := leaf.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(key.Public()) {
		return Status{}, errors.New("the certificate that came is not for the key that was asked for")
	}
	text, err := keyPEM(key)
	if err != nil {
		return Status{}, err
	}
	s.Ahead, s.IssuedAt = a.Ahead, k.now().Add(a.Ahead).UTC()
	// The state first: with an old certificate it is wrong by one renewal, the
	// other way round the address would be missing.
	if err := k.save(s); err != nil {
		return Status{}, err
	}
	if err := k.write(ownFile, append(text, pemOf(a.Certificates...)...), 0o600); err != nil {
		return Status{}, err
	}
	if err := os.Remove(k.path(nextFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Status{}, fmt.Errorf("remove the key that is in force now: %w", err)
	}
	return k.Status()
}

func (k Keeper) load() (State, tls.Certificate, error) {
	var s State
	text, err := os.ReadFile(k.path(stateFile))
	if err != nil {
		return s, tls.Certificate{}, fmt.Errorf("read the machine's state: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, tls.Certificate{}, fmt.Errorf("read %s: %w", k.path(stateFile), err)
	}
	text, err = os.ReadFile(k.path(ownFile))
	if err != nil {
		return s, tls.Certificate{}, fmt.Errorf("read the machine's certificate: %w", err)
	}
	own, err := tls.X509KeyPair(text, text)
	if err != nil {
		return s, own, fmt.Errorf("read %s: %w", k.path(ownFile), err)
	}
	return s, own, nil
}

func (k Keeper) save(s State) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the machine's state: %w", err)
	}
	return k.write(stateFile, append(text, '\n'), 0o600)
}

// write replaces a file whole, and on the disk before it returns.
func (k Keeper) write(name string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(k.Dir, "."+name+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", name, err), os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), k.path(name)); err != nil {
		return err
	}
	dir, err := os.Open(k.Dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func keyPEM(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode the key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func readKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("there is no key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	own, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%T is no ECDSA key", key)
	}
	return own, nil
}

func pemOf(list ...*x509.Certificate) []byte {
	var b bytes.Buffer
	for _, c := range list {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}) // a buffer takes everything
	}
	return b.Bytes()
}
