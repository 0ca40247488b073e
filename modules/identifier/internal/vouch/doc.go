// Package vouch is how nodes vouch for each other and for what they hold: a node
// signs the values of its handles (HS_SIGNATURE), and the node above certifies its
// key (HS_CERT in the record of its prefix), up to the root.
//
// A certificate is taken back by removing it from the record of the prefix. What
// people read signatures by is package trust of lib/handle.
package vouch

import (
	"crypto"
	"fmt"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// Algorithm is what a node signs with.
type Algorithm string

// Algorithms.
const (
	None Algorithm = ""
	RSA  Algorithm = "rsa"
	SM2  Algorithm = "sm2"
)

// Known tells whether a node may sign with an algorithm.
func (a Algorithm) Known() bool { return a == RSA || a == SM2 }

// Indexes at which a prefix's record has the key of its node and its certificate;
// those of SM2 are one higher. Keys of administrators stand at 300, those of mirrors
// from 301 on; 400 is customary for certificates.
const (
	keyIndex         = 310
	certificateIndex = 400
	signatureIndex   = 400 // of a signature in the record of a handle, or the next that is free
)

func (a Algorithm) offset() int32 {
	if a == SM2 {
		return 1
	}
	return 0
}

// NewKey makes a key for an algorithm.
func NewKey(a Algorithm) (crypto.PrivateKey, error) {
	name := trust.AlgorithmRSA
	if a == SM2 {
		name = trust.AlgorithmSM2
	}
	return trust.GenerateKey(name) //nolint:wrapcheck // it says all
}

// rootIssuer is who a root of trust is called; networks of their own do so alike.
func rootIssuer() wire.Reference { return wire.Reference{Handle: "0.0/0.0", Index: 300} }

// issuer is who the node of a prefix is when it signs.
func issuer(prefixHandle string, a Algorithm) wire.Reference {
	if wire.Equal(prefixHandle, wire.RootHandle) {
		return rootIssuer()
	}
	return wire.Reference{Handle: prefixHandle, Index: keyIndex + a.offset()}
}

// issues tells whether a token is one by the node of a prefix, with any algorithm.
func issues(prefixHandle, by string) bool {
	return by == issuer(prefixHandle, RSA).String() || by == issuer(prefixHandle, SM2).String()
}

// Signer is a node that signs.
type Signer struct {
	Prefix string // its handle, as 0.NA/88.101; wire.RootHandle of a root
	Key    crypto.PrivateKey
	public crypto.PublicKey
	kind   Algorithm
}

// NewSigner returns the node of a prefix that signs with a key.
func NewSigner(prefixHandle string, key crypto.PrivateKey) (*Signer, error) {
	public, err := auth.PublicKeyOf(key)
	if err != nil {
		return nil, fmt.Errorf("read the key that signs: %w", err)
	}
	kind, err := algorithmOf(public)
	if err != nil {
		return nil, err
	}
	return &Signer{prefixHandle, key, public, kind}, nil
}

// algorithmOf is what the private part of a key signs with.
func algorithmOf(public crypto.PublicKey) (Algorithm, error) {
	k, err := trust.KeyOf(public)
	switch {
	case err != nil:
		return None, fmt.Errorf("read the key that signs: %w", err)
	case k.Kind == "RSA":
		return RSA, nil
	default:
		return SM2, nil
	}
}

// Issuer is who the node is when it signs.
func (s *Signer) Issuer() wire.Reference { return issuer(s.Prefix, s.kind) }

// Root returns the node as a root of trust.
func (s *Signer) Root() trust.Root { return trust.Root{Reference: s.Issuer(), Key: s.public} }

// KeyValue is the value by which a prefix's record tells the key of its node.
func KeyValue(public crypto.PublicKey) (wire.Value, error) {
	record, err := auth.EncodePublicKey(public)
	if err != nil {
		return wire.Value{}, fmt.Errorf("encode the key that signs: %w", err)
	}
	kind, err := algorithmOf(public)
	if err != nil {
		return wire.Value{}, err
	}
	v := wire.Text(keyIndex+kind.offset(), wire.TypePublicKey, "")
	v.Data = record
	return v, nil
}

// KeyOf finds the key in a record that KeyValue has put there; nil if it has none.
func KeyOf(values []wire.Value) (crypto.PublicKey, error) {
	for i := range values {
		if v := &values[i]; wire.Equal(v.Type, wire.TypePublicKey) && (v.Index == keyIndex || v.Index == keyIndex+1) {
			key, err := auth.DecodePublicKey(v.Data)
			if err != nil {
				return nil, fmt.Errorf("read the key that signs: %w", err)
			}
			return key, nil
		}
	}
	return nil, nil
}

// Public returns the public part of the key.
func (s *Signer) Public() crypto.PublicKey { return s.public }
