package trust

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linghang/lib/handle/wire"
)

// Root is whose key is trusted without a certificate, as 300:0.0/0.0. Several may
// have one name: networks of their own call their roots alike.
type Root struct {
	Reference wire.Reference
	Key       crypto.PublicKey // RSA or SM2
}

// Verifier checks signatures up to its roots.
type Verifier struct {
	Roots []Root
	// Lookup returns the HS_CERT values of a handle.
	Lookup func(ctx context.Context, handle string) ([]wire.Value, error)
	Now    func() time.Time // time.Now
}

const (
	maxChain        = 10
	maxCertificates = 16 // of one handle
)

// Verdict is what a signature vouches for.
type Verdict struct {
	Signed   []int32          // indexes of values that are as they were signed
	Unsigned []int32          // and of those it says nothing about
	Missing  []int32          // of values that it is about and that are not there
	Chain    []wire.Reference // issuers, up to the root
	Until    time.Time        // when the first of the tokens expires; zero is never
}

// Values checks the values of a handle against a signature. Values that changed
// are an error; values that the signature does not name, and those that it names and
// are not there, are told apart. With an error the verdict tells how far the chain
// led.
func (v *Verifier) Values(ctx context.Context, handle string, values []wire.Value, signature string) (*Verdict, error) {
	t, err := Parse(signature)
	if err != nil {
		return nil, err
	}
	if t.Claims.Digests == nil || t.Claims.Digests.Algorithm != digestKind {
		return nil, unreadable("it has no digests with %s", digestKind)
	}
	if !wire.Equal(subjectHandle(t.Claims.Subject), handle) {
		return nil, fmt.Errorf("%w: it is about %s", ErrSignature, t.Claims.Subject)
	}
	verdict := &Verdict{}
	if err = v.climb(ctx, t, []Permission{{handle, ThisHandle}}, verdict); err != nil {
		return verdict, err
	}
	return verdict, verdict.compare(t.Claims.Digests, values)
}

// compare tells which values are as they were signed.
func (v *Verdict) compare(signed *Digests, values []wire.Value) error {
	digests := map[int32]string{}
	for _, d := range signed.List {
		digests[d.Index] = d.Digest
	}
	for i := range values {
		if wire.Equal(values[i].Type, wire.TypeSignature) {
			continue
		}
		text, named := digests[values[i].Index]
		if !named {
			v.Unsigned = append(v.Unsigned, values[i].Index)
			continue
		}
		delete(digests, values[i].Index)
		got := sum(&values[i])
		if want, err := octets(text); err != nil || string(want) != string(got[:]) {
			return fmt.Errorf("value %d: %w", values[i].Index, ErrDigest)
		}
		v.Signed = append(v.Signed, values[i].Index)
	}
	v.Missing = slices.Sorted(maps.Keys(digests))
	return nil
}

// subjectHandle is the handle of a subject, which may have an index before it.
func subjectHandle(subject string) string {
	if r, err := wire.ParseReference(subject); err == nil {
		return r.Handle
	}
	return subject
}

// Certificate checks an HS_CERT up to a root.
func (v *Verifier) Certificate(ctx context.Context, compact string) (*Verdict, error) {
	t, err := Parse(compact)
	if err != nil {
		return nil, err
	}
	verdict := &Verdict{}
	err = v.climb(ctx, t, t.Claims.Permissions, verdict)
	return verdict, err
}

// climb checks a token and the certificates above it. Needed are the statements
// that an issuer must cover one of. The verdict has the chain, also when it leads
// nowhere.
func (v *Verifier) climb(ctx context.Context, t *Token, needed []Permission, verdict *Verdict) error {
	now := time.Now()
	if v.Now != nil {
		now = v.Now()
	}
	for range maxChain {
		issuer, err := wire.ParseReference(t.Claims.Issuer)
		if err != nil {
			return unreadable("its issuer: %v", err)
		}
		for _, above := range verdict.Chain {
			if above.Equal(issuer) {
				return fmt.Errorf("%s vouches for itself: %w", issuer, ErrChain)
			}
		}
		verdict.Chain = append(verdict.Chain, issuer)
		if at := time.Unix(t.Claims.Expires, 0); t.Claims.Expires > 0 && (verdict.Until.IsZero() || at.Before(verdict.Until)) {
			verdict.Until = at
		}
		if roots := v.rootsOf(issuer); len(roots) > 0 {
			return t.checkOne(roots, now)
		}
		certificate, err := v.certificateOf(ctx, issuer, t, now)
		if err != nil {
			return fmt.Errorf("%s: %w", issuer, err)
		}
		if needed = covering(certificate.Claims.Permissions, needed); len(needed) == 0 {
			return fmt.Errorf("%s: %w", issuer, ErrPermission)
		}
		t = certificate
	}
	return ErrChain
}

func (v *Verifier) rootsOf(r wire.Reference) []crypto.PublicKey {
	var keys []crypto.PublicKey
	for _, root := range v.Roots {
		if root.Reference.Equal(r) {
			keys = append(keys, root.Key)
		}
	}
	return keys
}

// checkOne checks the token with keys of which one may be its issuer's.
func (t *Token) checkOne(keys []crypto.PublicKey, now time.Time) (err error) {
	for _, key := range keys {
		if err = t.Check(key, now); !errors.Is(err, ErrSignature) {
			return err
		}
	}
	return err
}

// certificateOf finds the issuer's certificate whose key signed the token.
func (v *Verifier) certificateOf(ctx context.Context, issuer wire.Reference, t *Token, now time.Time) (*Token, error) {
	if v.Lookup == nil {
		return nil, ErrIssuer
	}
	values, err := v.Lookup(ctx, issuer.Handle)
	if err != nil {
		return nil, fmt.Errorf("look up certificate: %w", err)
	}
	fault, tried := ErrIssuer, 0
	for i := range values {
		if !wire.Equal(values[i].Type, wire.TypeCertificate) {
			continue
		}
		if tried++; tried > maxCertificates {
			break
		}
		certificate, err := Parse(string(values[i].Data))
		if err != nil {
			continue
		}
		subject, err := wire.ParseReference(certificate.Claims.Subject)
		if err != nil || !subject.Equal(issuer) {
			continue
		}
		key, err := certificate.Claims.PublicKey.Key()
		if err != nil {
			continue
		}
		if fault = t.Check(key, now); fault == nil {
			return certificate, nil
		}
	}
	return nil, fault
}

// covering returns which of the permissions cover one that is needed.
func covering(given, needed []Permission) []Permission {
	var list []Permission
	for _, g := range given {
		if slices.ContainsFunc(needed, g.covers) {
			list = append(list, g)
		}
	}
	return list
}

// covers tells whether whoever has p may pass n on.
func (p Permission) covers(n Permission) bool {
	if p.Scope == Everything {
		return true
	}
	if p.Handle == "" || n.Handle == "" || n.Scope == Everything {
		return false
	}
	same := wire.Equal(p.Handle, n.Handle)
	switch p.Scope {
	case ThisHandle:
		return same && n.Scope == ThisHandle
	case HandlesUnderThisPrefix:
		return n.Scope == ThisHandle && wire.Equal(wire.PrefixHandle(n.Handle), p.Handle) || same && n.Scope == HandlesUnderThisPrefix
	case DerivedPrefixes:
		if same {
			return n.Scope == DerivedPrefixes
		}
		return derived(n.Handle, p.Handle)
	default:
		return false
	}
}

// derived tells whether a prefix's handle is below another's: 0.NA/88.1 is below
// 0.NA/88.
func derived(handle, above string) bool {
	return wire.IsPrefixHandle(above) && strings.HasPrefix(wire.Fold(handle), wire.Fold(above)+".")
}
