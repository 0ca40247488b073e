package letter_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/letter"
	"linghang/kernel/sqldb"
)

type sold struct {
	Number int    `json:"number"`
	Broken string `json:"broken,omitempty"`
}

func (sold) Subject() string { return "shop.item.sold" }

// misread is of the same subject and of another form.
type misread struct {
	Number string `json:"number"`
}

func (misread) Subject() string { return sold{}.Subject() }

// post is a bus with a box behind it, a sender and a receiver.
type post struct {
	box      *letter.Box
	sender   *sqldb.DB
	receiver *sqldb.DB
	mended   atomic.Bool
}

const items = `-- +goose Up
CREATE TABLE item (n BIGINT NOT NULL);
`

func open(t *testing.T, db *sqldb.DB, cfg letter.Config) *post {
	t.Helper()
	p := &post{
		box:      letter.NewBox(db, audit.NewLog(db), cfg, slog.New(slog.DiscardHandler)),
		sender:   kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, nil),
		receiver: kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, fstest.MapFS{"0001_items.sql": {Data: []byte(items)}}),
	}
	b, err := bus.Open(t.Context(), bus.Config{Dir: t.TempDir(), Park: p.box.Park}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.box.Open(b)
	ctx, stop := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loops.Go(func() { b.Relay(ctx, p.sender, nil) })
	loops.Go(func() { p.box.Run(ctx) })
	s := bus.On(p.handle)
	p.box.Serve("till", s)
	if err := b.Subscribe(ctx, "till", s); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); loops.Wait(); b.Close() })
	return p
}

func (p *post) handle(ctx context.Context, e sold) error {
	if e.Broken != "" && !p.mended.Load() {
		return errors.New(e.Broken)
	}
	return p.receiver.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO item (n) VALUES ($1)`, e.Number)
		return err
	})
}

func (p *post) emit(t *testing.T, events ...bus.Event) {
	t.Helper()
	if err := p.sender.Write(t.Context(), func(tx *sqldb.Tx) error { return tx.Emit(t.Context(), events...) }); err != nil {
		t.Fatal(err)
	}
}

// applied counts how often an item was booked.
func (p *post) applied(t *testing.T, number int) (n int) {
	t.Helper()
	if err := p.receiver.QueryRow(context.Background(), `SELECT COUNT(*) FROM item WHERE n = $1`, number).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (p *post) letters(t *testing.T, state string) []letter.Letter {
	t.Helper()
	page, err := p.box.List(context.Background(), letter.Params{State: state})
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

func TestAFailingDeliveryIsParkedHoldsUpNoOtherAndIsReplayed(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		t.Parallel()
		p := open(t, db, letter.Config{RetryFor: time.Nanosecond})
		p.emit(t, sold{Number: 1, Broken: "no such shelf"}, misread{"text"}, sold{Number: 2})
		kerneltest.Wait(t, "the good one", func() bool { return p.applied(t, 2) == 1 })
		kerneltest.Wait(t, "the bad ones to be dead", func() bool { return len(p.letters(t, "dead")) == 2 })
		var broken letter.Letter
		for _, l := range p.letters(t, "dead") {
			if l.Error == "no such shelf" {
				broken = l
			}
		}
		if broken.Tries != bus.QuickTries || broken.Subject != "shop.item.sold" || broken.Consumer != "till-shop-item-sold" {
			t.Errorf("the letter says %+v", broken)
		}
		if _, data, err := p.box.Read(t.Context(), broken.ID); err != nil || data != `{"number":1,"broken":"no such shelf"}` {
			t.Errorf("it holds %s, %v", data, err)
		}
		// A replay that fails again is dead again; one that goes well is handled once.
		replay(t, p, broken.ID)
		kerneltest.Wait(t, "the replay to fail", func() bool {
			l, _, err := p.box.Read(t.Context(), broken.ID)
			return err == nil && l.State == letter.Dead && l.Tries == bus.QuickTries+1
		})
		p.mended.Store(true)
		replay(t, p, broken.ID)
		kerneltest.Wait(t, "the replay to be handled", func() bool { return len(p.letters(t, "handled")) == 1 })
		if n := p.applied(t, 1); n != 1 {
			t.Errorf("applied %d times", n)
		}
		discard(t, p, db)
	})
}

func replay(t *testing.T, p *post, id string) {
	t.Helper()
	if n, err := p.box.Replay(t.Context(), []string{id, "none"}); n != 1 || err != nil {
		t.Errorf("replay: %d, %v", n, err)
	}
}

// discard gives the letter up that cannot be read.
func discard(t *testing.T, p *post, db *sqldb.DB) {
	t.Helper()
	id := p.letters(t, "dead")[0].ID
	if n, err := p.box.Discard(t.Context(), []string{id}, "sent by a test"); n != 1 || err != nil {
		t.Errorf("discard: %d, %v", n, err)
	}
	if _, err := p.box.Discard(t.Context(), []string{id}, "again"); !fault.Is(err, fault.Conflict) {
		t.Errorf("discard twice: %v", err)
	}
	page, err := audit.NewLog(db).List(identity.With(t.Context(), identity.Identity{Scope: identity.Scope{All: true}}), audit.Params{Object: "letter:" + id})
	if err != nil || len(page.Items) != 1 || page.Items[0].Detail != "sent by a test" {
		t.Errorf("the audit log says %+v, %v", page.Items, err)
	}
}

func TestALetterThatWaitsIsTriedAgainByItself(t *testing.T) {
	p := open(t, kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations()), letter.Config{})
	p.emit(t, sold{Number: 1, Broken: "not now"})
	kerneltest.Wait(t, "the letter to wait", func() bool { return len(p.letters(t, "waiting")) == 1 })
	if waiting, dead, err := p.box.Counts(t.Context()); waiting != 1 || dead != 0 || err != nil {
		t.Errorf("%d waiting, %d dead, %v", waiting, dead, err)
	}
	p.mended.Store(true)
	kerneltest.Wait(t, "the next try", func() bool { return len(p.letters(t, "handled")) == 1 && p.applied(t, 1) == 1 })
}

func TestTheBackOffGrowsAndEnds(t *testing.T) {
	first := time.Now()
	total, tries := time.Duration(0), bus.QuickTries
	for last := time.Duration(0); ; tries++ {
		next, state := letter.After(first, first.Add(total), tries, false, letter.RetryFor)
		if state == letter.Dead {
			break
		}
		pause := next.Sub(first.Add(total))
		if pause < last {
			t.Errorf("after %d tries the pause is %s, before it was %s", tries, pause, last)
		}
		last, total = pause, total+pause
	}
	if total < 45*time.Minute || total > letter.RetryFor || tries > 20 {
		t.Errorf("%d tries within %s", tries, total)
	}
	if _, state := letter.After(first, first, 1, true, letter.RetryFor); state != letter.Dead {
		t.Errorf("what cannot be read is %s", state)
	}
}
