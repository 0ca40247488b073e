package client_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// noting counts creations and which of them came encrypted.
type noting struct {
	*store
	created, encrypted atomic.Int32
}

func (n *noting) Handle(ctx context.Context, req *server.Request, res *server.Response) {
	if req.Header.Op == wire.OpCreate && req.Proven() {
		n.created.Add(1)
		if req.Encrypted {
			n.encrypted.Add(1)
		}
	}
	n.store.Handle(ctx, req, res)
}

// agreeingNode is a server that sets up sessions in all modes.
func agreeingNode(t *testing.T, change ...func(*server.Options)) (*node, *noting) {
	t.Helper()
	s := newStore(enterpriseHandle)
	h := &noting{store: s}
	s.put(product, wire.Text(1, wire.TypeURL, "http://a.example/T001"))
	s.put("88.101.5/ADMIN", wire.Value{Index: 300, Permissions: wire.PermissionsSecret, Type: wire.TypeSecretKey, Data: []byte("a secret")})
	n := start(t, s, append([]func(*server.Options){func(o *server.Options) {
		o.Handler, o.SessionKey = h, s.lookup
		o.Modes = []wire.Mode{wire.ModeClientKey, wire.ModeServerKey, wire.ModeHandleKey}
	}}, change...)...)
	return n, h
}

// member returns a client of one node that administers it.
func (n *node) member(t *testing.T, change ...func(*client.Options)) *client.Client {
	t.Helper()
	o := client.Options{
		Resolver: []wire.Site{n.site}, Encrypt: true,
		Identity: &auth.Identity{Reference: wire.Reference{Handle: "88.101.5/ADMIN", Index: 300}, Secret: []byte("a secret")},
	}
	for _, c := range change {
		c(&o)
	}
	c := client.New(o)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close client: %v", err)
		}
	})
	return c
}

// keyed puts a public key where everybody reads it.
func (n *node) keyed(t *testing.T, handle string, key crypto.PrivateKey) {
	t.Helper()
	public, err := auth.PublicKeyOf(key)
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	v := wire.Text(300, wire.TypePublicKey, "")
	v.Data = record
	n.put(handle, wire.Text(1, wire.TypeURL, "http://a.example"), v)
}

func keyPair(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func nationalKey(t *testing.T) *sm2.PrivateKey {
	t.Helper()
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func in(mode wire.Mode) func(*client.Options) {
	return func(o *client.Options) { o.SessionMode = mode }
}

// keyAt is mode 3 with a key of a handle.
func keyAt(key crypto.PrivateKey, handle string, index int32) func(*client.Options) {
	return func(o *client.Options) {
		o.SessionMode, o.SessionKey, o.SessionKeyAt = wire.ModeHandleKey, key, wire.Reference{Handle: handle, Index: index}
	}
}

func TestChangesAreEncryptedInSessionsOfEveryMode(t *testing.T) {
	n, h := agreeingNode(t)
	national, international := nationalKey(t), keyPair(t, 3072)
	n.keyed(t, "88.101.5/SM2", national)
	n.keyed(t, "88.101.5/RSA", international)
	for name, mode := range map[string]func(*client.Options){
		"Diffie-Hellman":      in(wire.ModeDiffieHellman),
		"a key of the moment": in(wire.ModeClientKey),
		"the client's key":    func(o *client.Options) { o.SessionMode, o.SessionKey = wire.ModeClientKey, international },
		"the server's key":    in(wire.ModeServerKey),
		"RSA of a handle":     keyAt(international, "88.101.5/RSA", 300),
		"RSA at any index":    keyAt(international, "88.101.5/RSA", 0),
		"SM2 of a handle":     keyAt(national, "88.101.5/SM2", 300),
	} {
		for _, p := range []wire.Protocol{wire.TCP, wire.HTTPS} {
			t.Run(fmt.Sprintf("%s by %s", name, p), func(t *testing.T) {
				created, encrypted := h.created.Load(), h.encrypted.Load()
				challenges := 0
				c := n.member(t, mode, only(p), func(o *client.Options) {
					o.Trace = func(hop client.Hop) {
						if hop.Code == wire.CodeAuthNeeded {
							challenges++
						}
					}
				})
				if err := c.OpenSession(t.Context(), product, time.Hour); err != nil {
					t.Fatal(err)
				}
				for i := range 3 {
					if _, err := c.Create(t.Context(), fmt.Sprintf("88.101.5/%s-%s-%d", name, p, i), []wire.Value{wire.Text(1, wire.TypeURL, "x")}, 0); err != nil {
						t.Fatal(err)
					}
				}
				// What waited for the challenge is answered encrypted, too.
				if got := h.encrypted.Load() - encrypted; got != 3 || h.created.Load()-created != 3 || challenges != 1 {
					t.Errorf("%d of %d creations were encrypted, %d challenges", got, h.created.Load()-created, challenges)
				}
				if err := c.CloseSession(t.Context(), product); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestSessionsThatCannotBeAgreedUponSayWhy(t *testing.T) {
	n, _ := agreeingNode(t)
	national, rsaKey := nationalKey(t), keyPair(t, 2048)
	n.keyed(t, "88.101.5/SM2", national)
	n.keyed(t, "88.101.5/RSA", rsaKey)
	n.keyed(t, "88.101.5/SHORT", keyPair(t, 1024))
	n.put("88.101.5/DAMAGED", wire.Text(300, wire.TypePublicKey, "no key"))
	hidden := wire.Text(300, wire.TypePublicKey, "no key")
	hidden.Permissions = wire.PermissionsSecret
	n.put("88.101.5/HIDDEN", hidden)
	plain, _ := agreeingNode(t, func(o *server.Options) { o.Modes = nil })
	blind, _ := agreeingNode(t, func(o *server.Options) { o.SessionKey = nil })
	unlucky, _ := agreeingNode(t, func(o *server.Options) {
		o.SessionKey = func(context.Context, wire.Reference) ([]wire.Value, error) {
			return nil, errors.New("the network is down")
		}
	})
	for name, c := range map[string]struct {
		node *node
		mode func(*client.Options)
		want wire.Code
	}{
		"mode 1 where it is not set up": {plain, in(wire.ModeClientKey), wire.CodeSessionSetUp},
		"mode 2 where it is not set up": {plain, in(wire.ModeServerKey), wire.CodeSessionSetUp},
		"mode 3 where it is not set up": {plain, keyAt(rsaKey, "88.101.5/RSA", 300), wire.CodeSessionSetUp},
		"a client's key of 1024 bits":   {n, func(o *client.Options) { o.SessionMode, o.SessionKey = wire.ModeClientKey, keyPair(t, 1024) }, wire.CodeSessionSetUp},
		"a client's key of SM2":         {n, func(o *client.Options) { o.SessionMode, o.SessionKey = wire.ModeClientKey, national }, wire.CodeSessionNeedsRSA},
		"a handle's key of 1024 bits":   {n, keyAt(rsaKey, "88.101.5/SHORT", 300), wire.CodeSessionSetUp},
		"a handle's key that is none":   {n, keyAt(rsaKey, "88.101.5/DAMAGED", 300), wire.CodeSessionSetUp},
		"a key that is not public":      {n, keyAt(rsaKey, "88.101.5/HIDDEN", 300), wire.CodeSessionFailed},
		"no value at the index":         {n, keyAt(rsaKey, "88.101.5/RSA", 301), wire.CodeSessionFailed},
		"no key at the index":           {n, keyAt(rsaKey, "88.101.5/RSA", 1), wire.CodeSessionFailed},
		"no such handle":                {n, keyAt(rsaKey, "88.101.5/NONE", 300), wire.CodeSessionFailed},
		"nobody finds keys":             {blind, keyAt(rsaKey, "88.101.5/RSA", 300), wire.CodeSessionFailed},
		"a key that is out of reach":    {unlucky, keyAt(rsaKey, "88.101.5/RSA", 300), wire.CodeSessionFailed},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.node.member(t, c.mode, only(wire.TCP)).OpenSession(t.Context(), product, time.Hour)
			if client.CodeOf(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// A client that has another private key than the handle's public one finds out, and
// opens no session.
func TestAnotherPrivateKeyOpensNoSession(t *testing.T) {
	n, _ := agreeingNode(t)
	n.keyed(t, "88.101.5/SM2", nationalKey(t))
	n.keyed(t, "88.101.5/RSA", keyPair(t, 2048))
	for name, mode := range map[string]func(*client.Options){
		"RSA":          keyAt(keyPair(t, 2048), "88.101.5/RSA", 300),
		"SM2":          keyAt(nationalKey(t), "88.101.5/SM2", 300),
		"RSA for SM2":  keyAt(keyPair(t, 2048), "88.101.5/SM2", 300),
		"SM2 for RSA":  keyAt(nationalKey(t), "88.101.5/RSA", 300),
		"no key":       keyAt(nil, "88.101.5/RSA", 300),
		"unknown mode": in(9),
	} {
		c := n.member(t, mode, only(wire.TCP))
		err := c.OpenSession(t.Context(), product, time.Hour)
		if !errors.Is(err, auth.ErrCipher) && !errors.Is(err, auth.ErrUnsupported) && !errors.Is(err, auth.ErrNoKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever stands between could put his own key in the place of the server's.
func TestAServersKeyIsTakenOnlySigned(t *testing.T) {
	n, _ := agreeingNode(t, func(o *server.Options) { o.Key = keyPair(t, 2048) }) // not the one in the site
	err := n.member(t, in(wire.ModeServerKey), only(wire.TCP)).OpenSession(t.Context(), product, time.Hour)
	if !errors.Is(err, auth.ErrProof) {
		t.Errorf("a key that another signed: %v", err)
	}
}
