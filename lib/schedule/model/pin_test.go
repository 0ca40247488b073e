package model

import (
	"strings"
	"testing"
)

// pinned is two tasks on one machine, pinned one after the other from now on, and a third on a line with others.
func pinned() *Model {
	at := func(start int64) *Pin { return &Pin{Start: &start} }
	on := func(r int, d, amount int64) []Mode { return []Mode{{Duration: d, Needs: []Need{{r, amount}}}} }
	return &Model{
		Resources:   []Resource{{Capacity: 1, Down: []Window{{From: 700, Until: 710}}}, {Capacity: 3, Calendar: new(0)}},
		Calendars:   []Calendar{{Windows: []Window{{From: 0, Until: 60}, {From: 60, Until: 80}}, Period: 100}},
		Jobs:        []Job{{Release: 100, Deadline: new(int64(900))}},
		Tasks:       []Task{{Job: new(0), Modes: on(0, 50, 1), Pin: at(500)}, {Modes: on(0, 50, 1), Pin: at(550)}, {Modes: on(1, 30, 2), Pin: at(650)}, {Modes: on(1, 80, 2), Breaks: Pause, Pin: at(670)}},
		Precedences: []Precedence{{Before: 0, After: 1, MaxLag: new(int64(20))}},
		Now:         400, Horizon: 1000,
	}
}

func TestPinsFromNowOnKeepWhatCanBeSeen(t *testing.T) {
	right := func(m *Model) { m.Tasks[3].Pin.Start = new(int64(700)) }
	m := pinned()
	right(m)
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Model){
		"tasks[3].pin: has the task from 670 on beside tasks[2], which is pinned too; together they take 4 of resources[1], which has 3": func(m *Model) { m.Tasks[3].Pin.Start = new(int64(670)) },
		"tasks[1].pin: has the task from 549 on beside tasks[0], which is pinned too; together they take 2 of resources[0]":              func(m *Model) { m.Tasks[1].Pin.Start = new(int64(549)); m.Precedences = nil },
		"tasks[1].pin.start: is 549; precedences[0] has it wait for the end of tasks[0] at 550":                                          func(m *Model) { m.Tasks[1].Pin.Start = new(int64(549)) },
		"tasks[1].pin.start: is 571; precedences[0] has it start within 20":                                                              func(m *Model) { m.Tasks[1].Pin.Start = new(int64(571)) },
		"tasks[1].pin: has the task from 655 on; resources[0], which it needs, is closed at 700":                                         func(m *Model) { m.Tasks[1].Pin.Start = new(int64(655)); m.Precedences = nil },
		"tasks[2].pin: has the task from 651 on; resources[1], which it needs, is closed at 680":                                         func(m *Model) { m.Tasks[2].Pin.Start = new(int64(651)) },
		"tasks[3].pin: has the task from 780 on; resources[1], which it needs, is closed at 780":                                         func(m *Model) { m.Tasks[3].Pin.Start = new(int64(780)) },
		"tasks[0].pin.start: is 500; jobs[0] is released at 501":                                                                         func(m *Model) { m.Jobs[0].Release = 501 },
		"tasks[0].pin: has the task end at 550, after the deadline of jobs[0] at 549":                                                    func(m *Model) { m.Jobs[0].Deadline = new(int64(549)) },
		"tasks[0].pin: has the task end at 1001, after the horizon of 1000":                                                              func(m *Model) { m.Tasks[0].Pin.End = new(int64(1001)) },
		"tasks[0].pin.waive: is for a pinned start":                                                                                      func(m *Model) { m.Tasks[0].Pin = &Pin{Waive: true} },
	} {
		m := pinned()
		right(m)
		spoil(m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
		if strings.Contains(want, "waive:") {
			continue
		}
		// What has begun, or has a waiver, is as it is.
		for i := range m.Tasks {
			m.Tasks[i].Pin.Waive = true
		}
		if err := m.Validate(); err != nil {
			t.Errorf("with a waiver: %v", err)
		}
		for i := range m.Tasks {
			m.Tasks[i].Pin.Waive = false
		}
		m.Now = 999
		if err := m.Validate(); err != nil {
			t.Errorf("in the past: %v", err)
		}
	}
}
