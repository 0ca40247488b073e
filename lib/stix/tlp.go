package stix

import (
	"fmt"
	"strings"
)

// TLP is a level of the Traffic Light Protocol 2.0, from open to closed.
type TLP uint8

// The levels. TLPNone is no marking, which says nothing of who may read.
const (
	TLPNone TLP = iota
	TLPClear
	TLPGreen
	TLPAmber
	TLPAmberStrict
	TLPRed
)

// TLPExtension is the extension by which markings of TLP 2.0 are told, published
// by OASIS with the objects that [TLP.Marking] gives.
const TLPExtension ID = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

type tlpRow struct {
	level   TLP
	word    string // of TLP 2.0
	id      ID     // of TLP 2.0
	old     string // of TLP 1, "" where only TLP 2.0 has the level
	oldID   ID
	oldName string
}

func tlpTable() [5]tlpRow {
	return [...]tlpRow{
		{TLPClear, "clear", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "white", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "TLP:WHITE"},
		{TLPGreen, "green", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "TLP:GREEN"},
		{TLPAmber, "amber", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "TLP:AMBER"},
		{TLPAmberStrict, "amber+strict", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "", "", ""},
		{TLPRed, "red", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "TLP:RED"},
	}
}

// String gives TLP:AMBER+STRICT and the like, "" for no level.
func (t TLP) String() string {
	for _, r := range tlpTable() {
		if r.level == t {
			return "TLP:" + strings.ToUpper(r.word)
		}
	}
	return ""
}

// ID is the marking definition of the level in TLP 2.0, "" for no level.
func (t TLP) ID() ID {
	for _, r := range tlpTable() {
		if r.level == t {
			return r.id
		}
	}
	return ""
}

// OldID is the marking definition of TLP 1 (section 7.2.1.4) for peers that do not
// know TLP 2.0: the same level, or the stricter neighbour where TLP 1 has none:
// AMBER+STRICT is RED there.
func (t TLP) OldID() ID {
	for _, r := range tlpTable() {
		if r.level >= t && t != TLPNone && r.oldID != "" {
			return r.oldID
		}
	}
	return ""
}

// Marking is the marking definition of the level in TLP 2.0 as OASIS published it.
func (t TLP) Marking() (*Object, error) {
	for _, r := range tlpTable() {
		if r.level == t {
			return Parse([]byte(`{"type":"marking-definition","spec_version":"2.1","id":"` + string(r.id) + `","created":"2022-10-01T00:00:00.000Z","name":"` + t.String() +
				`","extensions":{"` + string(TLPExtension) + `":{"extension_type":"property-extension","tlp_2_0":"` + r.word + `"}}}`))
		}
	}
	return nil, fmt.Errorf("stix: no marking for the level %d", t)
}

// OldMarking is the marking definition of TLP 1 that [TLP.OldID] names, as
// section 7.2.1.4 has it.
func (t TLP) OldMarking() (*Object, error) {
	id := t.OldID()
	for _, r := range tlpTable() {
		if id != "" && r.oldID == id {
			return Parse(oldMarking(r))
		}
	}
	return nil, fmt.Errorf("stix: no marking for the level %d", t)
}

func oldMarking(r tlpRow) []byte {
	return []byte(`{"type":"marking-definition","spec_version":"2.1","id":"` + string(r.oldID) + `","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","name":"` +
		r.oldName + `","definition":{"tlp":"` + r.old + `"}}`)
}

// TLPOf gives the level that a marking definition stands for, of TLP 1 or 2.0, by
// its identifier, also in capital letters: a mark is not to be lost by them.
func TLPOf(marking ID) (TLP, bool) {
	for _, r := range tlpTable() {
		if strings.EqualFold(string(marking), string(r.id)) || r.oldID != "" && strings.EqualFold(string(marking), string(r.oldID)) {
			return r.level, true
		}
	}
	return TLPNone, false
}

// TLP is the strictest level among the markings of the object and of its parts,
// TLPNone if there is none. Markings of other kinds say nothing here.
func (o *Object) TLP() TLP {
	out := TLPNone
	for _, id := range o.MarkingRefs() {
		if level, ok := TLPOf(id); ok {
			out = max(out, level)
		}
	}
	return out
}

// MarkingRefs gives the markings of the object and, after them, those of its parts.
func (o *Object) MarkingRefs() []ID {
	var out []ID
	for _, n := range o.root.get("object_marking_refs").list() {
		out = append(out, ID(n.str()))
	}
	for _, g := range o.root.get("granular_markings").list() {
		if ref := g.get("marking_ref").str(); ref != "" {
			out = append(out, ID(ref))
		}
	}
	return out
}

// ForOldPeer gives the object with markings of TLP 2.0 replaced by those of TLP 1
// ([TLP.OldID]), in the object and in its parts; the rest keeps its octets. An
// object without such markings is given back as it is.
func (o *Object) ForOldPeer() (*Object, error) {
	var changes []Change
	if n := o.root.get("object_marking_refs"); n != nil {
		changes = o.older(changes, n, n.list())
	}
	if n := o.root.get("granular_markings"); n != nil {
		var refs []*node
		for _, g := range n.list() {
			refs = append(refs, g.get("marking_ref"))
		}
		changes = o.older(changes, n, refs)
	}
	if len(changes) == 0 {
		return o, nil
	}
	return o.With(changes...)
}

// older adds the change of a property in which references are of TLP 2.0.
func (o *Object) older(changes []Change, property *node, refs []*node) []Change {
	var out []byte
	done := property.from
	for _, n := range refs {
		level, ok := TLPOf(ID(n.str()))
		if !ok || strings.EqualFold(n.str(), string(level.OldID())) {
			continue
		}
		out = append(out, o.document[done:n.from]...)
		out = append(out, `"`+string(level.OldID())+`"`...)
		done = n.to
	}
	if done == property.from {
		return changes
	}
	return append(changes, Change{property.key, append(out, o.document[done:property.to]...)})
}
