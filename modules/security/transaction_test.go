package security_test

import (
	"fmt"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/modules/security/internal/batch"
)

// transaction is a log of Suricata as a probe sends it.
func transaction(kind, server string, port uint16, list ...string) batch.Log {
	l := batch.Log{Feed: "eve.json", Format: "eve", Kind: kind, Severity: "info", Title: kind, Client: "10.0.0.7", Server: server, Port: port, Protocol: kind, Digest: strings.Repeat("a", 64), Offset: 5, Size: 9}
	for _, f := range list {
		name, value, _ := strings.Cut(f, "=")
		l.Fields = append(l.Fields, batch.LogField{Name: name, Value: value})
	}
	return l
}

// said is a batch of transactions and what they told of devices.
func transactions(logs ...batch.Log) func(*batch.Batch) {
	return func(b *batch.Batch) {
		for i := range logs {
			logs[i].At = b.MadeAt
		}
		b.Aggregates, b.Logs = nil, logs
		b.Facts = []batch.Fact{{At: b.MadeAt, Addr: "10.0.0.11", MAC: "00:0c:29:00:00:0b", Source: "tls", Kind: "description", Value: "CN=plc-1.plant.local, O=Works"}}
		b.Feeds = []batch.Feed{{Name: "eve.json", Format: "eve", Lines: 100, Told: uint64(len(logs)), Repeated: 40, Limited: 7}}
	}
}

func TestTransactionsOfOtherSensorsMeetRulesAndIndicators(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "detail")
		sha := strings.Repeat("cd", 32)
		l.take(t, 200, "CERT", bundleOf(
			indicator(1, "[file:hashes.'SHA-256' = '"+sha+"']", labelAmber, `,"confidence":90`),
			indicator(2, "[network-traffic:extensions.'tls-ext'.ja3 = '"+strings.Repeat("0a", 16)+"']", labelGreen, ""),
			indicator(3, "[url:value = 'http://files.example.com/never']", labelGreen, ""),
		))
		// What was stored before an indicator is held against it later, with its fields.
		l.expect(t, "transactions", 200, "taken", l.key, body(t, batch.Logs, 1, transactions(
			transaction("dns", "10.0.0.53", 53, "dns.rrname=plant.cpolar.cn", "dns.rrtype=A"),
			transaction("fileinfo", "203.0.113.9", 80, "fileinfo.filename=/logo.png", "fileinfo.magic=PE32 executable", "fileinfo.sha256="+sha),
			transaction("tls", "203.0.113.9", 443, "tls.sni=relay.anydesk.com", "tls.ja3.hash="+strings.Repeat("0a", 16)),
			transaction("http", "203.0.113.9", 80, "url=http://files.example.com/later", "http.hostname=files.example.com"),
		)))
		rules := map[string]bool{}
		kerneltest.Wait(t, "alerts of rules and of indicators", func() bool {
			var page struct{ Items []intelAlert }
			l.Get(t, "/api/security/alerts?limit=100", "manager-ours").Decode(t, &page)
			clear(rules)
			for _, a := range page.Items {
				rules[a.Rule.ZH+" "+a.Client+" "+a.Server] = true
			}
			return rules["查询内网穿透服务的域名 10.0.0.7 10.0.0.53"] && rules["程序伪装成文档 10.0.0.7 203.0.113.9"] && rules["与远程控制服务建立会话 10.0.0.7 203.0.113.9"]
		})
		hits := map[string]int{}
		for _, a := range l.intel(t, 3) { // by what is surely bad, by a fingerprint, and by the host of an URL only
			hits[a.Level]++
		}
		if hits["high"] != 1 || hits["medium"] != 1 || hits["low"] != 1 {
			t.Errorf("%v", hits)
		}
		l.take(t, 200, "CERT", bundleOf(indicator(4, "[url:value = 'http://files.example.com/later']", labelGreen, `,"confidence":80`)))
		kerneltest.Wait(t, "the URL that was stored is found, and the one that is not is found by its host", func() bool {
			n := 0
			for _, i := range l.indicators(t, "officer", "&kind=url") {
				n += int(i.Hits)
			}
			return n == 2
		})
		l.evidenceOfTransactions(t)
		l.readsTransactions(t)
		l.settled(t)
	})
}

// evidenceOfTransactions looks at an alert that a rule found in a transaction.
func (l *listener) evidenceOfTransactions(t *testing.T) {
	t.Helper()
	var page struct{ Items []alertRow }
	l.Get(t, "/api/security/alerts?q=伪装", "manager-ours").Decode(t, &page)
	if len(page.Items) != 1 {
		t.Fatalf("%+v", page.Items)
	}
	var detail struct {
		Evidence []struct {
			Function string
			Fields   []batch.LogField
		}
	}
	l.Get(t, "/api/security/alerts/"+page.Items[0].ID, "manager-ours").Decode(t, &detail)
	if len(detail.Evidence) != 1 || detail.Evidence[0].Function != "fileinfo" || len(detail.Evidence[0].Fields) != 3 {
		t.Errorf("%+v", detail)
	}
}

// readsTransactions looks at the logs, at how they were counted, and at whom they told of.
func (l *listener) readsTransactions(t *testing.T) {
	t.Helper()
	var logs struct {
		Items []struct{ Fields []batch.LogField }
	}
	l.Get(t, "/api/security/sensors/"+l.sensor+"/logs?q=cpolar", "manager-ours").Decode(t, &logs)
	if len(logs.Items) != 1 || len(logs.Items[0].Fields) != 2 {
		t.Errorf("%+v", logs)
	}
	var detail struct {
		Feeds []struct{ Repeated, Limited int64 }
	}
	l.Get(t, "/api/security/sensors/"+l.sensor, "manager-ours").Decode(t, &detail)
	if len(detail.Feeds) != 1 || detail.Feeds[0].Repeated != 40 || detail.Feeds[0].Limited != 7 {
		t.Errorf("%+v", detail)
	}
	if text := fmt.Sprint(string(l.Get(t, "/api/security/sensors/"+l.sensor+"/assets", "manager-ours").Body)); !strings.Contains(text, "CN=plc-1.plant.local") || !strings.Contains(text, "00:0c:29:00:00:0b") {
		t.Errorf("%s", text)
	}
}
