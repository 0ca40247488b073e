package identifier

import "github.com/prometheus/client_golang/prometheus"

// metrics count what doors here are asked; nodes are no label, so that they stay few.
// They grow when the counts are written down.
type metrics struct {
	requests *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "identifier_requests_total", Help: "Requests about identifiers of nodes that are hosted here, by kind and outcome."}, []string{"kind", "outcome"}),
	}
	reg.MustRegister(m.requests)
	return m
}

// count counts what nodes were asked since it was last counted.
func (m metrics) count(list []counted) {
	for _, c := range list {
		m.requests.WithLabelValues(c.kind, "succeeded").Add(float64(c.Succeeded))
		m.requests.WithLabelValues(c.kind, "failed").Add(float64(c.Requests - c.Succeeded))
	}
}
