package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"linghang/kernel/lang"
	"linghang/kernel/module"
)

func rec(id, zh, en, body string, organisations ...string) record {
	return record{Room: "plan", Document: module.Document{
		Noun: "target", ID: id, Title: lang.Text{ZH: zh, EN: en}, Body: body, Permission: "plan.view", Organisations: organisations, City: len(organisations) == 0,
	}}
}

func everything(text string) ask {
	return ask{text: text, limit: 20, may: func(string) bool { return true }, sees: func(string) bool { return true }}
}

func keys(f found) []string {
	list := []string{}
	for _, h := range f.hits {
		list = append(list, strings.TrimPrefix(h.key, "plan/target/"))
	}
	return list
}

func TestTextIsCutIntoTermsThatReadersMeanTheSame(t *testing.T) {
	w := newWords()
	f := func(text string, want ...string) {
		t.Helper()
		var got []string
		w.each(text, func(term string) { got = append(got, term) })
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
	f("工业APP", "工", "工业", "业", "app")
	f("標識解析", "标", "标识", "识", "识解", "解", "解析", "析")
	f("５Ｇ基站 10G-PON", "5g", "基", "基站", "站", "10g", "pon")
	f("Platforms, Companies and Buses", "platform", "company", "and", "buse")
	f("", []string{}...)
	f("…，。", []string{}...)
}

func TestNamesAreFoundByTheFirstLettersOfTheirPronunciation(t *testing.T) {
	w := newWords()
	var got []string
	w.spelled("青岛市统计局", func(term string) { got = append(got, term) })
	if !slices.Equal(got, []string{initials + "qdstjj"}) {
		t.Errorf("got %q", got)
	}
}

func TestAllWordsFirstThenMostOfThem(t *testing.T) {
	ix := newIndex()
	ix.put(rec("a", "设备预测性维护", "", ""))
	ix.put(rec("b", "设备维修", "", "预测性维护是另一回事"))
	ix.put(rec("c", "生产计划", "", ""))
	f := ix.find(everything("预测性维护"))
	if !f.all || !slices.Equal(keys(f), []string{"a", "b"}) {
		t.Errorf("all words: %v, all %v", keys(f), f.all)
	}
	f = ix.find(everything("预测性维护平台"))
	if f.all || !slices.Equal(keys(f), []string{"a", "b"}) {
		t.Errorf("most words: %v, all %v", keys(f), f.all)
	}
	if f = ix.find(everything("轮胎")); f.total != 0 {
		t.Errorf("nothing: %v", keys(f))
	}
	if f = ix.find(everything("  ，。")); f.total != 0 {
		t.Errorf("no words: %v", keys(f))
	}
}

func TestNobodySeesOrCountsWhatIsNotTheirs(t *testing.T) {
	ix := newIndex()
	ix.put(rec("ours", "秘密计划", "", "", "ours"))
	ix.put(rec("theirs", "秘密计划", "", "", "theirs"))
	ix.put(rec("both", "秘密计划", "", "", "ours", "theirs"))
	ix.put(rec("city", "秘密计划", "", ""))
	f := ix.find(ask{text: "秘密", limit: 10, may: func(string) bool { return true }, sees: func(o string) bool { return o == "ours" }})
	if f.total != 3 || f.kinds["plan/target"] != 3 || slices.Contains(keys(f), "theirs") {
		t.Errorf("%d, %v, %v", f.total, f.kinds, keys(f))
	}
	f = ix.find(ask{text: "秘密", limit: 10, may: func(string) bool { return false }, sees: func(string) bool { return true }})
	if f.total != 0 || len(f.kinds) != 0 {
		t.Errorf("without the permission: %d, %v", f.total, f.kinds)
	}
}

func TestAChangedDocumentIsFoundAsItIsAndARemovedOneNoMore(t *testing.T) {
	ix := newIndex()
	for i := range 5000 { // several segments, and merges
		ix.put(rec(strconv.Itoa(i), fmt.Sprintf("目标 x%d", i), "", "共同的文字"))
	}
	for i := range 5000 {
		switch i % 3 {
		case 0:
			ix.remove("plan/target/" + strconv.Itoa(i))
		case 1:
			ix.put(rec(strconv.Itoa(i), fmt.Sprintf("改后 y%d", i), "", "共同的文字"))
		}
	}
	for i := range 5000 {
		old, now := ix.find(everything(fmt.Sprint("x", i))), ix.find(everything(fmt.Sprint("y", i)))
		want := [][2]int{{0, 0}, {0, 1}, {1, 0}}[i%3]
		if old.total != want[0] || now.total != want[1] {
			t.Fatalf("%d is found %d times as it was and %d times as it is", i, old.total, now.total)
		}
	}
	if f := ix.find(everything("共同的文字")); f.total != ix.size() || f.total != 5000-1667 {
		t.Errorf("%d of %d are found", f.total, ix.size())
	}
	if len(ix.segments) > 8 {
		t.Errorf("%d segments", len(ix.segments))
	}
}

func TestQuestionsAndChangesGoOnTogether(t *testing.T) {
	ix := newIndex()
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if f := ix.find(everything("目标")); len(f.hits) > 20 {
						t.Errorf("%d hits", len(f.hits))
					}
				}
			}
		})
	}
	for i := range 4000 {
		ix.put(rec(strconv.Itoa(i%1500), fmt.Sprintf("目标 %d", i), "", "文字"))
	}
	close(stop)
	readers.Wait()
	if f := ix.find(everything("目标")); f.total != 1500 {
		t.Errorf("%d are found", f.total)
	}
}

func TestMarksShowWhatWasAskedFor(t *testing.T) {
	w := newWords()
	f := func(text, q, want string) {
		t.Helper()
		var b strings.Builder
		for _, p := range w.excerpt(text, w.question(q, false)) {
			if p.Hit {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != want {
			t.Errorf("%q in %q: %s", q, text, b.String())
		}
	}
	f("推动標識解析二级节点", "标识解析", "推动[標識解析]二级节点")
	f("Industrial Platforms of the city", "platform", "Industrial [Platforms] of the city")
	f("５Ｇ基站", "5g", "[５Ｇ]基站")
	f(strings.Repeat("前", 300)+"目标"+strings.Repeat("后", 300), "目标", "…"+strings.Repeat("前", 15)+"[目标]"+strings.Repeat("后", 103)+"…")
}

func judged(t testing.TB) (docs []record, asks [][2]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/judged.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		f := strings.Split(line, " | ")
		switch f[0] {
		case "doc":
			r := rec(f[1], f[2], f[3], f[5])
			r.Tags = []string{f[1], f[4]}
			docs = append(docs, r)
		case "ask":
			asks = append(asks, [2]string{f[1], f[2]})
		}
	}
	return docs, asks
}

// The gates of ranking: normalised discounted gain and reciprocal rank at ten.
func TestTheJudgedSetIsAnsweredInAGoodOrder(t *testing.T) {
	docs, asks := judged(t)
	ix := newIndex()
	for _, d := range docs {
		ix.put(d)
	}
	var gain, rank float64
	for _, a := range asks {
		grades := map[string]float64{}
		var ideal []float64
		for pair := range strings.FieldsSeq(a[1]) {
			id, grade, _ := strings.Cut(pair, ":")
			g, err := strconv.ParseFloat(grade, 64)
			if err != nil {
				t.Fatalf("%s: %v", a[0], err)
			}
			grades[id] = g
			ideal = append(ideal, g)
		}
		slices.SortFunc(ideal, func(x, y float64) int { return int(y - x) })
		var got, best, first float64
		for i, id := range keys(ix.find(everything(a[0])))[:min(10, len(keys(ix.find(everything(a[0])))))] {
			got += (math.Pow(2, grades[id]) - 1) / math.Log2(float64(i)+2)
			if first == 0 && grades[id] >= 2 {
				first = 1 / float64(i+1)
			}
		}
		for i, g := range ideal {
			best += (math.Pow(2, g) - 1) / math.Log2(float64(i)+2)
		}
		if got/best < 0.7 {
			t.Logf("%s: %.2f %v", a[0], got/best, keys(ix.find(everything(a[0]))))
		}
		gain, rank = gain+got/best, rank+first
	}
	gain, rank = gain/float64(len(asks)), rank/float64(len(asks))
	t.Logf("%d questions, %d documents: nDCG@10 %.3f, MRR@10 %.3f", len(asks), len(docs), gain, rank)
	if gain < 0.90 || rank < 0.95 {
		t.Errorf("ranking became worse: nDCG@10 %.3f (gate 0.90), MRR@10 %.3f (gate 0.95)", gain, rank)
	}
}

// city makes n documents of about 200 characters whose words are as unequal as
// those of real text: a word's rank r comes up with a share of 1/r.
func city(n int) []record {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 20_000)
	for i := range vocabulary {
		word := make([]rune, 2+r.IntN(2))
		for j := range word {
			word[j] = rune(0x4e00 + int(math.Pow(r.Float64(), 2)*3500))
		}
		vocabulary[i] = string(word)
	}
	pick := rand.NewZipf(r, 1.05, 4, uint64(len(vocabulary)-1))
	text := func(words int) string {
		var b strings.Builder
		for range words {
			b.WriteString(vocabulary[pick.Uint64()])
		}
		return b.String()
	}
	docs := make([]record, n)
	for i := range docs {
		docs[i] = rec(strconv.Itoa(i), text(6), "object "+strconv.Itoa(i), text(80), []string{"a", "b", "c"}[i%3])
	}
	return docs
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkSearch states what the index costs and how long answers take with
// 50,000 documents.
func BenchmarkSearch(b *testing.B) {
	docs := city(50_000)
	before := liveHeap()
	ix := newIndex()
	began := time.Now()
	for _, d := range docs {
		ix.put(d)
	}
	built := time.Since(began)
	size := liveHeap() - before
	r := rand.New(rand.NewPCG(3, 4))
	var took []time.Duration
	for b.Loop() {
		body := []rune(docs[r.IntN(len(docs))].Body)
		at := r.IntN(len(body) - 8)
		began := time.Now()
		if f := ix.find(everything(string(body[at : at+8]))); f.total == 0 {
			b.Fatal("what was cut from a document is not found")
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(docs))/built.Seconds(), "docs/s")
	b.ReportMetric(float64(size)/float64(len(docs)), "B/doc")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
}

func FuzzTermsAndMarksNeverPanicOrBreakText(f *testing.F) {
	for _, s := range []string{"工业互联网 5G", "ＡＢＣ標識", "\xff\xfe", "İstanbul ǅ", "한국어 カタカナ", "a\x00b", strings.Repeat("长", 300)} {
		f.Add(s, s)
	}
	w := newWords()
	f.Fuzz(func(t *testing.T, text, q string) {
		w.each(text, func(term string) {
			if term == "" {
				t.Error("an empty term")
			}
		})
		w.spelled(text, func(string) {})
		question := w.question(q, true)
		if len(question) > maxAsked {
			t.Errorf("%d terms", len(question))
		}
		var b strings.Builder
		for _, p := range pieces(text, w.marks(text, question)) {
			if utf8.ValidString(text) && !utf8.ValidString(p.Text) {
				t.Errorf("%q was cut inside a character", text)
			}
			b.WriteString(p.Text)
		}
		if b.String() != text {
			t.Errorf("%q became %q", text, b.String())
		}
		w.excerpt(text, question)
	})
}
