package incident

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/rating"
)

// Told is an incident as programs of others are told of it.
type Told struct {
	Case
	ChangedAt       time.Time
	ReportTitle     string
	ReportText      string
	Stage           string
	Vulnerabilities []string
}

// Tell writes what is told of an incident, as a bundle of STIX.
type Tell func(ctx context.Context, t Told) ([]byte, error)

// mostNamed bounds what vulnerabilities are told of an incident.
const mostNamed = 50

var vulnerability = regexp.MustCompile(`(?i)\b(?:CVE-\d{4}-\d{4,10}|CNVD-\d{4}-\d{4,10}|CNNVD-\d{6}-\d{3,10})\b`)

// named are the vulnerabilities that what is known of an incident names.
func (i Case) named() []string {
	texts := []string{i.Title, i.Summary}
	for _, t := range i.facts {
		texts = append(texts, t)
	}
	if c := i.closing; c != nil {
		texts = append(texts, c.Cause, c.Impact, c.Measures, c.Assets, c.Residual)
	}
	var out []string
	for _, t := range texts {
		for _, number := range vulnerability.FindAllString(t, mostNamed) {
			out = append(out, strings.ToUpper(number))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), mostNamed)]
}

// stage is which report upward can be made of what is known.
func (i Case) stage() string {
	switch {
	case i.closing != nil:
		return Final
	case i.Upward != "":
		return FollowUp
	}
	return First
}

// tellable tells whether a side may take an incident away for others: of what is TLP:RED it is
// the one that opened it.
func (i Case) tellable(from side) bool {
	return i.TLP != rating.Red || from == map[string]side{byEnterprise: owner, byCity: city}[i.Origin]
}

func redSTIX() error {
	return fault.New(fault.Forbidden, "security.incident.stix_red", "it is TLP:RED: only the side that opened it takes it away as STIX")
}
