package station_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

// open runs a station until the test ends, or stop is called.
func open(t *testing.T, c station.Config) (s *station.Station, stop func()) {
	t.Helper()
	c.Handle, c.HTTP = "127.0.0.1:0", "127.0.0.1:0"
	s, err := station.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(stop)
	return s, stop
}

// as returns a client that is who administers the station in a directory.
func as(t *testing.T, root wire.Site, dir, handle string) *client.Client {
	t.Helper()
	key, err := station.LoadKey(filepath.Join(dir, "admin.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := client.New(client.Options{Root: []wire.Site{root}, Identity: &auth.Identity{Reference: wire.Reference{Handle: handle, Index: 300}, Key: key}})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// admit registers the prefix of the station in below at the node above.
func admit(t *testing.T, above *client.Client, below string) {
	t.Helper()
	request, err := station.LoadRequest(filepath.Join(below, "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := above.Create(t.Context(), request.Handle, request.Values, 0); err != nil {
		t.Fatalf("admit %s: %v", request.Handle, err)
	}
}

const (
	secondaryHandle  = "0.NA/88.101"
	enterpriseHandle = "0.NA/88.101.5"
	product          = "88.101.5/T001"
)

// chain is a root, a secondary and an enterprise node, each in its directory.
type chain struct {
	dirs [3]string
	root wire.Site
	stop [3]func()
}

func newChain(t *testing.T) *chain {
	t.Helper()
	c := &chain{}
	for i := range c.dirs {
		c.dirs[i] = t.TempDir()
	}
	root, stop := open(t, station.Config{Role: station.Root, Dir: c.dirs[0]})
	c.root, c.stop[0] = root.Site(), stop
	known := []wire.Site{c.root}
	_, c.stop[1] = open(t, station.Config{Role: station.Secondary, Dir: c.dirs[1], Prefix: "88.101", Root: known})
	admit(t, as(t, c.root, c.dirs[0], wire.RootHandle), c.dirs[1])
	_, c.stop[2] = open(t, station.Config{Role: station.Enterprise, Dir: c.dirs[2], Prefix: "88.101.5", Root: known, Mirrors: []wire.Reference{mirrorIdentity}})
	admit(t, as(t, c.root, c.dirs[1], secondaryHandle), c.dirs[2])
	return c
}

func TestAHandleResolvesFromTheRootDown(t *testing.T) {
	c := newChain(t)
	enterprise := as(t, c.root, c.dirs[2], enterpriseHandle)
	if _, err := enterprise.Create(t.Context(), product, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/T001")}, 0); err != nil {
		t.Fatal(err)
	}
	var way []wire.Code
	stranger := client.New(client.Options{Root: []wire.Site{c.root}, Trace: func(h client.Hop) { way = append(way, h.Code) }})
	defer func() { _ = stranger.Close() }()
	a, err := stranger.Resolve(t.Context(), product, client.Query{Types: []string{wire.TypeURL}, Signed: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Values) != 1 || string(a.Values[0].Data) != "http://a.example/T001" || !a.Authoritative {
		t.Errorf("resolved %+v", a)
	}
	if want := []wire.Code{wire.CodePrefixReferral, wire.CodeSuccess, wire.CodeSuccess}; !slices.Equal(way, want) {
		t.Errorf("the way was %v, want %v", way, want)
	}
	all, err := stranger.Resolve(t.Context(), product, client.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(all.Values, func(v wire.Value) bool { return v.Type == wire.TypeAdmin }) {
		t.Error("a record that named no administrator has got none")
	}
	for _, missing := range []string{"88.101.5/T002", "88.101.6/T001", "88.102.1/T001", "99/1"} {
		if _, err := stranger.Resolve(t.Context(), missing, client.Query{}); client.CodeOf(err) != wire.CodeNotFound {
			t.Errorf("%s: %v, want that it is not found", missing, err)
		}
	}
}

func TestARestartKeepsEverything(t *testing.T) {
	c := newChain(t)
	enterprise := as(t, c.root, c.dirs[2], enterpriseHandle)
	if _, err := enterprise.Create(t.Context(), product, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/T001")}, 0); err != nil {
		t.Fatal(err)
	}
	c.stop[2]()
	again, _ := open(t, station.Config{Role: station.Enterprise, Dir: c.dirs[2], Prefix: "88.101.5", Root: []wire.Site{c.root}})
	// It listens elsewhere now; the serial of its site says so.
	site := again.Site()
	if site.Serial != 2 {
		t.Errorf("the serial is %d after a move, want 2", site.Serial)
	}
	direct := client.New(client.Options{Resolver: []wire.Site{site}})
	defer func() { _ = direct.Close() }()
	if _, err := direct.Resolve(t.Context(), product, client.Query{}); err != nil {
		t.Error(err)
	}
	if _, err := station.Open(t.Context(), station.Config{Role: station.Secondary, Dir: c.dirs[2], Prefix: "88.101", Handle: "127.0.0.1:0", HTTP: "127.0.0.1:0"}, slog.Default()); err == nil {
		t.Error("a directory of another node was taken")
	}
}

func TestNobodyChangesWhatIsNotTheirs(t *testing.T) {
	c := newChain(t)
	enterprise := as(t, c.root, c.dirs[2], enterpriseHandle)
	if _, err := enterprise.Create(t.Context(), product, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/T001")}, 0); err != nil {
		t.Fatal(err)
	}
	url := []wire.Value{wire.Text(1, wire.TypeURL, "http://evil.example")}
	strangers := map[string]*client.Client{
		"a neighbour above": as(t, c.root, c.dirs[1], secondaryHandle),
		"a wrong key":       as(t, c.root, c.dirs[1], enterpriseHandle),
		"nobody":            client.New(client.Options{Root: []wire.Site{c.root}}),
	}
	want := map[string]wire.Code{"a neighbour above": wire.CodeNotAdmin, "a wrong key": wire.CodeAuthFailed, "nobody": wire.CodeAuthNeeded}
	for who, s := range strangers {
		attempts := map[string]func() error{
			"create": func() error { _, err := s.Create(t.Context(), "88.101.5/NEW", url, 0); return err },
			"overwrite": func() error {
				_, err := s.Create(t.Context(), product, url, wire.FlagOverwrite)
				return err
			},
			"modify": func() error { return s.ModifyValues(t.Context(), product, url) },
			"add":    func() error { return s.AddValues(t.Context(), product, []wire.Value{wire.Text(2, "X", "")}, 0) },
			"remove": func() error { return s.RemoveValues(t.Context(), product, []int32{1}) },
			"delete": func() error { return s.Delete(t.Context(), product) },
			"list": func() error {
				for _, err := range s.List(t.Context(), enterpriseHandle) {
					if err != nil {
						return err
					}
				}
				return nil
			},
		}
		for what, try := range attempts {
			if err := try(); client.CodeOf(err) != want[who] {
				t.Errorf("%s: %s: %v, want code %d", who, what, err, want[who])
			}
		}
	}
	a, err := enterprise.Resolve(t.Context(), product, client.Query{Indexes: []int32{1}})
	if err != nil || string(a.Values[0].Data) != "http://a.example/T001" {
		t.Errorf("resolved %+v, %v", a, err)
	}
}
