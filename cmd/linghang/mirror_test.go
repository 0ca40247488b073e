package main

import (
	"context"
	"fmt"
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
// mirror of the enterprise node. While identifiers are registered the mirror is
// killed twice, and then the enterprise node for good. What was acknowledged before
// that, but for the measured lag, resolves at the mirror and through the recursive
// node, which nobody told that the enterprise node is gone.
func TestAMirrorAnswersWhenItsPrimaryIsLost(t *testing.T) {
	root := startNode(t, "root", "", "")
	secondary := startNode(t, "secondary", "88.101", root.siteFile())
	root.admit(secondary, root, "300:0.NA/0.NA")
	enterprise := startNode(t, "enterprise", "88.101.5", root.siteFile(), "--mirror", "301:88.101.5/MIRROR")
	secondary.admit(enterprise, root, "300:0.NA/88.101")
	recursive := startNode(t, "recursive", "", root.siteFile())
	identity := enterprise.administrator("0.NA/88.101.5")
	for i := range 3 { // the mirror begins with a dump
		c := client.New(client.Options{Resolver: enterprise.site(), Identity: identity})
		if _, err := c.Create(t.Context(), fmt.Sprint("88.101.5/BEFORE", i), []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}, 0); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	mirror := startMirror(t, enterprise, root)

	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	acknowledged := make([]map[string]time.Time, 4)
	for w := range acknowledged {
		acknowledged[w] = map[string]time.Time{}
		work.Go(func() {
			registerTimed(ctx, client.Options{Resolver: enterprise.site(), Identity: identity}, w, acknowledged[w])
		})
	}
	for range 2 {
		<-time.After(500 * time.Millisecond) // under load, not a wait for anything
		mirror.kill()
		mirror.start()
	}
	kerneltest.Wait(t, "the mirror to have caught up", func() bool { return strings.Contains(mirror.status(), "behind        0.0 s") })
	lags := measureLag(t, enterprise, mirror, identity)
	enterprise.kill()
	lost := time.Now()
	stop()
	work.Wait()

	lag := lags[len(lags)-1]
	direct := client.New(client.Options{Resolver: mirror.site(), KeepIdle: 1})
	defer func() { _ = direct.Close() }()
	through := client.New(client.Options{Resolver: resolverOf(t, recursive), KeepIdle: 1})
	defer func() { _ = through.Close() }()
	total, within := 0, 0
	for _, list := range acknowledged {
		for handle, at := range list {
			if lost.Sub(at) <= lag { // it may have been lost with the primary
				within++
				continue
			}
			total++
			for name, c := range map[string]*client.Client{"the mirror": direct, "the recursive node": through} {
				if _, err := c.Resolve(t.Context(), handle, client.Query{}); err != nil {
					t.Errorf("%s does not resolve %s, which was acknowledged %v before the loss: %v", name, handle, lost.Sub(at), err)
				}
			}
		}
	}
	t.Logf("lag from acknowledgement to answer, under load: p50 %v, p99 %v, longest %v (n=%d)", lags[len(lags)/2], lags[len(lags)*99/100], lag, len(lags))
	t.Logf("%d identifiers acknowledged before the primary was lost resolve; %d within the lag are not asked for", total, within)
	if total < 10 {
		t.Errorf("%d identifiers were registered only", total)
	}
	kerneltest.Wait(t, "the mirror to say that its primary is away", func() bool { return strings.Contains(mirror.status(), "fault") })
}

// startMirror starts a mirror of a node and does for it what its operator does.
func startMirror(t *testing.T, primary, root *handleNode) *handleNode {
	t.Helper()
	n := newNode(t, "mirror", "", root.siteFile(), "--primary", "0.NA/88.101.5", "--behind", "5s")
	n.unready = true
	n.start()
	n.unready = false
	for _, file := range []string{"request.json", "publish.json"} {
		out, err := exec.Command(binary(t), "node", "admit", filepath.Join(n.dir, file),
			"--root", root.siteFile(), "--key", filepath.Join(primary.dir, "admin.key"), "--as", "300:0.NA/88.101.5").CombinedOutput()
		if err != nil {
			t.Fatalf("admit %s: %v: %s", file, err, out)
		}
	}
	n.ready()
	return n
}

// status is what the command says of a mirror.
func (n *handleNode) status() string {
	out, _ := exec.Command(binary(n.t), "node", "status", n.web).CombinedOutput() // what it says is looked at
	return string(out)
}

// registerTimed registers identifiers until ctx ends and notes when each was
// acknowledged.
func registerTimed(ctx context.Context, o client.Options, worker int, acknowledged map[string]time.Time) {
	o.KeepIdle, o.Timeout = 1, 2*time.Second
	c := client.New(o)
	defer func() { _ = c.Close() }()
	for i := 0; ctx.Err() == nil; i++ {
		handle := fmt.Sprintf("88.101.5/W%d-%06d", worker, i)
		if _, err := c.Create(context.WithoutCancel(ctx), handle, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/"+handle)}, 0); err == nil {
			acknowledged[handle] = time.Now()
		}
	}
}

// measureLag registers identifiers one by one and measures how long after each
// acknowledgement the mirror answers, in rising order.
func measureLag(t *testing.T, primary, mirror *handleNode, identity *auth.Identity) (lags []time.Duration) {
	t.Helper()
	n := 200
	if full() {
		n = 2000
	}
	owner := client.New(client.Options{Resolver: primary.site(), Identity: identity, KeepIdle: 1})
	defer func() { _ = owner.Close() }()
	reader := client.New(client.Options{Resolver: mirror.site(), KeepIdle: 1, Protocols: []wire.Protocol{wire.TCP}})
	defer func() { _ = reader.Close() }()
	for i := range n {
		handle := fmt.Sprintf("88.101.5/LAG-%06d", i)
		if _, err := owner.Create(t.Context(), handle, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}, 0); err != nil {
			t.Fatal(err)
		}
		done := time.Now()
		atOnce(t, "the mirror to have "+handle, func() bool {
			_, err := reader.Resolve(t.Context(), handle, client.Query{})
			return err == nil
		})
		lags = append(lags, time.Since(done))
	}
	slices.Sort(lags)
	return lags
}

// atOnce asks again and again, after a fraction of a millisecond, until a condition
// holds.
func atOnce(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited half a minute for %s", what)
		}
		<-time.After(200 * time.Microsecond) // the nodes want the processor too
	}
}
