package platforms

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Bounds of one submission.
const (
	maxItems     = 10_000
	maxReport    = 1 << 20 // bytes on the wire
	maxDecoded   = 8 << 20
	farFuture    = 10 * time.Minute
	realTimeLate = 24 * time.Hour
	maxFindings  = 100
)

// report is the body of the signed report protocol.
type report struct {
	Schema   int          `json:"schema" doc:"Version of this format: 1"`
	Platform string       `json:"platform,omitempty" doc:"Code of the platform; must be the key's own when given"`
	Seq      int64        `json:"seq" doc:"Strictly increasing number of the report"`
	Period   string       `json:"period" doc:"2026-11-24T10:15:00+08:00, 2026-11-24 or 2026-11"`
	SentAt   time.Time    `json:"sent_at"`
	Revises  int64        `json:"revises,omitempty" doc:"seq of the report that this one corrects"`
	Items    []reportItem `json:"items"`
}

type reportItem struct {
	Code    string  `json:"code"`
	Dims    dims    `json:"dims,omitzero"`
	Value   float64 `json:"value"`
	Quality string  `json:"quality,omitempty" doc:"The platform's own remark, such as estimated"`
}

// readReport reads a report, its items into the memory of items.
func readReport(body []byte, items []reportItem) (report, error) {
	r, ok := readPlain(string(body), items)
	if !ok {
		r = report{}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&r); err != nil {
			return r, fault.New(fault.BadRequest, "platforms.report.unreadable", "the report is not the JSON that it should be: %v", err).
				At("body", "see the API reference for the format")
		}
	}
	f := fault.New(fault.Invalid, "platforms.report.invalid", "the report is incomplete or wrong")
	if r.Schema != 1 {
		_ = f.At("body.schema", "this server reads schema 1")
	}
	if r.Seq <= 0 {
		_ = f.At("body.seq", "number reports from 1 upwards")
	}
	if r.Revises < 0 || (r.Revises > 0 && r.Revises >= r.Seq) {
		_ = f.At("body.revises", "names an earlier seq")
	}
	if len(r.Items) == 0 {
		_ = f.At("body.items", "a report has at least one item")
	}
	if len(r.Items) > maxItems {
		_ = f.At("body.items", "a report has at most %d items", maxItems)
	}
	if _, _, err := readPeriod(r.Period); err != nil {
		_ = f.At("body.period", "%v", err)
	}
	if len(f.Fields) > 0 {
		return r, f
	}
	return r, nil
}

// cityTime is where days begin: all of China keeps UTC+8 without summer time.
func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// readPeriod returns the start of a period and the finest tier it can speak of.
func readPeriod(text string) (time.Time, tier, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, realTime, nil
	}
	if t, err := time.ParseInLocation("2006-01-02", text, cityTime()); err == nil {
		return t, daily, nil
	}
	if t, err := time.ParseInLocation("2006-01", text, cityTime()); err == nil {
		return t, monthly, nil
	}
	return time.Time{}, "", fmt.Errorf("%q is no time, day or month", text)
}

// start cuts a time to the beginning of the tier's period in the city's time.
func (t tier) start(at time.Time) time.Time {
	if t != daily && t != monthly {
		return at
	}
	city := cityTime()
	year, month, day := at.In(city).Date()
	if t == monthly {
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, city)
}

// entry is an item that the gate has let through: a value of a series at a time.
type entry struct {
	*known
	At       int64 // unix milliseconds; of a period, its start
	Value    float64
	revision int64 // of a period, once the ledger has counted it
	index    int32 // place in the request, for findings
	Period   bool  // a fact of a day or month, not a moment
}

// numberIn is the series' number, which numbers holds when it is new.
func (e *entry) numberIn(numbers map[*known]int64) int64 {
	if e.number > 0 {
		return e.number
	}
	return numbers[e.known]
}

// finding says which item was not taken, and why.
type finding struct {
	Item    int    `json:"item" doc:"Place in the request, from 0; -1 for the whole"`
	Code    string `json:"code,omitempty"`
	Key     string `json:"key"`
	Message string `json:"message"`
}

// periodic tells whether values belong to days or months, with revisions.
func (x indicator) periodic() bool { return x.Tier == daily || x.Tier == monthly }

// timely decides whether a value of the period can be taken now.
func (x indicator) timely(at time.Time, grain tier, now time.Time) *reason {
	switch {
	case at.After(now.Add(farFuture)):
		return because("future", "the period lies %s in the future", at.Sub(now).Round(time.Second))
	case grain == monthly && x.Tier != monthly, grain == daily && !x.periodic():
		return because("coarse", "%s is due by %s; the period is too coarse for it", x.Code, x.Tier.word())
	case !x.periodic() && at.Before(now.Add(-realTimeLate)):
		return because("too_old", "%s is taken up to %s late", x.Code, realTimeLate)
	}
	return nil
}

func (t tier) word() string {
	switch t {
	case realTime:
		return "minute"
	case quarterly:
		return "quarter of an hour"
	case daily:
		return "day"
	default:
		return "month"
	}
}

// bounded keeps what is stored and answered of findings small.
func bounded(findings []finding) []finding {
	if len(findings) <= maxFindings {
		return append([]finding{}, findings...) // none are told as [], not as null
	}
	rest := len(findings) - maxFindings
	return append(findings[:maxFindings:maxFindings], finding{-1, "", "platforms.item.more", fmt.Sprintf("and %d more", rest)})
}

func summary(findings []finding) string {
	counts, order := map[string]int{}, []string{}
	for _, f := range findings {
		if counts[f.Message] == 0 {
			order = append(order, f.Message)
		}
		counts[f.Message]++
	}
	var b strings.Builder
	for i, m := range order {
		if i == 5 {
			fmt.Fprintf(&b, "; and %d more reasons", len(order)-5)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s (%d)", m, counts[m])
	}
	return b.String()
}

// has tells whether values are broken down by a dimension.
func (x indicator) has(dim string) bool { return slices.Contains(x.Dims, dim) }
