package auth

import (
	"crypto"
	"crypto/dsa" //nolint:staticcheck // keys of this kind are in use; nothing here makes new ones
	"crypto/ecdsa"
	"crypto/md5" //nolint:gosec // only where a Policy allows it
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what peers before version 2.7 sign with
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"

	"linghang/lib/handle/wire"
)

// Names of hashes in proofs and credentials.
const (
	hashSHA256 = "SHA-256"
	hashSHA1   = "SHA1"
	hashSM3    = "SM3"
	hashMD5    = "MD5"
	macSHA256  = "HMAC-SHA256"
)

// Policy says what is accepted. The zero value refuses MD5.
type Policy struct {
	AllowMD5  bool
	MaxRounds int // of PBKDF2 in a proof, which the client chooses; 0 is 100 000
}

const defaultRounds = 100_000

func (p Policy) maxRounds() int {
	if p.MaxRounds == 0 {
		return defaultRounds
	}
	return p.MaxRounds
}

func (p Policy) hash(name string, message []byte) (crypto.Hash, []byte, error) {
	switch name {
	case hashSHA256, "SHA256":
		sum := sha256.Sum256(message)
		return crypto.SHA256, sum[:], nil
	case hashSHA1, "SHA-1":
		sum := sha1.Sum(message) //nolint:gosec // what peers before version 2.7 sign with
		return crypto.SHA1, sum[:], nil
	case hashMD5:
		if p.AllowMD5 {
			sum := md5.Sum(message) //nolint:gosec // the caller allows it
			return crypto.MD5, sum[:], nil
		}
	}
	return 0, nil, fmt.Errorf("%w: hash %.32q", ErrUnsupported, name)
}

type dsaSignature struct{ R, S *big.Int }

// signWith signs the message with an RSA or DSA key.
func signWith(key crypto.PrivateKey, hashName string, message []byte) ([]byte, error) {
	kind, sum, err := Policy{}.hash(hashName, message)
	if err != nil {
		return nil, err
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		sig, err := rsa.SignPKCS1v15(rand.Reader, k, kind, sum)
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		return sig, nil
	case *dsa.PrivateKey:
		r, s, err := dsa.Sign(rand.Reader, k, cutSum(sum, k.Q))
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		sig, err := asn1.Marshal(dsaSignature{r, s})
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		return sig, nil
	default:
		return nil, fmt.Errorf("%w: signing with %T", ErrUnsupported, key)
	}
}

// cutSum cuts a hash to the size of a DSA subgroup (FIPS 186-4, section 4.6).
func cutSum(sum []byte, q *big.Int) []byte { return sum[:min(len(sum), (q.BitLen()+7)/8)] }

// checkWith checks an RSA or DSA signature.
func (p Policy) checkWith(key crypto.PublicKey, hashName string, message, sig []byte) error {
	kind, sum, err := p.hash(hashName, message)
	if err != nil {
		return err
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		if rsa.VerifyPKCS1v15(k, kind, sum, sig) != nil {
			return ErrProof
		}
		return nil
	case *dsa.PublicKey:
		var s dsaSignature
		if rest, err := asn1.Unmarshal(sig, &s); err != nil || len(rest) > 0 || s.R == nil || s.S == nil {
			return ErrProof
		}
		if !dsa.Verify(k, cutSum(sum, k.Q), s.R, s.S) {
			return ErrProof
		}
		return nil
	default:
		return fmt.Errorf("%w: signature of %T", ErrUnsupported, key)
	}
}

// nationalText is what an SM2 proof signs: SM3 of the message in hexadecimal.
func nationalText(message []byte) []byte {
	sum := sm3.Sum(message)
	return hex.AppendEncode(nil, sum[:])
}

func signSM2(key *sm2.PrivateKey, signer string, message []byte) ([]byte, error) {
	sig, err := sm2.SignASN1(rand.Reader, key, nationalText(message), sm2.NewSM2SignerOption(true, []byte(signer)))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return sig, nil
}

func checkSM2(key *ecdsa.PublicKey, signer string, message, sig []byte) error {
	if !sm2.VerifyASN1WithSM2(key, []byte(signer), nationalText(message), sig) {
		return ErrProof
	}
	return nil
}

// messageHash is the hash that a key signs messages of a version with.
func messageHash(key crypto.PrivateKey, v wire.Version) string {
	_, isDSA := key.(*dsa.PrivateKey)
	if v.AtLeast(2, 11) || v.AtLeast(2, 7) && !isDSA {
		return hashSHA256
	}
	return hashSHA1
}

// SignMessage appends the credential, without its length, by which a server
// signs a message with the key of its HS_SITE.
func SignMessage(dst []byte, key crypto.PrivateKey, e *wire.Envelope, signed []byte) ([]byte, error) {
	name := messageHash(key, e.Version)
	sig, err := signWith(key, name, wire.AppendCovered(nil, e, 0, signed))
	if err != nil {
		return nil, err
	}
	c := wire.Credential{Type: wire.CredentialSigned, Algorithm: name, Signature: sig}
	return c.Append(dst), nil
}

// CheckMessage checks that a message is signed with a server's key. A message
// without a signature is refused with ErrUnsigned.
func (p Policy) CheckMessage(key crypto.PublicKey, e *wire.Envelope, m *wire.Message) error {
	if len(m.Credential) == 0 {
		return ErrUnsigned
	}
	c, err := wire.DecodeCredential(m.Credential)
	if err != nil {
		return fmt.Errorf("read credential: %w", err)
	}
	if c.Type != wire.CredentialSigned && c.Type != wire.CredentialSignedOld {
		return ErrUnsigned
	}
	return p.checkWith(key, c.Algorithm, wire.AppendCovered(nil, e, c.Counter, m.Signed), c.Signature)
}
