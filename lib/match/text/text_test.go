package text_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"linghang/lib/match/text"
)

func terms(a *text.Analyser, s string, spelled bool) []string {
	list := []string{}
	a.Each(s, spelled, func(t text.Term) { list = append(list, text.Shown(t.Text)) })
	return list
}

func asked(a *text.Analyser, q string) []string {
	list := []string{}
	for _, t := range a.Ask(q) {
		list = append(list, text.Shown(t.Term))
	}
	return list
}

func trade(t testing.TB, table string) *text.Trade {
	t.Helper()
	terms, err := text.ReadTrade(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func TestTextIsCutIntoTermsThatReadersMeanTheSame(t *testing.T) {
	a := text.New(nil)
	f := func(s string, want ...string) {
		t.Helper()
		if got := terms(a, s, false); !slices.Equal(got, want) {
			t.Errorf("%q: %q, not %q", s, got, want)
		}
	}
	f("工业APP", "工", "工业", "业", "app")
	f("標識解析", "标", "标识", "识", "识解", "解", "解析", "析")
	f("５Ｇ基站 10G-PON", "5g", "基", "基站", "站", "10g", "10", "pon")
	f("ISO9001", "iso9001", "iso", "9001")
	f("Platforms, Companies and Buses", "platform", "company", "and", "buse")
	f("𠀀设", "𠀀", "𠀀设", "设")
	f("")
	f("…，。")
}

func TestNamesAreSpelled(t *testing.T) {
	a := text.New(nil)
	got := terms(a, "重工业", true)
	want := []string{"重", "重工", "工", "工业", "业", "zhong gong", "chong gong", "gong ye", "zgy"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestReadingsAndSyllables(t *testing.T) {
	p := text.NewReadings()
	f := func(letters string, want ...string) {
		t.Helper()
		if got := p.Split(letters); !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", letters, got, want)
		}
	}
	f("qingdao", "qing", "dao")
	f("zhuangpei", "zhuang", "pei")
	f("danganguan", "dang", "an", "guan")
	f("lvse", "lv", "se")
	f("robot")
	f(strings.Repeat("a", 39) + "v") // no way through, and no long search for one
	if got := p.Of('参'); !slices.Equal(got, []string{"can", "shen"}) || p.Initial('青') != 'q' || p.Of('a') != nil || p.Initial('a') != 0 {
		t.Errorf("%q", got)
	}
}

func TestTradeTermsStandForTheirConcept(t *testing.T) {
	a := text.New(trade(t, "# a table\n\naps | 高级计划与排程; 排产; APS; advanced planning | 计划, 软件\n计划 | 生产计划\n软件 | 工业软件 | 产品\n产品 | 产品\npdm | 预测性维护"))
	f := func(s string, want ...string) {
		t.Helper()
		var got []string
		a.Each(s, false, func(term text.Term) {
			if text.KindOf(term.Text) == text.Concept {
				got = append(got, text.Shown(term.Text)+"="+s[term.From:term.To])
			}
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", s, got, want)
		}
	}
	f("自动排产", "aps=排产", "计划=排产", "软件=排产", "产品=排产")
	f("高級計劃與排程", "aps=高級計劃與排程", "计划=高級計劃與排程", "软件=高級計劃與排程", "产品=高級計劃與排程")
	f("Advanced  Planning", "aps=Advanced  Planning", "计划=Advanced  Planning", "软件=Advanced  Planning", "产品=Advanced  Planning")
	f("预测性维，护")
	f("生产，计划 工业软", []string(nil)...)
}

func TestQuestionsAreCutIntoWhatWasMeant(t *testing.T) {
	a := text.New(trade(t, "pdm | 预测性维护; PHM | 设备管理\n设备管理 | 设备管理"))
	f := func(q string, want ...string) {
		t.Helper()
		if got := asked(a, q); !slices.Equal(got, want) {
			t.Errorf("%q: %q, not %q", q, got, want)
		}
	}
	f("我们想找刀具", "刀具")
	f("怎么", "怎么")
	f("在线检测", "在线", "线检", "检测")
	f("刀", "刀")
	f("刀具刀具", "刀具", "具刀")
	f("PHM", "phm", "pdm", "设备管理")
	f("预测性围护", "预测", "测性", "性围", "围护", "pdm", "设备管理")
	f("yucexing weihu", "yucexing", "weihu", "pdm", "设备管理")
	f("")
	long := a.Ask("预测性维护")
	if long[0].Weight >= a.Ask("预测")[0].Weight {
		t.Errorf("a piece of a long term weighs %v", long[0].Weight)
	}
	if q := a.Ask("qdhe")[0]; !slices.Contains(q.Instead, "\x02qdh") || !slices.Contains(q.Instead, "\x02dhe") || !q.Near {
		t.Errorf("%+v", q)
	}
	if q := a.Ask(strings.Repeat("一二三四五六七八九十", 10) + "设备" + strings.Repeat("甲乙丙丁", 90)); len(q) > text.MaxAsked {
		t.Errorf("%d terms", len(q))
	}
}

func TestTablesThatCannotBeMeantAreRefused(t *testing.T) {
	f := func(table, why string) {
		t.Helper()
		if _, err := text.ReadTrade(strings.NewReader(table)); !errors.Is(err, text.ErrTrade) || !strings.Contains(err.Error(), why) {
			t.Errorf("%.40q: %v", table, err)
		}
	}
	f("a", "line 1: has 1 parts")
	f("a|b|c|d", "has 4 parts")
	f("\n |b", "line 2: the concept \"\"")
	f("a|b\na|c", "line 2: the concept \"a\"")
	f("a|。", "has 0 characters and words")
	f("a|一二三四五六七八九十一二三四五六七", "has 17 characters")
	f("a|设备\nb|設備", "belongs to a and to b")
	f("a|b|c", "a stands below \"c\"")
	f("a|x|b\nb|y|a", "stands below itself")
	f("a|"+strings.Repeat("b;", 101), "more than 100 names")
	f("a|"+strings.Repeat("b", 20_000), "after line 0")
}

func FuzzReadTrade(f *testing.F) {
	for _, s := range []string{"a | 排产; APS | b\nb | 计划", "# x\n\na|b", "a|x|b\nb|y|a", "a|\xff;设"} {
		f.Add(s, "排产 APS")
	}
	f.Fuzz(func(t *testing.T, table, s string) {
		terms, err := text.ReadTrade(strings.NewReader(table))
		if err != nil {
			if !errors.Is(err, text.ErrTrade) {
				t.Fatal(err)
			}
			return
		}
		a := text.New(terms)
		a.Each(s, true, func(text.Term) {})
		a.Ask(s)
	})
}

func FuzzTermsAreOfTheText(f *testing.F) {
	for _, s := range []string{"工业互联网 5G", "ＡＢＣ標識 iso9001", "\xff\xfe", "İstanbul ǅ", "한국어 カタカナ", "a\x00b", strings.Repeat("长", 300), "𠀀设备"} {
		f.Add(s)
	}
	a := text.New(trade(f, "x | 排产; 工业互联网"))
	f.Fuzz(func(t *testing.T, s string) {
		a.Each(s, true, func(term text.Term) {
			if term.Text == "" || term.From < 0 || term.From >= term.To || term.To > len(s) {
				t.Fatalf("%+v", term)
			}
			if utf8.ValidString(s) && !utf8.ValidString(s[term.From:term.To]) {
				t.Fatalf("%q is cut inside a character", s)
			}
		})
		list := a.Ask(s)
		if len(list) > text.MaxAsked {
			t.Fatalf("%d terms", len(list))
		}
		for _, q := range list {
			if q.Term == "" || q.Weight <= 0 || q.From >= q.To || q.To > len(s) {
				t.Fatalf("%+v", q)
			}
		}
	})
}
