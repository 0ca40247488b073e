package machine

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	issued  *prometheus.CounterVec
	refused *prometheus.CounterVec
	states  *prometheus.GaugeVec
	clocks  prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		issued:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "certificates_issued_total", Help: "Certificates handed to machines by this process, by how."}, []string{"action"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "refused_total", Help: "Requests of machines that were refused, by reason."}, []string{"reason"}),
		states:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "machines", Help: "Machines by the state of their certificate."}, []string{"state"}),
		clocks:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "clocks_off", Help: "Machines whose clock is off."}),
	}
	reg.MustRegister(m.issued, m.refused, m.states, m.clocks)
	return m
}

// Measure reads the counts when somebody scrapes, not before.
func (m *Room) Measure(ctx context.Context) error {
	counts, off, err := m.machines.counts(ctx, m.now(), m.grace())
	if err != nil {
		return err
	}
	for _, state := range []State{Waiting, Lapsed, Valid, Due, Grace, Expired, Revoked} {
		m.metrics.states.WithLabelValues(string(state)).Set(float64(counts[state]))
	}
	m.metrics.clocks.Set(float64(off))
	return nil
}
