package assessment

import (
	"slices"

	"linghang/kernel/lang"
)

// Result is what a sheet comes to. It is computed from the answers whenever it is shown.
type Result struct {
	Score     float64   `json:"score" doc:"By scenarios: points of part 1; by stages: stages met and the degree of the next"`
	Most      float64   `json:"most" doc:"The highest score there is"`
	Level     int       `json:"level" doc:"0: none yet"`
	Vetoed    []string  `json:"vetoed" nullable:"false" doc:"The vetoes that bound the level"`
	Tallies   []Tally   `json:"tallies" nullable:"false" doc:"Scores by dimension and indicator"`
	Grades    []Grade   `json:"grades" nullable:"false" doc:"How many scenarios are at least of a grade"`
	Stages    []Stage   `json:"stages" nullable:"false" doc:"How far each stage is met"`
	Axes      []Axis    `json:"axes" nullable:"false" doc:"For a radar: 0 to 100 each"`
	Answered  int       `json:"answered" doc:"Questions answered, without raw figures"`
	Questions int       `json:"questions" doc:"Questions, without raw figures"`
	Next      *Gap      `json:"next,omitempty" doc:"What lacks to the next level; missing at the highest"`
	Findings  []Finding `json:"findings" nullable:"false" doc:"Where what was chosen and the raw figures do not agree"`
}

// Tally is points of a dimension or an indicator.
type Tally struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
	Score float64   `json:"score"`
	Most  float64   `json:"most"`
	Of    string    `json:"of" doc:"The dimension that an indicator belongs to; empty of a dimension"`
}

// Grade counts scenarios.
type Grade struct {
	Grade     int `json:"grade"`
	Scenarios int `json:"scenarios"`
	Starred   int `json:"starred"`
}

// Stage is how far the requirements of a stage are met.
type Stage struct {
	Stage int     `json:"stage"`
	Score float64 `json:"score" doc:"0 to 1, weighted; cut to thousandths"`
	Met   bool    `json:"met"`
}

// Axis is a direction of the radar.
type Axis struct {
	Code    string    `json:"code"`
	Title   lang.Text `json:"title"`
	Percent float64   `json:"percent"`
}

// Evaluate computes what a sheet comes to. Answers must have passed Question.Check;
// what is not answered gives nothing.
func (t *Template) Evaluate(s Sheet) Result {
	r := Result{Vetoed: []string{}, Tallies: []Tally{}, Grades: []Grade{}, Stages: []Stage{}, Axes: []Axis{}, Findings: t.findings(s)}
	t.each(func(q Question) {
		if q.Kind == Number {
			return
		}
		r.Questions++
		if _, ok := s[q.Code]; ok {
			r.Answered++
		}
	})
	if t.Ladder != nil {
		t.climb(s, &r)
	} else {
		t.add(s, &r)
	}
	for _, v := range t.Vetoes {
		if slices.ContainsFunc(v.Options, func(o string) bool { return slices.Contains(s[v.Question].Options, o) }) {
			r.Vetoed = append(r.Vetoed, v.Code)
			r.Level = min(r.Level, v.Most)
		}
	}
	if r.Level < len(t.Levels) {
		r.Next = t.gap(s, r)
	}
	return r
}

// add adds points of part 1, counts scenarios, and finds the level of both.
func (t *Template) add(s Sheet, r *Result) {
	var score, most int64
	for _, x := range t.Sections {
		of, at := int64(0), len(r.Tallies)
		r.Tallies = append(r.Tallies, Tally{Code: x.Code, Title: x.Title, Most: x.Points})
		for _, i := range x.Indicators {
			var sum int64
			for _, q := range i.Questions {
				sum += q.points(s[q.Code])
			}
			of += sum
			r.Tallies = append(r.Tallies, Tally{i.Code, i.Title, from(sum), i.Points, x.Code})
		}
		r.Tallies[at].Score = from(of)
		r.Axes = append(r.Axes, Axis{x.Code, x.Title, percent(of, milli(x.Points))})
		score, most = score+of, most+milli(x.Points)
	}
	r.Score, r.Most = from(score), from(most)
	for _, g := range t.Scenarios.Groups {
		var sum int64
		for _, x := range g.Scenarios {
			sum += int64(t.grade(s, x))
		}
		r.Axes = append(r.Axes, Axis{g.Code, g.Title, percent(sum, int64(len(g.Scenarios)*len(t.Levels)))})
	}
	for _, l := range t.Levels {
		n := t.count(s, l.Level)
		r.Grades = append(r.Grades, n)
		if r.Level == l.Level-1 && score >= milli(l.Score) && n.Scenarios >= l.Scenarios && n.Starred >= l.Starred {
			r.Level = l.Level
		}
	}
}

// percent is a share in per cent, cut to tenths.
func percent(of, all int64) float64 {
	if all == 0 {
		return 0
	}
	return float64(of*1000/all) / 10
}

// grade is that of a scenario, 0 of one that is not answered.
func (t *Template) grade(s Sheet, x Scenario) int {
	code := scenarioCode(x.Code)
	q := t.questions[code]
	return int(q.points(s[code]) / 1000)
}

// count counts scenarios that are at least of a grade.
func (t *Template) count(s Sheet, grade int) Grade {
	n := Grade{Grade: grade}
	for _, g := range t.Scenarios.Groups {
		for _, x := range g.Scenarios {
			if t.grade(s, x) < grade {
				continue
			}
			n.Scenarios++
			if x.Starred {
				n.Starred++
			}
		}
	}
	return n
}

// climb finds how far each stage is met; a stage counts when all below it are met.
func (t *Template) climb(s Sheet, r *Result) {
	l := t.Ladder
	var total int64
	open := true
	for n := range l.Stages {
		sum, weights := l.stage(s, t.questions, n+1)
		met := open && sum >= milli(l.Met)*weights
		r.Stages = append(r.Stages, Stage{n + 1, from(sum / weights), met})
		switch {
		case met:
			total, r.Level = total+1000, n+1
		case open:
			total += sum / weights
		}
		open = open && met
	}
	r.Score, r.Most = from(total), float64(len(l.Stages))
	for _, d := range l.Domains {
		r.Axes = append(r.Axes, d.axis(s, t.questions, len(l.Stages)))
	}
}

// stage adds weights times degrees of a stage, and weights, in thousandths each.
func (l *Ladder) stage(s Sheet, questions map[string]*Question, stage int) (sum, weights int64) {
	for _, d := range l.Domains {
		for _, x := range d.Subdomains {
			code := stageCode(x.Code, stage)
			sum += milli(x.Weight) * questions[code].points(s[code])
			weights += milli(x.Weight)
		}
	}
	return sum, weights
}

func (d Domain) axis(s Sheet, questions map[string]*Question, stages int) Axis {
	var sum, all int64
	for _, x := range d.Subdomains {
		for n := range stages {
			code := stageCode(x.Code, n+1)
			sum += milli(x.Weight) * questions[code].points(s[code])
			all += milli(x.Weight) * 1000
		}
	}
	return Axis{d.Code, d.Title, percent(sum, all)}
}
