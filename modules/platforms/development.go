package platforms

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/index"
)

// DevelopmentIndex is what a development index (发展指数) is made of; runs of it are
// of months.
type DevelopmentIndex struct {
	ID         string           `json:"id"`
	Name       lang.Text        `json:"name"`
	Note       string           `json:"note"`
	Sample     cohort           `json:"sample"`
	Definition index.Definition `json:"definition"`
	CreatedAt  time.Time        `json:"created_at"`
	Version    int64            `json:"version"`
}

// check refuses an index that cannot be computed, naming every fault.
func (x DevelopmentIndex) check(c *catalogue) error {
	f := fault.New(fault.Invalid, "platforms.index.invalid", "the definition is incomplete or wrong")
	if x.Name.ZH == "" && x.Name.EN == "" {
		_ = f.At("body.name", "name the index")
	}
	x.Sample.check(f, "body.sample.")
	for _, w := range x.Definition.Check(c.develops) {
		_ = f.At("body.definition."+w.At, "%s", w.Why)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// develops tells whether an indicator can be an item of an index: it has values of
// months, and more of it is more development. Operation is no development: fewer of its
// events are better.
func (c *catalogue) develops(code string) bool { return c.ranks(code) && c.byCode[code].Group != "E" }

// IndexRun is an index from its base month until a month, as it was computed.
type IndexRun struct {
	ID          string     `json:"id"`
	IndexID     string     `json:"index_id"`
	Name        lang.Text  `json:"name" title:"指数|Index"`
	Edition     int64      `json:"edition" doc:"Version of the definition" title:"定义版本|Version of the definition"`
	Base        string     `json:"base" doc:"2025-01" title:"基期|Base month"`
	Month       string     `json:"month" doc:"2026-10" title:"月份|Month"`
	Level       *float64   `json:"level" doc:"Chained, of the month; null: cannot be told" title:"指数值|Level"`
	State       runState   `json:"state" enum:"draft,published,withdrawn" title:"状态|State"`
	Reason      string     `json:"reason" doc:"Why it was withdrawn" title:"原因|Reason"`
	By          string     `json:"by" title:"计算人|Computed by"`
	ComputedAt  time.Time  `json:"computed_at" title:"计算时间|Computed"`
	PublishedAt *time.Time `json:"published_at,omitempty" title:"发布时间|Published"`
	Platforms   int        `json:"platforms" doc:"How many are in the sample" title:"平台数|Platforms"`
	Synthetic   bool       `json:"synthetic"`
	Version     int64      `json:"version"`

	actor string
}

// move takes a run to another state.
func (r IndexRun) move(to runState, reason string, now time.Time) (IndexRun, error) {
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

// indexResult is what a run keeps of its result, and of whom it was made.
type indexResult struct {
	Months  []indexMonth `json:"months" nullable:"false"`
	Members []member     `json:"members" nullable:"false"`
	Weights indexWeights `json:"weights"`

	inputs [][]indexInput // by month
}

// indexMonth is an index in a month.
type indexMonth struct {
	Month      string                 `json:"month" doc:"2026-10"`
	Level      index.Level            `json:"level"`
	Bounds     *index.Bounds          `json:"bounds" doc:"What the chained level is within in nine of ten repetitions with each weight moved by up to a fifth; null: cannot be told"`
	Dimensions []index.DimensionLevel `json:"dimensions" nullable:"false" doc:"As the definition has them; items are empty to who does not see the whole city"`
	Few        bool                   `json:"few" doc:"Not shown: fewer than 3 platforms count in an item, so that it would tell of each"`
}

// indexInput is a figure that counts in a month of an index.
type indexInput struct {
	Code         string    `json:"code" title:"指标代码|Indicator"`
	PlatformID   string    `json:"platform_id"`
	Platform     lang.Text `json:"platform" title:"平台|Platform"`
	Value        float64   `json:"value" title:"数值|Value"`
	Carried      bool      `json:"carried" doc:"It is the figure of the month before" title:"沿用上期|Carried forward"`
	Rule         string    `json:"rule" enum:"last,sum,rise,mean" title:"月值取法|Rule"`
	Facts        int       `json:"facts" doc:"How many facts it comes of" title:"值的个数|Facts"`
	Period       time.Time `json:"period" doc:"Of the last of them" title:"期间|Period"`
	Revision     int64     `json:"revision" title:"修订|Revision"`
	Known        time.Time `json:"known" doc:"When the last of them came in" title:"收到时间|Received"`
	SubmissionID string    `json:"submission_id" doc:"The report that it came in with" title:"回执号|Receipt"`
	Owner        string    `json:"owner" doc:"The organisation that operates the platform"`
}

// fewest is how many platforms an aggregate tells nothing of each of.
const fewest = 3

// tellable reports whether enough platforms count in each item of a month for the month
// to tell nothing of one of them.
func (m indexMonth) tellable() bool {
	return !slices.ContainsFunc(m.Dimensions, func(d index.DimensionLevel) bool {
		return slices.ContainsFunc(d.Items, func(x index.ItemLevel) bool { return min(x.Platforms, x.Matched) < fewest })
	})
}

// veil leaves what may be told to who does not see each platform: levels that many
// platforms make, and no sums.
func (m indexMonth) veil() indexMonth {
	few := !m.tellable()
	dimensions := slices.Clone(m.Dimensions)
	for j := range dimensions {
		dimensions[j].Items = []index.ItemLevel{}
		if few {
			dimensions[j].Level, dimensions[j].Without = index.Level{}, nil
		}
	}
	m.Dimensions, m.Few = dimensions, few
	if few {
		m.Level, m.Bounds = index.Level{}, nil
	}
	return m
}

// reportedOf are the values of months without where they are from.
func reportedOf(values panel) index.Panel {
	reported := index.Panel{}
	for code, of := range values {
		reported[code] = map[string]index.Reported{}
		for id, months := range of {
			r := index.Reported{}
			for n, in := range months {
				r[n] = in.Value
			}
			reported[code][id] = r
		}
	}
	return reported
}

// index computes an index of what platforms reported, by the weights in force.
func (x DevelopmentIndex) index(s span, members []member, values panel) indexResult {
	reported := reportedOf(values)
	out := indexResult{Members: members, inputs: make([][]indexInput, s.months)}
	for n, m := range index.Compute(x.Definition, s.months, reported) {
		out.Months = append(out.Months, indexMonth{Month: monthOf(s.at(n)), Level: m.Level, Bounds: m.Bounds, Dimensions: m.Dimensions})
		out.inputs[n] = inputsOf(x.Definition.Codes(), n, members, values, reported)
	}
	return out
}

// inputsOf lists the figures that count in a month, with where they are from.
func inputsOf(codes []string, month int, members []member, values panel, reported index.Panel) []indexInput {
	list := []indexInput{}
	for _, code := range codes {
		for _, p := range members {
			c, ok := reported[code][p.ID].Count(month)
			if !ok {
				continue
			}
			in := values[code][p.ID][month]
			if c.Carried {
				in = values[code][p.ID][month-1]
			}
			list = append(list, inputOf(code, p, in, c.Carried))
		}
	}
	return list
}

func inputOf(code string, p member, in rankInput, carried bool) indexInput {
	return indexInput{code, p.ID, p.Name, in.Value, carried, in.Rule, in.Facts, in.Period, in.Revision, in.Known, in.SubmissionID, p.owner}
}

// noBase refuses an index whose base month is not there for every item.
func (x DevelopmentIndex) noBase(out indexResult) error {
	var lacking []string
	for _, d := range out.Months[0].Dimensions {
		for _, i := range d.Items {
			if i.Level.Chained == nil {
				lacking = append(lacking, i.Code)
			}
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "platforms.index.base", "no platform of the sample has a figure above 0 of %s in the base month %s", strings.Join(lacking, ", "), x.Definition.Base).
		With("items", strings.Join(lacking, ", ")).With("base", x.Definition.Base).At("body.definition.base", "choose a base month with figures of every item, or have them back-filled")
}

// mostMonths bounds how long an index is.
const mostMonths = 240

// readSpan returns the months from the base until a month that has begun.
func (x DevelopmentIndex) readSpan(month string, now time.Time) (span, error) {
	last, err := readMonth(month, now)
	if err != nil {
		return span{}, err
	}
	first, err := time.ParseInLocation("2006-01", x.Definition.Base, cityTime())
	if err != nil || first.After(last) {
		return span{}, fault.New(fault.Invalid, "platforms.index.month", "the base month %s is not before %s", x.Definition.Base, month).With("base", x.Definition.Base).At("body.month", "a month from the base month on")
	}
	s := spanOf(first, last)
	if s.months > mostMonths {
		return s, fault.New(fault.Invalid, "platforms.index.long", "an index has %d months at most", mostMonths).With("limit", mostMonths).At("body.definition.base", "choose a later base month")
	}
	return s, nil
}

func noIndex() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such index, or it is not yours to see")
}
