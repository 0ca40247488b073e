package record_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited half a minute until %s", what)
		}
	}
}

func TestReplicasSeeEachOthersChanges(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		a, b := openRows(t, db), openRows(t, db)
		var longest time.Duration
		for i := range 20 {
			text := fmt.Sprint(i)
			changed := b.Changed()
			apply(t, a, record.Change{Action: wire.ActionCreate, Handle: "88.1/a", Was: record.Any, Values: values(text)})
			done := time.Now()
			eventually(t, "the other replica has the change", func() bool {
				return bytes.Equal(load(t, b, "88.1/a").Values, values(text)) // it stays in the memory
			})
			longest = max(longest, time.Since(done))
			select {
			case <-changed:
			case <-time.After(30 * time.Second):
				t.Fatal("waited half a minute for the other replica to tell of a change")
			}
		}
		t.Logf("the longest time until the other replica had a change was %v", longest)
		apply(t, a, record.Change{Action: wire.ActionDelete, Handle: "88.1/a", Was: record.Any})
		eventually(t, "the other replica has the deletion", func() bool { return load(t, b, "88.1/a") == nil })
		apply(t, b, create("88.1/a", "again"))
		eventually(t, "the first replica has it again", func() bool { return load(t, a, "88.1/a") != nil })
	})
}

func TestReplicasThatWriteAtOnceLeaveOneLogInTheOrderOfCommits(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		stores := []*record.Rows{openRows(t, db), openRows(t, db), openRows(t, db)}
		ctx, cancel := context.WithCancel(t.Context())
		var followed []record.Logged
		var following sync.WaitGroup
		following.Go(func() { // whoever follows sees every number once, and none behind a later one
			for after := uint64(0); ; {
				changed := stores[0].Changed()
				log, err := stores[0].Log(context.WithoutCancel(ctx), after, 7)
				if err != nil {
					t.Errorf("follow: %v", err)
					return
				}
				for _, l := range log {
					if l.Number != after+1 {
						t.Errorf("change %d follows %d", l.Number, after)
					}
					after = l.Number
				}
				if followed = append(followed, log...); len(log) > 0 {
					continue
				}
				select {
				case <-changed:
				case <-ctx.Done():
					return
				}
			}
		})
		var wg sync.WaitGroup
		for i, s := range stores {
			wg.Go(func() {
				for j := range 30 {
					apply(t, s, create(fmt.Sprintf("88.%d/%d", i, j), "x"), record.Change{Action: wire.ActionCreate, Handle: fmt.Sprintf("88.9/%d", j%5), Was: record.Any, Values: values("x")})
				}
			})
		}
		wg.Wait()
		cancel()
		following.Wait()
		if n := must(stores[1].Last(t.Context()))(t); n != 180 {
			t.Errorf("there are %d changes", n)
		}
		logIsState(t, stores[2])
		for _, s := range stores {
			for j := range 5 {
				handle := fmt.Sprintf("88.9/%d", j)
				eventually(t, "all replicas have the last change", func() bool {
					return load(t, s, handle).Change == load(t, stores[0], handle).Change
				})
			}
		}
	})
}
