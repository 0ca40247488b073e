package match

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	reach       = 50.0  // km at which a distance counts 1/e
	halfLife    = 180.0 // days
	priorWeight = 10.0  // ratings that the mean of all counts for
	earthRadius = 6371.0088
	maxPaths    = 100
	areaWide    = 10.0 // km that two places of one area are taken to be apart
	onSite      = 3    // times that distance counts for work on site
	servedHalf  = 3.0  // enterprises served that give half of what experience can give
)

// seen is a candidate's features, of which some are known, with what reasons say of them.
type seen struct {
	features Vector
	known    [Count]bool
	params   [Count]map[string]any
}

func (s *seen) set(f Feature, v float64, params map[string]any) {
	s.features[f], s.known[f], s.params[f] = min(1, max(0, v)), true, params
}

// check reports numbers that no score can be made of.
func (n Need) check() error {
	if len(n.Taxonomy) > maxPaths || !finite(n.Staff) || n.Staff < 0 || !n.Budget.ordered() || !n.Place.onEarth() {
		return fmt.Errorf("%w: the need's taxonomy has more than %d paths, or its staff, budget or place is none", ErrInput, maxPaths)
	}
	return nil
}

func (c Candidate) check() error {
	switch {
	case c.ID == "":
		return fmt.Errorf("%w: a candidate has no ID", ErrInput)
	case !finite(c.Words) || !finite(c.Latent) || c.Graph != nil && !finite(*c.Graph):
		return fmt.Errorf("%w: a score of %.80q is not finite", ErrInput, c.ID)
	case !(c.RatingSum >= 0 && c.RatingSum <= float64(c.Ratings)): // a negative number is refused too
		return fmt.Errorf("%w: %d ratings of %.80q from 0 to 1 cannot sum up to %v", ErrInput, c.Ratings, c.ID, c.RatingSum)
	case c.Open < 0 || c.Capacity < 0 || c.Served < 0 || len(c.Taxonomy) > maxPaths:
		return fmt.Errorf("%w: %.80q has a negative number of engagements or of enterprises served, or more than %d paths", ErrInput, c.ID, maxPaths)
	case !c.Serves.ordered() || !c.Price.ordered() || !c.Place.onEarth():
		return fmt.Errorf("%w: the sizes, price or place of %.80q is none", ErrInput, c.ID)
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (r *Range) ordered() bool {
	return r == nil || finite(r.From) && finite(r.To) && r.From >= 0 && r.From <= r.To
}

func (p *Point) onEarth() bool {
	return p == nil || math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180
}

// look fills in the features. mean is that of all ratings.
func (n Need) look(c Candidate, mean float64) seen {
	s := seen{}
	for f := range s.features {
		s.features[f] = Unknown
	}
	s.set(Words, c.Words, nil)
	s.set(Latent, c.Latent, nil)
	if len(n.Taxonomy) > 0 && len(c.Taxonomy) > 0 {
		v, shared := jaccard(n.Taxonomy, c.Taxonomy)
		s.set(Taxonomy, v, map[string]any{"paths": shared})
	}
	if c.Graph != nil {
		s.set(Graph, *c.Graph, c.GraphSays)
	}
	s.near(n, c)
	if n.Staff > 0 && c.Serves != nil {
		s.set(Size, c.Serves.fit(n.Staff), map[string]any{"from": c.Serves.From, "to": c.Serves.To})
	}
	if n.Budget != nil && c.Price != nil {
		v, both := n.Budget.overlap(*c.Price)
		s.set(Price, v, map[string]any{"from": both.From, "to": both.To})
	}
	if c.Ratings > 0 {
		s.set(Record, (priorWeight*mean+c.RatingSum)/(priorWeight+float64(c.Ratings)), map[string]any{"ratings": c.Ratings, "mean": c.RatingSum / float64(c.Ratings)})
	} else {
		s.features[Record] = mean
	}
	if c.Served > 0 {
		s.set(Experience, (1+float64(c.Served)/(float64(c.Served)+servedHalf))/2, map[string]any{"served": c.Served})
	}
	if !c.Active.IsZero() && !n.At.IsZero() {
		days := max(0, n.At.Sub(c.Active).Hours()/24)
		s.set(Freshness, math.Exp2(-days/halfLife), map[string]any{"days": int(days)})
	}
	if c.Capacity > 0 {
		s.set(Load, 1-float64(c.Open)/float64(c.Capacity), map[string]any{"open": c.Open, "capacity": c.Capacity})
	}
	return s
}

// near fills in how near a candidate is.
func (s *seen) near(n Need, c Candidate) {
	switch {
	case n.Place != nil && c.Place != nil:
		km := n.Place.To(*c.Place)
		s.set(Distance, math.Exp(-km/reach), map[string]any{"km": math.Round(km*10) / 10})
	case n.Area != "" && n.Area == c.Area:
		s.set(Distance, math.Exp(-areaWide/reach), map[string]any{"same_area": 1})
	}
}

// paths returns paths with all that is above them.
func paths(list []string) map[string]bool {
	out := map[string]bool{}
	for _, p := range list {
		p = strings.Trim(p, "/")
		for p != "" {
			out[p] = true
			i := strings.LastIndexByte(p, '/')
			if i < 0 {
				break
			}
			p = p[:i]
		}
	}
	return out
}

// jaccard compares paths, and returns the deepest that both have.
func jaccard(a, b []string) (share float64, deepest []string) {
	x, y := paths(a), paths(b)
	both := []string{}
	for p := range x {
		if y[p] {
			both = append(both, p)
		}
	}
	slices.Sort(both)
	for _, p := range both {
		below := slices.ContainsFunc(both, func(o string) bool { return strings.HasPrefix(o, p+"/") })
		if !below {
			deepest = append(deepest, p)
		}
	}
	all := len(x) + len(y) - len(both)
	if all == 0 {
		return 0, nil
	}
	return float64(len(both)) / float64(all), deepest
}

// To returns the way between two places along a great circle, in km.
func (p Point) To(o Point) float64 {
	rad := math.Pi / 180
	lat, lon := math.Sin((o.Lat-p.Lat)*rad/2), math.Sin((o.Lon-p.Lon)*rad/2)
	h := lat*lat + math.Cos(p.Lat*rad)*math.Cos(o.Lat*rad)*lon*lon
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, h)))
}

// fit returns 1 within the range, outside of it the ratio to the bound.
func (r Range) fit(v float64) float64 {
	switch {
	case v < r.From:
		return v / r.From
	case v > r.To:
		return r.To / v
	}
	return 1
}

// overlap returns how much of the shorter range the other covers, and what both have.
func (r Range) overlap(o Range) (float64, Range) {
	both := Range{max(r.From, o.From), min(r.To, o.To)}
	if both.From > both.To {
		return 0, Range{}
	}
	shorter := min(r.To-r.From, o.To-o.From)
	if shorter == 0 {
		return 1, both
	}
	return (both.To - both.From) / shorter, both
}

// mean returns that of all ratings, Unknown if there is none.
func mean(list []Candidate) float64 {
	sum, n := 0.0, 0
	for _, c := range list {
		sum, n = sum+c.RatingSum, n+c.Ratings
	}
	if n == 0 {
		return Unknown
	}
	return sum / float64(n)
}
