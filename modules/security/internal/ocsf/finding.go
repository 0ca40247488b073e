package ocsf

import (
	"net/netip"
	"time"

	"linghang/kernel/lang"
)

// alert is what is read of an alert.
type alert struct {
	touched                    string
	id, organisation           string
	sensor, rule, pack, kind   string
	title, why                 lang.Text
	level, technique, state    string
	client, server, unit       string
	clientZone, serverZone     string
	reason, incident           string
	times                      int64
	first, last, opened, moved time.Time
	synthetic                  bool
	version                    int64
}

const (
	create = 1
	update = 2
	closed = 3
)

// severities by the level of an alert.
func severity(level string) int {
	switch level {
	case "critical":
		return 5
	case "high":
		return 4
	case "medium":
		return 3
	case "low":
		return 2
	default:
		return 1
	}
}

// status is the place of an alert in the framework's course of a finding, and the activity that led there.
func status(state string, version int64) (id, activity int) {
	switch state {
	case "false_alarm", "suppressed":
		return 3, closed
	case "wanted":
		return 4, closed
	case "looking", "real":
		return 2, update
	}
	if version == 1 {
		return 1, create
	}
	return 1, update
}

// finding is an alert as a Detection Finding.
func finding(a *alert, language string) object {
	id, activity := status(a.state, a.version)
	say := func(t lang.Text) string {
		if language == "en" && t.EN != "" || t.ZH == "" {
			return t.EN
		}
		return t.ZH
	}
	about := object{
		"uid": a.id, "title": say(a.title), "desc": say(a.why), "types": []string{a.kind},
		"first_seen_time": a.first.UnixMilli(), "last_seen_time": a.last.UnixMilli(), "created_time": a.opened.UnixMilli(), "modified_time": a.moved.UnixMilli(),
		"analytic": object{"uid": a.rule, "name": say(a.title), "type": "Rule", "type_id": 1, "version": a.pack},
	}
	if a.technique != "" {
		about["attacks"] = []object{{"technique": object{"uid": a.technique, "src_url": "https://attack.mitre.org/techniques/" + a.technique + "/"}}}
	}
	e := base(findings, detectionFinding, activity, a.opened, severity(a.level), object{"uid": a.id, "tenant_uid": a.organisation, "log_name": a.sensor, "sequence": a.version})
	e["status_id"], e["finding_info"], e["message"] = id, about, say(a.why)
	e["count"], e["start_time"], e["end_time"], e["is_alert"] = a.times, a.first.UnixMilli(), a.last.UnixMilli(), activity != closed
	if seen := between(a.client, a.server); len(seen) > 0 {
		e["evidences"] = []object{seen}
	}
	if list := observables("evidences[].src_endpoint", a.client, "evidences[].dst_endpoint", a.server); len(list) > 0 {
		e["observables"] = list
	}
	e["unmapped"] = without(object{"unit": a.unit, "client_zone": a.clientZone, "server_zone": a.serverZone, "state": a.state, "reason": a.reason, "incident_id": a.incident, "synthetic": a.synthetic})
	return e
}

// between is who asked whom.
func between(client, server string) object {
	e := object{}
	if client != "" {
		e["src_endpoint"] = endpoint(client)
	}
	if server != "" {
		e["dst_endpoint"] = endpoint(server)
	}
	return e
}

// endpoint is an address: of IP, or of Ethernet alone.
func endpoint(address string) object {
	if _, err := netip.ParseAddr(address); err == nil {
		return object{"ip": address}
	}
	return object{"mac": address, "name": address}
}

// observables are the addresses of an event that systems look for; pairs are of their places and values.
func observables(pairs ...string) (list []object) {
	for k := 0; k+1 < len(pairs); k += 2 {
		switch _, err := netip.ParseAddr(pairs[k+1]); {
		case pairs[k+1] == "":
		case err == nil:
			list = append(list, object{"name": pairs[k] + ".ip", "type": "IP Address", "type_id": 2, "value": pairs[k+1]})
		default:
			list = append(list, object{"name": pairs[k] + ".mac", "type": "MAC Address", "type_id": 3, "value": pairs[k+1]})
		}
	}
	return list
}

// without leaves out what says nothing.
func without(o object) object {
	for key, value := range o {
		if value == "" || value == false {
			delete(o, key)
		}
	}
	return o
}
