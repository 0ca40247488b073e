package identifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// errUntrusted is what the command ends with when values were to be trusted.
var errUntrusted = errors.New("the values are not trusted")

// maxSignatures is how many signatures of a record are looked at.
const maxSignatures = 4

// resolveTrusted resolves a handle, and checks signatures of its values where there
// are roots up to which they must lead.
func resolveTrusted(ctx context.Context, c *client.Client, handle string, q client.Query, roots []trust.Root) (*client.Answer, []resolver.Signature, error) {
	if len(roots) == 0 {
		a, err := c.Resolve(ctx, handle, q)
		return a, nil, err //nolint:wrapcheck // it says all
	}
	whole := q
	whole.Indexes, whole.Types = nil, nil
	a, err := c.Resolve(ctx, handle, whole)
	if err != nil {
		return a, nil, err //nolint:wrapcheck // it says all
	}
	signatures, err := checkTrust(ctx, c, roots, &q, a)
	a.Trusted = err == nil
	return a, signatures, err
}

// checkTrust checks the signatures of an answer with all values of a record, and
// leaves those values that were asked for. Whoever asks for it wants no others than
// those for which a signature holds.
func checkTrust(ctx context.Context, c *client.Client, roots []trust.Root, q *client.Query, a *client.Answer) ([]resolver.Signature, error) {
	verifier := trust.Verifier{Roots: roots, Lookup: func(ctx context.Context, handle string) ([]wire.Value, error) {
		answer, err := c.Resolve(ctx, handle, client.Query{Types: []string{wire.TypeCertificate}, KeepAlias: true})
		switch client.CodeOf(err) {
		case wire.CodeNotFound, wire.CodeValuesNotFound:
			return nil, nil
		default:
		}
		if err != nil {
			return nil, err //nolint:wrapcheck // the verifier says what for
		}
		return answer.Values, nil
	}}
	held := map[int32]bool{}
	var list []resolver.Signature
	for i := range a.Values {
		v := &a.Values[i]
		if !wire.Equal(v.Type, wire.TypeSignature) || len(list) == maxSignatures {
			continue
		}
		verdict, err := verifier.Values(ctx, a.Handle, a.Values, string(v.Data))
		list = append(list, resolver.SignatureOf(v.Index, verdict, err))
		if err == nil {
			for _, index := range verdict.Signed {
				held[index] = true
			}
		}
	}
	wanted := wire.NewQuery(a.Handle, q.Indexes, q.Types)
	a.Values = slices.DeleteFunc(a.Values, func(v wire.Value) bool { return !wanted.All() && !wanted.Wants(v.Index, []byte(v.Type)) })
	for i := range a.Values {
		if v := &a.Values[i]; !held[v.Index] && !wire.Equal(v.Type, wire.TypeSignature) {
			return list, errUntrusted
		}
	}
	return list, nil
}

// signatureText says in one line what a signature was found to be.
func signatureText(s *resolver.Signature) string {
	text := fmt.Sprintf("signature %d  %s", s.Index, s.Reason)
	if s.Fault != "" {
		text += ": " + s.Fault
	}
	if len(s.Chain) > 0 {
		text += "; signed by " + strings.Join(s.Chain, ", by ")
	}
	if len(s.Signed) > 0 {
		text += fmt.Sprint("; values ", s.Signed)
	}
	if len(s.Missing) > 0 {
		text += fmt.Sprint("; missing ", s.Missing)
	}
	if !s.Until.IsZero() {
		text += "; until " + s.Until.Format("2006-01-02")
	}
	return text
}
