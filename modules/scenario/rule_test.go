package scenario

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
	"linghang/lib/match/index"
)

func newest(t testing.TB) *Taxonomy {
	t.Helper()
	list, err := readTaxonomies()
	if err != nil {
		t.Fatal(err)
	}
	return list[len(list)-1]
}

// The six modes are the plan's, the sixteen scenarios those of the assessment: their codes
// are what diagnosis, providers and policies are tied by.
func TestTheTaxonomyHasTheSixModesAndTheSixteenScenarios(t *testing.T) {
	x := newest(t)
	titles := func(axis string) (list []string) {
		for _, w := range x.axis(axis).Terms {
			list = append(list, w.Title.ZH)
		}
		return list
	}
	if got, want := titles(axisMode), []string{"数字化管理", "平台化设计", "智能化制造", "网络化协同", "个性化定制", "服务化延伸"}; !slices.Equal(got, want) {
		t.Errorf("modes: %v", got)
	}
	var codes []string
	for _, w := range x.axis(axisLink).Terms {
		codes = append(codes, w.Code)
	}
	want := []string{"product_design", "process_design", "marketing", "after_sales", "scheduling", "production", "quality", "equipment", "safety", "energy", "purchasing", "warehousing", "finance", "staff", "office", "decision"}
	if !slices.Equal(codes, want) {
		t.Errorf("links: %v", codes)
	}
	if !x.knows(axisTechnology, "5g") || x.knows(axisMode, "5g") {
		t.Error("5G is a technology")
	}
}

func TestATaxonomyThatLacksSomethingIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no axes":       "edition: x\n",
		"unknown field": "edition: x\nfoo: 1\n",
		"a word twice":  "edition: x\naxes: [{code: mode, title: {zh: 模式, en: Mode}, terms: [{code: a, title: {zh: 甲, en: A}}, {code: a, title: {zh: 乙, en: B}}]}]\n",
		"no YAML":       "\t",
	} {
		if _, err := parseTaxonomy([]byte(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// complete is a content that may be handed in.
func complete() Content {
	return Content{
		Title: lang.Text{ZH: "甲"}, Summary: lang.Text{ZH: "说明"}, Industries: []string{"C29"}, Stages: []string{"inspection"}, Modes: []string{"servitisation"}, Values: []string{"cost"}, Maturity: "idea",
	}.tidy()
}

func TestWhatIsHandedInIsComplete(t *testing.T) {
	x := newest(t)
	for name, change := range map[string]func(c *Content){
		"body.title":               func(c *Content) { c.Title = lang.Text{} },
		"body.summary":             func(c *Content) { c.Summary = lang.Text{} },
		"body.text":                func(c *Content) { c.Text.EN = strings.Repeat("x", longestText+1) },
		"body.industries":          func(c *Content) { c.Industries = []string{"C99"} },
		"body.links":               func(c *Content) { c.Links = []string{"none"} },
		"body.maturity":            func(c *Content) { c.Maturity = "" },
		"body.cost":                func(c *Content) { c.Cost = &Cost{From: 2, To: 1, Evidence: "x"} },
		"body.cost.evidence":       func(c *Content) { c.Cost = &Cost{From: 1, To: 2} },
		"body.effects[0].evidence": func(c *Content) { c.Effects = []Effect{{Kind: "cost", Name: lang.Text{ZH: "甲"}}} },
		"body.effects[0].kind":     func(c *Content) { c.Effects = []Effect{{Kind: "none", Name: lang.Text{ZH: "甲"}, Evidence: "x"}} },
		"body.providers":           func(c *Content) { c.Apps = make([]string, mostNames+1) },
	} {
		c := complete()
		change(&c)
		f := fault.As(c.check(x, true))
		if f == nil || len(f.Fields) != 1 || f.Fields[0].Location != name {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if err := complete().check(x, true); err != nil {
		t.Error(err)
	}
}

func TestAScenarioGoesItsWayAndNoOther(t *testing.T) {
	x, at, by := newest(t), time.Date(2026, 3, 31, 17, 0, 0, 0, time.UTC), hand{"1", "甲"}
	s, e, err := Scenario{Status: draft}.write(Edition{}, complete(), x, by, at)
	if err != nil || s.Open != 1 {
		t.Fatal(s, err)
	}
	if _, _, err := s.decide(e, true, "", by, at); err == nil {
		t.Error("a draft was published")
	}
	s, e, _ = s.submit(e, x, at)
	if _, _, err := s.write(e, complete(), x, by, at); err == nil {
		t.Error("what waits for review was changed")
	}
	if _, _, err := s.decide(e, false, " ", by, at); err == nil {
		t.Error("it was sent back without a reason")
	}
	back, draftAgain, _ := s.decide(e, false, "补充", by, at)
	if back.Status != draft || draftAgain.Status != draft || draftAgain.Reason != "补充" {
		t.Error("sent back:", back.Status, draftAgain.Status)
	}
	s, e, _ = s.decide(e, true, "", by, at)
	if s.Status != published || s.Current != 1 || s.Open != 0 || yearOf(s.FirstPublished) != 2026 || quarterOf(s.FirstPublished) != "2026Q2" { // 1 April in the city
		t.Errorf("published: %+v %s", s, quarterOf(s.FirstPublished))
	}
	next, second, _ := s.write(Edition{}, complete(), x, by, at)
	if next.Open != 2 || second.Number != 2 || next.Status != published {
		t.Errorf("the next version: %+v", next)
	}
	gone, old, err := s.withdraw(e, "淘汰", "twin", at)
	if err != nil || gone.Status != withdrawn || old.Status != withdrawn {
		t.Error("withdrawn:", gone.Status, err)
	}
	if _, _, err := gone.write(old, complete(), x, by, at); err == nil {
		t.Error("a withdrawn scenario was written on")
	}
	if again, _, err := gone.restore(old, at); err != nil || again.Status != published || !again.FirstPublished.Equal(s.FirstPublished) {
		t.Error("restored:", again.Status, err)
	}
}

func TestExcerptsKeepWhatWasFoundAndCutNoCharacter(t *testing.T) {
	text := strings.Repeat("前", 200) + "目标" + strings.Repeat("后", 200)
	from := strings.Index(text, "目标")
	parts := excerpt(text, []index.Mark{{From: from, To: from + len("目标")}})
	var hits, all string
	for _, p := range parts {
		all += p.Text
		if p.Hit {
			hits += p.Text
		}
	}
	if hits != "目标" || strings.ToValidUTF8(all, "") != all || len([]rune(all)) > excerpted+1 {
		t.Errorf("%q in %d characters", hits, len([]rune(all)))
	}
}

// Whatever a file holds, reading it ends with contents that may be handed in, or says why.
func FuzzImport(f *testing.F) {
	f.Add([]byte(head + row("轮胎", "Tyres", "说明")))
	f.Add([]byte("title_zh,summary_zh,industries,stages,modes,values,maturity,cost_from\nx,y,C29,making,servitisation,cost,idea,NaN\n"))
	f.Add([]byte("title_zh\n\"\n"))
	x := newest(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := sheet.Open(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer rows.Close() //nolint:errcheck // it was only read
		read, err := readRows(rows, x)
		if err != nil && fault.As(err) == nil && !strings.Contains(err.Error(), io.ErrUnexpectedEOF.Error()) {
			t.Logf("refused: %v", err)
		}
		for i, c := range read.contents {
			if err := c.check(x, true); err != nil {
				t.Errorf("line %d was taken: %v", read.lines[i], err)
			}
		}
	})
}
