package judge_test

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"linghang/lib/match/index"
	"linghang/lib/match/judge"
	"linghang/lib/match/text"
	"linghang/lib/match/trade"
)

func TestMeasuresAreThoseOfTheDefinition(t *testing.T) {
	grades := map[string]int{"a": 3, "b": 2, "c": 1}
	f := func(ndcg, rr float64, ranking ...string) {
		t.Helper()
		if got := judge.NDCG(ranking, grades, 10); math.Abs(got-ndcg) > 1e-4 {
			t.Errorf("%v: nDCG %v, not %v", ranking, got, ndcg)
		}
		if got := judge.ReciprocalRank(ranking, grades, 10); got != rr {
			t.Errorf("%v: reciprocal rank %v, not %v", ranking, got, rr)
		}
	}
	f(1, 1, "a", "b", "c")
	f(0, 0)
	f(0, 0, "x", "y")
	f(0.7364, 0.5, "c", "a", "b") // (1 + 7/1.585 + 3/2) ÷ (7 + 3/1.585 + 1/2) = 6.9165 ÷ 9.3928
	if judge.NDCG([]string{"a"}, nil, 10) != 0 {
		t.Error("a question that nothing answers")
	}
}

func TestWhatIsNoSetIsRefused(t *testing.T) {
	for _, s := range []string{"{", "{}\n[]", "{}\n{}\n{}", strings.Repeat("x", 2<<20)} {
		if _, err := judge.Read[judge.Question](strings.NewReader(s), 2); !errors.Is(err, judge.ErrSet) {
			t.Errorf("%.10q: %v", s, err)
		}
	}
}

func read[T judge.Document | judge.Question](t testing.TB, name string) []T {
	t.Helper()
	f, err := os.Open("../testdata/judged/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	list, err := judge.Read[T](f, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// judged is an index of the judged set's corpus.
func judged(t testing.TB) *index.Index {
	t.Helper()
	terms, err := trade.Terms()
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.New(index.Schema{
		Fields:  []index.Field{{Name: "title", Weight: 3, Spelled: true}, {Name: "tags", Weight: 2, Spelled: true}, {Name: "body", Weight: 1}},
		Columns: []index.Column{{Name: "kind"}},
	}, text.New(terms), index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var c index.Change
	for _, d := range read[judge.Document](t, "corpus.jsonl") {
		c.Put = append(c.Put, index.Document{ID: d.ID, Texts: map[string]string{"title": d.Title, "tags": strings.Join(d.Tags, " "), "body": d.Body}, Words: map[string][]string{"kind": {d.Kind}}})
	}
	if err := x.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return x
}

// The bars of search: what the ranking reaches on the half that nothing was tuned on.
func TestTheJudgedSetIsAnsweredInAGoodOrder(t *testing.T) {
	x := judged(t)
	by := map[string]*judge.Measures{}
	for _, q := range read[judge.Question](t, "queries.jsonl") {
		r, err := x.Search(t.Context(), index.Query{Text: q.Text})
		if err != nil {
			t.Fatal(err)
		}
		var ranking []string
		for _, h := range r.Hits {
			ranking = append(ranking, h.ID)
		}
		for _, group := range []string{q.Half, q.Half + " " + q.Wording} {
			if by[group] == nil {
				by[group] = &judge.Measures{}
			}
			by[group].Add(ranking, q.Grades, 10)
		}
		if n := judge.NDCG(ranking, q.Grades, 10); n < 0.5 && q.Half == "tune" && testing.Verbose() {
			t.Logf("%.2f %s (%s): %v", n, q.Text, q.Topic, ranking)
		}
	}
	for group, m := range by {
		t.Logf("%-14s %3d questions: nDCG@10 %.3f, MRR@10 %.3f", group, m.Questions, m.NDCG, m.MRR)
	}
	if m := by["report"]; m.Questions < 100 || m.NDCG < 0.80 || m.MRR < 0.85 {
		t.Errorf("%d questions: nDCG@10 %.3f (bar 0.80), MRR@10 %.3f (bar 0.85)", m.Questions, m.NDCG, m.MRR)
	}
}

func TestTheJudgedSetIsWhole(t *testing.T) {
	docs, questions := read[judge.Document](t, "corpus.jsonl"), read[judge.Question](t, "queries.jsonl")
	if len(docs) < 400 || len(questions) < 200 {
		t.Errorf("%d documents and %d questions", len(docs), len(questions))
	}
	topics, bodies := map[string]string{}, map[string]bool{}
	for _, d := range docs {
		if bodies[d.Title+d.Body] || topics[d.ID] != "" {
			t.Errorf("%s is there twice", d.ID)
		}
		bodies[d.Title+d.Body], topics[d.ID] = true, d.Topic
	}
	texts := map[string]bool{}
	for _, q := range questions {
		best := 0
		for id, g := range q.Grades {
			best = max(best, g)
			if g < 1 || g > 3 || topics[id] == "" || g == 3 && topics[id] != q.Topic {
				t.Errorf("%s: %s has grade %d", q.ID, id, g)
			}
		}
		if texts[q.Text] || best != 3 || q.Half != "tune" && q.Half != "report" {
			t.Errorf("%s: %q is there twice, nothing answers it, or it belongs to no half", q.ID, q.Text)
		}
		texts[q.Text] = true
	}
}
