package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"linghang/lib/stix"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/rating"
)

// receiptLabel marks a note as the acknowledgement of the report that it is about.
const receiptLabel = "receipt"

// Receipt is that a version of a report of others was acknowledged (签收). It is a note of STIX
// that refers to the report and names its version, and says no word of what the report says.
type Receipt struct {
	Of       string // identifier of the report
	Version  string // of the report, as it is written there
	Number   string
	TLP      rating.TLP
	Exercise bool
	At       time.Time
}

type noteObject struct {
	head
	Abstract   string      `json:"abstract"`
	Content    string      `json:"content"`
	Refs       []stix.ID   `json:"object_refs"`
	Labels     []string    `json:"labels"`
	Lang       string      `json:"lang"`
	References []reference `json:"external_references"`
	Markings   []stix.ID   `json:"object_marking_refs"`
}

// Receipt makes the objects that acknowledge a report: who does, the marking, and the note.
func (e *Exchange) Receipt(ctx context.Context, r Receipt) ([]taxii.Object, error) {
	root, err := e.organisations.Root(ctx)
	if err != nil {
		return nil, fmt.Errorf("acknowledge %s: %w", r.Of, err)
	}
	list, err := receiptObjects(Publisher{ID: root.ID, Name: root.Name, CreatedAt: founded()}, r)
	if err != nil {
		return nil, fmt.Errorf("acknowledge %s: %w", r.Of, err)
	}
	out := make([]taxii.Object, len(list))
	for i, o := range list {
		if out[i], err = taxii.ReadObject(o.Raw()); err != nil {
			return nil, fmt.Errorf("acknowledge %s: %w", r.Of, err)
		}
	}
	return out, nil
}

func receiptObjects(p Publisher, r Receipt) ([]*stix.Object, error) {
	who, publisher, err := p.object()
	if err != nil {
		return nil, err
	}
	marking, err := label(r.TLP).Marking()
	if err != nil {
		return nil, fmt.Errorf("mark the receipt: %w", err)
	}
	id, err := stix.NamedID("note", space, p.ID+"/receipt/"+r.Of+"/"+r.Version)
	if err != nil {
		return nil, fmt.Errorf("name the receipt: %w", err)
	}
	labels := []string{receiptLabel}
	if r.Exercise {
		labels = append(labels, "exercise")
	}
	note, err := object(noteObject{
		head: newHead(id, who, r.At, r.At), Abstract: "签收回执", Content: fmt.Sprintf("%s 已签收通报 %s", p.Name.ZH, r.Number),
		Refs: []stix.ID{stix.ID(r.Of)}, Labels: labels, Lang: "zh", References: []reference{{Source: receiptLabel, ExternalID: r.Version}}, Markings: []stix.ID{marking.ID()},
	})
	if err != nil {
		return nil, err
	}
	return []*stix.Object{publisher, marking, note}, nil
}

// Acknowledged reads which version of which report a note acknowledges; false: none.
func Acknowledged(raw []byte) (of, version string, is bool) {
	var n struct {
		Type       string      `json:"type"`
		Labels     []string    `json:"labels"`
		Refs       []string    `json:"object_refs"`
		References []reference `json:"external_references"`
	}
	if json.Unmarshal(raw, &n) != nil || n.Type != "note" || !slices.Contains(n.Labels, receiptLabel) || len(n.Refs) != 1 {
		return "", "", false
	}
	i := slices.IndexFunc(n.References, func(r reference) bool { return r.Source == receiptLabel && r.ExternalID != "" })
	if i < 0 {
		return "", "", false
	}
	return n.Refs[0], n.References[i].ExternalID, true
}
