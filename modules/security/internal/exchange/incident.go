package exchange

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/lib/stix"
	"linghang/modules/security/internal/rating"
)

// Incident is an incident as programs of others are told of it, with a report about it.
type Incident struct {
	ID, Number, Title, Summary, Link string

	Organisation string // whose it is
	Name         lang.Text
	Level        rating.Level // confirmed, or proposed
	Confirmed    bool
	Category     string
	Kind         string // of the operator
	State        string
	TLP          rating.TLP
	Times        map[string]*time.Time // by the name of the property of STIX; what is nil is not known
	CreatedAt    time.Time
	ChangedAt    time.Time
	Exercise     bool
	Synthetic    bool

	ReportTitle, ReportText, Stage string
	Vulnerabilities                []string   // numbers that it names: CVE, CNVD, CNNVD
	Sightings                      []Sighting // of indicators, by its alerts
}

// extensionSchema is the extension by which what STIX has no property for is told of an incident. It
// is one for all cities, and so is who made it.
const extensionSchema = `level: integer, 1 (gravest, Ⅰ) to 4 (Ⅳ), GB/T 20986-2023; level_confirmed: boolean, a person confirmed it; category: string, code of a category of GB/T 20986-2023 as Linghang has it; ` +
	`operator_kind: cii, central or other; state: new, triaged, confirmed, rejected, contained, eradicated, recovered, closed, reviewed or merged; number: string; exercise: boolean; synthetic: boolean, demonstration data; ` +
	`occurred_at, discovered_at, aware_at, reported_at, received_at, contained_at, eradicated_at, recovered_at, closed_at: timestamp`

type extensionObject struct {
	head
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Schema      string   `json:"schema"`
	Version     string   `json:"version"`
	Types       []string `json:"extension_types"`
}

type incidentObject struct {
	head
	Name        string                     `json:"name"`
	Description string                     `json:"description"`
	Labels      []string                   `json:"labels"`
	Lang        string                     `json:"lang"`
	References  []reference                `json:"external_references"`
	Markings    []stix.ID                  `json:"object_marking_refs"`
	Extensions  map[stix.ID]map[string]any `json:"extensions"`
}

type vulnerabilityObject struct {
	head
	Name       string      `json:"name"`
	References []reference `json:"external_references"`
}

type relationshipObject struct {
	head
	Kind     string    `json:"relationship_type"`
	Source   stix.ID   `json:"source_ref"`
	Target   stix.ID   `json:"target_ref"`
	Markings []stix.ID `json:"object_marking_refs"`
}

// IncidentBundle writes an incident as a bundle of STIX: who tells, whose it is, what it names, and
// a report about all of it. The same incident gives the same octets, whoever asks.
func (e *Exchange) IncidentBundle(ctx context.Context, x Incident) ([]byte, error) {
	root, err := e.organisations.Root(ctx)
	if err != nil {
		return nil, fmt.Errorf("tell incident %s: %w", x.Number, err)
	}
	out, err := incidentBundle(Publisher{ID: root.ID, Name: root.Name, CreatedAt: founded()}, x)
	if err != nil {
		return nil, fmt.Errorf("tell incident %s: %w", x.Number, err)
	}
	return out, nil
}

func incidentBundle(p Publisher, x Incident) ([]byte, error) {
	t := &telling{publisher: p, incident: x}
	t.write()
	if t.err != nil {
		return nil, t.err
	}
	out, err := stix.Join(t.name("bundle", "incident/"+x.ID+"/"+string(stamp(x.ChangedAt))), t.objects...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// telling is a bundle about an incident that is written; the first error ends it.
type telling struct {
	publisher Publisher
	incident  Incident
	objects   []*stix.Object
	about     []stix.ID // what the report refers to
	who       stix.ID
	marking   []stix.ID
	err       error
}

// name is the identifier of a thing by its name.
func (t *telling) name(typ, name string) stix.ID {
	id, err := stix.NamedID(typ, space, name)
	t.fail(err)
	return id
}

func (t *telling) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// add adds an object that was made, unless that failed.
func (t *telling) add(o *stix.Object, err error) {
	if t.fail(err); t.err == nil {
		t.objects = append(t.objects, o)
	}
}

func (t *telling) write() {
	x := t.incident
	id, publisher, err := t.publisher.object()
	t.who = id
	t.add(publisher, err)
	marking, err := label(x.TLP).Marking()
	t.add(marking, err)
	if t.err != nil {
		return
	}
	t.marking = []stix.ID{marking.ID()}
	extension := t.extension()
	where := t.name("identity", x.Organisation)
	if where != t.who { // a bureau may have incidents, too
		t.add(somebody(where, founded(), x.Name.ZH, "organization", "manufacturing"))
	}
	incident := t.name("incident", x.ID)
	t.about = []stix.ID{incident, where}
	t.add(object(incidentObject{
		head: newHead(incident, t.who, x.CreatedAt, x.ChangedAt), Name: x.Title, Description: x.Summary, Labels: x.labels(), Lang: "zh",
		References: []reference{{t.publisher.Name.ZH, x.Number, x.Link}}, Markings: t.marking, Extensions: map[stix.ID]map[string]any{extension: x.extension()},
	}))
	t.relate(incident, where)
	for _, number := range x.Vulnerabilities {
		t.relate(incident, t.vulnerability(number))
	}
	for _, s := range x.Sightings {
		t.sighting(s, where)
	}
	t.report()
}

// extension adds what the properties are that STIX has not.
func (t *telling) extension() stix.ID {
	maker := t.name("identity", "linghang")
	t.add(somebody(maker, founded(), "领航 Linghang", "system", "technology"))
	id := t.name("extension-definition", "incident")
	t.add(object(extensionObject{
		newHead(id, maker, founded(), founded()), "Incident as it is worked on in China", "Level, category, state and times of an incident by GB/T 20986-2023 and the Measures for reporting cybersecurity incidents",
		extensionSchema, "1.0.0",
		[]string{"property-extension"},
	}))
	return id
}

// extension is what stands in it.
func (x Incident) extension() map[string]any {
	out := map[string]any{"extension_type": "property-extension", "category": x.Category, "operator_kind": x.Kind, "state": x.State, "number": x.Number, "exercise": x.Exercise, "synthetic": x.Synthetic}
	if x.Level.Known() {
		out["level"], out["level_confirmed"] = int(x.Level), x.Confirmed
	}
	for name, at := range x.Times {
		if at != nil {
			out[name] = stamp(*at)
		}
	}
	return out
}

// labels are those that notices have, and what makes it none that counts. Rejected ones are not
// revoked: an incident may be opened again, and what was revoked has no later version.
func (x Incident) labels() []string {
	out := []string{"gbt-20986-" + x.Category, "state-" + x.State}
	switch {
	case x.Confirmed:
		out = append(out, fmt.Sprintf("level-%d", x.Level))
	case x.Level.Known():
		out = append(out, fmt.Sprintf("proposed-level-%d", x.Level))
	}
	if x.Exercise {
		out = append(out, "exercise")
	}
	if x.Synthetic {
		out = append(out, "synthetic")
	}
	return out
}

// vulnerability adds one by its number: always the same version, whichever incident names it.
func (t *telling) vulnerability(number string) stix.ID {
	list, _, _ := strings.Cut(number, "-")
	id := t.name("vulnerability", number)
	t.add(object(vulnerabilityObject{newHead(id, t.who, founded(), founded()), number, []reference{{Source: strings.ToLower(list), ExternalID: number}}}))
	t.about = append(t.about, id)
	return id
}

// relate adds that the incident has to do with something.
func (t *telling) relate(incident, with stix.ID) {
	id := t.name("relationship", "incident/"+t.incident.ID+"/"+string(with))
	t.add(object(relationshipObject{newHead(id, t.who, t.incident.CreatedAt, t.incident.CreatedAt), "related-to", incident, with, t.marking}))
	t.about = append(t.about, id)
}

// sighting adds that an indicator was seen, by alerts of this incident. The indicator is whose it
// is and is referred to only.
func (t *telling) sighting(s Sighting, where stix.ID) {
	if s.TLP.Stricter(t.incident.TLP) {
		return
	}
	id, changed := t.name("sighting", "incident/"+t.incident.ID+"/"+s.Indicator), t.incident.CreatedAt
	if s.At.After(changed) {
		changed = s.At
	}
	t.add(object(sightingObject{
		head: newHead(id, t.who, t.incident.CreatedAt, changed), First: stamp(s.First), Last: stamp(s.Last), Count: min(s.Count, mostSeen),
		Of: stix.ID(s.Indicator), Where: []stix.ID{where}, Markings: t.marking,
	}))
	t.about = append(t.about, id)
}

func (t *telling) report() {
	x, changed := t.incident, t.incident.ChangedAt
	for _, s := range x.Sightings {
		if s.At.After(changed) {
			changed = s.At
		}
	}
	t.add(object(reportObject{
		head: newHead(t.name("report", "incident/"+x.ID), t.who, x.CreatedAt, changed), Name: x.ReportTitle, Description: x.ReportText,
		Types: []string{"threat-report"}, Published: stamp(x.CreatedAt), Refs: t.about, Labels: append([]string{"incident-report", cmp.Or(x.Stage, "first")}, x.labels()...), Lang: "zh",
		References: []reference{{t.publisher.Name.ZH, x.Number, x.Link}}, Markings: t.marking,
	}))
}
