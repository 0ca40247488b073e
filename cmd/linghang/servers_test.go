package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// Five processes: a root, a secondary, an enterprise and a recursive node, and a
// second server of the enterprise node, which takes its share of the identifiers as
// a mirror while identifiers are registered. Afterwards each identifier is answered
// for by exactly the server that it hashes to, and nothing acknowledged is lost.
func TestANodeOfOneServerBecomesOneOfTwo(t *testing.T) {
	root := startNode(t, "root", "", "")
	secondary := startNode(t, "secondary", "88.101", root.siteFile())
	root.admit(secondary, root, "300:0.NA/0.NA")
	first := startNode(t, "enterprise", "88.101.5", root.siteFile(), "--mirror", "301:88.101.5/MIRROR")
	secondary.admit(first, root, "300:0.NA/88.101")
	recursive := startNode(t, "recursive", "", root.siteFile())
	identity := first.administrator("0.NA/88.101.5")

	early := registerEarly(t, root, identity)
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	acknowledged := make([]map[string]time.Time, 4)
	for w := range acknowledged {
		acknowledged[w] = map[string]time.Time{}
		work.Go(func() { registerTimed(ctx, client.Options{Root: root.site(), Identity: identity}, w, acknowledged[w]) })
	}
	second := first.shareWith(root, "2/2")
	joined := filepath.Join(t.TempDir(), "site.json")
	linghang(t, "node", "join", first.siteFile(), second.siteFile(), "--out", joined)
	first.kill()
	first.args = append(first.args, "--site", joined)
	first.start()
	secondary.admit(first, root, "300:0.NA/88.101")
	kerneltest.Wait(t, "the second server to have its share", func() bool {
		s := second.status()
		return strings.Contains(s, "connected     yes") && strings.Contains(s, "behind        0.0 s, 0 transactions")
	})
	resolveEarly(t, root, early) // each share where it is now: the second takes no changes yet
	second.becomePrimary(first, joined)
	registered := registeredBy(second, identity)
	kerneltest.Wait(t, "identifiers to be registered at the second server", func() bool { return registered(t) > 10 })
	stop()
	work.Wait()

	all := map[string]bool{}
	for _, handle := range early {
		all[handle] = true
	}
	for _, list := range acknowledged {
		for handle := range maps.Keys(list) {
			all[handle] = true
		}
	}
	answeredByOne(t, all, first, second)
	through := client.New(client.Options{Resolver: resolverOf(t, recursive), KeepIdle: 1})
	defer func() { _ = through.Close() }()
	for handle := range all {
		if _, err := through.Resolve(t.Context(), handle, client.Query{}); err != nil {
			t.Errorf("the recursive node does not resolve %s: %v", handle, err)
		}
	}
	listedOnce(t, all, root, identity)

	first.kill() // it remembers which server it is
	first.args = slices.DeleteFunc(first.args, func(a string) bool { return a == "--site" || a == joined })
	first.start()
	answeredByOne(t, all, first, second)
	t.Logf("%d identifiers were acknowledged while a node of one server became one of two", len(all))
}

// registerEarly registers identifiers of both shares before there is a second server.
func registerEarly(t *testing.T, root *handleNode, identity *auth.Identity) (list []string) {
	t.Helper()
	c := client.New(client.Options{Root: root.site(), Identity: identity, KeepIdle: 1})
	defer func() { _ = c.Close() }()
	for i := range 16 {
		handle := fmt.Sprintf("88.101.5/EARLY%d", i)
		if _, err := c.Create(t.Context(), handle, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}, 0); err != nil {
			t.Fatal(err)
		}
		list = append(list, handle)
	}
	return list
}

// resolveEarly resolves identifiers as somebody who knows nothing of the site.
func resolveEarly(t *testing.T, root *handleNode, list []string) {
	t.Helper()
	c := client.New(client.Options{Root: root.site(), KeepIdle: 1})
	defer func() { _ = c.Close() }()
	for _, handle := range list {
		if _, err := c.Resolve(t.Context(), handle, client.Query{}); err != nil {
			t.Errorf("%s does not resolve before the second server takes changes: %v", handle, err)
		}
	}
}

func linghang(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(binary(t), args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
}

// shareWith starts a server that mirrors its share of a node's identifiers.
func (n *handleNode) shareWith(root *handleNode, share string) *handleNode {
	n.t.Helper()
	s := newNode(n.t, "mirror", "", root.siteFile(), "--primary", "0.NA/88.101.5", "--share", share)
	s.unready = true
	s.start()
	s.unready = false
	linghang(n.t, "node", "admit", filepath.Join(s.dir, "request.json"), "--root", root.siteFile(), "--key", filepath.Join(n.dir, "admin.key"), "--as", "300:0.NA/88.101.5")
	s.ready()
	return s
}

// becomePrimary makes a mirror a server of the site that takes changes.
func (n *handleNode) becomePrimary(first *handleNode, joined string) {
	n.t.Helper()
	n.kill()
	linghang(n.t, "node", "promote", "--data", n.dir, "--role", "enterprise")
	key, err := os.ReadFile(filepath.Join(first.dir, "admin.key"))
	if err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(n.dir, "admin.key"), key, 0o600); err != nil {
		n.t.Fatal(err)
	}
	next := []string{"node", "--role", "enterprise", "--prefix", "88.101.5", "--site", joined}
	for i := 0; i < len(n.args)-1; i++ {
		if slices.Contains([]string{"--data", "--handle", "--http", "--root"}, n.args[i]) {
			next = append(next, n.args[i], n.args[i+1])
		}
	}
	n.args = next
	n.start()
}

// registeredBy returns what counts the identifiers of a server.
func registeredBy(n *handleNode, identity *auth.Identity) func(t *testing.T) int {
	before := -1
	return func(t *testing.T) (more int) {
		t.Helper()
		now := len(listOf(t, client.Options{Resolver: []wire.Site{n.alone()}, Identity: identity}))
		if before < 0 {
			before = now
		}
		return now - before
	}
}

func listOf(t *testing.T, o client.Options) (list []string) {
	t.Helper()
	c := client.New(o)
	defer func() { _ = c.Close() }()
	for handle, err := range c.List(t.Context(), "0.NA/88.101.5") {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, handle)
	}
	return list
}

// alone is a site of the one server only, which is asked whatever a handle hashes to.
func (n *handleNode) alone() wire.Site {
	n.t.Helper()
	site := n.site()[0]
	for _, s := range site.Servers {
		if door, ok := s.Door(wire.ServiceBoth, wire.HTTP); ok && door.String() == n.web {
			site.Servers = []wire.Server{s}
			return site
		}
	}
	n.t.Fatalf("the site of %s does not have it", n.web)
	return site
}

// answeredByOne checks that one server answers for each identifier, and that the
// other says that it is not responsible.
func answeredByOne(t *testing.T, all map[string]bool, servers ...*handleNode) {
	t.Helper()
	site := servers[0].site()[0]
	answered := make([]int, len(servers))
	for i, n := range servers {
		c := client.New(client.Options{Resolver: []wire.Site{n.alone()}, KeepIdle: 1})
		for handle := range all {
			responsible, _ := site.ServerFor(handle)
			_, err := c.Resolve(t.Context(), handle, client.Query{})
			switch code := client.CodeOf(err); {
			case responsible == i && err == nil:
				answered[i]++
			case responsible != i && code == wire.CodeNotResponsible:
			default:
				t.Errorf("server %d, asked for %s of server %d: %v", i+1, handle, responsible+1, err)
			}
		}
		_ = c.Close()
	}
	if slices.Min(answered) == 0 {
		t.Errorf("the servers answer for %v identifiers", answered)
	}
}

// listedOnce checks that a list of the prefix, which takes asking all servers, has
// each identifier once.
func listedOnce(t *testing.T, all map[string]bool, root *handleNode, identity *auth.Identity) {
	t.Helper()
	found := map[string]int{}
	for _, handle := range listOf(t, client.Options{Root: root.site(), Identity: identity}) {
		found[strings.ToUpper(handle)]++
	}
	for handle := range all {
		if n := found[strings.ToUpper(handle)]; n != 1 {
			t.Errorf("%s is listed %d times", handle, n)
		}
	}
}
