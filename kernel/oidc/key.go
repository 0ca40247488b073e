package oidc

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/oklog/ulid/v2"

	"linghang/kernel/seal"
)

const (
	tokenLife = 10 * time.Minute
	keyLife   = 30 * 24 * time.Hour // how long a key signs
	// keyShown is how long a key is published after it signed last: longer than
	// any token lives, and than caches of clients stay.
	keyShown = 24 * time.Hour
	// keyKept is how long it still proves who an ID token at sign-out speaks of.
	keyKept = 90 * 24 * time.Hour
	// keyCached is how long a replica goes on with a key that another retired.
	keyCached = 10 * time.Second

	signingPurpose = "signing"
)

// signingKey signs tokens.
type signingKey struct {
	ID        string
	Algorithm string
	CreatedAt time.Time
	RetiredAt time.Time

	sealed  string
	public  string // JSON Web Key
	private crypto.Signer
}

// shown reports whether tokens of the key may still be good.
func (k signingKey) shown(now time.Time) bool {
	return k.RetiredAt.IsZero() || now.Before(k.RetiredAt.Add(keyShown))
}

// keys makes, keeps and hands out the keys that sign tokens. Private ones are
// sealed in the database and opened in memory for moments.
type keys struct {
	store keyStore
	seal  *seal.Keyring

	mu     sync.Mutex
	opened map[string]signingKey // the signing key of each algorithm
	until  time.Time
}

func newKeys(store keyStore, ring *seal.Keyring) *keys {
	return &keys{store: store, seal: ring, opened: map[string]signingKey{}}
}

// signer returns the key that signs now; the first call for an algorithm makes it.
func (k *keys) signer(ctx context.Context, algorithm string) (signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.opened[algorithm]; ok && time.Now().Before(k.until) {
		return key, nil
	}
	key, err := k.store.current(ctx, algorithm)
	if errors.Is(err, errNoKey) {
		key, err = k.renew(ctx, algorithm, "")
	}
	if err != nil {
		return signingKey{}, err
	}
	if had, ok := k.opened[algorithm]; ok && had.ID == key.ID {
		k.until = time.Now().Add(keyCached)
		return had, nil
	}
	if key, err = k.open(ctx, key); err != nil {
		return signingKey{}, err
	}
	k.opened[algorithm], k.until = key, time.Now().Add(keyCached)
	return key, nil
}

func (k *keys) open(ctx context.Context, key signingKey) (signingKey, error) {
	der, err := k.seal.Open(ctx, signingPurpose, key.sealed)
	if err != nil {
		return key, fmt.Errorf("open signing key %s: %w", key.ID, err)
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return key, fmt.Errorf("read signing key %s: %w", key.ID, err)
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return key, fmt.Errorf("signing key %s is a %T", key.ID, private)
	}
	key.private = signer
	return key, nil
}

// renew puts a new key in the place of the old one; when another replica was
// faster, it is theirs.
func (k *keys) renew(ctx context.Context, algorithm, old string) (signingKey, error) {
	key := signingKey{ID: ulid.Make().String(), Algorithm: algorithm}
	private, err := generate(algorithm)
	if err != nil {
		return key, fmt.Errorf("make signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return key, fmt.Errorf("encode signing key: %w", err)
	}
	if key.sealed, err = k.seal.Seal(ctx, signingPurpose, der); err != nil {
		return key, err
	}
	public, err := jose.JSONWebKey{KeyID: key.ID, Algorithm: algorithm, Use: "sig", Key: private.Public()}.MarshalJSON()
	if err != nil {
		return key, fmt.Errorf("encode public key: %w", err)
	}
	key.public = string(public)
	if err := k.store.replace(ctx, old, key); err != nil {
		return key, err
	}
	return k.store.current(ctx, algorithm)
}

func generate(algorithm string) (crypto.Signer, error) {
	if algorithm == algRS256 {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	return private, err
}

// rotate renews the keys that have signed for long enough, or all of them.
func (k *keys) rotate(ctx context.Context, all bool) error {
	for _, algorithm := range []string{algEdDSA, algRS256} {
		key, err := k.signer(ctx, algorithm)
		if err != nil {
			return err
		}
		now, err := k.store.db.Clock(ctx)
		if err != nil {
			return err
		}
		if !all && now.Sub(key.CreatedAt) < keyLife {
			continue
		}
		if _, err := k.renew(ctx, algorithm, key.ID); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.until = time.Time{}
	return nil
}

// set is what verifies tokens: the published keys, or all that are kept.
func (k *keys) set(ctx context.Context, published bool) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	list, err := k.store.list(ctx)
	if err != nil {
		return set, err
	}
	now, err := k.store.db.Clock(ctx)
	if err != nil {
		return set, err
	}
	for _, key := range list {
		if published && !key.shown(now) {
			continue
		}
		var public jose.JSONWebKey
		if err := public.UnmarshalJSON([]byte(key.public)); err != nil {
			return set, fmt.Errorf("read public key %s: %w", key.ID, err)
		}
		set.Keys = append(set.Keys, public)
	}
	return set, nil
}

// sign returns a token of the type over the claims.
func (k *keys) sign(ctx context.Context, algorithm, typ string, claims []byte) (string, error) {
	key, err := k.signer(ctx, algorithm)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.SignatureAlgorithm(algorithm), Key: jose.JSONWebKey{Key: key.private, KeyID: key.ID}},
		(&jose.SignerOptions{}).WithType(jose.ContentType(typ)),
	)
	if err != nil {
		return "", fmt.Errorf("prepare to sign: %w", err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed.CompactSerialize()
}

var (
	errNoKey     = errors.New("there is no signing key")
	errForeign   = errors.New("the token was signed by no key of this provider")
	errAlgorithm = errors.New("the token is not signed as this provider signs")
	errType      = errors.New("the token is of another type")
)

// verify returns what a token says that one of the keys signed. The algorithm is
// the key's own, whatever the token claims: neither none nor a MAC with a public
// key gets through.
func (k *keys) verify(ctx context.Context, token, typ string, published bool, algorithms ...jose.SignatureAlgorithm) ([]byte, error) {
	signed, err := jose.ParseSigned(token, algorithms)
	if err != nil || len(signed.Signatures) != 1 {
		return nil, errAlgorithm
	}
	header := signed.Signatures[0].Protected
	if t, _ := header.ExtraHeaders[jose.HeaderType].(string); t != typ {
		return nil, errType
	}
	set, err := k.set(ctx, published)
	if err != nil {
		return nil, err
	}
	found := set.Key(header.KeyID)
	if len(found) != 1 {
		return nil, errForeign
	}
	if found[0].Algorithm != header.Algorithm {
		return nil, errAlgorithm
	}
	claims, err := signed.Verify(found[0].Key)
	if err != nil {
		return nil, errForeign
	}
	return claims, nil
}
