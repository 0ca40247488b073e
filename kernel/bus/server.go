package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"linghang/kernel/trace"
)

// Config says where the bus is. The zero URL embeds a server.
type Config struct {
	URL string // nats://… of an existing cluster
	Dir string // where the embedded server keeps its stream
	// Park takes a delivery over that failed several times; nil lets the bus try for ever.
	Park func(ctx context.Context, l Letter) error
	// Trace begins the spans of events; nil traces nothing.
	Trace *trace.Tracer
}

// Retention is how long events stay on the bus and in the outboxes.
const Retention = 30 * 24 * time.Hour

const (
	streamName = "linghang"
	prefix     = "linghang."
	fetchSize  = 100
	fetchWait  = 20 * time.Second
	// ackWait bounds how long events wait that a replica took and died with.
	ackWait    = 20 * time.Second
	handleWait = 15 * time.Second
	// openWait is how long a cluster may take to choose the leader of its streams.
	openWait = 30 * time.Second
	// QuickTries is how often the bus itself tries a delivery, within about ten
	// seconds, before it parks it: what fails longer holds up nobody else.
	QuickTries = 5
	// copies of the stream in a cluster: two nodes of three answer for it.
	copies = 3
)

// Bus moves events between outboxes and handlers.
type Bus struct {
	embedded *server.Server
	conn     *nats.Conn
	js       jetstream.JetStream
	stream   jetstream.Stream
	log      *slog.Logger
	park     func(ctx context.Context, l Letter) error
	trace    *trace.Tracer
	counts   counts
	wg       sync.WaitGroup

	// publishing is held by the one relay that publishes: a row of events keeps its
	// order by the numbers that the stream gives.
	publishing sync.Mutex
}

// Open starts or joins the bus.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (*Bus, error) {
	b := &Bus{log: log, park: cfg.Park, trace: cfg.Trace}
	conn, err := b.connect(cfg)
	if err != nil {
		return nil, err
	}
	b.conn = conn
	if b.js, err = jetstream.New(conn); err != nil {
		b.Close()
		return nil, fmt.Errorf("open JetStream: %w", err)
	}
	if err := b.openStream(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// openStream makes the stream, in a cluster with copies on several nodes. A
// cluster that has just started has no leader yet and is asked again.
func (b *Bus) openStream(ctx context.Context) error {
	cfg := jetstream.StreamConfig{
		Name: streamName, Subjects: []string{prefix + "event.>"}, MaxAge: Retention, Storage: jetstream.FileStorage,
		Duplicates: 10 * time.Minute, MaxMsgSize: 1 << 20, Replicas: 1,
	}
	if b.embedded == nil && b.conn.ConnectedClusterName() != "" {
		cfg.Replicas = copies
	}
	return b.ask(ctx, func(try context.Context) error {
		stream, err := b.js.CreateOrUpdateStream(try, cfg)
		if err != nil {
			return fmt.Errorf("open event stream with %d copies: %w", cfg.Replicas, err)
		}
		b.stream = stream
		return nil
	})
}

// ask asks a cluster again while it chooses its leaders, which it does when it
// starts and when a node is lost. The embedded bus is asked once.
func (b *Bus) ask(ctx context.Context, question func(try context.Context) error) error {
	end := time.Now().Add(openWait)
	for {
		try, cancel := context.WithTimeout(ctx, openWait/6)
		err := question(try)
		cancel()
		if err == nil || b.embedded != nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		pause(ctx, time.Second)
	}
}

func (b *Bus) connect(cfg Config) (*nats.Conn, error) {
	if cfg.URL != "" {
		conn, err := nats.Connect(cfg.URL, nats.Name("linghang"), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(false))
		if err != nil {
			return nil, fmt.Errorf("connect to NATS: %w", err)
		}
		return conn, nil
	}
	srv, err := server.NewServer(&server.Options{
		ServerName: "linghang", DontListen: true, JetStream: true, StoreDir: cfg.Dir, NoSigs: true, NoLog: true,
		JetStreamMaxStore: 4 << 30, JetStreamMaxMemory: 64 << 20,
	})
	if err != nil {
		return nil, fmt.Errorf("make embedded NATS: %w", err)
	}
	b.embedded = srv
	go srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		return nil, errors.New("embedded NATS was not ready within ten seconds")
	}
	conn, err := nats.Connect("", nats.InProcessServer(srv), nats.Name("linghang"), nats.MaxReconnects(-1))
	if err != nil {
		return nil, fmt.Errorf("connect to embedded NATS: %w", err)
	}
	return conn, nil
}

// Ready reports whether the bus answers.
func (b *Bus) Ready(ctx context.Context) error {
	_, err := b.info(ctx)
	return err
}

// info asks about the stream by a handle of its own: one that is shared is written
// to by each that asks.
func (b *Bus) info(ctx context.Context) (*jetstream.StreamInfo, error) {
	stream, err := b.js.Stream(ctx, streamName)
	if err != nil {
		return nil, fmt.Errorf("ask the event stream: %w", err)
	}
	return stream.CachedInfo(), nil
}

// Close waits for running handlers and leaves the bus.
func (b *Bus) Close() {
	b.wg.Wait()
	if b.conn != nil {
		b.conn.Close()
	}
	if b.embedded != nil {
		b.embedded.Shutdown()
		b.embedded.WaitForShutdown()
	}
}

// Broadcast sends data to all replicas, without keeping it.
func (b *Bus) Broadcast(subject string, data []byte) error {
	return b.conn.Publish(prefix+subject, data)
}

// Hear calls handle with what is broadcast under the subject, until ctx ends.
func (b *Bus) Hear(ctx context.Context, subject string, handle func([]byte)) error {
	sub, err := b.conn.Subscribe(prefix+subject, func(m *nats.Msg) { handle(m.Data) })
	if err != nil {
		return fmt.Errorf("listen to %s: %w", subject, err)
	}
	context.AfterFunc(ctx, func() { _ = sub.Unsubscribe() }) // the connection may be closed already
	return b.conn.Flush()
}

// Outbox is where committed events wait. A room's database is one.
type Outbox interface {
	Room() string
	Emitted() <-chan struct{}
	Outbox(ctx context.Context, limit int) ([]Message, error)
	Sent(ctx context.Context, ids []string) error
}

// Relay sends what waits in an outbox, until ctx ends, while it is this
// replica's turn; nil means always. What it cannot send stays and is tried
// again. A replica whose turn it is not tells the other when it has committed.
func (b *Bus) Relay(ctx context.Context, o Outbox, mine func() bool) {
	if mine == nil {
		mine = func() bool { return true }
	}
	subject := "relay." + o.Room()
	told := b.told(ctx, subject)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		more, err := b.send(ctx, o, mine)
		if err != nil && ctx.Err() == nil {
			b.log.Warn("events wait in the outbox", "room", o.Room(), "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-o.Emitted():
			if !mine() {
				_ = b.Broadcast(subject, nil) // the other replica looks within a second anyway
			}
		case <-told:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// told signals what other replicas broadcast under the subject.
func (b *Bus) told(ctx context.Context, subject string) <-chan struct{} {
	told := make(chan struct{}, 1)
	err := b.Hear(ctx, subject, func([]byte) {
		select {
		case told <- struct{}{}:
		default:
		}
	})
	if err != nil && ctx.Err() == nil {
		b.log.Warn("other replicas cannot tell of their events; they are found within a second", "subject", subject, "error", err)
	}
	return told
}

// send sends some of what waits in an outbox, and tells whether there may be more.
func (b *Bus) send(ctx context.Context, o Outbox, mine func() bool) (more bool, err error) {
	if !mine() {
		return false, nil
	}
	messages, err := o.Outbox(ctx, fetchSize)
	if err != nil || len(messages) == 0 {
		return false, err
	}
	n, err := b.publishAll(ctx, messages, mine)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = messages[i].ID
	}
	more = n > 0 && (n < len(messages) || n == fetchSize)
	return more, errors.Join(err, o.Sent(ctx, ids))
}

// Consumer is the name under which a room handles a subject.
func Consumer(room string, s Subscription) string {
	return room + "-" + strings.ReplaceAll(s.Subject, ".", "-")
}

func messaging(operation, subject, id string) []trace.Attr {
	return []trace.Attr{
		trace.Text("messaging.system", "nats"), trace.Text("messaging.destination.name", subject),
		trace.Text("messaging.operation.name", operation), trace.Text("messaging.message.id", id),
	}
}

func ended(span trace.Span, err error) {
	if err != nil && !errors.Is(err, ErrHandled) {
		span.Fail("error")
	}
	span.End()
}

// Subscribe runs a room's handler until ctx ends. Replicas share the work.
func (b *Bus) Subscribe(ctx context.Context, room string, s Subscription) error {
	name := Consumer(room, s)
	var consumer jetstream.Consumer
	err := b.ask(ctx, func(try context.Context) (err error) {
		consumer, err = b.stream.CreateOrUpdateConsumer(try, jetstream.ConsumerConfig{
			Durable: name, FilterSubject: prefix + "event." + s.Subject, AckPolicy: jetstream.AckExplicitPolicy,
			AckWait: ackWait, MaxAckPending: fetchSize, DeliverPolicy: jetstream.DeliverAllPolicy,
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("subscribe %s to %s: %w", room, s.Subject, err)
	}
	b.wg.Go(func() { b.consume(ctx, consumer, name, s) })
	return nil
}

func (b *Bus) consume(ctx context.Context, consumer jetstream.Consumer, name string, s Subscription) {
	for ctx.Err() == nil {
		if err := b.fetch(ctx, consumer, name, s); err != nil && ctx.Err() == nil {
			b.log.Warn("events cannot be fetched", "consumer", name, "error", err)
			pause(ctx, time.Second)
		}
	}
}

// fetch hands out what waits, or comes within a while. It ends with ctx.
func (b *Bus) fetch(ctx context.Context, consumer jetstream.Consumer, name string, s Subscription) error {
	if s.Together != nil {
		waiting, err := b.waiting(consumer)
		if err != nil || len(waiting) > 0 {
			b.deliverAll(ctx, waiting, name, s)
			return err
		}
	}
	wait, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	n := fetchSize
	if s.Together != nil {
		n = 1 // the first that comes; those behind it are fetched together
	}
	batch, err := consumer.Fetch(n, jetstream.FetchContext(wait))
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	for m := range batch.Messages() {
		if ctx.Err() != nil {
			return nil
		}
		b.deliver(ctx, m, name, s)
	}
	return nil
}

// waiting returns the messages that are there already.
func (b *Bus) waiting(consumer jetstream.Consumer) (list []jetstream.Msg, err error) {
	batch, err := consumer.FetchNoWait(fetchSize)
	if err != nil {
		return nil, fmt.Errorf("fetch what waits: %w", err)
	}
	for m := range batch.Messages() {
		list = append(list, m)
	}
	return list, nil
}

// deliverAll hands messages to their handler together. If that fails, each is
// delivered alone, so that one which cannot be handled holds up no other.
func (b *Bus) deliverAll(ctx context.Context, list []jetstream.Msg, name string, s Subscription) {
	if len(list) > 1 && b.handleTogether(ctx, list, name, s) == nil {
		for _, m := range list {
			b.acknowledge(m, name)
		}
		return
	}
	for _, m := range list {
		if ctx.Err() != nil {
			return
		}
		b.deliver(ctx, m, name, s)
	}
}

func (b *Bus) handleTogether(ctx context.Context, list []jetstream.Msg, name string, s Subscription) error {
	d := Delivery{MessageID: list[0].Headers().Get(nats.MsgIdHdr), Consumer: name}
	data := make([][]byte, len(list))
	for i, m := range list {
		data[i] = m.Data()
		if i > 0 {
			d.Others = append(d.Others, m.Headers().Get(nats.MsgIdHdr))
		}
	}
	run, cancel := context.WithTimeout(WithDelivery(ctx, &d), handleWait)
	defer cancel()
	run, span := b.trace.Begin(run, trace.Consumer, "process "+s.Subject, list[0].Headers().Get(trace.Header),
		append(messaging("process", s.Subject, d.MessageID), trace.Text("messaging.consumer.group.name", name), trace.Number("messaging.batch.message_count", len(list)))...)
	err := protect(func() error { return s.Together(run, data) })
	ended(span, err)
	if err != nil {
		return err
	}
	for range list {
		b.counts.add(name, nil)
	}
	return nil
}

// deliver hands one message to its handler. A failure is tried again at once
// a few times and then parked; the message leaves the bus when it is handled or
// parked, not before.
func (b *Bus) deliver(ctx context.Context, m jetstream.Msg, name string, s Subscription) {
	id := m.Headers().Get(nats.MsgIdHdr)
	err := b.Handle(ctx, Delivery{MessageID: id, Consumer: name}, s, m.Data(), m.Headers().Get(trace.Header))
	if err == nil {
		b.acknowledge(m, name)
		return
	}
	tries, sentAt := uint64(1), time.Now()
	if meta, err := m.Metadata(); err == nil {
		tries, sentAt = meta.NumDelivered, meta.Timestamp
	}
	if b.park != nil && (tries >= QuickTries || errors.Is(err, ErrUnreadable)) {
		l := Letter{Consumer: name, Message: Message{ID: id, Subject: s.Subject, At: sentAt, Data: m.Data()}, Tries: int(min(tries, 1000)), Err: err}
		parked := b.park(ctx, l)
		if parked == nil {
			b.log.Error("event was not handled; it is parked", "consumer", name, "event", id, "try", tries, "error", err)
			b.acknowledge(m, name)
			return
		}
		err = errors.Join(err, parked)
	}
	wait := min(time.Duration(1<<min(tries, 8))*250*time.Millisecond, time.Minute)
	b.log.Error("event was not handled; it will be tried again", "consumer", name, "event", id, "try", tries, "error", err)
	if err := m.NakWithDelay(wait); err != nil {
		b.log.Debug("event was not returned; it comes back by itself", "consumer", name, "error", err)
	}
}

func (b *Bus) acknowledge(m jetstream.Msg, name string) {
	if err := m.Ack(); err != nil {
		b.log.Debug("event was handled but not acknowledged; its repeat will do nothing", "consumer", name, "error", err)
	}
}

// Handle hands an event to a handler, within bounds, as a part of the trace
// that emitted it, and counts the outcome. What was handled before is no error.
func (b *Bus) Handle(ctx context.Context, d Delivery, s Subscription, data []byte, parent string) error {
	run, cancel := context.WithTimeout(WithDelivery(ctx, &d), handleWait)
	defer cancel()
	run, span := b.trace.Begin(run, trace.Consumer, "process "+s.Subject, parent,
		append(messaging("process", s.Subject, d.MessageID), trace.Text("messaging.consumer.group.name", d.Consumer))...)
	err := protect(func() error { return s.Handle(run, data) })
	ended(span, err)
	b.counts.add(d.Consumer, err)
	if errors.Is(err, ErrHandled) {
		return nil
	}
	return err
}

// Connected reports whether this replica reaches the bus at the moment.
func (b *Bus) Connected() bool { return b.conn.IsConnected() }

func protect(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a handler: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Schema returns an event as JSON of its zero value, for people who read what rooms tell.
func Schema(e Event) string {
	data, err := json.Marshal(e)
	if err != nil {
		return "{}"
	}
	return string(data)
}
