package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Match is a candidate with its score, and why.
type Match struct {
	ID       string
	Score    float64 // Σ weight · feature, between 0 and 1
	Features Vector
	Reasons  []Reason // what is known, the weightiest first
	New      bool
	Reserved bool // its place was kept for a new provider: see Expose
}

// Reason is what a known feature gives to the score. Params by code: taxonomy has paths
// (what both have), graph what the caller says, distance km or same_area, size and price from and to, record ratings and mean,
// freshness days, load open and capacity, experience served.
type Reason struct {
	Code   string
	Value  float64 // of the feature
	Score  float64 // its weight times that
	Params map[string]any
}

// Figures are the parameters by their kinds: paths, and numbers.
func (r Reason) Figures() (paths []string, numbers map[string]float64) {
	paths, numbers = []string{}, map[string]float64{}
	for name, v := range r.Params {
		switch v := v.(type) {
		case float64:
			numbers[name] = v
		case int:
			numbers[name] = float64(v)
		case []string:
			paths = append(paths, v...)
		}
	}
	return paths, numbers
}

// Refusal is a candidate that is no match whatever its score: with the code
// qualification and what is Missing, or the code capacity.
type Refusal struct {
	ID      string
	Code    string
	Missing []string
}

// maxCandidates bounds a ranking.
const maxCandidates = 100_000

// Rank orders candidates for a need, best first; those with one score by ID. Weights
// are Fixed or learned, and must not be negative. It reports ErrInput.
func Rank(n Need, list []Candidate, weights Vector) ([]Match, []Refusal, error) {
	if err := n.check(); err != nil {
		return nil, nil, err
	}
	if len(list) > maxCandidates {
		return nil, nil, fmt.Errorf("%w: %d candidates, more than %d", ErrInput, len(list), maxCandidates)
	}
	if err := weights.check(); err != nil {
		return nil, nil, err
	}
	ids := map[string]bool{}
	for _, c := range list {
		if err := c.check(); err != nil {
			return nil, nil, err
		}
		if ids[c.ID] {
			return nil, nil, fmt.Errorf("%w: %.80q is there twice", ErrInput, c.ID)
		}
		ids[c.ID] = true
	}
	m := mean(list)
	matches, refusals := []Match{}, []Refusal{}
	for _, c := range list {
		if r, refused := n.refuse(c); refused {
			refusals = append(refusals, r)
			continue
		}
		matches = append(matches, n.look(c, m).match(c, weights))
	}
	slices.SortFunc(matches, first)
	slices.SortFunc(refusals, func(a, b Refusal) int { return strings.Compare(a.ID, b.ID) })
	return matches, refusals, nil
}

func first(a, b Match) int { return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID)) }

func (v Vector) check() error {
	for f, w := range v {
		if !finite(w) || w < 0 {
			return fmt.Errorf("%w: the weight of %s is %v", ErrInput, Feature(f).Code(), w)
		}
	}
	return nil
}

// dot returns Σ v·o.
func (v Vector) dot(o Vector) float64 {
	sum := 0.0
	for f := range v {
		sum += v[f] * o[f]
	}
	return sum
}

// refuse tells who is no match whatever the score.
func (n Need) refuse(c Candidate) (Refusal, bool) {
	var missing []string
	for _, q := range n.Qualifications {
		if !slices.Contains(c.Qualifications, q) {
			missing = append(missing, q)
		}
	}
	if len(missing) > 0 {
		return Refusal{c.ID, "qualification", missing}, true
	}
	if c.Capacity > 0 && c.Open >= c.Capacity {
		return Refusal{ID: c.ID, Code: "capacity"}, true
	}
	return Refusal{}, false
}

func (s seen) match(c Candidate, weights Vector) Match {
	m := Match{ID: c.ID, Score: weights.dot(s.features), Features: s.features, New: c.New}
	for f, v := range s.features {
		if s.known[f] && weights[f]*v > 0 {
			m.Reasons = append(m.Reasons, Reason{Feature(f).Code(), v, weights[f] * v, s.params[f]})
		}
	}
	slices.SortStableFunc(m.Reasons, func(a, b Reason) int { return cmp.Compare(b.Score, a.Score) })
	return m
}

// Fair is how places are shared out.
type Fair struct {
	Places int     // of the list
	Share  float64 // of places for new providers, 0.1 if it is 0
	Floor  float64 // share of the best score that a new provider must have, 0.5 if it is 0
	Seed   uint64  // the need's number, say: the same gives the same list
}

// maxPlaces bounds a list.
const maxPlaces = 1000

// Expose takes the best for a list, with a share of places for new providers, so that who
// has no record yet can get one. New providers that are among the best count towards the
// share; what is missing is drawn by seed among the new ones above the floor, each with
// the chance of its score, and takes the last places. Of a part of a place the seed
// decides: over many lists the share is kept. The list is in the order of scores. It
// reports ErrInput.
func Expose(ranked []Match, f Fair) ([]Match, error) {
	f.Share, f.Floor = cmp.Or(f.Share, 0.1), cmp.Or(f.Floor, 0.5)
	if f.Places < 1 || f.Places > maxPlaces || !(f.Share >= 0 && f.Share <= 1) || !(f.Floor >= 0 && f.Floor <= 1) {
		return nil, fmt.Errorf("%w: %d places, share %v and floor %v are not 1 to %d and 0 to 1", ErrInput, f.Places, f.Share, f.Floor, maxPlaces)
	}
	ranked = slices.SortedFunc(slices.Values(ranked), first)
	places := min(f.Places, len(ranked))
	list := slices.Clone(ranked[:places])
	r := random(f.Seed)
	whole, part := math.Modf(f.Share * float64(places))
	kept := int(whole)
	if r.Float64() < part {
		kept++
	}
	rest := slices.DeleteFunc(slices.Clone(ranked[places:]), func(m Match) bool { return !m.New || m.Score < f.Floor*ranked[0].Score })
	for i := len(list) - 1; i >= 0 && len(rest) > 0 && count(list) < kept; i-- {
		if list[i].New {
			continue
		}
		at := draw(rest, r)
		list[i] = rest[at]
		list[i].Reserved = true
		rest = slices.Delete(rest, at, at+1)
	}
	slices.SortFunc(list, first)
	return list, nil
}

// count returns how many are new.
func count(list []Match) int {
	n := 0
	for _, m := range list {
		if m.New {
			n++
		}
	}
	return n
}
