package feed

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var read = time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)

func at(s string) time.Time {
	when, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return when
}

// samples are lines as their programs write them: EVE of Suricata 7, syslog of RFC 5424 (6.5)
// and RFC 3164 (5.4), Zeek, Wazuh 4, Winlogbeat 8 and NXLog.
func samples() map[string]struct {
	format Format
	line   string
	want   Event
} {
	type sample = struct {
		format Format
		line   string
		want   Event
	}
	return map[string]sample{
		"an alert of Suricata": {EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0800","flow_id":586497171462735,"in_iface":"eth1","event_type":"alert","src_ip":"10.0.0.11","src_port":502,"dest_ip":"10.0.0.3","dest_port":40003,"proto":"TCP","app_proto":"modbus","direction":"to_client","alert":{"action":"allowed","gid":1,"signature_id":2250009,"rev":2,"signature":"SURICATA Modbus Request flood detected","category":"Generic Protocol Command Decode","severity":3},"flow":{"pkts_toserver":10,"src_ip":"10.0.0.3","dest_ip":"10.0.0.11","src_port":40003,"dest_port":502}}`, Event{
			At: at("2026-01-02T00:24:37.251547Z"), Kind: "alert", Code: "1:2250009", Severity: Low, Title: "SURICATA Modbus Request flood detected", Detail: "Generic Protocol Command Decode", Client: "10.0.0.3", Server: "10.0.0.11", Port: 502, Protocol: "modbus", Told: true,
		}},
		"an alert without a flow, of a packet to the client": {EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert","src_ip":"10.0.0.11","src_port":502,"dest_ip":"10.0.0.3","dest_port":40003,"proto":"TCP","app_proto":"failed","direction":"to_client","alert":{"action":"blocked","gid":1,"signature_id":9,"signature":"x","category":"","severity":1}}`, Event{
			At: at("2026-01-02T08:24:37.251547Z"), Kind: "alert blocked", Code: "1:9", Severity: High, Title: "x", Client: "10.0.0.3", Server: "10.0.0.11", Port: 502, Protocol: "tcp", Told: true,
		}},
		"a transaction of Suricata is counted": {EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"modbus","src_ip":"10.0.0.3","dest_ip":"10.0.0.11","dest_port":502,"proto":"TCP","modbus":{"id":1}}`, Event{Kind: "modbus"}},
		"an alert of what was dropped": {EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"drop","src_ip":"10.0.0.3","dest_ip":"10.0.0.11","dest_port":502,"proto":"TCP","alert":{"action":"blocked","gid":1,"signature_id":9,"signature":"\"event_type\":\"flow\"","severity":2}}`, Event{
			At: at("2026-01-02T08:24:37.251547Z"), Kind: "alert blocked", Code: "1:9", Severity: Medium, Title: `"event_type":"flow"`, Client: "10.0.0.3", Server: "10.0.0.11", Port: 502, Protocol: "tcp", Told: true,
		}},
		"an event with spaces is read": {EVE, `{"event_type": "flow", "timestamp": "2026-01-02T08:24:37.251547+0000", "src\u005fip": "10.0.0.3", "alert": null, "host": "gw\u002d1"}`, Event{
			At: at("2026-01-02T08:24:37.251547Z"), Kind: "flow", Severity: Info, Title: "flow", Client: "10.0.0.3", Host: "gw-1",
		}},
		"statistics of Suricata": {EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"stats","stats":{"uptime":8,"capture":{"kernel_packets":100,"kernel_drops":7}}}`, Event{
			At: at("2026-01-02T08:24:37.251547Z"), Kind: "stats", Severity: Info, Title: "stats", Lost: 7,
		}},
		"RFC 5424": {Syslog, `<34>1 2026-01-01T22:14:15.003Z mymachine.example.com su - ID47 - ` + "\ufeff" + `'su root' failed for lonvick on /dev/pts/8`, Event{
			At: at("2026-01-01T22:14:15.003Z"), Kind: "auth", Code: "ID47", Severity: High, Title: "'su root' failed for lonvick on /dev/pts/8", Detail: "su", Host: "mymachine.example.com", Told: true,
		}},
		"RFC 5424 with structured data": {Syslog, `<165>1 2026-01-01T22:14:15.003+08:00 gw evntslog 8710 ID47 [exampleSDID@32473 iut="3" eventSource="App \"]\" x"][x@1] An application event`, Event{
			At: at("2026-01-01T14:14:15.003Z"), Kind: "local4", Code: "ID47", Severity: Info, Title: "An application event", Detail: "evntslog", Host: "gw", Told: true,
		}},
		"RFC 5424 with nothing but structured data": {Syslog, `<163>1 2026-01-01T22:14:15Z gw - - - [x@1 a="b"]`, Event{
			At: at("2026-01-01T22:14:15Z"), Kind: "local4", Severity: Medium, Title: `[x@1 a="b"]`, Host: "gw", Told: true,
		}},
		"RFC 3164 of last year": {Syslog, `<34>Oct 11 22:14:15 mymachine su: 'su root' failed`, Event{
			At: at("2025-10-11T22:14:15Z"), Kind: "auth", Severity: High, Title: "'su root' failed", Detail: "su", Host: "mymachine", Told: true,
		}},
		"RFC 3164 with a process": {Syslog, `<86>Jan  2 07:59:01 gw sshd[4711]: Accepted publickey for root`, Event{
			At: at("2026-01-02T07:59:01Z"), Kind: "authpriv", Severity: Info, Title: "Accepted publickey for root", Detail: "sshd", Host: "gw", Told: true,
		}},
		"a line of a file with a time of RFC 3339": {Syslog, `2026-01-02T07:59:01.123456+08:00 gw kernel: eth1: link down`, Event{
			At: at("2026-01-01T23:59:01.123456Z"), Kind: "syslog", Severity: Info, Title: "eth1: link down", Detail: "kernel", Host: "gw", Told: true,
		}},
		"a notice of Zeek": {Zeek, `{"ts":1767340800.123456,"uid":"C1","id.orig_h":"10.0.0.3","id.orig_p":40003,"id.resp_h":"10.0.0.11","id.resp_p":502,"proto":"tcp","note":"Scan::Port_Scan","msg":"10.0.0.3 scanned 20 ports","sub":"local","src":"10.0.0.3","actions":["Notice::ACTION_LOG"]}`, Event{
			At: at("2026-01-02T08:00:00.123456Z"), Kind: "notice", Code: "Scan::Port_Scan", Severity: Medium, Title: "10.0.0.3 scanned 20 ports", Detail: "local", Client: "10.0.0.3", Server: "10.0.0.11", Port: 502, Protocol: "tcp", Told: true,
			Fields: []Field{{"note", "Scan::Port_Scan"}, {"msg", "10.0.0.3 scanned 20 ports"}, {"sub", "local"}},
		}},
		"a notice of Zeek without a connection": {Zeek, `{"ts":"2026-01-02T08:00:00.5Z","note":"Scan::Address_Scan","msg":"m","src":"10.0.0.3","p":502}`, Event{
			At: at("2026-01-02T08:00:00.5Z"), Kind: "notice", Code: "Scan::Address_Scan", Severity: Medium, Title: "m", Client: "10.0.0.3", Port: 502, Told: true,
			Fields: []Field{{"note", "Scan::Address_Scan"}, {"msg", "m"}},
		}},
		"a connection of Zeek is counted": {Zeek, `{"_path":"conn","ts":1767340800.25,"uid":"C1","id.orig_h":"fe80::1","id.resp_h":"10.0.0.11","id.resp_p":502,"proto":"tcp","service":"modbus","duration":1.5}`, Event{
			At: at("2026-01-02T08:00:00.25Z"), Kind: "conn", Severity: Info, Title: "conn", Client: "fe80::1", Server: "10.0.0.11", Port: 502, Protocol: "modbus",
		}},
		"a loss of Zeek's": {Zeek, `{"ts":1767340800,"ts_delta":900.0,"peer":"zeek","gaps":3,"acks":100,"percent_lost":3.0}`, Event{
			At: at("2026-01-02T08:00:00Z"), Kind: "capture_loss", Severity: Low, Title: "capture_loss", Detail: "3.0 %", Host: "zeek", Told: true,
		}},
		"an alert of Wazuh": {Wazuh, `{"timestamp":"2026-01-02T08:00:00.123+0000","rule":{"level":10,"description":"sshd: brute force trying to get access to the system.","id":"5712","firedtimes":1,"mail":false,"groups":["syslog","sshd"]},"agent":{"id":"001","name":"hmi-1","ip":"10.0.0.3"},"manager":{"name":"wazuh"},"id":"1767340800.1","full_log":"Jan  2 ...","decoder":{"name":"sshd"},"data":{"srcip":"192.0.2.7","srcport":"22"},"location":"/var/log/auth.log"}`, Event{
			At: at("2026-01-02T08:00:00.123Z"), Kind: "alert", Code: "5712", Severity: Medium, Title: "sshd: brute force trying to get access to the system.", Detail: "syslog, sshd", Host: "hmi-1", Client: "192.0.2.7", Told: true,
			Fields: []Field{{"decoder", "sshd"}, {"location", "/var/log/auth.log"}, {"full_log", "Jan  2 ..."}, {"srcport", "22"}},
		}},
		"Winlogbeat": {Windows, `{"@timestamp":"2026-01-02T08:00:00.000Z","message":"An account failed to log on.\n\nSubject:","log":{"level":"information"},"host":{"name":"hmi-1"},"winlog":{"event_id":"4625","channel":"Security","provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"hmi-1.plant","event_data":{"IpAddress":"192.0.2.7","LogonType":"3"}}}`, Event{
			At: at("2026-01-02T08:00:00Z"), Kind: "Security", Code: "4625", Severity: Info, Title: "An account failed to log on.", Detail: "Microsoft-Windows-Security-Auditing", Host: "hmi-1.plant", Client: "192.0.2.7", Told: true,
			Fields: []Field{{"EventID", "4625"}, {"Channel", "Security"}, {"Provider_Name", "Microsoft-Windows-Security-Auditing"}, {"Computer", "hmi-1.plant"}, {"LogonType", "3"}, {"IpAddress", "192.0.2.7"}},
		}},
		"NXLog": {Windows, `{"EventTime":"2026-01-02 08:00:00","Hostname":"hmi-1","Severity":"ERROR","EventID":7031,"SourceName":"Service Control Manager","Channel":"System","Message":"The service ended."}`, Event{
			At: at("2026-01-02T08:00:00Z"), Kind: "System", Code: "7031", Severity: Medium, Title: "The service ended.", Detail: "Service Control Manager", Host: "hmi-1", Told: true,
			Fields: []Field{{"EventID", "7031"}, {"Channel", "System"}, {"Provider_Name", "Service Control Manager"}, {"Computer", "hmi-1"}},
		}},
	}
}

func TestLinesOfEachFormatAreRead(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			got, err := new(Reader).Parse(s.format, []byte(s.line), read)
			if err != nil || !reflect.DeepEqual(got, s.want) {
				t.Errorf("%v\n got %+v\nwant %+v", err, got, s.want)
			}
		})
	}
}

func TestWhatIsNoLineOfAFormatIsRefused(t *testing.T) {
	for _, c := range []struct {
		format Format
		line   string
	}{
		{EVE, ``},
		{EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000"}`},
		{EVE, `{"timestamp":"yesterday","event_type":"alert"}`},
		{EVE, `{"timestamp":"1970-01-02T08:24:37.251547+0000","event_type":"alert"}`},
		{EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert","src_port":70000}`},
		{EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert"} {}`},
		{EVE, `{"timestamp":"2000-01-01T00:30:00.000000+0100","event_type":"alert"}`},
		{EVE, `[1]`},
		{EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert","alert":[1]}`},
		{EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert","alert":{"gid":-1}}`},
		{EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert","host":7}`},
		{EVE, `{"timestamp":"2026-01-02T08:24:37.251547+0000","event_type":"alert","alert":{"gid":1}`},
		{EVE, `{"timestamp":"0001-01-01T00:00:00.000000+0000","event_type":"alert"}`},
		{Syslog, `hello`},
		{Syslog, `<192>Oct 11 22:14:15 mymachine su: x`},
		{Syslog, `<34>1 - host app - - - x`},
		{Syslog, `<34>1 2026-01-01T22:14:15Z host app - -`},
		{Syslog, `<34>1 2026-01-01T22:14:15Z host app - - [x a="b] no end`},
		{Syslog, `<34>Okt 11 22:14:15 mymachine su: x`},
		{Zeek, `{"note":"x"}`},
		{Zeek, `{"ts":1e300,"note":"x"}`},
		{Wazuh, `{"timestamp":"","rule":{"id":"1"}}`},
		{Windows, `{"EventTime":"2026-01-02 08:00:00","Channel":"System"}`},
		{Format("evil"), `{}`},
	} {
		if e, err := new(Reader).Parse(c.format, []byte(c.line), read); err == nil {
			t.Errorf("%s %s: %+v", c.format, c.line, e)
		}
	}
}

func TestNoTextIsLongerThanBatchesHave(t *testing.T) {
	e, err := new(Reader).Parse(Syslog, []byte("<34>Oct 11 22:14:15 "+strings.Repeat("h", 999)+" su: "+strings.Repeat("长\x00\xff", 999)), read)
	if err != nil || len([]rune(e.Title)) > mostText || len([]rune(e.Host)) > mostText || strings.Contains(e.Title, "\x00") || !utf8.ValidString(e.Title) {
		t.Errorf("%v %+v", err, e)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range withTransactions(samples()) {
		for n, format := range Formats() {
			if format == s.format {
				f.Add(uint8(n), []byte(s.line))
			}
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, line []byte) {
		format := Formats()[int(n)%len(Formats())]
		e, err := new(Reader).Parse(format, line, read)
		if err != nil {
			if !reflect.DeepEqual(e, Event{}) {
				t.Errorf("a refused line says %+v", e)
			}
			return
		}
		if format == EVE && e.Severity == "" {
			if e.Kind == "" || !reflect.DeepEqual(e, Event{Kind: word(e.Kind)}) {
				t.Errorf("what is only counted says %+v", e)
			}
			return
		}
		for _, s := range []string{e.Title, e.Detail, e.Host} {
			if clean(s) != s {
				t.Errorf("%q is not as batches have it", s)
			}
		}
		for _, s := range []string{e.Client, e.Server} {
			if address(s) != s {
				t.Errorf("%q is no address", s)
			}
		}
		checkFields(t, e)
		if e.Kind == "" || word(e.Kind) != e.Kind || word(e.Code) != e.Code || word(e.Protocol) != e.Protocol || e.Severity == "" || e.At.Year() < 2000 || e.At.Year() >= 2100 {
			t.Errorf("%+v", e)
		}
	})
}
