package intel

import (
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/stix"
)

// Bounds of one file.
const (
	mostOctets  = 16 << 20
	mostObjects = 20_000
	takenAtOnce = 500 // objects of one transaction
)

// from says where objects come from.
type from struct {
	source string // whose they are, in words
	origin string // file, inbox or feed
	life   time.Duration
}

// checkFrom reads what a person says of where objects come from.
func checkFrom(source string, days int, origin string) (from, error) {
	source = strings.TrimSpace(source)
	f := fault.New(fault.Invalid, "security.intel.from", "the source or the days are wrong")
	if n := len([]rune(source)); n == 0 || n > 100 {
		_ = f.At("query.source", "say whose intelligence it is, in 100 characters at most")
	}
	if days == 0 {
		days = usualLife
	}
	if days < 1 || days > longestLife {
		_ = f.At("query.days", "from 1 to 3650 days")
	}
	if len(f.Fields) > 0 {
		return from{}, f
	}
	return from{source, origin, time.Duration(days) * 24 * time.Hour}, nil
}

// Outcome is what became of an object.
type Outcome string

// The outcomes.
const (
	Fresh   Outcome = "new"
	Newer   Outcome = "newer"
	Same    Outcome = "same"
	Older   Outcome = "older"
	Refused Outcome = "refused"
)

// TakenObject is what became of one object.
type TakenObject struct {
	ObjectID string  `json:"object_id"`
	Type     string  `json:"type"`
	Name     string  `json:"name"`
	Outcome  Outcome `json:"outcome" enum:"new,newer,same,older,refused"`
	Why      string  `json:"why" doc:"Why it was refused"`
	Trouble  Trouble `json:"trouble" enum:",pattern_type,pattern,no_value,value,private,broad" doc:"Of indicators: why it is not matched"`
	Text     string  `json:"text" doc:"What of it"`
	State    State   `json:"state,omitempty" enum:"live,waiting,expired,revoked,silenced,unmatchable" doc:"Of indicators"`
}

// TakenBundle is what became of objects that came at once.
type TakenBundle struct {
	Objects     []TakenObject `json:"objects" nullable:"false" doc:"The first thousand that there is something to say of"`
	New         int           `json:"new"`
	Newer       int           `json:"newer"`
	Same        int           `json:"same"`
	Older       int           `json:"older"`
	Refused     int           `json:"refused"`
	Indicators  int           `json:"indicators" doc:"Indicators that are new, or newer"`
	Unmatchable int           `json:"unmatchable" doc:"Of them, those that are not matched"`
}

func (b *TakenBundle) add(o TakenObject) {
	switch o.Outcome {
	case Fresh:
		b.New++
	case Newer:
		b.Newer++
	case Same:
		b.Same++
	case Older:
		b.Older++
	case Refused:
		b.Refused++
	}
	if o.Type == "indicator" && (o.Outcome == Fresh || o.Outcome == Newer) {
		b.Indicators++
		if o.Trouble != Matched {
			b.Unmatchable++
		}
	}
	if len(b.Objects) < mostTold {
		b.Objects = append(b.Objects, o)
	}
}

// examine reads an object that keeps the rules of STIX, and says why not of another.
func (m *Intel) examine(o *stix.Object, life time.Duration) (k kept, why string) {
	result := m.checker.Object(o)
	if !result.Valid() {
		for _, f := range result.Findings {
			if !f.Should {
				return k, short(fmt.Sprintf("%s (STIX 2.1 §%s, %s)", f.Text, f.Section, f.Path), 500)
			}
		}
	}
	k, err := read(o, life)
	if err != nil {
		return k, short(err.Error(), 500)
	}
	return k, ""
}
