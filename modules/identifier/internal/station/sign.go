package station

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/vouch"
)

// openSigner reads the key by which the node signs, and makes it at the first time.
func (c *Config) openSigner() (*vouch.Signer, error) {
	if c.Sign == vouch.None {
		return nil, nil
	}
	key, err := keptKey(filepath.Join(c.Dir, signingKey(c.Sign)), func() (crypto.PrivateKey, error) { return vouch.NewKey(c.Sign) })
	if err != nil {
		return nil, err
	}
	s, err := vouch.NewSigner(c.prefixHandle(), key)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	return s, c.tellSigner(s)
}

func signingKey(a vouch.Algorithm) string { return "sign-" + string(a) + ".key" }

// tellSigner writes what others are given of the node that signs: sign.pub for a node
// above that asks for the key, trust.json of a root.
func (c *Config) tellSigner(s *vouch.Signer) error {
	record, err := publicRecord(s.Key)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(c.Dir, "sign.pub"), append(base64.StdEncoding.AppendEncode(nil, record), '\n')); err != nil || c.Role != Root {
		return err
	}
	text, err := vouch.RootFile(s.Root())
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	return writeFile(filepath.Join(c.Dir, "trust.json"), text)
}

// LoadSigner reads the key file of a node that signs, to certify those below it.
func LoadSigner(path, prefixHandle string) (*vouch.Signer, error) {
	key, err := LoadKey(path, nil)
	if err != nil {
		return nil, err
	}
	return vouch.NewSigner(prefixHandle, key) //nolint:wrapcheck // it says all
}

// seal has identifiers signed, if the node does.
func (s *Station) seal(ctx context.Context, _, handle string, values []wire.Value) ([]wire.Value, error) {
	if s.signer == nil {
		return vouch.Strip(s.c.prefixHandle(), values), nil
	}
	return s.signer.Seal(ctx, handle, values) //nolint:wrapcheck // it says all
}

// sealAll signs what was registered when the node signed otherwise, or not.
func (s *Station) sealAll(ctx context.Context) error {
	kept, err := s.c.recall()
	if err != nil {
		return err
	}
	now, err := s.sealedBy()
	if err != nil || kept.Sealed == now {
		return err
	}
	for _, home := range s.engine.Homes() {
		if wire.Equal(home.Prefix, wire.RootHandle) {
			continue
		}
		err := s.engine.SealAll(ctx, home.Prefix[len(wire.NA):], func(n int64) { s.log.InfoContext(ctx, "identifiers are signed", "prefix", home.Prefix, "seen", n) })
		if err != nil {
			return err
		}
	}
	kept.Sealed = now
	return s.c.save(kept)
}

// sealedBy tells which key signs; it is empty when none does.
func (s *Station) sealedBy() (string, error) {
	if s.signer == nil {
		return "", nil
	}
	record, err := auth.EncodePublicKey(s.signer.Public())
	if err != nil {
		return "", fmt.Errorf("read the key that signs: %w", err)
	}
	sum := sha256.Sum256(record)
	return hex.EncodeToString(sum[:]), nil
}

// keptKey reads a key, and makes one where there is none.
func keptKey(path string, make func() (crypto.PrivateKey, error)) (crypto.PrivateKey, error) {
	key, err := LoadKey(path, nil)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	made, err := make()
	if err != nil {
		return nil, err
	}
	record, err := auth.EncodePrivateKey(made)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	file, err := auth.EncodeKeyFile(record, nil)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return made, writeFile(path, file)
}
