package security_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/security/internal/batch"
)

type flowRow struct {
	Client   string `json:"client_zone"`
	Server   string `json:"server_zone"`
	Standing string
	Pairs    int
	Lines    []struct {
		Protocol, Standing string
		Classes            []string
		Commands           bool
	}
}

type planRow struct {
	Enforced, May, Own bool
	Version            int64
	Hidden, Sensors    int
	Total              int `json:"unplaced_total"`
	Shown              []struct {
		Name                  string
		Level, Levels, Assets int
	}
	Ways     []conduitRow
	Flows    []flowRow
	Unplaced []struct{ Addr, Asset, Why string }
}

type conduitRow struct {
	ID        string
	Client    string `json:"client_zone"`
	Server    string `json:"server_zone"`
	Protocols []string
	Commands  bool
	Version   int64
	NoServers bool `json:"no_servers"`
}

// zoned is a listener whose enterprise has an office and a control zone.
type zoned struct {
	*learner
}

func newZoned(t *testing.T, o kerneltest.Options, consent string) *zoned {
	t.Helper()
	z := &zoned{&learner{listener: newListener(t, o, consent)}}
	for _, a := range []struct {
		ip, zone string
		level    int
	}{{"10.0.0.1", "控制", 2}, {"10.0.0.2", "控制", 3}, {"10.0.0.9", "办公", 1}, {"10.0.0.8", "", 0}} {
		z.asset(t, a.ip, a.zone, a.level)
	}
	return z
}

func (z *zoned) asset(t *testing.T, ip, zone string, level int) {
	t.Helper()
	r := z.Send(t, "POST", "/api/security/assets", "manager-ours", fmt.Sprintf(`{"name":"资产 %s","role":"plc","vendor":"","product":"","model":"","order_number":"","firmware":"","serial":"","addresses":[{"ip":%q}],"zone":%q,"zone_level":%d,"criticality":2,"reach":"internal","responsible":"","site":"","note":""}`, ip, ip, zone, level))
	if r.Status != http.StatusCreated {
		t.Fatalf("declare %s: %d %s", ip, r.Status, r.Body)
	}
}

func (z *zoned) call(t *testing.T, who, method, path, body string, version int64) kerneltest.Reply {
	t.Helper()
	var header []string
	if version > 0 {
		header = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(version))}
	}
	return z.Send(t, method, "/api/security"+path, who, body, header...)
}

// says tells that a call is answered so, and returns what it said.
func (z *zoned) wants(t *testing.T, status int, key string, r kerneltest.Reply) kerneltest.Reply {
	t.Helper()
	if r.Status != status || !strings.Contains(string(r.Body), key) {
		t.Fatalf("%d %s, want %d %s", r.Status, r.Body, status, key)
	}
	return r
}

func (z *zoned) plan(t *testing.T) (p planRow) {
	t.Helper()
	z.wants(t, http.StatusOK, "", z.Get(t, "/api/security/zones", "manager-ours")).Decode(t, &p)
	return p
}

func (z *zoned) flow(t *testing.T, client, server string) flowRow {
	t.Helper()
	for _, f := range z.plan(t).Flows {
		if f.Client == client && f.Server == server {
			return f
		}
	}
	return flowRow{}
}

func (z *zoned) enforce(t *testing.T, on bool) {
	t.Helper()
	z.wants(t, http.StatusOK, "", z.call(t, "manager-ours", "PUT", "/zones/enforcement", fmt.Sprintf(`{"enforced":%v,"reason":"与网络图核对"}`, on), z.plan(t).Version))
}

// record is a record as the probe keeps it.
func record(client, server, protocol, function, class, why string) batch.Record {
	return batch.Record{At: time.Now().UTC().Truncate(time.Second), Why: []string{why}, Flow: 1, Client: client, Server: server, Port: 502, Transport: "tcp", Orientation: "port", Confidence: 80, Protocol: protocol, Function: function, Class: class, Unit: 1, FromClient: true}
}

func (z *zoned) tell(t *testing.T, list ...batch.Record) {
	t.Helper()
	z.sequence++
	z.expect(t, "records", 200, "taken", z.key, body(t, batch.Records, z.sequence, func(b *batch.Batch) { b.Records, b.Facts = list, nil }))
	z.idle(t)
}

func (z *zoned) found(t *testing.T) map[string]zoneAlert {
	t.Helper()
	var page struct{ Items []zoneAlert }
	z.Get(t, "/api/security/alerts?limit=100", "manager-ours").Decode(t, &page)
	out := map[string]zoneAlert{}
	for _, a := range page.Items {
		if strings.Contains(a.Rule.ZH, "导管") {
			out[a.Rule.ZH] = a
		}
	}
	return out
}

type zoneAlert struct {
	alertRow
	Technique  string
	ClientZone string `json:"client_zone"`
	ServerZone string `json:"server_zone"`
}

func TestConduitsAreDeclaredBetweenZonesThatAssetsHave(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		z := newZoned(t, o, "none")
		const good = `{"client_zone":" 办公 ","server_zone":"控制","protocols":["modbus","dnp3","modbus"],"commands":false,"note":"报表","responsible":"王工"}`
		for name, c := range map[string]struct{ body, want string }{
			"a zone that nobody has": {strings.Replace(good, "控制", "控制区", 1), "no asset is in this zone"},
			"within a zone":          {strings.Replace(good, " 办公 ", "控制", 1), "within a zone no conduit is needed"},
			"no zone":                {strings.Replace(good, " 办公 ", " ", 1), "name a zone"},
			"no such protocol":       {strings.Replace(good, "dnp3", "mod bus", 1), "body.protocols[1]"},
		} {
			r := z.call(t, "manager-ours", "POST", "/conduits", c.body, 0)
			if r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), c.want) {
				t.Errorf("%s: %d %s", name, r.Status, r.Body)
			}
		}
		z.wants(t, http.StatusForbidden, "", z.call(t, "viewer-ours", "POST", "/conduits", good, 0))
		z.wants(t, http.StatusForbidden, "security.zone", z.call(t, "officer", "POST", "/conduits", good, 0))
		var c conduitRow
		z.wants(t, http.StatusCreated, "", z.call(t, "manager-ours", "POST", "/conduits", good, 0)).Decode(t, &c)
		if c.Client != "办公" || strings.Join(c.Protocols, " ") != "dnp3 modbus" || c.Version != 1 {
			t.Errorf("%+v", c)
		}
		z.wants(t, http.StatusConflict, "security.conduit.twice", z.call(t, "manager-ours", "POST", "/conduits", good, 0))

		// A change needs the version that was read.
		path := "/conduits/" + c.ID
		z.wants(t, http.StatusPreconditionRequired, "", z.call(t, "manager-ours", "PUT", path, good, 0))
		z.wants(t, http.StatusPreconditionFailed, "kernel.stale", z.call(t, "manager-ours", "PUT", path, good, 7))
		z.wants(t, http.StatusOK, `"commands":true`, z.call(t, "manager-ours", "PUT", path, strings.Replace(good, "false", "true", 1), 1))

		// Others do not learn of it.
		for _, who := range []string{"manager-theirs", "officer"} {
			z.wants(t, http.StatusNotFound, "", z.call(t, who, "GET", path, "", 0))
			if r := z.Get(t, "/api/security/conduits", who); strings.Contains(string(r.Body), "办公") {
				t.Errorf("%s: %s", who, r.Body)
			}
			z.wants(t, http.StatusNotFound, "", z.Get(t, "/api/security/zones?organisation="+z.Ours.ID, who))
		}
		z.wants(t, http.StatusNotFound, "", z.call(t, "manager-theirs", "PUT", path, good, 2))
		z.wants(t, http.StatusNotFound, "", z.call(t, "manager-theirs", "DELETE", path, "", 2))

		p := z.plan(t)
		if len(p.Shown) != 2 || p.Shown[0].Name != "办公" || p.Shown[1].Assets != 2 || p.Shown[1].Level != 3 || p.Shown[1].Levels != 2 || !p.May || p.Enforced {
			t.Errorf("%+v", p)
		}

		// What is enforced is what was looked at, and the last conduit stays meanwhile.
		z.wants(t, http.StatusPreconditionFailed, "", z.call(t, "manager-ours", "PUT", "/zones/enforcement", `{"enforced":true,"reason":"x"}`, p.Version-1))
		z.wants(t, http.StatusUnprocessableEntity, "security.zone.reason", z.call(t, "manager-ours", "PUT", "/zones/enforcement", `{"enforced":true,"reason":" "}`, p.Version))
		z.enforce(t, true)
		z.wants(t, http.StatusConflict, "security.conduit.last", z.call(t, "manager-ours", "DELETE", path, "", 2))
		z.enforce(t, false)
		z.wants(t, http.StatusNoContent, "", z.call(t, "manager-ours", "DELETE", path, "", 2))
		z.wants(t, http.StatusConflict, "security.zone.none", z.call(t, "manager-ours", "PUT", "/zones/enforcement", `{"enforced":true,"reason":"x"}`, z.plan(t).Version))
	})
}

func TestWhatSensorsSawStandsBesideWhatIsDeclared(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		z := newZoned(t, o, "none")
		at := time.Now()
		strange := says("10.0.0.77", "read_coils", "read", 1, at)
		inner := says("10.0.0.1", "read_coils", "read", 1, at)
		nameless := says("10.0.0.8", "read_coils", "read", 1, at)
		wrong := says("10.0.0.66", "exception", "error", 1, at)
		z.hear(t, says("10.0.0.9", "read_coils", "read", 1, at), says("10.0.0.9", "write_single_register", "write", 1, at), strange, inner, nameless, wrong)
		ssh := says("10.0.0.9", "connection", "session", 0, at)
		ssh.Protocol, ssh.Port = "ssh", 22
		z.hear(t, ssh)
		p := z.plan(t)
		if f := z.flow(t, "办公", "控制"); f.Standing != "undeclared" || f.Pairs != 1 || len(f.Lines) != 2 || !f.Lines[0].Commands || f.Lines[1].Commands {
			t.Errorf("%+v", f)
		}
		if z.flow(t, "控制", "控制").Standing != "within" || z.flow(t, "", "控制").Standing != "unknown" || len(p.Flows) != 3 {
			t.Errorf("%+v", p.Flows)
		}
		why := map[string]string{}
		for _, u := range p.Unplaced {
			why[u.Addr] = u.Why
		}
		if p.Total != 2 || why["10.0.0.77"] != "no_asset" || why["10.0.0.8"] != "no_zone" {
			t.Errorf("%+v", p.Unplaced)
		}

		// It is taken over so that it lets just that pass.
		take := func(commands bool) kerneltest.Reply {
			return z.call(t, "manager-ours", "POST", "/zones/takeover", fmt.Sprintf(`{"flows":[{"client_zone":"办公","server_zone":"控制"}],"commands":%v,"note":"现有业务","responsible":"王工"}`, commands), 0)
		}
		z.wants(t, http.StatusOK, "", take(false))
		if p := z.plan(t); len(p.Ways) != 1 || p.Ways[0].Commands || strings.Join(p.Ways[0].Protocols, " ") != "modbus ssh" {
			t.Fatalf("%+v", p.Ways)
		}
		if f := z.flow(t, "办公", "控制"); f.Standing != "reading" || f.Lines[0].Standing != "reading" || f.Lines[1].Standing != "covered" {
			t.Errorf("%+v", f)
		}
		z.wants(t, http.StatusConflict, "security.zone.nothing", take(false))
		z.wants(t, http.StatusOK, "", take(true))
		if p := z.plan(t); len(p.Ways) != 2 || !p.Ways[1].Commands || strings.Join(p.Ways[1].Protocols, " ") != "modbus" {
			t.Fatalf("%+v", p.Ways)
		}
		if f := z.flow(t, "办公", "控制"); f.Standing != "covered" {
			t.Errorf("%+v", f)
		}
		z.wants(t, http.StatusConflict, "body.flows[0]", take(true))

		// A conduit that nobody uses, and one whose zone nobody is in any more, are shown as such.
		z.wants(t, http.StatusCreated, "", z.call(t, "manager-ours", "POST", "/conduits", `{"client_zone":"控制","server_zone":"办公","protocols":[],"commands":false,"note":"","responsible":""}`, 0))
		if f := z.flow(t, "控制", "办公"); f.Standing != "unseen" {
			t.Errorf("%+v", f)
		}
	})
}

func TestTheCityComparesOnlyWhatWasOpenedToIt(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		z := newZoned(t, o, "figures")
		z.hear(t, says("10.0.0.9", "read_coils", "read", 1, time.Now()))
		of := "/api/security/zones?organisation=" + z.Ours.ID
		z.wants(t, http.StatusNotFound, "", z.Get(t, of, "officer"))
		z.wants(t, http.StatusOK, "", z.call(t, "manager-ours", "POST", "/inventory/consent", `{"purpose":"应急处置"}`, 0))
		var p planRow
		z.wants(t, http.StatusOK, "", z.Get(t, of, "officer")).Decode(t, &p)
		if p.Own || p.May || p.Hidden != 1 || p.Sensors != 0 || len(p.Flows) != 0 || len(p.Shown) != 2 {
			t.Errorf("with the assets open and the sensor not: %+v", p)
		}
		z.wants(t, http.StatusOK, "", z.call(t, "manager-ours", "PUT", "/sensors/"+z.sensor+"/consent", `{"consent":"detail"}`, z.sensorVersion(t)))
		z.wants(t, http.StatusOK, "", z.Get(t, of, "officer")).Decode(t, &p)
		if p.Hidden != 0 || len(p.Flows) != 1 {
			t.Errorf("with both open: %+v", p)
		}
		z.wants(t, http.StatusOK, `"way":"zones"`, z.Get(t, "/api/security/inventory/accesses", "manager-ours"))
		z.wants(t, http.StatusOK, `"what":"zones"`, z.Get(t, "/api/security/sensors/"+z.sensor+"/looks", "manager-ours"))
		z.wants(t, http.StatusOK, z.Ours.ID, z.Get(t, "/api/security/zone-plans", "officer"))
		z.wants(t, http.StatusForbidden, "", z.call(t, "officer", "PUT", "/zones/enforcement", `{"enforced":true,"reason":"x"}`, 1))
	})
}

func (z *zoned) sensorVersion(t *testing.T) int64 {
	t.Helper()
	var s struct{ Version int64 }
	z.Get(t, "/api/security/sensors/"+z.sensor, "manager-ours").Decode(t, &s)
	return s.Version
}

func TestWhatNoConduitCoversIsAnAlertOnceEnforced(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		z := newZoned(t, o, "detail")
		read := func(client string) batch.Record {
			return record(client, "10.0.0.1", "dnp3", "read", "read", batch.WhyFirstSeen)
		}
		write := func(client, protocol string) batch.Record {
			return record(client, "10.0.0.1", protocol, "write", "write", batch.WhyWrite)
		}
		z.wants(t, http.StatusCreated, "", z.call(t, "manager-ours", "POST", "/conduits", `{"client_zone":"办公","server_zone":"控制","protocols":["modbus"],"commands":false,"note":"","responsible":""}`, 0))
		z.tell(t, read("10.0.0.9"), write("10.0.0.9", "s7comm"))
		if list := z.found(t); len(list) != 0 {
			t.Fatalf("before it is enforced: %+v", list)
		}
		z.enforce(t, true)
		z.tell(t, read("10.0.0.77"), read("10.0.0.2"), write("10.0.0.8", "s7comm"), record("10.0.0.9", "10.0.0.1", "modbus", "read_coils", "read", batch.WhyFirstSeen))
		if list := z.found(t); len(list) != 0 {
			t.Fatalf("in no zone, within one, or covered: %+v", list)
		}
		z.tell(t, read("10.0.0.9"), write("10.0.0.9", "s7comm"), write("10.0.0.9", "modbus"), write("10.0.0.9", "modbus"))
		list := z.found(t)
		for rule, want := range map[string]struct {
			level, technique string
			times            int
		}{"区域之间出现未声明导管的通信": {"medium", "T0888", 1}, "没有导管的跨区域命令": {"high", "T0855", 1}, "命令经过只读导管": {"high", "T0855", 2}} {
			a, known := list[rule]
			if !known || a.Level != want.level || a.Technique != want.technique || a.Times != want.times || a.ClientZone != "办公" || a.ServerZone != "控制" || !strings.Contains(a.Why.ZH, "办公") || !strings.Contains(a.Why.ZH, "10.0.0.9") {
				t.Errorf("%s: %+v", rule, a)
			}
		}
		if len(list) != 3 {
			t.Errorf("%d alerts", len(list))
		}

		// They are found by zone; in which zones assets are is not told to others.
		var page struct{ Items []zoneAlert }
		z.Get(t, "/api/security/alerts?client_zone=办公&server_zone=控制", "manager-ours").Decode(t, &page)
		if len(page.Items) < 3 { // the first of the rules about conduits, and what others say of the same
			t.Errorf("%+v", page.Items)
		}
		z.Get(t, "/api/security/alerts?client_zone=控制", "manager-ours").Decode(t, &page)
		if len(page.Items) != 0 {
			t.Errorf("%+v", page.Items)
		}
		z.Get(t, "/api/security/alerts", "officer").Decode(t, &page)
		if len(page.Items) < 3 || page.Items[0].ClientZone+page.Items[0].ServerZone != "" {
			t.Errorf("%+v", page.Items)
		}
		z.Get(t, "/api/security/alerts?client_zone=办公", "officer").Decode(t, &page)
		if len(page.Items) != 0 {
			t.Errorf("the city finds them by zone: %+v", page.Items)
		}

		// Once it is enforced no more, nothing is told.
		z.enforce(t, false)
		z.tell(t, record("10.0.0.9", "10.0.0.2", "dnp3", "operate", "control", batch.WhyControl))
		for _, a := range z.found(t) {
			if a.Server == "10.0.0.2" {
				t.Errorf("%+v", a)
			}
		}
	})
}
