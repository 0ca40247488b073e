package platforms

import "github.com/prometheus/client_golang/prometheus"

// metrics count what passes the gate; platforms are no label, so that they
// stay few.
type metrics struct {
	items       *prometheus.CounterVec
	reasons     *prometheus.CounterVec
	refused     *prometheus.CounterVec
	projected   prometheus.Counter
	unprojected prometheus.Counter
	probes      *prometheus.CounterVec
	probeTime   *prometheus.HistogramVec
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		items:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ingest_values_total", Help: "Values that came in, by channel and outcome."}, []string{"channel", "outcome"}),
		reasons:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ingest_refused_values_total", Help: "Values that were refused, by reason."}, []string{"reason"}),
		refused:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ingest_refused_requests_total", Help: "Requests that were refused as a whole, by what was wrong."}, []string{"what"}),
		projected:   prometheus.NewCounter(prometheus.CounterOpts{Name: "projected_samples_total", Help: "Samples written from the ledger into the time series."}),
		unprojected: prometheus.NewCounter(prometheus.CounterOpts{Name: "unprojected_samples_total", Help: "Samples that the time series did not take: too old or contradicting; the ledger has them."}),
		probes:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "probes_total", Help: "Looks at platforms from outside, by kind and outcome: ok, or what was wrong."}, []string{"kind", "outcome"}),
		probeTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "probe_seconds", Help: "How long looks at platforms took, by kind.", Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"kind"}),
	}
	reg.MustRegister(m.items, m.reasons, m.refused, m.projected, m.unprojected, m.probes, m.probeTime)
	return m
}

// probed counts a look.
func (m metrics) probed(kind, fault string, ms float64) {
	if fault == "" {
		fault = "ok"
	}
	m.probes.WithLabelValues(kind, fault).Inc()
	m.probeTime.WithLabelValues(kind).Observe(ms / 1000)
}
