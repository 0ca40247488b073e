package station_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

var mirrorIdentity = wire.Reference{Handle: "88.101.5/MIRROR", Index: 301}

// mirrored is a chain with a mirror of its enterprise node.
type mirrored struct {
	*chain
	owner  *client.Client // administers the enterprise node
	dir    string
	mirror *station.Station
	stop   func()
}

func (m *mirrored) config() station.Config {
	return station.Config{Role: station.Mirror, Dir: m.dir, Primary: enterpriseHandle, Root: []wire.Site{m.root}}
}

func newMirrored(t *testing.T, handles int) *mirrored {
	t.Helper()
	m := &mirrored{chain: newChain(t), dir: t.TempDir()}
	m.owner = as(t, m.root, m.dirs[2], enterpriseHandle)
	for i := range handles {
		m.put(t, i, "first")
	}
	m.mirror, m.stop = open(t, m.config())
	m.admit(t, "request.json")
	return m
}

// admit registers what the mirror asks for.
func (m *mirrored) admit(t *testing.T, file string) {
	t.Helper()
	r, err := station.LoadRequest(filepath.Join(m.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if err = m.owner.AddValues(t.Context(), r.Handle, r.Values, wire.FlagOverwrite); client.CodeOf(err) == wire.CodeNotFound {
		_, err = m.owner.Create(t.Context(), r.Handle, r.Values, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func handleOf(i int) string { return fmt.Sprintf("88.101.5/M%05d", i) }

func (m *mirrored) put(t *testing.T, i int, text string) {
	t.Helper()
	if _, err := m.owner.Create(t.Context(), handleOf(i), []wire.Value{wire.Text(1, wire.TypeDescription, text)}, wire.FlagOverwrite); err != nil {
		t.Fatal(err)
	}
}

// direct asks the mirror itself.
func (m *mirrored) direct(t *testing.T) *client.Client {
	t.Helper()
	c := client.New(client.Options{Resolver: []wire.Site{m.mirror.Site()}})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// has tells what a handle says at the mirror; empty is that it is not there.
func has(t *testing.T, c *client.Client, handle string) string {
	t.Helper()
	a, err := c.Resolve(t.Context(), handle, client.Query{Indexes: []int32{1}})
	if err != nil {
		return ""
	}
	return string(a.Values[0].Data)
}

func whole(t *testing.T, s *station.Station) {
	t.Helper()
	kerneltest.Wait(t, "the mirror to have everything", s.Whole)
}

func health(t *testing.T, s *station.Station) (h station.Health) {
	t.Helper()
	h, err := station.AskHealth(t.Context(), s.Web().String())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAMirrorHasWhatItsPrimaryHas(t *testing.T) {
	m := newMirrored(t, 20)
	whole(t, m.mirror)
	c := m.direct(t)
	if got := has(t, c, handleOf(7)); got != "first" {
		t.Errorf("after the dump it is %q", got)
	}
	m.put(t, 7, "second")
	m.put(t, 20, "new")
	if err := m.owner.Delete(t.Context(), handleOf(3)); err != nil {
		t.Fatal(err)
	}
	kerneltest.Wait(t, "the changes to come", func() bool {
		return has(t, c, handleOf(7)) == "second" && has(t, c, handleOf(20)) == "new" && has(t, c, handleOf(3)) == ""
	})
	if h := health(t, m.mirror); h.State != "ok" || h.Behind != 0 || h.Transactions != 0 || !h.Connected || h.Contact.IsZero() {
		t.Errorf("a mirror that follows is %+v", h)
	}
	if text := get(t, "http://"+m.mirror.Web().String()+"/metrics"); !strings.Contains(text, "handle_mirror_behind_seconds 0\n") || !strings.Contains(text, "handle_mirror_delay_seconds_count 3\n") {
		t.Errorf("the measures are\n%s", text)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAMirrorTakesNoChangesAndIsNoAuthority(t *testing.T) {
	m := newMirrored(t, 1)
	whole(t, m.mirror)
	site := m.mirror.Site()
	if site.Primary {
		t.Error("the site of a mirror says that it is a primary")
	}
	site.Primary = true // somebody believes so
	c := as(t, site, m.dirs[2], enterpriseHandle)
	at := []wire.Site{site}
	if a, err := c.ResolveAt(t.Context(), at, handleOf(0), client.Query{}); err != nil || a.Authoritative {
		t.Errorf("resolved %+v, %v", a, err)
	}
	if _, err := c.ResolveAt(t.Context(), at, handleOf(0), client.Query{Authoritative: true}); client.CodeOf(err) != wire.CodeNotResponsible {
		t.Errorf("an authoritative query: %v", err)
	}
	direct := client.New(client.Options{Resolver: at})
	defer func() { _ = direct.Close() }()
	if err := direct.Delete(t.Context(), handleOf(0)); client.CodeOf(err) != wire.CodeNotResponsible {
		t.Errorf("a change: %v", err)
	}
	if h, err := station.AskHealth(t.Context(), m.mirror.Web().String()); err != nil || h.Identity != mirrorIdentity.String() {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestAMirrorThatThePrimaryDoesNotKnowSaysWhatToDo(t *testing.T) {
	m := &mirrored{chain: newChain(t), dir: t.TempDir()}
	s, _ := open(t, m.config())
	kerneltest.Wait(t, "the primary to refuse", func() bool { return health(t, s).Fault != "" })
	h := health(t, s)
	if h.State != "degraded" || h.Answers || !strings.Contains(h.Mend, "--mirror 301:88.101.5/MIRROR") {
		t.Errorf("it says %+v", h)
	}
	m.mirror = s
	if _, err := m.direct(t).Resolve(t.Context(), product, client.Query{}); client.CodeOf(err) != wire.CodeBusy {
		t.Errorf("a mirror that has nothing answers: %v", err)
	}
	if r, err := http.Get("http://" + s.Web().String() + "/readyz"); err != nil || r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("it is ready: %v", err)
	} else {
		_ = r.Body.Close()
	}
}

func TestAMirrorGoesOnWhereItWas(t *testing.T) {
	m := newMirrored(t, 5)
	whole(t, m.mirror)
	kerneltest.Wait(t, "the first to come", func() bool { return health(t, m.mirror).Connected })
	before := health(t, m.mirror).Position
	m.stop()
	m.put(t, 2, "meanwhile")
	m.mirror, m.stop = open(t, m.config())
	if !m.mirror.Whole() {
		t.Error("a mirror that was whole answers nothing after a restart")
	}
	c := m.direct(t)
	kerneltest.Wait(t, "the change to come", func() bool { return has(t, c, handleOf(2)) == "meanwhile" })
	if h := health(t, m.mirror); h.Position <= before || h.Dumped > 0 {
		t.Errorf("it was at %d, and is %+v", before, h)
	}
}

// A primary that was brought back from an old copy counts again from there: the
// mirror takes everything again, and what the primary has no more goes.
func TestAMirrorOfAPrimaryThatBeganAfreshTakesEverythingAgain(t *testing.T) {
	m := newMirrored(t, 5)
	whole(t, m.mirror)
	c := m.direct(t)
	m.chain.stop[2]()
	moved := filepath.Join(t.TempDir(), "enterprise")
	afresh(t, m.dirs[2], moved)
	m.dirs[2] = moved
	_, stop := open(t, station.Config{Role: station.Enterprise, Dir: moved, Prefix: "88.101.5", Root: []wire.Site{m.root}, Mirrors: []wire.Reference{mirrorIdentity}})
	defer stop()
	admitAgain(t, m)
	m.owner = as(t, m.root, moved, enterpriseHandle)
	m.admit(t, "request.json")
	for i := range 12 { // its numbers overtake those of before
		m.put(t, 100+i, "afresh")
	}
	kerneltest.Wait(t, "everything to be taken again", func() bool {
		return has(t, c, handleOf(111)) == "afresh" && has(t, c, handleOf(4)) == "" && has(t, c, handleOf(100)) == "afresh"
	})
}

func TestTheHealthOfAMirrorThatIsLeftBehindSaysHowToMend(t *testing.T) {
	m := newMirrored(t, 1)
	whole(t, m.mirror)
	m.stop()
	m.chain.stop[2]()
	config := m.config()
	config.Behind = time.Millisecond
	m.mirror, m.stop = open(t, config)
	kerneltest.Wait(t, "the primary to be missed", func() bool { return health(t, m.mirror).State == "degraded" })
	h := health(t, m.mirror)
	if !h.Answers || h.Behind == 0 || h.Mend == "" {
		t.Errorf("it says %+v", h)
	}
	if got := has(t, m.direct(t), handleOf(0)); got != "first" {
		t.Errorf("without its primary it answers %q", got)
	}
	text, err := json.Marshal(h)
	if err != nil || !strings.Contains(string(text), `"behind_seconds"`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestAMirrorIsMadeThePrimary(t *testing.T) {
	m := newMirrored(t, 5)
	whole(t, m.mirror)
	m.stop()
	m.chain.stop[2]()
	log := slog.New(slog.DiscardHandler)
	if _, err := station.Promote(t.Context(), m.dir, station.Root, log); err == nil {
		t.Error("a mirror of an enterprise node became a root")
	}
	if _, err := station.Promote(t.Context(), m.dir, station.Enterprise, log); err != nil {
		t.Fatal(err)
	}
	if _, err := station.Promote(t.Context(), m.dir, station.Enterprise, log); err == nil {
		t.Error("a primary was promoted")
	}
	heir, _ := open(t, station.Config{Role: station.Enterprise, Dir: m.dir, Prefix: "88.101.5", Root: []wire.Site{m.root}})
	old, err := station.LoadSite(filepath.Join(m.dirs[2], "siteinfo.json"))
	if err != nil || !heir.Site().Primary || heir.Site().Serial <= old.Serial {
		t.Errorf("the site is %+v, that of before has serial %d, %v", heir.Site(), old.Serial, err)
	}
	m.dirs[2] = m.dir
	admitAgain(t, m)
	owner := as(t, m.root, m.dir, enterpriseHandle)
	if _, err := owner.Create(t.Context(), "88.101.5/HEIR", []wire.Value{wire.Text(1, wire.TypeDescription, "mine")}, 0); err != nil {
		t.Error(err)
	}
	if got := has(t, owner, handleOf(4)); got != "first" {
		t.Errorf("what was mirrored is %q", got)
	}
}

// afresh makes a directory with the keys of another and none of its handles.
func afresh(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"node.json", "server.key", "admin.key"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// admitAgain tells the secondary node where the enterprise node is now.
func admitAgain(t *testing.T, m *mirrored) {
	t.Helper()
	r, err := station.LoadRequest(filepath.Join(m.dirs[2], "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := as(t, m.root, m.dirs[1], secondaryHandle).Create(t.Context(), r.Handle, r.Values, wire.FlagOverwrite); err != nil {
		t.Fatal(err)
	}
}
