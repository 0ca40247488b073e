package index_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"linghang/lib/match/index"
	"linghang/lib/match/text"
)

func schema() index.Schema {
	return index.Schema{
		Fields:  []index.Field{{Name: "title", Weight: 3, Spelled: true}, {Name: "tags", Weight: 2, Spelled: true}, {Name: "body", Weight: 1}},
		Columns: []index.Column{{Name: "kind"}, {Name: "year", Number: true}},
	}
}

func analyser(t testing.TB) *text.Analyser {
	t.Helper()
	trade, err := text.ReadTrade(strings.NewReader("aps | 排产; 高级计划与排程; APS | 计划\n计划 | 生产计划\nmes | MES; 制造执行"))
	if err != nil {
		t.Fatal(err)
	}
	return text.New(trade)
}

func empty(t testing.TB) *index.Index {
	t.Helper()
	x, err := index.New(schema(), analyser(t), index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func doc(id, title, body string) index.Document {
	return index.Document{ID: id, Texts: map[string]string{"title": title, "body": body}}
}

func apply(t testing.TB, x *index.Index, c index.Change) {
	t.Helper()
	if err := x.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func search(t testing.TB, x *index.Index, q index.Query) index.Result {
	t.Helper()
	r, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ids(r index.Result) []string {
	list := []string{}
	for _, h := range r.Hits {
		list = append(list, h.ID)
	}
	return list
}

func TestWhatIsWrittenOtherwiseIsFound(t *testing.T) {
	x := empty(t)
	apply(t, x, index.Change{Put: []index.Document{
		doc("aps", "高级计划与排程系统", "有限产能下的自动计划"), doc("mes", "MES制造执行系统", "工单、报工、追溯"),
		doc("haier", "青岛海尔智能家电有限公司", "家电"), doc("maintain", "设备预测性维护", "振动分析"), doc("iso", "ISO9001质量体系", ""), doc("plan", "生产计划平台", ""),
		doc("robot", "welding robots", "industrial automation"),
	}})
	f := func(question, want string) {
		t.Helper()
		if got := ids(search(t, x, index.Query{Text: question})); len(got) == 0 || got[0] != want {
			t.Errorf("%s: %v, not %s first", question, got, want)
		}
	}
	f("排产软件", "aps")
	f("ａｐｓ", "aps")
	f("製造執行", "mes")
	f("qingdaohaier", "haier")
	f("qdhe", "haier")
	f("预测性围护", "maintain")
	f("iso 9001", "iso")
	f("autmation", "robot")
	f("weldign robot", "robot")
	f("automaton industral", "robot")
	f("我们想找生产计划", "plan")
	if got := ids(search(t, x, index.Query{Text: "轮胎"})); len(got) != 0 {
		t.Errorf("nothing has it: %v", got)
	}
	if got := ids(search(t, x, index.Query{Text: " ，。"})); len(got) != 0 {
		t.Errorf("no words: %v", got)
	}
}

func TestAChangedDocumentIsFoundAsItIs(t *testing.T) {
	x := empty(t)
	apply(t, x, index.Change{Put: []index.Document{doc("a", "轮胎", ""), doc("a", "家电", "")}})
	apply(t, x, index.Change{Put: []index.Document{doc("b", "轮胎", "")}})
	apply(t, x, index.Change{Put: []index.Document{doc("a", "港口", "")}, Remove: []string{"a", "nobody", "b"}})
	if x.Len() != 1 || len(ids(search(t, x, index.Query{Text: "轮胎家电"}))) != 0 || !slices.Equal(ids(search(t, x, index.Query{Text: "港口"})), []string{"a"}) {
		t.Errorf("%d documents", x.Len())
	}
}

func TestFiltersAndFacets(t *testing.T) {
	x := empty(t)
	var put []index.Document
	for i := range 40 {
		d := doc(fmt.Sprint(i), "设备", "")
		d.Words = map[string][]string{"kind": {[]string{"need", "provider"}[i%2], "all", "all"}}
		if i > 0 {
			d.Numbers = map[string]float64{"year": float64(2000 + i)}
		}
		put = append(put, d)
	}
	apply(t, x, index.Change{Put: put[:25]})
	apply(t, x, index.Change{Put: put[25:]})
	low, high := 2010.0, 2019.0
	r := search(t, x, index.Query{Text: "设备", Limit: 3, Facets: []string{"kind"}, Filters: []index.Filter{{Column: "kind", Words: []string{"need"}}, {Column: "year", Min: &low, Max: &high}}})
	want := []index.Value{{Word: "all", Count: 10}, {Word: "need", Count: 5}, {Word: "provider", Count: 5}}
	if r.Total != 5 || !slices.Equal(r.Facets[0].Values, want) || !slices.Equal(ids(r), []string{"10", "12", "14"}) {
		t.Errorf("%d %v %v", r.Total, r.Facets, ids(r))
	}
	r = search(t, x, index.Query{Text: " ", Limit: 2, Count: true, Filters: []index.Filter{{Column: "year", Min: &low, Max: &high}}})
	if r.Total != 10 || !slices.Equal(ids(r), []string{"10", "11"}) {
		t.Errorf("without a question: %d, %v", r.Total, ids(r))
	}
	r = search(t, x, index.Query{Text: "设备", Filters: []index.Filter{{Column: "kind", Words: []string{"nothing"}}}})
	if len(r.Hits) != 0 || r.Total != -1 {
		t.Errorf("a value that nobody has: %v, total %d", ids(r), r.Total)
	}
}

func TestReasonsAddUpAndMarksShowWhatWasAsked(t *testing.T) {
	x := empty(t)
	apply(t, x, index.Change{Put: []index.Document{doc("a", "高级计划与排程（APS）", "排产，排产。"), doc("b", "其他", "计划")}})
	r := search(t, x, index.Query{Text: "智能排产", Explain: true})
	h := r.Hits[0]
	sum := 0.0
	for _, reason := range h.Reasons {
		sum += reason.Score
	}
	if math.Abs(sum-h.Score) > 1e-9 || h.Score >= r.Self {
		t.Errorf("reasons give %v, the score is %v, the most %v", sum, h.Score, r.Self)
	}
	if first := h.Reasons[0]; first.Term != "aps" || first.Kind != text.Concept || first.Asked != "排产" || first.Field != "title" || first.Times != 2 {
		t.Errorf("%+v", h.Reasons)
	}
	if want := []index.Mark{{From: 0, To: 21}, {From: 24, To: 27}}; !slices.Equal(h.Marks["title"], want) {
		t.Errorf("%v", h.Marks)
	}
	if want := []index.Mark{{From: 0, To: 6}, {From: 9, To: 15}}; !slices.Equal(h.Marks["body"], want) {
		t.Errorf("%v", h.Marks)
	}
}

func TestWhatDoesNotFitIsRefusedAndChangesNothing(t *testing.T) {
	x, err := index.New(schema(), analyser(t), index.Options{MaxDocuments: 2, MaxText: 100})
	if err != nil {
		t.Fatal(err)
	}
	bad := func(want error, c index.Change) {
		t.Helper()
		if err := x.Apply(t.Context(), c); !errors.Is(err, want) || x.Len() != 0 {
			t.Errorf("%v, not %v; %d documents", err, want, x.Len())
		}
	}
	good := doc("good", "好", "")
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, {}}})
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, {ID: "x", Texts: map[string]string{"nothing": ""}}}})
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, {ID: "x", Texts: map[string]string{"body": "\xff"}}}})
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, doc("x", strings.Repeat("长", 34), "")}})
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, {ID: "x", Words: map[string][]string{"year": {"a"}}}}})
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, {ID: "x", Words: map[string][]string{"kind": {""}}}}})
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, {ID: "x", Numbers: map[string]float64{"kind": 1}}}})
	bad(index.ErrDocument, index.Change{Put: []index.Document{good, {ID: "x", Numbers: map[string]float64{"year": math.NaN()}}}})
	bad(index.ErrLimit, index.Change{Put: []index.Document{good, doc("b", "", ""), doc("c", "", "")}})
	for _, q := range []index.Query{
		{Limit: -1},
		{Limit: index.MaxLimit + 1},
		{Need: 2},
		{Need: math.NaN()},
		{Text: strings.Repeat("长", 3000)},
		{Facets: []string{"year"}},
		{Facets: []string{"x"}},
		{Filters: []index.Filter{{Column: "kind"}}},
		{Filters: []index.Filter{{Column: "year", Words: []string{"a"}}}},
		{Filters: make([]index.Filter, 33)},
	} {
		if _, err := x.Search(t.Context(), q); !errors.Is(err, index.ErrQuery) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	for _, s := range []index.Schema{{}, {Fields: []index.Field{{Name: "a"}}}, {Fields: []index.Field{{Name: "a", Weight: 1}, {Name: "a", Weight: 1}}}} {
		if _, err := index.New(s, analyser(t), index.Options{}); !errors.Is(err, index.ErrSchema) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// random makes documents of few characters, so that many hold the same.
func random(r *rand.Rand, n, first int) []index.Document {
	alphabet := []rune("工业互联网设备维护排产计划质量检测能耗")
	words := []string{"mes", "aps", "5g", "pon", "iso9001"}
	piece := func(length int) string {
		var b strings.Builder
		for range length {
			switch r.IntN(12) {
			case 0:
				b.WriteString(" " + words[r.IntN(len(words))] + " ")
			case 1:
				b.WriteString("，")
			default:
				b.WriteRune(alphabet[int(float64(len(alphabet))*r.Float64()*r.Float64())])
			}
		}
		return b.String()
	}
	list := make([]index.Document, n)
	for i := range list {
		list[i] = index.Document{ID: fmt.Sprint(first + i), Texts: map[string]string{"title": piece(1 + r.IntN(6)), "tags": piece(r.IntN(4)), "body": piece(r.IntN(60))}}
		list[i].Words = map[string][]string{"kind": {string(alphabet[r.IntN(3)])}}
		list[i].Numbers = map[string]float64{"year": float64(r.IntN(10))}
	}
	return list
}

// scorer answers by looking at every document, as the doc of the package says.
func scorer(a *text.Analyser, docs map[string]index.Document, q index.Query) []index.Hit {
	terms := map[string]map[string]float64{} // by document
	lengths, total := map[string]float64{}, 0.0
	counts := map[string]int{}
	for id, d := range docs {
		terms[id] = map[string]float64{}
		for _, f := range schema().Fields {
			a.Each(d.Texts[f.Name], f.Spelled, func(t text.Term) {
				if terms[id][t.Text] == 0 {
					counts[t.Text]++
				}
				terms[id][t.Text] += float64(f.Weight)
				if text.KindOf(t.Text) == text.Word {
					lengths[id] += float64(f.Weight)
				}
			})
		}
		total += lengths[id]
	}
	average := total / float64(len(docs))
	weights, mass := map[string]float64{}, 0.0
	put := func(term string, w float64) {
		if n := float64(counts[term]); n > 0 {
			weights[term] = max(weights[term], w*math.Log(1+(float64(len(docs))-n+0.5)/(n+0.5)))
		}
	}
	for _, asked := range a.Ask(q.Text) {
		put(asked.Term, asked.Weight)
		for _, other := range asked.Instead {
			if counts[asked.Term] == 0 {
				put(other, asked.Weight*text.InsteadWeight())
			}
		}
	}
	for _, w := range weights {
		mass += w
	}
	var hits []index.Hit
	for id := range docs {
		score, had := 0.0, 0.0
		for term, w := range weights {
			if f := terms[id][term]; f > 0 {
				score += w * f * 2.2 / (f + 1.2*(0.25+0.75*lengths[id]/average))
				had += w
			}
		}
		if score > 0 && had >= q.Need*mass-1e-9 {
			hits = append(hits, index.Hit{ID: id, Score: score})
		}
	}
	return hits
}

// agree checks hits against those of the scorer: the same scores in the same order, and
// each document with its score.
func agree(t *testing.T, got index.Result, all []index.Hit, limit int) {
	t.Helper()
	of := map[string]float64{}
	var scores []float64
	for _, h := range all {
		of[h.ID] = h.Score
		scores = append(scores, h.Score)
	}
	slices.Sort(scores)
	slices.Reverse(scores)
	if len(got.Hits) != min(limit, len(all)) {
		t.Fatalf("%d hits, not %d", len(got.Hits), min(limit, len(all)))
	}
	for i, h := range got.Hits {
		if math.Abs(h.Score-scores[i]) > 1e-6 || math.Abs(h.Score-of[h.ID]) > 1e-6 {
			t.Fatalf("hit %d is %s with %v; it has %v, and the score of this rank is %v", i, h.ID, h.Score, of[h.ID], scores[i])
		}
	}
}

func TestTheIndexGivesWhatLookingAtEveryDocumentGives(t *testing.T) {
	a := analyser(t)
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		x, docs := empty(t), map[string]index.Document{}
		for round := range 24 {
			c := index.Change{Put: random(r, 1+r.IntN(120), r.IntN(800))}
			for range r.IntN(40) {
				c.Remove = append(c.Remove, fmt.Sprint(r.IntN(800)))
			}
			apply(t, x, c)
			for _, id := range c.Remove {
				delete(docs, id)
			}
			for _, d := range c.Put {
				docs[d.ID] = d
			}
			if x.Len() != len(docs) {
				t.Fatalf("%d documents, not %d", x.Len(), len(docs))
			}
			if round%3 > 0 {
				continue
			}
			q := index.Query{Text: random(r, 1, 0)[0].Texts["body"] + "工", Limit: 1 + r.IntN(30)}
			if r.IntN(3) == 0 {
				q.Need = r.Float64()
			}
			all := scorer(a, docs, q)
			got := search(t, x, q)
			agree(t, got, all, q.Limit)
			q.Count = true
			counted := search(t, x, q)
			if counted.Total != len(all) || !reflect.DeepEqual(counted.Hits, got.Hits) {
				t.Fatalf("counted: %d of %d, %v, not %v", counted.Total, len(all), counted.Hits, got.Hits)
			}
		}
	}
}

func TestWhatWasRemovedCountsAsIfItHadNeverBeen(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	with, never := empty(t), empty(t)
	kept := random(r, 300, 0)
	apply(t, never, index.Change{Put: kept})
	for part := range slices.Chunk(slices.Concat(random(r, 200, 1000), kept, random(r, 100, 2000)), 37) {
		apply(t, with, index.Change{Put: part})
	}
	var gone []string
	for i := range 200 {
		gone = append(gone, fmt.Sprint(1000+i), fmt.Sprint(2000+i))
	}
	apply(t, with, index.Change{Remove: gone})
	for range 40 {
		q := index.Query{Text: random(r, 1, 0)[0].Texts["body"], Count: true, Facets: []string{"kind"}, Explain: true}
		if a, b := search(t, with, q), search(t, never, q); !reflect.DeepEqual(a, b) {
			t.Fatalf("%q:\n%+v\n%+v", q.Text, a, b)
		}
	}
}

func TestASavedIndexAnswersAsItDid(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	x := empty(t)
	apply(t, x, index.Change{Put: random(r, 500, 0)})
	apply(t, x, index.Change{Put: random(r, 100, 200), Remove: []string{"1", "2"}})
	var file bytes.Buffer
	n, err := x.WriteTo(&file)
	if err != nil || n != int64(file.Len()) {
		t.Fatalf("%d octets of %d: %v", n, file.Len(), err)
	}
	saved := bytes.Clone(file.Bytes())
	y, err := index.Open(&file, schema(), analyser(t), index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		q := index.Query{Text: random(r, 1, 0)[0].Texts["body"], Facets: []string{"kind"}, Explain: true, Limit: 20}
		if a, b := search(t, x, q), search(t, y, q); !reflect.DeepEqual(a, b) {
			t.Fatalf("%q:\n%+v\n%+v", q.Text, a, b)
		}
	}
	apply(t, y, index.Change{Put: []index.Document{doc("new", "轮胎", "")}, Remove: []string{"3"}})
	if got := ids(search(t, y, index.Query{Text: "轮胎"})); !slices.Equal(got, []string{"new"}) {
		t.Errorf("changed after it was opened: %v", got)
	}
	refused := func(want error, data []byte, s index.Schema, a *text.Analyser, o index.Options) {
		t.Helper()
		if _, err := index.Open(bytes.NewReader(data), s, a, o); !errors.Is(err, want) {
			t.Errorf("%v, not %v", err, want)
		}
	}
	a := analyser(t)
	refused(index.ErrStale, saved, schema(), text.New(nil), index.Options{})
	refused(index.ErrStale, saved, index.Schema{Fields: schema().Fields}, a, index.Options{})
	refused(index.ErrLimit, saved, schema(), a, index.Options{MaxDocuments: 3})
	for i := 0; i < len(saved); i += 1 + len(saved)/300 {
		refused(index.ErrFile, saved[:i], schema(), a, index.Options{})
		bad := bytes.Clone(saved)
		bad[i] ^= 0x10
		refused(index.ErrFile, bad, schema(), a, index.Options{})
	}
}

func TestSearchesSeeAllOfAChangeOrNothing(t *testing.T) {
	x := empty(t)
	const pairs = 40
	write := func(version int) {
		var c index.Change
		for i := range pairs {
			c.Put = append(c.Put, doc(fmt.Sprint(i), fmt.Sprintf("轮胎 v%dx", version), ""))
		}
		if err := x.Apply(context.WithoutCancel(t.Context()), c); err != nil {
			t.Error(err)
		}
	}
	write(0)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r, err := x.Search(t.Context(), index.Query{Text: "轮胎", Limit: 100, Count: true, Explain: true})
				if err != nil || r.Total != pairs {
					t.Errorf("%d hits, %v", r.Total, err)
					return
				}
			}
		})
	}
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for v := range 30 {
				write(w*100 + v)
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	if x.Len() != pairs {
		t.Errorf("%d documents", x.Len())
	}
}

func TestAGivenUpSearchEnds(t *testing.T) {
	x := empty(t)
	apply(t, x, index.Change{Put: random(rand.New(rand.NewPCG(1, 1)), 10, 0)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, index.Query{Text: "工业"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := x.Apply(ctx, index.Change{Put: []index.Document{doc("x", "", "")}}); !errors.Is(err, context.Canceled) || x.Len() != 10 {
		t.Errorf("%v, %d documents", err, x.Len())
	}
}
