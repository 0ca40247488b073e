package bulletin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Why is what made a figure another one.
type Why string

// Reasons, as the ledger tells them.
const (
	Corrected Why = "corrected" // a later revision
	Added     Why = "added"     // it came after the version before was made
	Gone      Why = "gone"      // it does not count any more
	Moved     Why = "moved"     // a part of the report that no report of figures explains
)

// Change is one thing in which a version differs from the one before.
type Change struct {
	Part       string    `json:"part" enum:"fact,platforms,grades,findings,availability,alerts,rankings,reach,served,awards,definitions"`
	Platform   string    `json:"platform,omitempty"`
	Code       string    `json:"code,omitempty"`
	Period     string    `json:"period,omitempty"`
	Old        *float64  `json:"old"`
	New        *float64  `json:"new"`
	Why        Why       `json:"why" enum:"corrected,added,gone,moved"`
	Revision   int64     `json:"revision,omitempty"`
	Known      time.Time `json:"known,omitzero"`
	Submission string    `json:"submission,omitempty"`
}

// Compare tells in what a version differs from the one before. Figures are told one by
// one, with where the new ones are from; of other parts, that they are others.
func Compare(old, now Data) ([]Change, error) {
	list := []Change{}
	before := map[string]Fact{}
	name := func(f Fact) string { return fmt.Sprint(f.Back, " ", f.Platform, " ", f.Code) }
	for _, f := range old.Facts {
		before[name(f)] = f
	}
	for _, f := range now.Facts {
		was, known := before[name(f)]
		delete(before, name(f))
		value := f.Value
		c := Change{Part: "fact", Platform: f.Platform, Code: f.Code, Period: now.period(f.Back), New: &value, Why: Added, Revision: f.Revision, Known: f.Known, Submission: f.Submission}
		switch {
		case known && was.Value == f.Value && was.Revision == f.Revision && was.Facts == f.Facts:
			continue
		case known:
			c.Old = &was.Value
			if f.Revision > was.Revision || f.Facts <= was.Facts {
				c.Why = Corrected
			}
		}
		list = append(list, c)
	}
	for _, f := range old.Facts { // in their order
		if was, left := before[name(f)]; left {
			list = append(list, Change{Part: "fact", Platform: f.Platform, Code: f.Code, Period: old.period(f.Back), Old: &was.Value, Why: Gone})
		}
	}
	for _, p := range []struct {
		name   string
		a, now any
	}{
		{"platforms", old.Platforms, now.Platforms},
		{"grades", old.Grades, now.Grades},
		{"findings", old.Findings, now.Findings},
		{"availability", old.Availability, now.Availability},
		{"alerts", old.Alerts, now.Alerts},
		{"rankings", old.Rankings, now.Rankings},
		{"reach", old.Reach, now.Reach},
		{"served", old.Served, now.Served},
		{"awards", old.Awards, now.Awards},
		{"definitions", []any{old.Indicators, old.Definitions}, []any{now.Indicators, now.Definitions}},
	} {
		same, err := alike(p.a, p.now)
		if err != nil {
			return nil, err
		}
		if !same {
			list = append(list, Change{Part: p.name, Why: Moved})
		}
	}
	return list, nil
}

func alike(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("compare versions: %w", err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("compare versions: %w", err)
	}
	return bytes.Equal(x, y), nil
}

// period names the period so many before the one of the report.
func (d Data) period(back int) string {
	if back < len(d.Periods) {
		return d.Periods[back]
	}
	return ""
}
