package sigma

import (
	"fmt"
	"maps"

	"go.yaml.in/yaml/v3"
)

// Pipeline adapts rules to the events of an installation: which events a log
// source means, how its fields are called, what placeholders stand for. It is
// data:
//
//	taxonomy: sigma            # of the rules that it is for; sigma if left out
//	placeholders:
//	  DomainControllers: ['dc-*']
//	sources:
//	  - logsource: {product: windows, category: process_creation}
//	    match: {Channel: Microsoft-Windows-Sysmon/Operational, EventID: 1}
//	    becomes: {product: windows}
//	    fields: {Image: process.executable}
//
// Every entry whose log source holds for a rule applies, in order. match is a
// search as in a rule and is added to the rule; becomes replaces the log source
// that events are asked for ({} for any); fields renames.
type Pipeline struct {
	taxonomy     string
	placeholders map[string][]string
	sources      []adaption
}

// adaption is one entry of a pipeline.
type adaption struct {
	of      LogSource
	match   *search
	becomes *LogSource
	fields  map[string]string
}

// ParsePipeline reads a pipeline of one YAML document; the error is a [*ParseError].
func ParsePipeline(name string, data []byte) (*Pipeline, error) {
	r := reader{file: name}
	var root yaml.Node
	if len(data) > maxFile {
		return nil, refused(Fault{Place: Place{File: name}, What: fmt.Sprintf("%d octets are more than %d", len(data), maxFile)})
	}
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, refused(Fault{Place: Place{File: name}, What: "not YAML: " + err.Error()})
	}
	if len(root.Content) == 0 {
		return nil, refused(Fault{Place: Place{File: name}, What: "the pipeline is empty"})
	}
	p := &Pipeline{placeholders: map[string][]string{}}
	top := r.mapping(root.Content[0], "")
	if top == nil {
		return nil, r.faults.orNil()
	}
	p.taxonomy = r.text(top, "taxonomy", "")
	if n, ok := top.take("placeholders"); ok {
		if m := r.mapping(n, "placeholders"); m != nil {
			for _, e := range m.rest() {
				p.placeholders[e.key.Value] = r.texts(e.value, "placeholders."+e.key.Value)
			}
		}
	}
	if n, ok := top.take("sources"); ok {
		if n.Kind != yaml.SequenceNode {
			r.fault(n, "sources", "sources is a list", "")
			return nil, r.faults.orNil()
		}
		for i, c := range n.Content {
			p.sources = append(p.sources, r.adaption(c, fmt.Sprintf("sources[%d]", i)))
		}
	}
	for _, e := range top.rest() {
		r.fault(e.key, e.key.Value, "the key is not known", "use taxonomy, placeholders, sources")
	}
	return p, r.faults.orNil()
}

func (r *reader) adaption(n *yaml.Node, part string) adaption {
	var a adaption
	m := r.mapping(n, part)
	if m == nil {
		return a
	}
	if m.has("logsource") {
		a.of = r.source(m)
	}
	if match, ok := m.take("match"); ok {
		s := r.search("pipeline", match, part+".match")
		a.match = &s
	}
	if becomes, ok := m.take("becomes"); ok {
		if b := r.mapping(becomes, part+".becomes"); b != nil {
			a.becomes = &LogSource{Category: r.text(b, "category", part), Product: r.text(b, "product", part), Service: r.text(b, "service", part)}
		}
	}
	if fields, ok := m.take("fields"); ok {
		a.fields = map[string]string{}
		if f := r.mapping(fields, part+".fields"); f != nil {
			for _, e := range f.rest() {
				a.fields[e.key.Value] = e.value.Value
			}
		}
	}
	for _, e := range m.rest() {
		r.fault(e.key, part+"."+e.key.Value, "the key is not known", "use logsource, match, becomes, fields")
	}
	return a
}

// way is what the pipelines make of one rule.
type way struct {
	source  LogSource
	fields  map[string]string
	matches []search
}

// way applies the pipelines to a rule; false, with a fault, if nobody knows its taxonomy.
func (b *builder) way(r *Rule) (way, bool) {
	w := way{source: r.Source, fields: map[string]string{}}
	taxonomy := r.Taxonomy
	if taxonomy == "" {
		taxonomy = "sigma"
	}
	known := taxonomy == "sigma"
	for _, p := range b.options.Pipelines {
		if p.taxonomy != taxonomy && (p.taxonomy != "" || taxonomy != "sigma") {
			continue
		}
		known = true
		for _, a := range p.sources {
			if !a.of.holds(r.Source) {
				continue
			}
			if a.match != nil {
				w.matches = append(w.matches, *a.match)
			}
			if a.becomes != nil {
				w.source = *a.becomes
			}
			maps.Copy(w.fields, a.fields)
		}
	}
	if !known {
		b.refuse(r.Place, "taxonomy", fmt.Sprintf("no pipeline is given for the taxonomy %q", taxonomy), "give one, or write the rule in the taxonomy sigma")
	}
	return w, known
}
