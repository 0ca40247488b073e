// Package broker takes what rooms want over MQTT 3.1.1 and 5: who connects is
// admitted by the room whose topic it is, publishes to its own topic, and reads
// receipts of its own. Nothing goes from one client to another.
//
// What is acknowledged is on the disk: a publish is handed to its room in the
// connection's own goroutine, and the acknowledgement is written when the room
// has it. The protocol itself is mochi's; who may come, how much, and what
// becomes of a publish is decided here.
package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/health"
	"linghang/kernel/lang"
)

// Bounds. A client is told of those that version 5 has words for.
const (
	maxConnections = 2000             // in this process
	maxGreeting    = 64               // of one address, before they have said who they are
	maxSessions    = 8                // of one caller, connected or remembered
	greetingTime   = 10 * time.Second // to say who one is
	shortestAlive  = 30               // seconds without a packet, at least
	longestAlive   = 600              // seconds without a packet, at most
	remembered     = 3600             // seconds that a session outlives its connection
	inFlight       = 256              // publishes under way, in each direction
	takeTime       = 30 * time.Second // for a room to take a publish
	checkEvery     = 30 * time.Second
)

// Config is how a broker is made.
type Config struct {
	// Fit returns why this process cannot judge right now.
	Fit     func(ctx context.Context) error
	Log     *slog.Logger
	Metrics prometheus.Registerer
}

// Broker is the way in over MQTT.
type Broker struct {
	cfg     Config
	topics  []topicOf
	metrics metrics
	server  *mqtt.Server
	teller  *mqtt.Client // publishes receipts
	doors   []*door
	largest int // payload, in bytes
	// bounded makes the context of one question to a room; set by Serve.
	bounded func(d time.Duration) (context.Context, context.CancelFunc)
	failing atomic.Pointer[string] // why no connection can be taken just now

	mu       sync.Mutex
	conns    map[*conn]struct{}
	greeting map[string]int // by address
	sessions map[string]*session
	count    map[string]int // of sessions, by caller
	stopping bool
	busy     sync.WaitGroup // publishes that rooms are taking
}

type topicOf struct {
	Topic
	room string
}

// session is what is remembered of a client id of a caller.
type session struct {
	who  string
	live *conn // nil while it is not connected
}

// New returns a broker that takes nothing yet.
func New(cfg Config) *Broker {
	return &Broker{cfg: cfg, conns: map[*conn]struct{}{}, greeting: map[string]int{}, sessions: map[string]*session{}, count: map[string]int{}}
}

// Add adds the topics of a room.
func (b *Broker) Add(room string, topics []Topic) error {
	for _, t := range topics {
		if err := t.checkFor(room); err != nil {
			return err
		}
		for _, other := range b.topics {
			if other.Pattern == t.Pattern {
				return fmt.Errorf("MQTT topic %s is declared twice", t.Pattern)
			}
		}
		b.topics = append(b.topics, topicOf{t, room})
		b.largest = max(b.largest, t.Limit)
	}
	return nil
}

// Listen takes connections from l once Serve runs. The listener is the
// broker's from now on. A TLS listener shows its handshake to nobody.
func (b *Broker) Listen(l net.Listener) {
	b.doors = append(b.doors, &door{id: fmt.Sprintf("mqtt-%d", len(b.doors)), l: l, b: b})
}

// Open reports whether there is a way in.
func (b *Broker) Open() bool { return len(b.doors) > 0 }

// Close gives the ports back of a broker that did not serve, or no longer does.
func (b *Broker) Close() error {
	var errs []error
	for _, d := range b.doors {
		if err := d.l.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Serve answers until ctx ends; publishes that rooms are taking then have grace
// to be acknowledged.
func (b *Broker) Serve(ctx context.Context, grace time.Duration) error {
	below := context.WithoutCancel(ctx)
	b.bounded = func(d time.Duration) (context.Context, context.CancelFunc) { return context.WithTimeout(below, d) }
	b.metrics = newMetrics(b.cfg.Metrics, b.connected)
	b.server = mqtt.New(b.options())
	b.teller = b.server.NewClient(nil, mqtt.LocalListener, "linghang", true)
	if err := b.server.AddHook(&hook{b: b}, nil); err != nil {
		return fmt.Errorf("prepare MQTT: %w", err)
	}
	for _, d := range b.doors {
		if err := b.server.AddListener(d); err != nil {
			return fmt.Errorf("prepare MQTT: %w", err)
		}
	}
	if err := b.server.Serve(); err != nil {
		return fmt.Errorf("serve MQTT: %w", err)
	}
	again := time.NewTicker(checkEvery)
	defer again.Stop()
	for ctx.Err() == nil {
		select {
		case <-again.C:
			b.checkAll()
		case <-ctx.Done():
		}
	}
	b.stop(grace)
	return nil
}

func (b *Broker) options() *mqtt.Options {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumClients = maxConnections
	c.MaximumMessageExpiryInterval = remembered
	c.MaximumSessionExpiryInterval = remembered
	c.MaximumClientWritesPending = inFlight
	c.MaximumPacketSize = uint32(b.largestPacket()) //nolint:gosec // rooms declare megabytes
	c.ReceiveMaximum, c.MaximumInflight = inFlight, inFlight
	c.TopicAliasMaximum = 0
	c.SharedSubAvailable, c.RetainAvailable, c.WildcardSubAvailable, c.SubIDAvailable = 0, 0, 0, 0
	c.Compatibilities.NoInheritedPropertiesOnAck = true
	return &mqtt.Options{
		Capabilities: c, Logger: slog.New(quiet{b.cfg.Log.Handler()}),
		SysTopicResendInterval: int64((24 * time.Hour).Seconds()), // nobody reads them; /metrics has what matters
	}
}

// largestPacket leaves room above the largest payload: what is a little too
// large is answered, what is much too large ends the connection.
func (b *Broker) largestPacket() int { return 2*b.largest + smallPacket }

// stop ends all connections, those that are being answered last.
func (b *Broker) stop(grace time.Duration) {
	b.mu.Lock()
	b.stopping = true
	b.mu.Unlock()
	for _, d := range b.doors {
		_ = d.l.Close() // it takes no more
	}
	answered := make(chan struct{})
	go func() { b.busy.Wait(); close(answered) }()
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-answered:
	case <-late.C:
		b.cfg.Log.Warn("publishes over MQTT were not answered in time", "grace", grace)
	}
	_ = b.server.Close() // it returns no error
}

// begin notes that a room is asked about a publish; ok is false when the broker
// stops.
func (b *Broker) begin() (ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopping {
		return false
	}
	b.busy.Add(1)
	return true
}

// checkAll ends connections of who may send no longer.
func (b *Broker) checkAll() {
	for _, c := range b.live() {
		if err := b.check(c); denied(err) {
			b.end(c, err)
		}
	}
}

func (b *Broker) check(c *conn) error {
	ctx, cancel := b.bounded(takeTime)
	defer cancel()
	for _, g := range c.grants {
		if err := g.topic.Check(ctx, g.name); err != nil {
			return fmt.Errorf("check %s: %w", g.publish, &shut{err})
		}
	}
	return nil
}

// live returns the connections of who was admitted.
func (b *Broker) live() (list []*conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sessions {
		if s.live != nil {
			list = append(list, s.live)
		}
	}
	return list
}

func (b *Broker) connected() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return float64(len(b.conns))
}

// Health says how the way in is.
func (b *Broker) Health(context.Context) health.Finding {
	n := int(b.connected())
	f := health.Finding{Note: lang.Text{ZH: fmt.Sprintf("%d 个连接", n), EN: fmt.Sprintf("%d connections", n)}}
	switch why := b.failing.Load(); {
	case why != nil:
		f.State, f.Note = health.Down, lang.Text{ZH: *why, EN: *why}
		f.Mend = lang.Text{ZH: "检查进程的文件句柄上限；恢复后程序自动继续接入", EN: "See how many files the process may open; connections are taken again by themselves"}
	case n >= maxConnections*9/10:
		f.State = health.Degraded
		f.Mend = lang.Text{ZH: fmt.Sprintf("连接数接近上限 %d，新连接将被拒绝；增加一个副本", maxConnections), EN: fmt.Sprintf("%d are taken, others are refused; add a replica", maxConnections)}
	}
	return f
}
