package feed

import (
	"hash/maphash"
	"time"
)

// Bounds of what is kept for the next time.
const (
	recentPlaces = 1 << 9
	recentRules  = 1 << 7
	mostRecent   = 256      // octets of a text
	mostRule     = 4 * 1024 // octets of what an alert says of its rule
	ruleBegins   = 64       // octets in which its number stands
)

// recent is what was read before, and what was made of it: texts, addresses and rules come again and again
// in what a sensor writes. Each has one place, which another one of that place takes from it.
type recent struct {
	seed      maphash.Seed
	texts     [recentPlaces]string
	addresses [recentPlaces]struct{ text, address string }
	rules     [recentRules]recentRule
	hour      recentHour
}

// recentRule is what an alert says of its rule, which is the same each time, and what that means.
type recentRule struct {
	text string
	rule eveAlert
}

func (r *recent) place(of []byte) uint64 {
	if r.seed == (maphash.Seed{}) {
		r.seed = maphash.MakeSeed()
	}
	return maphash.Bytes(r.seed, of)
}

// text is a text of these octets.
func (r *recent) text(b []byte) string {
	if len(b) > mostRecent {
		return string(b)
	}
	at := &r.texts[r.place(b)%recentPlaces]
	if *at != string(b) {
		*at = string(b)
	}
	return *at
}

// address is a text as batches have addresses.
func (r *recent) address(text string) string {
	if len(text) > mostRecent {
		return address(text)
	}
	at := &r.addresses[r.place([]byte(text))%recentPlaces]
	if at.text != text {
		at.text, at.address = text, address(text)
	}
	return at.address
}

// rule is where that is kept with which a text begins, if it is.
func (r *recent) rule(text []byte) *recentRule {
	return &r.rules[r.place(text[:min(len(text), ruleBegins)])%recentRules]
}

func (k *recentRule) begins(text []byte) bool {
	return k.text != "" && len(k.text) <= len(text) && string(text[:len(k.text)]) == k.text
}

// A time of Suricata, which is RFC 3339 without the colon of the zone, and where its parts are.
const (
	suricataTime    = "2006-01-02T15:04:05.000000-0700"
	suricataMinutes = len("2006-01-02T15:")
	suricataZone    = len("2006-01-02T15:04:05.000000")
)

// recentHour is a time as it is written, and when the hour began in which it is.
type recentHour struct {
	text [len(suricataTime)]byte
	at   time.Time
}

// moment is a time as Suricata writes it: those of one hour differ in what is read quickly.
func (r *recent) moment(b []byte) (at time.Time, is bool) {
	if len(b) != len(suricataTime) {
		return at, false
	}
	in, is := inHour(b[suricataMinutes:suricataZone])
	if !is {
		return at, false
	}
	known := &r.hour
	if string(known.text[:suricataMinutes]) == string(b[:suricataMinutes]) && string(known.text[suricataZone:]) == string(b[suricataZone:]) {
		return known.at.Add(in), true
	}
	const sign = len("-07")
	var colon [len(suricataTime) + 1]byte
	n := copy(colon[:], b[:suricataZone+sign])
	colon[n] = ':'
	copy(colon[n+1:], b[n:])
	if at.UnmarshalText(colon[:]) != nil {
		return time.Time{}, false
	}
	copy(known.text[:], b)
	known.at = at.Add(-in)
	return at, true
}

// inHour reads minutes, seconds and microseconds: 04:05.000000.
func inHour(b []byte) (in time.Duration, is bool) {
	_ = b[11]
	minutes, m := decimal(b[:2])
	seconds, s := decimal(b[3:5])
	micros, u := decimal(b[6:12])
	if !m || !s || !u || b[2] != ':' || b[5] != '.' || minutes > 59 || seconds > 59 {
		return 0, false
	}
	return time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second + time.Duration(micros)*time.Microsecond, true
}

func decimal(b []byte) (n int, are bool) {
	for _, digit := range b {
		if digit-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(digit-'0')
	}
	return n, true
}
