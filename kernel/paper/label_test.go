package paper_test

import (
	"bytes"
	"errors"
	"image/png"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/paper"
)

func typeface(t testing.TB) *paper.Typeface {
	t.Helper()
	data, err := paper.Font("")
	if err != nil {
		t.Fatal(err)
	}
	face, err := paper.NewTypeface(data)
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// board is a code of 21 modules to an edge that are dark and light by turns.
func board() paper.Code {
	return paper.Code{Size: 21, Quiet: 4, Dark: func(x, y int) bool { return (x+y)%2 == 0 }}
}

func labels(n int) iter.Seq2[paper.Label, error] {
	return func(yield func(paper.Label, error) bool) {
		for range n {
			if !yield(paper.Label{Code: board(), Lines: []string{"轴承 Bearing", "88.101.5/T001"}}, nil) {
				return
			}
		}
	}
}

func TestALabelFindsItsPlace(t *testing.T) {
	face := typeface(t)
	long := slices.Repeat([]string{strings.Repeat("工业互联网标识", 5)}, 6)
	for name, c := range map[string]struct {
		form   paper.LabelForm
		lines  []string
		module float64 // millimetres; 29 modules to an edge
	}{
		"a code alone is as large as the label":        {paper.LabelForm{Width: 31, Height: 31, Text: 7}, nil, 1},
		"text stands beside it on a wide label":        {paper.LabelForm{Width: 90, Height: 31, Text: 7}, []string{"x"}, 1},
		"text below takes no more than half the label": {paper.LabelForm{Width: 31, Height: 31, Text: 7}, long, 0.6},
	} {
		l := paper.Label{Code: board(), Lines: c.lines}
		if got := c.form.Module(l, face); got < c.module*0.9 || got > c.module*1.1 {
			t.Errorf("%s: modules of %.2f mm, want %.2f", name, got, c.module)
		}
	}
}

func TestTheModulesOfAPictureAreWholePixels(t *testing.T) {
	var b bytes.Buffer
	form := paper.LabelForm{Width: 20.3, Height: 20.3, Text: 7}
	if err := form.PNG(&b, paper.Label{Code: board()}, typeface(t)); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	middle, runs, length := img.Bounds().Dy()/2, map[int]int{}, 0
	for x := 1; x < img.Bounds().Dx(); x++ {
		if length++; img.At(x, middle) != img.At(x-1, middle) {
			runs[length]++
			length = 0
		}
	}
	if len(runs) != 2 { // the quiet zone, and modules that are all alike
		t.Errorf("runs of pixels %v", runs)
	}
}

func TestTextOfAPictureNeedsNoFont(t *testing.T) {
	var b bytes.Buffer
	if err := (paper.LabelForm{Width: 60, Height: 30, Text: 7}).SVG(&b, paper.Label{Code: board(), Lines: []string{`"轴承" <1>`}}, typeface(t)); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "轴") || strings.Contains(text, "<text") || strings.Count(text, "<path") != 2 {
		t.Errorf("SVG %.300s", text)
	}
}

func TestASheetIsTheSameWheneverItIsMade(t *testing.T) {
	s := paper.Sheet{Title: "货架", Width: paper.A4Width, Height: paper.A4Height, Left: 5, Top: 5, Rows: 9, Columns: 3, Outline: true, Label: paper.LabelForm{Width: 60, Height: 30, Text: 7}}
	at := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	var one, other bytes.Buffer
	n, err := s.PDF(&one, typeface(t), at, labels(28))
	if err != nil || n != 28 {
		t.Fatalf("%d labels: %v", n, err)
	}
	if _, err := s.PDF(&other, typeface(t), at, labels(28)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), other.Bytes()) || bytes.Count(one.Bytes(), []byte("/Type /Page\n")) != 2 {
		t.Error("the files differ, or have not two pages")
	}
	away := errors.New("the store is away")
	_, err = s.PDF(&other, typeface(t), at, func(yield func(paper.Label, error) bool) { yield(paper.Label{}, away) })
	if !errors.Is(err, away) {
		t.Errorf("a label that cannot be read: %v", err)
	}
}

func BenchmarkSheetOfAThousandLabels(b *testing.B) {
	face := typeface(b)
	s := paper.Sheet{Width: paper.A4Width, Height: paper.A4Height, Rows: 9, Columns: 3, Label: paper.LabelForm{Width: 60, Height: 30, Text: 7}}
	for b.Loop() {
		var out bytes.Buffer
		if _, err := s.PDF(&out, face, time.Time{}, labels(1000)); err != nil {
			b.Fatal(err)
		}
	}
}
