package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
)

// JWK is a public key: RSA as RFC 7518 section 6.3 has it, SM2 as section 6.2 has
// elliptic curves, with the curve SM2.
type JWK struct {
	Kind     string `json:"kty"`
	Modulus  string `json:"n,omitempty"`
	Exponent string `json:"e,omitempty"`
	Curve    string `json:"crv,omitempty"`
	X        string `json:"x,omitempty"`
	Y        string `json:"y,omitempty"`
}

const (
	kindRSA  = "RSA"
	kindEC   = "EC"
	curveSM2 = "SM2"
	sm2Size  = 32 // octets of a number on the curve
)

// KeyOf returns the JWK of an RSA or SM2 key.
func KeyOf(key crypto.PublicKey) (*JWK, error) {
	raw := base64.RawURLEncoding
	switch k := key.(type) {
	case *rsa.PublicKey:
		return &JWK{Kind: kindRSA, Modulus: raw.EncodeToString(k.N.Bytes()), Exponent: raw.EncodeToString(big.NewInt(int64(k.E)).Bytes())}, nil
	case *ecdsa.PublicKey:
		if !sm2.IsSM2PublicKey(k) {
			return nil, unreadable("the key is on another curve than that of SM2")
		}
		exchange, err := sm2.PublicKeyToECDH(k)
		if err != nil {
			return nil, unreadable("the SM2 key is no point of the curve")
		}
		point := exchange.Bytes()
		return &JWK{Kind: kindEC, Curve: curveSM2, X: raw.EncodeToString(point[1 : 1+sm2Size]), Y: raw.EncodeToString(point[1+sm2Size:])}, nil
	default:
		return nil, unreadable("a key %T is neither RSA nor SM2", key)
	}
}

// Key returns the key of a JWK: an *rsa.PublicKey, or an *ecdsa.PublicKey on the
// curve of SM2.
func (k *JWK) Key() (crypto.PublicKey, error) {
	switch {
	case k != nil && k.Kind == kindRSA:
		return k.rsa()
	case k != nil && k.Kind == kindEC && k.Curve == curveSM2:
		return k.sm2()
	default:
		return nil, unreadable("the key is neither RSA nor SM2")
	}
}

func (k *JWK) rsa() (*rsa.PublicKey, error) {
	n, err := octets(k.Modulus)
	if err != nil {
		return nil, err
	}
	e, err := octets(k.Exponent)
	if err != nil {
		return nil, err
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n)}
	exponent := new(big.Int).SetBytes(e)
	if bits := key.N.BitLen(); bits < 1024 || bits > 8192 || key.N.Bit(0) == 0 || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, unreadable("the RSA key is not usable")
	}
	key.E = int(exponent.Int64())
	return key, nil
}

func (k *JWK) sm2() (*ecdsa.PublicKey, error) {
	x, err := octets(k.X)
	if err != nil {
		return nil, err
	}
	y, err := octets(k.Y)
	if err != nil {
		return nil, err
	}
	if len(x) > sm2Size || len(y) > sm2Size {
		return nil, unreadable("the SM2 key is too long")
	}
	point := make([]byte, 1+2*sm2Size)
	point[0] = 4 // uncompressed
	copy(point[1+sm2Size-len(x):], x)
	copy(point[len(point)-len(y):], y)
	key, err := sm2.NewPublicKey(point)
	if err != nil {
		return nil, unreadable("the SM2 key is no point of the curve")
	}
	return key, nil
}
