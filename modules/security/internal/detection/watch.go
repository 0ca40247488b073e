package detection

import (
	"context"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// goesOn is how long a conversation that an alert is about may go on before it is added to the
// alert again: what is known of it stands in the alert already.
const goesOn = 10 * time.Minute

// Seen is what a batch of a sensor brought: events of records, or conversations of aggregates.
type Seen struct {
	SensorID       string
	Sensor         string // its name
	OrganisationID string
	Enterprise     lang.Text
	Events         []Event
	Talks          []batch.Talk
	Now            time.Time
}

// Watcher finds what no rule about records does, in the transaction that takes a batch from
// the queue: what it keeps there, is kept once, as its findings are.
type Watcher interface {
	// Wants tells whether conversations of a sensor are looked at.
	Wants(ctx context.Context, tx *sqldb.Tx, sensor string) (bool, error)
	// Watch looks at what came.
	Watch(ctx context.Context, tx *sqldb.Tx, s Seen, rules Rules) ([]Finding, error)
}

// Rules are those that watchers tell by.
type Rules interface {
	// Named returns a rule by its short name.
	Named(name string) (Rule, bool)
}

// Watch adds somebody who looks at what comes beside the rules.
func (m *Detection) Watch(w Watcher) { m.watchers = append(m.watchers, w) }

// Named returns a rule by its short name.
func (p *Pack) Named(name string) (Rule, bool) {
	for _, r := range p.Rules {
		if r.Name == name {
			return r, true
		}
	}
	return Rule{}, false
}

// Sentence fills the sentence of a rule; see sentence.
func (r Rule) Sentence(words map[string]string) lang.Text { return r.sentence(words) }

// Sure tells whether who asked whom is known, and not guessed.
func (e Event) Sure() bool { return e.sure() && !e.unreadable }

// Fingerprint is the same for findings that are one alert.
func (f Finding) Fingerprint(sensor string) string { return f.fingerprint(sensor) }
