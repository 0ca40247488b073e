package feed

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

type sampleLine = struct {
	format Format
	line   string
	want   Event
}

// head is what all events of EVE begin with.
func head(kind, src string, srcPort int, dest string, destPort int, more string) string {
	return fmt.Sprintf(`{"timestamp":"2026-01-02T08:24:37.251547+0000","flow_id":1,"in_iface":"eth1","event_type":"%s","src_ip":"%s","src_port":%d,"dest_ip":"%s","dest_port":%d,"proto":"TCP",%s}`, kind, src, srcPort, dest, destPort, more)
}

// transactions are events as Suricata 6, 7 and 8 write them.
func transactions() map[string]sampleLine {
	of := func(kind, title, detail, server string, port uint16, protocol string, facts []Fact, list ...Field) Event {
		return Event{At: at("2026-01-02T08:24:37.251547Z"), Kind: kind, Severity: Info, Title: title, Detail: detail, Client: "10.0.0.3", Server: server, Port: port, Protocol: protocol, Told: true, Transaction: true, Fields: list, Facts: facts}
	}
	return map[string]sampleLine{
		"a question of DNS, version 2": {EVE, head("dns", "10.0.0.3", 40003, "10.0.0.53", 53, `"dns":{"type":"query","id":16000,"rrname":"update.example.com","rrtype":"A","tx_id":0,"opcode":0}`), of("dns", "update.example.com", "A", "10.0.0.53", 53, "tcp", nil,
			Field{DNSQuery, "update.example.com"}, Field{DNSType, "A"})},
		"an answer of DNS, version 1": {EVE, head("dns", "10.0.0.53", 53, "10.0.0.3", 40003, `"dns":{"type":"answer","id":16000,"flags":"8180","qr":true,"rcode":"NOERROR","rrname":"hmi-1.plant.local","rrtype":"A","ttl":8,"rdata":"10.0.0.9"}`), of("dns", "hmi-1.plant.local", "A NOERROR", "10.0.0.53", 53, "tcp", []Fact{{"", "10.0.0.9", "dns", "name", "hmi-1.plant.local"}},
			Field{DNSQuery, "hmi-1.plant.local"}, Field{DNSType, "A"}, Field{DNSCode, "NOERROR"}, Field{DNSAnswer, "10.0.0.9"})},
		"an answer of DNS, version 2": {EVE, head("dns", "10.0.0.3", 40003, "10.0.0.53", 53, `"dns":{"version":2,"type":"answer","id":45444,"flags":"8180","qr":true,"rcode":"NOERROR","rrname":"www.example.org","rrtype":"A","answers":[{"rrname":"www.example.org","rrtype":"CNAME","ttl":3324,"rdata":"example.org"},{"rrname":"example.org","rrtype":"A","ttl":10,"rdata":"192.0.2.24"}],"grouped":{"A":["192.0.2.24"],"CNAME":["example.org"]}}`), of("dns", "www.example.org", "A NOERROR", "10.0.0.53", 53, "tcp", nil,
			Field{DNSQuery, "www.example.org"}, Field{DNSType, "A"}, Field{DNSCode, "NOERROR"}, Field{DNSAnswer, "example.org"}, Field{DNSAnswer, "192.0.2.24"})},
		"an answer of DNS, version 3": {EVE, head("dns", "10.0.0.3", 40003, "10.0.0.53", 53, `"ip_v":4,"dns":{"version":3,"type":"response","tx_id":1,"id":7,"flags":"8180","qr":true,"rd":true,"ra":true,"opcode":0,"rcode":"NXDOMAIN","queries":[{"rrname":"x.example.net","rrtype":"TXT"}],"authorities":[{"rrname":"example.net","rrtype":"SOA","ttl":1,"soa":{"mname":"ns"}}]}`), of("dns", "x.example.net", "TXT NXDOMAIN", "10.0.0.53", 53, "tcp", nil,
			Field{DNSQuery, "x.example.net"}, Field{DNSType, "TXT"}, Field{DNSCode, "NXDOMAIN"})},
		"a grouped answer of DNS, version 3, with data in parts": {EVE, head("dns", "10.0.0.3", 40003, "10.0.0.53", 53, `"dns":{"version":3,"type":"response","rcode":"NOERROR","queries":[{"rrname":"plc.plant.local","rrtype":"ANY"}],"grouped":{"A":["10.0.0.11"],"SRV":[{"priority":1,"weight":2,"port":502,"name":"plc-1.plant.local"}]}}`), of("dns", "plc.plant.local", "ANY NOERROR", "10.0.0.53", 53, "tcp", []Fact{{"", "10.0.0.11", "dns", "name", "plc.plant.local"}},
			Field{DNSQuery, "plc.plant.local"}, Field{DNSType, "ANY"}, Field{DNSCode, "NOERROR"}, Field{DNSAnswer, "10.0.0.11"}, Field{DNSAnswer, "plc-1.plant.local"})},
		"a handshake of TLS": {EVE, head("tls", "10.0.0.3", 40003, "10.0.0.11", 443, `"ether":{"src_mac":"00:0c:29:00:00:03","dest_mac":"00:0c:29:00:00:0b"},"app_proto":"tls","tls":{"subject":"CN=plc-1.plant.local, O=Works","issuerdn":"CN=Works CA","serial":"0A:FF","fingerprint":"AA:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd","sni":"plc-1.plant.local","version":"TLS 1.2","notbefore":"2025-01-01T00:00:00","notafter":"2027-01-01T00:00:00","subjectaltname":["plc-1.plant.local","plc-1"],"ja3":{"hash":"44d502d471cfdb99c59bdfb0f220e5a8","string":"771,4"},"ja3s":{"hash":"ec74a5c51106f0419184d0dd08fb05bc","string":"771"},"ja4":"t13d1516h2_8daaf6152771_b186095e22b6","certificate":"MIIC","chain":["MIIC"]}`), of("tls", "plc-1.plant.local", "TLS 1.2 CN=plc-1.plant.local, O=Works", "10.0.0.11", 443, "tls",
			[]Fact{{"00:0c:29:00:00:0b", "10.0.0.11", "tls", "description", "CN=plc-1.plant.local, O=Works"}, {"00:0c:29:00:00:0b", "10.0.0.11", "tls", "name", "plc-1.plant.local"}},
			Field{TLSName, "plc-1.plant.local"}, Field{TLSVersion, "TLS 1.2"}, Field{TLSPrint, "aabbccddeeff00112233445566778899aabbccdd"}, Field{TLSJA3, "44d502d471cfdb99c59bdfb0f220e5a8"}, Field{TLSJA3S, "ec74a5c51106f0419184d0dd08fb05bc"}, Field{TLSJA4, "t13d1516h2_8daaf6152771_b186095e22b6"}, Field{TLSSerial, "0aff"}, Field{TLSSubject, "CN=plc-1.plant.local, O=Works"}, Field{TLSIssuer, "CN=Works CA"}, Field{TLSFrom, "2025-01-01T00:00:00"}, Field{TLSTo, "2027-01-01T00:00:00"}, Field{TLSNames, "plc-1.plant.local"}, Field{TLSNames, "plc-1"})},
		"a request of HTTP, without what opens something": {EVE, head("http", "10.0.0.3", 40003, "203.0.113.9", 8080, `"app_proto":"http","http":{"hostname":"files.example.com","http_port":8080,"url":"/a/b.exe?id=7&Password=geheim&api_key=x#part","http_user_agent":"curl/8.1","http_content_type":"application/octet-stream","http_refer":"http://me:secret@files.example.com/?token=1","http_method":"GET","protocol":"HTTP/1.1","status":"200","length":310,"cookie":"s=1","http_request_body_printable":"secret","request_headers":[{"name":"Authorization","value":"Basic x"}]}`), of("http", "GET http://files.example.com:8080/a/b.exe?id=7&Password=***&api_key=***", "curl/8.1", "203.0.113.9", 8080, "http", []Fact{{"", "10.0.0.3", "http", "software", "curl/8.1"}},
			Field{HTTPHost, "files.example.com"}, Field{HTTPMethod, "GET"}, Field{HTTPURL, "/a/b.exe?id=7&Password=***&api_key=***"}, Field{HTTPWhole, "http://files.example.com:8080/a/b.exe?id=7&Password=***&api_key=***"}, Field{HTTPAgent, "curl/8.1"}, Field{HTTPStatus, "200"}, Field{HTTPType, "application/octet-stream"}, Field{HTTPRefer, "http://files.example.com/?token=***"}, Field{HTTPVersion, "HTTP/1.1"}, Field{HTTPLength, "310"})},
		"a file on its way to the client": {EVE, head("fileinfo", "203.0.113.9", 18080, "10.0.0.3", 40003, `"ether":{"src_mac":"00:00:00:00:00:00"},"app_proto":"http","http":{"hostname":"files.example.com","url":"/b.exe","http_method":"GET","status":200},"fileinfo":{"filename":"/b.exe","sid":[],"gaps":false,"state":"CLOSED","stored":false,"size":1048576,"tx_id":0,"magic":"PE32 executable","md5":"d41d8cd98f00b204e9800998ecf8427e","sha256":"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"}`), of("fileinfo", "b.exe", "PE32 executable", "203.0.113.9", 18080, "http", nil,
			Field{FileSHA256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, Field{FileMD5, "d41d8cd98f00b204e9800998ecf8427e"}, Field{FileName, "/b.exe"}, Field{FileSize, "1048576"}, Field{FileState, "CLOSED"}, Field{FileMagic, "PE32 executable"}, Field{HTTPHost, "files.example.com"}, Field{HTTPMethod, "GET"}, Field{HTTPURL, "/b.exe"}, Field{HTTPWhole, "http://files.example.com:18080/b.exe"}, Field{HTTPStatus, "200"})},
	}
}

func withTransactions(list map[string]sampleLine) map[string]sampleLine {
	maps.Copy(list, transactions())
	return list
}

func TestTransactionsOfEVEAreRead(t *testing.T) {
	for name, s := range transactions() {
		t.Run(name, func(t *testing.T) {
			got, err := new(Reader).Parse(s.format, []byte(s.line), read)
			if err != nil || !reflect.DeepEqual(got, s.want) {
				t.Errorf("%v\n got %+v\nwant %+v", err, got, s.want)
			}
		})
	}
}

func TestAnAlertHasWhatItIsAboutAndIsToldWithoutWhatCannotBeRead(t *testing.T) {
	line := head("alert", "10.0.0.3", 40003, "203.0.113.9", 80, `"app_proto":"http","alert":{"gid":1,"signature_id":9,"signature":"x","severity":1},"http":{"hostname":"evil.example","url":"/x"},"dns":{"query":[{"rrname":"y.example"}]},"tls":7,"payload":"c2VjcmV0","packet":"c2VjcmV0"`)
	e, err := new(Reader).Parse(EVE, []byte(line), read)
	if err != nil || !e.Told || e.Transaction || e.Title != "x" || len(e.Facts) != 0 {
		t.Fatalf("%v %+v", err, e)
	}
	if !slices.Contains(e.Fields, Field{HTTPWhole, "http://evil.example/x"}) || strings.Contains(fmt.Sprint(e), "c2VjcmV0") {
		t.Errorf("%+v", e.Fields)
	}
}

func TestTransactionsThatAreNoneAreRefused(t *testing.T) {
	for _, c := range []struct{ kind, more string }{
		{"dns", `"x":1`},
		{"dns", `"dns":null`},
		{"dns", `"dns":[]`},
		{"dns", `"dns":{"type":"query"}`},
		{"dns", `"dns":{"queries":{"rrname":"x"}}`},
		{"dns", `"dns":{"rrname":{"a":1}}`},
		{"tls", `"tls":{}`},
		{"tls", `"tls":{"sni":7}`},
		{"tls", `"tls":{"sni":"x","ja3":"44d502d471cfdb99c59bdfb0f220e5a8"}`},
		{"http", `"http":{}`},
		{"http", `"http":{"hostname":"x","status":"ok"}`},
		{"http", `"http":{"hostname":"x","http_port":70000}`},
		{"fileinfo", `"fileinfo":{"size":1}`},
		{"fileinfo", `"fileinfo":{"filename":"x","size":-1.5}`},
	} {
		if e, err := new(Reader).Parse(EVE, []byte(head(c.kind, "10.0.0.3", 1, "10.0.0.4", 2, c.more)), read); err == nil || !strings.Contains(err.Error(), c.kind) {
			t.Errorf("%s %s: %v %+v", c.kind, c.more, err, e)
		}
	}
}

func TestATransactionHasNoMoreThanItsBounds(t *testing.T) {
	long := strings.Repeat("长", 2000)
	for kind, more := range map[string]string{
		"dns":      `"dns":{"queries":[` + strings.Repeat(`{"rrname":"`+long+`","rrtype":"A"},`, 100) + `{"rrname":"x"}],"answers":[` + strings.Repeat(`{"rrname":"x","rrtype":"A","rdata":"10.0.0.1"},`, 5000) + `{}]}`,
		"tls":      `"tls":{"sni":"` + long + `","subject":"` + long + `","issuerdn":"` + long + `","subjectaltname":["` + strings.Repeat(`x","`, 5000) + `y"]}`,
		"http":     `"http":{"hostname":"` + long + `","url":"/` + long + `","http_user_agent":"` + long + `\u0000\u001b[2J"}`,
		"fileinfo": `"fileinfo":{"filename":"` + long + `","magic":"` + long + `","sha256":"` + strings.Repeat("a", 999) + `"}`,
	} {
		e, err := new(Reader).Parse(EVE, []byte(head(kind, "10.0.0.3", 40003, "10.0.0.4", 80, more)), read)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		checkFields(t, e)
	}
}

// checkFields fails a test whose event has fields or facts that batches do not have.
func checkFields(t *testing.T, e Event) {
	t.Helper()
	size := 0
	count, text, most := (&fields{long: len(e.Fields) > 0 && e.Fields[0].Name == "EventID"}).bounds()
	for _, f := range e.Fields {
		size += len(f.Value)
		if f.Value == "" || cleanTo(f.Value, text) != f.Value || word(f.Name) != f.Name {
			t.Errorf("%s: %q is not as batches have it", f.Name, f.Value)
		}
	}
	if len(e.Fields) > count || size > most || len(e.Facts) > mostValues {
		t.Errorf("%d fields of %d octets, %d facts", len(e.Fields), size, len(e.Facts))
	}
	for _, f := range e.Facts {
		if f.Value == "" || clean(f.Value) != f.Value || !ofPlant(f.Addr) || address(f.Addr) != f.Addr {
			t.Errorf("%+v", f)
		}
	}
}

func TestURLsLoseWhatOpensSomething(t *testing.T) {
	for in, want := range map[string]string{
		"/a?id=1&b=2":                           "/a?id=1&b=2",
		"/a?PASSWORD=x&user_token=y&c":          "/a?PASSWORD=***&user_token=***&c",
		"/a?%70assword=x":                       "/a?%70assword=***",
		"https://u:p@h.example:8443/a?x=1#frag": "https://h.example:8443/a?x=1",
		"http://u@h.example":                    "http://h.example",
		"h.example:443":                         "h.example:443",
		"/a@b?x=%zz&sid=1":                      "/a@b?x=%zz&sid=***",
	} {
		if got := plainURL(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
