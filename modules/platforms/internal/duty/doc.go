// Package duty decides about on-call rotas (值班表) and escalation (升级): who is
// on duty (值班) at a time, which shifts (班次) follow each other, where there is a
// gap, and when the next step of a policy (升级策略) is due. It keeps nothing, and
// now is always an argument.
//
// Words are those of PagerDuty, Opsgenie and Grafana OnCall: a rota has layers, a
// layer rotates (轮换) through its members, an override (代班) stands above all.
package duty
