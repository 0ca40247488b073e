package sigma

import "slices"

// maxReasons bounds the reasons of one hit.
const maxReasons = 64

// Why gives what of the newest event fulfils a rule: everything that its
// condition asks for and the event has. What a rule asks not to be there is no
// reason. At most 64 are given, in the order of the rule.
func (m *Matcher) Why(h Hit) []Reason {
	var out []Reason
	m.why(m.set.rules[h.number].tree, &out)
	return out
}

func (m *Matcher) why(e *expr, out *[]Reason) {
	if len(*out) == maxReasons {
		return
	}
	switch e.op {
	case exprNot:
		m.whyNot(e.kids[0], out)
	case exprAtom:
		a := &m.set.atoms[e.atom]
		text, ok := m.witness(a)
		if !ok {
			return
		}
		*out = append(*out, Reason{Search: e.search, Field: e.item.field, Modifiers: e.item.modifiers, Wanted: e.wanted, Value: text})
	default:
		for _, k := range e.kids {
			if e.op == exprAnd || m.isSo(k) {
				m.why(k, out)
			}
		}
	}
}

// whyNot tells of a field that is asked to be absent or different.
func (m *Matcher) whyNot(e *expr, out *[]Reason) {
	if e.op != exprAtom || (e.item.modifiers == nil) {
		return
	}
	p, bad := planOf(e.item.modifiers)
	if bad != nil || (!p.neq && (p.kind != "exists" || e.wanted != "false")) {
		return
	}
	reason := Reason{Search: e.search, Field: e.item.field, Modifiers: e.item.modifiers, Wanted: e.wanted}
	a := &m.set.atoms[e.atom]
	if a.field != keywords && m.headAt[a.field] == m.epoch {
		reason.Value = m.values[m.heads[a.field]].text
	}
	*out = append(*out, reason)
}

// isSo evaluates a tree for the newest event.
func (m *Matcher) isSo(e *expr) bool {
	switch e.op {
	case exprAtom:
		return m.decide(e.atom)
	case exprNot:
		return !m.isSo(e.kids[0])
	case exprAnd:
		for _, k := range e.kids {
			if !m.isSo(k) {
				return false
			}
		}
		return true
	default:
		return slices.ContainsFunc(e.kids, m.isSo)
	}
}

// witness gives the value for which an atom is true.
func (m *Matcher) witness(a *atom) (string, bool) {
	if a.field == keywords {
		for i := range m.values {
			if v := &m.values[i]; a.holds(v) {
				return v.text, true
			}
		}
		return "", false
	}
	there := m.headAt[a.field] == m.epoch
	if a.kind == atomNull && !there {
		return "", true
	}
	if !there {
		return "", false
	}
	for at := m.heads[a.field]; at >= 0; at = m.values[at].next {
		if m.ofValue(a, &m.values[at]) {
			return m.values[at].text, true
		}
	}
	return "", false
}

func (m *Matcher) ofValue(a *atom, v *value) bool {
	switch a.kind {
	case atomNull:
		return v.null
	case atomFieldRef:
		if m.headAt[a.other] != m.epoch {
			return false
		}
		for at := m.heads[a.other]; at >= 0; at = m.values[at].next {
			if a.refers(v, &m.values[at]) {
				return true
			}
		}
		return false
	default:
		return a.holds(v)
	}
}
