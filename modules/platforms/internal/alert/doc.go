// Package alert decides about alerts (告警): when a condition fires and when it
// is over, which alerts are told together and when, and what silences them. It
// keeps nothing, and now is always an argument.
//
// States, groups, silences and matchers are those of Prometheus and its
// Alertmanager, so that whoever knows them knows these.
package alert
