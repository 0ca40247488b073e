package platforms

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/rank"
)

// Ranking is how platforms of a class are ranked; runs of it are of months.
type Ranking struct {
	ID        string      `json:"id"`
	Name      lang.Text   `json:"name"`
	Note      string      `json:"note"`
	Class     string      `json:"class" doc:"Platforms of this class are compared; empty: all"`
	Method    rank.Method `json:"method"`
	CreatedAt time.Time   `json:"created_at"`
	Version   int64       `json:"version"`
}

// check refuses a ranking that cannot be computed, naming every fault.
func (r Ranking) check(c *catalogue) error {
	f := fault.New(fault.Invalid, "platforms.ranking.invalid", "the method is incomplete or wrong")
	if r.Name.ZH == "" && r.Name.EN == "" {
		_ = f.At("body.name", "name the ranking")
	}
	if r.Class != "" && !has(classes(), r.Class) {
		_ = f.At("body.class", "choose one of the classes, or none for all platforms")
	}
	for _, w := range r.Method.Check(c.ranks) {
		_ = f.At("body.method."+w.At, "%s", w.Why)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// ranks tells whether an indicator has facts to rank by: those of days and months.
func (c *catalogue) ranks(code string) bool {
	x, ok := c.byCode[code]
	return ok && (x.Tier == daily || x.Tier == monthly)
}

// runState is where a run is: a draft until it is published; what is published is
// never changed, only withdrawn.
type runState string

const (
	runDraft     runState = "draft"
	runPublished runState = "published"
	runWithdrawn runState = "withdrawn"
)

// Standing is a ranking of a month as it was computed.
type Standing struct {
	ID          string     `json:"id"`
	RankingID   string     `json:"ranking_id"`
	Name        lang.Text  `json:"name" title:"排名|Ranking"`
	Class       string     `json:"class" title:"类别|Class"`
	Edition     int64      `json:"edition" doc:"Version of the method" title:"方法版本|Version of the method"`
	Month       string     `json:"month" doc:"2026-10" title:"月份|Month"`
	State       runState   `json:"state" enum:"draft,published,withdrawn" title:"状态|State"`
	Reason      string     `json:"reason" doc:"Why it was withdrawn" title:"原因|Reason"`
	By          string     `json:"by" title:"计算人|Computed by"`
	ComputedAt  time.Time  `json:"computed_at" title:"计算时间|Computed"`
	PublishedAt *time.Time `json:"published_at,omitempty" title:"发布时间|Published"`
	Platforms   int        `json:"platforms" doc:"How many have a place" title:"平台数|Platforms"`
	Synthetic   bool       `json:"synthetic"`
	Version     int64      `json:"version"`

	actor string
}

// move takes a run to another state.
func (r Standing) move(to runState, reason string, now time.Time) (Standing, error) {
	if err := r.State.check(to, reason); err != nil {
		return r, err
	}
	if r.State = to; to == runPublished {
		r.PublishedAt = &now
		return r, nil
	}
	r.Reason = reason
	return r, nil
}

// check decides whether what was computed may go to another state: a draft is
// published, and what was published is withdrawn for a reason.
func (s runState) check(to runState, reason string) error {
	switch {
	case s == runDraft && to == runPublished:
		return nil
	case s == runPublished && to == runWithdrawn && strings.TrimSpace(reason) == "":
		return fault.New(fault.Invalid, "platforms.run.reason", "say why").At("body.reason", "what was published is not withdrawn without a reason")
	case s == runPublished && to == runWithdrawn:
		return nil
	default:
		return fault.New(fault.Conflict, "platforms.run.state", "what is %s cannot become %s", s, to).With("from", string(s)).With("to", string(to))
	}
}

// ranked is what a run keeps of its result and what it came from.
type ranked struct {
	rank.Result
	Platforms []rankedPlatform `json:"platforms" nullable:"false"`
}

// rankedPlatform is a platform as it was when it was ranked.
type rankedPlatform struct {
	ID     string      `json:"id"`
	Name   lang.Text   `json:"name"`
	Owner  string      `json:"owner" doc:"The organisation that operates it; empty to others"`
	Class  string      `json:"class"`
	Grade  string      `json:"grade" enum:"A,B,C,D,none" doc:"Of its data quality"`
	Trust  float64     `json:"trust" doc:"Score of its data quality"`
	Inputs []rankInput `json:"inputs" nullable:"false" doc:"Figures that counted; empty to who may not see them"`
}

// rankInput is a figure that counted, and where it is from.
type rankInput struct {
	Code         string    `json:"code"`
	Value        float64   `json:"value"`
	Rule         string    `json:"rule" enum:"last,sum,rise,mean" doc:"How the month's value comes of the facts: the last, their sum, the rise of a counter, their mean"`
	Facts        int       `json:"facts" doc:"How many facts it comes of"`
	Period       time.Time `json:"period" doc:"Of the last of them"`
	Revision     int64     `json:"revision"`
	Known        time.Time `json:"known" doc:"When the last of them came in"`
	SubmissionID string    `json:"submission_id" doc:"The report that it came in with"`
}

// monthFact is a fact of a day or month, in its newest revision.
type monthFact struct {
	platformID, code string
	at               time.Time
	revision         int64
	value            float64
	known            time.Time
	submissionID     string
}

// monthValue makes one value of the facts of a month, oldest first; before is the
// last one earlier than the month.
func (x indicator) monthValue(facts []monthFact, before *monthFact) (rankInput, bool) {
	if len(facts) == 0 {
		return rankInput{}, false
	}
	last := facts[len(facts)-1]
	in := rankInput{Code: x.Code, Value: last.value, Facts: len(facts), Period: last.at, Revision: last.revision, Known: last.known, SubmissionID: last.submissionID}
	sum := 0.0
	for _, f := range facts {
		sum += f.value
	}
	switch in.Rule = x.monthRule(); in.Rule {
	case "sum":
		in.Value = sum
	case "mean":
		in.Value = sum / float64(len(facts))
	case "rise":
		if before == nil {
			if len(facts) < 2 {
				return rankInput{}, false // a counter's stand alone is no month's value
			}
			before = &facts[0]
		}
		if in.Value = last.value - before.value; in.Value < 0 {
			return rankInput{}, false // it was set back; a finding tells of it
		}
	}
	return in, true
}

// monthRule is how a month's value comes of the facts of an indicator.
func (x indicator) monthRule() string {
	switch x.Kind {
	case "flow":
		return "sum"
	case "ratio":
		return "mean"
	case "counter":
		return "rise"
	default:
		return "last"
	}
}

// readMonth returns the first moment of a month that is over, or has begun.
func readMonth(text string, now time.Time) (time.Time, error) {
	return readMonthAt("body.month", text, now)
}

// readMonthAt is readMonth of a field.
func readMonthAt(field, text string, now time.Time) (time.Time, error) {
	at, err := time.ParseInLocation("2006-01", text, cityTime())
	if err != nil || at.After(now) {
		return at, fault.New(fault.Invalid, "platforms.ranking.month", "%q is no month that has begun", text).At(field, "a month as 2026-10, not in the future")
	}
	return at, nil
}

// rankRows makes the rows of a ranking of what is known of the month.
func (c *catalogue) rankRows(m rank.Method, list []rankedPlatform, facts map[string]map[string][]monthFact, month time.Time) []rank.Row {
	codes := codesOf(m)
	rows := make([]rank.Row, len(list))
	for i := range list {
		p := &list[i]
		rows[i] = rank.Row{ID: p.ID, Values: map[string]float64{}, Trust: p.Trust, Graded: p.Grade != "none"}
		p.Inputs = []rankInput{}
		for _, code := range codes {
			of, before := split(facts[p.ID][code], month)
			if in, ok := c.byCode[code].monthValue(of, before); ok {
				rows[i].Values[code] = in.Value
				p.Inputs = append(p.Inputs, in)
			}
		}
	}
	return rows
}

// split parts facts, oldest first, into the last before a month and those of it.
func split(facts []monthFact, month time.Time) (of []monthFact, before *monthFact) {
	for i := range facts {
		if facts[i].at.Before(month) {
			before = &facts[i]
			continue
		}
		return facts[i:], before
	}
	return nil, before
}

func noRanking() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such ranking, or it is not yours to see")
}

// monthOf writes a month.
func monthOf(at time.Time) string { return at.In(cityTime()).Format("2006-01") }

// mostRanked bounds how many platforms are compared at once.
const mostRanked = 2000

func tooMany(n int) error {
	return fault.New(fault.Invalid, "platforms.ranking.too_many", "%d platforms are more than the %d that can be ranked at once", n, mostRanked).
		With("platforms", n).With("limit", mostRanked).At("body.class", "rank one class")
}
