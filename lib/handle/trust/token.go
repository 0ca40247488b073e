package trust

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"linghang/lib/handle/wire"
)

// MaxToken is how many octets a token may have.
const MaxToken = 64 << 10

// Bounds of what a token lists.
const (
	maxPermissions = 256
	maxDigests     = wire.MaxValues
	digestKind     = "SHA-256"
)

// Scope says what a permission is about.
type Scope string

// Scopes.
const (
	Everything             Scope = "everything"
	ThisHandle             Scope = "thisHandle"
	DerivedPrefixes        Scope = "derivedPrefixes"
	HandlesUnderThisPrefix Scope = "handlesUnderThisPrefix"
)

// Permission lets the holder of a certificate vouch for what the scope of a
// handle is.
type Permission struct {
	Handle string `json:"handle,omitempty"`
	Scope  Scope  `json:"perm"`
}

// Claims are what a token says. A certificate has Permissions and PublicKey, a
// signature has Digests.
type Claims struct {
	Issuer      string       `json:"iss"` // index:handle
	Subject     string       `json:"sub"` // index:handle of a certificate, handle of a signature
	Expires     int64        `json:"exp,omitempty"`
	NotBefore   int64        `json:"nbf,omitempty"`
	IssuedAt    int64        `json:"iat,omitempty"`
	Permissions []Permission `json:"perms,omitempty"`
	PublicKey   *JWK         `json:"publicKey,omitempty"`
	Digests     *Digests     `json:"digests,omitempty"`
}

// Digests are those of the values that a signature is about.
type Digests struct {
	Algorithm string   `json:"alg"`
	List      []Digest `json:"digests"`
}

// Digest is that of a value without its index and timestamp, in base64.
type Digest struct {
	Index  int32  `json:"index"`
	Digest string `json:"digest"`
}

// octets reads base64, of URLs or not, padded or not.
func octets(text string) ([]byte, error) {
	text = strings.TrimRight(text, "=")
	encoding := base64.RawURLEncoding
	if strings.ContainsAny(text, "+/") {
		encoding = base64.RawStdEncoding
	}
	b, err := encoding.DecodeString(text)
	if err != nil {
		return nil, unreadable("it is no base64")
	}
	return b, nil
}

// Token is a signed statement that was read, and not yet checked.
type Token struct {
	Claims    Claims
	algorithm string
	signed    string
	signature []byte
}

type head struct {
	Algorithm string   `json:"alg"`
	Critical  []string `json:"crit"`
}

// Parse reads a compact JSON Web Signature.
func Parse(compact string) (*Token, error) {
	if len(compact) > MaxToken {
		return nil, unreadable("it has more than %d octets", MaxToken)
	}
	parts := strings.SplitN(strings.TrimSpace(compact), ".", 4)
	if len(parts) != 3 {
		return nil, unreadable("it has not three parts")
	}
	raw := base64.RawURLEncoding
	header, err := raw.DecodeString(parts[0])
	if err != nil {
		return nil, unreadable("its header is no base64")
	}
	payload, err := raw.DecodeString(parts[1])
	if err != nil {
		return nil, unreadable("its payload is no base64")
	}
	t := &Token{signed: parts[0] + "." + parts[1]}
	if t.signature, err = raw.DecodeString(parts[2]); err != nil {
		return nil, unreadable("its signature is no base64")
	}
	var h head
	if err := json.Unmarshal(header, &h); err != nil {
		return nil, unreadable("its header is no JSON")
	}
	if h.Algorithm != AlgorithmRSA && h.Algorithm != AlgorithmSM2 || len(h.Critical) > 0 {
		return nil, unreadable("its algorithm %.32q is neither %s nor %s", h.Algorithm, AlgorithmRSA, AlgorithmSM2)
	}
	t.algorithm = h.Algorithm
	if err := json.Unmarshal(payload, &t.Claims); err != nil {
		return nil, unreadable("its claims: %v", err)
	}
	if len(t.Claims.Permissions) > maxPermissions || t.Claims.Digests != nil && len(t.Claims.Digests.List) > maxDigests {
		return nil, unreadable("it lists too much")
	}
	return t, nil
}

// Sign returns the token of claims, signed with an RSA or SM2 key.
func Sign(claims *Claims, key crypto.PrivateKey) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write claims: %w", err)
	}
	algorithm, err := algorithmOf(key)
	if err != nil {
		return "", err
	}
	raw := base64.RawURLEncoding
	signed := raw.EncodeToString([]byte(`{"alg":"`+algorithm+`"}`)) + "." + raw.EncodeToString(payload)
	signature, err := sign(key, []byte(signed))
	if err != nil {
		return "", fmt.Errorf("sign claims: %w", err)
	}
	return signed + "." + raw.EncodeToString(signature), nil
}

// Check checks the token with its issuer's key, and its times.
func (t *Token) Check(key crypto.PublicKey, now time.Time) error {
	if !holds(key, t.algorithm, []byte(t.signed), t.signature) {
		return ErrSignature
	}
	at := now.Unix()
	if t.Claims.NotBefore > 0 && at < t.Claims.NotBefore || t.Claims.Expires > 0 && at >= t.Claims.Expires {
		return ErrTime
	}
	return nil
}

// DigestsOf returns the digests of values, to be signed.
func DigestsOf(values []wire.Value) *Digests {
	d := &Digests{Algorithm: digestKind}
	for i := range values {
		sum := sum(&values[i])
		d.List = append(d.List, Digest{values[i].Index, base64.StdEncoding.EncodeToString(sum[:])})
	}
	return d
}

func sum(v *wire.Value) [sha256.Size]byte {
	return sha256.Sum256(wire.Encoded(v.Append(nil)).Covered())
}
