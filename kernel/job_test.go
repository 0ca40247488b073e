package kernel

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"linghang/kernel/module"
)

// staff is a house on its databases only, without doors.
func staff(t *testing.T, data string) *Kernel {
	t.Helper()
	k, err := New(Config{Data: data, HTTP: "off", Retention: 24 * time.Hour, Grace: time.Second},
		House{Rooms: func(*Kernel) []module.Module { return nil }}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.OpenData(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestADailyJobIsDoneDailyHoweverOftenTheProcessRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		data, done := t.TempDir(), 0
		for range 30 { // thirty days in pieces of a third of a day
			for range 3 {
				k := staff(t, data)
				ctx, stop := context.WithTimeout(t.Context(), 8*time.Hour)
				k.repeat(ctx, "room", module.Job{Name: "daily", Every: 24 * time.Hour, Do: func(context.Context) error { done++; return nil }})
				stop()
				if err := k.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if done < 26 || done > 30 {
			t.Errorf("done %d times in thirty days", done)
		}
	})
}

func TestAJobIsDoneByOneReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := staff(t, t.TempDir())
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Hour)
		defer stop()
		var done atomic.Int64
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				k.repeat(ctx, "room", module.Job{Name: "hourly", Every: time.Hour, Do: func(context.Context) error {
					if done.Add(1)%10 == 0 {
						panic("once in a while")
					}
					return nil
				}})
			})
		}
		wg.Wait()
		if n := done.Load(); n < 88 || n > 100 {
			t.Errorf("done %d times in a hundred hours by three replicas", n)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAJobThatTakesLongerThanItsPeriodIsDoneByOneReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := staff(t, t.TempDir())
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Hour)
		defer stop()
		var running, done atomic.Int64
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				k.repeat(ctx, "room", module.Job{Name: "long", Every: time.Minute, Do: func(ctx context.Context) error {
					if n := running.Add(1); n > 1 {
						t.Errorf("%d replicas do the job at once", n)
					}
					defer running.Add(-1)
					wait(ctx, 5*time.Minute)
					done.Add(1)
					return nil
				}})
			})
		}
		wg.Wait()
		if n := done.Load(); n < 20 {
			t.Errorf("done %d times in three hours", n)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
}
