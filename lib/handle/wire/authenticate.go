package wire

// Challenge is the body of an answer with CodeAuthNeeded (RFC 3652, section
// 3.5.1).
type Challenge struct {
	Digest Digest // of the request
	Nonce  []byte
}

// NonceSize is how many octets of nonce servers send.
const NonceSize = 16

// DecodeChallenge reads the body.
func DecodeChallenge(body []byte) (Challenge, error) {
	c := NewCursor(body)
	v := Challenge{Digest: c.digest(), Nonce: c.Bytes()}
	return v, c.End()
}

// Append appends the body.
func (v *Challenge) Append(dst []byte) []byte {
	return AppendBytes(v.Digest.Append(dst), v.Nonce)
}

// ChallengeAnswer is the body of OpChallengeAnswer (section 3.5.2). Index 0 of
// the identity is any key of the handle. Package auth makes and checks Proof.
type ChallengeAnswer struct {
	Type     string // TypePublicKey or TypeSecretKey
	Identity Reference
	Proof    []byte
}

// DecodeChallengeAnswer reads the body.
func DecodeChallengeAnswer(body []byte) (ChallengeAnswer, error) {
	c := NewCursor(body)
	v := ChallengeAnswer{Type: c.Text(), Identity: c.Reference(), Proof: c.Bytes()}
	return v, c.End()
}

// Append appends the body.
func (v *ChallengeAnswer) Append(dst []byte) []byte {
	return AppendBytes(appendReference(AppendBytes(dst, v.Type), v.Identity), v.Proof)
}

// Verification is the body of OpVerify (section 3.5.3): does the home server of
// a secret find the proof to be right?
type Verification struct {
	Identity Reference
	Nonce    []byte
	Sum      []byte // of the request's digest, without its kind
	Proof    []byte
}

// DecodeVerification reads the body.
func DecodeVerification(body []byte) (Verification, error) {
	c := NewCursor(body)
	v := Verification{Identity: c.Reference(), Nonce: c.Bytes(), Sum: c.Bytes(), Proof: c.Bytes()}
	return v, c.End()
}

// Append appends the body.
func (v *Verification) Append(dst []byte) []byte {
	dst = appendReference(dst, v.Identity)
	dst = AppendBytes(dst, v.Nonce)
	dst = AppendBytes(dst, v.Sum)
	return AppendBytes(dst, v.Proof)
}

// DecodeVerdict reads the body of the answer to OpVerify.
func DecodeVerdict(body []byte) (bool, error) {
	c := NewCursor(body)
	right := c.Uint8() == 1
	return right, c.End()
}

// AppendVerdict appends the body of the answer to OpVerify.
func AppendVerdict(dst []byte, right bool) []byte {
	if right {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// DecodeLogin reads the body of OpLoginKey.
func DecodeLogin(body []byte) (Reference, error) {
	c := NewCursor(body)
	r := c.Reference()
	return r, c.End()
}

// AppendLogin appends the body of OpLoginKey.
func AppendLogin(dst []byte, identity Reference) []byte { return appendReference(dst, identity) }

// Mode is how the key of a session is agreed upon.
type Mode uint16

// Modes of sessions.
const (
	ModeClientKey     Mode = 1
	ModeServerKey     Mode = 2
	ModeHandleKey     Mode = 3
	ModeDiffieHellman Mode = 4
)

// SessionSetUp is the body of OpSessionSetUp.
type SessionSetUp struct {
	Mode      Mode
	Timeout   uint32 // seconds
	Identity  Reference
	PublicKey []byte    // modes 1 and 4, a key record
	Key       Reference // mode 3
}

// DecodeSessionSetUp reads the body.
func DecodeSessionSetUp(body []byte) (SessionSetUp, error) {
	c := NewCursor(body)
	v := SessionSetUp{Mode: Mode(c.Uint16()), Timeout: c.Uint32(), Identity: c.Reference()}
	switch v.Mode {
	case ModeClientKey, ModeDiffieHellman:
		v.PublicKey = c.Bytes()
	case ModeHandleKey:
		v.Key = c.Reference()
	default:
	}
	c.slack()
	return v, c.End()
}

// Append appends the body.
func (v *SessionSetUp) Append(dst []byte) []byte {
	dst = appendUint16(dst, uint16(v.Mode))
	dst = appendUint32(dst, v.Timeout)
	dst = appendReference(dst, v.Identity)
	switch v.Mode {
	case ModeClientKey, ModeDiffieHellman:
		dst = AppendBytes(dst, v.PublicKey)
	case ModeHandleKey:
		dst = appendReference(dst, v.Key)
	default:
	}
	return append(dst, 0, 0)
}

// slack takes the two zero octets that some encoders leave at the end.
func (c *Cursor) slack() {
	if len(c.rest) == 2 && c.rest[0] == 0 && c.rest[1] == 0 {
		c.rest = nil
	}
}

// SessionAnswer is the body of the answer to OpSessionSetUp.
type SessionAnswer struct {
	Mode Mode
	Data []byte
}

// DecodeSessionAnswer reads the body.
func DecodeSessionAnswer(body []byte) (SessionAnswer, error) {
	c := NewCursor(body)
	v := SessionAnswer{Mode: Mode(c.Uint16()), Data: c.Bytes()}
	c.slack()
	return v, c.End()
}

// Append appends the body.
func (v *SessionAnswer) Append(dst []byte) []byte {
	return append(AppendBytes(appendUint16(dst, uint16(v.Mode)), v.Data), 0, 0)
}

// DecodeKeyExchange reads the body of OpKeyExchange: the key of a session, encrypted
// with the server's.
func DecodeKeyExchange(body []byte) ([]byte, error) {
	c := NewCursor(body)
	sealed := c.Bytes()
	return sealed, c.End()
}

// AppendKeyExchange appends the body of OpKeyExchange.
func AppendKeyExchange(dst, sealed []byte) []byte { return AppendBytes(dst, sealed) }

// Types of credentials.
const (
	CredentialSigned    = "HS_SIGNED"
	CredentialSignedOld = "HS_DSAPUBKEY" //nolint:gosec // the name of a type
	CredentialMAC       = "HS_MAC"
)

// Credential follows a message and proves where it comes from (RFC 3652,
// section 2.2.4). Package auth makes and checks Signature.
type Credential struct {
	Signer    string // empty
	Counter   uint32 // of the session
	Type      string
	Algorithm string
	Signature []byte
}

// DecodeCredential reads a credential without its length.
func DecodeCredential(b []byte) (Credential, error) {
	c := NewCursor(b)
	if c.Uint8() != 0 {
		c.Fail(errCredential)
	}
	c.Take(3) // reserved, options
	v := Credential{Signer: string(c.Name()), Counter: c.Uint32(), Type: c.Text()}
	rest := NewCursor(c.Bytes())
	if err := c.End(); err != nil {
		return Credential{}, err
	}
	v.Algorithm, v.Signature = rest.Text(), rest.Bytes()
	return v, rest.End()
}

// Append appends the credential without its length.
func (v *Credential) Append(dst []byte) []byte {
	dst = append(dst, 0, 0, 0, 0)
	dst = AppendBytes(dst, v.Signer)
	dst = appendUint32(dst, v.Counter)
	dst = AppendBytes(dst, v.Type)
	dst = appendCount(dst, 4+len(v.Algorithm)+4+len(v.Signature))
	return AppendBytes(AppendBytes(dst, v.Algorithm), v.Signature)
}

// AppendCovered appends the octets that a credential with that counter covers:
// header and body, with what the version adds before them.
func AppendCovered(dst []byte, e *Envelope, counter uint32, signed []byte) []byte {
	if e.Version.AtLeast(2, 7) {
		dst = append(dst, e.Version.Major, e.Version.Minor)
		if e.Version.AtLeast(2, 8) {
			dst = append(dst, e.Suggested.Major, e.Suggested.Minor)
		}
		dst = appendUint32(dst, e.Session)
		dst = appendUint32(dst, e.Request)
		dst = appendUint32(dst, counter)
	}
	return append(dst, signed...)
}
