package foster

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
)

// OutputState is where a figure of new output is.
type OutputState string

// A figure is reported, and then accepted or refused, by somebody else.
const (
	OutputReported  OutputState = "reported"
	OutputAccepted  OutputState = "accepted"
	OutputRefused   OutputState = "refused"
	OutputWithdrawn OutputState = "withdrawn" // by who reported it, before it was reviewed
	OutputReplaced  OutputState = "replaced"  // accepted once, and then a correction was
)

// Output is how much output of an enterprise a platform says that it drove in a year
// (新增产值), in one revision.
type Output struct {
	ID         string      `json:"id"`
	PlatformID string      `json:"platform_id"`
	Platform   lang.Text   `json:"platform" title:"平台|Platform"`
	Operator   lang.Text   `json:"operator" title:"运营单位|Operator"`
	Enterprise string      `json:"enterprise" title:"企业|Enterprise"`
	USCC       string      `json:"uscc" title:"统一社会信用代码|Unified social credit code"`
	Year       int         `json:"year" title:"年度|Year"`
	Amount     float64     `json:"amount" title:"新增产值（万元）|New output (10k CNY)" doc:"10 000 CNY"`
	Project    string      `json:"project" title:"项目|Project"`
	Basis      string      `json:"basis" title:"测算依据|How it was computed"`
	Revision   int         `json:"revision" title:"修订|Revision"`
	Reason     string      `json:"reason" title:"更正原因|Why corrected"`
	State      OutputState `json:"state" enum:"reported,accepted,refused,withdrawn,replaced" title:"状态|State"`
	ReportedBy string      `json:"reported_by" title:"报送人|Reported by" audit:"-"`
	ReportedAt time.Time   `json:"reported_at" title:"报送时间|Reported"`
	DecidedBy  string      `json:"decided_by" title:"审核人|Reviewed by" doc:"For the city only" audit:"-"`
	DecidedAt  *time.Time  `json:"decided_at,omitempty" title:"审核时间|Reviewed"`
	Decision   string      `json:"decision" title:"审核意见|Decision"`
	Counted    string      `json:"counted" enum:",yes,no" title:"计入|Counts" doc:"Whether this figure is the one of its enterprise and year that counts; empty: not accepted, or not for the caller to know"`
	Others     int         `json:"others" title:"其他平台报送数|Reports of other platforms" doc:"Accepted figures of other platforms for the same enterprise and year; for the city only"`
	FileID     string      `json:"file_id"`
	File       string      `json:"file" title:"佐证材料|Evidence"`
	SHA256     string      `json:"sha256" title:"佐证材料哈希|Hash of the evidence"`
	Synthetic  bool        `json:"synthetic" title:"合成数据|Synthetic"`
	Version    int64       `json:"version"`

	yuan                         int64
	organisation, actor, decider string
}

// yuanOf is what one unit of an amount is in CNY.
const yuanOf = 10_000

// mostOutput bounds an amount: a trillion CNY.
const mostOutput = 100_000_000

// Bounds of texts and of how many figures there are.
const (
	outputNameMost = 200
	outputTextMost = 2000
	outputsMost    = 20_000 // of a platform
	outputsAtOnce  = 500    // in a table
)

// tidy fills in what follows from what was said.
func (o Output) tidy() Output {
	o.USCC = strings.ToUpper(strings.TrimSpace(o.USCC))
	o.Enterprise, o.Project, o.Basis, o.Reason = strings.TrimSpace(o.Enterprise), strings.TrimSpace(o.Project), strings.TrimSpace(o.Basis), strings.TrimSpace(o.Reason)
	o.yuan = int64(math.Round(o.Amount * yuanOf))
	return o
}

// wrongOutput says what of a figure is wrong, in its field, for forms and tables.
type wrongOutput struct {
	field string
	why   lang.Text
}

// faults lists what is wrong of a figure.
func (o Output) faults(now time.Time) []wrongOutput {
	var list []wrongOutput
	add := func(bad bool, field, zh, en string) {
		if bad {
			list = append(list, wrongOutput{field, lang.Text{ZH: zh, EN: en}})
		}
	}
	add(!identity.ValidUSCC(o.USCC), "uscc", "18 位统一社会信用代码，校验位应相符", "a unified social credit code: 18 characters with a check character")
	add(o.Enterprise == "" || utf8.RuneCountInString(o.Enterprise) > outputNameMost, "enterprise", "请填写企业名称，最多 200 字", "name the enterprise, in 200 characters at most")
	add(o.Year < 2000 || o.Year > now.In(cityTime()).Year(), "year", "2000 年至今年", "a year from 2000 until this one")
	scaled := o.Amount * yuanOf
	add(math.IsNaN(scaled) || o.Amount < 0 || o.Amount > mostOutput || math.Abs(scaled-math.Round(scaled)) > 1e-4, "amount", "0 至 1 亿万元，最多四位小数", "0 to 100 million times 10 000 CNY, with four decimals at most")
	add(o.Project == "" || utf8.RuneCountInString(o.Project) > outputNameMost, "project", "请填写项目，最多 200 字", "name the project, in 200 characters at most")
	add(o.Basis == "" || utf8.RuneCountInString(o.Basis) > outputTextMost, "basis", "请说明如何测算，最多 2000 字", "say how it was computed, in 2000 characters at most")
	return list
}

// check refuses a figure that is wrong, naming every fault.
func (o Output) check(now time.Time) error {
	wrong := o.faults(now)
	if len(wrong) == 0 {
		return nil
	}
	f := fault.New(fault.Invalid, "platforms.output.invalid", "the figure is incomplete or wrong")
	for _, w := range wrong {
		_ = f.At("body."+w.field, "%s", w.why.EN)
	}
	return f
}

// outputName is what revisions of a figure have in common.
type outputName struct {
	uscc string
	year int
}

func (o Output) name() outputName { return outputName{o.USCC, o.Year} }

// same tells whether a correction says nothing else.
func (o Output) same(before Output) bool {
	return o.yuan == before.yuan && o.Project == before.Project && o.Basis == before.Basis && o.Enterprise == before.Enterprise
}

// after makes a figure the next revision of those before it, which are of the same
// platform, enterprise and year, oldest first.
func (o Output) after(before []Output) (Output, error) {
	o.Revision, o.State = 1, OutputReported
	for _, b := range before {
		o.Revision = b.Revision + 1
		switch b.State {
		case OutputReported:
			return o, fault.New(fault.Conflict, "platforms.output.waits", "a figure of this enterprise and year waits for its review; withdraw it first").At("body.uscc", "one is being reviewed")
		case OutputAccepted:
			if o.same(b) {
				return o, fault.New(fault.Conflict, "platforms.output.same", "this is what was accepted already").At("body.amount", "it is the same")
			}
			if o.Reason == "" {
				return o, fault.New(fault.Invalid, "platforms.output.reason", "there is an accepted figure of this enterprise and year").At("body.reason", "say why it is corrected")
			}
		default: // it is over
		}
	}
	if utf8.RuneCountInString(o.Reason) > outputTextMost {
		return o, fault.New(fault.Invalid, "platforms.output.reason", "the reason is too long").At("body.reason", "2000 characters at most")
	}
	return o, nil
}

// decide accepts or refuses a figure: never by who reported it.
func (o Output) decide(accept bool, reason string, by hand, now time.Time) (Output, error) {
	if o.State != OutputReported {
		return o, fault.New(fault.Conflict, "platforms.output.decided", "the figure is %s already", o.State).With("state", string(o.State))
	}
	if o.actor == by.actor {
		return o, fault.New(fault.Conflict, "platforms.output.own", "who reported a figure does not review it")
	}
	reason = strings.TrimSpace(reason)
	if !accept && reason == "" {
		return o, fault.New(fault.Invalid, "platforms.output.reason", "say why").At("body.reason", "a figure is not refused without a reason")
	}
	now = now.UTC().Truncate(time.Millisecond)
	o.State, o.Decision, o.decider, o.DecidedBy, o.DecidedAt = OutputRefused, reason, by.actor, by.name, &now
	if accept {
		o.State = OutputAccepted
	}
	return o, nil
}

// withdraw takes a figure back before it was reviewed.
func (o Output) withdraw() (Output, error) {
	if o.State != OutputReported {
		return o, fault.New(fault.Conflict, "platforms.output.decided", "the figure is %s already", o.State).With("state", string(o.State))
	}
	o.State = OutputWithdrawn
	return o, nil
}

// OutputYear is what the figures of a year come to.
type OutputYear struct {
	Year        int     `json:"year"`
	Amount      float64 `json:"amount" doc:"10 000 CNY: of each enterprise its largest accepted figure"`
	Enterprises int     `json:"enterprises"`
	Waiting     int     `json:"waiting" doc:"Figures that were not reviewed yet"`
	Doubled     int     `json:"doubled" doc:"Enterprises that several platforms have accepted figures of"`
	Excess      float64 `json:"excess" doc:"10 000 CNY: accepted figures that do not count, because another platform has a larger one"`
	Synthetic   bool    `json:"synthetic"`
}

// yearsOf adds up figures that wait or were accepted, ordered by year, enterprise, and
// the largest first: of each enterprise and year the first accepted one counts.
func yearsOf(list []Output) []OutputYear {
	years := []OutputYear{}
	var enterprise outputName
	accepted := 0 // of the enterprise and year
	for _, o := range list {
		if n := len(years); n == 0 || years[n-1].Year != o.Year {
			years = append(years, OutputYear{Year: o.Year})
		}
		y := &years[len(years)-1]
		if o.name() != enterprise {
			enterprise, accepted = o.name(), 0
		}
		y.Synthetic = y.Synthetic || o.Synthetic
		if o.State == OutputReported {
			y.Waiting++
			continue
		}
		accepted++
		switch accepted {
		case 1:
			y.Enterprises++
			y.Amount += float64(o.yuan) / yuanOf
			continue
		case 2:
			y.Doubled++
		}
		y.Excess += float64(o.yuan) / yuanOf
	}
	return years
}
