package detection

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/lib/sigma"
)

// Bounds of what sequences of one sensor hold.
const (
	mostGroups  = 20_000
	mostEntries = 200_000
)

// lookBack is how far before a batch records are read again for sequences: a pack with a
// longer timespan is refused.
const lookBack = 15 * time.Minute

// Finding is that a rule applies.
type Finding struct {
	Rule   Rule
	Client string
	Server string
	Unit   string
	// Signature tells findings of one rule between the same two apart; empty where it does not.
	Signature string
	Why       lang.Text
	Reasons   []Reason
	First     time.Time
	Last      time.Time
	Count     int
	Records   []string // by which, the oldest first
}

// Reason is what of an event a rule looked for.
type Reason struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// fingerprint is the same for findings that are one alert: of a sensor, a rule and two, and of one
// signature where the rule is about those of others.
func (f Finding) fingerprint(sensor string) string {
	parts := []string{sensor, f.Rule.ID, f.Rule.Technique.ID, f.Client, f.Server}
	if f.Signature != "" {
		parts = append(parts, f.Signature)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Tally counts what was looked at.
type Tally struct {
	Events  int // asked about
	Unsure  int // whose direction is a guess
	Refused int // beyond the limits of an event, or spoilt
	Late    uint64
	Evicted uint64 // groups of sequences that were given up for want of room
}

// book is a compiled set of rules, and what people read of them. Those of the pack, of the city and
// of an enterprise are books of their own: they are compiled once for all who are judged by them,
// and one that is broken, or full, takes nothing from the others.
type book struct {
	set    *sigma.Set
	bounds sigma.Bounds
	// told is the rule that a document is; not those that only serve others, or are not in use.
	told func(m *sigma.Meta) (Rule, bool)
}

// opened is a book while one sensor is judged by it.
type opened struct {
	book
	matcher    *sigma.Matcher
	correlator *sigma.Correlator
	before     sigma.Stats // when all that was judged before was remembered
}

// Judge asks rules about events. It remembers the events of sequences, belongs to one goroutine
// and one sensor, and is made anew for each batch.
type Judge struct {
	taxonomy *taxonomy
	off      map[string]bool // rules that the enterprise switched off
	opened   []opened
	tally    Tally
}

func newJudge(t *taxonomy, off map[string]bool, books ...book) *Judge {
	j := &Judge{taxonomy: t, off: off}
	for _, b := range books {
		if b.set != nil {
			j.opened = append(j.opened, opened{book: b, matcher: b.set.Matcher(), correlator: b.set.Correlator(b.bounds)})
		}
	}
	return j
}

// remember takes an event that was judged before into the sequences.
func (j *Judge) remember(e Event) error {
	_, err := j.ask(e)
	return err
}

// begin ends remembering: what is counted is counted from here.
func (j *Judge) begin() {
	j.tally = Tally{}
	for i := range j.opened {
		j.opened[i].before = j.opened[i].correlator.Stats()
	}
}

// judge tells what rules find in an event, with those before it.
func (j *Judge) judge(e Event) ([]Finding, error) {
	j.tally.Events++
	list, err := j.ask(e)
	kept := list[:0]
	for _, f := range list {
		if !j.off[f.Rule.ID] {
			kept = append(kept, f)
		}
	}
	return kept, err
}

func (j *Judge) ask(e Event) ([]Finding, error) {
	if e.unreadable {
		j.tally.Refused++
		return nil, nil
	}
	if !e.sure() && !e.connects() { // of two that converse rules may say something, whoever began
		j.tally.Unsure++
		return nil, nil
	}
	events := e.events(j.taxonomy)
	var list []Finding
	for i := range j.opened {
		seen := map[*sigma.Rule]bool{}
		for k := range events {
			more, err := j.askOf(&j.opened[i], e, &events[k], seen)
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	return list, nil
}

// askOf asks a book about an event of one log source. A rule that several of its log sources hold
// for hits once: seen are those that did.
func (j *Judge) askOf(a *opened, e Event, s *sigma.Event, seen map[*sigma.Rule]bool) ([]Finding, error) {
	all, err := a.matcher.Match(s)
	if err != nil { // the format bounds events more closely than the engine does
		j.tally.Refused++
		return nil, nil //nolint:nilerr // it is counted
	}
	var list []Finding
	hits := all[:0]
	for _, h := range all {
		if seen[h.Rule] {
			continue
		}
		seen[h.Rule] = true
		hits = append(hits, h)
		if r, told := a.told(&h.Rule.Meta); told && !h.Supporting {
			list = append(list, j.single(r, e, a.matcher.Why(h)))
		}
	}
	chains, err := a.correlator.Observe(s, hits)
	if err != nil {
		return nil, fmt.Errorf("follow sequences: %w", err)
	}
	for _, c := range chains {
		if r, told := a.told(&c.Correlation.Meta); told && !c.Supporting {
			list = append(list, j.several(r, e, c))
		}
	}
	return list, nil
}

// single is the finding of a rule about one event.
func (j *Judge) single(r Rule, e Event, why []sigma.Reason) Finding {
	f := Finding{Rule: r, Client: e.Client, Server: e.Server, Unit: e.unit(), First: e.At, Last: e.At, Count: 1, Records: []string{e.ID}}
	for _, w := range why {
		f.Reasons = append(f.Reasons, Reason{w.Field, w.Value})
	}
	if r.own == nil {
		f.Why = r.sentence(e.words())
		return f
	}
	f.Signature, f.Why = e.host(), r.ownSentence(e, f.Reasons)
	return f
}

// unit is that of a record, as alerts have it.
func (e Event) unit() string {
	if e.log != nil {
		return ""
	}
	return strconv.FormatUint(uint64(e.Record.Unit), 10)
}

// several is the finding of a sequence, which ends with an event. Whoever is not the same in
// all of its events is not named: a scan has many servers.
func (j *Judge) several(r Rule, e Event, c sigma.Correlated) Finding {
	f := Finding{Rule: r, First: c.First, Last: c.Last, Count: 1, Records: c.Events}
	words := e.words()
	words["count"], words["seconds"] = strconv.Itoa(c.Count), strconv.Itoa(int(c.Correlation.Timespan/time.Second))
	by := map[string]string{}
	for _, g := range c.Group {
		by[g.Name] = g.Value
		f.Reasons = append(f.Reasons, Reason{g.Name, g.Value})
	}
	f.Client, f.Server, f.Unit = by["client"], by["server"], by["unit"]
	f.Reasons = append(f.Reasons, Reason{"count", words["count"]}, Reason{"timespan", c.Correlation.Timespan.String()})
	if r.own == nil {
		f.Why = r.sentence(words)
		return f
	}
	var group []string
	for _, g := range c.Group {
		group = append(group, g.Name+"="+g.Value)
	}
	f.Signature, f.Why = strings.Join(group, "\x00"), r.ownSentence(e, f.Reasons)
	return f
}

// counted is what was looked at up to now.
func (j *Judge) counted() Tally {
	t := j.tally
	for i := range j.opened {
		s := j.opened[i].correlator.Stats()
		t.Late += s.Late - j.opened[i].before.Late
		t.Evicted += s.Evicted - j.opened[i].before.Evicted
	}
	return t
}
