// Package bulletin makes monitoring reports of platforms (平台监测月报、季报): what
// figures come to (sum.go), what differs from the version before (change.go), and the
// report on paper (paper*.go). It reads nothing: what is known comes as Data, which is
// in a fixed order, so that the same ledger comes to the same digest.
package bulletin

import (
	"time"

	"linghang/kernel/lang"
)

// Kind is how long a report's period is.
type Kind string

// The kinds.
const (
	Month   Kind = "month"
	Quarter Kind = "quarter"
)

// Year is how many periods of the kind a year has.
func (k Kind) Year() int {
	if k == Quarter {
		return 4
	}
	return 12
}

// Schema is the version of Data's form.
const Schema = 1

// Data is everything that a report says, before it is put into words.
type Data struct {
	Schema     int         `json:"schema"`
	Kind       Kind        `json:"kind" enum:"month,quarter"`
	Period     string      `json:"period" doc:"2026-10 or 2026Q3"`
	Periods    []string    `json:"periods" nullable:"false" doc:"This one and those before it, as facts count back"`
	From       string      `json:"from" doc:"First day"`
	Until      string      `json:"until" doc:"Last day"`
	Subject    *Platform   `json:"subject,omitempty" doc:"The platform that it is about; missing: the city"`
	Synthetic  bool        `json:"synthetic"`
	Platforms  []Platform  `json:"platforms" nullable:"false" doc:"That count"`
	Indicators []Indicator `json:"indicators" nullable:"false"`

	Totals  []Total `json:"totals" nullable:"false"`
	Trends  []Trend `json:"trends" nullable:"false" doc:"Key indicators over periods, oldest first"`
	Growths []Group `json:"growths" nullable:"false" doc:"By district, industry and class"`
	Moves   []Move  `json:"moves" nullable:"false" doc:"Platforms that rose and fell most"`

	Grades       []Grade      `json:"grades" nullable:"false"`
	Findings     []Finding    `json:"findings" nullable:"false"`
	Availability []Available  `json:"availability" nullable:"false"`
	Alerts       []Alert      `json:"alerts" nullable:"false"`
	Rankings     []Ranking    `json:"rankings" nullable:"false"`
	Reach        []Reach      `json:"reach" nullable:"false" doc:"Last counts of the months of the period"`
	Served       []Served     `json:"served" nullable:"false" doc:"Newest list of each platform"`
	Awards       []Award      `json:"awards" nullable:"false"`
	Corrections  []Correction `json:"corrections" nullable:"false"`
	Missing      []Missing    `json:"missing" nullable:"false"`
	Facts        []Fact       `json:"facts" nullable:"false" doc:"Figures of the period, of the one before and of a year before"`
	Definitions  []lang.Text  `json:"definitions" nullable:"false"`
}

// Platform is a platform that counts.
type Platform struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`
	Name     lang.Text `json:"name"`
	Operator lang.Text `json:"operator"`
	Class    Word      `json:"class"`
	Industry Word      `json:"industry"`
	District Word      `json:"district"`
}

// Word is a word of a vocabulary.
type Word struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

// Indicator is what a figure counts.
type Indicator struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
	Unit  lang.Text `json:"unit"`
	Group lang.Text `json:"group"`
	Rule  string    `json:"rule" enum:"last,sum,rise,mean" doc:"How the value of a period comes of its facts"`
	Mean  bool      `json:"mean" doc:"Of several platforms the mean is told, not the sum"`
	Key   bool      `json:"key"`
}

// Fact is a platform's figure of a period, and where it is from.
type Fact struct {
	Platform   string    `json:"platform"`
	Code       string    `json:"code"`
	Back       int       `json:"back" doc:"How many periods before this one"`
	Value      float64   `json:"value"`
	Facts      int       `json:"facts" doc:"How many values of days or months it comes of"`
	Period     string    `json:"period" doc:"Of the last of them, 2026-10-31"`
	Revision   int64     `json:"revision" doc:"The highest of them"`
	Known      time.Time `json:"known" doc:"When the last of them came in"`
	Submission string    `json:"submission" doc:"The report that it came in with"`
}

// Sum is what the figures of platforms come to in a period.
type Sum struct {
	Value     *float64  `json:"value" doc:"null: nobody reported"`
	Platforms int       `json:"platforms" doc:"How many reported"`
	Revision  int64     `json:"revision" doc:"The highest"`
	Known     time.Time `json:"known,omitzero" doc:"When the last figure came in"`
}

// Against compares two periods by the platforms that reported in both.
type Against struct {
	Platforms int      `json:"platforms" doc:"In both periods"`
	Now       float64  `json:"now"`
	Then      float64  `json:"then"`
	Percent   *float64 `json:"percent" doc:"null: nothing to compare with"`
}

// Total is an indicator of the period.
type Total struct {
	Code string `json:"code"`
	Sum
	Before Against `json:"before" doc:"Against the period before"`
	Year   Against `json:"year" doc:"Against a year before"`
}

// Trend is an indicator over periods, oldest first.
type Trend struct {
	Code string `json:"code"`
	Sums []Sum  `json:"sums" nullable:"false"`
}

// Group is an indicator of the platforms of a district, an industry or a class.
type Group struct {
	By   string `json:"by" enum:"district,industry,class"`
	Word Word   `json:"word"`
	Code string `json:"code"`
	Sum
	Before Against `json:"before"`
	Year   Against `json:"year"`
}

// Move is how far a platform's figure moved against the period before.
type Move struct {
	Platform string  `json:"platform"`
	Code     string  `json:"code"`
	Now      float64 `json:"now"`
	Then     float64 `json:"then"`
	Percent  float64 `json:"percent"`
	Rank     int     `json:"rank" doc:"1: rose most; -1: fell most"`
}

// Grade is a platform's data quality on the last day of the period that has one.
type Grade struct {
	Platform   string  `json:"platform"`
	Day        string  `json:"day"`
	Grade      string  `json:"grade" enum:"A,B,C,D,none"`
	Score      float64 `json:"score"`
	Definition int64   `json:"definition"`
}

// Finding is a doubt about figures of the period.
type Finding struct {
	Platform string    `json:"platform"`
	Kind     string    `json:"kind"`
	Title    lang.Text `json:"title"`
	Code     string    `json:"code"`
	From     string    `json:"from"`
	Until    string    `json:"until"`
	Severity string    `json:"severity" enum:"high,medium,low"`
	State    string    `json:"state" enum:"open,explained,corrected,accepted"`
}

// Available is how available a platform was in a month.
type Available struct {
	Platform  string   `json:"platform"`
	Month     string   `json:"month"`
	Looks     int64    `json:"looks"`
	Good      int64    `json:"good"`
	Stopped   int64    `json:"stopped" doc:"During maintenance; they do not count"`
	SLA       *float64 `json:"sla" doc:"good ÷ (looks − stopped), percent"`
	Incidents int      `json:"incidents" doc:"That began in the month"`
}

// Alert is how often a rule fired in the period.
type Alert struct {
	Rule      lang.Text `json:"rule"`
	Code      string    `json:"code"`
	Severity  string    `json:"severity"`
	Fired     int       `json:"fired"`
	Platforms int       `json:"platforms"`
	Lasting   int       `json:"lasting" doc:"Not over at the end of the period"`
}

// Ranking is a published ranking of a month of the period.
type Ranking struct {
	Name      lang.Text `json:"name"`
	Month     string    `json:"month"`
	Edition   int64     `json:"edition"`
	Method    lang.Text `json:"method" doc:"In one line"`
	Published time.Time `json:"published"`
	Of        int       `json:"of"`
	Places    []Place   `json:"places" nullable:"false"`
}

// Place is a place in a ranking.
type Place struct {
	Platform string    `json:"platform"`
	Name     lang.Text `json:"name"`
	Rank     int       `json:"rank"`
	Low      int       `json:"low"`
	High     int       `json:"high"`
	Score    float64   `json:"score"`
	Grade    string    `json:"grade"`
}

// Reach is how far platforms reach, as it was counted last in a month.
type Reach struct {
	Month      string    `json:"month"`
	Counted    time.Time `json:"counted"`
	Version    int       `json:"version" doc:"Of the definition"`
	Platforms  int       `json:"platforms"`
	Lists      int       `json:"lists"`
	Served     int       `json:"served"`
	Active     int       `json:"active"`
	FrameMonth string    `json:"frame_month"`
	Frame      int       `json:"frame"`
	Using      int       `json:"using"`
	Rate       float64   `json:"rate"`
}

// Served is the newest list of what a platform serves, up to the end of the period.
type Served struct {
	Platform    string    `json:"platform"`
	Month       string    `json:"month"`
	Enterprises int       `json:"enterprises"`
	Known       time.Time `json:"known"`
}

// Award is that a platform is fostered, as it stands at the end of the period.
type Award struct {
	Platform    string    `json:"platform"`
	Name        lang.Text `json:"name"`
	Year        int       `json:"year"`
	Certificate string    `json:"certificate"`
	AwardedOn   string    `json:"awarded_on"`
	ValidUntil  string    `json:"valid_until"`
	State       string    `json:"state"`
}

// Correction is a value of a day or month that replaced another.
type Correction struct {
	Platform   string    `json:"platform"`
	Code       string    `json:"code"`
	Period     string    `json:"period"`
	Revision   int64     `json:"revision"`
	Old        float64   `json:"old"`
	New        float64   `json:"new"`
	Known      time.Time `json:"known"`
	Submission string    `json:"submission"`
}

// Missing is what was due of a platform and did not come.
type Missing struct {
	Platform string `json:"platform"`
	Code     string `json:"code"`
	Due      int    `json:"due" doc:"Days or months"`
	Received int    `json:"received"`
}
