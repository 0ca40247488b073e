// Package pull says what a platform's own programs answer that the city asks
// (采集): Prometheus expositions (text 0.0.4, OpenMetrics), JSON, and databases by SQL,
// how values are told in them, and when to ask. It knows no catalogue and nothing of
// the city's own database.
package pull
