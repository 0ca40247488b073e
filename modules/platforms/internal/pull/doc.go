// Package pull says what a platform's own programs answer that the city asks
// (采集): Prometheus expositions (text 0.0.4, OpenMetrics) and JSON, how values
// are told in them, and when to ask. It knows no database and no catalogue.
package pull
