package platforms

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/modules/platforms/internal/probe"
)

// lookout is a city whose clock of probing the test turns, with a server that
// is looked at.
type lookout struct {
	*kerneltest.City
	room   *Module
	ours   string // a platform of our operator, in trial
	server *httptest.Server
	status atomic.Int64
	asked  atomic.Int64
	now    time.Time
}

func newLookout(t *testing.T, o kerneltest.Options) *lookout {
	t.Helper()
	x := &lookout{now: time.Now().UTC().Truncate(time.Second)}
	x.status.Store(http.StatusOK)
	x.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		x.asked.Add(1)
		w.WriteHeader(int(x.status.Load()))
		_, _ = fmt.Fprint(w, `{"status":"UP"}`)
	}))
	t.Cleanup(x.server.Close)
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.room = New(k.Kit("platforms"), k.Directory())
		x.room.prober.every = 24 * time.Hour // the test says when
		return []module.Module{x.room}
	}, o)
	x.ours = x.platform(t, "ours", x.Ours.ID)
	return x
}

func loopback(o kerneltest.Options) kerneltest.Options {
	o.Rooms = maps.Clone(o.Rooms)
	if o.Rooms == nil {
		o.Rooms = map[string]json.RawMessage{}
	}
	o.Rooms["platforms"] = json.RawMessage(`{"probe_networks":["127.0.0.0/8"],"pull_networks":["127.0.0.0/8"]}`)
	return o
}

func (x *lookout) platform(t *testing.T, code, organisation string) string {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"轮胎云","en":"Tyres"},"code":%q,"class":"industry","district":"370202","operator_id":%q,"operator_name":{"zh":"我方","en":"Ours"}}`, code, organisation))
	if r.Status != http.StatusCreated {
		t.Fatalf("register: %d %s", r.Status, r.Body)
	}
	var p struct{ ID string }
	r.Decode(t, &p)
	return p.ID
}

func (x *lookout) spec(more string) string {
	return fmt.Sprintf(`{"kind":"http","address":%q,"interval":60,"timeout":20%s}`, x.server.URL+"/health", more)
}

func (x *lookout) add(t *testing.T, spec string) targetState {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/"+x.ours+"/availability/targets", "manager-ours", `{"name":"门户","enabled":true,"spec":`+spec+`}`)
	if r.Status != http.StatusCreated {
		t.Fatalf("add target: %d %s", r.Status, r.Body)
	}
	var v targetState
	r.Decode(t, &v)
	return v
}

// look lets a minute pass and looks at what is due.
func (x *lookout) look(t *testing.T) {
	t.Helper()
	x.now = x.now.Add(time.Minute)
	var looks sync.WaitGroup
	if err := x.room.probeDue(t.Context(), x.now, &looks); err != nil {
		t.Fatal(err)
	}
	looks.Wait()
}

func (x *lookout) read(t *testing.T, who string) availabilityView {
	t.Helper()
	r := x.Get(t, "/api/platforms/"+x.ours+"/availability", who)
	if r.Status != http.StatusOK {
		t.Fatalf("read: %d %s", r.Status, r.Body)
	}
	var v availabilityView
	r.Decode(t, &v)
	return v
}

func (x *lookout) incidents(t *testing.T) []incident {
	t.Helper()
	var page struct{ Items []incident }
	x.Get(t, "/api/platforms/"+x.ours+"/availability/incidents", "manager-ours").Decode(t, &page)
	return page.Items
}

func (x *lookout) told(t *testing.T, who string, words ...string) {
	t.Helper()
	kerneltest.Wait(t, "the notice "+strings.Join(words, " "), func() bool {
		body := string(x.Get(t, "/api/notify/inbox", who).Body)
		for _, w := range words {
			if !strings.Contains(body, w) {
				return false
			}
		}
		return true
	})
}

func TestATargetGoesDownAfterTwoLooksAndRecovers(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLookout(t, loopback(o))
		x.add(t, x.spec(`,"path":"$.status","value":"UP"`))
		if v := x.read(t, "manager-ours"); v.State != probe.Unknown || len(v.Targets) != 1 || v.Targets[0].Look != nil {
			t.Fatalf("before a look: %+v", v)
		}
		x.look(t)
		if v := x.read(t, "viewer-ours"); v.State != probe.Up || v.Targets[0].Look == nil || v.Targets[0].Look.Status != http.StatusOK {
			t.Fatalf("up: %+v", v)
		}
		x.status.Store(http.StatusBadGateway)
		x.look(t)
		if v := x.read(t, "manager-ours"); v.State != probe.Up || len(x.incidents(t)) != 0 {
			t.Fatalf("one look that failed: %+v", v)
		}
		first := x.now
		x.look(t)
		list := x.incidents(t)
		if v := x.read(t, "manager-ours"); v.State != probe.Down || len(list) != 1 || !list[0].BeganAt.Equal(first) || list[0].Fault != probe.FaultStatus || list[0].EndedAt != nil {
			t.Fatalf("down: %+v %+v", v, list)
		}
		x.told(t, "manager-ours", "轮胎云 · 门户：不可用")
		x.status.Store(http.StatusOK)
		x.look(t)
		if list = x.incidents(t); x.read(t, "manager-ours").State != probe.Up || list[0].EndedAt == nil || list[0].Seconds != 120 {
			t.Fatalf("recovered: %+v", list)
		}
		x.told(t, "manager-ours", "轮胎云 · 门户：已恢复")
		v := x.read(t, "manager-ours")
		sum := lookSum{}
		for _, d := range v.Days {
			sum.looks, sum.good = sum.looks+d.Looks, sum.good+d.Good
		}
		if sum.looks != 4 || sum.good != 2 || *v.Months[0].SLA <= 0 || v.Days[0].MsMean == nil {
			t.Errorf("the days are %+v", v.Days)
		}
		var looks looksView
		x.Get(t, "/api/platforms/"+x.ours+"/availability/targets/"+v.Targets[0].ID+"/looks", "manager-ours").Decode(t, &looks)
		if len(looks.Items) != 4 || looks.Items[0].Stopped || looks.Items[1].Fault != probe.FaultStatus {
			t.Errorf("the looks are %+v", looks.Items)
		}
		value, err := x.room.availability.available(t.Context())
		if err != nil || !value.Known || value.Number != 50 {
			t.Errorf("the measure is %+v, %v", value, err)
		}
		if csv := x.Get(t, "/api/platforms/"+x.ours+"/availability/incidents?export=csv", "manager-ours"); !strings.Contains(string(csv.Body), "门户") {
			t.Errorf("the export is %d %s", csv.Status, csv.Body)
		}
	})
}

func TestMaintenanceDoesNotCountAndBeginsNoIncident(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLookout(t, loopback(o))
		x.add(t, x.spec(""))
		from := x.now.Add(90 * time.Second)
		door := "/api/platforms/" + x.ours + "/availability/windows"
		announce := func(who string, from, to time.Time, reason string) kerneltest.Reply {
			return x.Send(t, "POST", door, who, fmt.Sprintf(`{"from":%q,"to":%q,"reason":%q}`, from.Format(time.RFC3339), to.Format(time.RFC3339), reason))
		}
		for name, r := range map[string]kerneltest.Reply{
			"in the past":   announce("manager-ours", x.now.Add(-time.Minute), x.now.Add(time.Hour), "升级"),
			"backwards":     announce("manager-ours", from, from.Add(-time.Second), "升级"),
			"without words": announce("manager-ours", from, from.Add(time.Minute), " "),
			"for a month":   announce("manager-ours", from, from.AddDate(0, 1, 0), "升级"),
		} {
			if r.Status != http.StatusUnprocessableEntity {
				t.Errorf("maintenance %s: %d %s", name, r.Status, r.Body)
			}
		}
		r := announce("manager-ours", from.Add(time.Hour), from.Add(2*time.Hour), "升级数据库")
		if r.Status != http.StatusCreated {
			t.Fatalf("announce: %d %s", r.Status, r.Body)
		}
		var w window
		r.Decode(t, &w)
		moved := fmt.Sprintf(`{"from":%q,"to":%q,"reason":"升级数据库"}`, from.Format(time.RFC3339), from.Add(3*time.Minute).Format(time.RFC3339))
		if r := x.Send(t, "PUT", door+"/"+w.ID, "manager-ours", moved, "If-Match", `"1"`); r.Status != http.StatusOK {
			t.Fatalf("move: %d %s", r.Status, r.Body)
		}
		if r := x.Send(t, "PUT", door+"/"+w.ID, "manager-ours", moved, "If-Match", `"1"`); r.Status != http.StatusPreconditionFailed {
			t.Errorf("a late change: %d %s", r.Status, r.Body)
		}
		x.look(t)
		x.status.Store(http.StatusServiceUnavailable)
		for range 3 { // within
			x.look(t)
		}
		if list := x.incidents(t); len(list) != 0 {
			t.Errorf("an incident during maintenance: %+v", list)
		}
		x.look(t) // after
		list := x.incidents(t)
		if len(list) != 1 || !list[0].BeganAt.Equal(from.Add(3*time.Minute)) {
			t.Errorf("after maintenance: %+v; it began when the maintenance ended, %s", list, from.Add(3*time.Minute))
		}
		sum := lookSum{}
		for _, d := range x.read(t, "manager-ours").Days {
			sum.looks, sum.good, sum.stopped = sum.looks+d.Looks, sum.good+d.Good, sum.stopped+d.Stopped
		}
		if sum.looks != 5 || sum.good != 1 || sum.stopped != 3 || *sum.sla() != 50 {
			t.Errorf("the days came to %+v", sum)
		}
		begun := window{ID: "BEGUN", PlatformID: x.ours, From: time.Now().Add(-time.Minute), To: time.Now().Add(time.Hour), Reason: "x", CreatedAt: time.Now()}
		if err := x.room.availability.announce(t.Context(), begun, time.Now()); err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{"PUT", "DELETE"} {
			if r := x.Send(t, method, door+"/BEGUN", "manager-ours", map[string]string{"PUT": moved}[method], "If-Match", `"1"`); r.Status != http.StatusConflict {
				t.Errorf("%s of maintenance that has begun: %d %s", method, r.Status, r.Body)
			}
		}
		if v := x.read(t, "manager-ours"); v.State != stateMaintenance {
			t.Errorf("the state is %s", v.State)
		}
	})
}

func TestOthersSeeStateAndAvailabilityAndNoMore(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLookout(t, loopback(o))
		target := x.add(t, x.spec(""))
		base := "/api/platforms/" + x.ours + "/availability"
		later := time.Now().Add(time.Hour).UTC()
		window := fmt.Sprintf(`{"from":%q,"to":%q,"reason":"内部机房搬迁"}`, later.Format(time.RFC3339), later.Add(time.Hour).Format(time.RFC3339))
		if r := x.Send(t, "POST", base+"/windows", "officer", window); r.Status != http.StatusCreated {
			t.Fatalf("the bureau announces: %d %s", r.Status, r.Body)
		}
		x.status.Store(http.StatusNotFound)
		x.look(t)
		x.look(t)
		body := `{"name":"他人","enabled":true,"spec":` + x.spec("") + `}`
		for _, c := range [][3]string{
			{"GET", "", ""},
			{"GET", "/incidents", ""},
			{"POST", "/targets", body},
			{"PUT", "/targets/" + target.ID, body},
			{"DELETE", "/targets/" + target.ID, ""},
			{"GET", "/targets/" + target.ID + "/looks", ""},
			{"POST", "/looks", `{"spec":` + x.spec("") + `}`},
			{"POST", "/windows", window},
		} {
			if r := x.Send(t, c[0], base+c[1], "manager-theirs", c[2], "If-Match", `"1"`); r.Status != http.StatusNotFound {
				t.Errorf("theirs %s %s: %d %s", c[0], c[1], r.Status, r.Body)
			}
			if r := x.Send(t, c[0], base+c[1], "viewer-ours", c[2], "If-Match", `"1"`); c[0] != "GET" && r.Status != http.StatusForbidden {
				t.Errorf("our viewer %s %s: %d %s", c[0], c[1], r.Status, r.Body)
			}
		}
		// A target of another platform is not reached by way of one's own.
		theirs := x.platform(t, "theirs", x.Theirs.ID)
		if r := x.Send(t, "DELETE", "/api/platforms/"+theirs+"/availability/targets/"+target.ID, "manager-theirs", ""); r.Status != http.StatusNotFound {
			t.Errorf("by way of their own: %d %s", r.Status, r.Body)
		}
		status := func(who string) (one statusView, text string) {
			r := x.Get(t, "/api/platforms/status", who)
			var v cityStatusView
			r.Decode(t, &v)
			if r.Status != http.StatusOK || len(v.Items) != 1 {
				t.Fatalf("the status for %s is %d %s", who, r.Status, r.Body)
			}
			return v.Items[0], string(r.Body)
		}
		one, text := status("viewer-theirs")
		if one.State != probe.Down || *one.Month.SLA != 0 || len(one.Days) == 0 || one.Yours || len(one.Incidents)+len(one.Windows) != 0 || strings.Contains(text, "门户") || strings.Contains(text, "搬迁") || strings.Contains(text, x.server.URL) {
			t.Errorf("theirs reads %s", text)
		}
		if one, text = status("manager-ours"); !one.Yours || len(one.Incidents) != 1 || one.Incidents[0].Target != "门户" || len(one.Windows) != 1 || one.Windows[0].Reason != "内部机房搬迁" {
			t.Errorf("ours reads %s", text)
		}
		log := string(x.Get(t, "/api/system/audit?limit=500", "auditor").Body)
		for _, entry := range []string{"POST /api/platforms/{id}/availability/targets", "POST /api/platforms/{id}/availability/windows"} {
			if !strings.Contains(log, entry) {
				t.Errorf("the audit log does not tell of %s", entry)
			}
		}
	})
}

func TestTargetsAreEditedRemovedAndBounded(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLookout(t, loopback(o))
		target := x.add(t, x.spec(""))
		door := "/api/platforms/" + x.ours + "/availability/targets"
		r := x.Send(t, "POST", door, "manager-ours", `{"name":" ","enabled":true,"spec":{"kind":"http","address":"ftp://x","statuses":"9","interval":60,"timeout":10}}`)
		for _, at := range []string{"body.name", "body.spec.address", "body.spec.statuses"} {
			if r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), at) {
				t.Errorf("a wrong target: %d %s", r.Status, r.Body)
			}
		}
		x.status.Store(http.StatusNotFound)
		x.look(t)
		x.look(t)
		edit := func(spec string, version, want int) {
			t.Helper()
			r := x.Send(t, "PUT", door+"/"+target.ID, "manager-ours", `{"name":"门户","enabled":true,"spec":`+spec+`}`, "If-Match", fmt.Sprintf(`"%d"`, version))
			if r.Status != want {
				t.Errorf("edit: %d %s", r.Status, r.Body)
			}
		}
		edit(x.spec(`,"statuses":"404"`), 7, http.StatusPreconditionFailed)
		edit(x.spec(`,"statuses":"404"`), 1, http.StatusOK)
		if v := x.read(t, "manager-ours"); v.State != probe.Down {
			t.Errorf("what is expected changed, what was seen has not: %s", v.State)
		}
		x.look(t)
		if v := x.read(t, "manager-ours"); v.State != probe.Up {
			t.Errorf("after the edit: %s", v.State)
		}
		x.status.Store(http.StatusOK)
		x.look(t)
		x.look(t)
		edit(strings.Replace(x.spec(""), "/health", "/other", 1), 2, http.StatusOK)
		if v, list := x.read(t, "manager-ours"), x.incidents(t); v.State != probe.Unknown || len(list) != 2 || list[0].EndedAt == nil {
			t.Errorf("another address: %s %+v", v.State, list)
		}
		for n := len(x.read(t, "manager-ours").Targets); n < targetsMost; n++ {
			x.add(t, x.spec(""))
		}
		if r := x.Send(t, "POST", door, "manager-ours", `{"name":"more","enabled":true,"spec":`+x.spec("")+`}`); r.Status != http.StatusConflict || !strings.Contains(string(r.Body), "20") {
			t.Errorf("one more than may be: %d %s", r.Status, r.Body)
		}
		before := x.read(t, "manager-ours").Months
		if r := x.Send(t, "DELETE", door+"/"+target.ID, "manager-ours", ""); r.Status != http.StatusNoContent {
			t.Errorf("remove: %d %s", r.Status, r.Body)
		}
		v := x.read(t, "manager-ours")
		if len(v.Targets) != targetsMost-1 || fmt.Sprint(*v.Months[0].SLA, v.Months[0].Looks) != fmt.Sprint(*before[0].SLA, before[0].Looks) {
			t.Errorf("removed: %d targets, %+v; what was seen counts on", len(v.Targets), v.Months)
		}
		if err := x.room.probes.forget(t.Context(), x.now.Add(availableKept+24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if v := x.read(t, "manager-ours"); len(v.Months) != 0 || len(x.incidents(t)) != 0 {
			t.Errorf("after years: %+v", v.Months)
		}
	})
}

func TestEachTargetIsLookedAtByOneReplica(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLookout(t, loopback(o))
		const targets = 10
		for range targets {
			x.add(t, x.spec(""))
		}
		replicas := make([]*Module, 4)
		for i := range replicas {
			other := *x.room
			prober, err := newProber(settings{ProbeNetworks: []string{"127.0.0.0/8"}})
			if err != nil {
				t.Fatal(err)
			}
			other.prober = prober
			replicas[i] = &other
		}
		var looks, asking sync.WaitGroup
		for _, m := range replicas {
			asking.Go(func() {
				if err := m.probeDue(t.Context(), x.now.Add(time.Hour), &looks); err != nil {
					t.Error(err)
				}
			})
		}
		asking.Wait()
		looks.Wait()
		if n := x.asked.Load(); n != targets {
			t.Errorf("%d looks at %d targets", n, targets)
		}
	})
}

// Without a setting no door behind the firewall is knocked at, neither by a
// target nor by a test, though the name leads there only when it is looked up.
func TestByDefaultNoPrivateAddressIsProbed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLookout(t, o)
		for _, host := range []string{"127.0.0.1", "localhost"} {
			spec := strings.Replace(x.spec(""), "127.0.0.1", host, 1)
			r := x.Send(t, "POST", "/api/platforms/"+x.ours+"/availability/looks", "manager-ours", `{"spec":`+spec+`}`)
			var l probe.Look
			r.Decode(t, &l)
			if r.Status != http.StatusOK || l.Fault != probe.FaultForbid {
				t.Errorf("a test of %s: %d %s", host, r.Status, r.Body)
			}
			x.add(t, spec)
		}
		x.look(t)
		x.look(t)
		for _, one := range x.read(t, "manager-ours").Targets {
			if one.State != probe.Down || one.Look.Fault != probe.FaultForbid {
				t.Errorf("%s: %+v", one.Spec.Address, one.Look)
			}
		}
		if n := x.asked.Load(); n != 0 {
			t.Errorf("the door was knocked at %d times", n)
		}
	})
}

func TestATestIsMadeOnceAndNothingIsKept(t *testing.T) {
	x := newLookout(t, loopback(kerneltest.Options{}))
	door := "/api/platforms/" + x.ours + "/availability/looks"
	r := x.Send(t, "POST", door, "manager-ours", `{"spec":`+x.spec(`,"contains":"DOWN"`)+`}`)
	var l probe.Look
	r.Decode(t, &l)
	if r.Status != http.StatusOK || l.OK || l.Fault != probe.FaultBody || l.Status != http.StatusOK || x.asked.Load() != 1 || len(x.read(t, "manager-ours").Days) != 0 {
		t.Errorf("a test: %d %s", r.Status, r.Body)
	}
	if r := x.Send(t, "POST", door, "manager-ours", `{"spec":{"kind":"tcp","address":"x","interval":60,"timeout":10}}`); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong test: %d %s", r.Status, r.Body)
	}
	limited := false
	for range 20 {
		limited = limited || x.Send(t, "POST", door, "manager-ours", `{"spec":`+x.spec("")+`}`).Status == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("tests are not bounded")
	}
}

func TestACertificateNearItsEndIsToldOnce(t *testing.T) {
	x := newLookout(t, loopback(kerneltest.Options{}))
	v := x.add(t, `{"kind":"tls","address":"a.example.cn:443","interval":60,"timeout":10}`)
	until := x.now.AddDate(0, 0, 5)
	p, err := x.room.platforms.get(t.Context(), x.ours)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for range 3 {
		x.now = x.now.Add(time.Minute)
		what, err := x.room.probes.note(t.Context(), v.Target, probe.Look{At: x.now, OK: true, Until: &until}, x.room.kit.Notices, func(s seen) []notice.Notice { return availabilityNotice(p, s) })
		if err != nil {
			t.Fatal(err)
		}
		if what.ending {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	x.told(t, "manager-ours", "证书即将到期", "还剩 4 天")
}

func TestAPlatformThatLeavesServiceIsProbedNoMore(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLookout(t, loopback(o))
		x.add(t, x.spec(""))
		x.status.Store(http.StatusNotFound)
		x.look(t)
		x.look(t)
		if list := x.incidents(t); len(list) != 1 || list[0].EndedAt != nil {
			t.Fatalf("down: %+v", list)
		}
		if r := x.Send(t, "POST", "/api/platforms/"+x.ours+"/status", "officer", `{"to":"suspended","reason":"整改"}`, "If-Match", `"1"`); r.Status != http.StatusOK {
			t.Fatalf("suspend: %d %s", r.Status, r.Body)
		}
		asked := x.asked.Load()
		x.look(t)
		v, list := x.read(t, "manager-ours"), x.incidents(t)
		if v.Probing || v.State != probe.Unknown || list[0].EndedAt == nil || x.asked.Load() != asked {
			t.Errorf("suspended: %+v %+v, asked %d times more", v, list, x.asked.Load()-asked)
		}
		var status cityStatusView
		if x.Get(t, "/api/platforms/status", "officer").Decode(t, &status); len(status.Items) != 0 {
			t.Errorf("the status shows %+v", status.Items)
		}
	})
}

func TestDaysBeginInChina(t *testing.T) {
	at := time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC)
	if got := dayOf(at) + " " + dayOf(at.Add(time.Second)); got != "2026-11-30 2026-12-01" {
		t.Error(got)
	}
}

func TestWhatLasted(t *testing.T) {
	at := func(minutes int) time.Time { return time.Unix(0, 0).Add(time.Duration(minutes) * time.Minute) }
	w := func(from, to int) window { return window{From: at(from), To: at(to)} }
	for name, c := range map[string]struct {
		windows []window
		want    int
	}{
		"nothing": {nil, 60}, "before": {[]window{w(-10, 0)}, 60}, "reaching in": {[]window{w(-10, 10)}, 50}, "within": {[]window{w(10, 20), w(30, 40)}, 40},
		"over each other": {[]window{w(10, 30), w(20, 40), w(25, 30)}, 30}, "all of it": {[]window{w(-1, 100)}, 0}, "reaching out": {[]window{w(50, 100)}, 50},
	} {
		if got := lasted(at(0), at(60), c.windows); got != time.Duration(c.want)*time.Minute {
			t.Errorf("%s: %s", name, got)
		}
	}
}
