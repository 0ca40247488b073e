package duty

import (
	"errors"
	"testing"
	"time"

	"linghang/kernel/fault"
)

func at(hour int) time.Time {
	return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
}

func keyOf(err error) string {
	if f, is := errors.AsType[*fault.Error](err); is {
		return f.Key
	}
	return ""
}

func TestWhoHandsOver(t *testing.T) {
	shifts := []Shift{{"a", "A", at(0), at(12)}, {"", "nobody", at(12), at(24)}, {"b", "B", at(24), at(36)}}
	for name, x := range map[string]struct {
		person, note string
		at           int
		want         string
	}{
		"on duty":               {"a", "two are open", 6, ""},
		"within a day after":    {"a", "two are open", 35, ""},
		"later":                 {"a", "two are open", 36, "security.duty.own"},
		"before it begins":      {"b", "two are open", 6, "security.duty.own"},
		"nobody is somebody":    {"", "two are open", 13, "security.duty.own"},
		"without a word":        {"a", "  ", 6, "security.duty.note"},
		"who has no shift":      {"c", "two are open", 6, "security.duty.own"},
		"at its very beginning": {"b", "nothing is open", 24, ""},
	} {
		if _, err := written(x.note, shifts, x.person, at(x.at)); keyOf(err) != x.want {
			t.Errorf("%s: %v, want %q", name, err, x.want)
		}
	}
	if s, found := next(shifts, at(6), "a"); !found || s.PersonID != "b" {
		t.Errorf("next is %+v", s)
	}
	if s, found := next(shifts, at(30), "b"); found {
		t.Errorf("after the last comes %+v", s)
	}
}

func TestWhoTakesOver(t *testing.T) {
	h := Handover{actor: "person:a"}
	if _, err := h.take("person:a", "A", at(1)); keyOf(err) != "security.duty.next" {
		t.Errorf("by oneself: %v", err)
	}
	h, err := h.take("person:b", "B", at(1))
	if err != nil || h.TakenBy != "B" {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := h.take("person:c", "C", at(2)); keyOf(err) != "security.duty.taken" {
		t.Errorf("twice: %v", err)
	}
}
