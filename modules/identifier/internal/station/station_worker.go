package station

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/rest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/mirror"
	"linghang/modules/identifier/internal/prefix"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/vouch"
)

// Station is a node with its listeners.
type Station struct {
	c     Config
	log   *slog.Logger
	store record.Store

	udp  []*net.UDPConn
	tcp  net.Listener
	web  net.Listener
	site wire.Site
	key  crypto.PrivateKey

	share engine.Share // of a site with several servers

	signer *vouch.Signer // nil of a node that does not sign

	engine    *engine.Engine     // nil of a recursive node
	recursive *resolver.Resolver // nil of all others
	mirror    *mirror.Mirror     // nil of all others
	primary   *client.Client     // asks the primary of a mirror
	measures  *measures          // of a mirror
	started   time.Time
	server    *server.Server
	rest      *rest.Handler
	tls       *tls.Config
	client    *client.Client
}

// Open reads or makes the node's directory and takes its ports.
func Open(ctx context.Context, c Config, log *slog.Logger) (_ *Station, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	kept, err := c.remember()
	if err != nil {
		return nil, err
	}
	s := &Station{c: c, log: log, started: time.Now()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.listen(ctx); err != nil {
		return nil, err
	}
	if s.key, err = loadOrMakeKey(filepath.Join(c.Dir, "server.key")); err != nil {
		return nil, err
	}
	if c.Role == Recursive {
		return s, s.resolveForOthers(kept)
	}
	if s.store, err = record.OpenFiles(filepath.Join(c.Dir, "records"), record.Options{Memory: c.Memory, Log: log}); err != nil {
		return nil, fmt.Errorf("open the records: %w", err)
	}
	if len(c.Root) > 0 {
		s.client = client.New(client.Options{Root: c.Root, KeepIdle: 2})
	}
	if c.Role == Mirror {
		return s, s.reflect(ctx, kept)
	}
	if err := s.c.sameKeys(); err != nil {
		return nil, err
	}
	admin, err := loadOrMakeKey(filepath.Join(c.Dir, "admin.key"))
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx, kept, admin); err != nil {
		return nil, err
	}
	return s, s.build(s.engine, s.engine.Values, s.verify)
}

// verify asks the home of a secret that is elsewhere whether a proof is right.
func (s *Station) verify(ctx context.Context, v *wire.Verification) (bool, error) {
	if s.client == nil {
		return false, nil
	}
	return s.client.Verify(ctx, v) //nolint:wrapcheck // it says all
}

// listen takes the ports. UDP and TCP have the same.
func (s *Station) listen(ctx context.Context) (err error) {
	var lc net.ListenConfig
	if s.tcp, err = lc.Listen(ctx, "tcp", s.c.Handle); err != nil {
		return fmt.Errorf("listen on %s: %w", s.c.Handle, err)
	}
	if s.udp, err = server.ListenUDP(ctx, s.tcp.Addr().String(), runtime.GOMAXPROCS(0)); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if s.web, err = lc.Listen(ctx, "tcp", s.c.HTTP); err != nil {
		return fmt.Errorf("listen on %s: %w", s.c.HTTP, err)
	}
	return nil
}

// place makes known where the node is.
func (s *Station) place(kept saved, name string) error {
	handle, web := addressOf(s.tcp), addressOf(s.web)
	public := s.c.Public
	if !public.IsValid() {
		public = handle.Addr()
	}
	key, err := publicRecord(s.key)
	if err != nil {
		return err
	}
	site := prefix.Place{Name: name, Address: public, Handle: handle.Port(), Web: web.Port(), PublicKey: key}.Site()
	site.Primary = s.c.Role != Mirror
	if before, err := LoadSite(filepath.Join(s.c.Dir, "siteinfo.json")); s.c.Site == nil && err == nil && len(before.Servers) > 1 {
		s.c.Site = &before // it is one of several servers until it is told otherwise
	}
	if s.c.Site == nil {
		s.site, err = s.c.publish(kept, site)
		return err
	}
	if s.share, err = s.c.share(kept, &site); err != nil {
		return err
	}
	s.site, kept.Serial = *s.c.Site, s.c.Site.Serial
	if err := s.c.save(kept); err != nil {
		return err
	}
	return writeFile(filepath.Join(s.c.Dir, "siteinfo.json"), append(hjson.AppendSite(nil, &s.site), '\n'))
}

// resolveForOthers makes the node a recursive one.
func (s *Station) resolveForOthers(kept saved) error {
	if err := s.place(kept, string(Recursive)); err != nil {
		return err
	}
	var err error
	s.recursive, err = resolver.New(resolver.Options{Client: client.Options{Root: s.c.Root, KeepIdle: 2}, CacheMiB: int(s.c.Memory >> 20), Policy: resolver.Policy{Trust: resolver.Trust{On: len(s.c.Trust) > 0, Roots: s.c.Trust, Refuse: s.c.Demand}}})
	if err != nil {
		return fmt.Errorf("build the node: %w", err)
	}
	return s.build(s.recursive, nil, nil)
}

// settle brings the records of the node itself up to date: its prefix is at home
// here, and a root's own handle too.
func (s *Station) settle(ctx context.Context, kept saved, admin crypto.PrivateKey) error {
	name := s.c.Prefix
	if s.c.Role == Root {
		name = string(Root)
	}
	if err := s.place(kept, name); err != nil {
		return err
	}
	own, err := s.own(admin)
	if err != nil {
		return err
	}
	if err := writeRequest(filepath.Join(s.c.Dir, "request.json"), &Request{Handle: own.Handle, Values: own.Values}); err != nil {
		return err
	}
	s.engine = engine.New(engine.Options{
		Store: s.store, Name: s.c.prefixHandle(), Share: s.share, Administrators: append([]wire.Reference{s.c.identity()}, s.c.Admins...), FullAccess: true, Mirrors: s.c.Mirrors,
		Remote: s.remote, Known: map[string][]wire.Value{wire.Fold(own.Handle): own.Values}, Seal: s.seal, Log: s.log,
	})
	if err := s.engine.Settle(ctx, s.c.prefixHandle(), s.c.prefixHandle()); err != nil {
		return err
	}
	if s.c.Role != Root {
		return nil
	}
	return s.engine.Put(ctx, own)
}

// own is the record of the node's prefix.
func (s *Station) own(admin crypto.PrivateKey) (wire.Values, error) {
	key, err := publicRecord(admin)
	if err != nil {
		return wire.Values{}, err
	}
	own := prefix.Record(s.c.prefixHandle(), s.site.Append(nil), key, s.c.Role == Secondary)
	if s.signer, err = s.c.openSigner(); err != nil || s.signer == nil || s.c.Role == Root {
		return own, err
	}
	told, err := vouch.KeyValue(s.signer.Public())
	own.Values = append(own.Values, told)
	return own, err //nolint:wrapcheck // it says all
}

// build makes what speaks the protocol, and what programs speak, before a handler.
func (s *Station) build(h server.Handler, lookup func(context.Context, wire.Reference) ([]wire.Value, error), verify func(context.Context, *wire.Verification) (bool, error)) (err error) {
	o := server.Options{Handler: h, Site: s.site, Key: s.key, AllowLogin: true, UDPRate: s.c.UDPRate}
	if lookup != nil {
		o.Authenticate = server.KeyCheck(auth.Policy{}, lookup, verify)
		o.Modes, o.SessionKey = []wire.Mode{wire.ModeClientKey, wire.ModeServerKey, wire.ModeHandleKey}, lookup
	}
	if s.server, err = server.New(o); err != nil {
		return fmt.Errorf("build the node: %w", err)
	}
	s.rest, err = rest.New(rest.Options{Handler: h, Messages: s.server, Site: s.Site, Lookup: lookup, Verify: verify, Key: s.key})
	if err != nil {
		return fmt.Errorf("build the node: %w", err)
	}
	certificate, err := server.Certificate(s.key, time.Now())
	if err != nil {
		return fmt.Errorf("build the node: %w", err)
	}
	s.tls = rest.AskCertificate(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	return nil
}

// remoteTime bounds how long a handle that is elsewhere is looked for.
const remoteTime = 5 * time.Second

// remote resolves a handle whose home is elsewhere.
func (s *Station) remote(ctx context.Context, handle string) ([]wire.Value, error) {
	if s.client == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, remoteTime)
	defer cancel()
	a, err := s.client.Resolve(ctx, handle, client.Query{KeepAlias: true})
	switch client.CodeOf(err) {
	case wire.CodeNotFound, wire.CodeValuesNotFound:
		return nil, nil
	default:
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // the engine says what it asked for
	}
	return a.Values, nil
}

func addressOf(l net.Listener) netip.AddrPort {
	a, _ := netip.ParseAddrPort(l.Addr().String()) // what a listener says of itself is one
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// Site returns where the node is.
func (s *Station) Site() wire.Site { return s.site }

// Address returns where the node speaks the protocol.
func (s *Station) Address() netip.AddrPort { return addressOf(s.tcp) }

// Web returns where the node serves programs.
func (s *Station) Web() netip.AddrPort { return addressOf(s.web) }

// Run serves until the context ends.
func (s *Station) Run(ctx context.Context) error {
	work, ctx := errgroup.WithContext(ctx)
	if s.recursive != nil {
		work.Go(func() error { return s.recursive.Run(ctx) })
	} else {
		work.Go(func() error { s.engine.Follow(ctx); return nil })
		work.Go(func() error { s.trim(ctx); return nil })
		if s.mirror == nil {
			work.Go(func() error { return s.sealAll(ctx) })
		}
	}
	if s.mirror != nil {
		work.Go(func() error { return s.mirror.Run(ctx) })
	}
	for _, conn := range s.udp {
		work.Go(func() error { return s.server.ServeUDP(ctx, conn) })
	}
	work.Go(func() error { return s.server.ServeTCP(ctx, s.tcp) })
	work.Go(func() error { return s.server.ServeWeb(ctx, s.web, s.handler(), s.tls) })
	if err := work.Wait(); err != nil {
		return fmt.Errorf("run the node: %w", err)
	}
	return nil
}

// trimPause is how often old changes are forgotten.
const trimPause = 24 * time.Hour

// trim keeps the log of changes from growing for ever, until ctx ends.
func (s *Station) trim(ctx context.Context) {
	for {
		if err := s.store.Trim(ctx, time.Now().Add(-record.LogKept)); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "old changes are forgotten later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(trimPause):
		}
	}
}

// Close gives the ports and the records back.
func (s *Station) Close() error {
	var errs []error
	for _, conn := range s.udp {
		errs = append(errs, closed(conn.Close()))
	}
	for _, l := range []net.Listener{s.tcp, s.web} {
		if l != nil {
			errs = append(errs, closed(l.Close()))
		}
	}
	for _, c := range []*client.Client{s.client, s.primary} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	if s.recursive != nil {
		errs = append(errs, s.recursive.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

func closed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
