// Package receive takes messages of syslog over the network: UDP (RFC 5426), TCP with both
// framings (RFC 6587), and TLS (RFC 5425). Everything is bounded: connections, the length of
// a message, and what waits to be taken.
//
// Over TCP and TLS a sender waits while the queue is full, and nothing is lost here; over UDP
// there is nobody who could wait, so that what finds the queue full is dropped and counted.
package receive

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what is received.
const (
	MostLine        = 64 << 10 // octets of a message; longer ones are passed over and counted
	mostConnections = 256      // at once; for one more the one that was silent for longest is closed
	queued          = 10_000   // messages that wait to be taken
	queuedOctets    = 16 << 20
	handshakeWithin = 10 * time.Second
	silentFor       = 24 * time.Hour // a connection that says nothing for as long is closed
)

// Config says where messages are received.
type Config struct {
	// Listen is udp://host:port, tcp://host:port or tls://host:port.
	Listen string
	// Certificate and Key are files of the server of tls; Clients is a file of authorities,
	// by one of which the certificates of senders are signed; empty: they need none.
	Certificate, Key, Clients string
}

// Check says what is wrong with a configuration.
func (c Config) Check() error {
	u, err := url.Parse(c.Listen)
	if err != nil || u.Host == "" || u.Path != "" || u.Port() == "" {
		return fmt.Errorf("%q is none of udp://host:port, tcp://host:port, tls://host:port", c.Listen)
	}
	switch u.Scheme {
	case "udp", "tcp":
		if c.Certificate != "" || c.Key != "" || c.Clients != "" {
			return fmt.Errorf("certificate, key and clients are of tls://, not of %s://", u.Scheme)
		}
	case "tls":
		if c.Certificate == "" || c.Key == "" {
			return errors.New("tls:// needs certificate and key, the files of this server")
		}
	default:
		return fmt.Errorf("%q is none of udp://host:port, tcp://host:port, tls://host:port", c.Listen)
	}
	return nil
}

// Counts are what became of messages since the receiver was opened.
type Counts struct {
	Received uint64 // whole messages
	Long     uint64 // that were too long
	Dropped  uint64 // that found the queue full
	Cut      uint64 // that were cut off by the end of their connection
	Refused  uint64 // connections that could not be taken: no certificate, or no handshake
}

// Receiver receives.
type Receiver struct {
	listener net.Listener
	packets  net.PacketConn
	queue    chan []byte
	waiting  atomic.Int64 // octets in the queue
	room     chan struct{}

	received, long, dropped, cut, refused atomic.Uint64

	mu    sync.Mutex
	open  map[*connection]struct{}
	ended bool
}

// Open listens.
func Open(ctx context.Context, c Config) (*Receiver, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	r := &Receiver{queue: make(chan []byte, queued), room: make(chan struct{}, 1), open: map[*connection]struct{}{}}
	u, err := url.Parse(c.Listen)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.Listen, err)
	}
	if u.Scheme == "udp" {
		r.packets, err = (&net.ListenConfig{}).ListenPacket(ctx, "udp", u.Host)
		if err != nil {
			return nil, fmt.Errorf("listen at %s: %w", c.Listen, err)
		}
		return r, nil
	}
	r.listener, err = (&net.ListenConfig{KeepAlive: time.Minute}).Listen(ctx, "tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", c.Listen, err)
	}
	if u.Scheme == "tls" {
		t, err := c.tls()
		if err != nil {
			return nil, errors.Join(err, r.listener.Close())
		}
		r.listener = tls.NewListener(r.listener, t)
	}
	return r, nil
}

// tls are the settings of a server, whose certificate is read again for each connection, so
// that it can be renewed.
func (c Config) tls() (*tls.Config, error) {
	if _, err := tls.LoadX509KeyPair(c.Certificate, c.Key); err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		own, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
		return &own, err
	}}
	if c.Clients == "" {
		return out, nil
	}
	text, err := os.ReadFile(c.Clients)
	if err != nil {
		return nil, fmt.Errorf("read the authorities of senders: %w", err)
	}
	out.ClientCAs, out.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !out.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in PEM", c.Clients)
	}
	return out, nil
}

// Address is where it listens.
func (r *Receiver) Address() net.Addr {
	if r.packets != nil {
		return r.packets.LocalAddr()
	}
	return r.listener.Addr()
}

// Counts returns what became of messages.
func (r *Receiver) Counts() Counts {
	return Counts{r.received.Load(), r.long.Load(), r.dropped.Load(), r.cut.Load(), r.refused.Load()}
}

// Take hands over messages that wait, at most so many, without waiting.
func (r *Receiver) Take(most int, each func(message []byte)) (n int) {
	for n < most {
		select {
		case m := <-r.queue:
			r.waiting.Add(-int64(len(m)))
			select {
			case r.room <- struct{}{}:
			default:
			}
			each(m)
			n++
		default:
			return n
		}
	}
	return n
}

// Run receives until the context ends.
func (r *Receiver) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, r.close)
	defer stop()
	if r.packets != nil {
		return ended(ctx, r.datagrams())
	}
	var work sync.WaitGroup
	defer work.Wait()
	defer r.close()
	for {
		conn, err := r.listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = conn.Close() // it came too late
			}
			return nil
		}
		if err != nil {
			if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
				continue
			}
			return fmt.Errorf("take a connection: %w", err)
		}
		work.Go(func() { r.serve(ctx, conn) })
	}
}

func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // it was told to end
	}
	return err
}

func (r *Receiver) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	if r.packets != nil {
		_ = r.packets.Close() // nothing was written
		return
	}
	_ = r.listener.Close() // nothing was written
	for c := range r.open {
		_ = c.Close() // nothing was written
	}
}

// datagrams are messages of UDP, one each.
func (r *Receiver) datagrams() error {
	buffer := make([]byte, MostLine+1)
	for {
		n, _, err := r.packets.ReadFrom(buffer)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		r.received.Add(1)
		switch {
		case n > MostLine:
			r.long.Add(1)
		case n == 0:
		case r.waiting.Load()+int64(n) > queuedOctets:
			r.dropped.Add(1)
		default:
			select {
			case r.queue <- append([]byte(nil), buffer[:n]...):
				r.waiting.Add(int64(n))
			default:
				r.dropped.Add(1)
			}
		}
	}
}

// connection is one of a sender.
type connection struct {
	net.Conn
	heard atomic.Int64 // when it said something, in Unix nanoseconds
}

// Read implements io.Reader.
func (c *connection) Read(p []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(silentFor)) // a connection that cannot have one is read all the same
	n, err := c.Conn.Read(p)
	c.heard.Store(time.Now().UnixNano())
	return n, err //nolint:wrapcheck // of the connection
}

// admit takes a connection among those that are open; for one too many the one goes that was
// silent for longest.
func (r *Receiver) admit(c *connection) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	if len(r.open) >= mostConnections {
		var oldest *connection
		for x := range r.open {
			if oldest == nil || x.heard.Load() < oldest.heard.Load() {
				oldest = x
			}
		}
		delete(r.open, oldest)
		_ = oldest.Close() // nothing was written
	}
	r.open[c] = struct{}{}
	return true
}

// serve reads one connection to its end.
func (r *Receiver) serve(ctx context.Context, conn net.Conn) {
	c := &connection{Conn: conn}
	c.heard.Store(time.Now().UnixNano())
	defer func() { _ = c.Close() }() // nothing was written
	if !r.admit(c) {
		return
	}
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.open, c)
	}()
	if t, ok := conn.(*tls.Conn); ok {
		shake, done := context.WithTimeout(ctx, handshakeWithin)
		err := t.HandshakeContext(shake)
		done()
		if err != nil {
			r.refused.Add(1)
			return
		}
	}
	f := frames{r: r}
	f.read(c, func(m []byte) bool { return r.put(ctx, m) })
}

// put lets a message wait to be taken; the sender waits while there is no room.
func (r *Receiver) put(ctx context.Context, m []byte) bool {
	for r.waiting.Load()+int64(len(m)) > queuedOctets {
		select {
		case <-r.room:
		case <-ctx.Done():
			return false
		}
	}
	r.waiting.Add(int64(len(m)))
	select {
	case r.queue <- m:
		return true
	case <-ctx.Done():
		return false
	}
}
