package awareness

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

//go:embed data
var data embed.FS

// Group is a part of the risk, with the most that it can be.
type Group struct {
	ID    string    `json:"id"`
	Cap   float64   `json:"cap" doc:"The most points of the group"`
	Title lang.Text `json:"title"`
}

// Kind is a sort of finding and how many points it is worth.
type Kind struct {
	ID     string    `json:"id"`
	Group  string    `json:"group"`
	Points float64   `json:"points" doc:"Of a finding without a level"`
	Levels []float64 `json:"levels,omitempty" doc:"Of the levels Ⅰ to Ⅳ"`
	Fades  bool      `json:"fades,omitempty" doc:"Half of the points go with each half-life"`
	Title  lang.Text `json:"title"`
}

// Weights is a pack of weights that holds from a day until a later pack.
type Weights struct {
	ID       string    `json:"id"`
	From     string    `json:"from" format:"date"`
	HalfLife float64   `json:"half_life_days"`
	Title    lang.Text `json:"title"`
	Groups   []Group   `json:"groups" nullable:"false"`
	Kinds    []Kind    `json:"kinds" nullable:"false"`
}

// whole is what the caps of all groups come to.
const whole = 100

// readPacks reads the packs that come with the program, the oldest first.
func readPacks() ([]Weights, error) {
	names, err := fs.Glob(data, "data/weights-*.json")
	if err != nil {
		return nil, fmt.Errorf("find packs of weights: %w", err)
	}
	var out []Weights
	for _, name := range names {
		text, err := data.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		w, err := readWeights(text)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Weights) int { return cmp.Compare(a.From, b.From) })
	return out, nil
}

func readWeights(text []byte) (w Weights, err error) {
	if err = json.Unmarshal(text, &w); err != nil {
		return w, fmt.Errorf("read pack of weights: %w", err)
	}
	return w, w.check()
}

func (w Weights) check() error {
	if _, err := time.Parse(time.DateOnly, w.From); err != nil {
		return fmt.Errorf("pack %s holds from %q, which is no day such as 2026-01-01", w.ID, w.From)
	}
	if w.HalfLife <= 0 {
		return fmt.Errorf("pack %s: the half-life is a number of days above 0", w.ID)
	}
	sum := 0.0
	for _, g := range w.Groups {
		sum += g.Cap
	}
	if sum != whole {
		return fmt.Errorf("pack %s: the caps of the groups come to %g and not to %d", w.ID, sum, whole)
	}
	for _, k := range w.Kinds {
		if err := w.checkKind(k); err != nil {
			return fmt.Errorf("pack %s, kind %s: %w", w.ID, k.ID, err)
		}
	}
	return nil
}

func (w Weights) checkKind(k Kind) error {
	if _, found := w.group(k.Group); !found {
		return fmt.Errorf("there is no group %q", k.Group)
	}
	if k.Points < 0 || len(k.Levels) != 0 && len(k.Levels) != int(rating.Ordinary) {
		return fmt.Errorf("points are at least 0, and levels are none or four")
	}
	if slices.ContainsFunc(k.Levels, func(p float64) bool { return p < 0 }) || !slices.IsSortedFunc(k.Levels, func(a, b float64) int { return cmp.Compare(b, a) }) {
		return fmt.Errorf("a graver level is worth at least as much as a lighter one")
	}
	return nil
}

func (w Weights) group(id string) (Group, bool) {
	i := slices.IndexFunc(w.Groups, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return Group{}, false
	}
	return w.Groups[i], true
}

func (w Weights) kind(id string) (Kind, bool) {
	i := slices.IndexFunc(w.Kinds, func(k Kind) bool { return k.ID == id })
	if i < 0 {
		return Kind{}, false
	}
	return w.Kinds[i], true
}

// worth is how many points a kind gives at a level.
func (k Kind) worth(l rating.Level) float64 {
	if !l.Known() || len(k.Levels) == 0 {
		return k.Points
	}
	return k.Levels[l-1]
}

// holding is the pack that holds on a day of the city; before the first one, the first.
func holding(packs []Weights, at time.Time) Weights {
	today := at.In(cityTime()).Format(time.DateOnly)
	for _, w := range slices.Backward(packs) {
		if w.From <= today {
			return w
		}
	}
	return packs[0]
}

func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }
