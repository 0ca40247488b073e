package gantt

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"linghang/lib/schedule/model"
)

func bakery() (*model.Model, *model.Schedule) {
	job := 0
	m := &model.Model{
		Name:      "a <small> bakery",
		Resources: []model.Resource{{Name: "oven & co", Capacity: 1}, {Name: "people", Capacity: 3}},
		Jobs:      []model.Job{{Name: "A"}},
		Tasks: []model.Task{
			{Name: "bread", Job: &job, Modes: []model.Mode{{Duration: 40, Needs: []model.Need{{Resource: 0, Amount: 1}, {Resource: 1, Amount: 1}}}}},
			{Name: "\"cake\"", Modes: []model.Mode{{Duration: 50, Needs: []model.Need{{Resource: 1, Amount: 2}}}}},
			{Modes: []model.Mode{{Duration: 5}}},
		},
	}
	return m, &model.Schedule{Makespan: 55, Assignments: []model.Assignment{{Task: 0, Start: 0, End: 40}, {Task: 1, Start: 0, End: 50}, {Task: 2, Start: 50, End: 55}}}
}

func TestADrawingIsXMLWithABarForEachUse(t *testing.T) {
	m, s := bakery()
	var b bytes.Buffer
	if err := SVG(&b, m, s, Options{}); err != nil {
		t.Fatal(err)
	}
	bars, d := 0, xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "g" {
			bars++
		}
	}
	if bars != 5 {
		t.Errorf("%d bars, not bread, cake, the third, and two steps of people", bars)
	}
	for _, want := range []string{"a &lt;small&gt; bakery", "oven &amp; co", "&#34;cake&#34;: 0–50", "bread: 0–40", "2: 50–55", "0–40: 3 of 3 taken", "40–50: 2 of 3 taken"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}

func TestBarsOfALaneDoNotOverlap(t *testing.T) {
	m, s := bakery()
	list, err := lanes(m, s)
	if err != nil || len(list) != 3 || list[1].curve == nil || list[2].name != "–" { // the oven, people, and what is on no machine
		t.Errorf("lanes %+v, %v", list, err)
	}
	for _, l := range list {
		for i, a := range l.bars {
			for _, b := range l.bars[i+1:] {
				if a.start < b.end && b.start < a.end {
					t.Errorf("%s: %+v and %+v", l.name, a, b)
				}
			}
		}
	}
}

func TestTheAxisHasAboutTenTimes(t *testing.T) {
	for _, span := range []int64{0, 1, 9, 13, 55, 1234, 99_999, model.MaxTime} {
		if n := len(numbers(span)); n < 1 || n > 14 {
			t.Errorf("%d has %d times", span, n)
		}
		for _, unit := range []int64{60, 3600, 86400} {
			list, err := dates(&model.Clock{Zone: "Europe/Berlin", Start: "2026-10-24T21:30", Unit: unit}, span)
			if err != nil || len(list) > 14 || span*unit > 24*3600 && len(list) < 4 {
				t.Errorf("%d units of %d s have %v, %v", span, unit, list, err)
			}
		}
	}
	// The night on which the clock is put back has an hour more.
	list, err := dates(&model.Clock{Zone: "Europe/Berlin", Start: "2026-10-24T22:00", Unit: 3600}, 72)
	if err != nil || list[0] != (mark{8, "10-25 06:00"}) && list[0] != (mark{9, "10-25 06:00"}) && list[0] != (mark{2, "10-25 00:00"}) {
		t.Errorf("%v, %v", list, err)
	}
	for k, m := range list {
		if m.text == "10-26 00:00" && m.at != 27 {
			t.Errorf("mark %d: %v, and it is 27 hours after", k, m)
		}
	}
}

func TestWidthsAreBounded(t *testing.T) {
	m, s := bakery()
	for _, width := range []int{-1, 10, 1 << 20} {
		if err := SVG(io.Discard, m, s, Options{Width: width}); err == nil {
			t.Errorf("%d was drawn", width)
		}
	}
}

func ExampleSVG() {
	m := &model.Model{Resources: []model.Resource{{Name: "oven", Capacity: 1}}, Tasks: []model.Task{{Name: "bread", Modes: []model.Mode{{Duration: 3, Needs: []model.Need{{Resource: 0, Amount: 1}}}}}}}
	s := &model.Schedule{Makespan: 3, Assignments: []model.Assignment{{End: 3}}}
	var b bytes.Buffer
	if err := SVG(&b, m, s, Options{Width: 300}); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Println(strings.Contains(b.String(), "<title>bread: 0–3</title>"))
	// Output: true
}

// What a planner looks for: when it is closed, what keeps a machine, what is late, what is in a tank, what the skid does.
func TestAPlantIsDrawn(t *testing.T) {
	need := func(r int) []model.Need { return []model.Need{{Resource: r, Amount: 1}} }
	m := &model.Model{
		Families: []string{"a", "b"}, Horizon: 48, Now: 1, Clock: &model.Clock{Zone: "Asia/Shanghai", Start: "2026-11-02T06:00", Unit: 3600},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 1}, {1, 0}}, Needs: need(2)}},
		Calendars:   []model.Calendar{{Windows: []model.Window{{From: 0, Until: 10}, {From: 14, Until: 48}}}},
		Resources:   []model.Resource{{Name: "reactor", Capacity: 1}, {Name: "line", Capacity: 1, Calendar: new(0), Changeover: new(0), Family: new(0)}, {Name: "skid", Capacity: 1}},
		Tanks:       []model.Tank{{Name: "silo", Capacity: 20, Level: 5}},
		Jobs:        []model.Job{{Due: new(int64(10))}},
		Tasks: []model.Task{
			{Name: "react", Job: new(0), Family: new(1), Modes: []model.Mode{{Duration: 4, Needs: need(0), Flows: []model.Flow{{Tank: 0, Amount: 10}}}}},
			{Name: "pack", Job: new(0), Family: new(1), Modes: []model.Mode{{Duration: 5, Needs: need(1), Flows: []model.Flow{{Tank: 0, Amount: -15}}}}},
		},
		Precedences: []model.Precedence{{Before: 0, After: 1, Blocking: true}},
	}
	s := &model.Schedule{
		Makespan: 19, Assignments: []model.Assignment{{Task: 0, End: 4}, {Task: 1, Start: 14, End: 19}},
		Stops: []model.Stop{{Kind: model.Change, Resource: new(1), Before: 1, Start: 2, End: 3}},
	}
	var b strings.Builder
	if err := SVG(&b, m, s, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"react: 0–4, on its machine until 14", "pack: 14–19, late", "0–4: 5 of 20 in it", "4–14: 15 of 20 in it", `fill="#e9e9ee"`, "now: 1", "11-02 08:00"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
	if n := strings.Count(b.String(), "<title>change, pack: 2–3</title>"); n != 2 {
		t.Errorf("the changeover is drawn %d times, not on the line and the skid", n)
	}
}

func TestStopsAreDrawnOnTheirMachine(t *testing.T) {
	m := &model.Model{
		Families: []string{"a", "b"}, Changeovers: []model.Changeover{{Duration: [][]int64{{0, 2}, {2, 0}}}},
		Resources: []model.Resource{{Name: "mixer", Capacity: 1, Changeover: new(0), Family: new(0)}},
		Tasks:     []model.Task{{Name: "mix", Family: new(1), Modes: []model.Mode{{Duration: 3, Needs: []model.Need{{Resource: 0, Amount: 1}}}}}},
	}
	s := &model.Schedule{Makespan: 5, Assignments: []model.Assignment{{Start: 2, End: 5}}, Stops: []model.Stop{{Kind: model.Change, Resource: new(0), End: 2}}}
	var b strings.Builder
	if err := SVG(&b, m, s, Options{}); err != nil || !strings.Contains(b.String(), "<title>change, mix: 0–2</title>") || strings.Count(b.String(), "<g>") != 2 {
		t.Error(err, b.String())
	}
}
