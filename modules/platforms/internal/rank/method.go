package rank

import (
	"fmt"
	"math"
)

// Scaling is how values of an item come to one scale, 0 to 100.
type Scaling string

// The scalings.
const (
	MinMax Scaling = "minmax" // the least is 0, the most 100
	ZScore Scaling = "zscore" // 50 is the mean, 16.67 points a standard deviation, cut at 0 and 100
	Order  Scaling = "place"  // share of the others that are worse, ties by half
)

// Weighting is where weights come from.
type Weighting string

// The weightings.
const (
	ByHand     Weighting = "hand"
	ByAHP      Weighting = "ahp"
	ByEntropy  Weighting = "entropy"
	ByAHPAndIt Weighting = "ahp_entropy" // λ × AHP + (1 − λ) × entropy
)

// Item is one thing that counts.
type Item struct {
	Code    string  `json:"code" maxLength:"60" doc:"The indicator"`
	Per     string  `json:"per" maxLength:"60" doc:"The indicator that it is divided by; empty: as it is"`
	Reverse bool    `json:"reverse" doc:"Less is better"`
	Log     bool    `json:"log" doc:"By ln(1 + x): for counts that differ by powers of ten"`
	Weight  float64 `json:"weight" minimum:"0" maximum:"100" doc:"By hand; any unit, only proportions count"`
}

// Method is how platforms are ranked.
type Method struct {
	Items      []Item      `json:"items" maxItems:"30" nullable:"false"`
	Trim       float64     `json:"trim" minimum:"0" maximum:"0.25" doc:"Values outside this and one minus this quantile count as the quantile (winsorising)"`
	Scaling    Scaling     `json:"scaling" enum:"minmax,zscore,place"`
	Weighting  Weighting   `json:"weighting" enum:"hand,ahp,entropy,ahp_entropy"`
	Judgements []Judgement `json:"judgements" maxItems:"20" nullable:"false" doc:"Of the experts, for AHP"`
	Lambda     float64     `json:"lambda" minimum:"0" maximum:"1" doc:"Share of AHP when entropy counts too"`
	Cap        float64     `json:"cap" minimum:"0" maximum:"1" doc:"No item weighs more; 0: no limit"`
	Trust      bool        `json:"trust" doc:"Multiply by 0.7 + 0.3 × data quality score ÷ 100"`
	Error      float64     `json:"error" minimum:"0" maximum:"0.5" doc:"Relative error of values that rank intervals allow for"`
}

// Wrong is one thing that a method cannot be used with.
type Wrong struct {
	At  string // the field, from the method down
	Why string
}

// Check returns what is wrong with a method; known tells indicators.
func (m Method) Check(known func(code string) bool) []Wrong {
	var list []Wrong
	wrong := func(at, format string, args ...any) { list = append(list, Wrong{at, fmt.Sprintf(format, args...)}) }
	if len(m.Items) < 2 {
		wrong("items", "take at least two items")
	}
	seen, sum := map[[2]string]bool{}, 0.0
	for i, x := range m.Items {
		at := fmt.Sprintf("items[%d]", i)
		if !known(x.Code) {
			wrong(at+".code", "choose an indicator of days or months from the catalogue")
		}
		if x.Per != "" && !known(x.Per) {
			wrong(at+".per", "choose an indicator of days or months from the catalogue")
		}
		if seen[[2]string{x.Code, x.Per}] {
			wrong(at+".code", "this item stands twice")
		}
		seen[[2]string{x.Code, x.Per}] = true
		if x.Weight < 0 || math.IsNaN(x.Weight) || math.IsInf(x.Weight, 0) {
			wrong(at+".weight", "a weight is 0 or more")
		}
		sum += x.Weight
	}
	if m.Weighting == ByHand && sum <= 0 {
		wrong("items", "give at least one item a weight")
	}
	if m.Cap > 0 && m.Cap*float64(len(m.Items)) < 1 {
		wrong("cap", "with so few items no weight can stay below this; raise it")
	}
	return append(list, m.checkJudgements()...)
}

func (m Method) checkJudgements() []Wrong {
	if m.Weighting != ByAHP && m.Weighting != ByAHPAndIt {
		return nil
	}
	if len(m.Items) > MostJudged {
		return []Wrong{{"items", fmt.Sprintf("experts can compare %d items at most", MostJudged)}}
	}
	if len(m.Judgements) == 0 {
		return []Wrong{{"judgements", "enter the judgements of at least one expert"}}
	}
	var list []Wrong
	for i, j := range m.Judgements {
		at := fmt.Sprintf("judgements[%d]", i)
		if len(j.Matrix) != len(m.Items) {
			list = append(list, Wrong{at + ".matrix", "compare each item with each other one"})
			continue
		}
		o, err := Weigh(j)
		switch {
		case err != nil:
			list = append(list, Wrong{at + ".matrix", err.Error()})
		case !o.Consistent():
			list = append(list, Wrong{at + ".matrix", fmt.Sprintf(
				"these judgements contradict one another (consistency ratio %.2f, below 0.1 is asked for); look at item %d against item %d again: the others say %.2g", o.Ratio, o.Worst[0]+1, o.Worst[1]+1, o.Hint)})
		}
	}
	return list
}
