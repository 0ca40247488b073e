package bus_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// BenchmarkRelay is from a change's outbox over the bus into another room's
// database: events that are handled one by one, and those that are together.
func BenchmarkRelay(b *testing.B) {
	for _, dsn := range []string{"", kerneltest.Postgres(b)} {
		for _, together := range []bool{false, true} {
			b.Run(fmt.Sprintf("postgres=%t/together=%t", dsn != "", together), func(b *testing.B) { relay(b, dsn, together) })
		}
	}
}

func relay(b *testing.B, dsn string, together bool) {
	table := fstest.MapFS{"0001_numbers.sql": {Data: []byte(numbers)}}
	sender := kerneltest.Database(b, sqldb.Config{Dir: b.TempDir(), DSN: dsn}, nil)
	receiver := kerneltest.Database(b, sqldb.Config{Dir: b.TempDir(), DSN: dsn}, table)
	over, err := bus.Open(b.Context(), bus.Config{Dir: b.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer over.Close()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	var kept atomic.Int64
	keep := func(ctx context.Context, list []counted) error {
		err := receiver.Write(ctx, func(tx *sqldb.Tx) error {
			for _, e := range list {
				if _, err := tx.Exec(ctx, `INSERT INTO number (id, n) VALUES ($1, $2)`, fmt.Sprint(e.Number), e.Number); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			kept.Add(int64(len(list)))
		}
		return err
	}
	subscription := bus.OnMany(keep)
	if !together {
		subscription = bus.On(func(ctx context.Context, e counted) error { return keep(ctx, []counted{e}) })
	}
	if err := over.Subscribe(ctx, "till", subscription); err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); over.Relay(ctx, sender, nil) }()
	b.ResetTimer()
	err = sender.Write(ctx, func(tx *sqldb.Tx) error {
		for i := range b.N {
			if err := tx.Emit(ctx, counted{i}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for kept.Load() < int64(b.N) {
		<-time.After(time.Millisecond)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	stop()
	<-done
}
