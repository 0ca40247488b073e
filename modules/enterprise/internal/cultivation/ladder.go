// Package cultivation is how enterprises climb (梯度培育): ladders (梯度) of rungs (层级),
// each with criteria as rules. A ladder is data in editions, and says what its thresholds
// rest on; what is not official is shown as such. Some come with the release; others the
// bureau defines: drafted by one person, looked at and published by another, and never
// changed from then on. What a draft would come to is worked out before it is published.
//
// An enterprise sees where it stands and what lacks to each rung, as of today. The bureau
// holds all enterprises against a ladder once a year (年度评估); what came out is kept by
// enterprise, rung and year, with the ladder as it was then: when the year is run again it
// goes by the same. The watch list (观察名单) is those that lack one condition. What a rule
// comes to is for the enterprise itself and the bureau.
//
// Beside a criterion that takes evidence an enterprise gives files or qualifications of its
// entry; an assessor accepts each or says why not, and what the year came to follows.
//
// Tables: cultivation_edition, cultivation_retired, cultivation_run, cultivation_result,
// cultivation_proof.
// Tells: nothing. Hears: nothing.
package cultivation

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

//go:embed ladders/ladders.json
var ladders []byte

// Whether evidence goes beside a criterion.
const (
	evidenceNone     = "none"
	evidenceOptional = "optional"
	evidenceRequired = "required"
)

// Criterion is one thing that a rung asks for.
type Criterion struct {
	Code       string         `json:"code" maxLength:"40"`
	Title      lang.Text      `json:"title"`
	Conditions criterion.Rule `json:"conditions" required:"false" doc:"On the profile; none: evidence alone shows it"`
	Evidence   string         `json:"evidence" enum:"none,optional,required" doc:"required: it is met only once evidence was accepted"`
	Asks       lang.Text      `json:"asks" required:"false" doc:"What evidence is asked for"`
}

// Rung is one step of a ladder.
type Rung struct {
	Code          string      `json:"code" maxLength:"40"`
	Title         lang.Text   `json:"title"`
	Qualification string      `json:"qualification" required:"false" maxLength:"30" doc:"Kind of qualification that says that an enterprise was recognised; none: there is no such"`
	Criteria      []Criterion `json:"criteria" nullable:"false" maxItems:"30" doc:"All of which are to be met"`
}

// Content is what a ladder says: rungs, the lowest first.
type Content struct {
	Title         lang.Text `json:"title"`
	Checked       string    `json:"checked" enum:"official,secondary,unchecked,own" doc:"How far the thresholds were compared with the official text"`
	Source        lang.Text `json:"source" doc:"What the thresholds rest on"`
	Number        string    `json:"number" required:"false" maxLength:"100" doc:"Of the document that it rests on"`
	Link          string    `json:"link" required:"false" maxLength:"500" doc:"To the official text"`
	EffectiveFrom string    `json:"effective_from" required:"false" maxLength:"10" doc:"The first day; empty: of a ladder of the release, always"`
	Rungs         []Rung    `json:"rungs" nullable:"false" maxItems:"12"`
}

// Ladder is one edition that is published.
type Ladder struct {
	ID      string `json:"id"`
	Edition int    `json:"edition"`
	Own     bool   `json:"own" required:"false" doc:"The bureau defined it; else it came with the release"`
	Content
}

// read reads the ladders of the binary; each is checked as those of the bureau are.
func read(data []byte, words criterion.Vocabulary) ([]Ladder, error) {
	var list []Ladder
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("read ladders: %w", err)
	}
	for _, l := range list {
		f := fault.New(fault.Invalid, "enterprise.cultivation.invalid", "a ladder is wrong")
		if l.check(f, words); len(f.Fields) > 0 {
			return nil, fmt.Errorf("ladder %s: %s: %s", l.ID, f.Fields[0].Location, f.Fields[0].Message)
		}
	}
	return list, nil
}

// criterion finds what a rung of a ladder asks for.
func (l Ladder) criterion(rung, code string) (Criterion, bool) {
	for _, r := range l.Rungs {
		for _, c := range r.Criteria {
			if r.Code == rung && c.Code == code {
				return c, true
			}
		}
	}
	return Criterion{}, false
}

// Judged is what one criterion comes to for an enterprise.
type Judged struct {
	Code     string            `json:"code"`
	Title    lang.Text         `json:"title"`
	Outcome  criterion.Outcome `json:"outcome" enum:"unmet,unknown,met"`
	Evidence string            `json:"evidence" enum:"none,optional,required"`
	Asks     lang.Text         `json:"asks"`
	Lacks    []criterion.Lack  `json:"lacks" nullable:"false"`
	Proven   string            `json:"proven" enum:",missing,waiting,accepted,refused" doc:"How its evidence stands; empty: none was given and none is needed"`
}

// Step is where an enterprise stands on a rung.
type Step struct {
	Rung     string            `json:"rung"`
	Title    lang.Text         `json:"title"`
	Holds    bool              `json:"holds" doc:"The profile names a valid qualification of the rung"`
	By       criterion.Outcome `json:"outcome" enum:"unmet,unknown,met"`
	Lacks    []criterion.Lack  `json:"lacks" nullable:"false"`
	Criteria []Judged          `json:"criteria" nullable:"false"`
}

// judge holds an enterprise against each criterion of a rung.
func (r Rung) judge(facts criterion.Facts, words criterion.Vocabulary) []Judged {
	list := make([]Judged, len(r.Criteria))
	for i, c := range r.Criteria {
		result := c.Conditions.Evaluate(facts, words)
		list[i] = Judged{Code: c.Code, Title: c.Title, Outcome: result.Outcome, Evidence: c.Evidence, Asks: c.Asks, Lacks: result.Lacks}
	}
	return list
}

// held tells whether the profile names a valid qualification of the rung.
func (r Rung) held(facts criterion.Facts, words criterion.Vocabulary) bool {
	if r.Qualification == "" {
		return false
	}
	rule := criterion.Rule{Field: criterion.Qualification, Op: "holds", Values: []string{r.Qualification}}
	return rule.Evaluate(facts, words).Outcome == criterion.Met
}

// together is what a rung comes to by its criteria, all of which are to be met.
func together(list []Judged) (criterion.Outcome, []criterion.Lack) {
	outcome, lacks := criterion.Met, []criterion.Lack{}
	for _, j := range list {
		outcome = criterion.Worse(outcome, j.Outcome)
		lacks = append(lacks, j.Lacks...)
	}
	return outcome, lacks
}

// stand holds an enterprise against each rung, whose evidence is not looked at.
func (l Ladder) stand(facts criterion.Facts, words criterion.Vocabulary) []Step {
	list := []Step{}
	for _, r := range l.Rungs {
		criteria := r.judge(facts, words)
		outcome, lacks := together(criteria)
		list = append(list, Step{r.Code, r.Title, r.held(facts, words), outcome, lacks, criteria})
	}
	return list
}
