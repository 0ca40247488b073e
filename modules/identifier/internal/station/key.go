package station

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"os"

	"linghang/lib/handle/auth"
)

const keyBits = 2048

// LoadKey reads a private key as Handle System tools keep it.
func LoadKey(path string, passphrase []byte) (crypto.PrivateKey, error) {
	file, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	record, err := auth.DecodeKeyFile(file, passphrase)
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", path, err)
	}
	key, err := auth.DecodePrivateKey(record)
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", path, err)
	}
	return key, nil
}

// loadOrMakeKey reads an RSA key, and makes one where there is none.
func loadOrMakeKey(path string) (crypto.PrivateKey, error) {
	return keptKey(path, func() (crypto.PrivateKey, error) {
		made, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		return made, nil
	})
}

// publicRecord returns the record of a key's public part.
func publicRecord(key crypto.PrivateKey) ([]byte, error) {
	public, err := auth.PublicKeyOf(key)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	record, err := auth.EncodePublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return record, nil
}
