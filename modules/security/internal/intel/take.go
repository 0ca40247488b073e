package intel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
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

// bundle takes over the objects of a bundle, or of an envelope of TAXII.
func (m *Intel) bundle(ctx context.Context, data []byte, f from) (TakenBundle, error) {
	if len(data) > mostOctets {
		return TakenBundle{}, fault.New(fault.TooLarge, "security.intel.large", "a file has at most %d MiB", mostOctets>>20).With("n", mostOctets>>20)
	}
	b, err := stix.ReadBundle(data)
	if err != nil {
		return TakenBundle{}, fault.New(fault.Invalid, "security.intel.bundle", "this is no bundle of STIX: %s", strings.TrimPrefix(err.Error(), "stix: ")).With("why", short(strings.TrimPrefix(err.Error(), "stix: "), 300)).At("body", "a bundle of STIX 2.1 as JSON")
	}
	list := b.Objects()
	if len(list) == 0 || len(list) > mostObjects {
		return TakenBundle{}, fault.New(fault.Invalid, "security.intel.many", "the bundle has %d objects", len(list)).With("n", len(list)).At("body", "from 1 to 20000 objects; part what is larger")
	}
	return m.take(ctx, list, f, nothingMore)
}

// more joins the last of the transactions that take objects over, and is told how many were
// new or newer.
type more func(ctx context.Context, tx *sqldb.Tx, fresh int) error

func nothingMore(context.Context, *sqldb.Tx, int) error { return nil }

// take takes over objects.
func (m *Intel) take(ctx context.Context, list []*stix.Object, f from, last more) (TakenBundle, error) {
	out := TakenBundle{Objects: []TakenObject{}}
	var good []kept
	for _, o := range list {
		k, why := m.examine(o, f.life)
		if why != "" {
			out.add(TakenObject{ObjectID: short(string(o.ID()), 100), Type: short(o.Type(), 100), Outcome: Refused, Why: why})
			continue
		}
		good = append(good, k)
	}
	for first := true; first || len(good) > 0; first = false {
		n := min(len(good), takenAtOnce)
		part := good[:n]
		good = good[n:]
		var told []TakenObject
		err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			var err error
			if told, err = m.store.take(ctx, tx, part, f, m.now()); err != nil {
				return err
			}
			if err := m.ask(ctx, tx, told); err != nil {
				return err
			}
			if len(good) > 0 {
				return nil
			}
			fresh := out.New + out.Newer
			for _, t := range told {
				if t.Outcome == Fresh || t.Outcome == Newer {
					fresh++
				}
			}
			return last(ctx, tx, fresh)
		})
		if err != nil {
			return out, err
		}
		for _, t := range told {
			out.add(t)
		}
	}
	m.kit.Notify(topic, "", "")
	return out, nil
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
