package main

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// handleNode is a process of `linghang node`.
type handleNode struct {
	t       *testing.T
	dir     string
	args    []string
	web     string
	unready bool // it is started when it runs
	log     *tail
	cmd     *exec.Cmd
}

func startNode(t *testing.T, role, prefix, root string, more ...string) *handleNode {
	t.Helper()
	n := newNode(t, role, prefix, root, more...)
	n.start()
	return n
}

func newNode(t *testing.T, role, prefix, root string, more ...string) *handleNode {
	t.Helper()
	ports := freePorts(t, 2)
	n := &handleNode{t: t, dir: t.TempDir(), web: fmt.Sprintf("127.0.0.1:%d", ports[1])}
	n.args = []string{"node", "--role", role, "--data", n.dir, "--handle", fmt.Sprintf("127.0.0.1:%d", ports[0]), "--http", n.web}
	if prefix != "" {
		n.args = append(n.args, "--prefix", prefix)
	}
	if root != "" {
		n.args = append(n.args, "--root", root)
	}
	n.args = append(n.args, more...)
	t.Cleanup(func() {
		n.kill()
		if t.Failed() {
			t.Logf("the %s node said:\n%s", role, lastLines(n.log.String(), 20))
		}
	})
	return n
}

func (n *handleNode) start() {
	n.t.Helper()
	n.log = &tail{}
	n.cmd = exec.Command(binary(n.t), n.args...)
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	if n.unready {
		n.answers("/healthz")
		return
	}
	n.ready()
}

func (n *handleNode) ready() {
	n.t.Helper()
	n.answers("/readyz")
}

func (n *handleNode) answers(path string) {
	n.t.Helper()
	kerneltest.Wait(n.t, "the node to answer "+path, func() bool {
		r, err := http.Get("http://" + n.web + path)
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode < http.StatusMultipleChoices
	})
}

func (n *handleNode) kill() {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
}

func (n *handleNode) site() []wire.Site {
	n.t.Helper()
	text, err := os.ReadFile(n.siteFile())
	if err != nil {
		n.t.Fatal(err)
	}
	site, err := hjson.ParseSite(text)
	if err != nil {
		n.t.Fatal(err)
	}
	return []wire.Site{site}
}

func (n *handleNode) siteFile() string { return filepath.Join(n.dir, "siteinfo.json") }

// administrator is who administers the node.
func (n *handleNode) administrator(handle string) *auth.Identity {
	n.t.Helper()
	file, err := os.ReadFile(filepath.Join(n.dir, "admin.key"))
	if err != nil {
		n.t.Fatal(err)
	}
	record, err := auth.DecodeKeyFile(file, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	key, err := auth.DecodePrivateKey(record)
	if err != nil {
		n.t.Fatal(err)
	}
	return &auth.Identity{Reference: wire.Reference{Handle: handle, Index: 300}, Key: key}
}

// admit registers the prefix of a node at the node above it, as an operator does.
func (n *handleNode) admit(below, root *handleNode, as string) {
	n.t.Helper()
	out, err := exec.Command(binary(n.t), "node", "admit", filepath.Join(below.dir, "request.json"),
		"--root", root.siteFile(), "--key", filepath.Join(n.dir, "admin.key"), "--as", as).CombinedOutput()
	if err != nil {
		n.t.Fatalf("admit: %v: %s", err, out)
	}
}

// Four processes: a root, a secondary, an enterprise and a recursive node. While
// identifiers are registered, each is killed again and again; what was
// acknowledged resolves afterwards, at the enterprise and through the recursive node.
func TestNodesThatAreKilledLoseNothingAcknowledged(t *testing.T) {
	root := startNode(t, "root", "", "")
	secondary := startNode(t, "secondary", "88.101", root.siteFile())
	root.admit(secondary, root, "300:0.NA/0.NA")
	enterprise := startNode(t, "enterprise", "88.101.5", root.siteFile())
	secondary.admit(enterprise, root, "300:0.NA/88.101")
	recursive := startNode(t, "recursive", "", root.siteFile())

	kills := 2
	if full() {
		kills = 10
	}
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	acknowledged := make([][]string, 4)
	identity := enterprise.administrator("0.NA/88.101.5")
	for w := range acknowledged {
		work.Go(func() { acknowledged[w] = registerHandles(ctx, enterprise.site(), identity, w) })
	}
	for range kills {
		for _, n := range []*handleNode{enterprise, recursive, secondary, root} {
			<-time.After(300 * time.Millisecond) // under load, not a wait for anything
			n.kill()
			n.start()
		}
	}
	stop()
	work.Wait()

	direct := client.New(client.Options{Resolver: enterprise.site(), KeepIdle: 1})
	defer func() { _ = direct.Close() }()
	through := client.New(client.Options{Resolver: resolverOf(t, recursive), KeepIdle: 1})
	defer func() { _ = through.Close() }()
	total := 0
	for _, list := range acknowledged {
		for _, handle := range list {
			total++
			for name, c := range map[string]*client.Client{"the enterprise node": direct, "the recursive node": through} {
				if _, err := c.Resolve(t.Context(), handle, client.Query{}); err != nil {
					t.Errorf("%s does not resolve %s, which was acknowledged: %v", name, handle, err)
				}
			}
		}
	}
	t.Logf("%d kills of each of four nodes; %d identifiers acknowledged, all resolve", kills, total)
	if total < 10 {
		t.Errorf("%d identifiers were registered only", total)
	}
}

// registerHandles registers identifiers until ctx ends and returns those that
// were acknowledged. What fails because a node is away is tried again.
func registerHandles(ctx context.Context, site []wire.Site, identity *auth.Identity, worker int) (acknowledged []string) {
	c := client.New(client.Options{Resolver: site, Identity: identity, KeepIdle: 1, Timeout: 2 * time.Second})
	defer func() { _ = c.Close() }()
	for i := 0; ctx.Err() == nil; i++ {
		handle := fmt.Sprintf("88.101.5/W%d-%06d", worker, i)
		_, err := c.Create(context.WithoutCancel(ctx), handle, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/"+handle)}, 0)
		if err == nil {
			acknowledged = append(acknowledged, handle)
		}
	}
	return acknowledged
}

// resolverOf is the site of a recursive node for clients that ask it.
func resolverOf(t *testing.T, n *handleNode) []wire.Site {
	t.Helper()
	sites := n.site()
	if !sites[0].Servers[0].Address.IsValid() || sites[0].Servers[0].Address == netip.IPv4Unspecified() {
		t.Fatalf("the recursive node is at %s", sites[0].Servers[0].Address)
	}
	return sites
}
