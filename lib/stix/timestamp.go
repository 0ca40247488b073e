package stix

import (
	"fmt"
	"strings"
	"time"
)

// Timestamp is a time as it is written: RFC 3339 in UTC with Z, seconds with any
// number of decimal places. The text is kept, for its precision says something.
type Timestamp string

// NewTimestamp writes a time with decimal places of seconds, 0 to 9; created and
// modified need at least 3 (section 3.2).
func NewTimestamp(t time.Time, places int) Timestamp {
	layout := "2006-01-02T15:04:05"
	if places = min(max(places, 0), 9); places > 0 {
		layout += "." + strings.Repeat("0", places)
	}
	return Timestamp(t.UTC().Format(layout + "Z"))
}

// Time gives the time, to the nanosecond. A leap second is the second after it.
func (t Timestamp) Time() (time.Time, error) {
	text, ok := strings.CutSuffix(string(t), "Z")
	if !ok || len(text) < 19 || text[10] != 'T' {
		return time.Time{}, t.fault()
	}
	if len(text) > 19 && (text[19] != '.' || len(text) == 20 || strings.Trim(text[20:], "0123456789") != "") {
		return time.Time{}, t.fault()
	}
	leap := text[17:19] == "60"
	if leap {
		text = text[:17] + "59" + text[19:]
	}
	out, err := time.Parse("2006-01-02T15:04:05", text)
	if err != nil {
		return time.Time{}, t.fault()
	}
	if leap {
		out = out.Add(time.Second)
	}
	return out, nil
}

func (t Timestamp) fault() error {
	return fmt.Errorf("%.60q is no timestamp such as 2026-01-31T23:59:59.000Z", string(t))
}

// Places is the number of decimal places of seconds.
func (t Timestamp) Places() int {
	_, part, _ := strings.Cut(strings.TrimSuffix(string(t), "Z"), ".")
	return len(part)
}

// Compare gives -1, 0 or 1; more than nine decimal places count, too. What is
// no timestamp is compared as text.
func (t Timestamp) Compare(u Timestamp) int {
	a, errA := t.Time()
	b, errB := u.Time()
	if errA != nil || errB != nil {
		return strings.Compare(string(t), string(u))
	}
	if c := a.Compare(b); c != 0 {
		return c
	}
	return strings.Compare(t.beyond(), u.beyond())
}

// beyond is what follows the nanoseconds.
func (t Timestamp) beyond() string {
	if t.Places() <= 9 {
		return ""
	}
	_, part, _ := strings.Cut(strings.TrimSuffix(string(t), "Z"), ".")
	return strings.TrimRight(part[9:], "0")
}
