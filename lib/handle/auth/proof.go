package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // only where a Policy allows it
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what the proofs are made with
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/wire"
)

// Algorithms of proofs with a secret.
const (
	secretMD5    = 0x01
	secretSHA1   = 0x02
	secretSHA256 = 0x03 // of REST, whose alg SHA256 it is; its number follows the others
	secretHMAC1  = 0x12
	secretHMAC2  = 0x13
	secretPBKDF2 = 0x22

	proofRounds  = 10_000
	proofKeyBits = 160
)

// maxKeysTried bounds how many keys of a handle an answer with index 0 may
// have checked.
const maxKeysTried = 16

// Identity is who a client is, with what proves it: a private key or a secret.
type Identity struct {
	Reference wire.Reference
	Key       crypto.PrivateKey // *rsa.PrivateKey, *dsa.PrivateKey or *sm2.PrivateKey
	Secret    []byte            // if there is no Key
}

// Answer returns the answer to a challenge that came in a message of a version.
// What is signed is the nonce, then the digest of the request.
func (i *Identity) Answer(v wire.Version, c *wire.Challenge) (wire.ChallengeAnswer, error) {
	message := append(append([]byte(nil), c.Nonce...), c.Digest.Sum...)
	a := wire.ChallengeAnswer{Type: wire.TypePublicKey, Identity: i.Reference}
	var err error
	switch {
	case i.Key != nil:
		a.Proof, err = i.proveKey(v, message)
	case len(i.Secret) > 0:
		a.Type = wire.TypeSecretKey
		a.Proof, err = proveSecret(v, i.Secret, message)
	default:
		err = ErrNoKey
	}
	return a, err
}

func (i *Identity) proveKey(v wire.Version, message []byte) ([]byte, error) {
	if key, ok := i.Key.(*sm2.PrivateKey); ok {
		sig, err := signSM2(key, i.Reference.Handle, message)
		return wire.AppendBytes(wire.AppendBytes(nil, hashSM3), sig), err
	}
	name := messageHash(i.Key, v)
	sig, err := signWith(i.Key, name, message)
	return wire.AppendBytes(wire.AppendBytes(nil, name), sig), err
}

func proveSecret(v wire.Version, secret, message []byte) ([]byte, error) {
	if !v.AtLeast(2, 7) {
		return append([]byte{secretHMAC1}, mac(sha1.New, secret, message)...), nil
	}
	var salt [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return nil, fmt.Errorf("make salt: %w", err)
	}
	return provePBKDF2(secret, salt[:], message)
}

func provePBKDF2(secret, salt, message []byte) ([]byte, error) {
	key, err := pbkdf2.Key(sha1.New, string(secret), salt, proofRounds, proofKeyBits/8)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	b := wire.AppendBytes([]byte{secretPBKDF2}, salt)
	b = binary.BigEndian.AppendUint32(b, proofRounds)
	b = binary.BigEndian.AppendUint32(b, proofKeyBits)
	return wire.AppendBytes(b, mac(sha1.New, key, message)), nil
}

func mac(h func() hash.Hash, key, message []byte) []byte {
	m := hmac.New(h, key)
	m.Write(message)
	return m.Sum(nil)
}

// CheckKey checks a proof with a public key. Identity is the handle that signs.
func (p Policy) CheckKey(key crypto.PublicKey, identity string, nonce, sum, proof []byte) error {
	c := wire.NewCursor(proof)
	name, sig := c.Text(), c.Bytes()
	if err := c.End(); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	message := append(append([]byte(nil), nonce...), sum...)
	if k, ok := key.(*ecdsa.PublicKey); ok {
		if name != hashSM3 {
			return fmt.Errorf("%w: hash %.32q with SM2", ErrUnsupported, name)
		}
		return checkSM2(k, identity, message, sig)
	}
	return p.checkWith(key, name, message, sig)
}

// CheckSecret checks a proof with a secret, as its home server does.
func (p Policy) CheckSecret(secret, nonce, sum, proof []byte) error {
	message := append(append([]byte(nil), nonce...), sum...)
	c := wire.NewCursor(proof)
	var want, got []byte
	switch kind := c.Uint8(); kind {
	case secretPBKDF2:
		return p.checkPBKDF2(secret, message, &c)
	case secretSHA1:
		digest := sha1.Sum(append(append(append([]byte(nil), secret...), message...), secret...)) //nolint:gosec // the proof's
		want, got = digest[:], c.Rest()
	case secretSHA256:
		digest := sha256.Sum256(append(append(append([]byte(nil), secret...), message...), secret...))
		want, got = digest[:], c.Rest()
	case secretHMAC1:
		want, got = mac(sha1.New, secret, message), c.Rest()
	case secretHMAC2:
		want, got = mac(sha256.New, secret, message), c.Rest()
	case secretMD5:
		if !p.AllowMD5 {
			return fmt.Errorf("%w: MD5", ErrUnsupported)
		}
		digest := md5.Sum(append(append(append([]byte(nil), secret...), message...), secret...)) //nolint:gosec // the caller allows it
		want, got = digest[:], c.Rest()
	default:
		return fmt.Errorf("%w: proof of kind %#x", ErrUnsupported, kind)
	}
	if subtle.ConstantTimeCompare(want, got) != 1 {
		return ErrProof
	}
	return nil
}

func (p Policy) checkPBKDF2(secret, message []byte, c *wire.Cursor) error {
	salt, rounds, bits, got := c.Bytes(), c.Uint32(), c.Uint32(), c.Bytes()
	if err := c.End(); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	if rounds == 0 || uint64(rounds) > uint64(p.maxRounds()) || bits < 64 || bits > 512 || bits%8 != 0 || len(salt) > 1024 { //nolint:gosec // not negative
		return fmt.Errorf("%w: PBKDF2 with %d rounds, %d bits", ErrUnsupported, rounds, bits)
	}
	key, err := pbkdf2.Key(sha1.New, string(secret), salt, int(rounds), int(bits/8))
	if err != nil {
		return fmt.Errorf("derive key: %w", err)
	}
	if subtle.ConstantTimeCompare(mac(sha1.New, key, message), got) != 1 {
		return ErrProof
	}
	return nil
}

// Check checks the answer to a challenge against the values of the identity's
// handle, secret ones among them, and returns the identity with the index of
// the key that proved it. Index 0 in the answer is any key of the handle.
func (p Policy) Check(values []wire.Value, a *wire.ChallengeAnswer, nonce, sum []byte) (wire.Reference, error) {
	fault, tried := ErrNoKey, 0
	for i := range values {
		v := &values[i]
		if !wire.Equal(v.Type, a.Type) || a.Identity.Index != 0 && v.Index != a.Identity.Index {
			continue
		}
		if tried++; tried > maxKeysTried {
			break
		}
		if fault = p.checkValue(v, a, nonce, sum); fault == nil {
			return wire.Reference{Handle: a.Identity.Handle, Index: v.Index}, nil
		}
	}
	return wire.Reference{}, fault
}

func (p Policy) checkValue(v *wire.Value, a *wire.ChallengeAnswer, nonce, sum []byte) error {
	switch a.Type {
	case wire.TypePublicKey:
		key, err := DecodePublicKey(v.Data)
		if err != nil {
			return err
		}
		return p.CheckKey(key, a.Identity.Handle, nonce, sum, a.Proof)
	case wire.TypeSecretKey:
		return p.CheckSecret(v.Data, nonce, sum, a.Proof)
	default:
		return fmt.Errorf("%w: proof by %.32q", ErrUnsupported, a.Type)
	}
}
