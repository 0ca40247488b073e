package vouch

import (
	"context"
	"fmt"
	"slices"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// Seal returns the values of a handle with the node's signature of those that
// everybody may read. A signature that holds stays as it is. Those of others stay.
func (s *Signer) Seal(ctx context.Context, handle string, values []wire.Value) ([]wire.Value, error) {
	public := publicOf(values)
	if i := ownSignature(s.Prefix, values); i >= 0 && s.sealed(ctx, &values[i], handle, public) {
		return values, nil
	}
	rest, index := strip(s.Prefix, values)
	if index == 0 {
		index = freeIndex(rest)
	}
	if len(rest) >= wire.MaxValues {
		return nil, fmt.Errorf("a handle holds %d values at the most, and one is for the signature", wire.MaxValues)
	}
	token, err := trust.Sign(&trust.Claims{Issuer: s.Issuer().String(), Subject: handle, Digests: trust.DigestsOf(public)}, s.Key)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", handle, err)
	}
	return append(rest, wire.Text(index, wire.TypeSignature, token)), nil
}

// Strip returns values without the signatures of the node of a prefix: one that
// signs no more leaves none that are wrong.
func Strip(prefixHandle string, values []wire.Value) []wire.Value {
	if ownSignature(prefixHandle, values) < 0 {
		return values
	}
	rest, _ := strip(prefixHandle, values)
	return rest
}

// publicOf are the values that a signature is about: a digest of a secret would
// let it be guessed.
func publicOf(values []wire.Value) []wire.Value {
	var list []wire.Value
	for i := range values {
		if values[i].Permissions&wire.PublicRead != 0 && !wire.Equal(values[i].Type, wire.TypeSignature) {
			list = append(list, values[i])
		}
	}
	return list
}

// isOwn tells whether a value is a signature by the node of a prefix.
func isOwn(prefixHandle string, v *wire.Value) bool {
	if !wire.Equal(v.Type, wire.TypeSignature) {
		return false
	}
	t, err := trust.Parse(string(v.Data))
	return err == nil && issues(prefixHandle, t.Claims.Issuer)
}

func ownSignature(prefixHandle string, values []wire.Value) int {
	return slices.IndexFunc(values, func(v wire.Value) bool { return isOwn(prefixHandle, &v) })
}

// strip returns values without the node's signatures, and where the first was.
func strip(prefixHandle string, values []wire.Value) (rest []wire.Value, index int32) {
	rest = make([]wire.Value, 0, len(values)+1)
	for i := range values {
		if !isOwn(prefixHandle, &values[i]) {
			rest = append(rest, values[i])
		} else if index == 0 {
			index = values[i].Index
		}
	}
	return rest, index
}

func freeIndex(values []wire.Value) int32 {
	index := int32(signatureIndex)
	for slices.ContainsFunc(values, func(v wire.Value) bool { return v.Index == index }) {
		index++
	}
	return index
}

// sealed tells whether a signature is of the node's key and holds for the values,
// for all of them and for no more.
func (s *Signer) sealed(ctx context.Context, v *wire.Value, handle string, public []wire.Value) bool {
	verifier := trust.Verifier{Roots: []trust.Root{s.Root()}}
	verdict, err := verifier.Values(ctx, handle, public, string(v.Data))
	return err == nil && len(verdict.Unsigned) == 0 && len(verdict.Missing) == 0
}
