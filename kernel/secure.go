package kernel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"linghang/kernel/health"
	"linghang/kernel/lang"
)

// filesLooked is how often the files of the TLS port's certificate are looked at.
const filesLooked = 5 * time.Second

// secured is the TLS port: the same API, on which machines show their
// certificates. Browsers may come through it too.
type secured struct {
	k        *Kernel
	listener net.Listener

	mu      sync.Mutex
	current *tls.Certificate // of the files
	changed time.Time        // when the files were written that it is of
	looked  time.Time
	failure error // why newer files could not be taken
}

// openSecured takes the port. A certificate that is asked for is not verified
// here: the room of machines knows byte for byte what it issued, and says
// what is wrong with one in words that a machine's log can hold.
func (k *Kernel) openSecured(ctx context.Context) error {
	if k.cfg.TLS.Listen == "" {
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", k.cfg.TLS.Listen)
	if err != nil {
		return fmt.Errorf("configuration tls-listen: %w", err)
	}
	k.machines.ServesOn(l.Addr().String())
	k.secure.listener = tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert, GetConfigForClient: k.secure.configFor("h2", "http/1.1"),
	})
	_, err = k.secure.certificate(ctx)
	return err
}

// configFor names the city's authority to who connects to speak one of the
// protocols, so that a browser does not offer its holder certificates from elsewhere.
func (s *secured) configFor(protocols ...string) func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		own, err := s.certificate(hello.Context())
		if err != nil {
			s.k.log.Error("the TLS port has no certificate", "error", err)
			return nil, err
		}
		roots, err := s.k.machines.Roots(hello.Context())
		if err != nil {
			return nil, err
		}
		return &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: protocols, ClientAuth: tls.RequestClientCert, ClientCAs: roots,
			Certificates: []tls.Certificate{*own},
			// A ticket would let a connection go on without its certificate being shown again.
			SessionTicketsDisabled: true,
		}, nil
	}
}

func (s *secured) certificate(ctx context.Context) (*tls.Certificate, error) {
	if s.k.cfg.TLS.Cert == "" {
		return s.k.machines.ServerCertificate(ctx, s.names())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.looked) > filesLooked {
		s.looked = now
		s.reload()
	}
	if s.current == nil {
		return nil, s.failure
	}
	return s.current, nil
}

// reload reads the files when they changed. Files that do not fit together are
// half of a change: the certificate in force stays.
func (s *secured) reload() {
	changed, err := newest(s.k.cfg.TLS.Cert, s.k.cfg.TLS.Key)
	if err == nil && s.current != nil && s.failure == nil && changed.Equal(s.changed) {
		return
	}
	if err == nil {
		var own tls.Certificate
		if own, err = tls.LoadX509KeyPair(s.k.cfg.TLS.Cert, s.k.cfg.TLS.Key); err == nil {
			if s.current != nil {
				s.k.log.Info("the TLS port has the new certificate of its file", "until", own.Leaf.NotAfter)
			}
			s.current, s.changed = &own, changed
		}
	}
	s.failure = err
}

func newest(files ...string) (at time.Time, err error) {
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return at, fmt.Errorf("look at the TLS port's certificate: %w", err)
		}
		if info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	return at, nil
}

// names are what the TLS port is reached under.
func (s *secured) names() []string {
	names := slices.Clone(s.k.cfg.TLS.Names)
	if host, _, err := net.SplitHostPort(s.k.cfg.TLS.Listen); err == nil && host != "" && !net.ParseIP(host).IsUnspecified() {
		names = append(names, host)
	}
	if u, err := url.Parse(s.k.cfg.PublicURL); err == nil && u.Hostname() != "" {
		names = append(names, u.Hostname())
	}
	if host, err := os.Hostname(); err == nil && host != "" {
		names = append(names, host)
	}
	names = append(names, "localhost", "127.0.0.1", "::1")
	slices.Sort(names)
	return slices.Compact(names)
}

// check says how the port's certificate is.
func (s *secured) check(ctx context.Context) health.Finding {
	own, err := s.certificate(ctx)
	mend := lang.Text{ZH: "检查 tls-cert 与 tls-key 两个文件；更新后无须重启", EN: "See the files tls-cert and tls-key; no restart is needed after they changed"}
	if err != nil {
		return health.Failed(err, mend)
	}
	until := own.Leaf.NotAfter
	f := health.Finding{Note: lang.Text{ZH: "有效至 " + until.Local().Format(time.DateOnly), EN: "good until " + until.Local().Format(time.DateOnly)}}
	s.mu.Lock()
	failure := s.failure
	s.mu.Unlock()
	switch left := time.Until(until); {
	case left < 0:
		f.State, f.Mend = health.Down, mend
	case s.k.cfg.TLS.Cert != "" && left < certificateSoon:
		f.State, f.Mend = health.Degraded, mend
	case failure != nil:
		f = health.Failed(failure, mend)
		f.State = health.Degraded
	}
	return f
}

// checkSecured is the doctor's look at the port, from outside.
func (d *doctor) checkSecured(ctx context.Context) {
	if d.k.cfg.TLS.Listen == "" {
		return
	}
	title := lang.Text{ZH: "TLS 端口 " + d.k.cfg.TLS.Listen, EN: "TLS port " + d.k.cfg.TLS.Listen}
	host := reachable(d.k.cfg.TLS.Listen)
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.k.cfg.TLS.Cert == "" {
		roots, err := d.k.machines.Roots(ctx)
		if err != nil {
			d.add("tls-listen", title, health.Failed(err, lang.Text{}))
			return
		}
		cfg.RootCAs = roots
		f := certificate(ctx, host, cfg)
		if f.State == health.Degraded && f.Mend.EN == renewAtProxy().EN { // it renews itself
			f.State, f.Mend = health.Good, lang.Text{}
		}
		d.add("tls-listen", title, f)
		return
	}
	own, err := tls.LoadX509KeyPair(d.k.cfg.TLS.Cert, d.k.cfg.TLS.Key)
	if err != nil {
		d.add("tls-listen", title, health.Failed(err, lang.Text{ZH: "检查 tls-cert 与 tls-key", EN: "See tls-cert and tls-key"}))
		return
	}
	if names := own.Leaf.DNSNames; len(names) > 0 { // we come by an address; whoever else by a name
		cfg.ServerName = names[0]
	}
	f := certificate(ctx, host, cfg)
	if _, err := own.Leaf.Verify(x509.VerifyOptions{Intermediates: between(own)}); err != nil && f.State == health.Good {
		f = health.Failed(err, lang.Text{ZH: "tls-cert 须包含中间证书；自签名证书请让机器以 --ca-sha256 信任", EN: "tls-cert must hold the certificates between; a private root must be known to the machines"})
		f.State = health.Degraded
	}
	d.add("tls-listen", title, f)
}

func between(own tls.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, der := range own.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil {
			pool.AddCert(c)
		}
	}
	return pool
}

// serve answers on all ports until ctx ends.
func (k *Kernel) serve(ctx context.Context) error {
	var ports []func(ctx context.Context) error
	for _, l := range []net.Listener{k.listener, k.secure.listener} {
		if l != nil {
			ports = append(ports, func(ctx context.Context) error { return k.server.Serve(ctx, l, k.cfg.Grace) })
		}
	}
	if k.broker.Open() {
		ports = append(ports, func(ctx context.Context) error { return k.broker.Serve(ctx, k.cfg.Grace) })
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(ports))
	for _, serve := range ports {
		go func() {
			ended <- serve(ctx)
			stop() // one port that fails ends the others
		}()
	}
	var errs []error
	for range ports {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}
