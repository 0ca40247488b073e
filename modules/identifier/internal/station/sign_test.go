package station_test

import (
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/client"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/station"
	"linghang/modules/identifier/internal/vouch"
)

// signing is a chain whose nodes sign, with a recursive node that trusts its root
// and gives no values that are not signed to who asks for trusted ones.
type signing struct {
	*chain
	owner     *client.Client // administers the enterprise node
	recursive *client.Client
	configs   [3]station.Config
}

func newSigning(t *testing.T) *signing {
	t.Helper()
	s := &signing{chain: &chain{}}
	kinds := [3]vouch.Algorithm{vouch.RSA, vouch.SM2, vouch.RSA}
	for i, role := range []station.Role{station.Root, station.Secondary, station.Enterprise} {
		s.dirs[i] = t.TempDir()
		s.configs[i] = station.Config{Role: role, Dir: s.dirs[i], Prefix: []string{"", "88.101", "88.101.5"}[i], Sign: kinds[i]}
		if i > 0 {
			s.configs[i].Root = []wire.Site{s.root}
		}
		node, stop := open(t, s.configs[i])
		if s.stop[i] = stop; i == 0 {
			s.root = node.Site()
		}
	}
	s.admit(t, 1, "sign-rsa.key", time.Hour)
	s.admit(t, 2, "sign-sm2.key", time.Hour)
	s.owner = as(t, s.root, s.dirs[2], enterpriseHandle)
	s.put(t, product)
	s.recursive = s.trusting(t, filepath.Join(s.dirs[0], "trust.json"))
	return s
}

// admit registers a node at the one above, certified for a while by its key; without
// a key it is not certified.
func (s *signing) admit(t *testing.T, i int, key string, valid time.Duration) {
	t.Helper()
	handles := [3]string{wire.RootHandle, secondaryHandle, enterpriseHandle}
	request, err := station.LoadRequest(filepath.Join(s.dirs[i], "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		signer, err := station.LoadSigner(filepath.Join(s.dirs[i-1], key), handles[i-1])
		if err != nil {
			t.Fatal(err)
		}
		public, err := vouch.KeyOf(request.Values)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		value, err := signer.Certify(vouch.Subject{Prefix: handles[i], Key: public, Below: i == 1, Until: now.Add(valid)}, now)
		if err != nil {
			t.Fatal(err)
		}
		request.Values = append(request.Values, value)
	}
	above := as(t, s.root, s.dirs[i-1], handles[i-1])
	if _, err := above.Create(t.Context(), request.Handle, request.Values, wire.FlagOverwrite); err != nil {
		t.Fatal(err)
	}
}

func (s *signing) put(t *testing.T, handle string) {
	t.Helper()
	if _, err := s.owner.Create(t.Context(), handle, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/")}, wire.FlagOverwrite); err != nil {
		t.Fatal(err)
	}
}

// trusting asks a recursive node of its own that trusts a root.
func (s *signing) trusting(t *testing.T, anchor string) *client.Client {
	t.Helper()
	root, err := vouch.LoadRoot(anchor)
	if err != nil {
		t.Fatal(err)
	}
	node, _ := open(t, station.Config{Role: station.Recursive, Dir: t.TempDir(), Root: []wire.Site{s.root}, Trust: []trust.Root{root}, Demand: true})
	c := client.New(client.Options{Resolver: []wire.Site{node.Site()}})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// trusted asks a recursive node that remembers nothing for trusted values.
func (s *signing) trusted(t *testing.T, handle string) error {
	t.Helper()
	c := s.trusting(t, filepath.Join(s.dirs[0], "trust.json"))
	a, err := c.Resolve(t.Context(), handle, client.Query{Trusted: true})
	if err == nil && !a.Trusted {
		t.Errorf("%s is given without a word of trust", handle)
	}
	return err
}

func TestNodesAloneVouchForEachOtherUpToTheRoot(t *testing.T) {
	s := newSigning(t)
	a, err := s.recursive.Resolve(t.Context(), product, client.Query{Trusted: true})
	if err != nil || !a.Trusted || !slices.ContainsFunc(a.Values, func(v wire.Value) bool { return v.Type == wire.TypeSignature }) {
		t.Fatalf("%+v, %v", a, err)
	}
	if err := s.owner.AddValues(t.Context(), product, []wire.Value{wire.Text(2, wire.TypeEmail, "a@a.example")}, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.trusted(t, product); err != nil {
		t.Errorf("after a change by its node: %v", err)
	}
}

func TestWhereTrustDemandedElseIsGiven(t *testing.T) {
	s := newSigning(t)
	s.put(t, "88.101.5/CHANGED")
	s.put(t, "88.101.5/STRIPPED")
	s.stop[2]()
	tamper(t, s.dirs[2], "88.101.5/CHANGED", func(list []wire.Value) []wire.Value {
		list[0].Data = []byte("http://evil.example/")
		return list
	})
	tamper(t, s.dirs[2], "88.101.5/STRIPPED", func(list []wire.Value) []wire.Value {
		return slices.DeleteFunc(list, func(v wire.Value) bool { return v.Type == wire.TypeSignature })
	})
	_, s.stop[2] = open(t, s.configs[2])
	s.admit(t, 2, "sign-sm2.key", time.Hour) // it listens elsewhere now
	for _, handle := range []string{"88.101.5/CHANGED", "88.101.5/STRIPPED"} {
		if err := s.trusted(t, handle); client.CodeOf(err) != wire.CodeCredentialUnproven {
			t.Errorf("%s: %v", handle, err)
		}
	}
	if err := s.trusted(t, product); err != nil {
		t.Errorf("the others: %v", err)
	}
}

// tamper changes a record in the directory of a node that does not run.
func tamper(t *testing.T, dir, handle string, change func([]wire.Value) []wire.Value) {
	t.Helper()
	store, err := record.OpenFiles(filepath.Join(dir, "records"), record.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	r, err := store.Load(t.Context(), handle)
	if err != nil || r == nil {
		t.Fatalf("%s: %v", handle, err)
	}
	v, err := wire.DecodeValues(append(wire.AppendBytes(nil, r.Handle), r.Values...))
	if err != nil {
		t.Fatal(err)
	}
	v = wire.Values{Values: change(v.Values)}
	if _, err := store.Apply(t.Context(), []record.Change{{Action: wire.ActionUpdate, Handle: handle, Was: record.Any, Values: v.Append(nil)[4:]}}); err != nil {
		t.Fatal(err)
	}
}

func TestACertificateThatIsTakenBackOrOverVouchesForNothing(t *testing.T) {
	s := newSigning(t)
	s.admit(t, 2, "", 0)
	if err := s.trusted(t, product); client.CodeOf(err) != wire.CodeCredentialUnproven {
		t.Errorf("taken back: %v", err)
	}
	s.admit(t, 2, "sign-sm2.key", -time.Minute)
	if err := s.trusted(t, product); client.CodeOf(err) != wire.CodeCredentialUnproven {
		t.Errorf("expired: %v", err)
	}
	s.admit(t, 2, "sign-sm2.key", time.Hour)
	if err := s.trusted(t, product); err != nil {
		t.Errorf("made anew: %v", err)
	}
}

func TestTheKeyOfAnotherRootIsNotTrusted(t *testing.T) {
	s := newSigning(t)
	alien := t.TempDir()
	open(t, station.Config{Role: station.Root, Dir: alien, Sign: vouch.SM2})
	_, err := s.trusting(t, filepath.Join(alien, "trust.json")).Resolve(t.Context(), product, client.Query{Trusted: true})
	if client.CodeOf(err) != wire.CodeCredentialUnproven {
		t.Errorf("%v", err)
	}
}

func TestWhatWasRegisteredBeforeANodeSignedIsSignedAtItsStart(t *testing.T) {
	s := newSigning(t)
	again := func(kind vouch.Algorithm) {
		s.stop[2]()
		s.configs[2].Sign = kind
		_, s.stop[2] = open(t, s.configs[2])
	}
	again(vouch.None)
	s.admit(t, 2, "", 0)
	c := client.New(client.Options{Root: []wire.Site{s.root}})
	defer func() { _ = c.Close() }()
	kerneltest.Wait(t, "the signatures to go", func() bool {
		a, err := c.Resolve(t.Context(), product, client.Query{})
		return err == nil && !slices.ContainsFunc(a.Values, func(v wire.Value) bool { return v.Type == wire.TypeSignature })
	})
	again(vouch.SM2)
	s.admit(t, 2, "sign-sm2.key", time.Hour)
	kerneltest.Wait(t, "everything to be signed", func() bool { return s.trusted(t, product) == nil })
}
