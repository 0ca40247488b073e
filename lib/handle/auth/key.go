package auth

import (
	"crypto"
	"crypto/dsa" //nolint:staticcheck // keys of this kind are in use; nothing here makes new ones
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"linghang/lib/handle/wire"
)

// Names of key records.
const (
	recordRSAPublic   = "RSA_PUB_KEY"
	recordRSACRT      = "RSA_PRIVCRT_KEY"
	recordRSAPrivate  = "RSA_PRIV_KEY"
	recordDSAPublic   = "DSA_PUB_KEY"
	recordDSAPrivate  = "DSA_PRIV_KEY"
	recordDHPublic    = "DH_PUB_KEY"
	recordSM2Public   = "SM2_PUB_KEY"
	recordSM2Private  = "SM2_PRIV_KEY"
	maxKeyBits        = 8192
	minRSABits        = 1024
	maxPEM            = 8 << 10
	pemBegin          = "-----BEGIN"
	pemPublicKey      = "PUBLIC KEY"
	pemPrivateKey     = "PRIVATE KEY"
	maxPublicExponent = 1<<31 - 1
)

// DHPublicKey is a public key of Diffie-Hellman with its group.
type DHPublicKey struct{ Y, P, G *big.Int }

// DecodePublicKey reads a key record as in HS_PUBKEY and HS_SITE. It returns an
// *rsa.PublicKey, *dsa.PublicKey, *DHPublicKey, or an *ecdsa.PublicKey on the
// curve of SM2.
func DecodePublicKey(record []byte) (crypto.PublicKey, error) {
	c := wire.NewCursor(record)
	name := c.Text()
	c.Uint16()
	switch name {
	case recordRSAPublic:
		e, n := integer(&c), integer(&c)
		if c.Len() == 4 { // some encoders leave four zero octets
			c.Uint32()
		}
		if err := c.End(); err != nil {
			return nil, unreadable("%v", err)
		}
		return rsaPublic(e, n)
	case recordDSAPublic:
		var k dsa.PublicKey
		k.Q, k.P, k.G, k.Y = integer(&c), integer(&c), integer(&c), integer(&c)
		if err := c.End(); err != nil {
			return nil, unreadable("%v", err)
		}
		return checkDSA(&k)
	case recordDHPublic:
		k := DHPublicKey{integer(&c), integer(&c), integer(&c)}
		if err := c.End(); err != nil {
			return nil, unreadable("%v", err)
		}
		return &k, nil
	case recordSM2Public:
		block, err := pemBlock(&c)
		if err != nil {
			return nil, err
		}
		return sm2Public(block)
	}
	if err := c.Err(); err != nil {
		return nil, unreadable("%v", err)
	}
	return nil, fmt.Errorf("%w: public key %.32q", ErrUnsupported, name)
}

// integer reads two's complement; a negative number or a long one is refused.
func integer(c *wire.Cursor) *big.Int {
	b := c.Bytes()
	if len(b) > 0 && b[0]&0x80 != 0 {
		c.Fail(unreadable("a number is negative"))
		return new(big.Int)
	}
	if len(b) > maxKeyBits/8+1 {
		c.Fail(unreadable("a number has more than %d bits", maxKeyBits))
		return new(big.Int)
	}
	return new(big.Int).SetBytes(b)
}

func rsaPublic(e, n *big.Int) (*rsa.PublicKey, error) {
	switch {
	case !e.IsInt64() || e.Int64() < 3 || e.Int64() > maxPublicExponent || e.Bit(0) == 0:
		return nil, unreadable("the RSA exponent is not usable")
	case n.BitLen() < minRSABits:
		return nil, unreadable("the RSA modulus has fewer than %d bits", minRSABits)
	case n.Bit(0) == 0:
		return nil, unreadable("the RSA modulus is even")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func checkDSA(k *dsa.PublicKey) (*dsa.PublicKey, error) {
	one := big.NewInt(1)
	size := k.Q.BitLen()
	if size < 160 || size > 256 || k.P.BitLen() < 1024 || k.P.BitLen() > 3072 || k.P.Bit(0) == 0 {
		return nil, unreadable("the DSA parameters have no usual size")
	}
	if k.G.Cmp(one) <= 0 || k.G.Cmp(k.P) >= 0 || k.Y.Cmp(one) <= 0 || k.Y.Cmp(k.P) >= 0 {
		return nil, unreadable("a DSA number is out of range")
	}
	return k, nil
}

// pemBlock reads PEM text that ends a record, with or without its length before.
func pemBlock(c *wire.Cursor) ([]byte, error) {
	text := c.Rest()
	if len(text) >= 4 && string(text[4:min(len(text), 4+len(pemBegin))]) == pemBegin {
		inner := wire.NewCursor(text)
		text = inner.Bytes()
		if err := inner.End(); err != nil {
			return nil, unreadable("%v", err)
		}
	}
	if err := c.End(); err != nil {
		return nil, unreadable("%v", err)
	}
	if len(text) > maxPEM {
		return nil, unreadable("the PEM text has more than %d octets", maxPEM)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, unreadable("it holds no PEM text")
	}
	return block.Bytes, nil
}

func sm2Public(der []byte) (*ecdsa.PublicKey, error) {
	key, err := smx509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, unreadable("%v", err)
	}
	if k, ok := key.(*ecdsa.PublicKey); ok && sm2.IsSM2PublicKey(k) {
		return k, nil
	}
	return nil, unreadable("it is no SM2 key")
}

// EncodePublicKey returns the record of a key of the types that DecodePublicKey
// returns.
func EncodePublicKey(key crypto.PublicKey) ([]byte, error) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return appendNumbers(public(recordRSAPublic), big.NewInt(int64(k.E)), k.N), nil
	case *dsa.PublicKey:
		return appendNumbers(public(recordDSAPublic), k.Q, k.P, k.G, k.Y), nil
	case *DHPublicKey:
		return appendNumbers(public(recordDHPublic), k.Y, k.P, k.G), nil
	case *ecdsa.PublicKey:
		if !sm2.IsSM2PublicKey(k) {
			return nil, fmt.Errorf("%w: elliptic curve other than SM2", ErrUnsupported)
		}
		der, err := smx509.MarshalPKIXPublicKey(k)
		if err != nil {
			return nil, fmt.Errorf("encode SM2 key: %w", err)
		}
		return appendPEM(public(recordSM2Public), pemPublicKey, der), nil
	default:
		return nil, fmt.Errorf("%w: public key %T", ErrUnsupported, key)
	}
}

// public begins the record of a public key: its name and flags.
func public(name string) []byte {
	return binary.BigEndian.AppendUint16(wire.AppendBytes(nil, name), 0)
}

func appendNumbers(b []byte, numbers ...*big.Int) []byte {
	for _, n := range numbers {
		octets := n.Bytes()
		if len(octets) == 0 || octets[0]&0x80 != 0 {
			octets = append([]byte{0}, octets...)
		}
		b = wire.AppendBytes(b, octets)
	}
	return b
}

func appendPEM(b []byte, kind string, der []byte) []byte {
	return wire.AppendBytes(b, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// DecodePrivateKey reads the record of a private key, which has no flags after
// its name. It returns an *rsa.PrivateKey, *dsa.PrivateKey or *sm2.PrivateKey.
func DecodePrivateKey(octets []byte) (crypto.PrivateKey, error) {
	c := wire.NewCursor(octets)
	name := c.Text()
	switch name {
	case recordRSACRT:
		return rsaPrivate(&c)
	case recordDSAPrivate:
		var k dsa.PrivateKey
		k.X, k.P, k.Q, k.G = integer(&c), integer(&c), integer(&c), integer(&c)
		if err := c.End(); err != nil {
			return nil, unreadable("%v", err)
		}
		if k.P.Bit(0) == 0 || k.Q.Sign() == 0 || k.X.Cmp(k.Q) >= 0 || k.P.BitLen() > 3072 {
			return nil, unreadable("a DSA number is out of range")
		}
		k.Y = new(big.Int).Exp(k.G, k.X, k.P)
		if _, err := checkDSA(&k.PublicKey); err != nil {
			return nil, err
		}
		return &k, nil
	case recordSM2Private:
		block, err := pemBlock(&c)
		if err != nil {
			return nil, err
		}
		key, err := smx509.ParsePKCS8PrivateKey(block)
		if err != nil {
			return nil, unreadable("%v", err)
		}
		if k, ok := key.(*sm2.PrivateKey); ok {
			return k, nil
		}
		return nil, unreadable("it is no SM2 key")
	}
	if err := c.Err(); err != nil {
		return nil, unreadable("%v", err)
	}
	return nil, fmt.Errorf("%w: private key %.32q", ErrUnsupported, name)
}

// rsaPrivate reads n, e, d, p, q; what follows from them is computed again.
func rsaPrivate(c *wire.Cursor) (*rsa.PrivateKey, error) {
	n, e, d, p, q := integer(c), integer(c), integer(c), integer(c), integer(c)
	for range 3 {
		integer(c)
	}
	if err := c.End(); err != nil {
		return nil, unreadable("%v", err)
	}
	half, err := rsaPublic(e, n)
	if err != nil {
		return nil, err
	}
	key := &rsa.PrivateKey{PublicKey: *half, D: d, Primes: []*big.Int{p, q}}
	if err := key.Validate(); err != nil {
		return nil, unreadable("%v", err)
	}
	key.Precompute()
	return key, nil
}

// EncodePrivateKey returns the record of a private key.
func EncodePrivateKey(key crypto.PrivateKey) ([]byte, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if len(k.Primes) != 2 {
			return nil, fmt.Errorf("%w: RSA key with %d primes", ErrUnsupported, len(k.Primes))
		}
		k.Precompute()
		return appendNumbers(wire.AppendBytes(nil, recordRSACRT), k.N, big.NewInt(int64(k.E)), k.D, k.Primes[0], k.Primes[1],
			k.Precomputed.Dp, k.Precomputed.Dq, k.Precomputed.Qinv), nil
	case *dsa.PrivateKey:
		return appendNumbers(wire.AppendBytes(nil, recordDSAPrivate), k.X, k.P, k.Q, k.G), nil
	case *sm2.PrivateKey:
		der, err := smx509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			return nil, fmt.Errorf("encode SM2 key: %w", err)
		}
		return appendPEM(wire.AppendBytes(nil, recordSM2Private), pemPrivateKey, der), nil
	default:
		return nil, fmt.Errorf("%w: private key %T", ErrUnsupported, key)
	}
}

// PublicKeyOf returns the public part of a private key.
func PublicKeyOf(key crypto.PrivateKey) (crypto.PublicKey, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return &k.PublicKey, nil
	case *dsa.PrivateKey:
		return &k.PublicKey, nil
	case *sm2.PrivateKey:
		return &k.PublicKey, nil
	default:
		return nil, fmt.Errorf("%w: private key %T", ErrUnsupported, key)
	}
}
