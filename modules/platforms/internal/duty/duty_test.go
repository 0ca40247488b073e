package duty

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

func team(names string) []Member {
	var list []Member
	for n := range strings.FieldsSeq(names) {
		list = append(list, Member{n, n})
	}
	return list
}

func in(t *testing.T, text string) time.Time {
	t.Helper()
	z, err := zoneOf(Usual)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func anybody(string) bool { return true }

func TestTheFirstLayerThatHasSomebodyWinsAndOverridesStandAbove(t *testing.T) {
	r := Rota{Zone: Usual, Layers: []Layer{
		{Members: team("a b"), Handover: "daily", At: "09:00", Begins: "2026-03-02", Only: &Hours{Days: []int{1, 2, 3, 4, 5}, From: "09:00", To: "18:00"}},
		{Members: team("n m"), Handover: "weekly", At: "08:00", Begins: "2026-03-02"},
	}}
	x := NewRoster(r, []Override{
		{Person: Member{"o", "o"}, From: in(t, "2026-03-03 10:00"), To: in(t, "2026-03-03 12:00")},
		{Person: Member{"p", "p"}, From: in(t, "2026-03-03 11:00"), To: in(t, "2026-03-03 11:30")},
	})
	for at, want := range map[string]string{
		"2026-03-02 07:59": "", "2026-03-02 08:30": "n", "2026-03-02 09:00": "a", "2026-03-02 17:59": "a", "2026-03-02 18:00": "n", "2026-03-03 09:00": "b",
		"2026-03-03 10:00": "o", "2026-03-03 11:15": "p", "2026-03-03 11:30": "o", "2026-03-03 12:00": "b", "2026-03-07 12:00": "n", "2026-03-09 08:00": "m", "2026-03-09 09:00": "b",
	} {
		if d := x.OnDuty(in(t, at)); d.Person.ID != want || d.Override != (want == "o" || want == "p") {
			t.Errorf("%s: %+v, want %q", at, d, want)
		}
	}
	shifts := x.Shifts(in(t, "2026-03-02 00:00"), in(t, "2026-03-04 00:00"))
	var got []string
	for _, s := range shifts {
		got = append(got, fmt.Sprintf("%s %s %d", s.From.In(x.layers[0].zone).Format("02T15:04"), s.Person.ID, s.Layer))
	}
	if g := strings.Join(got, ", "); g != "02T00:00  0, 02T08:00 n 2, 02T09:00 a 1, 02T18:00 n 2, 03T09:00 b 1, 03T10:00 o 0, 03T11:00 p 0, 03T11:30 o 0, 03T12:00 b 1, 03T18:00 n 2" {
		t.Errorf("shifts %s", g)
	}
	if layer := x.Layer(1).Shifts(in(t, "2026-03-02 00:00"), in(t, "2026-03-04 00:00")); len(layer) != 2 || !layer[0].Nobody() || layer[1].Person.ID != "n" {
		t.Errorf("layer %+v", layer)
	}
}

// Handover is when the wall clock shows it, on the days that have 23 or 25 hours too.
func TestHandoverFollowsTheWallClock(t *testing.T) {
	for _, c := range []struct{ zone, begins, at, turn, want string }{
		{"Europe/Berlin", "2026-03-28", "09:00", "2026-03-29", "2026-03-29T07:00:00Z"}, // 23 hours after
		{"Europe/Berlin", "2026-03-28", "02:30", "2026-03-29", "2026-03-29T01:00:00Z"}, // skipped: when the clock is put forward
		{"Europe/Berlin", "2026-10-24", "02:30", "2026-10-25", "2026-10-25T00:30:00Z"}, // twice: the first
		{"Europe/Berlin", "2026-10-24", "09:00", "2026-10-25", "2026-10-25T08:00:00Z"},
		{"America/New_York", "2026-03-07", "02:00", "2026-03-08", "2026-03-08T07:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-03", "02:15", "2026-10-04", "2026-10-03T15:30:00Z"}, // by half an hour
		{"Africa/Cairo", "2026-04-23", "00:00", "2026-04-24", "2026-04-23T22:00:00Z"},        // no midnight
		{Usual, "2026-03-28", "09:00", "2026-03-29", "2026-03-29T01:00:00Z"},
	} {
		z, err := zoneOf(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		r := rotationOf(Layer{Members: team("a b"), Handover: "daily", At: c.at, Begins: c.begins}, z)
		if got := r.begins(1).Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.zone, c.turn, c.at, got, c.want)
		}
		if before, after := r.turn(r.begins(1).Add(-time.Second)), r.turn(r.begins(1)); before != 0 || after != 1 {
			t.Errorf("%s: turns %d and %d", c.zone, before, after)
		}
	}
}

func randomRota(rng *rand.Rand) Rota {
	zones := []string{Usual, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Santiago"}
	r := Rota{Name: lang.Text{ZH: "r"}, Zone: zones[rng.IntN(len(zones))]}
	clock := func() string { return fmt.Sprintf("%02d:%02d", rng.IntN(24), rng.IntN(4)*15) }
	for i := range 1 + rng.IntN(3) {
		l := Layer{Handover: []string{"daily", "weekly"}[rng.IntN(2)], At: clock(), Begins: time.Date(2026, 1, 1+rng.IntN(300), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}
		for k := range 1 + rng.IntN(5) {
			id := fmt.Sprintf("%d-%d", i, k)
			l.Members = append(l.Members, Member{id, id})
		}
		if rng.IntN(2) == 0 {
			l.Only = &Hours{From: clock(), To: clock()}
			for d := 1; d <= 7; d++ {
				if rng.IntN(2) == 0 || d == 7 && len(l.Only.Days) == 0 {
					l.Only.Days = append(l.Only.Days, d)
				}
			}
		}
		r.Layers = append(r.Layers, l)
	}
	return r
}

func TestShiftsTileTheSpanAndAgreeWithWhoIsOnDuty(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		r := randomRota(rng).Tidy()
		if err := r.Check(anybody); err != nil {
			t.Fatalf("%+v: %v", r, fault.As(err).Fields)
		}
		from := time.Date(2026, 1, 1+rng.IntN(360), rng.IntN(24), rng.IntN(60), 0, 0, time.UTC)
		to := from.Add(time.Duration(1+rng.IntN(40*24)) * time.Hour)
		var overrides []Override
		for i := range rng.IntN(4) {
			at := from.Add(time.Duration(rng.IntN(1000)-100) * time.Hour)
			overrides = append(overrides, Override{Person: Member{ID: fmt.Sprint("o", i)}, From: at, To: at.Add(time.Duration(1+rng.IntN(100)) * time.Hour)})
		}
		x := NewRoster(r, overrides)
		shifts := x.Shifts(from, to)
		at := from
		for i, s := range shifts {
			if !s.From.Equal(at) || !s.To.After(s.From) || (i > 0 && shifts[i-1].Duty == s.Duty) {
				t.Fatalf("%+v: shift %d of %+v", r, i, shifts)
			}
			at = s.To
		}
		if !at.Equal(to) {
			t.Fatalf("shifts end at %v, not %v", at, to)
		}
		for range 50 {
			at := from.Add(rand.N(to.Sub(from)))
			for _, s := range shifts {
				if !at.Before(s.From) && at.Before(s.To) && x.OnDuty(at) != s.Duty {
					t.Fatalf("%+v: at %v %+v is on duty, by the shifts %+v", r, at, x.OnDuty(at), s.Duty)
				}
			}
		}
	}
}

func TestAfterAWholeCycleEverybodyHadTheSameNumberOfTurns(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		r := randomRota(rng)
		l := r.Layers[0]
		l.Only = nil
		z, err := zoneOf(r.Zone)
		if err != nil {
			t.Fatal(err)
		}
		one := rotationOf(l, z)
		cycles := 1 + rng.IntN(4)
		first := rng.IntN(30)
		x := Roster{layers: []rotation{one}}
		turns := map[string]int{}
		for n := range cycles * len(l.Members) {
			middle := one.begins(first + n).Add(one.begins(first+n+1).Sub(one.begins(first+n)) / 2)
			turns[x.OnDuty(middle).Person.ID]++
		}
		for _, m := range l.Members {
			if turns[m.ID] != cycles {
				t.Fatalf("%+v: %v after %d cycles", l, turns, cycles)
			}
		}
	}
}

func TestARotaThatWouldNotDoIsRefusedWithItsPlaces(t *testing.T) {
	good := Rota{Name: lang.Text{EN: "R"}, Layers: []Layer{{Members: team("a"), Handover: "daily", At: "09:00", Begins: "2026-03-02", Only: &Hours{Days: []int{5, 1, 5}, From: "09:00", To: "09:00"}}}}.Tidy()
	if err := good.Check(anybody); err != nil || good.Zone != Usual || good.Name.ZH != "R" || fmt.Sprint(good.Layers[0].Only.Days) != "[1 5]" {
		t.Errorf("%+v: %v", good, err)
	}
	bad := Rota{Zone: "Mars/Phobos", Layers: []Layer{
		{Handover: "hourly", At: "9:00", Begins: "2026-02-30", Only: &Hours{From: "x", To: "09:00", Days: []int{8}}},
		{Members: team("stranger"), Handover: "daily", At: "09:00", Begins: "2026-03-02"},
	}}
	var at []string
	for _, f := range fault.As(bad.Check(func(id string) bool { return id != "stranger" })).Fields {
		at = append(at, f.Location)
	}
	want := "body.name body.zone body.layers[0].members body.layers[0].handover body.layers[0].at body.layers[0].begins body.layers[0].only.from body.layers[0].only.days body.layers[1].members"
	if g := strings.Join(at, " "); g != want {
		t.Errorf("places %s", g)
	}
	if x := NewRoster(bad, nil); !x.OnDuty(time.Now()).Nobody() && x.OnDuty(time.Now()).Layer == 1 {
		t.Error("a layer that cannot be read has somebody on duty")
	}
	now := time.Now()
	for _, o := range []Override{{Person: Member{ID: "a"}, From: now, To: now.Add(time.Hour)}, {Person: Member{ID: "stranger"}, From: now, To: now, Reason: "x"}} {
		if o.Check(now, func(id string) bool { return id == "a" }) == nil {
			t.Errorf("override %+v", o)
		}
	}
}

func TestAPolicyGoesThroughItsStepsOnceEachAndRepeats(t *testing.T) {
	p := Policy{Name: lang.Text{ZH: "p"}, Repeat: 1, Pause: 30, Limit: 60, Steps: []Step{{After: 0, Route: true}, {After: 10, Rotas: []string{"r"}}, {After: 20, Rotas: []string{"r"}}}}.Tidy()
	if err := p.Check(anybody, anybody); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	open := Situation{Policy: "P", Open: true}
	run := p.Begin(open, nil, now)
	var told []string
	for m := range 300 {
		at := now.Add(time.Duration(m) * time.Minute)
		if again := p.Begin(open, run, at); again != run {
			t.Fatalf("another run: %+v", again)
		}
		for {
			step, round, ok := p.Due(*run, at)
			if !ok {
				break
			}
			told = append(told, fmt.Sprintf("%d:%d@%d", round, step, m))
			next := p.Next(*run, round != 1 || step != 0, at) // the first of the second round reaches nobody
			run = &next
		}
	}
	if g := strings.Join(told, " "); g != "0:0@0 0:1@10 0:2@30 1:0@60 1:1@60 1:2@80" || !p.Over(*run) {
		t.Errorf("told %s", g)
	}
	claimed := Situation{Policy: "P", Open: true, Claimed: now}
	if r := p.Begin(claimed, run, now.Add(59*time.Minute)); r != nil {
		t.Errorf("it escalates though somebody took it: %+v", r)
	}
	r := p.Begin(claimed, nil, now.Add(61*time.Minute))
	if r == nil || !r.Claimed || !r.Since.Equal(now.Add(time.Hour)) || p.Begin(claimed, r, now.Add(90*time.Minute)) != r {
		t.Errorf("it does not escalate again: %+v", r)
	}
	if again := p.Begin(Situation{Policy: "P", Open: true, Claimed: now.Add(time.Hour)}, r, now.Add(3*time.Hour)); again == r || again == nil {
		t.Error("who took it over later has no time of their own")
	}
	if p.Begin(Situation{Policy: "P"}, run, now) != nil || p.Begin(Situation{Open: true}, run, now) != nil {
		t.Error("a quiet alert escalates, or one without a policy")
	}
}

func TestAPolicyThatWouldNotDoIsRefusedWithItsPlaces(t *testing.T) {
	p := Policy{Repeat: 10, Limit: -1, Steps: []Step{{After: 0}, {After: 0, Rotas: []string{"gone"}, Persons: team("stranger")}}}
	no := func(string) bool { return false }
	var at []string
	for _, f := range fault.As(p.Check(no, no)).Fields {
		at = append(at, f.Location)
	}
	if g := strings.Join(at, " "); g != "body.name body.steps[0].rotas body.steps[1].after body.steps[1].rotas body.steps[1].persons body.repeat body.pause body.limit" {
		t.Errorf("places %s", g)
	}
}
