package scenario

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"linghang/kernel/industry"
	"linghang/kernel/lang"
)

//go:embed taxonomy/*.yaml
var taxonomies embed.FS

// Term is a word of an axis.
type Term struct {
	Code  string    `json:"code" yaml:"code"`
	Title lang.Text `json:"title" yaml:"title"`
}

// Axis is one way to classify scenarios.
type Axis struct {
	Code   string    `json:"code" yaml:"code"`
	Title  lang.Text `json:"title" yaml:"title"`
	Source lang.Text `json:"source" yaml:"source" doc:"Whose words these are"`
	Terms  []Term    `json:"terms" yaml:"terms" nullable:"false"`
}

// The axes by which rules ask. industry is not in the file: its words are the kernel's.
const (
	axisIndustry   = "industry"
	axisMode       = "mode"
	axisStage      = "stage"
	axisLink       = "link"
	axisTechnology = "technology"
	axisValue      = "value"
	axisMaturity   = "maturity"
)

// axes are all of them, in the order of pages.
func axes() []string {
	return []string{axisIndustry, axisMode, axisStage, axisLink, axisTechnology, axisValue, axisMaturity}
}

// Taxonomy is an edition of the words by which scenarios are found (分类目录).
type Taxonomy struct {
	Edition string    `json:"edition" yaml:"edition"`
	Title   lang.Text `json:"title" yaml:"title"`
	Axes    []Axis    `json:"axes" yaml:"axes" nullable:"false"`
}

// axis returns one axis; an empty one where there is none.
func (t *Taxonomy) axis(code string) Axis {
	i := slices.IndexFunc(t.Axes, func(a Axis) bool { return a.Code == code })
	if i < 0 {
		return Axis{}
	}
	return t.Axes[i]
}

// knows tells whether an axis has a word.
func (t *Taxonomy) knows(axis, code string) bool {
	return slices.ContainsFunc(t.axis(axis).Terms, func(x Term) bool { return x.Code == code })
}

// title of a word; its code where the edition has none.
func (t *Taxonomy) title(axis, code string) lang.Text {
	terms := t.axis(axis).Terms
	i := slices.IndexFunc(terms, func(x Term) bool { return x.Code == code })
	if i < 0 {
		return lang.Text{ZH: code, EN: code}
	}
	return terms[i].Title
}

var errTaxonomy = errors.New("the taxonomy cannot be used")

// parseTaxonomy reads an edition, and refuses one that lacks an axis or has a word twice.
func parseTaxonomy(data []byte) (*Taxonomy, error) {
	t := &Taxonomy{}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(t); err != nil {
		return nil, fmt.Errorf("%w: %w", errTaxonomy, err)
	}
	divisions := Axis{Code: axisIndustry, Title: lang.Text{ZH: "行业", EN: "Industry"}, Source: lang.Text{ZH: "GB/T 4754-2017", EN: "GB/T 4754-2017"}}
	for _, i := range industry.All() {
		divisions.Terms = append(divisions.Terms, Term{i.Code, i.Name})
	}
	t.Axes = append([]Axis{divisions}, t.Axes...)
	for _, code := range axes() {
		a := t.axis(code)
		if len(a.Terms) == 0 || a.Title.ZH == "" || a.Title.EN == "" {
			return nil, fmt.Errorf("%w: edition %q lacks the axis %s", errTaxonomy, t.Edition, code)
		}
		seen := map[string]bool{}
		for _, x := range a.Terms {
			if x.Code == "" || x.Title.ZH == "" || x.Title.EN == "" || seen[x.Code] {
				return nil, fmt.Errorf("%w: edition %q, axis %s, word %q: twice or without a title", errTaxonomy, t.Edition, code, x.Code)
			}
			seen[x.Code] = true
		}
	}
	if t.Edition == "" || len(t.Axes) != len(axes()) {
		return nil, fmt.Errorf("%w: edition %q has %d axes, not %d", errTaxonomy, t.Edition, len(t.Axes), len(axes()))
	}
	return t, nil
}

// readTaxonomies returns the editions of the binary, the newest last.
func readTaxonomies() ([]*Taxonomy, error) {
	entries, err := taxonomies.ReadDir("taxonomy")
	if err != nil {
		return nil, fmt.Errorf("list taxonomies: %w", err)
	}
	var list []*Taxonomy
	for _, e := range entries {
		data, err := taxonomies.ReadFile("taxonomy/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Name(), err)
		}
		t, err := parseTaxonomy(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		list = append(list, t)
	}
	return list, nil
}
