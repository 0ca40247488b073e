package reach

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sheet"
)

const (
	haier = "91370200264574251E"
	other = "91370212MA3C8KJX6P"
)

func anyWord(_, word string) (string, bool) { return word, word != "" && word != "?" }

func csv(text string) sheet.Sheet { return sheet.CSV(strings.NewReader(text), int64(len(text))) }

// coded is a code with its check character, as of the nth enterprise.
func coded(n int) string { return identity.CompleteUSCC(fmt.Sprintf("91370200%09d", n)) }

func TestAFrameIsReadByTheNamesOfItsColumns(t *testing.T) {
	a, b := coded(1), coded(2)
	for name, text := range map[string]string{
		"English":          "uscc,industry,size,district\n" + a + ",C34,large,370212\n" + strings.ToLower(b) + ",C13,small,370202\n",
		"Chinese, shifted": "\ufeff企业名称,规模,行业,区市,统一社会信用代码\n甲,large,C34,370212," + a + "\n乙,small,C13,370202, " + b + "\n",
	} {
		list, wrong, err := ReadFrame(csv(text), anyWord)
		if err != nil || len(wrong) > 0 {
			t.Fatalf("%s: %v, %v", name, wrong, err)
		}
		if want := []Enterprise{{a, "C34", "large", "370212"}, {b, "C13", "small", "370202"}}; !slices.Equal(list, want) {
			t.Errorf("%s: %v", name, list)
		}
	}
}

func TestWrongRowsAreToldAndNothingIsTaken(t *testing.T) {
	a := coded(1)
	list, wrong, err := ReadFrame(csv("uscc,industry,size,district\n"+a+",C34,large,370212\n91370200000000000X,?,large,370212\n"+a+",C34,large,\n"), anyWord)
	if err != nil || list != nil {
		t.Fatalf("%v, %v", list, err)
	}
	var told []string
	for _, w := range wrong {
		told = append(told, fmt.Sprint(w.Line, " ", w.Column))
	}
	if want := []string{"3 uscc", "3 industry", "4 uscc", "4 district"}; !slices.Equal(told, want) {
		t.Errorf("%v, want %v", told, want)
	}
	if why := wrong[2].Why; why.EN != a+" is in line 2 already" || why.ZH != a+" 已在第 2 行" {
		t.Errorf("%v", why)
	}
}

func TestFilesThatAreNoListAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no column": "uscc,industry,size\n", "no rows": "uscc,industry,size,district\n", "not UTF-8": "\xd0\xd0\xd2\xb5,uscc\n",
	} {
		if list, _, err := ReadFrame(csv(text), anyWord); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	var long bytes.Buffer
	long.WriteString("uscc,evidence,last\n")
	for i := range MostRows + 1 {
		fmt.Fprintf(&long, "%s,login,2026-11-01\n", coded(i))
	}
	if _, _, err := ReadUses(csv(long.String()), time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a list that is too long: %v", err)
	}
}

func TestUsesHaveEvidenceAndADay(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.FixedZone("", 8*3600))
	a, b := coded(1), coded(2)
	list, wrong, err := ReadUses(csv("统一社会信用代码,使用证据,最近使用日期\n"+a+",登录,2026-11-27\n"+b+",device,2026-01-02\n"), now)
	if err != nil || len(wrong) > 0 || len(list) != 2 || list[0].Evidence != "login" || list[1].Evidence != "device" || !list[1].Last.Equal(time.Date(2026, 1, 2, 0, 0, 0, 0, now.Location())) {
		t.Fatalf("%v, %v, %v", list, wrong, err)
	}
	_, wrong, err = ReadUses(csv("uscc,evidence,last\n"+a+",hearsay,2026-11-28\n"), now)
	if err != nil || len(wrong) != 2 || wrong[0].Column != "evidence" || wrong[1].Column != "last" {
		t.Errorf("%v, %v", wrong, err)
	}
}

func TestManyWrongRowsEndTheReading(t *testing.T) {
	text := "uscc,evidence,last\n" + strings.Repeat("x,login,2026-11-01\n", 10*mostWrong)
	if _, wrong, err := ReadUses(csv(text), time.Now()); err != nil || len(wrong) != mostWrong {
		t.Errorf("%d, %v", len(wrong), err)
	}
}

// Two strata by hand: p₁ = 20/50, p₂ = 30/100, W = 0.25 and 0.75; the variance is
// 0.0625·0.75·0.24/49 + 0.5625·(2/3 → 1 − 100/600)·0.21/99.
func TestASurveyIsEstimatedByItsStrata(t *testing.T) {
	e := Survey([]Stratum{{"C34 large", 200, 60, 50, 20}, {"others", 600, 140, 100, 30}})
	variance := 0.0625*0.75*0.24/49 + 0.5625*(1-100.0/600)*0.21/99
	half := 100 * 1.959963984540054 * math.Sqrt(variance)
	for name, pair := range map[string][2]float64{"rate": {e.Rate, 32.5}, "low": {e.Low, 32.5 - half}, "high": {e.High, 32.5 + half}, "response": {e.Response, 75}} {
		if math.Abs(pair[0]-pair[1]) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	if e.Population != 800 || e.Asked != 200 || e.Answered != 150 {
		t.Errorf("%+v", e)
	}
}

func TestWhoeverWasAskedWholeLeavesNoError(t *testing.T) {
	if e := Survey([]Stratum{{"one", 1, 1, 1, 1}, {"all", 9, 9, 9, 0}}); e.Rate != 10 || e.Low != 10 || e.High != 10 {
		t.Errorf("%+v", e)
	}
}

func TestEstimatesAreSharesWhateverTheOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		strata := make([]Stratum, 1+r.IntN(8))
		for i := range strata {
			population := 2 + r.IntN(1000)
			answered := 2 + r.IntN(population-1)
			strata[i] = Stratum{fmt.Sprint(i), population, answered, answered, r.IntN(answered + 1)}
			if column, _ := strata[i].check(); column != "" {
				t.Fatalf("%+v is refused by %s", strata[i], column)
			}
		}
		e := Survey(strata)
		if !(0 <= e.Low && e.Low <= e.Rate+1e-9 && e.Rate <= e.High+1e-9 && e.High <= 100) {
			t.Fatalf("%+v of %+v", e, strata)
		}
		r.Shuffle(len(strata), func(i, k int) { strata[i], strata[k] = strata[k], strata[i] })
		if again := Survey(strata); math.Abs(again.Rate-e.Rate) > 1e-9 || math.Abs(again.Low-e.Low) > 1e-9 {
			t.Fatalf("%+v became %+v", e, again)
		}
	}
}

func TestStrataThatTellNothingAreRefused(t *testing.T) {
	for text, column := range map[string]string{
		"a,10,11,5,2": "asked", "a,10,5,6,2": "answered", "a,10,5,1,1": "answered", "a,10,5,0,0": "answered", "a,10,5,4,5": "using", ",10,5,4,2": "stratum", "a,0,0,0,0": "population", "a,x,5,4,2": "population",
	} {
		_, wrong, err := ReadSurvey(csv("层,总体,调查数,答复数,使用数\n" + text + "\n"))
		if err != nil || len(wrong) == 0 || wrong[0].Column != column {
			t.Errorf("%s: %v, %v", text, wrong, err)
		}
	}
	list, wrong, err := ReadSurvey(csv("stratum,population,asked,answered,using\nC34,200,60,50,20\n"))
	if err != nil || len(wrong) > 0 || !slices.Equal(list, []Stratum{{"C34", 200, 60, 50, 20}}) {
		t.Errorf("%v, %v, %v", list, wrong, err)
	}
}

func FuzzLists(f *testing.F) {
	f.Add([]byte("uscc,evidence,last\n" + haier + ",login,2026-11-01\n"))
	f.Add([]byte("uscc,industry,size,district\n" + other + ",C34,large,370212\n"))
	f.Add([]byte("stratum,population,asked,answered,using\nC34,200,60,50,20\n"))
	now := time.Now()
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, wrong, err := ReadUses(csv(string(data)), now); (err != nil || len(wrong) > 0) && list != nil {
			t.Error("a list that is wrong is taken")
		}
		_, _, _ = ReadFrame(csv(string(data)), anyWord)
		if strata, _, err := ReadSurvey(csv(string(data))); err == nil && strata != nil {
			if e := Survey(strata); math.IsNaN(e.Rate) || e.Rate < 0 || e.Rate > 100 {
				t.Errorf("%+v of %+v", e, strata)
			}
		}
	})
}
