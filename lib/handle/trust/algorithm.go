package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
)

// Algorithms. RS256 is that of RFC 7518. SM2 is SM2 with SM3 (GB/T 32918.2, GB/T
// 35276: the usual signer's name), of which no registry has a name; its signature is
// r and s of 32 octets each, as that of ES256.
const (
	AlgorithmRSA = "RS256"
	AlgorithmSM2 = "SM2"
)

type sm2Signature struct{ R, S *big.Int }

// algorithmOf is what a key signs with.
func algorithmOf(key crypto.PrivateKey) (string, error) {
	switch key.(type) {
	case *rsa.PrivateKey:
		return AlgorithmRSA, nil
	case *sm2.PrivateKey:
		return AlgorithmSM2, nil
	default:
		return "", fmt.Errorf("sign claims: a key %T is neither RSA nor SM2", key)
	}
}

func sign(key crypto.PrivateKey, signed []byte) ([]byte, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		sum := sha256.Sum256(signed)
		return rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:]) //nolint:wrapcheck // the caller says what for
	case *sm2.PrivateKey:
		der, err := sm2.SignASN1(rand.Reader, k, signed, sm2.DefaultSM2SignerOpts)
		if err != nil {
			return nil, err //nolint:wrapcheck // the caller says what for
		}
		var s sm2Signature
		if _, err := asn1.Unmarshal(der, &s); err != nil {
			return nil, err //nolint:wrapcheck // the caller says what for
		}
		octets := make([]byte, 2*sm2Size)
		s.R.FillBytes(octets[:sm2Size])
		s.S.FillBytes(octets[sm2Size:])
		return octets, nil
	default:
		return nil, fmt.Errorf("a key %T is neither RSA nor SM2", key)
	}
}

// holds tells whether a signature by an algorithm is of the key.
func holds(key crypto.PublicKey, algorithm string, signed, signature []byte) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256(signed)
		return algorithm == AlgorithmRSA && rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], signature) == nil
	case *ecdsa.PublicKey:
		if algorithm != AlgorithmSM2 || len(signature) != 2*sm2Size {
			return false
		}
		der, err := asn1.Marshal(sm2Signature{new(big.Int).SetBytes(signature[:sm2Size]), new(big.Int).SetBytes(signature[sm2Size:])})
		return err == nil && sm2.VerifyASN1WithSM2(k, nil, signed, der)
	default:
		return false
	}
}

// rsaBits is how long RSA keys are that GenerateKey makes.
const rsaBits = 2048

// GenerateKey makes a key for an algorithm: an *rsa.PrivateKey for RS256, an
// *sm2.PrivateKey for SM2.
func GenerateKey(algorithm string) (key crypto.PrivateKey, err error) {
	switch algorithm {
	case AlgorithmRSA:
		key, err = rsa.GenerateKey(rand.Reader, rsaBits)
	case AlgorithmSM2:
		key, err = sm2.GenerateKey(rand.Reader)
	default:
		return nil, fmt.Errorf("make a key: the algorithm %.32q is neither %s nor %s", algorithm, AlgorithmRSA, AlgorithmSM2)
	}
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return key, nil
}
