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
	second    recentSecond
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

// A time of Suricata, which is RFC 3339 without the colon of the zone.
const (
	suricataTime   = "2006-01-02T15:04:05.000000-0700"
	suricataMicros = len("2006-01-02T15:04:05.")
	suricataZone   = len("2006-01-02T15:04:05.000000")
)

// recentSecond is a time as it is written, and the second in which it is.
type recentSecond struct {
	text [len(suricataTime)]byte
	at   time.Time
}

// moment is a time as Suricata writes it: those of one second differ in their microseconds.
func (r *recent) moment(b []byte) (at time.Time, is bool) {
	if len(b) != len(suricataTime) {
		return at, false
	}
	micros := 0
	for _, digit := range b[suricataMicros:suricataZone] {
		if digit-'0' > 9 {
			return at, false
		}
		micros = micros*10 + int(digit-'0')
	}
	after, known := time.Duration(micros)*time.Microsecond, &r.second
	if string(known.text[:suricataMicros]) == string(b[:suricataMicros]) && string(known.text[suricataZone:]) == string(b[suricataZone:]) {
		return known.at.Add(after), true
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
	known.at = at.Add(-after)
	return at, true
}
