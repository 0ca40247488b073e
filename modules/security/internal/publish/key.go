package publish

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// key signs files: OpenPGP (RFC 9580, of version 4, which all programs read) with Ed25519.
type key struct {
	fingerprint string // upper case
	public      string // in ASCII armour
	private     []byte
}

func settings() *packet.Config {
	return &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Curve: packet.Curve25519}
}

// newKey makes a key of somebody.
func newKey(name string) (key, error) {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune("<>()\x00", r) {
			return -1
		}
		return r
	}, name)
	e, err := openpgp.NewEntity(clean, "CSAF", "", settings())
	if err != nil {
		return key{}, fmt.Errorf("make an OpenPGP key: %w", err)
	}
	var private, public bytes.Buffer
	if err := e.SerializePrivate(&private, settings()); err != nil {
		return key{}, fmt.Errorf("write an OpenPGP key: %w", err)
	}
	w, err := armor.Encode(&public, openpgp.PublicKeyType, nil)
	if err == nil {
		if err = e.Serialize(w); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return key{}, fmt.Errorf("write an OpenPGP key: %w", err)
	}
	return key{fmt.Sprintf("%X", e.PrimaryKey.Fingerprint), public.String() + "\n", private.Bytes()}, nil
}

// sign gives the detached signature of a file, in ASCII armour.
func (k key) sign(file []byte) (string, error) {
	list, err := openpgp.ReadKeyRing(bytes.NewReader(k.private))
	if err != nil || len(list) != 1 {
		return "", fmt.Errorf("read the OpenPGP key: %w", err)
	}
	var out bytes.Buffer
	if err := openpgp.ArmoredDetachSign(&out, list[0], bytes.NewReader(file), settings()); err != nil {
		return "", fmt.Errorf("sign with OpenPGP: %w", err)
	}
	return out.String() + "\n", nil
}
