package hjson

import (
	"bytes"
	"crypto/dsa" //nolint:staticcheck // keys of this kind are in use; nothing here makes new ones
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"

	"linghang/lib/handle/auth"
)

// maxNumber bounds the octets of a number in a key: 8192 bits and a sign.
const maxNumber = 1025

// keyText is a public key in JSON (RFC 7517; RFC 7518, section 6.3; DSA as
// Handle.Net writes it).
type keyText struct {
	Kind string `json:"kty"`
	N    string `json:"n"`
	E    string `json:"e"`
	Y    string `json:"y"`
	P    string `json:"p"`
	Q    string `json:"q"`
	G    string `json:"g"`
}

// appendKey appends the record of a public key, if its kind has a JSON form.
func appendKey(dst, record []byte) ([]byte, bool) {
	key, err := auth.DecodePublicKey(record)
	if err != nil {
		return dst, false
	}
	again, err := auth.EncodePublicKey(key)
	if rest, ok := bytes.CutPrefix(record, again); err != nil || !ok || len(bytes.Trim(rest, "\x00")) > 0 {
		return dst, false
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		dst = append(dst, `{"format":"key","value":{"kty":"RSA"`...)
		dst = appendNumber(dst, "n", k.N)
		dst = appendNumber(dst, "e", big.NewInt(int64(k.E)))
	case *dsa.PublicKey:
		dst = append(dst, `{"format":"key","value":{"kty":"DSA"`...)
		dst = appendNumber(dst, "y", k.Y)
		dst = appendNumber(dst, "p", k.P)
		dst = appendNumber(dst, "q", k.Q)
		dst = appendNumber(dst, "g", k.G)
	default:
		return dst, false
	}
	return append(dst, `}}`...), true
}

func appendNumber(dst []byte, name string, n *big.Int) []byte {
	dst = append(append(append(dst, `,"`...), name...), `":"`...)
	return append(base64.RawURLEncoding.AppendEncode(dst, n.Bytes()), '"')
}

// parseKey reads a public key and returns its record.
func parseKey(raw json.RawMessage, where string) ([]byte, error) {
	var t keyText
	if err := unmarshal(raw, &t, where); err != nil {
		return nil, err
	}
	var key any
	var err error
	switch t.Kind {
	case "RSA":
		key, err = t.rsa(where)
	case "DSA":
		key, err = t.dsa(where)
	default:
		err = invalid(where+".kty", `the kind of key is not known: write "RSA" or "DSA", or the record in base64`)
	}
	if err != nil {
		return nil, err
	}
	record, err := auth.EncodePublicKey(key)
	if err == nil {
		_, err = auth.DecodePublicKey(record) // its numbers are in bounds
	}
	if err != nil {
		return nil, invalid(where, err.Error())
	}
	return record, nil
}

func (t *keyText) rsa(where string) (*rsa.PublicKey, error) {
	n, err := parseNumber(t.N, where+".n")
	if err != nil {
		return nil, err
	}
	e, err := parseNumber(t.E, where+".e")
	if err != nil {
		return nil, err
	}
	if e.BitLen() > 31 {
		return nil, invalid(where+".e", "the exponent has more than 31 bits")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func (t *keyText) dsa(where string) (*dsa.PublicKey, error) {
	var key dsa.PublicKey
	for _, f := range []struct {
		name, text string
		to         **big.Int
	}{{"y", t.Y, &key.Y}, {"p", t.P, &key.P}, {"q", t.Q, &key.Q}, {"g", t.G, &key.G}} {
		n, err := parseNumber(f.text, where+"."+f.name)
		if err != nil {
			return nil, err
		}
		*f.to = n
	}
	return &key, nil
}

func parseNumber(text, where string) (*big.Int, error) {
	b, err := decodeBase64(text)
	switch {
	case text == "":
		return nil, invalid(where, "it is missing: write the number's octets in base64url")
	case err != nil:
		return nil, invalid(where, "it is no base64url")
	case len(b) > maxNumber:
		return nil, invalid(where, "the number has more than 8192 bits")
	}
	return new(big.Int).SetBytes(b), nil
}

// decodeBase64 reads base64, of URLs or not, padded or not.
func decodeBase64(text string) ([]byte, error) {
	text = strings.TrimRight(text, "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	return encoding.DecodeString(text) //nolint:wrapcheck // the caller says where
}
