package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/lib/csaf"
)

// Publisher is who the city is in its documents.
type Publisher struct {
	Name, Namespace string
}

// past is a revision that was published before.
type past struct {
	number int64
	change string
	at     time.Time
}

// object is an object of JSON.
type object = map[string]any

// document is the advisory as a document of CSAF 2.0: the revisions before it are past, and it
// is published at a time.
func (x Draft) document(by Publisher, number, link string, before []past, at time.Time) ([]byte, error) {
	first, revision := at, int64(1)
	var history []object
	for _, p := range before {
		history = append(history, object{"date": stamp(p.at), "number": fmt.Sprint(p.number), "summary": p.change})
		revision = max(revision, p.number+1)
		if p.at.Before(first) {
			first = p.at
		}
	}
	change := x.Change
	if change == "" {
		change = "首次发布 First published"
	}
	history = append(history, object{"date": stamp(at), "number": fmt.Sprint(revision), "summary": change})
	notes := []object{{"category": "summary", "title": "摘要", "text": x.Summary}}
	for _, n := range x.Notes {
		notes = append(notes, without(object{"category": n.Category, "title": strings.TrimSpace(n.Title), "text": strings.TrimSpace(n.Text)}))
	}
	references := []object{{"category": "self", "summary": "本通告 This advisory", "url": link}}
	for _, l := range x.Links {
		references = append(references, object{"category": "external", "summary": strings.TrimSpace(l.Summary), "url": l.URL})
	}
	var holes []object
	for i, h := range x.Holes {
		o, err := h.object(number, i)
		if err != nil {
			return nil, err
		}
		holes = append(holes, o)
	}
	out := object{
		"document": object{
			"category": "csaf_security_advisory", "csaf_version": "2.0", "lang": "zh-CN", "title": x.Title, "distribution": object{"tlp": object{"label": x.TLP, "url": "https://www.first.org/tlp/"}},
			"notes": notes, "references": references, "publisher": object{"category": "coordinator", "name": by.Name, "namespace": by.Namespace},
			"tracking": object{
				"id": number, "status": "final", "version": fmt.Sprint(revision), "initial_release_date": stamp(first), "current_release_date": stamp(at), "revision_history": history,
				"generator": object{"engine": object{"name": "Linghang"}, "date": stamp(at)},
			},
		},
		"product_tree": object{"branches": x.branches()}, "vulnerabilities": holes,
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	return b.Bytes(), nil
}

// without leaves empty texts out.
func without(o object) object {
	for k, v := range o {
		if v == "" {
			delete(o, k)
		}
	}
	return o
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func productID(i int) string { return fmt.Sprintf("CSAFPID-%04d", i+1) }

// branches are the products as vendor, product and version, in the order of the list.
func (x Draft) branches() []object {
	type leaf struct{ object object }
	type level struct {
		name   string
		leaves []leaf
	}
	var vendors []string
	products := map[string][]*level{}
	for i, p := range x.Products {
		if products[p.Vendor] == nil {
			vendors = append(vendors, p.Vendor)
		}
		at := slices.IndexFunc(products[p.Vendor], func(l *level) bool { return l.name == p.Product })
		if at < 0 {
			products[p.Vendor] = append(products[p.Vendor], &level{name: p.Product})
			at = len(products[p.Vendor]) - 1
		}
		category := "product_version"
		if strings.ContainsAny(p.Version, "<>|*") || strings.HasPrefix(p.Version, "vers:") {
			category = "product_version_range"
		}
		l := products[p.Vendor][at]
		l.leaves = append(l.leaves, leaf{object{"category": category, "name": p.Version, "product": object{"name": p.Vendor + " " + p.Product + " " + p.Version, "product_id": productID(i)}}})
	}
	var out []object
	for _, v := range vendors {
		var list []object
		for _, l := range products[v] {
			var leaves []object
			for _, x := range l.leaves {
				leaves = append(leaves, x.object)
			}
			list = append(list, object{"category": "product_name", "name": l.name, "branches": leaves})
		}
		out = append(out, object{"category": "vendor", "name": v, "branches": list})
	}
	return out
}

func ids(products []int) []string {
	out := []string{}
	for _, n := range slices.Sorted(slices.Values(products)) {
		out = append(out, productID(n))
	}
	return slices.Compact(out)
}

// object is the i-th vulnerability of an advisory.
func (h Hole) object(number string, i int) (object, error) {
	by := map[Status][]int{}
	for _, s := range h.Statuses {
		by[s.Status] = append(by[s.Status], s.Product)
	}
	statuses := object{}
	for status, products := range by {
		statuses[string(status)] = ids(products)
	}
	o := object{"title": h.Title, "notes": []object{{"category": "description", "text": h.Description}}, "product_status": statuses}
	if h.CVE != "" {
		o["cve"] = h.CVE
	} else {
		o["ids"] = []object{{"system_name": "Linghang", "text": fmt.Sprintf("%s-%d", number, i+1)}}
	}
	var remedies []object
	for _, r := range h.Remedies {
		meant := r.Products
		if len(meant) == 0 {
			meant = by[Affected]
		}
		if len(meant) == 0 {
			continue // it mends nothing
		}
		remedies = append(remedies, without(object{"category": r.Category, "details": r.Details, "url": r.URL, "product_ids": ids(meant)}))
	}
	if len(remedies) > 0 {
		o["remediations"] = remedies
	}
	if len(by[NotAffected]) > 0 {
		o["threats"] = []object{{"category": "impact", "details": h.Impact, "product_ids": ids(by[NotAffected])}}
	}
	if h.Vector != "" && len(by[Affected]) > 0 {
		version, score, level, err := csaf.BaseScore(h.Vector)
		if err != nil {
			return nil, fmt.Errorf("score of %s: %w", h.Title, err)
		}
		o["scores"] = []object{{"products": ids(by[Affected]), "cvss_v3": object{"version": version, "vectorString": h.Vector, "baseScore": score, "baseSeverity": level}}}
	}
	return o, nil
}

// Failing is a mandatory test that the document fails, or what of it is not as its schema demands.
type Failing struct {
	Test  string `json:"test"`
	Title string `json:"title"`
	Path  string `json:"path"`
	What  string `json:"what"`
}

// failingsOf are those of a document.
func (p *Provider) failingsOf(document []byte) ([]Failing, error) {
	d, err := csaf.Read(document)
	if err != nil {
		return nil, fmt.Errorf("read the document again: %w", err)
	}
	out := []Failing{}
	for _, f := range append(p.structure.Check(d), d.Check(csaf.Data{}).Findings...) {
		out = append(out, Failing{f.Test.ID, f.Test.Title, f.Path, f.What})
	}
	return out, nil
}
