package stix

import (
	"encoding/json"
	"fmt"
)

// Common are the properties that objects share (section 3.2). Absent ones are
// zero. A view shows what it knows; the rest is in [Object.Raw].
type Common struct {
	Type               string              `json:"type"`
	SpecVersion        string              `json:"spec_version,omitzero"`
	ID                 ID                  `json:"id"`
	CreatedByRef       ID                  `json:"created_by_ref,omitzero"`
	Created            Timestamp           `json:"created,omitzero"`
	Modified           Timestamp           `json:"modified,omitzero"`
	Revoked            bool                `json:"revoked,omitzero"`
	Labels             []string            `json:"labels,omitzero"`
	Confidence         *int64              `json:"confidence,omitzero"` // 0 to 100; nil is not told
	Lang               string              `json:"lang,omitzero"`
	ExternalReferences []ExternalReference `json:"external_references,omitzero"`
	ObjectMarkingRefs  []ID                `json:"object_marking_refs,omitzero"`
	GranularMarkings   []GranularMarking   `json:"granular_markings,omitzero"`
	Extensions         json.RawMessage     `json:"extensions,omitzero"`
	Defanged           bool                `json:"defanged,omitzero"` // of cyber-observables
}

// ExternalReference is section 2.5.
type ExternalReference struct {
	SourceName  string            `json:"source_name"`
	Description string            `json:"description,omitzero"`
	URL         string            `json:"url,omitzero"`
	Hashes      map[string]string `json:"hashes,omitzero"`
	ExternalID  string            `json:"external_id,omitzero"`
}

// KillChainPhase is section 2.11.
type KillChainPhase struct {
	KillChainName string `json:"kill_chain_name"`
	PhaseName     string `json:"phase_name"`
}

// GranularMarking is section 7.2.3.
type GranularMarking struct {
	Lang       string   `json:"lang,omitzero"`
	MarkingRef ID       `json:"marking_ref,omitzero"`
	Selectors  []string `json:"selectors"`
}

// AttackPattern is section 4.1.
type AttackPattern struct {
	Common
	Name            string           `json:"name"`
	Description     string           `json:"description,omitzero"`
	Aliases         []string         `json:"aliases,omitzero"`
	KillChainPhases []KillChainPhase `json:"kill_chain_phases,omitzero"`
}

// CourseOfAction is section 4.3.
type CourseOfAction struct {
	Common
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
}

// Identity is section 4.5.
type Identity struct {
	Common
	Name               string   `json:"name"`
	Description        string   `json:"description,omitzero"`
	Roles              []string `json:"roles,omitzero"`
	IdentityClass      string   `json:"identity_class,omitzero"`
	Sectors            []string `json:"sectors,omitzero"`
	ContactInformation string   `json:"contact_information,omitzero"`
}

// Incident is section 4.6; extensions say more.
type Incident struct {
	Common
	Name            string           `json:"name"`
	Description     string           `json:"description,omitzero"`
	KillChainPhases []KillChainPhase `json:"kill_chain_phases,omitzero"`
}

// Indicator is section 4.7.
type Indicator struct {
	Common
	Name            string           `json:"name,omitzero"`
	Description     string           `json:"description,omitzero"`
	IndicatorTypes  []string         `json:"indicator_types,omitzero"`
	Pattern         string           `json:"pattern"`
	PatternType     string           `json:"pattern_type"`
	PatternVersion  string           `json:"pattern_version,omitzero"`
	ValidFrom       Timestamp        `json:"valid_from"`
	ValidUntil      Timestamp        `json:"valid_until,omitzero"`
	KillChainPhases []KillChainPhase `json:"kill_chain_phases,omitzero"`
}

// Malware is section 4.11, without what analyses tell.
type Malware struct {
	Common
	Name         string    `json:"name,omitzero"`
	Description  string    `json:"description,omitzero"`
	MalwareTypes []string  `json:"malware_types,omitzero"`
	IsFamily     bool      `json:"is_family"`
	Aliases      []string  `json:"aliases,omitzero"`
	FirstSeen    Timestamp `json:"first_seen,omitzero"`
	LastSeen     Timestamp `json:"last_seen,omitzero"`
	SampleRefs   []ID      `json:"sample_refs,omitzero"`
}

// Note is section 4.13.
type Note struct {
	Common
	Abstract   string   `json:"abstract,omitzero"`
	Content    string   `json:"content"`
	Authors    []string `json:"authors,omitzero"`
	ObjectRefs []ID     `json:"object_refs"`
}

// ObservedData is section 4.14.
type ObservedData struct {
	Common
	FirstObserved  Timestamp `json:"first_observed"`
	LastObserved   Timestamp `json:"last_observed"`
	NumberObserved int64     `json:"number_observed"`
	ObjectRefs     []ID      `json:"object_refs,omitzero"`
}

// Report is section 4.16.
type Report struct {
	Common
	Name        string    `json:"name"`
	Description string    `json:"description,omitzero"`
	ReportTypes []string  `json:"report_types,omitzero"`
	Published   Timestamp `json:"published"`
	ObjectRefs  []ID      `json:"object_refs"`
}

// Vulnerability is section 4.19.
type Vulnerability struct {
	Common
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
}

// Relationship is section 5.1.
type Relationship struct {
	Common
	RelationshipType string    `json:"relationship_type"`
	Description      string    `json:"description,omitzero"`
	SourceRef        ID        `json:"source_ref"`
	TargetRef        ID        `json:"target_ref"`
	StartTime        Timestamp `json:"start_time,omitzero"`
	StopTime         Timestamp `json:"stop_time,omitzero"`
}

// Sighting is section 5.2.
type Sighting struct {
	Common
	Description      string    `json:"description,omitzero"`
	FirstSeen        Timestamp `json:"first_seen,omitzero"`
	LastSeen         Timestamp `json:"last_seen,omitzero"`
	Count            *int64    `json:"count,omitzero"` // nil is not told
	SightingOfRef    ID        `json:"sighting_of_ref"`
	ObservedDataRefs []ID      `json:"observed_data_refs,omitzero"`
	WhereSightedRefs []ID      `json:"where_sighted_refs,omitzero"`
	Summary          bool      `json:"summary,omitzero"`
}

// MarkingDefinition is section 7.2.1.
type MarkingDefinition struct {
	Common
	Name           string          `json:"name,omitzero"`
	DefinitionType string          `json:"definition_type,omitzero"`
	Definition     json.RawMessage `json:"definition,omitzero"`
}

// Address is an ipv4-addr, ipv6-addr, mac-addr, domain-name or url (section 6).
type Address struct {
	Common
	Value string `json:"value"`
}

// File is section 6.7, without what extensions tell.
type File struct {
	Common
	Hashes   map[string]string `json:"hashes,omitzero"`
	Size     *int64            `json:"size,omitzero"`
	Name     string            `json:"name,omitzero"`
	MIMEType string            `json:"mime_type,omitzero"`
}

// NetworkTraffic is section 6.12.
type NetworkTraffic struct {
	Common
	Start     Timestamp `json:"start,omitzero"`
	End       Timestamp `json:"end,omitzero"`
	SrcRef    ID        `json:"src_ref,omitzero"`
	DstRef    ID        `json:"dst_ref,omitzero"`
	SrcPort   *int64    `json:"src_port,omitzero"`
	DstPort   *int64    `json:"dst_port,omitzero"`
	Protocols []string  `json:"protocols"`
}

// View is what [As] can show an object as. Common shows every object.
type View interface {
	Common | AttackPattern | CourseOfAction | Identity | Incident | Indicator | Malware | Note | ObservedData | Report | Vulnerability |
		Relationship | Sighting | MarkingDefinition | Address | File | NetworkTraffic
}

// As shows an object as a view. The type has to be the view's, and a property that
// the view knows has to be of its kind; the place of one that is not is in the
// error. Properties that are absent are zero: whether they may be is a matter of
// [Checker].
func As[V View](o *Object) (V, error) {
	var out V
	if !fits(any(out), o.Type()) {
		return out, fmt.Errorf("stix: %.80s cannot be seen as %T", o.ID(), out)
	}
	if err := fill(&out, o); err != nil {
		var none V
		return none, fmt.Errorf("stix: %.80s: %w", o.ID(), err)
	}
	return out, nil
}

func fits(view any, typ string) bool {
	switch view.(type) {
	case Common:
		return true
	case Address:
		return typ == "ipv4-addr" || typ == "ipv6-addr" || typ == "mac-addr" || typ == "domain-name" || typ == "url"
	case AttackPattern:
		return typ == "attack-pattern"
	case CourseOfAction:
		return typ == "course-of-action"
	case MarkingDefinition:
		return typ == "marking-definition"
	case NetworkTraffic:
		return typ == "network-traffic"
	case ObservedData:
		return typ == "observed-data"
	default:
		return typ == lower(fmt.Sprintf("%T", view))
	}
}
