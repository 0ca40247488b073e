package main

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// natsNode is one real nats-server of a cluster of three.
type natsNode struct {
	t    testing.TB
	args []string
	cmd  *exec.Cmd
	log  *tail
}

// natsCluster is the bus outside of the replicas.
type natsCluster struct {
	url   string
	nodes []*natsNode
}

// startNATS builds the server of the module that the embedded bus comes from,
// and runs three of it until the test ends.
func startNATS(t testing.TB) *natsCluster {
	t.Helper()
	program := filepath.Join(t.TempDir(), "nats-server")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		t.Fatalf("build nats-server: %v: %s", err, out)
	}
	ports := freePorts(t, 6)
	var routes, urls []string
	for i := range 3 {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[3+i]))
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", ports[i]))
	}
	c := &natsCluster{url: strings.Join(urls, ",")}
	for i := range 3 {
		n := &natsNode{t: t, args: []string{
			program, "--name", fmt.Sprint("node", i), "--addr", "127.0.0.1", "--port", fmt.Sprint(ports[i]), "--jetstream", "--store_dir", t.TempDir(),
			"--cluster_name", "city", "--cluster", routes[i], "--routes", strings.Join(routes, ","),
		}}
		n.start()
		t.Cleanup(n.kill)
		c.nodes = append(c.nodes, n)
	}
	return c
}

func (n *natsNode) start() {
	n.t.Helper()
	n.log = &tail{}
	n.cmd = exec.Command(n.args[0], n.args[1:]...)
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	n.cmd.Stderr = n.log
	if err := n.cmd.Start(); err != nil {
		n.t.Fatalf("start nats-server: %v", err)
	}
}

// kill ends the node as a power cut does.
func (n *natsNode) kill() {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
}

// freePorts returns ports that were free a moment ago; servers of a cluster
// must know each other's before they start.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}
