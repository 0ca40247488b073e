package identifier

import (
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/lib/codeid/gs1"
)

// Bounds of the prefix of a company in GS1 (GS1 General Specifications, section
// 1.4.2), and how many a node may have.
const (
	leastCompany = 4
	mostCompany  = 12
	mostOfNode   = 100
)

// Companies are the prefixes of companies in GS1 that a node resolves.
type Companies struct {
	Prefixes []string `json:"prefixes" maxItems:"100" nullable:"false" doc:"4 to 12 digits each, as 6901234: what GS1 licensed the company"`
}

// tidy sorts the prefixes, and refuses what can be none, or stands in another.
func (c Companies) tidy() (Companies, error) {
	list := make([]string, 0, len(c.Prefixes))
	for _, p := range c.Prefixes {
		list = append(list, strings.TrimSpace(p))
	}
	slices.Sort(list)
	list = slices.Compact(list)
	f := fault.New(fault.Invalid, "identifier.company.invalid", "these are no prefixes of companies")
	for i, p := range list {
		switch {
		case len(p) < leastCompany || len(p) > mostCompany || strings.Trim(p, "0123456789") != "":
			_ = f.At("body.prefixes", "%q has not %d to %d digits", p, leastCompany, mostCompany)
		case i > 0 && strings.HasPrefix(p, list[i-1]):
			_ = f.At("body.prefixes", "%s has %s in it; name the shorter alone", list[i-1], p)
		}
	}
	if len(f.Fields) > 0 {
		return Companies{}, f
	}
	return Companies{list}, nil
}

// companyHandle is the identifier that a node registers for something in GS1: its
// prefix, and the path of the Digital Link.
func companyHandle(n node, i gs1.Identification) string {
	return n.Prefix + "/" + linkPath(i)
}

// linkPath is the path of the Digital Link of an identification, without attributes.
func linkPath(i gs1.Identification) string {
	i.Attributes = nil
	return strings.TrimPrefix(i.Link(gs1.CanonicalDomain), gs1.CanonicalDomain+"/")
}

// levels are an identification and what is above it: a serial number, its batch, its
// GTIN.
func levels(i gs1.Identification) []gs1.Identification {
	i.Attributes = nil
	list := []gs1.Identification{i}
	for up, ok := i.Up(); ok; up, ok = up.Up() {
		list = append(list, up)
	}
	return list
}
