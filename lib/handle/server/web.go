package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// firstOctetTLS begins every TLS connection.
const firstOctetTLS = 0x16

// ServeWeb serves HTTP and, with config, HTTPS on one port: the first octet of a
// connection tells. Handler is usually the server itself, with pages before it.
func (s *Server) ServeWeb(ctx context.Context, ln net.Listener, handler http.Handler, config *tls.Config) error {
	queue := &told{conns: make(chan net.Conn), done: make(chan struct{}), address: ln.Addr()}
	web := &http.Server{
		Handler: handler, ReadTimeout: s.o.MessageTime, WriteTimeout: s.o.MessageTime,
		ReadHeaderTimeout: s.o.MessageTime, IdleTimeout: s.o.IdleTime, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // what strangers do wrong is no fault of ours
	}
	var serving sync.WaitGroup
	var webFault error
	serving.Go(func() { webFault = web.Serve(queue) })
	fault := s.accept(ctx, ln, func(ctx context.Context, conn net.Conn, _ netip.AddrPort) {
		s.tell(ctx, conn, queue, config)
	})
	queue.stop()
	_ = web.Close() // its connections are closed already
	serving.Wait()
	if errors.Is(webFault, http.ErrServerClosed) || errors.Is(webFault, net.ErrClosed) {
		webFault = nil
	}
	return errors.Join(fault, webFault)
}

// tell waits for the first octet, hands the connection on and waits for its end.
func (s *Server) tell(ctx context.Context, conn net.Conn, queue *told, config *tls.Config) {
	if conn.SetReadDeadline(time.Now().Add(s.o.MessageTime)) != nil {
		return
	}
	in := bufio.NewReaderSize(conn, 4096)
	first, err := in.Peek(1)
	if err != nil || conn.SetReadDeadline(time.Time{}) != nil {
		return
	}
	closed := make(chan struct{})
	var handed net.Conn = &peeked{Conn: conn, in: in, closed: closed}
	if first[0] == firstOctetTLS {
		if config == nil {
			return
		}
		handed = tls.Server(handed, config)
	}
	select {
	case queue.conns <- handed:
	case <-ctx.Done():
		return
	}
	select {
	case <-closed:
	case <-ctx.Done():
	}
}

// peeked is a connection some of whose octets were read.
type peeked struct {
	net.Conn
	in     *bufio.Reader
	once   sync.Once
	closed chan struct{}
}

func (c *peeked) Read(b []byte) (int, error) { return c.in.Read(b) } //nolint:wrapcheck // net.Conn

func (c *peeked) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close() //nolint:wrapcheck // net.Conn
}

// told is a listener of connections whose first octet is known.
type told struct {
	conns   chan net.Conn
	once    sync.Once
	done    chan struct{}
	address net.Addr
}

func (l *told) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *told) stop() { l.once.Do(func() { close(l.done) }) }

func (l *told) Close() error {
	l.stop()
	return nil
}

func (l *told) Addr() net.Addr { return l.address }
