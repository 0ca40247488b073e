package station_test

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/prefix"
	"linghang/modules/identifier/internal/station"
)

func alone(port uint16, key string, serial uint16) wire.Site {
	s := prefix.Place{Name: "n", Address: netip.MustParseAddr("192.0.2.1"), Handle: port, PublicKey: []byte(key)}.Site()
	s.Serial = serial
	return s
}

func TestServersAreJoinedInTheirOrder(t *testing.T) {
	first, second := alone(1, "a", 3), alone(2, "b", 9)
	second.Primary = false // as a mirror's
	joined, err := station.Join([]wire.Site{first, second})
	if err != nil {
		t.Fatal(err)
	}
	if len(joined.Servers) != 2 || joined.Servers[0].ID != 1 || joined.Servers[1].ID != 2 || string(joined.Servers[1].PublicKey) != "b" {
		t.Errorf("servers are %+v", joined.Servers)
	}
	if joined.Serial != 10 || !joined.Primary || joined.Hash != wire.HashAll {
		t.Errorf("the site is %+v", joined)
	}
	for name, sites := range map[string][]wire.Site{
		"one": {first}, "the same key": {first, alone(2, "a", 1)}, "the same address": {first, alone(1, "b", 1)}, "a joined one": {first, joined},
	} {
		if _, err := station.Join(sites); !errors.Is(err, station.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server that is told a site which is not its own does not start.
func TestAServerOfASiteIsTheOneThatTheSiteSays(t *testing.T) {
	dir := t.TempDir()
	c := station.Config{Role: station.Enterprise, Prefix: "88.101.5", Dir: dir, Handle: "127.0.0.1:0", HTTP: "127.0.0.1:0"}
	s, err := station.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	own, err := station.LoadSite(filepath.Join(dir, "siteinfo.json"))
	if err != nil {
		t.Fatal(err)
	}
	other := alone(7, "another key", 1)
	joined, err := station.Join([]wire.Site{own, other})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(c station.Config, why string) {
		t.Helper()
		s, err := station.Open(t.Context(), c, slog.New(slog.DiscardHandler))
		if err == nil {
			_ = s.Close()
		}
		if !errors.Is(err, station.ErrUsage) || !strings.Contains(err.Error(), why) {
			t.Errorf("%v, want %q", err, why)
		}
	}
	c.Site = &joined
	refused(c, "at another address") // the ports are others at each start
	without, err := station.Join([]wire.Site{other, alone(8, "a third", 1)})
	if err != nil {
		t.Fatal(err)
	}
	c.Site = &without
	refused(c, "has the key of this one")
	if err := os.Remove(filepath.Join(dir, "admin.key")); err != nil {
		t.Fatal(err)
	}
	refused(c, "have the same admin.key")
	c.Role, c.Prefix = station.Root, ""
	refused(c, "of a secondary or an enterprise node")
}
