// Package cultivation is how enterprises climb (梯度培育): ladders (梯度) of rungs (层级),
// each with conditions as a rule. A ladder is data in editions, and says what its
// thresholds rest on; what is not official is shown as such.
//
// An enterprise sees where it stands and what lacks to each rung, as of today. The bureau
// holds all enterprises against a ladder once a year (年度评估); what came out is kept by
// enterprise, rung and year. The watch list (观察名单) is those that lack one condition.
// What a rule comes to is for the enterprise itself and the bureau.
//
// Tables: cultivation_run, cultivation_result. Tells: nothing. Hears: nothing.
package cultivation

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

//go:embed ladders/ladders.json
var ladders []byte

// Rung is one step of a ladder.
type Rung struct {
	Code       string         `json:"code"`
	Title      lang.Text      `json:"title"`
	Conditions criterion.Rule `json:"conditions"`
}

// Ladder is rungs, the lowest first.
type Ladder struct {
	ID      string    `json:"id"`
	Edition int       `json:"edition"`
	Title   lang.Text `json:"title"`
	Checked string    `json:"checked" enum:"official,secondary,unchecked,own" doc:"How far the thresholds were compared with the official text"`
	Source  lang.Text `json:"source" doc:"What the thresholds rest on"`
	Rungs   []Rung    `json:"rungs" nullable:"false"`
}

// read reads the ladders of the binary; each condition is checked.
func read(data []byte, words criterion.Vocabulary) ([]Ladder, error) {
	var list []Ladder
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("read ladders: %w", err)
	}
	f := fault.New(fault.Invalid, "enterprise.cultivation.ladder", "a ladder is wrong")
	for _, l := range list {
		if !slices.Contains([]string{"official", "secondary", "unchecked", "own"}, l.Checked) || l.Source.ZH == "" || len(l.Rungs) == 0 {
			return nil, fmt.Errorf("ladder %s: it does not say what it rests on, or has no rung", l.ID)
		}
		for _, r := range l.Rungs {
			r.Conditions.Check(f, l.ID+"."+r.Code, words)
		}
	}
	if len(f.Fields) > 0 {
		return nil, fmt.Errorf("ladders: %s: %s", f.Fields[0].Location, f.Fields[0].Message)
	}
	return list, nil
}

// Step is where an enterprise stands on a rung.
type Step struct {
	Rung  string            `json:"rung"`
	Title lang.Text         `json:"title"`
	Holds bool              `json:"holds" doc:"The profile names a valid qualification of the rung"`
	By    criterion.Outcome `json:"outcome" enum:"unmet,unknown,met"`
	Lacks []criterion.Lack  `json:"lacks" nullable:"false"`
}

// stand holds an enterprise against each rung.
func (l Ladder) stand(facts criterion.Facts, words criterion.Vocabulary) []Step {
	list := []Step{}
	for _, r := range l.Rungs {
		result := r.Conditions.Evaluate(facts, words)
		held := criterion.Rule{Field: criterion.Qualification, Op: "holds", Values: []string{r.Code}}.Evaluate(facts, words)
		list = append(list, Step{r.Code, r.Title, held.Outcome == criterion.Met, result.Outcome, result.Lacks})
	}
	return list
}
