package ferry

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/second"
)

// Of many who claim at once one reads a source.
func TestOneReadsASource(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		s := NoticeSource{ID: "source", Hand: second.Hand{Confirmed: true}, NoticeSourceSpec: NoticeSourceSpec{Name: "省级平台", Way: ByTAXII, Root: "https://example.org/", Collection: "x", Auth: peer.NoAuth, Every: 1, Upper: true}}
		now := time.Now()
		if err := (store{db}).insert(t.Context(), s, now, func(context.Context, *sqldb.Tx, NoticeSource) error { return nil }); err != nil {
			t.Fatal(err)
		}
		for round := range 20 {
			now = now.Add(2 * peer.LeaseFor)
			var got atomic.Int64
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					list, err := store{db}.claim(t.Context(), now, sourcesAtOnce)
					if err != nil {
						t.Error(err)
					}
					got.Add(int64(len(list)))
				})
			}
			if all.Wait(); got.Load() != 1 {
				t.Fatalf("in round %d %d read the source", round, got.Load())
			}
		}
	})
}
