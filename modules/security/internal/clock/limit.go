package clock

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

// LimitTime is how long an obligation may take: minutes by the wall, or working days.
type LimitTime struct {
	Minutes     int       `json:"minutes,omitempty" doc:"By the wall, from 5 minutes to 365 days; left out: in working days"`
	WorkingDays int       `json:"working_days,omitempty" doc:"Until the end of the nth working day after, 1 to 250; left out: in minutes"`
	Steps       []float64 `json:"steps,omitempty" nullable:"false" maxItems:"12" doc:"Shares of the time at which something is said: below 1 reminders, above 1 escalation; left out: those of the default"`
	Basis       lang.Text `json:"basis,omitzero" doc:"What it rests on; left out in both languages: said by the values"`
}

// LimitSaid is a time that the city sets itself in place of the default's.
type LimitSaid struct {
	Obligation string       `json:"obligation" maxLength:"60" doc:"Such as notice.acknowledge" title:"义务|Obligation"`
	Level      rating.Level `json:"level" minimum:"0" maximum:"4" doc:"1 to 4 for Ⅰ to Ⅳ; 0: any" title:"级别|Level"`
	LimitTime
	From   string `json:"from" maxLength:"10" doc:"First day on which what begins has it, as 2027-01-01; today or later" title:"起始日|From"`
	Reason string `json:"reason" maxLength:"400" doc:"Why, for the second person and for those who come later" title:"理由|Reason"`
}

// LimitState is how a time limit of the city stands.
type LimitState string

// The states of a time limit of the city.
const (
	LimitWaits    LimitState = "waits"    // for a second person
	LimitReturned LimitState = "returned" // or withdrawn
	LimitComing   LimitState = "coming"   // confirmed, and of a later day
	LimitHolds    LimitState = "holds"
	LimitOver     LimitState = "over" // another one holds since
)

// LimitEntry is one version of a time limit; it holds once a second person confirms it, and stays
// to be read after another one took its place.
type LimitEntry struct {
	ID      string     `json:"id"`
	Version int        `json:"version" doc:"Numbers what was confirmed for the obligation and level; 0: this was not"`
	State   LimitState `json:"state" enum:"waits,returned,coming,holds,over"`
	LimitSaid
	Words        lang.Text  `json:"words" doc:"Its time, for people"`
	CreatedAt    time.Time  `json:"created_at"`
	Since        *time.Time `json:"since,omitempty" doc:"From when on what begins has it: its first day, or its confirmation where that was later"`
	ReturnedBy   string     `json:"returned_by" doc:"Who returned it, or withdrew what was their own"`
	ReturnedAt   *time.Time `json:"returned_at,omitempty"`
	ReturnReason string     `json:"return_reason"`
	second.Hand

	returner string
}

// The bounds of a time limit.
const (
	leastMinutes    = 5
	mostMinutes     = 365 * 24 * 60
	mostWorkingDays = 250
	farthestFrom    = 732 // days ahead
	longestWords    = 400
)

// check tells at each field what cannot be, and fills in what was left out.
func (s LimitSaid) check(book Book, now time.Time) (LimitSaid, error) {
	seed, err := book.adjustable(s.Obligation, s.Level, now)
	if err != nil {
		return s, err
	}
	s.Reason, s.Basis.ZH, s.Basis.EN = strings.TrimSpace(s.Reason), strings.TrimSpace(s.Basis.ZH), strings.TrimSpace(s.Basis.EN)
	f := fault.New(fault.Invalid, "security.time_limit.invalid", "the time limit is incomplete or wrong")
	s.checkTime(f)
	s.checkWords(f)
	today, last := day(now), day(now.AddDate(0, 0, farthestFrom))
	if _, err := time.Parse(time.DateOnly, s.From); err != nil || s.From < today || s.From > last {
		_ = f.At("body.from", "a day from today on and within two years, such as 2027-01-01: what runs keeps what it was begun with")
	}
	if len(f.Fields) > 0 {
		return s, f
	}
	if len(s.Steps) == 0 {
		s.Steps = slices.Clone(seed.Steps)
	}
	if s.Basis == (lang.Text{}) {
		s.Basis = basisOf(lang.Text{ZH: "本市规定：", EN: "Set by the city: "}, s.Obligation, s.Level, s.LimitTime)
	}
	return s, nil
}

func (s LimitSaid) checkTime(f *fault.Error) {
	switch {
	case (s.Minutes != 0) == (s.WorkingDays != 0):
		_ = f.At("body.minutes", "either minutes or working days")
	case s.WorkingDays == 0 && (s.Minutes < leastMinutes || s.Minutes > mostMinutes):
		_ = f.At("body.minutes", "5 minutes to 365 days")
	case s.Minutes == 0 && (s.WorkingDays < 1 || s.WorkingDays > mostWorkingDays):
		_ = f.At("body.working_days", "1 to 250 working days")
	}
	if err := checkSteps(s.Steps); err != nil {
		_ = f.At("body.steps", "at most 12 shares of the time that rise, above 0 and at most 50")
	}
}

func (s LimitSaid) checkWords(f *fault.Error) {
	if s.Reason == "" || len([]rune(s.Reason)) > longestWords {
		_ = f.At("body.reason", "why, in 1 to 400 characters")
	}
	for _, x := range []struct{ field, said, other string }{{"zh", s.Basis.ZH, s.Basis.EN}, {"en", s.Basis.EN, s.Basis.ZH}} {
		if x.said == "" && x.other != "" || len([]rune(x.said)) > longestWords {
			_ = f.At("body.basis."+x.field, "what it rests on in both languages, in 400 characters each, or in none")
		}
	}
}

// adjustable is the default of an obligation and level, which the city may set otherwise: what
// rests on a law is refused, and what is given its end has none of its own.
func (b Book) adjustable(obligation string, level rating.Level, now time.Time) (Rule, error) {
	for _, p := range b.Packs {
		for _, r := range p.Rules {
			if r.Obligation == obligation && r.Legal {
				return r, fault.New(fault.Conflict, "security.time_limit.legal", "this time limit rests on a law and cannot be adjusted: %s", r.Basis.EN).With("zh", r.Basis.ZH).With("en", r.Basis.EN)
			}
		}
	}
	rule, _, found := b.seed(obligation, "", level, now)
	if !found || rule.Level != level || rule.Given {
		return rule, fault.New(fault.Invalid, "security.time_limit.unknown", "there is no such time limit").At("body.obligation", "an obligation and level of the list of time limits")
	}
	return rule, nil
}

// defaults are the rules that the city may set otherwise, as they come with the program.
func (b Book) defaults(now time.Time) (out []Rule) {
	for _, p := range slices.Backward(b.Packs) {
		for _, r := range p.Rules {
			known := slices.ContainsFunc(out, func(o Rule) bool { return o.Obligation == r.Obligation && o.Level == r.Level })
			if rule, err := b.adjustable(r.Obligation, r.Level, now); err == nil && !known {
				out = append(out, rule)
			}
		}
	}
	return out
}

// limit is the city's own time for a rule at a moment.
func (b Book) limit(r Rule, at time.Time) (best LimitEntry, found bool) {
	for _, e := range b.Limits {
		if r.Kind != "" || !e.of(r.Obligation, r.Level) || e.Since == nil || e.Since.After(at) {
			continue
		}
		if !found || e.later(best) {
			best, found = e, true
		}
	}
	return best, found
}

func (e LimitEntry) of(obligation string, level rating.Level) bool {
	return e.Obligation == obligation && e.Level == level
}

// later tells whether what is confirmed goes before another one: that of the later moment, and of
// one moment the one that was confirmed last.
func (e LimitEntry) later(other LimitEntry) bool {
	if e.Since.Equal(*other.Since) {
		return e.Version > other.Version
	}
	return e.Since.After(*other.Since)
}

// pack is by which name clocks say that they run by it.
func (e LimitEntry) pack() string { return "limit/" + e.ID }

// rule is what clocks go by; its basis names the version.
func (e LimitEntry) rule() Rule {
	return Rule{
		Obligation: e.Obligation, Level: e.Level, Minutes: e.Minutes, WorkingDays: e.WorkingDays, Steps: e.Steps,
		Basis: lang.Text{ZH: fmt.Sprintf("%s（本市时限第%d版）", e.Basis.ZH, e.Version), EN: fmt.Sprintf("%s (the city's time limit, version %d)", e.Basis.EN, e.Version)},
	}
}

// begin sets from when on a version that is confirmed holds: never before its confirmation, so that
// what had begun keeps what it was begun with.
func (e *LimitEntry) begin() error {
	if e.ConfirmedAt == nil {
		return nil
	}
	from, err := time.ParseInLocation(time.DateOnly, e.From, cityTime())
	if err != nil {
		return fmt.Errorf("read the first day of a time limit: %w", err)
	}
	at := from.UTC()
	if e.ConfirmedAt.After(at) {
		at = *e.ConfirmedAt
	}
	e.Since = &at
	return nil
}

// stand tells of all versions of some obligations and levels how they stand.
func stand(list []LimitEntry, now time.Time) {
	for i := range list {
		list[i].State = list[i].among(list, now)
	}
}

func (e LimitEntry) among(list []LimitEntry, now time.Time) LimitState {
	switch {
	case e.ReturnedAt != nil:
		return LimitReturned
	case e.Since == nil:
		return LimitWaits
	}
	turn := now // until when another one that goes before it leaves it none
	if e.Since.After(now) {
		turn = *e.Since
	}
	for _, other := range list {
		if other.of(e.Obligation, e.Level) && other.Since != nil && other.later(e) && !other.Since.After(turn) {
			return LimitOver
		}
	}
	if e.Since.After(now) {
		return LimitComing
	}
	return LimitHolds
}

// day is a day of the city.
func day(at time.Time) string { return at.In(cityTime()).Format(time.DateOnly) }
