package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/wire"
)

// In the modes of sessions beside Diffie-Hellman (RFC 3652, section 3.6) one side
// makes the key and the other's public key carries it. The RFC gives no octets and
// no server in use completes such a session, so these are a reading of it: RSA with
// PKCS#1 v1.5, or SM2 as GB/T 32918.4 writes it, and before it the cipher's number,
// as answers by Diffie-Hellman have it. They were run between the packages of this
// library only.

// Bounds of an RSA key that carries a session's key: below, it is weak; above, it
// costs too much.
const (
	minCarrierBits = 2048
	maxCarrierBits = 4096
)

// NewSessionKey makes the key of a session.
func NewSessionKey() ([]byte, error) {
	key := make([]byte, sessionKey)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return key, nil
}

// CipherFor is the cipher of a session whose key a public key carries: SM4, whose
// vector is its key in the national dialect, with SM2, which only the dialect has.
func CipherFor(public crypto.PublicKey) Cipher {
	if _, ok := public.(*ecdsa.PublicKey); ok {
		return CipherSM4
	}
	return CipherAES
}

// SealKey encrypts a session's key with a public key, RSA of 2048 to 4096 bits or
// SM2.
func SealKey(public crypto.PublicKey, key []byte) ([]byte, error) {
	var sealed []byte
	var err error
	switch k := public.(type) {
	case *rsa.PublicKey:
		if err := CheckCarrier(k); err != nil {
			return nil, err
		}
		sealed, err = rsa.EncryptPKCS1v15(rand.Reader, k, key) //nolint:staticcheck // the protocol's padding
	case *ecdsa.PublicKey:
		if !sm2.IsSM2PublicKey(k) {
			return nil, fmt.Errorf("%w: elliptic curve other than SM2", ErrUnsupported)
		}
		sealed, err = sm2.Encrypt(rand.Reader, k, key, nil)
	default:
		return nil, fmt.Errorf("%w: a session's key carried by %T", ErrUnsupported, public)
	}
	if err != nil {
		return nil, fmt.Errorf("encrypt session key: %w", err)
	}
	return sealed, nil
}

// CheckCarrier refuses an RSA key that must not carry a session's key for its size.
func CheckCarrier(k *rsa.PublicKey) error {
	if bits := k.N.BitLen(); bits < minCarrierBits || bits > maxCarrierBits {
		return fmt.Errorf("%w: an RSA key of %d bits carries no session's key; take one of %d to %d", ErrKey, bits, minCarrierBits, maxCarrierBits)
	}
	return nil
}

// OpenKey decrypts the key of a session that was made for this side. It says what is
// wrong, so it is for a side that nobody can ask over and over: a client.
func OpenKey(private crypto.PrivateKey, sealed []byte) ([]byte, error) {
	var key []byte
	var err error
	switch k := private.(type) {
	case *rsa.PrivateKey:
		key, err = rsa.DecryptPKCS1v15(nil, k, sealed) //nolint:staticcheck // the protocol's padding, at a side that nobody asks
	case *sm2.PrivateKey:
		key, err = openSM2(k, sealed)
	default:
		return nil, fmt.Errorf("%w: a session's key carried by %T", ErrUnsupported, private)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: session key: %w", ErrCipher, err)
	case len(key) < cipherKey || len(key) > sessionKey:
		return nil, fmt.Errorf("%w: a session's key of %d octets", ErrKey, len(key))
	}
	return key, nil
}

// minSM2 is the length of nothing encrypted: a point, a digest.
const minSM2 = 1 + 64 + 32

// openSM2 decrypts what is written plainly, or in ASN.1 (GM/T 0009).
func openSM2(k *sm2.PrivateKey, sealed []byte) ([]byte, error) {
	if len(sealed) < minSM2 || len(sealed) > 1024 {
		return nil, errors.New("the length is no key's")
	}
	return sm2.Decrypt(k, sealed) //nolint:wrapcheck // the caller says what it is about
}

// OpenKeySilently decrypts the key of a session for a server. What is not encrypted
// rightly, or is no key of 32 octets, becomes a key that nobody else knows, and the
// same one whenever it is sent: who tries what was encrypted for others learns nothing
// (RFC 3218, section 2.3.2), not even by trying twice. Only a length that everybody
// sees to be wrong is refused, with ErrCipher.
func OpenKeySilently(k *rsa.PrivateKey, sealed []byte) ([]byte, error) {
	if len(sealed) != k.Size() {
		return nil, fmt.Errorf("%w: a session's key is encrypted in %d octets, not %d", ErrCipher, k.Size(), len(sealed))
	}
	key := mac(sha256.New, k.D.Bytes(), sealed)               // of sessionKey octets
	err := rsa.DecryptPKCS1v15SessionKey(nil, k, sealed, key) //nolint:staticcheck // the protocol's padding; a wrong one is told to nobody
	if err != nil {
		return nil, ErrCipher // a number above the modulus
	}
	return key, nil
}

// AppendCarried appends the data of an answer in the modes with the client's key:
// the cipher, and the encrypted key of the session.
func AppendCarried(dst []byte, c Cipher, sealed []byte) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(c)), sealed...)
}

// DecodeCarried reads the data of an answer in the modes with the client's key.
func DecodeCarried(data []byte) (Cipher, []byte, error) {
	c := wire.NewCursor(data)
	kind, sealed := Cipher(c.Uint32()), c.Rest()
	if err := c.End(); err != nil {
		return 0, nil, fmt.Errorf("read session key: %w", err)
	}
	return kind, sealed, nil
}

// AppendOffer appends the data of an answer in the mode with the server's key: the
// cipher, and the server's public key.
func AppendOffer(dst []byte, c Cipher, k *rsa.PublicKey) ([]byte, error) {
	record, err := EncodePublicKey(k)
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint32(dst, uint32(c)), record...), nil
}

// DecodeOffer reads the data of an answer in the mode with the server's key.
func DecodeOffer(data []byte) (Cipher, *rsa.PublicKey, error) {
	c := wire.NewCursor(data)
	kind := Cipher(c.Uint32())
	key, err := DecodePublicKey(c.Rest())
	if err != nil {
		return 0, nil, err
	}
	k, ok := key.(*rsa.PublicKey)
	if !ok {
		return 0, nil, fmt.Errorf("%w: session key %T", ErrUnsupported, key)
	}
	return kind, k, nil
}
