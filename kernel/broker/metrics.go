package broker

import "github.com/prometheus/client_golang/prometheus"

// metrics count what comes in over MQTT; callers are no label, so that they
// stay few.
type metrics struct {
	publishes *prometheus.CounterVec
	refused   *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, connected func() float64) metrics {
	m := metrics{
		publishes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "publishes_total", Help: "Publishes that came in, by room and outcome: taken, wrong (told so) or later (not acknowledged).",
		}, []string{"room", "outcome"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "refused_total", Help: "Connections, subscriptions and publishes that were refused before a room was asked, by what was wrong.",
		}, []string{"what"}),
	}
	open := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "connections", Help: "Connections that are open."}, connected)
	reg.MustRegister(m.publishes, m.refused, open)
	return m
}
