package identifier

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// recursive is the city's recursive node (递归节点). It begins at the root, and
// anew when the root is another.
type recursive struct {
	m *Module

	mu    sync.Mutex
	root  string // its site, as octets
	now   *resolver.Resolver
	ended []*resolver.Resolver // whose questions may be on their way still
}

// resolver returns the recursive node as of the root of now.
func (c *recursive) resolver() (*resolver.Resolver, error) {
	sites, err := c.m.root()
	if err != nil {
		return nil, err
	}
	var text []byte
	for i := range sites {
		text = sites[i].Append(text)
	}
	octets := string(text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil && c.root == octets {
		return c.now, nil
	}
	made, err := resolver.New(resolver.Options{Client: client.Options{Root: sites, KeepIdle: 2}})
	if err != nil {
		return nil, fmt.Errorf("build the recursive node: %w", err)
	}
	if c.now != nil {
		c.ended = append(c.ended, c.now)
	}
	c.root, c.now = octets, made
	return made, nil
}

func (c *recursive) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, r := range c.ended {
		errs = append(errs, r.Close())
	}
	if c.now != nil {
		errs = append(errs, c.now.Close())
	}
	return errors.Join(errs...)
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
	site := siteOf("recursive", address.Addr(), address.Port(), 0, nil)
	site.Primary = false
	srv, err := server.New(server.Options{Handler: &m.recursive, Site: site, Connections: server.KeepAlways, Workers: recursions})
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
