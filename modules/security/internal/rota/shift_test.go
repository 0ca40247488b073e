package rota

import (
	"errors"
	"slices"
	"testing"
	"time"

	"linghang/kernel/fault"
)

func day(hour int) time.Time {
	return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
}

func keyOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}

func TestPlanGoesByTurns(t *testing.T) {
	list, err := Plan{Persons: []string{"a", "b", "c"}, From: day(8), Hours: 24, Count: 7}.spans(day(0))
	if err != nil {
		t.Fatal(err)
	}
	turns := ""
	for i, s := range list {
		turns += s.person
		if !s.from.Equal(day(8+24*i)) || !s.until.Equal(day(32+24*i)) {
			t.Errorf("shift %d is from %s until %s", i, s.from, s.until)
		}
	}
	if turns != "abcabca" {
		t.Errorf("turns are %s", turns)
	}
}

func TestPlansThatAreRefused(t *testing.T) {
	good := Plan{Persons: []string{"a"}, From: day(8), Hours: 12, Count: 2}
	for name, x := range map[string]struct {
		change func(*Plan)
		field  string
	}{
		"nobody":           {func(p *Plan) { p.Persons = nil }, "body.persons"},
		"no time":          {func(p *Plan) { p.Hours = 0 }, "body.hours"},
		"longer than that": {func(p *Plan) { p.Hours = 73 }, "body.hours"},
		"none":             {func(p *Plan) { p.Count = 0 }, "body.count"},
		"too many":         {func(p *Plan) { p.Count = 401 }, "body.count"},
		"over already":     {func(p *Plan) { p.From = day(-12) }, "body.from"},
		"next year":        {func(p *Plan) { p.From = day(24 * 366) }, "body.from"},
	} {
		p := good
		x.change(&p)
		_, err := p.spans(day(0))
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Location != x.field {
			t.Errorf("%s: %v, want a refusal of %s", name, err, x.field)
		}
	}
}

func TestNobodyHasTwoShiftsAtOnce(t *testing.T) {
	there := []Shift{{person: "person:a", From: day(8), Until: day(20)}}
	for _, x := range []struct {
		s    span
		want bool
	}{
		{span{"a", day(19), day(21)}, true},
		{span{"a", day(0), day(9)}, true},
		{span{"a", day(20), day(32)}, false},
		{span{"a", day(0), day(8)}, false},
		{span{"b", day(8), day(20)}, false},
	} {
		if _, got := clash([]span{x.s}, there); got != x.want {
			t.Errorf("%+v beside %+v: %v", x.s, there[0], got)
		}
	}
}

func TestGaps(t *testing.T) {
	shift := func(from, until int) Shift { return Shift{From: day(from), Until: day(until)} }
	for name, x := range map[string]struct {
		list []Shift
		want []Gap
	}{
		"nobody":         {nil, []Gap{{day(0), day(48)}}},
		"always":         {[]Shift{shift(-4, 20), shift(20, 60)}, []Gap{}},
		"a night":        {[]Shift{shift(-4, 20), shift(32, 60)}, []Gap{{day(20), day(32)}}},
		"two beside":     {[]Shift{shift(0, 40), shift(1, 10), shift(41, 48)}, []Gap{{day(40), day(41)}}},
		"from later on":  {[]Shift{shift(50, 60)}, []Gap{{day(0), day(48)}}},
		"until the end":  {[]Shift{shift(0, 30)}, []Gap{{day(30), day(48)}}},
		"ended long ago": {[]Shift{shift(-30, -6), shift(0, 48)}, []Gap{}},
	} {
		if got := gaps(x.list, day(0), day(48)); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

func TestHandOver(t *testing.T) {
	x := Shift{person: "person:a", From: day(8), Until: day(20)}
	for name, s := range map[string]struct {
		actor, note string
		at          time.Time
		want        string
	}{
		"somebody else":  {"person:b", "none", day(19), "security.shift.own"},
		"before it":      {"person:a", "none", day(7), "security.shift.time"},
		"long after":     {"person:a", "none", day(45), "security.shift.time"},
		"without a word": {"person:a", " ", day(19), "security.shift.note"},
		"at its end":     {"person:a", "two notices are open", day(20), ""},
	} {
		if _, err := x.handOver(s.actor, s.note, s.at); keyOf(err) != s.want {
			t.Errorf("%s: %v, want %q", name, err, s.want)
		}
	}
	if _, err := x.takeOver("person:b", "b", day(20)); keyOf(err) != "security.shift.not_handed" {
		t.Errorf("taken over before it was handed over: %v", err)
	}
	handed, err := x.handOver("person:a", "two notices are open", day(20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handed.takeOver("person:a", "a", day(20)); keyOf(err) != "security.shift.next" {
		t.Errorf("taken over by oneself: %v", err)
	}
	taken, err := handed.takeOver("person:b", "b", day(20))
	if err != nil || taken.TakenBy != "b" {
		t.Fatalf("%+v, %v", taken, err)
	}
	if _, err := taken.takeOver("person:c", "c", day(20)); keyOf(err) != "security.shift.taken" {
		t.Errorf("taken over twice: %v", err)
	}
	if _, err := taken.handOver("person:a", "more", day(21)); keyOf(err) != "security.shift.time" {
		t.Errorf("handed over again: %v", err)
	}
}
