package station_test

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

// Clients of the national dialect set up sessions by the key of a handle, others by a
// key of their own or the node's: whatever the mode, changes in it are encrypted, and
// whose they are is asked once.
func TestANodeSetsUpSessionsInEveryMode(t *testing.T) {
	c := newChain(t)
	national, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(&national.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	key := wire.Text(300, wire.TypePublicKey, "")
	key.Data = record
	owner := as(t, c.root, c.dirs[2], enterpriseHandle)
	if _, err := owner.Create(t.Context(), "88.101.5/SM2", []wire.Value{key}, 0); err != nil {
		t.Fatal(err)
	}
	admin, err := station.LoadKey(filepath.Join(c.dirs[2], "admin.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	identity := &auth.Identity{Reference: wire.Reference{Handle: enterpriseHandle, Index: 300}, Key: admin}
	for name, set := range map[string]func(*client.Options){
		"DH":     func(*client.Options) {},
		"CLIENT": func(o *client.Options) { o.SessionMode = wire.ModeClientKey },
		"SERVER": func(o *client.Options) { o.SessionMode = wire.ModeServerKey },
		"ELSEWHERE": func(o *client.Options) { // the key is asked for at the secondary node
			o.SessionMode = wire.ModeHandleKey
		},
		"NATIONAL": func(o *client.Options) {
			o.SessionMode, o.SessionKey, o.SessionKeyAt = wire.ModeHandleKey, national, wire.Reference{Handle: "88.101.5/SM2", Index: 300}
		},
	} {
		t.Run(name, func(t *testing.T) {
			challenges := 0
			o := client.Options{Root: []wire.Site{c.root}, Identity: identity, Encrypt: true, Trace: func(h client.Hop) {
				if h.Code == wire.CodeAuthNeeded {
					challenges++
				}
			}}
			set(&o)
			member := client.New(o)
			defer func() { _ = member.Close() }()
			handle := "88.101.5/" + name
			if err := member.OpenSession(t.Context(), handle, time.Hour); err != nil {
				t.Fatal(err)
			}
			if _, err := member.Create(t.Context(), handle, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}, 0); err != nil {
				t.Fatal(err)
			}
			if err := member.ModifyValues(t.Context(), handle, []wire.Value{wire.Text(1, wire.TypeURL, "http://b.example")}); err != nil {
				t.Fatal(err)
			}
			if err := member.CloseSession(t.Context(), handle); err != nil {
				t.Error(err)
			}
			if a, err := owner.Resolve(t.Context(), handle, client.Query{Types: []string{wire.TypeURL}}); err != nil || string(a.Values[0].Data) != "http://b.example" {
				t.Errorf("resolved %+v, %v", a, err)
			}
			if challenges != 1 {
				t.Errorf("%d challenges", challenges)
			}
		})
	}
}
