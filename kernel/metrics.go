package kernel

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// outboxes shows how many events of each room wait, how long the oldest has,
// and what became of those that were delivered.
type outboxes struct {
	waiting *prometheus.GaugeVec
	oldest  *prometheus.GaugeVec
	commits *prometheus.GaugeVec
	events  *prometheus.GaugeVec
	health  *prometheus.GaugeVec
	letters *prometheus.GaugeVec
}

func newOutboxes(reg prometheus.Registerer) outboxes {
	o := outboxes{
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linghang_outbox_waiting", Help: "Events that wait in the outbox."}, []string{"room"}),
		oldest:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linghang_outbox_oldest_seconds", Help: "Age of the oldest event that waits."}, []string{"room"}),
		commits: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linghang_database_commits", Help: "Transactions committed since the start."}, []string{"room"}),
	}
	o.events = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "linghang_events_handled", Help: "Deliveries of events to this process since its start, by outcome.",
	}, []string{"consumer", "outcome"})
	o.health = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "linghang_health", Help: "How each component is: 0 good, 1 degraded, 2 down.",
	}, []string{"component"})
	o.letters = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "linghang_dead_letters", Help: "Deliveries that failed: waiting are tried again, dead wait for a decision.",
	}, []string{"state"})
	reg.MustRegister(o.waiting, o.oldest, o.commits, o.events, o.health, o.letters)
	return o
}

// measureOutboxes reads outboxes and deliveries when somebody scrapes, not before.
func (k *Kernel) measureOutboxes(r *http.Request) {
	for _, p := range k.health.Last() {
		k.outboxes.health.WithLabelValues(p.ID).Set(float64(p.State.Number()))
	}
	for _, db := range k.sql.DBs() {
		n, age, err := db.OutboxLag(r.Context())
		if err != nil {
			k.log.Warn("outbox lag could not be read", "room", db.Room(), "error", err)
			continue
		}
		k.outboxes.waiting.WithLabelValues(db.Room()).Set(float64(n))
		k.outboxes.oldest.WithLabelValues(db.Room()).Set(age.Seconds())
		k.outboxes.commits.WithLabelValues(db.Room()).Set(float64(db.Commits()))
	}
	if waiting, dead, err := k.letters.Counts(r.Context()); err == nil {
		k.outboxes.letters.WithLabelValues("waiting").Set(float64(waiting))
		k.outboxes.letters.WithLabelValues("dead").Set(float64(dead))
	}
	if err := k.machines.Measure(r.Context()); err != nil {
		k.log.Warn("machines could not be counted", "error", err)
	}
	if k.bus == nil {
		return
	}
	for consumer, n := range k.bus.Counts() {
		k.outboxes.events.WithLabelValues(consumer, "applied").Set(float64(n.Handled))
		k.outboxes.events.WithLabelValues(consumer, "repeated").Set(float64(n.Repeated))
		k.outboxes.events.WithLabelValues(consumer, "failed").Set(float64(n.Failed))
	}
}
