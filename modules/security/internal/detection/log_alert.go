package detection

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// severity is how grave the writer of a log called it, as the database has it (see sensor).
type severity int64

// The severities.
const (
	logLow    severity = 1
	logMedium severity = 2
	logHigh   severity = 3
)

// alarm is a log by which another sensor tells that something is wrong: an alert of Suricata or
// Wazuh, a notice of Zeek, a message of syslog that is critical or graver.
type alarm struct {
	id, format, kind, code, title, detail, host string
	client, server, protocol                    string
	port                                        int
	severity                                    severity
	at, until                                   time.Time
	again                                       int64
}

// alarming are the logs that are alarms, of security_sensor_log as g; rule says which rule tells of them.
const alarming = `(g.format = 'eve' AND g.kind LIKE 'alert%' AND g.severity >= 1 OR g.format = 'wazuh' AND g.kind = 'alert' AND g.severity >= 2
	OR g.format = 'zeek' AND g.kind = 'notice' OR g.format = 'syslog' AND g.severity = 3)`

// rule is the short name of the rule that tells of an alarm, and what its writer calls the severity.
func (l alarm) rule() (name, said string) {
	switch {
	case l.format == "eve" && l.severity == logHigh:
		return "suricata_high", "priority 1"
	case l.format == "eve" && l.severity == logMedium:
		return "suricata_medium", "priority 2"
	case l.format == "eve":
		return "suricata_low", "priority 3"
	case l.format == "wazuh" && l.severity == logHigh:
		return "wazuh_high", "level 12-16"
	case l.format == "wazuh":
		return "wazuh_medium", "level 7-11"
	case l.format == "zeek":
		return "zeek_notice", "notice"
	}
	return "syslog_critical", "severity 0-2"
}

// program is what wrote it.
func (l alarm) program() string {
	switch l.format {
	case "eve":
		return "Suricata"
	case "wazuh":
		return "Wazuh"
	case "zeek":
		return "Zeek"
	}
	return cmp.Or(l.detail, "syslog")
}

// signature is the same for alarms that say the same: a message of syslog has its program and
// kind only, as its text has numbers in it. Where no two are named it is of a host.
func (l alarm) signature() string {
	parts := []string{l.format, l.code}
	if l.format == "syslog" || l.code == "" {
		parts = append(parts, l.kind, l.detail)
	}
	if l.client == "" && l.server == "" {
		parts = append(parts, l.host)
	}
	return strings.Join(parts, "\x00")
}

// finding is what an alarm is to the room.
func (l alarm) finding(r Rule, said string) Finding {
	f := Finding{Rule: r, Client: l.client, Server: l.server, Signature: l.signature(), First: l.at, Last: l.at, Count: int(min(l.again, mostAgain)) + 1, Records: []string{l.id}}
	if l.until.After(l.at) {
		f.Last = l.until
	}
	for _, x := range []Reason{{"source", l.program()}, {"signature", l.code}, {"message", l.title}, {"severity", said}, {"category", l.detail}, {"host", l.host}, {"protocol", l.protocol}} {
		if x.Value != "" {
			f.Reasons = append(f.Reasons, x)
		}
	}
	if l.port > 0 {
		f.Reasons = append(f.Reasons, Reason{"port", strconv.Itoa(l.port)})
	}
	f.Why = r.sentence(map[string]string{
		"program": l.program(), "client": cmp.Or(l.client, l.host), "server": cmp.Or(l.server, l.host), "signature": short(cmp.Or(l.title, l.code)), "code": l.code, "severity": said, "host": l.host,
	})
	return f
}

// mostAgain bounds how often one log says that it was written once more.
const mostAgain = 1 << 30
