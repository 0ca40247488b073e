package security_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/lib/est"
	"linghang/modules/security"
	"linghang/modules/security/internal/batch"
)

// listener is a probe of ours that is enrolled and registered.
type listener struct {
	*kerneltest.City
	kit     *module.Kit
	key     *ecdsa.PrivateKey
	own     *x509.Certificate
	sensor  string
	ahead   time.Duration // of its clock
	answers bool          // what was said around alerts
	reply   []byte        // to the last batch
}

func newListener(t *testing.T, o kerneltest.Options, consent string) *listener {
	t.Helper()
	l := &listener{}
	l.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		l.kit = k.Kit("security")
		return []module.Module{security.New(l.kit, k.Directory(), nil)}
	}, o)
	var m struct{ ID, Token string }
	l.Send(t, "POST", "/api/machine/machines", "manager-ours", `{"name":"探针","kind":"probe"}`).Decode(t, &m)
	var err error
	if l.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, l.key)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", est.PathEnrol, bytes.NewReader(est.Encode(der)))
	r.TLS = &tls.ConnectionState{}
	r.SetBasicAuth("", m.Token)
	r.Header.Set("Content-Type", est.TypeRequest)
	list, err := est.DecodeCertificates(l.Do(r).Body)
	if err != nil {
		t.Fatal(err)
	}
	l.own = list[0]
	var s struct{ ID string }
	l.Send(t, "POST", "/api/security/sensors", "manager-ours", fmt.Sprintf(`{"name":"一号线","machine_id":%q,"consent":%q}`, m.ID, consent)).Decode(t, &s)
	l.sensor = s.ID
	return l
}

func body(t *testing.T, stream batch.Stream, sequence int64, more func(*batch.Batch)) []byte {
	t.Helper()
	at := time.Now().UTC().Truncate(time.Second)
	b := batch.Batch{Format: 1, Spool: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Stream: stream, Sequence: sequence, MadeAt: at, Run: "x", Input: "eth1", Version: "1", Live: true}
	if stream == batch.Records {
		b.Records = []batch.Record{{At: at, Why: []string{batch.WhyWrite}, Flow: 1, Client: "10.0.0.2", Server: "10.0.0.1", Port: 40001, Transport: "tcp", Orientation: "nothing", Protocol: "modbus", Function: "write_single_register", Class: "write", Unit: 1, FromClient: true}}
		b.Facts = []batch.Fact{{At: at, MAC: "02:00:00:00:00:02", Addr: "10.0.0.2", Source: "modbus", Kind: "model", Value: "PLC-7"}}
	} else {
		b.Aggregates = []batch.Aggregate{{From: at.Truncate(10 * time.Second), Seconds: 10, Client: "10.0.0.1", Server: "10.0.0.2", Port: 502, Protocol: "modbus", Class: "read", Function: "read_holding_registers", Requests: 5, Responses: 5}}
	}
	if more != nil {
		more(&b)
	}
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// post sends a batch with a key's signature.
func (l *listener) post(t *testing.T, key *ecdsa.PrivateKey, text []byte) (int, string) {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sig, err := batch.Sign(key, text)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/api/security/probe/batches", &z)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{l.own}}
	r.Header.Set("Content-Type", batch.MediaType)
	r.Header.Set("Date", time.Now().Add(l.ahead).UTC().Format(http.TimeFormat))
	r.Header.Set(batch.Header, sig)
	if l.answers {
		r.Header.Set(batch.AroundHeader, "1")
	}
	reply := l.Do(r)
	l.reply = reply.Body
	var p struct{ Key, State string }
	_ = json.Unmarshal(reply.Body, &p)
	return reply.Status, p.Key + p.State
}

func (l *listener) expect(t *testing.T, what string, status int, said string, key *ecdsa.PrivateKey, text []byte) {
	t.Helper()
	if s, k := l.post(t, key, text); s != status || k != said {
		t.Errorf("%s: %d %s, want %d %s", what, s, k, status, said)
	}
}

func TestABatchIsTakenOnceAndWhatIsMissingIsKnown(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "figures")
		first := body(t, batch.Records, 1, nil)
		l.expect(t, "the first", 200, "taken", l.key, first)
		l.expect(t, "again", 200, "repeated", l.key, first)
		l.expect(t, "another under its number", 409, "security.batch.taken", l.key, body(t, batch.Records, 1, func(b *batch.Batch) { b.Input = "eth2" }))
		stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		l.expect(t, "of another key", 401, "security.batch.signature", stranger, body(t, batch.Records, 2, nil))
		l.expect(t, "no batch", 422, "security.batch.wrong", l.key, []byte(`{"format":1,"surprise":2}`))
		l.expect(t, "one after a gap", 200, "taken", l.key, body(t, batch.Aggregates, 3, nil))
		l.expect(t, "a correction", 200, "taken", l.key, body(t, batch.Records, 2, func(b *batch.Batch) {
			b.Facts, b.Records[0].Why, b.Records[0].Client, b.Records[0].Server, b.Records[0].Port = nil, []string{batch.WhyCorrected}, "10.0.0.1", "10.0.0.2", 502
		}))
		var v struct {
			State  string
			Losses struct{ Missing, Repeated, Rejected int64 }
		}
		l.Get(t, "/api/security/sensors/"+l.sensor, "manager-ours").Decode(t, &v)
		if v.State != "working" || v.Losses.Missing != 2 || v.Losses.Repeated != 1 || v.Losses.Rejected != 3 {
			t.Errorf("%+v", v)
		}
		var records struct {
			Items []struct {
				Client, Server string
				Corrected      bool
			}
		}
		l.Get(t, "/api/security/sensors/"+l.sensor+"/records?why=write", "manager-ours").Decode(t, &records)
		if len(records.Items) != 1 || !records.Items[0].Corrected || records.Items[0].Client != "10.0.0.1" {
			t.Errorf("%+v", records)
		}
		for _, what := range []string{"/traffic", "/pairs", "/network", "/facts", "/assets", "/logs", "/looks"} {
			if r := l.Get(t, "/api/security/sensors/"+l.sensor+what, "manager-ours"); r.Status != 200 {
				t.Errorf("%s: %d %s", what, r.Status, r.Body)
			}
		}
	})
}

func TestLogsOfOtherSensorsAreKeptWithWhereTheyStand(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		logs := func(sequence int64, lines uint64, titles ...string) []byte {
			return body(t, batch.Logs, sequence, func(b *batch.Batch) {
				b.Aggregates, b.Feeds = nil, []batch.Feed{{Name: "eve.json", Format: "eve", Lines: lines, Told: uint64(len(titles)), Unread: 1, Dropped: 7, Offset: int64(lines)}}
				for i, title := range titles {
					b.Logs = append(b.Logs, batch.Log{At: b.MadeAt, Feed: "eve.json", Format: "eve", Kind: "alert", Code: "1:9", Severity: []string{"high", "low"}[i%2], Title: title, Client: "10.0.0.3", Server: "10.0.0.11", Digest: strings.Repeat("a", 64), Offset: 5, Size: 9})
				}
			})
		}
		l.expect(t, "the second", 200, "taken", l.key, logs(2, 40, "c"))
		first := logs(1, 20, "a", "b")
		l.expect(t, "the first, late", 200, "taken", l.key, first)
		l.expect(t, "again", 200, "repeated", l.key, first)
		l.expect(t, "with a digest that is none", 422, "security.batch.wrong", l.key, body(t, batch.Logs, 3, func(b *batch.Batch) {
			b.Aggregates, b.Logs = nil, []batch.Log{{At: b.MadeAt, Feed: "x", Format: "eve", Kind: "alert", Severity: "high", Digest: "a"}}
		}))
		again := func(n uint64, until time.Duration) []byte {
			return body(t, batch.Logs, 3, func(b *batch.Batch) {
				b.Aggregates, b.Logs = nil, []batch.Log{{At: b.MadeAt, Feed: "x", Format: "syslog", Kind: "alert", Severity: "info", Title: "d", Digest: strings.Repeat("b", 64), Again: n, Until: b.MadeAt.Add(until)}}
			})
		}
		l.expect(t, "again before it was first", 422, "security.batch.wrong", l.key, again(4, -time.Second))
		l.expect(t, "not again, but until", 422, "security.batch.wrong", l.key, again(0, time.Second))
		l.expect(t, "again", 200, "taken", l.key, again(4, 9*time.Second))
		l.expect(t, "logs among records", 422, "security.batch.wrong", l.key, body(t, batch.Records, 1, func(b *batch.Batch) { b.Feeds = []batch.Feed{{Name: "x", Format: "eve"}} }))
		var v struct {
			Feeds []struct{ Lines, Unread, Dropped, Position int64 }
		}
		l.Get(t, "/api/security/sensors/"+l.sensor, "manager-ours").Decode(t, &v)
		if len(v.Feeds) != 1 || v.Feeds[0].Lines != 40 || v.Feeds[0].Unread != 1 || v.Feeds[0].Dropped != 7 || v.Feeds[0].Position != 40 {
			t.Errorf("%+v", v)
		}
		for query, want := range map[string]int{"": 4, "?severity=high": 2, "?severity=low": 3, "?host=10.0.0.11": 3, "?host=10.0.0.1": 0, "?format=syslog": 1, "?code=1:9": 3, "?q=b": 1} {
			var page struct {
				Items []struct {
					Digest, Title string
					At            time.Time
					Again         int
					Until         *time.Time
				}
			}
			l.Get(t, "/api/security/sensors/"+l.sensor+"/logs"+query, "manager-ours").Decode(t, &page)
			if len(page.Items) != want {
				t.Errorf("%s: %+v", query, page)
			}
			for _, x := range page.Items {
				switch {
				case x.Title == "d" && (x.Again != 4 || x.Until == nil || x.Until.Sub(x.At) != 9*time.Second),
					x.Title != "d" && (x.Again != 0 || x.Until != nil || x.Digest != strings.Repeat("a", 64)):
					t.Errorf("%s: %+v", query, x)
				}
			}
		}
	})
}

func TestWhatIsSeenIsComparedWithWhatIsDeclared(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		const door = "/api/security/inventory/comparison"
		states := func(who, query string) string {
			t.Helper()
			var page struct {
				Items []struct{ Name, State string }
			}
			l.Get(t, door+query, who).Decode(t, &page)
			var out []string
			for _, x := range page.Items {
				out = append(out, x.Name+" "+x.State)
			}
			return strings.Join(out, ", ")
		}
		if got := states("manager-ours", ""); got != "" {
			t.Errorf("before anything was seen: %s", got)
		}
		l.expect(t, "facts", 200, "taken", l.key, body(t, batch.Records, 1, nil))
		l.expect(t, "conversations", 200, "taken", l.key, body(t, batch.Aggregates, 1, nil))
		for name, mac := range map[string]string{"主控": "02:00:00:00:00:02", "备件": "02:00:00:00:00:99"} {
			if r := l.Send(t, "POST", "/api/security/assets", "manager-ours", fmt.Sprintf(`{"name":%q,"role":"plc","vendor":"","product":"","model":"","order_number":"","firmware":"","serial":"","addresses":[{"mac":%q}],"zone":"","zone_level":0,"criticality":2,"reach":"internal","responsible":"","site":"","note":""}`, name, mac)); r.Status != 201 {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
		}
		if got := states("manager-ours", ""); got != "10.0.0.1 unknown, 备件 not_seen, 主控 agrees" {
			t.Error(got)
		}
		if got := states("manager-theirs", ""); got != "" {
			t.Errorf("another enterprise sees %s", got)
		}
		// With consent the city sees what is declared, and of the wire what the enterprise opened.
		if r := l.Send(t, "POST", "/api/security/inventory/consent", "manager-ours", `{"purpose":"test"}`); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		if got := states("officer", "?organisation="+l.Ours.ID); strings.Contains(got, "10.0.0.1") || !strings.Contains(got, "主控") {
			t.Errorf("the city sees %s", got)
		}
		var figures struct{ Hidden, Sensors, Observed int }
		l.Get(t, door+"/figures?organisation="+l.Ours.ID, "officer").Decode(t, &figures)
		if figures.Hidden != 1 || figures.Sensors+figures.Observed != 0 {
			t.Errorf("what is not open: %+v", figures)
		}
		if r := l.Get(t, "/api/security/inventory/accesses", "manager-ours"); !strings.Contains(string(r.Body), `"way":"comparison"`) {
			t.Errorf("nobody was told of the look: %s", r.Body)
		}
		// What was seen is declared from the comparison.
		var page struct{ Items []struct{ ID, Name string } }
		l.Get(t, door+"?state=unknown", "manager-ours").Decode(t, &page)
		if r := l.Send(t, "POST", door+"/declaration", "manager-ours", fmt.Sprintf(`{"ids":[%q],"role":"workstation","criticality":2,"reach":"internal"}`, page.Items[0].ID)); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		if got := states("manager-ours", "?sort=name&deviation=no"); got != "10.0.0.1 agrees, 主控 agrees" {
			t.Error(got)
		}
	})
}

func TestAClockThatIsADayOffIsToldAndTimesArePutRight(t *testing.T) {
	for _, ahead := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		l := newListener(t, kerneltest.Options{}, "none")
		l.ahead = ahead
		shifted := func(stream batch.Stream) []byte {
			return body(t, stream, 1, func(b *batch.Batch) {
				b.MadeAt = b.MadeAt.Add(ahead)
				for i := range b.Records {
					b.Records[i].At = b.Records[i].At.Add(ahead)
				}
				for i := range b.Aggregates {
					b.Aggregates[i].From = b.Aggregates[i].From.Add(ahead)
				}
			})
		}
		began := time.Now()
		l.expect(t, "records", 200, "taken", l.key, shifted(batch.Records))
		l.expect(t, "aggregates", 200, "taken", l.key, shifted(batch.Aggregates))
		var v struct {
			State       string    `json:"state"`
			ClockOff    bool      `json:"clock_off"`
			SkewSeconds int64     `json:"skew_seconds"`
			PacketAt    time.Time `json:"packet_at"`
			Losses      struct{ Missing, Rejected int64 }
		}
		l.Get(t, "/api/security/sensors/"+l.sensor, "manager-ours").Decode(t, &v)
		if off := time.Duration(v.SkewSeconds)*time.Second - ahead; !v.ClockOff || off.Abs() > 5*time.Second || v.State != "working" || v.Losses.Missing+v.Losses.Rejected != 0 {
			t.Errorf("%s ahead: %+v", ahead, v)
		}
		var records struct{ Items []struct{ At time.Time } }
		l.Get(t, "/api/security/sensors/"+l.sensor+"/records", "manager-ours").Decode(t, &records)
		if len(records.Items) != 1 || records.Items[0].At.Sub(began).Abs() > time.Minute || v.PacketAt.Sub(began).Abs() > time.Minute {
			t.Errorf("%s ahead: %+v, the newest data of %s", ahead, records, v.PacketAt)
		}
	}
}

func TestTheCitySeesWhatTheEnterpriseLetsItSee(t *testing.T) {
	l := newListener(t, kerneltest.Options{}, "none")
	l.expect(t, "a batch", 200, "taken", l.key, body(t, batch.Records, 1, nil))
	path := "/api/security/sensors/" + l.sensor
	see := func(what string, who, path string, status int) {
		t.Helper()
		if r := l.Get(t, path, who); r.Status != status {
			t.Errorf("%s: %d %.200s, want %d", what, r.Status, r.Body, status)
		}
	}
	say := func(consent string, version int) {
		t.Helper()
		if r := l.Send(t, "PUT", path+"/consent", "manager-ours", `{"consent":"`+consent+`"}`, "If-Match", fmt.Sprintf(`"%d"`, version)); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	see("without consent", "officer", path, 404)
	see("a stranger", "manager-theirs", path, 404)
	say("figures", 1)
	see("figures", "officer", path, 200)
	see("figures and no more", "officer", path+"/records", 403)
	see("figures and no logs", "officer", path+"/logs", 403)
	see("figures and no picture", "officer", path+"/network", 403)
	say("detail", 2)
	see("detail", "officer", path+"/records", 200)
	see("a stranger", "manager-theirs", path+"/records", 404)
	if r := l.Get(t, path+"/looks", "manager-ours"); r.Status != 200 || !strings.Contains(string(r.Body), `"what":"records"`) {
		t.Errorf("the enterprise does not read who looked: %s", r.Body)
	}
	say("none", 3)
	see("withdrawn", "officer", path, 404)
}
