// Package auth is the security of the Handle System protocol: key records and
// key files, proofs that answer a challenge (RFC 3652, section 3.5), signatures
// of messages (section 2.2.4) and sessions (section 3.6), as servers of version
// 2.11 do them, with SM2, SM3 and SM4 of China's national dialect.
//
// MD5 proves nothing here unless a Policy allows it. Sessions are agreed upon by
// Diffie-Hellman, the only mode that works with servers in use, or by a public key
// that carries the session's.
package auth

import (
	"errors"
	"fmt"
)

// What checks report.
var (
	ErrProof       = errors.New("the proof is not right")         // CodeAuthFailed
	ErrNoKey       = errors.New("the identity has no such key")   // CodeInvalidCredential
	ErrUnsupported = errors.New("the algorithm is not supported") // CodeAuthUnable
	ErrKey         = errors.New("the key record cannot be read")
	ErrUnsigned    = errors.New("the message is not signed")
	ErrReplay      = errors.New("the message was seen before") // CodeSessionReplay
	ErrCipher      = errors.New("the message cannot be decrypted")
	ErrGroup       = errors.New("the Diffie-Hellman group is weak") // CodeSessionSetUp
)

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrKey, fmt.Sprintf(format, args...))
}
