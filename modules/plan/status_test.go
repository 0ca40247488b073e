package plan

import (
	"testing"
	"time"

	"linghang/kernel/lang"
)

func TestAValueIsHeldAgainstTheGoalInItsDirection(t *testing.T) {
	r := defaultRules()
	strict := r
	strict.ExceedingFails = true
	f := func(x target, r rules, v float64, want bool) {
		t.Helper()
		if got := x.met(v, r); got != want {
			t.Errorf("%s %g: %g is %v, want %v", x.Direction, x.Goal, v, got, want)
		}
	}
	f(aim(atLeast, 40), r, 40, true)
	f(aim(atLeast, 40), r, 39.9, false)
	f(aim(equal, 30), r, 30, true)
	f(aim(equal, 30), r, 31, true)
	f(aim(equal, 30), r, 29, false)
	f(aim(moreThan, 100), r, 100, false)
	f(aim(moreThan, 100), r, 100.1, true)
	f(aim(atMost, 5), r, 5, true)
	f(aim(atMost, 5), r, 6, false)
	f(aim(about, 300), r, 269, false)
	f(aim(about, 300), r, 270, true)
	f(aim(about, 300), r, 400, true)
	f(aim(about, 300), strict, 330, true)
	f(aim(about, 300), strict, 331, false)
	span := target{Direction: between, Goal: 3, GoalHigh: 5}
	f(span, r, 2, false)
	f(span, r, 3, true)
	f(span, r, 6, true)
	f(span, strict, 6, false)
}

func TestTheTrafficLightFollowsThePlansRules(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	f := func(name string, v *float64, chance *float64, day int, change func(*situation), want status, why string) {
		t.Helper()
		s := situation{target: aim(atLeast, 100), rules: defaultRules(), from: began, to: ends, value: v, unknown: &Reason{Code: "no_room"}}
		if change != nil {
			change(&s)
		}
		now := began.AddDate(0, 0, day)
		if v != nil {
			s.pace = s.target.pace(*v, s.rules, s.from, s.to, now)
		}
		if chance != nil {
			s.forecast = Forecast{Chance: chance, Value: number(90)}
		}
		got, reason := s.judge(now)
		if got != want || reason.Code != why {
			t.Errorf("%s: %s because %s, want %s because %s", name, got, reason.Code, want, why)
		}
	}
	f("no value", nil, nil, 100, nil, notMeasured, "no_room")
	f("goal met", number(100), nil, 100, nil, reached, "goal_met")
	f("goal met after the period", number(100), nil, 400, nil, reached, "goal_met")
	f("period over", number(99), nil, 365, nil, missed, "period_over")
	f("not begun", number(0), nil, -1, nil, onTrack, "not_begun")
	f("likely", number(50), number(0.7), 100, nil, onTrack, "forecast")
	f("doubtful", number(50), number(0.5), 100, nil, atRisk, "forecast")
	f("unlikely", number(50), number(0.1), 100, nil, late, "forecast")
	f("just begun", number(0), nil, 59, nil, onTrack, "just_begun")
	f("no longer just begun", number(0), nil, 60, nil, late, "pace")
	f("good pace", number(50), nil, 182, nil, onTrack, "pace")
	f("fair pace", number(40), nil, 182, nil, atRisk, "pace")
	f("slow pace", number(20), nil, 182, nil, late, "pace")
	f("other rules", number(20), nil, 182, func(s *situation) { s.rules.OnTrackPace, s.rules.AtRiskPace = 0.3, 0.1 }, onTrack, "pace")
	step := func(done bool) func(*situation) {
		return func(s *situation) {
			m := milestone{Title: lang.Text{EN: "half"}, Due: "2026-03-01", Goal: number(60)}
			if done {
				m.DoneAt = began
			}
			s.target.Milestones = []milestone{m}
		}
	}
	f("milestone overdue", number(50), number(0.9), 100, step(false), atRisk, "milestone_overdue")
	f("milestone done", number(50), number(0.9), 100, step(true), onTrack, "forecast")
	f("milestone not due", number(50), number(0.9), 30, step(false), onTrack, "forecast")
}

func TestPaceTellsWhatEachRemainingDayMustBring(t *testing.T) {
	x := target{Direction: atLeast, Goal: 110, Baseline: 10}
	p := x.pace(35, defaultRules(), began, began.Add(100*24*time.Hour), began.Add(50*24*time.Hour))
	if p.Elapsed != 0.5 || p.Expected != 60 || *p.Ratio != 0.5 || *p.RequiredPerDay != 1.5 {
		t.Errorf("pace %+v, ratio %v, required %v", p, *p.Ratio, *p.RequiredPerDay)
	}
}
