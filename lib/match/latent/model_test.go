package latent_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"linghang/lib/match/latent"
	"linghang/lib/match/text"
)

// bearings is a small model in GloVe's format: two fields of work, and words of all texts.
const bearings = `的 1 1 1
，1 1 1 1
轴承 9 1 1
数控 1 9 1
机 5 5 5
床 5 5 4
机床 2 8 1
数控机床 1 8 2
滚珠 8 2 1
面料 1 1 9
染色 1 2 8
Bearing 9 1 2
`

func model(t testing.TB, file string) *latent.Model {
	t.Helper()
	m, err := latent.ReadModel(t.Context(), strings.NewReader(file), text.NewFolder())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func embedOne(t testing.TB, in latent.Embedder, s string) []float32 {
	t.Helper()
	v, err := in.Embed(t.Context(), []string{s})
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

func cosineOf(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestAModelKnowsWordsThatNoTextShares(t *testing.T) {
	m := model(t, bearings)
	if m.Words() != 11 || m.Dimensions() != 3 {
		t.Errorf("%s; a mark is no word", m)
	}
	asked := embedOne(t, m, "滚珠更换")
	if same, other := cosineOf(asked, embedOne(t, m, "轴承")), cosineOf(asked, embedOne(t, m, "染色的面料")); same < 0.9 || other > 0 {
		t.Errorf("the same matter %.2f, another %.2f", same, other)
	}
	if !reflect.DeepEqual(embedOne(t, m, "BEARINGS"), embedOne(t, m, "bearing")) {
		t.Error("case or the plural makes a difference")
	}
	if nothing := embedOne(t, m, "！？ 岛"); !reflect.DeepEqual(nothing, make([]float32, 3)) {
		t.Errorf("nothing that is known means %v", nothing)
	}
}

func TestAModelCutsTextIntoItsLikeliestWords(t *testing.T) {
	m := model(t, bearings)
	if !reflect.DeepEqual(embedOne(t, m, "数控機床"), embedOne(t, m, "数控机床")) {
		t.Error("traditional characters make a difference")
	}
	alone := model(t, strings.ReplaceAll(bearings, "数控机床 1 8 2\n", ""))
	if reflect.DeepEqual(embedOne(t, alone, "数控机床"), embedOne(t, m, "数控机床")) {
		t.Error("the longest word was not taken")
	}
	if c := cosineOf(embedOne(t, alone, "机床"), embedOne(t, alone, "床")); c > 0.9999 {
		t.Error("a word was taken for its last character")
	}
}

func TestAModelIsReadAsProgramsWriteIt(t *testing.T) {
	// Written by fastText 0.9.2: skipgram -dim 16 -minCount 12, of lib/match/testdata/judged.
	packed, err := os.ReadFile("testdata/fasttext.vec.gz")
	if err != nil {
		t.Fatal(err)
	}
	m, err := latent.ReadModel(t.Context(), bytes.NewReader(packed), text.NewFolder())
	if err != nil {
		t.Fatal(err)
	}
	if m.Words() != 471 || m.Dimensions() != 16 {
		t.Errorf("%s", m)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if p := model(t, string(plain)); !reflect.DeepEqual(embedOne(t, m, "设备振动监测"), embedOne(t, p, "设备振动监测")) {
		t.Error("gzip makes a difference")
	}
	if c := cosineOf(embedOne(t, m, "设备振动监测"), embedOne(t, m, "设备故障")); c < 0.3 {
		t.Errorf("words of one matter have the cosine %.2f", c)
	}
}

func TestAFileThatIsNoModelIsRefusedByLine(t *testing.T) {
	long := "轴承 " + strings.Repeat("0.123456789 ", 1<<15)
	for name, c := range map[string]struct{ file, says string }{
		"empty":                     {"", "0 words"},
		"only a header":             {"3 4\n", "cut off: the first line says 3 words, there are 0"},
		"cut off":                   {"3 2\n轴承 1 2\n机床 2 1\n", "says 3 words, there are 2"},
		"a number that is none":     {"2 2\n轴承 1 2\n机床 2 x\n", `line 3: number 2 is "x"`},
		"a number beyond all":       {"2 2\n轴承 1 2\n机床 2 1e99\n", `line 3: number 2 is "1e99"`},
		"not a number":              {"2 2\n轴承 1 2\n机床 NaN 1\n", `line 3: number 1 is "NaN"`},
		"too few numbers":           {"2 3\n轴承 1 2 3\n机床\n", "line 3 has 1 fields"},
		"one number":                {"轴承 1\n机床 2\n", "line 1: vectors have 2 to 1024 numbers, not 1"},
		"more numbers than allowed": {"1 5000\n轴承 1\n", "vectors have 2 to 1024 numbers, not 5000"},
		"a table":                   {"name;value\n轴承;1\n", "not 0; give the text format (.vec)"},
		"fastText's binary":         {"\xba\x16\x4f\x2f\x0c\x00\x00\x00\x10\x00\n\x00", "give the text format (.vec)"},
		"a line without end":        {long, "has more than 262144 octets"},
		"gzip in name":              {"\x1f\x8bxx", "begins as gzip"},
		"one word":                  {"1 2\n轴承 1 2\n", "there are 1 words"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := latent.ReadModel(t.Context(), strings.NewReader(c.file), text.NewFolder())
			if !errors.Is(err, latent.ErrModel) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%v, want %s", err, c.says)
			}
		})
	}
	if _, err := latent.ReadModel(t.Context(), strings.NewReader("机器 学习 1 2\n"), text.NewFolder()); !errors.Is(err, latent.ErrModel) {
		t.Errorf("a first line with a phrase is %v", err)
	}
	if m := model(t, "3 2\n轴承 1 2\n机器 学习 1 2\n机床 2 1\n"); m.Words() != 2 {
		t.Errorf("a phrase counts as a word: %s", m)
	}
}

func TestAModelIsNearBeforeASpaceIsLearned(t *testing.T) {
	m := model(t, bearings)
	c := latent.NewCorpus(text.New(nil), latent.CorpusOptions{Options: latent.Options{Dimensions: 2, Seed: 3}, Least: 4, Model: func() *latent.Model { return m }})
	docs := []latent.Said{{ID: "a", Version: 1, Text: "轴承润滑"}, {ID: "b", Version: 1, Text: "面料印花"}, {ID: "c", Version: 1, Text: "机床轴承润滑"}, {ID: "d", Version: 1, Text: "面料印花染色"}}
	near := func(asked, id string) float64 {
		t.Helper()
		of, err := c.Near(t.Context(), asked)
		if err != nil {
			t.Fatal(err)
		}
		return of(id)
	}
	if err := c.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	before := near("滚珠", "a")
	if before < 0.2 || before > 0.25 || near("滚珠", "b") > 0 {
		t.Errorf("the model counts a quarter: %.2f and %.2f", before, near("滚珠", "b"))
	}
	if err := c.Learn(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	if a, b := near("滚珠", "a"), near("滚珠", "b"); a < 0.1 || b > 0 {
		t.Errorf("what was learned has no such word, the model has: %.2f and %.2f", a, b)
	}
	if both := near("轴承润滑", "a"); math.Abs(both-1) > 0.01 {
		t.Errorf("the same text has %.3f", both)
	}
	if err := c.Put(t.Context(), []latent.Said{{ID: "e", Text: "滚珠"}}); err != nil || near("轴承", "e") < 0.1 {
		t.Errorf("what is new means something at once: %.2f, %v", near("轴承", "e"), err)
	}
}

func FuzzReadModel(f *testing.F) {
	f.Add([]byte(bearings))
	f.Add([]byte("2 2\n轴承 1 2\n机床 2 1\n"))
	f.Add([]byte("\x1f\x8b"))
	folder := text.NewFolder()
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := latent.ReadModel(t.Context(), bytes.NewReader(file), folder)
		if err != nil {
			if !errors.Is(err, latent.ErrModel) {
				t.Fatal(err)
			}
			return
		}
		for _, s := range []string{"数控机床轴承", string(file[:min(len(file), 200)])} {
			v := embedOne(t, m, s)
			if n := cosineOf(v, v); n != 0 && math.Abs(n-1) > 1e-3 || len(v) != m.Dimensions() {
				t.Fatalf("the vector of %q has the length %v", s, n)
			}
		}
	})
}
