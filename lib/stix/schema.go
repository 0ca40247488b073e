package stix

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// shape is what section 2 to 7 say of one type of object or of a part of one.
type shape struct {
	class      string // sdo, sro, sco, smo, ext or part
	name       string
	section    string
	properties map[string]property
	required   []string
	demands    []demand
}

type property struct {
	kind  string
	types []string // of references, or values of an enumeration
	least float64
	most  float64
}

// demand is what properties ask of each other.
type demand struct {
	op    string
	names []string
}

// readSchema reads schemaText into shapes by name.
func readSchema() (map[string]*shape, error) {
	out := map[string]*shape{}
	var now *shape
	for line := range strings.Lines(schemaText) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			now = nil
		case now == nil && len(words) == 3:
			now = &shape{class: words[0], name: words[1], section: words[2], properties: map[string]property{}}
			out[now.name] = now
		case now == nil:
			return nil, fmt.Errorf("no shape before %q", line)
		case words[0] == "?":
			now.demands = append(now.demands, demand{words[1], words[2:]})
		default:
			if err := now.add(line); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range out {
		if err := s.common(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// common adds what section 3.2 has for all objects of a class.
func (s *shape) common() error {
	const marked = "type! string; id! string; object_marking_refs refs:marking-definition; granular_markings many:granular-marking; extensions object"
	const made = "; spec_version! version; created_by_ref ref:identity; created! millis; revoked bool; labels strings; external_references many:external-reference"
	switch s.class {
	case "sdo", "sro":
		return s.add(marked + made + "; modified! millis; confidence int:0:100; lang lang")
	case "sco":
		return s.add(marked + "; spec_version version; defanged bool")
	case "smo":
		if s.name == "marking-definition" {
			return s.add(strings.Replace(marked+made, "; revoked bool; labels strings", "", 1))
		}
		if s.name == "extension-definition" {
			return s.add(strings.Replace(marked+made, "; extensions object", "", 1) + "; modified! millis")
		}
		return s.add(marked + made + "; modified! millis; confidence int:0:100")
	default:
		return nil
	}
}

// add reads properties between semicolons.
func (s *shape) add(line string) error {
	for part := range strings.SplitSeq(line, ";") {
		words := strings.Fields(part)
		if len(words) != 2 {
			return fmt.Errorf("%s: %q is no property", s.name, part)
		}
		name, required := strings.CutSuffix(words[0], "!")
		if required {
			s.required = append(s.required, name)
		}
		kind, rest, _ := strings.Cut(words[1], ":")
		p := property{kind: kind, least: math.Inf(-1), most: math.Inf(1)}
		switch kind {
		case "int", "float":
			var err error
			if p.least, p.most, err = bounds(rest); err != nil {
				return fmt.Errorf("%s/%s: %w", s.name, name, err)
			}
		default:
			p.types = strings.Split(rest, "|")
		}
		s.properties[name] = p
	}
	return nil
}

func bounds(text string) (least, most float64, err error) {
	least, most = math.Inf(-1), math.Inf(1)
	low, high, _ := strings.Cut(text, ":")
	if low != "" {
		if least, err = strconv.ParseFloat(low, 64); err != nil {
			return 0, 0, err
		}
	}
	if high != "" {
		if most, err = strconv.ParseFloat(high, 64); err != nil {
			return 0, 0, err
		}
	}
	return least, most, nil
}
