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
	if bars != 4 {
		t.Errorf("%d bars, not bread twice, cake and the third", bars)
	}
	for _, want := range []string{"a &lt;small&gt; bakery", "oven &amp; co", "&#34;cake&#34;: 0–50", "bread: 0–40", "2: 50–55"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}

func TestBarsOfALaneDoNotOverlap(t *testing.T) {
	m, s := bakery()
	names, bars := lanes(m, s)
	if len(names) != 4 { // the oven, two people, and what needs nothing
		t.Errorf("lanes %q", names)
	}
	for i, a := range bars {
		for _, b := range bars[i+1:] {
			if a.lane == b.lane && a.start < b.end && b.start < a.end {
				t.Errorf("%+v and %+v", a, b)
			}
		}
	}
}

func TestTheAxisHasAboutTenTimes(t *testing.T) {
	for _, span := range []int64{0, 1, 9, 13, 55, 1234, 99_999, model.MaxTime} {
		var b bytes.Buffer
		axis(&b, span, 1, 10)
		if n := strings.Count(b.String(), "<text"); n < 1 || n > 14 {
			t.Errorf("%d has %d times", span, n)
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
