package batch

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
)

// Header is where the signature of a batch stands.
const Header = "Linghang-Signature"

// MediaType is that of a batch on its way: gzip over JSON, and no JSON for what looks in between.
const MediaType = "application/vnd.linghang.batch"

// context keeps a signature from meaning anything else.
const context = "linghang security batch 1\n"

// Digest is the SHA-256 of a batch's octets, by which it is known.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func signed(body []byte) []byte {
	sum := sha256.Sum256(append([]byte(context), body...))
	return sum[:]
}

// Sign signs the octets of a batch with the machine's key.
func Sign(key crypto.Signer, body []byte) (string, error) {
	var how crypto.SignerOpts = crypto.SHA256
	message := signed(body)
	if _, plain := key.Public().(ed25519.PublicKey); plain {
		how = crypto.Hash(0)
	}
	sig, err := key.Sign(rand.Reader, message, how)
	if err != nil {
		return "", fmt.Errorf("sign a batch: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

// Verify checks a signature with the public key of a machine's certificate.
func Verify(key crypto.PublicKey, body []byte, signature string) error {
	if len(signature) > 2048 {
		return errors.New("the signature is too long")
	}
	sig, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || len(sig) == 0 {
		return errors.New("the signature is not base64")
	}
	message := signed(body)
	var good bool
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(k, message, sig)
	case ed25519.PublicKey:
		good = ed25519.Verify(k, message, sig)
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(k, crypto.SHA256, message, sig) == nil
	default:
		return fmt.Errorf("a key of the kind %T signs no batches", key)
	}
	if !good {
		return errors.New("the signature is not that of this machine's key over these octets")
	}
	return nil
}
