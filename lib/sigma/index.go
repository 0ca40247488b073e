package sigma

import "slices"

// fragment is how many octets of a literal the automaton looks for; the rest is
// compared where it is found. It bounds the table.
const fragment = 8

// form says how an atom whose fragment was found is decided without its pattern.
type form uint8

const (
	formPattern form = iota // by its pattern
	formContains
	formPrefix
	formSuffix
)

// found is an atom behind a fragment.
type found struct {
	atom int32
	form form
}

// fieldIndex finds the atoms of one field that are true of a value.
type fieldIndex struct {
	exact map[string][]int32 // whole folded value
	sizes [4]uint64          // lengths of the keys of exact below 256, as bits
	long  bool               // exact has longer keys
	scan  *automaton
	atoms [][]found // of each text of the automaton
}

// sized says whether a value of this length can be among the whole ones.
func (x *fieldIndex) sized(n int) bool {
	if n < 256 {
		return x.sizes[n/64]&(1<<(n%64)) != 0
	}
	return x.long
}

// finish counts uses, builds the indexes and lays out the rules.
func (b *builder) finish() {
	s := b.set
	for i := range s.rules {
		s.rules[i].tree.atoms(func(leaf *expr) { s.atoms[leaf.atom].uses++ })
	}
	texts := make([][]string, len(s.names)+1)
	places := make([]map[string]int, len(s.names)+1)
	s.indexes = make([]fieldIndex, len(s.names))
	for n := range s.atoms {
		s.index(int32(n), texts, places)
	}
	for i := range texts {
		if len(texts[i]) > 0 {
			s.at(int32(i) - 1).scan = newAutomaton(texts[i])
		}
	}
	s.starts = make([][]int32, len(s.atoms))
	for i := range s.rules {
		r := &s.rules[i]
		r.root = s.flatten(r.tree)
		atoms, _ := s.triggers(r.tree)
		if atoms == nil {
			s.always = append(s.always, int32(i))
		}
		seen := map[int32]bool{}
		for _, a := range atoms {
			if s.atoms[a].field == keywords && !slices.Contains(s.wordSources, r.source) {
				s.wordSources = append(s.wordSources, r.source)
			}
			if !seen[a] {
				seen[a] = true
				s.starts[a] = append(s.starts[a], int32(i))
			}
		}
	}
}

func (s *Set) at(field int32) *fieldIndex {
	if field == keywords {
		return &s.words
	}
	return &s.indexes[field]
}

// index puts one atom into the index of its field.
func (s *Set) index(n int32, texts [][]string, places []map[string]int) {
	a := &s.atoms[n]
	x := s.at(a.field)
	s.hasWords = s.hasWords || (a.uses > 0 && a.field == keywords)
	switch {
	case a.uses == 0: // of a rule that is left out
		return
	case a.whole:
		if x.exact == nil {
			x.exact = map[string][]int32{}
		}
		x.exact[a.literal] = append(x.exact[a.literal], n)
		if size := len(a.literal); size < 256 {
			x.sizes[size/64] |= 1 << (size % 64)
		} else {
			x.long = true
		}
	case a.literal == "":
		return
	default:
		text := a.literal[max(0, len(a.literal)-fragment):]
		t := a.field + 1
		if places[t] == nil {
			places[t] = map[string]int{}
		}
		place, ok := places[t][text]
		if !ok {
			place = len(texts[t])
			places[t][text] = place
			texts[t] = append(texts[t], text)
			x.atoms = append(x.atoms, nil)
		}
		x.atoms[place] = append(x.atoms[place], found{n, a.form()})
	}
}

// form looks at the shape of a pattern with one text.
func (a *atom) form() form {
	if a.kind != atomText || a.cased {
		return formPattern
	}
	p := a.text
	switch {
	case len(p) == 3 && p[0].kind == tokenMany && p[1].kind == tokenText && p[2].kind == tokenMany:
		return formContains
	case len(p) == 2 && p[0].kind == tokenText && p[1].kind == tokenMany:
		return formPrefix
	case len(p) == 2 && p[0].kind == tokenMany && p[1].kind == tokenText:
		return formSuffix
	default:
		return formPattern
	}
}
