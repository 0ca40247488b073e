package received

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/lib/stix"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/rating"
)

// What is read of a report at most, in characters.
const (
	longestTitle  = 400
	longestBody   = 60_000
	longestNumber = 100
)

// Report is a report of STIX as the notice that it is.
type Report struct {
	ObjectID   string
	Version    time.Time
	Stamp      string // the version as it is written
	Number     string
	Kind       string
	Colour     string
	Title      string
	Body       string
	Level      rating.Level // Unrated: it says none
	Category   string       // empty: none that is known here
	TLP        rating.TLP
	Exercise   bool
	Lifted     bool
	Revoked    bool
	IssuedAt   time.Time
	ValidUntil *time.Time
}

// reportType is what notices are as objects of STIX.
const reportType = "report"

// The labels that notices of Linghang have, and of exercises those of others too.
const (
	labelLevel    = "level-"
	labelCategory = "gbt-20986-"
	labelWarning  = "warning-"
	labelLifted   = "lifted"
)

type reportObject struct {
	Type        string   `json:"type"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Published   string   `json:"published"`
	ValidUntil  string   `json:"valid_until"`
	Revoked     bool     `json:"revoked"`
	Labels      []string `json:"labels"`
	References  []struct {
		ExternalID string `json:"external_id"`
	} `json:"external_references"`
}

// ReadReport reads a report. What is no report is none, and no fault.
func ReadReport(raw []byte) (r Report, is bool, err error) {
	o, err := taxii.ReadObject(raw)
	if err != nil {
		return r, false, fmt.Errorf("read a report: %w", err)
	}
	if o.Type != reportType {
		return r, false, nil
	}
	parsed, err := stix.Parse(raw)
	if err != nil {
		return r, true, fmt.Errorf("read %s: %w", o.ID, err)
	}
	var in reportObject
	if err := json.Unmarshal(raw, &in); err != nil {
		return r, true, fmt.Errorf("%s cannot be read as a notice", o.ID)
	}
	r = Report{ObjectID: o.ID, Kind: "notice", Title: line(in.Name), Body: strings.TrimSpace(in.Description), TLP: tlpOf(parsed.TLP()), Revoked: in.Revoked}
	r.label(in.Labels)
	for _, x := range in.References {
		if r.Number == "" {
			r.Number = line(x.ExternalID)
		}
	}
	if err := errors.Join(r.times(o.Version, in), r.bounded()); err != nil {
		return r, true, fmt.Errorf("%s is not taken as a notice: %w", o.ID, err)
	}
	return r, true, nil
}

// line is a text as one line, without signs that are no text.
func line(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
}

func (r Report) bounded() error {
	switch {
	case r.Title == "":
		return errors.New("it has no title")
	case len([]rune(r.Title)) > longestTitle:
		return fmt.Errorf("its title has more than %d characters", longestTitle)
	case len([]rune(r.Body)) > longestBody:
		return fmt.Errorf("its text has more than %d characters", longestBody)
	case len([]rune(r.Number)) > longestNumber:
		return fmt.Errorf("its number has more than %d characters", longestNumber)
	case strings.ContainsRune(r.Title+r.Body+r.Number, 0):
		return errors.New("it has a sign that is no text")
	}
	return nil
}

func (r *Report) times(version string, in reportObject) (err error) {
	if r.Version, err = taxii.ParseStamp(version); err != nil {
		return fmt.Errorf("its version %.40q is no time", version)
	}
	r.Stamp = version
	r.IssuedAt = r.Version
	if in.Published != "" {
		if r.IssuedAt, err = taxii.ParseStamp(in.Published); err != nil {
			return fmt.Errorf("published %.40q is no time", in.Published)
		}
	}
	if in.ValidUntil != "" {
		until, err := taxii.ParseStamp(in.ValidUntil)
		if err != nil {
			return fmt.Errorf("valid_until %.40q is no time", in.ValidUntil)
		}
		r.ValidUntil = &until
	}
	return nil
}

// label reads what labels say. Where they say two levels the graver one counts.
func (r *Report) label(labels []string) {
	for _, l := range labels {
		l = strings.ToLower(strings.TrimSpace(l))
		level, isLevel := strings.CutPrefix(l, labelLevel)
		category, isCategory := strings.CutPrefix(l, labelCategory)
		colour, isWarning := strings.CutPrefix(l, labelWarning)
		switch {
		case isLevel && len(level) == 1 && level >= "1" && level <= "4":
			if x := rating.Level(level[0] - '0'); x.GraverThan(r.Level) {
				r.Level = x
			}
		case isCategory:
			if c, known := rating.CategoryOf(category); known {
				r.Category = c.ID
			}
		case isWarning && slices.Contains([]string{"red", "orange", "yellow", "blue"}, colour):
			r.Kind, r.Colour = "warning", colour
		case l == labelLifted:
			r.Lifted = true
		case unreal(l):
			r.Exercise = true
		}
	}
}

// unreal tells a label that says that a report is not real: as Linghang has it, and as tags of
// MISP are written (exercise:generic="comcheck").
func unreal(label string) bool {
	word, _, _ := strings.Cut(label, ":")
	return slices.Contains([]string{"exercise", "drill", "synthetic", "test"}, word)
}

// tlpOf is the label of a report; one without a marking is AMBER, as it is with us.
func tlpOf(t stix.TLP) rating.TLP {
	switch t {
	case stix.TLPClear:
		return rating.Clear
	case stix.TLPGreen:
		return rating.Green
	case stix.TLPAmberStrict:
		return rating.AmberStrict
	case stix.TLPRed:
		return rating.Red
	default:
		return rating.Amber
	}
}
