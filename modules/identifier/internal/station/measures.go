package station

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// measures are what a mirror says in numbers.
type measures struct {
	registry *prometheus.Registry
	delay    prometheus.Histogram
}

func newMeasures(s *Station) *measures {
	m := &measures{registry: prometheus.NewRegistry(), delay: prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "handle_mirror_delay_seconds", Help: "From a change at the primary, by its clock, until it is here.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600},
	})}
	m.registry.MustRegister(m.delay)
	for name, g := range map[string]struct {
		help  string
		value func() float64
	}{
		"handle_mirror_behind_seconds":                 {"Since when something of the primary may be missing; 0 is nothing.", func() float64 { return s.behind(time.Now()).Seconds() }},
		"handle_mirror_behind_transactions":            {"Transactions of the primary that are not here yet, as far as known.", func() float64 { l := s.mirror.Lag(); return float64(l.Transactions()) }},
		"handle_mirror_position":                       {"The primary's last transaction that is here.", func() float64 { return float64(s.mirror.Lag().Position) }},
		"handle_mirror_whole":                          {"1 when there was a whole dump, and the mirror answers.", func() float64 { return truth(s.mirror.Whole()) }},
		"handle_mirror_connected":                      {"1 while the primary tells what changes.", func() float64 { return truth(s.mirror.Lag().Connected) }},
		"handle_mirror_last_contact_timestamp_seconds": {"When the primary said something last; 0 is not since the start.", func() float64 { return stamp(s.mirror.Lag().Contact) }},
		"handle_mirror_dumps_total":                    {"Dumps since the start.", func() float64 { return float64(s.mirror.Lag().Dumps) }},
		"handle_mirror_changes_total":                  {"Changes that were taken since the start.", func() float64 { return float64(s.mirror.Lag().Changes) }},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: g.help}, g.value))
	}
	return m
}

func (m *measures) observe(delay time.Duration) { m.delay.Observe(delay.Seconds()) }

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func stamp(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
