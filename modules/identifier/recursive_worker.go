package identifier

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/prefix"
)

// recursive is the city's recursive node (递归节点). It begins at the root, also
// when that moves.
type recursive struct {
	m *Module

	mu    sync.Mutex
	root  string // its site, as octets
	roots []trust.Root

	settings RecursiveSettings
	rules    []RuleView

	following sync.Mutex // of who brings it up to date
	version   int64      // of the rules that it works by
	done      []string   // what was forgotten lately
	now       *resolver.Resolver
	run       chan *resolver.Resolver // has the resolver once it is made
}

// missingTime is how long it is remembered that a handle is not there: what was
// registered a moment ago resolves.
const missingTime = time.Second

// resolver returns the recursive node, which begins at the root of now.
func (c *recursive) resolver() (*resolver.Resolver, error) {
	sites, err := c.m.root()
	if err != nil {
		return nil, err
	}
	var text []byte
	for i := range sites {
		text = sites[i].Append(text)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.root == string(text) {
		return c.now, nil
	}
	if c.now != nil {
		if err := c.now.SetRoot(sites); err != nil {
			return nil, fmt.Errorf("move the root: %w", err)
		}
		c.root = string(text)
		return c.now, nil
	}
	policy, err := policyOf(c.settings, c.rules, c.roots)
	if err != nil {
		return nil, err
	}
	c.now, err = resolver.New(resolver.Options{Client: client.Options{Root: sites, KeepIdle: 2}, Policy: policy})
	if err != nil {
		return nil, fmt.Errorf("build the recursive node: %w", err)
	}
	c.root = string(text)
	c.run <- c.now
	return c.now, nil
}

// trust changes whose signatures are trusted.
func (c *recursive) trust(roots []trust.Root) error {
	c.following.Lock() // rules that are followed meanwhile would be undone
	defer c.following.Unlock()
	c.mu.Lock()
	same, settings, rules := reflect.DeepEqual(c.roots, roots), c.settings, c.rules
	c.roots = roots
	c.mu.Unlock()
	if same {
		return nil
	}
	return c.follow(settings, rules)
}

// fetchAhead does what nobody waits for, until ctx ends.
func (c *recursive) fetchAhead(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case r := <-c.run:
		return errors.Join(r.Run(ctx), r.Close())
	}
}

// Handle implements server.Handler.
func (c *recursive) Handle(ctx context.Context, req *server.Request, res *server.Response) {
	r, err := c.resolver()
	if err != nil {
		res.Fail(wire.CodeError, err.Error())
		return
	}
	r.Handle(ctx, req, res)
}

// Resolve implements server.Quick.
func (c *recursive) Resolve(req *server.Request, res *server.Response) bool {
	c.mu.Lock()
	r := c.now
	c.mu.Unlock()
	return r != nil && r.Resolve(req, res)
}

const recursiveComponent = "recursive"

// keepRecursive serves the recursive node until the context ends.
func (m *Module) keepRecursive(ctx context.Context) error {
	m.kit.Health.Add(health.Component{ID: recursiveComponent, Title: lang.Text{ZH: "递归节点", EN: "Recursive node"}})
	for {
		err := m.serveRecursive(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to end
		}
		m.kit.Log.WarnContext(ctx, "the recursive node is closed", "error", err)
		m.kit.Health.Set(recursiveComponent, health.Failed(err, lang.Text{
			ZH: "检查端口是否被占用，或在配置 identifier.recursive 中更换地址", EN: "See who has the port, or name another address in identifier.recursive",
		}))
		if !pause(ctx, doorPause) {
			return nil
		}
	}
}

func (m *Module) serveRecursive(ctx context.Context) error {
	tcp, err := (&net.ListenConfig{}).Listen(ctx, "tcp", m.settings.Recursive)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", m.settings.Recursive, err)
	}
	defer func() { _ = tcp.Close() }() // the server has closed it
	udp, err := server.ListenUDP(ctx, tcp.Addr().String(), runtime.GOMAXPROCS(0))
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	address := addressOf(tcp)
	site := prefix.Place{Name: "recursive", Address: address.Addr(), Handle: address.Port()}.Site()
	site.Primary = false
	srv, err := server.New(server.Options{Handler: &m.recursive, Site: site, Connections: server.KeepAlways, Workers: recursions, UDPRate: octetRate(m.settings.UDPRate)})
	if err != nil {
		return fmt.Errorf("open the recursive node: %w", err)
	}
	m.kit.Health.Set(recursiveComponent, health.Finding{})
	work, ctx := errgroup.WithContext(ctx)
	for _, conn := range udp {
		work.Go(func() error {
			defer func() { _ = conn.Close() }() // nothing was sent
			return srv.ServeUDP(ctx, conn)
		})
	}
	work.Go(func() error { return srv.ServeTCP(ctx, tcp) })
	if err := work.Wait(); err != nil {
		return fmt.Errorf("serve the recursive node: %w", err)
	}
	return nil
}

// recursions is how many questions may be on their way at the same time.
const recursions = 1024
