package clock

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

//go:embed data
var data embed.FS

// Rule says within which time an obligation is to be met.
type Rule struct {
	Obligation  string       `json:"obligation"`
	Kind        string       `json:"kind,omitempty"` // of who owes it; empty: any
	Level       rating.Level `json:"level,omitempty"`
	Minutes     int          `json:"minutes,omitempty"`      // by the wall …
	WorkingDays int          `json:"working_days,omitempty"` // … or until the end of the nth working day after …
	Given       bool         `json:"given,omitempty"`        // … or until when whoever begins it says
	Legal       bool         `json:"legal,omitempty"`
	Basis       lang.Text    `json:"basis"`
	// Steps are the shares of the time at which something is said: below 1 reminders,
	// above 1 escalation after the end of the time. The end itself, 1, is always one.
	Steps []float64 `json:"steps,omitempty"`
}

// Pack is a set of rules that holds from a day until a later pack.
type Pack struct {
	ID    string    `json:"id"`
	From  string    `json:"from"` // as 2025-11-01, in the city's time
	Title lang.Text `json:"title"`
	Rules []Rule    `json:"rules"`
}

// Book is all packs, the oldest first, the calendar of working days, and the times that the city
// set itself.
type Book struct {
	Packs    []Pack
	Calendar Calendar
	Limits   []LimitEntry
}

const (
	mostSteps    = 12
	farthestStep = 50 // times the time itself
)

// ReadBook reads the packs that come with the program.
func ReadBook() (b Book, err error) {
	calendar, err := data.ReadFile("data/calendar.json")
	if err != nil {
		return b, fmt.Errorf("read calendar of working days: %w", err)
	}
	if b.Calendar, err = readCalendar(calendar); err != nil {
		return b, err
	}
	names, err := fs.Glob(data, "data/rules-*.json")
	if err != nil {
		return b, fmt.Errorf("find packs of clock rules: %w", err)
	}
	for _, name := range names {
		text, err := data.ReadFile(name)
		if err != nil {
			return b, fmt.Errorf("read %s: %w", name, err)
		}
		p, err := readPack(text)
		if err != nil {
			return b, fmt.Errorf("read %s: %w", name, err)
		}
		b.Packs = append(b.Packs, p)
	}
	slices.SortFunc(b.Packs, func(x, y Pack) int { return cmp.Compare(x.From, y.From) })
	return b, nil
}

func readPack(text []byte) (p Pack, err error) {
	if err = json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("read pack of clock rules: %w", err)
	}
	if _, err = time.Parse(time.DateOnly, p.From); err != nil {
		return p, fmt.Errorf("pack %s holds from %q, which is no day such as 2025-11-01", p.ID, p.From)
	}
	for _, r := range p.Rules {
		if err := r.check(); err != nil {
			return p, fmt.Errorf("pack %s, %s of level %d: %w", p.ID, r.Obligation, r.Level, err)
		}
	}
	return p, nil
}

func (r Rule) check() error {
	switch {
	case r.Obligation == "" || r.Basis.ZH == "" || r.Basis.EN == "":
		return errors.New("a rule names its obligation and what it rests on, in both languages")
	case r.ways() != 1:
		return errors.New("a rule has either minutes or working days, or is given the end of its time")
	case r.Legal && r.WorkingDays > 0 && r.Level.Known():
		return errors.New("legal clocks of a level run by the wall")
	}
	return checkSteps(r.Steps)
}

func checkSteps(steps []float64) error {
	if len(steps) > mostSteps {
		return fmt.Errorf("a rule has at most %d steps", mostSteps)
	}
	for i, s := range steps {
		if s <= 0 || s > farthestStep || i > 0 && s <= steps[i-1] {
			return fmt.Errorf("steps are shares of the time that rise, above 0 and at most %d", farthestStep)
		}
	}
	return nil
}

// ways is in how many ways a rule says until when something is to be met.
func (r Rule) ways() (n int) {
	for _, has := range []bool{r.Minutes > 0, r.WorkingDays > 0, r.Given} {
		if has {
			n++
		}
	}
	return n
}

// Find returns the rule of an obligation that holds at a moment, and the pack it is of: the
// city's own time where it set one, but never in place of a law's.
func (b Book) Find(obligation, kind string, level rating.Level, at time.Time) (Rule, Pack, bool) {
	rule, pack, found := b.seed(obligation, kind, level, at)
	if !found || rule.Legal {
		return rule, pack, found
	}
	if e, own := b.limit(rule, at); own {
		return e.rule(), Pack{ID: e.pack(), From: e.From, Title: lang.Text{ZH: "本市时限", EN: "The city's time limit"}}, true
	}
	return rule, pack, true
}

// ran is the rule by which a clock runs; exact is false where the clock went over to a level
// whose rule would not have shortened it.
func (b Book) ran(k Clock) (rule Rule, exact bool) {
	for _, e := range b.Limits {
		if e.pack() == k.Pack {
			return e.rule(), true
		}
	}
	rule, pack, found := b.Find(k.Obligation, k.kind, k.Level, k.StartedAt)
	return rule, found && pack.ID == k.Pack
}

// seed returns the rule that comes with the program. One for the kind of who owes it, and for
// the level, goes before one for any.
func (b Book) seed(obligation, kind string, level rating.Level, at time.Time) (Rule, Pack, bool) {
	today := at.In(cityTime()).Format(time.DateOnly)
	for _, p := range slices.Backward(b.Packs) {
		if p.From > today {
			continue
		}
		best, found := Rule{}, -1
		for _, r := range p.Rules {
			if fit := r.fits(obligation, kind, level); fit > found {
				best, found = r, fit
			}
		}
		if found >= 0 {
			return best, p, true
		}
	}
	return Rule{}, Pack{}, false
}

// fits tells how closely a rule is meant: -1 is not at all.
func (r Rule) fits(obligation, kind string, level rating.Level) int {
	if r.Obligation != obligation || r.Kind != "" && r.Kind != kind || r.Level != rating.Unrated && r.Level != level {
		return -1
	}
	fit := 0
	if r.Kind != "" {
		fit += 2
	}
	if r.Level != rating.Unrated {
		fit++
	}
	return fit
}

// Due is until when what begins at start is to be met.
func (r Rule) Due(start time.Time, c Calendar) time.Time {
	if r.WorkingDays > 0 {
		return c.endOf(start, r.WorkingDays)
	}
	return start.Add(time.Duration(r.Minutes) * time.Minute)
}

// steps are the moments between start and due, and after it, in their order.
func (r Rule) steps(start, due time.Time) []step {
	parts := slices.Clone(r.Steps)
	if !slices.Contains(parts, 1) {
		parts = append(parts, 1)
		slices.Sort(parts)
	}
	out := make([]step, len(parts))
	for i, part := range parts {
		out[i] = step{Part: part, At: start.Add(time.Duration(float64(due.Sub(start)) * part)).UnixMilli()}
	}
	return out
}

func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }
