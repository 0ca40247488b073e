package plan

import (
	"math"
	"time"
)

// status is the traffic light of a target.
type status string

const (
	reached     status = "reached"
	onTrack     status = "on_track"
	atRisk      status = "at_risk"
	late        status = "late"
	notMeasured status = "not_measured"
	missed      status = "missed" // the period is over without the goal
)

func statuses() []status { return []status{reached, onTrack, atRisk, late, missed, notMeasured} }

// Pace holds a value against a straight line from baseline to goal.
type Pace struct {
	Elapsed        float64  `json:"elapsed" doc:"Share of the period that has passed"`
	Expected       float64  `json:"expected" doc:"Where a straight line from baseline to goal is now"`
	Ratio          *float64 `json:"ratio" doc:"Way made as a share of the way expected by now"`
	RequiredPerDay *float64 `json:"required_per_day" doc:"What each remaining day must bring"`
}

func (t target) pace(v float64, r rules, from, to, now time.Time) Pace {
	elapsed := min(1, max(0, float64(now.Sub(from))/float64(to.Sub(from))))
	p := Pace{Elapsed: round(elapsed, 4), Expected: t.Baseline + elapsed*(t.need(r)-t.Baseline)}
	if way := p.Expected - t.Baseline; way != 0 {
		ratio := round((v-t.Baseline)/way, 4)
		p.Ratio = &ratio
	}
	if left := to.Sub(now).Hours() / 24; left > 0 {
		need := (t.need(r) - v) / left
		if t.met(v, r) {
			need = 0
		}
		p.RequiredPerDay = &need
	}
	return p
}

// situation is all that the traffic light looks at.
type situation struct {
	target   target
	rules    rules
	from, to time.Time
	value    *float64
	unknown  *Reason // why there is no value
	pace     Pace
	forecast Forecast
}

// judge decides the traffic light and says why. In this order: no value; the
// goal is met; the period is over or has not begun; the chance that the
// forecast gives; the pace. A milestone that is overdue keeps a target from
// being on track.
func (s situation) judge(now time.Time) (status, Reason) {
	if s.value == nil {
		return notMeasured, *s.unknown
	}
	v, t := *s.value, s.target
	if t.met(v, s.rules) {
		return reached, Reason{"goal_met", map[string]any{"value": v, "goal": t.Goal}}
	}
	if !now.Before(s.to) {
		return missed, Reason{"period_over", map[string]any{"ended": dayOf(s.to.Add(-time.Millisecond)), "missing": math.Abs(t.need(s.rules) - v)}}
	}
	if now.Before(s.from) {
		return onTrack, Reason{"not_begun", map[string]any{"begins": dayOf(s.from)}}
	}
	light, why := s.outlook(now)
	if light != onTrack {
		return light, why
	}
	for _, m := range t.Milestones {
		if m.overdue(t, s.rules, s.value, now) {
			return atRisk, Reason{"milestone_overdue", map[string]any{"due": m.Due, "title_zh": m.Title.ZH, "title_en": m.Title.EN}}
		}
	}
	return light, why
}

func (s situation) outlook(now time.Time) (status, Reason) {
	if c := s.forecast.Chance; c != nil {
		return grade(*c, s.rules.OnTrackChance, s.rules.AtRiskChance), Reason{"forecast", map[string]any{"chance": round(*c, 3), "forecast": *s.forecast.Value, "goal": s.target.Goal}}
	}
	if s.pace.Ratio == nil {
		return onTrack, Reason{"no_pace", nil}
	}
	params := map[string]any{"ratio": *s.pace.Ratio, "expected": round(s.pace.Expected, 2)}
	light := grade(*s.pace.Ratio, s.rules.OnTrackPace, s.rules.AtRiskPace)
	if light != onTrack && now.Before(s.from.AddDate(0, 0, s.rules.GraceDays)) {
		return onTrack, Reason{"just_begun", params}
	}
	return light, Reason{"pace", params}
}

func grade(v, good, fair float64) status {
	switch {
	case v >= good:
		return onTrack
	case v >= fair:
		return atRisk
	}
	return late
}
