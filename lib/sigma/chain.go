package sigma

import "fmt"

// chain is a correlation whose references are resolved.
type chain struct {
	correlation *Correlation
	members     []member
	least       int
	supporting  bool
}

// member is one rule or correlation that a correlation refers to, with the
// names that its events have for the fields of the correlation.
type member struct {
	rule, chain int32 // one of them, the other is -1
	group       []string
	fields      []string
}

// feed is where a hit goes on to: a member of a chain.
type feed struct{ chain, member int32 }

// correlations resolves correlations, each after those that it refers to.
func (b *builder) correlations(all []*Correlation, known map[string]int) {
	names := map[string]*Correlation{}
	for _, c := range all {
		for _, name := range []string{c.ID, c.Name} {
			_, rule := known[name]
			if other := names[name]; name != "" && (rule || (other != nil && other != c)) {
				b.rule = c.label()
				b.refuse(c.Place, "id", fmt.Sprintf("%q names another rule already", name), "give every rule an id and name of its own")
				continue
			}
			names[name] = c
		}
	}
	delete(names, "")
	l := linker{b: b, known: known, names: names, done: map[*Correlation]int32{}, busy: map[*Correlation]bool{}}
	for _, c := range all {
		l.link(c, 0)
	}
	l.supports()
}

// linker resolves the references of correlations.
type linker struct {
	b     *builder
	known map[string]int
	names map[string]*Correlation
	done  map[*Correlation]int32 // -1 if refused
	busy  map[*Correlation]bool
}

const maxChained = 16

func (l *linker) refuse(c *Correlation, what, mend string) int32 {
	l.b.rule = c.label()
	l.b.refuse(c.Place, "correlation.rules", what, mend)
	l.done[c] = -1
	return -1
}

// link gives the place of a correlation among the set's chains, -1 if it is refused.
func (l *linker) link(c *Correlation, depth int) int32 {
	if n, ok := l.done[c]; ok {
		return n
	}
	if l.busy[c] || depth > maxChained {
		return l.refuse(c, fmt.Sprintf("correlations refer to themselves in a circle, or more than %d deep", maxChained), "undo the circle")
	}
	l.busy[c] = true
	defer delete(l.busy, c)
	out := chain{correlation: c, least: c.least()}
	for _, name := range c.Rules {
		m := member{rule: -1, chain: -1}
		var fields map[string]string
		if n, ok := l.known[name]; ok {
			m.rule = int32(n) //nolint:gosec // number of a rule
			fields = l.b.set.rules[n].fields
		} else {
			inner := l.names[name]
			if inner == nil {
				return l.refuse(c, fmt.Sprintf("there is no rule %q, or it was refused", name), "name a rule of the set by id or name")
			}
			if m.chain = l.link(inner, depth+1); m.chain < 0 {
				return l.refuse(c, fmt.Sprintf("the correlation %q that it refers to is refused", name), "mend that one")
			}
		}
		for _, field := range c.GroupBy {
			m.group = append(m.group, c.named(field, name, fields))
		}
		for _, field := range c.fields {
			m.fields = append(m.fields, c.named(field, name, fields))
		}
		out.members = append(out.members, m)
	}
	for alias, of := range c.Aliases {
		if len(of) != len(c.Rules) {
			return l.refuse(c, fmt.Sprintf("the alias %q does not name a field of every rule", alias), "give one for each rule under rules")
		}
	}
	n := int32(len(l.b.set.chains)) //nolint:gosec // number of correlations
	l.b.set.chains = append(l.b.set.chains, out)
	l.done[c] = n
	return n
}

// named gives the name that the events of a rule have for a field or alias.
func (c *Correlation) named(field, rule string, fields map[string]string) string {
	if alias, ok := c.Aliases[field]; ok {
		field = alias[rule]
	}
	if mapped, ok := fields[field]; ok {
		return mapped
	}
	return field
}

// supports notes who serves correlations only: all whose correlations do not generate.
func (l *linker) supports() {
	s := l.b.set
	rules, chains := map[int32]bool{}, map[int32]bool{} // true if some correlation generates
	for i := range s.chains {
		for _, m := range s.chains[i].members {
			if m.rule >= 0 {
				rules[m.rule] = rules[m.rule] || s.chains[i].correlation.Generate
			} else {
				chains[m.chain] = chains[m.chain] || s.chains[i].correlation.Generate
			}
		}
	}
	for n, generated := range rules {
		s.rules[n].supporting = !generated
	}
	for n, generated := range chains {
		s.chains[n].supporting = !generated
	}
}
