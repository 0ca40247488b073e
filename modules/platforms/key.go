package platforms

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
)

// Kinds of keys. A report key signs; its secret never travels. A push key is a
// user name and password, because that is what Prometheus and OpenTelemetry send.
const (
	reportKey = "report"
	pushKey   = "push"
)

// keysAtOnce lets a key be replaced without a gap: the new one works before
// the old one is revoked.
const keysAtOnce = 2

// clockWindow is how far a signed request's time may be from ours.
const clockWindow = 300 * time.Second

type key struct {
	ID         string
	PlatformID string
	Kind       string
	Secret     string // of a report key; of a push key only its hash
	Sandbox    bool
	// Certificate: the key is good only where a machine of the platform's operator shows its
	// certificate, too.
	Certificate bool
	CreatedAt   time.Time
	LastUsedAt  time.Time
	Revoked     bool
}

func newKey(platformID, kind string, sandbox, certificate bool, now time.Time) (k key, secret string, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return key{}, "", fmt.Errorf("make secret: %w", err)
	}
	secret = base64.RawURLEncoding.EncodeToString(b)
	k = key{ID: ulid.Make().String(), PlatformID: platformID, Kind: kind, Secret: secret, Sandbox: sandbox, Certificate: certificate, CreatedAt: now}
	if kind == pushKey {
		k.Secret = hashOf(secret)
	}
	return k, secret, nil
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

const scheme = "LH-HMAC-SHA256"

// signature is what a signed request says of itself.
type signature struct {
	KeyID string
	At    time.Time
	Seq   int64
	Sum   []byte
}

// readSignature reads "LH-HMAC-SHA256 key=…, ts=…, seq=…, sig=…".
func readSignature(header string) (signature, error) {
	bad := func(what string) error {
		return fault.New(fault.Unauthorized, "platforms.signature.form", "the signature cannot be read: %s", what).
			At("header.Authorization", "%s key=<id>, ts=<unix seconds>, seq=<number>, sig=<hex>", scheme)
	}
	rest, ok := strings.CutPrefix(header, scheme+" ")
	if !ok {
		return signature{}, bad("the scheme is not " + scheme)
	}
	var s signature
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		var err error
		switch name {
		case "key":
			s.KeyID = value
		case "ts":
			var unix int64
			unix, err = strconv.ParseInt(value, 10, 64)
			s.At = time.Unix(unix, 0)
		case "seq":
			s.Seq, err = strconv.ParseInt(value, 10, 64)
		case "sig":
			s.Sum, err = hex.DecodeString(value)
		}
		if err != nil {
			return signature{}, bad(name + " is " + form(name, value))
		}
	}
	if s.KeyID == "" || s.At.IsZero() || s.Seq <= 0 || len(s.Sum) != sha256.Size {
		return signature{}, bad("key, ts, seq and sig are all needed")
	}
	return s, nil
}

// form repeats what was sent, but for a signature: who mixes them up sends the secret.
func form(name, value string) string {
	if name == "sig" {
		return "not hexadecimal"
	}
	return strconv.Quote(value)
}

// sign returns HMAC-SHA256 over method, path, time, sequence and body hash,
// each on a line of its own.
func sign(secret, method, path string, at time.Time, seq int64, body []byte) []byte {
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s\n%s\n%d\n%d\n%s", method, path, at.Unix(), seq, hex.EncodeToString(sum[:]))
	return mac.Sum(nil)
}

// verify decides whether a signed request comes from the holder of the key, now.
func (k key) verify(s signature, method, path string, body []byte, now time.Time) error {
	if skew := now.Sub(s.At); skew > clockWindow || skew < -clockWindow {
		return fault.New(fault.Unauthorized, "platforms.signature.clock", "the request's time is %s away from ours; set the clock", skew.Round(time.Second)).
			With("seconds", int(skew.Seconds()))
	}
	if k.Kind != reportKey || !hmac.Equal(s.Sum, sign(k.Secret, method, path, s.At, s.Seq, body)) {
		return fault.New(fault.Unauthorized, "platforms.signature.wrong", "the signature does not match method, path, time, sequence and body")
	}
	return nil
}

// matches decides whether a password is the key's.
func (k key) matches(secret string) bool {
	return k.Kind == pushKey && subtle.ConstantTimeCompare([]byte(k.Secret), []byte(hashOf(secret))) == 1
}

// shown is the certificate that a machine showed; empty when none was asked for, or shown.
type shown struct{ machine, organisation, serial string }

// accepts decides whether a key is good beside what a machine showed, for a platform whose
// operator is an organisation.
func (k key) accepts(c shown, operator string) error {
	switch {
	case !k.Certificate:
		return nil
	case c.machine == "":
		return fault.New(fault.Unauthorized, "platforms.key.certificate", "the key is good only with the certificate of a machine, which was not shown").
			At("header.Authorization", "send to the TLS port of machines and show the machine's certificate, as curl --cert does; a proxy in between must pass TLS through")
	case c.organisation != operator:
		return fault.New(fault.Forbidden, "platforms.key.certificate_foreign", "the certificate is of a machine of another organisation than the platform's operator").
			At("header.Authorization", "enrol a machine for the platform's operator")
	}
	return nil
}

func errKey() error {
	return fault.New(fault.Unauthorized, "platforms.key.refused", "the key is unknown, revoked or wrong").
		At("header.Authorization", "use a key of the platform's page, with its secret")
}
