package panel

import "time"

// Kind is how two parties are related.
type Kind string

// The kinds of relations that make a reviewer partial.
const (
	Employment   Kind = "employment"   // a person works, or worked, for an organisation
	Shareholding Kind = "shareholding" // From holds a share of To
	Cooperation  Kind = "cooperation"  // two parties did something together
)

// Relation is one fact between two parties; a party is a person or an organisation.
type Relation struct {
	From, To     string
	Kind         Kind
	Share        float64   // of a shareholding, 0 to 1; 0: not known, taken as the whole
	Since, Until time.Time // zero: not known; still so
	Source       string
}

// Hop is a relation as a path goes along it.
type Hop struct {
	From, To string
	Kind     Kind
	Share    float64
	Source   string
	// Since and Until are of an employment, zero where they are not known.
	Since, Until time.Time
}

// Conflict is why somebody may not judge an applicant.
type Conflict struct {
	Kind Kind // of the relation by which the reviewer is tied
	Path []Hop
}

// LookBack is for how many years employment and cooperation count after they ended.
const LookBack = 3

const (
	chainMost = 10 // shareholdings in a chain
	shareMin  = 0.05
)

// Relations finds paths between parties.
type Relations struct {
	from, to map[string][]Relation
}

// NewRelations indexes relations.
func NewRelations(list []Relation) *Relations {
	r := &Relations{map[string][]Relation{}, map[string][]Relation{}}
	for _, x := range list {
		r.from[x.From] = append(r.from[x.From], x)
		r.to[x.To] = append(r.to[x.To], x)
	}
	return r
}

// Conflict tells why a person may not judge an applicant at a time; nil: nothing is known.
// A person is tied to whom they work or worked for within three years, hold a share of, or
// cooperated with within three years; and through employers and holdings to whoever these
// hold, are held by, or share a holder with, over chains of shareholdings of at least 5 %
// in the product of the shares.
func (r *Relations) Conflict(person, applicant string, now time.Time) *Conflict {
	for _, x := range r.from[person] {
		if !x.counts(now) {
			continue
		}
		first := Hop{From: x.From, To: x.To, Kind: x.Kind, Share: x.Share, Source: x.Source}
		if x.Kind == Employment {
			first.Since, first.Until = x.Since, x.Until
		}
		if x.To == applicant {
			return &Conflict{x.Kind, []Hop{first}}
		}
		if x.Kind == Cooperation {
			continue
		}
		if path := r.chain(x.To, applicant, strength(x), now); path != nil {
			return &Conflict{x.Kind, append([]Hop{first}, path...)}
		}
		if h, ok := r.worked(x.To, applicant, now); ok && x.Kind == Employment {
			return &Conflict{Cooperation, []Hop{first, h}}
		}
	}
	for _, x := range r.to[person] { // said from the other side
		if x.From == applicant && x.Kind == Cooperation && x.counts(now) {
			return &Conflict{Cooperation, []Hop{{From: x.To, To: x.From, Kind: x.Kind, Source: x.Source}}}
		}
	}
	return nil
}

// worked finds a cooperation of two parties.
func (r *Relations) worked(a, b string, now time.Time) (Hop, bool) {
	for _, x := range r.from[a] {
		if x.Kind == Cooperation && x.To == b && x.counts(now) {
			return Hop{From: a, To: b, Kind: Cooperation, Source: x.Source}, true
		}
	}
	for _, x := range r.to[a] {
		if x.Kind == Cooperation && x.From == b && x.counts(now) {
			return Hop{From: a, To: b, Kind: Cooperation, Source: x.Source}, true
		}
	}
	return Hop{}, false
}

// counts tells whether a relation makes partial at a time.
func (x Relation) counts(now time.Time) bool {
	if x.Since.After(now) {
		return false
	}
	switch {
	case x.Until.IsZero() && x.Kind == Cooperation && !x.Since.IsZero():
		return x.Since.AddDate(LookBack, 0, 0).After(now)
	case x.Until.IsZero() || x.Until.After(now):
		return true
	case x.Kind == Shareholding:
		return false
	default:
		return x.Until.AddDate(LookBack, 0, 0).After(now)
	}
}

func strength(x Relation) float64 {
	if x.Kind == Shareholding && x.Share > 0 {
		return x.Share
	}
	return 1
}

// at is where a chain has come to; down once it has gone from a holder to what it holds:
// it never turns up again, as two holders of one company are not thereby tied.
type at struct {
	party string
	down  bool
}

type reached struct {
	share float64
	path  []Hop
}

// chain finds the strongest chain of shareholdings between two organisations, upwards
// first and then downwards, each way as long as the product of shares is 5 %.
func (r *Relations) chain(from, to string, share float64, now time.Time) []Hop {
	best := map[at]reached{{from, false}: {share, nil}}
	layer := map[at]reached{{from, false}: {share, nil}}
	for range chainMost {
		next := map[at]reached{}
		for where, so := range layer {
			for _, step := range r.steps(where, now) {
				v := so.share * step.strength
				if old, seen := best[step.to]; v < shareMin || seen && old.share >= v {
					continue
				}
				path := append(append([]Hop{}, so.path...), step.hop)
				best[step.to], next[step.to] = reached{v, path}, reached{v, path}
			}
		}
		layer = next
	}
	found := best[at{to, true}]
	// Of two that are as strong, the shorter one says more.
	if up := best[at{to, false}]; up.share > found.share || up.share == found.share && len(up.path) < len(found.path) {
		found = up
	}
	return found.path
}

type step struct {
	to       at
	strength float64
	hop      Hop
}

func (r *Relations) steps(where at, now time.Time) []step {
	var list []step
	for _, x := range r.from[where.party] {
		if x.Kind == Shareholding && x.counts(now) {
			list = append(list, step{at{x.To, true}, strength(x), Hop{From: x.From, To: x.To, Kind: x.Kind, Share: x.Share, Source: x.Source}})
		}
	}
	if where.down {
		return list
	}
	for _, x := range r.to[where.party] {
		if x.Kind == Shareholding && x.counts(now) {
			list = append(list, step{at{x.From, false}, strength(x), Hop{From: x.To, To: x.From, Kind: x.Kind, Share: x.Share, Source: x.Source}})
		}
	}
	return list
}
