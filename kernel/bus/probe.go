package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Facts are what an operator wants to know of an external bus.
type Facts struct {
	Version string
	Nodes   int           // that are known
	Latency time.Duration // of a question and its answer
	Ahead   time.Duration // how far its clock is ahead of this machine's; zero before the first start
}

// Probe asks the cluster at url about itself, beside whoever uses it.
func Probe(ctx context.Context, url string) (f Facts, err error) {
	conn, err := nats.Connect(url, nats.Name("linghang doctor"), nats.Timeout(3*time.Second), nats.MaxReconnects(0))
	if err != nil {
		return f, fmt.Errorf("connect to NATS: %w", err)
	}
	defer conn.Close()
	f.Version, f.Nodes = conn.ConnectedServerVersion(), max(len(conn.Servers()), 1)
	if f.Latency, err = conn.RTT(); err != nil {
		return f, fmt.Errorf("ask NATS: %w", err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return f, fmt.Errorf("open JetStream: %w", err)
	}
	if _, err := js.AccountInfo(ctx); err != nil {
		return f, fmt.Errorf("JetStream does not answer: %w", err)
	}
	stream, err := js.Stream(ctx, streamName)
	if err != nil {
		return f, nil
	}
	start := time.Now()
	info, err := stream.Info(ctx)
	if err != nil {
		return f, fmt.Errorf("ask the event stream: %w", err)
	}
	if !info.TimeStamp.IsZero() {
		f.Ahead = info.TimeStamp.Sub(start.Add(time.Since(start) / 2))
	}
	return f, nil
}
