package security_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/security/internal/batch"
)

// suricata is an alert of Suricata as a probe tells it.
func suricata(code, severity, client string, at time.Time) batch.Log {
	return batch.Log{
		At: at, Feed: "/var/log/suricata/eve.json", Format: "eve", Kind: "alert", Code: code, Severity: severity, Title: "ET SCAN " + code, Detail: "Attempted Information Leak", Client: client, Server: "10.0.0.1", Port: 502, Protocol: "modbus",
		Digest: strings.Repeat("a", 64), Size: 10,
	}
}

func logs(list ...batch.Log) func(*batch.Batch) {
	return func(b *batch.Batch) { b.Records, b.Facts, b.Aggregates, b.Logs = nil, nil, nil, list }
}

type alarmRow struct {
	ID, Kind, Level, Client, Server string
	RuleID                          string `json:"rule_id"`
	Rule                            struct{ ZH string }
	Why                             struct{ ZH, EN string }
	Times                           int
}

// alarms waits until the enterprise has alerts with as many findings in all.
func (l *listener) alarms(t *testing.T, times int) (list []alarmRow) {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("%d findings", times), func() bool {
		var page struct{ Items []alarmRow }
		l.Get(t, "/api/security/alerts?kind=log&limit=500", "manager-ours").Decode(t, &page)
		list = page.Items
		n := 0
		for _, a := range list {
			n += a.Times
		}
		return n == times
	})
	return list
}

func TestAlertsOfOtherSensorsBecomeAlerts(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "figures")
		at := time.Now().UTC().Truncate(time.Second)
		again := suricata("1:2010935", "high", "10.0.0.9", at)
		again.Again, again.Until = 5, at.Add(3*time.Second)
		host := func(format, kind, severity, title string) batch.Log {
			return batch.Log{At: at, Feed: "f", Format: format, Kind: kind, Code: "5710", Severity: severity, Title: title, Detail: "sshd", Host: "scada-1", Digest: strings.Repeat("b", 64), Size: 1}
		}
		l.expect(t, "logs", 200, "taken", l.key, body(t, batch.Logs, 1, logs(
			again, suricata("1:2010935", "high", "10.0.0.9", at.Add(time.Second)), suricata("1:2010935", "high", "10.0.0.8", at), suricata("1:2010936", "medium", "10.0.0.9", at), suricata("1:2010937", "info", "10.0.0.9", at),
			host("wazuh", "alert", "high", "Multiple failed logins"), host("wazuh", "alert", "low", "A login"), host("syslog", "daemon", "high", "disk 7 failed"), host("syslog", "daemon", "high", "disk 8 failed"), host("syslog", "daemon", "medium", "slow"),
			host("zeek", "notice", "medium", "Scan"), host("windows", "Security", "high", "what the collector was not asked about"),
		)))
		by := map[string]alarmRow{}
		for _, a := range l.alarms(t, 13) {
			by[a.Rule.ZH+a.Client] = a
		}
		for name, want := range map[string]struct {
			level string
			times int
		}{
			"Suricata 告警（优先级 1）10.0.0.9": {"high", 7}, "Suricata 告警（优先级 1）10.0.0.8": {"high", 1}, "Suricata 告警（优先级 2）10.0.0.9": {"medium", 1},
			"Wazuh 告警（12 级以上）": {"high", 1}, "系统日志：严重及以上": {"medium", 2}, "Zeek 通知": {"medium", 1},
		} {
			if a := by[name]; a.Level != want.level || a.Times != want.times {
				t.Errorf("%s: %+v", name, a)
			}
		}
		first := by["Suricata 告警（优先级 1）10.0.0.9"]
		if len(by) != 6 || first.Why.ZH != "Suricata 报告 10.0.0.9 → 10.0.0.1：ET SCAN 1:2010935（1:2010935，priority 1）" {
			t.Errorf("%+v", by)
		}
		var d struct {
			Reasons  []struct{ Field, Value string }
			Evidence []struct{ Fields []batch.LogField }
		}
		l.Get(t, "/api/security/alerts/"+first.ID, "manager-ours").Decode(t, &d)
		if len(d.Evidence) != 2 || !strings.Contains(fmt.Sprint(d.Evidence), "ET SCAN") || !strings.Contains(fmt.Sprint(d.Reasons), "Attempted Information Leak") {
			t.Errorf("%+v", d)
		}
		if r := l.Get(t, "/api/security/alerts/"+first.ID, "officer"); r.Status != 404 { // the sensor is open in figures only
			t.Errorf("%d", r.Status)
		}

		l.Send(t, "PUT", "/api/security/detection-rules/"+by["Suricata 告警（优先级 2）10.0.0.9"].RuleID+"/switch", "manager-ours", `{"off":true,"reason":"噪声"}`)
		l.expect(t, "more logs", 200, "taken", l.key, body(t, batch.Logs, 2, logs(suricata("1:2010936", "medium", "10.0.0.9", at), suricata("1:2010935", "high", "10.0.0.9", at))))
		l.alarms(t, 14)
	})
}

func TestANoisySuricataIsOneAlert(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		at := time.Now().UTC().Truncate(time.Second)
		var list []batch.Log
		for n := range 300 {
			list = append(list, suricata(fmt.Sprintf("1:%d", n), "high", "10.0.0.9", at))
		}
		l.expect(t, "a flood", 200, "taken", l.key, body(t, batch.Logs, 1, logs(list...)))
		got := l.alarms(t, 300)
		if len(got) != 101 {
			t.Errorf("%d alerts", len(got))
		}
		l.expect(t, "the flood goes on", 200, "taken", l.key, body(t, batch.Logs, 2, logs(list...)))
		for _, a := range l.alarms(t, 600) {
			if a.Times != 2 && a.Times != 400 || a.Times == 400 && !strings.Contains(a.Why.EN, "more than 100 different alerts") {
				t.Errorf("%+v", a)
			}
		}
	})
}
