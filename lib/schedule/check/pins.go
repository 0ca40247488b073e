package check

import (
	"errors"
	"slices"

	"linghang/lib/schedule/model"
)

// Waived returns the rules that a schedule of a valid model breaks and that are not judged because a pinned task has a waiver, the first 20 of
// them; none if Schedule finds something.
func Waived(m *model.Model, s *model.Schedule) []Violation {
	if Schedule(m, s) != nil {
		return nil
	}
	c := *m
	c.Tasks = slices.Clone(m.Tasks)
	for i := range c.Tasks {
		if p := c.Tasks[i].Pin; p != nil && p.Waive {
			judged := *p
			judged.Waive = false
			c.Tasks[i].Pin = &judged
		}
	}
	found, _ := errors.AsType[ViolationsError](Schedule(&c, s))
	return found
}

// Pins returns nil or the ViolationsError of what pinned tasks break by themselves, wherever the others are: s has the pinned tasks of
// a valid model with the stops before them, and none but those is looked at. Tanks of which others fill or draw are left out, and the least
// length of a campaign to which others may come.
func Pins(m *model.Model, s *model.Schedule) error {
	place := make([]int, len(m.Tasks)) // among the pinned ones, counted from 1
	c := model.Model{
		Resources: m.Resources, Jobs: m.Jobs, Families: m.Families, Changeovers: m.Changeovers, Calendars: m.Calendars,
		Tanks: m.Tanks, Recipes: m.Recipes, Campaigns: m.Campaigns, Clock: m.Clock, Horizon: m.Horizon, Now: m.Now,
	}
	e := newExaminer(&c)
	e.part = true
	for i := range m.Tasks {
		if p := m.Tasks[i].Pin; p != nil && p.Start != nil {
			c.Tasks, e.names = append(c.Tasks, m.Tasks[i]), append(e.names, i)
			place[i] = len(c.Tasks)
		}
	}
	if len(c.Tasks) == 0 {
		return nil
	}
	e.start, e.end, e.mode = make([]int64, len(c.Tasks)), make([]int64, len(c.Tasks)), make([]*model.Mode, len(c.Tasks))
	e.shared = sharedTanks(m)
	for _, p := range m.Precedences {
		if p.Before, p.After = place[p.Before]-1, place[p.After]-1; p.Before >= 0 && p.After >= 0 {
			c.Precedences = append(c.Precedences, p)
		}
	}
	c.Stops = moved(m.Stops, place)
	alone := &model.Schedule{Stops: moved(s.Stops, place)}
	for _, a := range s.Assignments {
		if a.Task < 0 || a.Task >= len(place) || place[a.Task] == 0 {
			continue
		}
		a.Task = place[a.Task] - 1
		alone.Assignments = append(alone.Assignments, a)
	}
	e.rules(alone)
	return e.verdict()
}

// moved are the stops before tasks that have a place, there.
func moved(stops []model.Stop, place []int) (list []model.Stop) {
	for _, s := range stops {
		if in(s.Before, len(place)) && place[s.Before] > 0 {
			s.Before = place[s.Before] - 1
			list = append(list, s)
		}
	}
	return list
}

// sharedTanks are those of which tasks that are not pinned may fill or draw.
func sharedTanks(m *model.Model) []bool {
	shared := make([]bool, len(m.Tanks))
	for i := range m.Tasks {
		if p := m.Tasks[i].Pin; p != nil && p.Start != nil {
			continue
		}
		for k := range m.Tasks[i].Modes {
			for _, f := range m.Tasks[i].Modes[k].Flows {
				shared[f.Tank] = true
			}
		}
	}
	return shared
}
