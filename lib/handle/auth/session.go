package auth

import (
	"crypto/aes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/emmansun/gmsm/sm4"

	"linghang/lib/handle/wire"
)

// Cipher is what a session encrypts with.
type Cipher uint32

// Ciphers. DES and triple DES, 1 and 2, are refused.
const (
	CipherAES Cipher = 3
	CipherSM4 Cipher = 4 // the national dialect's
)

const (
	cipherKey  = 16 // octets of a session's key that encrypt
	sessionKey = 32 // and that authenticate
)

// Session is one side of a session: it signs and encrypts what it sends, checks
// what it receives, and refuses what it has received before. It is safe for
// concurrent use.
type Session struct {
	ID     uint32
	cipher Cipher
	key    []byte

	mu   sync.Mutex
	sent uint32
	seen window
}

// NewSession returns a session with a key that both sides have agreed upon.
func NewSession(id uint32, c Cipher, key []byte) (*Session, error) {
	if c != CipherAES && c != CipherSM4 {
		return nil, fmt.Errorf("%w: cipher %d", ErrUnsupported, c)
	}
	if len(key) < cipherKey {
		return nil, fmt.Errorf("%w: key of %d octets", ErrKey, len(key))
	}
	return &Session{ID: id, cipher: c, key: append([]byte(nil), key[:min(len(key), sessionKey)]...)}, nil
}

// Sign appends the credential, without its length, of a message that this side
// sends.
func (s *Session) Sign(dst []byte, e *wire.Envelope, signed []byte) []byte {
	s.mu.Lock()
	s.sent++
	counter := s.sent
	s.mu.Unlock()
	return s.sign(dst, e, counter, signed)
}

func (s *Session) sign(dst []byte, e *wire.Envelope, counter uint32, signed []byte) []byte {
	c := wire.Credential{
		Counter: counter, Type: wire.CredentialMAC, Algorithm: macSHA256,
		Signature: mac(sha256.New, s.key, wire.AppendCovered(nil, e, counter, signed)),
	}
	return c.Append(dst)
}

// Check checks a message that the other side sent. A message whose counter was
// seen or is too old is refused with ErrReplay, one without a MAC with
// ErrUnsigned.
func (s *Session) Check(e *wire.Envelope, m *wire.Message) error {
	if len(m.Credential) == 0 {
		return ErrUnsigned
	}
	c, err := wire.DecodeCredential(m.Credential)
	if err != nil {
		return fmt.Errorf("read credential: %w", err)
	}
	switch {
	case c.Type != wire.CredentialMAC:
		return ErrUnsigned
	case c.Algorithm != macSHA256:
		return fmt.Errorf("%w: MAC %.32q", ErrUnsupported, c.Algorithm)
	case !hmac.Equal(c.Signature, mac(sha256.New, s.key, wire.AppendCovered(nil, e, c.Counter, m.Signed))):
		return ErrProof
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.seen.take(c.Counter) {
		return ErrReplay
	}
	return nil
}

// Seal appends the message, encrypted.
func (s *Session) Seal(dst, message []byte) ([]byte, error) {
	if s.cipher == CipherSM4 {
		block, err := sm4.NewCipher(s.key[:cipherKey])
		if err != nil {
			return nil, fmt.Errorf("encrypt: %w", err)
		}
		return sealCBC(dst, block, s.key[:cipherKey], message), nil
	}
	block, err := aes.NewCipher(s.key[:cipherKey])
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	var iv [aes.BlockSize]byte
	if _, err := rand.Read(iv[:]); err != nil {
		return nil, fmt.Errorf("make vector: %w", err)
	}
	return sealCBC(append(dst, iv[:]...), block, iv[:], message), nil
}

// Open returns an encrypted message. Whether it is the other side's, Check
// tells.
func (s *Session) Open(sealed []byte) ([]byte, error) {
	if s.cipher == CipherSM4 {
		block, err := sm4.NewCipher(s.key[:cipherKey])
		if err != nil {
			return nil, fmt.Errorf("decrypt: %w", err)
		}
		return openCBC(block, s.key[:cipherKey], sealed)
	}
	block, err := aes.NewCipher(s.key[:cipherKey])
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	if len(sealed) < aes.BlockSize {
		return nil, ErrCipher
	}
	return openCBC(block, sealed[:aes.BlockSize], sealed[aes.BlockSize:])
}

// windowSize is how far a message may lag behind the latest.
const windowSize = 200

// window remembers which of the last counters were seen: bit n of seen is the
// highest minus n.
type window struct {
	highest uint32
	seen    [4]uint64
}

// take tells whether a counter is new, and remembers it.
func (w *window) take(counter uint32) bool {
	if counter == 0 {
		return false
	}
	if counter > w.highest {
		w.shift(counter - w.highest)
		w.highest = counter
		w.seen[0] |= 1
		return true
	}
	lag := w.highest - counter
	if lag >= windowSize || w.seen[lag/64]&(1<<(lag%64)) != 0 {
		return false
	}
	w.seen[lag/64] |= 1 << (lag % 64)
	return true
}

func (w *window) shift(n uint32) {
	for ; n >= 64; n -= 64 {
		w.seen = [4]uint64{0, w.seen[0], w.seen[1], w.seen[2]}
		if w.seen == [4]uint64{} {
			return
		}
	}
	if n == 0 {
		return
	}
	for i := len(w.seen) - 1; i > 0; i-- {
		w.seen[i] = w.seen[i]<<n | w.seen[i-1]>>(64-n)
	}
	w.seen[0] <<= n
}

// AppendExchange appends the data of a session's answer: the cipher, and the
// server's public key in the client's group.
func AppendExchange(dst []byte, c Cipher, key *DHPublicKey) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(c))
	return append(dst, appendNumbers(public(recordDHPublic), key.Y, key.P, key.G)...)
}

// DecodeExchange reads the data of a session's answer.
func DecodeExchange(data []byte) (Cipher, *DHPublicKey, error) {
	c := wire.NewCursor(data)
	kind := Cipher(c.Uint32())
	key, err := DecodePublicKey(c.Rest())
	if err != nil {
		return 0, nil, err
	}
	dh, ok := key.(*DHPublicKey)
	if !ok {
		return 0, nil, fmt.Errorf("%w: session key %T", ErrUnsupported, key)
	}
	return kind, dh, nil
}
