package sigma

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// Limits of one event; what is beyond them is refused, not cut.
const (
	MaxFields = 4096
	MaxValue  = 1 << 20 // octets of one value
)

// Event is one record of a log.
type Event struct {
	ID     string // kept with correlations, as evidence
	Time   time.Time
	Source LogSource
	Fields []Field // a name may occur several times
}

// Field is one field with its value as text: numbers in decimal without needless
// zeros, truth values as true and false.
type Field struct {
	Name  string
	Value string
	Null  bool // the field is there and has no value
}

// Hit is a rule that an event matches.
type Hit struct {
	Rule *Rule
	// Supporting says that the rule serves correlations only, by which it is
	// not to be told by itself (generate is not true).
	Supporting bool
	number     int32
}

// Reason is one thing that an event has and a rule looks for.
type Reason struct {
	Search    string   // search identifier
	Field     string   // as the rule names it; "" for keywords
	Modifiers []string // of the field, in their order
	Wanted    string   // the value in the rule
	Value     string   // the value in the event; "" where the field is absent
}

// Matcher looks at events one after the other. It belongs to one goroutine.
type Matcher struct {
	set      *Set
	epoch    uint32
	isTrue   []uint32 // atom was found in the event of this epoch
	known    []uint32 // lazy atom was decided in this epoch
	answer   []bool
	tried    []uint32 // serial of the value that the pattern was last tried on
	serial   uint32
	wordsAt  uint32   // epoch in which keywords were looked for
	asked    []uint32 // rule is among the candidates of this epoch
	heads    []int32  // first value of a field, where headAt is this epoch
	headAt   []uint32
	sourceAt []uint32
	sourceOK []bool
	values   []value
	buffer   []byte
	rules    []int32
	hits     []Hit
}

// Matcher makes one.
func (s *Set) Matcher() *Matcher {
	return &Matcher{
		set: s, isTrue: make([]uint32, len(s.atoms)), known: make([]uint32, len(s.atoms)), answer: make([]bool, len(s.atoms)),
		tried: make([]uint32, len(s.atoms)), asked: make([]uint32, len(s.rules)), heads: make([]int32, len(s.names)),
		headAt: make([]uint32, len(s.names)), sourceAt: make([]uint32, len(s.sources)), sourceOK: make([]bool, len(s.sources)),
	}
}

// Match gives the rules that an event matches, in the order of the set. The
// slice is good until the next call. An event beyond the limits is refused.
func (m *Matcher) Match(e *Event) ([]Hit, error) {
	if len(e.Fields) > MaxFields {
		return nil, fmt.Errorf("sigma: an event of %d fields; at most %d are looked at", len(e.Fields), MaxFields)
	}
	m.begin()
	for i := range e.Fields {
		f := &e.Fields[i]
		if len(f.Value) > MaxValue {
			return nil, fmt.Errorf("sigma: the field %q has %d octets; at most %d are looked at", f.Name, len(f.Value), MaxValue)
		}
		m.take(f)
	}
	for _, n := range m.set.wordSources {
		if m.fromSource(n, e.Source) {
			m.findWords()
			break
		}
	}
	for _, r := range m.set.always {
		m.ask(r)
	}
	for i := 0; i < len(m.rules); i++ { // keywords that are found on the way may add rules
		r := m.rules[i]
		c := &m.set.rules[r]
		if m.fromSource(c.source, e.Source) && m.eval(c.root) {
			m.hits = append(m.hits, Hit{Rule: c.rule, Supporting: c.supporting, number: r})
		}
	}
	slices.SortFunc(m.hits, func(a, b Hit) int { return int(a.number - b.number) })
	return m.hits, nil
}

// begin starts a new epoch, so that nothing of the last event is left.
func (m *Matcher) begin() {
	m.epoch++
	if m.epoch == 0 { // once in four thousand million events
		for _, stamps := range [][]uint32{m.isTrue, m.known, m.asked, m.headAt, m.sourceAt} {
			clear(stamps)
		}
		m.epoch, m.wordsAt = 1, 0
	}
	if m.serial > 1<<31 {
		clear(m.tried)
		m.serial = 0
	}
	m.values, m.buffer, m.rules, m.hits = m.values[:0], m.buffer[:0], m.rules[:0], m.hits[:0]
}

func (m *Matcher) fromSource(n int32, event LogSource) bool {
	if m.sourceAt[n] != m.epoch {
		m.sourceAt[n], m.sourceOK[n] = m.epoch, m.set.sources[n].holds(event)
	}
	return m.sourceOK[n]
}

// take looks at one value: it notes it for atoms that are decided later, and
// finds the atoms of the index.
func (m *Matcher) take(f *Field) {
	number, ok := m.set.fields[f.Name]
	if !ok && !m.set.hasWords {
		return
	}
	v := value{field: keywords, null: f.Null, text: f.Value, next: -1}
	from := len(m.buffer)
	m.buffer = appendFold(m.buffer, f.Value)
	v.folded = m.buffer[from:len(m.buffer):len(m.buffer)]
	if ok {
		v.field = number
		if m.headAt[number] == m.epoch {
			v.next = m.heads[number]
		}
		m.headAt[number], m.heads[number] = m.epoch, int32(len(m.values)) //nolint:gosec // at most MaxFields
	}
	m.values = append(m.values, v)
	if f.Null {
		return
	}
	if ok {
		m.serial++
		m.find(&m.set.indexes[number], &v)
	}
}

// findWords looks for keywords in every value. It is done only if a rule asks.
func (m *Matcher) findWords() {
	if m.wordsAt == m.epoch {
		return
	}
	m.wordsAt = m.epoch
	for i := range m.values {
		if v := &m.values[i]; !v.null {
			m.serial++
			m.find(&m.set.words, v)
		}
	}
}

// find notes the atoms of an index that are true of a value.
func (m *Matcher) find(x *fieldIndex, v *value) {
	if x.exact != nil && x.sized(len(v.folded)) {
		for _, a := range x.exact[string(v.folded)] {
			if at := &m.set.atoms[a]; !at.cased || at.holds(v) {
				m.note(a)
			}
		}
	}
	if x.scan == nil {
		return
	}
	t, s := x.scan, int32(0)
	for i, b := range v.folded {
		n := t.next[s*t.width+int32(t.class[b])]
		s = n >> 1
		if n&1 == 0 {
			continue
		}
		for _, number := range t.out[t.from[s]:t.from[s+1]] {
			for _, f := range x.atoms[number] {
				m.check(f, v, i+1)
			}
		}
	}
}

// check decides an atom whose fragment ends at end.
func (m *Matcher) check(f found, v *value, end int) {
	if m.isTrue[f.atom] == m.epoch {
		return
	}
	a := &m.set.atoms[f.atom]
	switch f.form {
	case formContains:
		if from := end - len(a.literal); from < 0 || (len(a.literal) > fragment && string(v.folded[from:end]) != a.literal) {
			return
		}
	case formPrefix:
		if end != len(a.literal) || string(v.folded[:end]) != a.literal {
			return
		}
	case formSuffix:
		if end != len(v.folded) || !bytes.HasSuffix(v.folded, []byte(a.literal)) {
			return
		}
	default:
		if m.tried[f.atom] == m.serial {
			return
		}
		m.tried[f.atom] = m.serial
		if !a.holds(v) {
			return
		}
	}
	m.note(f.atom)
}

// note marks an atom as true and asks the rules that it may make true.
func (m *Matcher) note(a int32) {
	if m.isTrue[a] == m.epoch {
		return
	}
	m.isTrue[a] = m.epoch
	for _, r := range m.set.starts[a] {
		m.ask(r)
	}
}

func (m *Matcher) ask(r int32) {
	if m.asked[r] != m.epoch {
		m.asked[r] = m.epoch
		m.rules = append(m.rules, r)
	}
}

func (m *Matcher) eval(at int32) bool {
	n := &m.set.nodes[at]
	switch n.op {
	case exprAtom:
		if !n.asked {
			return m.isTrue[n.atom] == m.epoch
		}
		return m.decide(n.atom)
	case exprAllFound, exprAnyFound:
		return m.found(m.set.kids[n.from:n.to], n.op == exprAllFound)
	case exprNot:
		return !m.eval(m.set.kids[n.from])
	case exprAnd:
		for _, k := range m.set.kids[n.from:n.to] {
			if !m.eval(k) {
				return false
			}
		}
		return true
	default:
		return slices.ContainsFunc(m.set.kids[n.from:n.to], m.eval)
	}
}

// found says whether all or any of some atoms were found by an index.
func (m *Matcher) found(atoms []int32, all bool) bool {
	for _, a := range atoms {
		if (m.isTrue[a] == m.epoch) != all {
			return !all
		}
	}
	return all
}

// decide answers one atom, and keeps the answer if it had to be worked out.
func (m *Matcher) decide(n int32) bool {
	if m.isTrue[n] == m.epoch {
		return true
	}
	a := &m.set.atoms[n]
	if a.indexed() {
		if a.field == keywords {
			m.findWords()
		}
		return m.isTrue[n] == m.epoch
	}
	if m.known[n] != m.epoch {
		_, m.answer[n] = m.witness(a)
		m.known[n] = m.epoch
	}
	return m.answer[n]
}
