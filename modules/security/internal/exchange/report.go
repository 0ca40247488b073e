package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/lib/stix"
	"linghang/modules/security/internal/rating"
)

// space is the namespace of the names from which identifiers of STIX are made (RFC 9562).
const space = "8f0d6c1e-52b1-5c0a-9a53-2f6f0a4d7b11"

// Publisher is who publishes: the city's bureau.
type Publisher struct {
	ID        string // of the organisation
	Name      lang.Text
	CreatedAt time.Time
}

// Report is a notice as it is published.
type Report struct {
	ID        string // of the notice
	Number    string
	Title     string
	Text      string
	Link      string // whole address of its page
	Level     rating.Level
	Category  string
	Colour    string // of a warning; empty: it is none
	Lifted    bool
	TLP       rating.TLP
	IssuedAt  time.Time
	ChangedAt time.Time
	Revoked   bool
	Readers   []string // organisations that it was sent to
}

// open tells whether everybody who may exchange reads what has the label.
func open(t rating.TLP) bool { return t == rating.Clear || t == rating.Green }

// label is a label as STIX has it.
func label(t rating.TLP) stix.TLP {
	switch t {
	case rating.Clear:
		return stix.TLPClear
	case rating.Green:
		return stix.TLPGreen
	case rating.AmberStrict:
		return stix.TLPAmberStrict
	case rating.Red:
		return stix.TLPRed
	default:
		return stix.TLPAmber
	}
}

func stamp(at time.Time) stix.Timestamp { return stix.NewTimestamp(at.UTC(), 3) }

// head is what every object but an identity begins with.
type head struct {
	Type      string         `json:"type"`
	Spec      string         `json:"spec_version"`
	ID        stix.ID        `json:"id"`
	CreatedBy stix.ID        `json:"created_by_ref"`
	Created   stix.Timestamp `json:"created"`
	Modified  stix.Timestamp `json:"modified"`
}

// newHead is that of an object that by made; an identifier begins with the type.
func newHead(id, by stix.ID, created, modified time.Time) head {
	typ, _, _ := strings.Cut(string(id), "--")
	return head{typ, "2.1", id, by, stamp(created), stamp(modified)}
}

type identityObject struct {
	Type     string         `json:"type"`
	Spec     string         `json:"spec_version"`
	ID       stix.ID        `json:"id"`
	Created  stix.Timestamp `json:"created"`
	Modified stix.Timestamp `json:"modified"`
	Name     string         `json:"name"`
	Class    string         `json:"identity_class"`
	Sectors  []string       `json:"sectors"`
}

type reference struct {
	Source     string `json:"source_name"`
	ExternalID string `json:"external_id,omitzero"`
	URL        string `json:"url,omitzero"`
}

type reportObject struct {
	head
	Revoked     bool           `json:"revoked,omitzero"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Types       []string       `json:"report_types"`
	Published   stix.Timestamp `json:"published"`
	Refs        []stix.ID      `json:"object_refs"`
	Labels      []string       `json:"labels"`
	Lang        string         `json:"lang"`
	References  []reference    `json:"external_references"`
	Markings    []stix.ID      `json:"object_marking_refs"`
}

// somebody is an identity of STIX.
func somebody(id stix.ID, at time.Time, name, class, sector string) (*stix.Object, error) {
	return object(identityObject{"identity", "2.1", id, stamp(at), stamp(at), name, class, []string{sector}})
}

// object is who publishes, as an identity of STIX.
func (p Publisher) object() (stix.ID, *stix.Object, error) {
	id, err := stix.NamedID("identity", space, p.ID)
	if err != nil {
		return id, nil, fmt.Errorf("name the publisher: %w", err)
	}
	o, err := somebody(id, p.CreatedAt, p.Name.ZH, "organization", "government-local")
	return id, o, err
}

// objects are what a report is published as: who publishes, the marking, and the report.
func objects(p Publisher, r Report) ([]*stix.Object, error) {
	who, publisher, err := p.object()
	if err != nil {
		return nil, err
	}
	id, err := stix.NamedID("report", space, r.ID)
	if err != nil {
		return nil, fmt.Errorf("name the report: %w", err)
	}
	marking, err := label(r.TLP).Marking()
	if err != nil {
		return nil, fmt.Errorf("mark the report: %w", err)
	}
	types := "threat-report"
	if r.Category == "hazard" {
		types = "vulnerability"
	}
	report, err := object(reportObject{
		head: newHead(id, who, r.IssuedAt, r.ChangedAt), Revoked: r.Revoked, Name: r.Title, Description: r.Text,
		Types: []string{types}, Published: stamp(r.IssuedAt), Refs: []stix.ID{who}, Labels: r.labels(), Lang: "zh",
		References: []reference{{p.Name.ZH, r.Number, r.Link}}, Markings: []stix.ID{marking.ID()},
	})
	if err != nil {
		return nil, err
	}
	return []*stix.Object{publisher, marking, report}, nil
}

// labels are what STIX has no property for, so that whoever takes a notice in has it again.
func (r Report) labels() []string {
	out := []string{fmt.Sprintf("level-%d", r.Level), "gbt-20986-" + r.Category}
	if r.Colour != "" {
		out = append(out, "warning-"+r.Colour)
	}
	if r.Lifted {
		out = append(out, "lifted")
	}
	return out
}

func object(v any) (*stix.Object, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write object of STIX: %w", err)
	}
	o, err := stix.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("write object of STIX: %w", err)
	}
	return o, nil
}
