package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
)

// door is a listener of the library that bounds what strangers can do.
type door struct {
	id string
	l  net.Listener
	b  *Broker
}

// conn is one connection, from its first byte to its last.
type conn struct {
	net.Conn
	address string
	frames  frames
	grants  []grant // of the caller, once admitted
	who     string  // the caller
	id      string  // of its session
	asking  bool    // a room is asked about a publish
	gone    chan struct{}
}

// grant is one topic as a caller may use it.
type grant struct {
	topic            *topicOf
	name             string
	publish, receipt string
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if bad := c.frames.pass(p[:n]); bad != nil {
		_ = c.Close() // nothing more is read
		return 0, bad
	}
	return n, err
}

// Init implements listeners.Listener.
func (d *door) Init(*slog.Logger) error { return nil }

// ID implements listeners.Listener.
func (d *door) ID() string { return d.id }

// Address implements listeners.Listener.
func (d *door) Address() string { return d.l.Addr().String() }

// Protocol implements listeners.Listener.
func (d *door) Protocol() string { return "tcp" }

// Serve implements listeners.Listener: it takes connections until the port is closed.
func (d *door) Serve(establish listeners.EstablishFn) {
	for pause := time.Duration(0); ; {
		c, err := d.l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no more files, perhaps; it passes
			why := err.Error()
			d.b.failing.Store(&why)
			pause = min(max(2*pause, 10*time.Millisecond), time.Second)
			time.Sleep(pause)
			continue
		}
		pause = 0
		d.b.failing.Store(nil)
		if x, ok := d.b.welcome(c); ok {
			go d.b.converse(x, d.id, establish)
			continue
		}
		d.b.metrics.refused.WithLabelValues("connections").Inc()
		_ = c.Close() // it is one too many
	}
}

// Close implements listeners.Listener.
func (d *door) Close(closeClients listeners.CloseFn) {
	_ = d.l.Close() // again, perhaps
	closeClients(d.id)
	d.b.mu.Lock()
	defer d.b.mu.Unlock()
	for c := range d.b.conns { // those that have not said who they are are no clients yet
		_ = c.Close()
	}
}

// welcome takes a connection unless there are too many.
func (b *Broker) welcome(nc net.Conn) (*conn, bool) {
	address, _, err := net.SplitHostPort(nc.RemoteAddr().String())
	if err != nil {
		address = nc.RemoteAddr().String()
	}
	c := &conn{Conn: nc, address: address, frames: frames{largest: b.largestPacket()}, gone: make(chan struct{})}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopping || len(b.conns) >= maxConnections || b.greeting[address] >= maxGreeting {
		return nil, false
	}
	b.conns[c] = struct{}{}
	b.greeting[address]++
	return c, true
}

// converse speaks with a client until it is gone.
func (b *Broker) converse(c *conn, door string, establish listeners.EstablishFn) {
	defer b.leave(c)
	defer func() {
		if p := recover(); p != nil { // one client ends no process
			b.cfg.Log.Error("a connection over MQTT failed", "remote", c.address, "error", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if err := c.SetDeadline(time.Now().Add(greetingTime)); err != nil {
		return
	}
	if err := establish(door, c); err != nil {
		b.cfg.Log.Debug("a connection over MQTT ended", "remote", c.address, "caller", c.who, "error", err)
	}
}

// greeted notes that a connection has said who it is.
func (b *Broker) greeted(c *conn) {
	c.frames.known = true
	b.mu.Lock()
	defer b.mu.Unlock()
	b.noGreeter(c)
}

// noGreeter counts a connection among strangers no longer; the lock is held.
func (b *Broker) noGreeter(c *conn) {
	if b.greeting[c.address]--; b.greeting[c.address] <= 0 {
		delete(b.greeting, c.address)
	}
}

// leave forgets a connection, and its session unless that is remembered.
func (b *Broker) leave(c *conn) {
	_ = c.Close() // again, perhaps
	if c.asking {
		c.asking = false
		b.busy.Done()
	}
	_, kept := b.server.Clients.Get(c.id)
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, c)
	if !c.frames.known {
		b.noGreeter(c)
	}
	if s := b.sessions[c.id]; s != nil && s.live == c {
		s.live = nil
		if !kept {
			b.drop(c.id)
		}
	}
	close(c.gone)
}

// drop forgets a session; the lock is held.
func (b *Broker) drop(id string) {
	s := b.sessions[id]
	if s == nil {
		return
	}
	delete(b.sessions, id)
	if b.count[s.who]--; b.count[s.who] <= 0 {
		delete(b.count, s.who)
	}
}

// join makes a connection the live one of its session, once the one before is
// gone; ok is false when the caller has as many sessions as one may.
func (b *Broker) join(c *conn, who, id string) (ok bool) {
	b.mu.Lock()
	s := b.sessions[id]
	if s == nil {
		if b.count[who] >= maxSessions {
			b.mu.Unlock()
			return false
		}
		s = &session{who: who}
		b.sessions[id] = s
		b.count[who]++
	}
	before := s.live
	s.live, c.who, c.id = c, who, id
	b.mu.Unlock()
	if before == nil {
		return true
	}
	_ = before.Close() // the newest connection is the client's
	late := time.NewTimer(greetingTime)
	defer late.Stop()
	select {
	case <-before.gone:
		return true
	case <-late.C:
		return false
	}
}
