package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// hands is a clock that a test turns.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) turn(by time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(by)
}

// desk is clocks with what they said.
type desk struct {
	*Clocks
	*hands
	mu    sync.Mutex
	fired []string
}

func (d *desk) Now() time.Time { return d.hands.Now() }

func (d *desk) said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.fired)
}

func newDesk(t *testing.T, db *sqldb.DB) *desk {
	t.Helper()
	h := &hands{now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)} // Monday, 10:00 in the city
	kit := &module.Kit{DB: db, Log: slog.New(slog.DiscardHandler), Fit: func(context.Context) error { return nil }}
	d := &desk{Clocks: New(kit, h.Now), hands: h}
	for _, obligation := range []string{"notice.acknowledge", "notice.feedback", "incident.report", "protection.zero"} {
		d.On(obligation, func(_ context.Context, _ *sqldb.Tx, f Fired) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.fired = append(d.fired, fmt.Sprintf("%s %g +%s", f.Clock.Object, f.Part, f.LateBy))
			return nil
		})
	}
	return d
}

func (d *desk) begin(t *testing.T, s Start) Clock {
	t.Helper()
	s.At = d.Now()
	var out Clock
	err := d.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) (err error) {
		out, _, err = d.Begin(t.Context(), tx, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (d *desk) write(t *testing.T, do func(tx *sqldb.Tx) error) {
	t.Helper()
	if err := d.kit.DB.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// fireAll fires until nothing is due.
func (d *desk) fireAll(t *testing.T) {
	t.Helper()
	for {
		before := len(d.said())
		if _, err := d.fire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(d.said()) == before {
			return
		}
	}
}

func each(t *testing.T, test func(t *testing.T, d *desk)) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) { test(t, newDesk(t, db)) })
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("fired\n%q\nnot\n%q", got, want)
	}
}

func grave(object string) Start {
	return Start{Object: object, OrganisationID: "o1", Obligation: "notice.acknowledge", Level: rating.Major} // 30 minutes
}

func TestClocksFireInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.begin(t, grave("a"))
		d.fireAll(t)
		expect(t, d.said())
		d.turn(15 * time.Minute)
		d.fireAll(t)
		d.fireAll(t)
		expect(t, d.said(), "a 0.5 +0s")
		d.turn(15 * time.Minute)
		d.fireAll(t)
		expect(t, d.said(), "a 0.5 +0s", "a 1 +0s")
	})
}

// What should have fired while nobody ran fires once, in its order, and tells how late it is.
func TestWhatWasMissedFiresOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.begin(t, grave("a"))
		d.turn(time.Minute)
		d.begin(t, grave("b"))
		d.turn(64 * time.Minute)
		d.fireAll(t)
		expect(t, d.said(), "a 0.5 +50m0s", "b 0.5 +49m0s", "a 1 +35m0s", "b 1 +34m0s", "a 2 +5m0s", "b 2 +4m0s")
	})
}

func TestWhatIsMetSaysNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.begin(t, grave("a"))
		d.turn(20 * time.Minute)
		d.write(t, func(tx *sqldb.Tx) error {
			k, found, err := d.Meet(t.Context(), tx, "a", "notice.acknowledge", d.Now())
			if !found || k.Overdue(d.Now()) {
				t.Errorf("met: found %v, overdue %v", found, k.Overdue(d.Now()))
			}
			return err
		})
		d.turn(time.Hour)
		d.fireAll(t)
		expect(t, d.said())
		list, err := d.Of(t.Context(), "a")
		if err != nil || len(list["a"]) != 1 || list["a"][0].State != Met || list["a"][0].Overdue(d.Now()) {
			t.Errorf("clocks %+v, %v", list, err)
		}
		d.write(t, func(tx *sqldb.Tx) error {
			if _, found, err := d.Meet(t.Context(), tx, "a", "notice.acknowledge", d.Now()); found || err != nil {
				t.Errorf("met twice: %v, %v", found, err)
			}
			return nil
		})
	})
}

// Two processes that both fire say each thing once.
func TestReplicasFireEachStepOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		other := newDesk(t, d.kit.DB)
		for i := range 60 {
			d.begin(t, grave(fmt.Sprintf("o%02d", i)))
		}
		d.turn(40 * time.Minute)
		other.turn(40 * time.Minute)
		var both sync.WaitGroup
		for _, one := range []*desk{d, other} {
			both.Go(func() {
				for range 6 {
					if _, err := one.fire(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		all := slices.Sorted(slices.Values(append(d.said(), other.said()...)))
		if len(all) != 120 || len(slices.Compact(slices.Clone(all))) != 120 {
			t.Errorf("said %d things, %d different ones, of 120", len(all), len(slices.Compact(all)))
		}
	})
}

// One that cannot fire does not keep the others, and is tried again.
func TestOneThatFailsKeepsNobody(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		broken := true
		d.On("notice.feedback", func(context.Context, *sqldb.Tx, Fired) error {
			if broken {
				return errors.New("out of order")
			}
			d.fired = append(d.fired, "mended")
			return nil
		})
		d.begin(t, Start{Object: "bad", OrganisationID: "o1", Obligation: "notice.feedback", Level: rating.Extreme})
		d.begin(t, grave("good"))
		d.turn(2 * time.Hour)
		for range 8 {
			if _, err := d.fire(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		// The first attempt was rolled back with the one that fails; this list is not.
		expect(t, slices.Compact(d.said()), "good 0.5 +1h45m0s", "good 1 +1h30m0s", "good 2 +1h0m0s", "good 4 +0s")
		if d.failures.Load() == 0 {
			t.Error("the failure was not counted")
		}
		broken = false
		d.turn(pauseAfter)
		if _, err := d.fire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(d.said(), "mended") {
			t.Error("it was not tried again")
		}
	})
}

func TestRaisingShortensAndNeverLengthens(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		begun := d.begin(t, Start{Object: "a", OrganisationID: "o1", Obligation: "notice.acknowledge", Level: rating.Large}) // 2 h
		d.turn(40 * time.Minute)
		relevel := func(l rating.Level) Clock {
			d.write(t, func(tx *sqldb.Tx) error { return d.Relevel(t.Context(), tx, l, "a") })
			list, err := d.Of(t.Context(), "a")
			if err != nil || len(list["a"]) != 1 {
				t.Fatalf("clocks %v, %v", list, err)
			}
			return list["a"][0]
		}
		if k := relevel(rating.Ordinary); !k.DueAt.Equal(begun.DueAt) || k.Level != rating.Large {
			t.Errorf("a lighter level changed what runs: %+v", k)
		}
		raised := relevel(rating.Extreme)
		if want := begun.StartedAt.Add(15 * time.Minute); !raised.DueAt.Equal(want) {
			t.Errorf("due at %s, not %s", raised.DueAt, want)
		}
		d.fireAll(t)
		// The end lies behind already, and is told all the same; the reminder before it is not.
		expect(t, d.said(), "a 1 +25m0s", "a 2 +10m0s")
	})
}

func TestPuttingOff(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		begun := d.begin(t, grave("a"))
		legal := d.begin(t, Start{Object: "i", OrganisationID: "o1", Obligation: "incident.report", Kind: "cii", Level: rating.Large})
		d.turn(20 * time.Minute)
		put := func(object, obligation string, until time.Time) error {
			return d.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
				_, err := d.PutOff(t.Context(), tx, object, obligation, until, "the gate is locked")
				return err
			})
		}
		if err := put("i", "incident.report", legal.DueAt.Add(time.Hour)); err == nil {
			t.Error("a legal clock was put off")
		}
		if err := put("a", "notice.acknowledge", begun.DueAt); err == nil {
			t.Error("a clock was put off to when it is due already")
		}
		if err := put("a", "notice.acknowledge", begun.DueAt.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		d.turn(15 * time.Minute) // behind the first end
		d.fireAll(t)
		expect(t, d.said(), "i 0.25 +20m0s", "i 0.5 +5m0s")
		d.turn(55 * time.Minute)
		d.fireAll(t)
		if !slices.Contains(d.said(), "a 1 +0s") {
			t.Errorf("the new end did not fire: %q", d.said())
		}
	})
}

func TestDrillsRunFaster(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s := grave("drill")
		s.Drill, s.Pace = "d1", 10
		if k := d.begin(t, s); k.DueAt.Sub(k.StartedAt) != 3*time.Minute || k.Drill != "d1" {
			t.Errorf("a drill at ten times: %+v", k)
		}
	})
}

// What was begun and not committed never was.
func TestWhatIsRolledBackDoesNotRun(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		no := errors.New("no")
		err := d.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			s := grave("a")
			s.At = d.Now()
			_, _, err := d.Begin(t.Context(), tx, s)
			return errors.Join(err, no)
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		d.turn(time.Hour)
		d.fireAll(t)
		expect(t, d.said())
	})
}

// The loop fires what becomes due, and what is begun while it waits.
func TestRunFires(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		d.begin(t, grave("a"))
		d.turn(16 * time.Minute)
		kerneltest.Wait(t, "the reminder", func() bool { return len(d.said()) == 1 })
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Where a rule leaves it to whoever begins a clock until when it runs, they say so; elsewhere nobody does.
func TestTheEndOfTheTimeIsGiven(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		now := d.Now()
		given := Start{Object: "a", OrganisationID: "o1", Obligation: "protection.zero", At: now, Due: now.Add(4 * time.Hour)}
		later, never, legal := given, given, grave("c")
		later.Object, later.At, later.Due = "b", now.Add(-8*time.Hour), now.Add(-time.Hour)
		never.Object, never.Due = "never", time.Time{}
		legal.At, legal.Due = now, now.Add(time.Hour)
		d.write(t, func(tx *sqldb.Tx) error {
			list, err := d.BeginAll(t.Context(), tx, []Start{given, later})
			if err == nil && !list[0].DueAt.Equal(given.Due) {
				t.Errorf("it is due at %s", list[0].DueAt)
			}
			return err
		})
		for _, s := range []Start{never, legal} {
			err := d.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
				_, _, err := d.Begin(t.Context(), tx, s)
				return err
			})
			if err == nil {
				t.Errorf("%s is begun until %s", s.Obligation, s.Due)
			}
		}
		d.fireAll(t)
		expect(t, d.said(), "b 0.75 +2h45m0s", "b 0.9 +1h42m0s", "b 1 +1h0m0s", "b 1.05 +39m0s")
		d.turn(3 * time.Hour)
		d.fireAll(t)
		if got := d.said()[4:]; len(got) != 2 || !strings.HasPrefix(got[0], "b 1.15 ") || got[1] != "a 0.75 +0s" {
			t.Errorf("then fired %q", got)
		}
	})
}
