package health

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"linghang/kernel/lang"
)

func TestAComponentSaysSinceWhenItIsAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRegister()
		var turns []State
		r.OnChange(func(p Report) { turns = append(turns, p.State) })
		now := Finding{}
		r.Add(Component{ID: "bus", Check: func(context.Context) Finding { return now }})
		start := time.Now().UTC()
		f := func(f Finding, want State, since time.Duration) {
			t.Helper()
			time.Sleep(time.Minute)
			now = f
			got := r.Read(t.Context())[0]
			if got.State != want || !got.Since.Equal(start.Add(since)) {
				t.Errorf("after %+v: %s since %s, want %s since %s", f, got.State, got.Since.Sub(start), want, since)
			}
		}
		f(Finding{}, Good, 0)
		f(Failed(errors.New("gone"), lang.Text{}), Down, 2*time.Minute)
		f(Failed(errors.New("still gone"), lang.Text{}), Down, 2*time.Minute)
		f(Finding{State: Degraded}, Degraded, 4*time.Minute)
		f(Finding{State: Good}, Good, 5*time.Minute)
		if !slices.Equal(turns, []State{Down, Degraded, Good}) {
			t.Errorf("changes told: %v", turns)
		}
	})
}

func TestACheckThatHangsOrPanicsHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, start := NewRegister(), time.Now()
		forever := make(chan struct{})
		defer close(forever)
		r.Add(Component{ID: "hangs", Check: func(context.Context) Finding { <-forever; return Finding{} }})
		r.Add(Component{ID: "panics", Check: func(context.Context) Finding { panic("in a check") }})
		r.Add(Component{ID: "well", Check: func(context.Context) Finding { return Finding{} }})
		got := map[string]State{}
		for _, p := range r.Read(t.Context()) {
			got[p.ID] = p.State
		}
		if got["hangs"] != Down || got["panics"] != Down || got["well"] != Good {
			t.Errorf("states %v", got)
		}
		if took := time.Since(start); took > checkWait {
			t.Errorf("reading took %s", took)
		}
	})
}

func TestARoomSpeaksForItselfOnly(t *testing.T) {
	r := NewRegister()
	ours, theirs := r.Room("ours"), r.Room("theirs")
	ours.Add(Component{ID: "loop", Title: lang.Text{ZH: "循环", EN: "Loop"}})
	theirs.Set("loop", Finding{State: Down})
	r.Set("unknown", Finding{State: Down})
	if got := r.Last(); len(got) != 1 || got[0].State != Good {
		t.Errorf("%+v", got)
	}
	ours.Set("loop", Finding{State: Degraded})
	if got := r.Last(); got[0].ID != "ours.loop" || Worst(got) != Degraded {
		t.Errorf("%+v", got)
	}
}

func TestTheWorstComesFirst(t *testing.T) {
	r := NewRegister()
	for id, s := range map[string]State{"a": Good, "b": Down, "c": Degraded, "d": Down} {
		r.Add(Component{ID: id})
		r.Set(id, Finding{State: s})
	}
	order := ""
	for _, p := range r.Last() {
		order += p.ID
	}
	if order != "bdca" {
		t.Errorf("order %s", order)
	}
}
