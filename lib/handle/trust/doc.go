// Package trust checks who vouches for the values of a handle: HS_SIGNATURE and
// HS_CERT hold compact JSON Web Signatures (RFC 7515) whose chain leads from the
// values over the certificates of issuers to a root, each with permissions that
// cover the next.
//
// The algorithm is RS256. What the Handle System's older scheme signs
// (10320/sig.digest, with MD5 or SHA-1) is not trusted.
package trust

import (
	"errors"
	"fmt"
)

// What checks report.
var (
	ErrToken      = errors.New("the signature cannot be read")
	ErrSignature  = errors.New("the signature is not of its issuer")
	ErrDigest     = errors.New("a value is not what was signed")
	ErrTime       = errors.New("the signature is not valid at this time")
	ErrPermission = errors.New("the issuer may not vouch for it")
	ErrIssuer     = errors.New("the issuer has no certificate")
	ErrChain      = errors.New("the chain of certificates leads to no root")
)

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrToken, fmt.Sprintf(format, args...))
}
