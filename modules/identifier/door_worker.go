package identifier

import (
	"context"
	"crypto"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/rest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/prefix"
)

// post is an open door: its engine, and where it is.
type post struct {
	door   door
	engine *engine.Engine
	key    crypto.PrivateKey

	mu   sync.Mutex
	site wire.Site
}

// where returns the site of the door.
func (p *post) where() wire.Site {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.site
}

// move makes known where the door is; nowhere when it is closed.
func (p *post) move(site wire.Site) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.site = site
}

// sockets are the ports of a door.
type sockets struct {
	udp      []*net.UDPConn
	tcp, web net.Listener
}

func (s *sockets) close() {
	for _, conn := range s.udp {
		_ = conn.Close() // nothing was sent
	}
	for _, l := range []net.Listener{s.tcp, s.web} {
		if l != nil {
			_ = l.Close() // nothing was sent
		}
	}
}

func (d door) listen(ctx context.Context) (s sockets, err error) {
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	var lc net.ListenConfig
	if s.tcp, err = lc.Listen(ctx, "tcp", d.Handle); err != nil {
		return s, fmt.Errorf("listen on %s: %w", d.Handle, err)
	}
	if s.udp, err = server.ListenUDP(ctx, s.tcp.Addr().String(), runtime.GOMAXPROCS(0)); err != nil {
		return s, err //nolint:wrapcheck // it says all
	}
	if d.HTTP == off {
		return s, nil
	}
	if s.web, err = lc.Listen(ctx, "tcp", d.HTTP); err != nil {
		return s, fmt.Errorf("listen on %s: %w", d.HTTP, err)
	}
	return s, nil
}

// site returns where the door is, by the ports that it has.
func (d door) site(s *sockets, publicKey []byte) wire.Site {
	handle := addressOf(s.tcp)
	address, web := handle.Addr(), uint16(0)
	if d.Public != "" {
		address = netip.MustParseAddr(d.Public) // the settings were checked
	}
	if s.web != nil {
		web = addressOf(s.web).Port()
	}
	return prefix.Place{Name: d.Name, Address: address, Handle: handle.Port(), Web: web, PublicKey: publicKey}.Site()
}

func addressOf(l net.Listener) netip.AddrPort {
	a, _ := netip.ParseAddrPort(l.Addr().String()) // what a listener says of itself is one
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// doorPause is after how long a door that could not be opened is tried again.
const doorPause = 15 * time.Second

// keepOpen serves a door until the context ends. One that cannot be opened does
// not stop the city: its health says what to do, and it is tried again.
func (m *Module) keepOpen(ctx context.Context, p *post) error {
	m.kit.Health.Add(health.Component{ID: doorComponent(p.door), Title: lang.Text{ZH: "标识解析端口 " + p.door.Name, EN: "Identifier door " + p.door.Name}})
	for {
		err := m.serveDoor(ctx, p)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to end
		}
		m.kit.Log.WarnContext(ctx, "a door of the Handle System is closed", "door", p.door.Name, "error", err)
		m.kit.Health.Set(doorComponent(p.door), health.Failed(err, lang.Text{
			ZH: "检查端口是否被占用，或在配置 identifier.doors 中更换地址", EN: "See who has the port, or name another address in identifier.doors",
		}))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(doorPause):
		}
	}
}

func doorComponent(d door) string { return "door." + d.Name }

func (m *Module) serveDoor(ctx context.Context, p *post) error {
	s, err := p.door.listen(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	public, err := auth.PublicKeyOf(p.key)
	if err != nil {
		return fmt.Errorf("read the door's key: %w", err)
	}
	record, err := auth.EncodePublicKey(public)
	if err != nil {
		return fmt.Errorf("encode the door's key: %w", err)
	}
	site, err := m.doors.publish(ctx, p.door.Name, p.door.site(&s, record))
	if err != nil {
		return err
	}
	p.move(site)
	defer p.move(wire.Site{})
	if err := m.settleAll(ctx); err != nil {
		return err
	}
	srv, err := server.New(server.Options{
		Handler: p.engine, Site: site, Key: p.key, AllowLogin: true, UDPRate: octetRate(m.settings.UDPRate),
		Authenticate: server.KeyCheck(auth.Policy{}, p.engine.Values, nil),
		Modes:        []wire.Mode{wire.ModeClientKey, wire.ModeServerKey, wire.ModeHandleKey}, SessionKey: p.engine.Values,
	})
	if err != nil {
		return fmt.Errorf("open the door: %w", err)
	}
	programs, err := rest.New(rest.Options{Handler: p.engine, Messages: srv, Site: p.where, Lookup: p.engine.Values, Key: p.key})
	if err != nil {
		return fmt.Errorf("open the door: %w", err)
	}
	m.kit.Health.Set(doorComponent(p.door), health.Finding{})
	return serveAll(ctx, srv, programs, p, &s)
}

func serveAll(ctx context.Context, srv *server.Server, programs *rest.Handler, p *post, s *sockets) error {
	certificate, err := server.Certificate(p.key, time.Now())
	if err != nil {
		return fmt.Errorf("open the door: %w", err)
	}
	work, ctx := errgroup.WithContext(ctx)
	for _, conn := range s.udp {
		work.Go(func() error { return srv.ServeUDP(ctx, conn) })
	}
	work.Go(func() error { return srv.ServeTCP(ctx, s.tcp) })
	if s.web != nil {
		config := rest.AskCertificate(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
		work.Go(func() error { return srv.ServeWeb(ctx, s.web, programs, config) })
	}
	if err := work.Wait(); err != nil {
		return fmt.Errorf("serve the door: %w", err)
	}
	return nil
}
