package identifier

import (
	"context"
	"crypto"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/vouch"
)

// seal has the identifiers of hosted nodes signed, by those that do.
func (m *Module) seal(ctx context.Context, id, handle string, values []wire.Value) ([]wire.Value, error) {
	n, ok := m.hosted.of(id)
	if !ok {
		return values, nil
	}
	signer, err := m.signers.of(ctx, &n)
	if err != nil {
		return nil, err
	}
	if signer == nil {
		return vouch.Strip(n.prefixHandle(), values), nil
	}
	return signer.Seal(ctx, handle, values) //nolint:wrapcheck // it says all
}

// signingKey is the public key by which a node signs; nil if it does not.
func (m *Module) signingKey(ctx context.Context, n *node) (crypto.PublicKey, error) {
	if n.Hosting == hosted {
		signer, err := m.signers.of(ctx, n)
		if signer == nil || err != nil {
			return nil, err
		}
		return signer.Public(), nil
	}
	if n.SigningKey == "" {
		return nil, nil
	}
	record, err := base64.StdEncoding.DecodeString(n.SigningKey)
	if err != nil {
		return nil, fmt.Errorf("read the key by which %s signs: %w", n.Prefix, err)
	}
	key, err := auth.DecodePublicKey(record)
	if err != nil {
		return nil, fmt.Errorf("read the key by which %s signs: %w", n.Prefix, err)
	}
	return key, nil
}

// certify returns what the record of a node's prefix says of its key: the key, and
// a certificate if there is to be another than the one it has. Removed are the
// indexes of certificates that hold no longer.
func (m *Module) certify(ctx context.Context, above, n *node) (values []wire.Value, removed []int32, err error) {
	before, err := m.prefixRecord(ctx, n)
	if err != nil {
		return nil, nil, err
	}
	for i := range before {
		if c := vouch.CertificateOf(&before[i]); c != nil && c.By(above.prefixHandle()) {
			removed = append(removed, before[i].Index)
		}
	}
	by, err := m.signers.of(ctx, above)
	if err != nil {
		return nil, nil, err
	}
	key, err := m.signingKey(ctx, n)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	if by == nil || key == nil || !n.vouchable(now) {
		return nil, removed, nil
	}
	subject := vouch.Subject{Prefix: n.prefixHandle(), Key: key, Below: n.Role == secondaryNode}
	if year := now.Add(vouch.CertifiedFor); !n.ValidUntil.IsZero() && n.ValidUntil.Before(year) {
		subject.Until = n.ValidUntil // not longer than the contract
	}
	certificate, ok := by.Certified(before, subject, now)
	if !ok {
		if certificate, err = by.Certify(subject, now); err != nil {
			return nil, nil, err //nolint:wrapcheck // it says all
		}
		values = append(values, certificate)
	}
	told, err := vouch.KeyValue(key)
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // it says all
	}
	removed = slices.DeleteFunc(removed, func(index int32) bool { return index == certificate.Index })
	return append(values, told), removed, nil
}

// vouchable tells whether the node above vouches for a node.
func (n *node) vouchable(now time.Time) bool {
	return n.Role != rootNode && n.State.changes() && (n.ValidUntil.IsZero() || n.ValidUntil.After(now))
}

// prefixRecord returns the values of a node's prefix, as the node above has them.
func (m *Module) prefixRecord(ctx context.Context, n *node) ([]wire.Value, error) {
	r, err := m.records.Load(ctx, n.prefixHandle())
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", n.prefixHandle(), err)
	}
	return valuesOf(r)
}

// certificateView is what the record of a node's prefix says about its key.
type certificateView struct {
	Issuer string    `json:"issuer" doc:"Whose key signed it, as 310:0.NA/88.101"`
	Until  time.Time `json:"until"`
}

// certificateOf returns the certificate of a node, if the node above is hosted here
// and has made one.
func (m *Module) certificateOf(ctx context.Context, n *node) (*certificateView, error) {
	if _, ok := m.hosted.of(n.AboveID); !ok || n.Role == rootNode {
		return nil, nil
	}
	values, err := m.prefixRecord(ctx, n)
	for i := range values {
		if c := vouch.CertificateOf(&values[i]); c != nil {
			return &certificateView{c.Issuer, c.Until}, nil
		}
	}
	return nil, err
}

// trusted are the roots of trust: those of the settings, and of roots that are
// hosted here and sign.
func (m *Module) trusted(ctx context.Context) ([]trust.Root, error) {
	roots := append([]trust.Root(nil), m.anchors...)
	for _, n := range m.hosted.all() {
		if n.Role != rootNode {
			continue
		}
		signer, err := m.signers.of(ctx, &n)
		if err != nil {
			return nil, err
		}
		if signer != nil {
			roots = append(roots, signer.Root())
		}
	}
	return roots, nil
}
