package rest

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"linghang/lib/handle/wire"
)

// maxAuthorization bounds the header Authorization.
const maxAuthorization = 16 << 10

// maxFields bounds how many fields it may have.
const maxFields = 32

var errAuthorization = errors.New("the header Authorization cannot be read")

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errAuthorization, fmt.Sprintf(format, args...))
}

// authorization is what a client says of who it is: the fields of
// Authorization: Handle, or of a posted session.
type authorization struct {
	fields map[string]string
}

// splitScheme cuts a header at the end of its scheme.
func splitScheme(header string) (scheme, rest string) {
	scheme, rest, _ = strings.Cut(strings.TrimSpace(header), " ")
	return strings.ToLower(scheme), strings.TrimSpace(rest)
}

// parseFields reads name="value", … where quotes may be left out.
func parseFields(text string) (authorization, error) {
	a := authorization{map[string]string{}}
	if len(text) > maxAuthorization {
		return a, unreadable("it has more than %d octets", maxAuthorization)
	}
	for rest := text; ; {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			return a, nil
		}
		name, after, ok := strings.Cut(rest, "=")
		name = strings.TrimSpace(name)
		if !ok || !isToken(name) {
			return a, unreadable(`a field is written name="value"`)
		}
		value, after, err := cutValue(strings.TrimLeft(after, " \t"))
		if err != nil {
			return a, err
		}
		if _, twice := a.fields[name]; twice || len(a.fields) == maxFields {
			return a, unreadable("the field %.32q is there twice, or there are too many", name)
		}
		a.fields[name] = value
		rest = after
	}
}

func isToken(name string) bool {
	if name == "" {
		return false
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// cutValue reads a value, in quotes or not, and what follows it.
func cutValue(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexByte(text, ',')
		if end < 0 {
			end = len(text)
		}
		return strings.TrimSpace(text[:end]), text[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			rest = strings.TrimLeft(text[i+1:], " \t")
			if rest != "" && rest[0] != ',' {
				return "", "", unreadable("a comma is missing after a value")
			}
			return b.String(), rest, nil
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", unreadable("a quote is not closed")
}

func (a authorization) is(name string) bool { return strings.EqualFold(a.fields[name], "true") }

// identity returns who the client says it is.
func (a authorization) identity() (wire.Reference, error) { return parseIdentity(a.fields["id"]) }

// octets returns a field that is in base64. What a query made of a plus is one.
func (a authorization) octets(name string) ([]byte, error) {
	text := strings.TrimRight(strings.ReplaceAll(a.fields[name], " ", "+"), "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	b, err := encoding.DecodeString(text)
	if err != nil || len(b) == 0 || len(b) > 4096 {
		return nil, unreadable("%s is no base64, or too long", name)
	}
	return b, nil
}

// parseIdentity reads index:handle, percent-encoded or not. A handle alone is any
// key of it.
func parseIdentity(text string) (wire.Reference, error) {
	decoded, err := url.PathUnescape(text)
	if err != nil {
		return wire.Reference{}, unreadable("an identity is written index:handle, percent-encoded")
	}
	index, handle, ok := strings.Cut(decoded, ":")
	n, fault := strconv.ParseInt(index, 10, 32)
	if !ok || fault != nil {
		n, handle = 0, decoded
	}
	if n < 0 || wire.CheckHandle(handle) != nil {
		return wire.Reference{}, unreadable("an identity is written index:handle, as 300:0.NA/88.101")
	}
	return wire.Reference{Handle: handle, Index: int32(n)}, nil
}

// parseBasic reads what follows Basic: the identity, percent-encoded, and its
// secret.
func parseBasic(text string) (identity wire.Reference, secret []byte, err error) {
	if len(text) > maxAuthorization {
		return identity, nil, unreadable("it has more than %d octets", maxAuthorization)
	}
	b, fault := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	user, password, ok := strings.Cut(string(b), ":")
	if fault != nil || !ok {
		return identity, nil, unreadable("Basic is followed by user:password in base64, the user percent-encoded")
	}
	identity, err = parseIdentity(user)
	return identity, []byte(password), err
}

// Kinds of proofs with a secret on the wire.
const (
	proofSHA1   = 0x02
	proofSHA256 = 0x03
	proofHMAC1  = 0x12
	proofHMAC2  = 0x13
	proofPBKDF2 = 0x22
)

// answer returns what the client sent as the answer to a challenge of the wire
// protocol. The client's nonce is in the place of the request's digest.
func (a authorization) answer() (wire.ChallengeAnswer, error) {
	v := wire.ChallengeAnswer{Type: a.fields["type"]}
	var err error
	if v.Identity, err = a.identity(); err != nil {
		return v, err
	}
	signature, err := a.octets("signature")
	if err != nil {
		return v, err
	}
	switch alg := a.fields["alg"]; v.Type {
	case wire.TypePublicKey:
		v.Proof = wire.AppendBytes(wire.AppendBytes(nil, alg), signature)
	case wire.TypeSecretKey:
		v.Proof, err = a.secretProof(alg, signature)
	default:
		err = unreadable("type is HS_PUBKEY or HS_SECKEY")
	}
	return v, err
}

func (a authorization) secretProof(alg string, signature []byte) ([]byte, error) {
	switch strings.ToUpper(alg) {
	case "SHA1", "SHA-1":
		return append([]byte{proofSHA1}, signature...), nil
	case "SHA256", "SHA-256":
		return append([]byte{proofSHA256}, signature...), nil
	case "HMAC-SHA1":
		return append([]byte{proofHMAC1}, signature...), nil
	case "HMAC-SHA256":
		return append([]byte{proofHMAC2}, signature...), nil
	case "PBKDF2-HMAC-SHA1":
		salt, err := a.octets("salt")
		if err != nil {
			return nil, err
		}
		rounds, errRounds := strconv.ParseUint(a.fields["iterations"], 10, 32)
		bits, errBits := strconv.ParseUint(a.fields["length"], 10, 32)
		if errRounds != nil || errBits != nil {
			return nil, unreadable("PBKDF2 needs iterations and length, in bits")
		}
		b := wire.AppendBytes([]byte{proofPBKDF2}, salt)
		b = binary.BigEndian.AppendUint32(b, uint32(rounds))
		b = binary.BigEndian.AppendUint32(b, uint32(bits))
		return wire.AppendBytes(b, signature), nil
	default:
		return nil, unreadable("alg %.32q: SHA1, SHA256, HMAC-SHA1, HMAC-SHA256 and PBKDF2-HMAC-SHA1 are known", alg)
	}
}
