// Package trust checks who vouches for the values of a handle: HS_SIGNATURE and
// HS_CERT hold compact JSON Web Signatures (RFC 7515) whose chain leads from the
// values over the certificates of issuers to a root, each with permissions that
// cover the next.
//
// The algorithms are RS256 and, for the national dialect, SM2 with SM3. What the Handle System's older scheme signs
// (10320/sig.digest, with MD5 or SHA-1) is not trusted.
package trust

import (
	"errors"
	"fmt"
)

// What checks report; ReasonOf names each in a word.
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

// Reason is why a check failed, as programs and pages tell it apart.
type Reason string

// Reasons.
const (
	Holds         Reason = "holds"
	Unreadable    Reason = "unreadable"
	WrongKey      Reason = "signature"   // it is not signed by its issuer
	WrongDigest   Reason = "digest"      // a value was changed
	OutOfTime     Reason = "time"        // expired, or not valid yet
	NotPermitted  Reason = "permission"  // the issuer may not vouch for it
	NoCertificate Reason = "certificate" // of an issuer, or it was taken back
	NoRoot        Reason = "root"        // the chain ends elsewhere
	Unanswered    Reason = "unanswered"  // a certificate could not be had
)

// ReasonOf names why a check failed.
func ReasonOf(err error) Reason {
	if err == nil {
		return Holds
	}
	for _, r := range []struct {
		err    error
		reason Reason
	}{
		{ErrToken, Unreadable},
		{ErrSignature, WrongKey},
		{ErrDigest, WrongDigest},
		{ErrTime, OutOfTime},
		{ErrPermission, NotPermitted},
		{ErrIssuer, NoCertificate},
		{ErrChain, NoRoot},
	} {
		if errors.Is(err, r.err) {
			return r.reason
		}
	}
	return Unanswered
}
