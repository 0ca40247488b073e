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

// Judge asks the rules of a pack about events. It remembers the events of sequences, belongs
// to one goroutine and one sensor, and is made anew for each batch.
type Judge struct {
	pack       *Pack
	off        map[string]bool // rules that the enterprise switched off
	matcher    *sigma.Matcher
	correlator *sigma.Correlator
	tally      Tally
	before     sigma.Stats // when all that was judged before was remembered
}

func newJudge(p *Pack, off map[string]bool) *Judge {
	return &Judge{
		pack: p, off: off, matcher: p.set.Matcher(),
		correlator: p.set.Correlator(sigma.Bounds{Groups: mostGroups, Entries: mostEntries}),
	}
}

// remember takes an event that was judged before into the sequences.
func (j *Judge) remember(e Event) error {
	_, err := j.ask(e)
	return err
}

// begin ends remembering: what is counted is counted from here.
func (j *Judge) begin() { j.tally, j.before = Tally{}, j.correlator.Stats() }

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
	var list []Finding
	for _, s := range e.events() {
		more, err := j.askOf(e, &s)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// askOf asks about an event of one log source.
func (j *Judge) askOf(e Event, s *sigma.Event) ([]Finding, error) {
	hits, err := j.matcher.Match(s)
	if err != nil { // the format bounds events more closely than the engine does
		j.tally.Refused++
		return nil, nil //nolint:nilerr // it is counted
	}
	var list []Finding
	for _, h := range hits {
		r, told := j.pack.Rule(h.Rule.ID)
		if h.Supporting || !told {
			continue
		}
		list = append(list, j.single(r, e, j.matcher.Why(h)))
	}
	chains, err := j.correlator.Observe(s, hits)
	if err != nil {
		return nil, fmt.Errorf("follow sequences: %w", err)
	}
	for _, c := range chains {
		if r, told := j.pack.Rule(c.Correlation.ID); told && !c.Supporting {
			list = append(list, j.several(r, e, c))
		}
	}
	return list, nil
}

// single is the finding of a rule about one event.
func (j *Judge) single(r Rule, e Event, why []sigma.Reason) Finding {
	f := Finding{Rule: r, Client: e.Client, Server: e.Server, Unit: e.unit(), First: e.At, Last: e.At, Count: 1, Records: []string{e.ID}, Why: r.sentence(e.words())}
	for _, w := range why {
		f.Reasons = append(f.Reasons, Reason{w.Field, w.Value})
	}
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
	f.Why = r.sentence(words)
	return f
}

// counted is what was looked at up to now.
func (j *Judge) counted() Tally {
	t, s := j.tally, j.correlator.Stats()
	t.Late, t.Evicted = s.Late-j.before.Late, s.Evicted-j.before.Evicted
	return t
}
