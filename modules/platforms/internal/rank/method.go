package rank

import (
	"fmt"
	"math"

	"linghang/modules/platforms/internal/weight"
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
	Items      []Item             `json:"items" maxItems:"30" nullable:"false"`
	Trim       float64            `json:"trim" minimum:"0" maximum:"0.25" doc:"Values outside this and one minus this quantile count as the quantile (winsorising)"`
	Scaling    weight.Scaling     `json:"scaling" enum:"minmax,zscore,place"`
	Weighting  Weighting          `json:"weighting" enum:"hand,ahp,entropy,ahp_entropy"`
	Judgements []weight.Judgement `json:"judgements" maxItems:"20" nullable:"false" doc:"Of the experts, for AHP"`
	Lambda     float64            `json:"lambda" minimum:"0" maximum:"1" doc:"Share of AHP when entropy counts too"`
	Cap        float64            `json:"cap" minimum:"0" maximum:"1" doc:"No item weighs more; 0: no limit"`
	Trust      bool               `json:"trust" doc:"Multiply by 0.7 + 0.3 × data quality score ÷ 100"`
	Error      float64            `json:"error" minimum:"0" maximum:"0.5" doc:"Relative error of values that rank intervals allow for"`
}

// Check returns what is wrong with a method, by fields from the method down; known tells
// indicators.
func (m Method) Check(known func(code string) bool) []weight.Wrong {
	var list []weight.Wrong
	wrong := func(at, format string, args ...any) {
		list = append(list, weight.Wrong{At: at, Why: fmt.Sprintf(format, args...)})
	}
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

func (m Method) checkJudgements() []weight.Wrong {
	if m.Weighting != ByAHP && m.Weighting != ByAHPAndIt {
		return nil
	}
	return weight.Check(m.Judgements, len(m.Items))
}
