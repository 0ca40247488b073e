package platforms

import (
	"encoding/json"
	"fmt"
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
	"linghang/modules/platforms/internal/pull"
)

// well is a city that reads a program of a platform, at times that the test says.
type well struct {
	*kerneltest.City
	room   *Module
	ours   string
	server *httptest.Server
	body   atomic.Pointer[string]
	status atomic.Int64
	asked  atomic.Pointer[http.Request]
	now    time.Time
}

func newWell(t *testing.T, o kerneltest.Options) *well {
	t.Helper()
	x := &well{now: time.Now().UTC().Truncate(time.Second)}
	x.status.Store(http.StatusOK)
	x.says(`{"data":[]}`)
	x.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x.asked.Store(r)
		w.WriteHeader(int(x.status.Load()))
		_, _ = w.Write([]byte(*x.body.Load()))
	}))
	t.Cleanup(x.server.Close)
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.room = New(k.Kit("platforms"), k.Directory())
		x.room.prober.every, x.room.puller.every = 24*time.Hour, 24*time.Hour
		return []module.Module{x.room}
	}, o)
	x.ours = (&lookout{City: x.City}).platform(t, "ours", x.Ours.ID)
	return x
}

func (x *well) says(body string) { x.body.Store(&body) }

func (x *well) door() string { return "/api/platforms/" + x.ours + "/sources" }

func (x *well) json() string {
	return fmt.Sprintf(`{"kind":"json","url":%q,"auth":"none","table":{"rows":"$.data[*]","dims":{"district":"@.d"},"values":[{"code":"ent_served","path":"@.n"}]},"schedule":{"kind":"day","at":"01:30"}}`, x.server.URL+"/figures?day={day}")
}

func (x *well) add(t *testing.T, spec, secret string) sourceState {
	t.Helper()
	r := x.Send(t, "POST", x.door(), "manager-ours", fmt.Sprintf(`{"name":"统计接口","spec":%s,"secret":%q}`, spec, secret))
	if r.Status != http.StatusCreated {
		t.Fatalf("add: %d %s", r.Status, r.Body)
	}
	var v sourceState
	r.Decode(t, &v)
	return v
}

// pull reads what is due at a time.
func (x *well) pull(t *testing.T, at time.Time) {
	t.Helper()
	var pulls sync.WaitGroup
	if err := x.room.pullDue(t.Context(), at, &pulls); err != nil {
		t.Fatal(err)
	}
	pulls.Wait()
}

func (x *well) one(t *testing.T, who string) sourceState {
	t.Helper()
	r := x.Get(t, x.door(), who)
	var v sourcesView
	r.Decode(t, &v)
	if r.Status != http.StatusOK || len(v.Items) != 1 {
		t.Fatalf("the sources for %s: %d %s", who, r.Status, r.Body)
	}
	return v.Items[0]
}

func (x *well) submissions(t *testing.T) []submission {
	t.Helper()
	var page struct{ Items []submission }
	x.Get(t, "/api/platforms/"+x.ours+"/submissions?channel=pull", "manager-ours").Decode(t, &page)
	return page.Items
}

func (x *well) facts(t *testing.T) (rows string) {
	t.Helper()
	list, err := x.room.kit.DB.Query(t.Context(), `SELECT code, dims, period_at, revision, value, method FROM fact ORDER BY code, dims, period_at, revision`)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close() //nolint:errcheck // it was only read
	for list.Next() {
		var code, dims, method string
		var at, revision int64
		var value float64
		if err := list.Scan(&code, &dims, &at, &revision, &value, &method); err != nil {
			t.Fatal(err)
		}
		rows += fmt.Sprintf("%s %s%s r%d %g %s\n", code, dims, time.UnixMilli(at).In(cityTime()).Format("0102"), revision, value, method)
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWhatASourceTellsIsStoredOnceUnderItsName(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		s := x.add(t, x.json(), "")
		if s.State != "waiting" || !s.NextAt.After(x.now) {
			t.Fatalf("when it is new: %+v", s)
		}
		day := pull.Schedule{Kind: pull.Day}
		over := day.Over(s.NextAt)
		x.says(`{"data":[{"d":"市南区","n":12},{"d":"370203","n":"8"}]}`)
		x.pull(t, s.NextAt)
		if r := x.asked.Load(); r.URL.RawQuery != "day="+day.Name(over) || r.Header.Get("User-Agent") != "Linghang-Pull" {
			t.Errorf("it was asked for %s by %s", r.URL, r.Header.Get("User-Agent"))
		}
		name := over.In(cityTime()).Format("0102")
		want := "ent_served district=370202;" + name + " r1 12 pull\nent_served district=370203;" + name + " r1 8 pull\n"
		if got := x.facts(t); got != want {
			t.Errorf("the facts are\n%swant\n%s", got, want)
		}
		one := x.one(t, "viewer-ours")
		if one.State != "good" || one.Run.Outcome != runStored || one.Run.Accepted != 2 || one.Done != day.Name(over) || one.Behind != 0 || one.Run.SkewMs == nil {
			t.Errorf("after the first reading: %+v %+v", one, one.Run)
		}
		if list := x.submissions(t); len(list) != 1 || list[0].Source != "统计接口" || list[0].ID != one.Run.Receipt || list[0].Period != day.Name(over) {
			t.Errorf("the submissions are %+v", list)
		}
		// The same again, in another order, is nothing new; another value is a revision.
		x.says(`{"data":[{"d":"370203","n":8},{"d":"370202","n":12.0}]}`)
		x.again(t, s, over)
		if got := x.facts(t); got != want || x.one(t, "manager-ours").Run.Outcome != runUnchanged || len(x.submissions(t)) != 1 {
			t.Errorf("the same again: %s %+v", got, x.one(t, "manager-ours").Run)
		}
		x.says(`{"data":[{"d":"370203","n":9},{"d":"370202","n":12}]}`)
		x.again(t, s, over)
		if got := x.facts(t); got != want+"ent_served district=370203;"+name+" r2 9 pull\n" || len(x.submissions(t)) != 2 {
			t.Errorf("corrected: %s", got)
		}
		if r := x.Send(t, "DELETE", x.door()+"/"+s.ID, "manager-ours", ""); r.Status != http.StatusNoContent {
			t.Fatalf("remove: %d %s", r.Status, r.Body)
		}
		if list := x.submissions(t); len(list) != 2 || list[0].Source != "统计接口" {
			t.Errorf("when the source is gone: %+v", list)
		}
	})
}

// again reads a source for a period that it was read for.
func (x *well) again(t *testing.T, s sourceState, period time.Time) {
	t.Helper()
	one, err := x.room.sources.take(t.Context(), x.ours, s.ID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	one.doneAt = time.Time{}
	if _, err := x.room.pullOnce(t.Context(), one, period.Add(26*time.Hour), "person"); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasMissedIsCaughtUp(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		s := x.add(t, x.json(), "")
		x.says(`{"data":[{"d":"370202","n":1}]}`)
		day := pull.Schedule{Kind: pull.Day}
		over := day.Over(x.now)
		if one := x.one(t, "manager-ours"); one.Behind != 0 {
			t.Errorf("what is new is %d periods behind", one.Behind)
		}
		x.readUpTo(t, s, over.AddDate(0, 0, -3))
		if one := x.one(t, "manager-ours"); one.Behind != 3 {
			t.Errorf("after three days it is %d periods behind", one.Behind)
		}
		var days, want []string
		for range 4 {
			x.pull(t, x.now)
			days = append(days, strings.TrimPrefix(x.asked.Load().URL.RawQuery, "day="))
		}
		for _, back := range []int{2, 1, 0, 0} {
			want = append(want, day.Name(over.AddDate(0, 0, -back)))
		}
		if strings.Join(days, " ") != strings.Join(want, " ") {
			t.Errorf("it asked for %v, want %v", days, want)
		}
		if one := x.one(t, "manager-ours"); !one.NextAt.After(x.now) || one.Behind != 0 || one.Done != day.Name(over) || len(x.submissions(t)) != 3 {
			t.Errorf("caught up: %+v", one)
		}
	})
}

// readUpTo makes a source one that was read up to a period, and is due.
func (x *well) readUpTo(t *testing.T, s sourceState, period time.Time) {
	t.Helper()
	one, err := x.room.sources.get(t.Context(), x.room.kit.DB, x.ours, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	after := one
	after.doneAt, after.NextAt = period, x.now
	if err := x.room.sources.edit(t.Context(), one, after, "", true); err != nil {
		t.Fatal(err)
	}
}

func TestOneReplicaReadsASource(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		s := x.add(t, x.json(), "")
		var mu sync.Mutex
		var got []Source
		var claims sync.WaitGroup
		for range 8 {
			claims.Go(func() {
				list, err := x.room.sources.claim(t.Context(), s.NextAt, 5)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				got = append(got, list...)
			})
		}
		claims.Wait()
		if len(got) != 1 {
			t.Fatalf("%d replicas read it", len(got))
		}
		if _, err := x.room.sources.take(t.Context(), x.ours, s.ID, s.NextAt); err == nil || !strings.Contains(err.Error(), "at this moment") {
			t.Errorf("somebody else took it: %v", err)
		}
		// The replica is gone: another takes over when the lease has ended, and what
		// the first would note changes nothing.
		list, err := x.room.sources.claim(t.Context(), s.NextAt.Add(leaseTime), 5)
		if err != nil || len(list) != 1 {
			t.Fatalf("after the lease: %v %v", list, err)
		}
		x.says(`{"data":[{"d":"370202","n":1}]}`)
		if _, err := x.room.pullOnce(t.Context(), got[0], s.NextAt, "schedule"); err != nil {
			t.Fatal(err)
		}
		if one := x.one(t, "manager-ours"); one.State != "waiting" {
			t.Errorf("whoever lost the lease noted %+v", one)
		}
	})
}

func TestAWrongMappingStoresNothingAndPausesTheSource(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		s := x.add(t, x.json(), "")
		x.says(`{"data":[{"d":"370202","n":1},{"d":"370203","count":2}]}`)
		at := s.NextAt
		for n := 1; n <= mappingFailures; n++ {
			x.pull(t, at)
			one := x.one(t, "manager-ours")
			if one.Failures != n && n < mappingFailures || one.Run.Fault != runMapping || one.Run.Faults[0] != (pull.Fault{Origin: "$.data[*] #2", Field: "table.values[0].path", Path: "@.n", Code: pull.FaultMissing, Found: `{"count":2,"d":"370203"}`}) {
				t.Fatalf("failure %d: %+v %+v", n, one, one.Run)
			}
			if n < mappingFailures && !one.NextAt.After(at) {
				t.Errorf("after failure %d it is due at %s", n, one.NextAt)
			}
			at = one.NextAt
		}
		if one := x.one(t, "manager-ours"); one.Paused != pausedByMapping || one.State != "paused" {
			t.Errorf("after %d failures: %+v", mappingFailures, one)
		}
		if facts := x.facts(t); facts != "" {
			t.Errorf("something was stored: %s", facts)
		}
		kerneltest.Wait(t, "the managers to be told", func() bool {
			body := string(x.Get(t, "/api/notify/inbox", "manager-ours").Body)
			return strings.Contains(body, "轮胎云 · 统计接口：采集已暂停") && strings.Contains(body, "$.data[*] #2")
		})
		x.pull(t, at.Add(100*time.Hour))
		var runs struct{ Items []sourceRun }
		x.Get(t, x.door()+"/"+s.ID+"/runs", "viewer-ours").Decode(t, &runs)
		if len(runs.Items) != mappingFailures {
			t.Errorf("a paused source was read: %d runs", len(runs.Items))
		}
		if r := x.Send(t, "POST", x.door()+"/"+s.ID+"/resume", "manager-ours", ""); r.Status != http.StatusOK {
			t.Fatalf("resume: %d %s", r.Status, r.Body)
		}
		x.status.Store(http.StatusBadGateway)
		at = x.one(t, "manager-ours").NextAt
		for range mappingFailures + 1 {
			x.pull(t, at)
			at = x.one(t, "manager-ours").NextAt
		}
		if one := x.one(t, "manager-ours"); one.State != "failing" || one.Run.Fault != pull.FailStatus || one.Run.Status != http.StatusBadGateway {
			t.Errorf("a source that is away is not paused: %+v %+v", one, one.Run)
		}
	})
}

func TestWhatTheGateRefusesIsToldAndTheRestIsStored(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		s := x.add(t, x.json(), "")
		x.says(`{"data":[{"d":"370202","n":1},{"d":"月球","n":2},{"d":"370203","n":-3}]}`)
		x.pull(t, s.NextAt)
		one := x.one(t, "manager-ours")
		if one.Run.Outcome != runPartial || one.Run.Accepted != 1 || one.Run.Rejected != 2 || !strings.Contains(one.Run.Detail, "月球") {
			t.Errorf("the run is %+v", one.Run)
		}
		if list := x.submissions(t); len(list) != 1 || list[0].Status != "partial" || len(list[0].Findings) != 2 {
			t.Errorf("the submission is %+v", list)
		}
	})
}

func TestASecretIsSealedAndGoesNowhereElse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		const secret = "芝麻开门-open-sesame"
		signed := strings.Replace(x.json(), `"auth":"none"`, `"auth":"header","header":"X-Api-Key"`, 1)
		if r := x.Send(t, "POST", x.door(), "manager-ours", `{"name":"a","spec":`+signed+`}`); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.secret") {
			t.Errorf("without a secret: %d %s", r.Status, r.Body)
		}
		s := x.add(t, signed, secret)
		x.pull(t, s.NextAt)
		if got := x.asked.Load().Header.Get("X-Api-Key"); got != secret {
			t.Errorf("the source was shown %q", got)
		}
		var kept string
		if err := x.room.kit.DB.QueryRow(t.Context(), `SELECT secret FROM source WHERE id = $1`, s.ID).Scan(&kept); err != nil || kept == "" || strings.Contains(kept, "sesame") {
			t.Errorf("it is kept as %q, %v", kept, err)
		}
		put := func(spec, secret string, version int64) kerneltest.Reply {
			return x.Send(t, "PUT", x.door()+"/"+s.ID, "manager-ours", fmt.Sprintf(`{"name":"统计接口","spec":%s%s}`, spec, secret), "If-Match", fmt.Sprintf(`"%d"`, version))
		}
		// The secret stays where it belongs: not even who may edit the source leads it elsewhere.
		elsewhere := strings.Replace(signed, "127.0.0.1", "127.0.0.2", 1)
		if r := put(elsewhere, "", 1); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.secret") {
			t.Errorf("to another host: %d %s", r.Status, r.Body)
		}
		if r := x.Send(t, "POST", x.door()+"/test", "manager-ours", fmt.Sprintf(`{"source":%q,"spec":%s}`, s.ID, elsewhere)); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("tested elsewhere: %d %s", r.Status, r.Body)
		}
		if r := put(strings.Replace(signed, "01:30", "02:30", 1), "", 1); r.Status != http.StatusOK {
			t.Fatalf("another time of day: %d %s", r.Status, r.Body)
		}
		if r := put(signed, `,"secret":"another-sesame"`, 2); r.Status != http.StatusOK {
			t.Fatalf("another secret: %d %s", r.Status, r.Body)
		}
		if r := put(signed, "", 2); r.Status != http.StatusPreconditionFailed {
			t.Errorf("a late change: %d %s", r.Status, r.Body)
		}
		kerneltest.Wait(t, "the audit log to tell of the secret", func() bool {
			return strings.Contains(string(x.Get(t, "/api/system/audit?limit=100", "auditor").Body), "secret_version")
		})
		for who, paths := range map[string][]string{"auditor": {"/api/system/audit?limit=100"}, "manager-ours": {x.door(), x.door() + "/" + s.ID + "/runs", "/api/platforms/" + x.ours + "/submissions"}, "officer": {x.door()}} {
			for _, path := range paths {
				if r := x.Get(t, path, who); r.Status != http.StatusOK || strings.Contains(string(r.Body), "sesame") {
					t.Errorf("%s for %s: %d %s", path, who, r.Status, r.Body)
				}
			}
		}
	})
}

func TestOthersNeverSeeASource(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		s := x.add(t, x.json(), "")
		body := `{"name":"他人","spec":` + x.json() + `}`
		for _, c := range [][3]string{
			{"GET", "", ""},
			{"POST", "", body},
			{"POST", "/test", body},
			{"PUT", "/" + s.ID, body},
			{"DELETE", "/" + s.ID, ""},
			{"POST", "/" + s.ID + "/pause", ""},
			{"POST", "/" + s.ID + "/resume", ""},
			{"POST", "/" + s.ID + "/runs", ""},
			{"GET", "/" + s.ID + "/runs", ""},
		} {
			if r := x.Send(t, c[0], x.door()+c[1], "manager-theirs", c[2], "If-Match", `"1"`); r.Status != http.StatusNotFound && r.Status != http.StatusUnprocessableEntity || strings.Contains(string(r.Body), "统计接口") {
				t.Errorf("theirs %s %s: %d %s", c[0], c[1], r.Status, r.Body)
			}
			for _, who := range []string{"viewer-ours", "officer"} {
				if r := x.Send(t, c[0], x.door()+c[1], who, c[2], "If-Match", `"1"`); c[0] != "GET" && r.Status != http.StatusForbidden {
					t.Errorf("%s %s %s: %d %s", who, c[0], c[1], r.Status, r.Body)
				}
			}
		}
		theirs := (&lookout{City: x.City}).platform(t, "theirs", x.Theirs.ID)
		for _, method := range []string{"DELETE", "PUT"} {
			if r := x.Send(t, method, "/api/platforms/"+theirs+"/sources/"+s.ID, "manager-theirs", map[string]string{"PUT": body}[method], "If-Match", `"1"`); r.Status != http.StatusNotFound {
				t.Errorf("%s by way of their own: %d %s", method, r.Status, r.Body)
			}
		}
		if r := x.Get(t, x.door(), "officer"); r.Status != http.StatusOK || !strings.Contains(string(r.Body), "统计接口") {
			t.Errorf("the bureau: %d %s", r.Status, r.Body)
		}
	})
}

func TestASourceIsTestedAgainstASampleAndALiveAnswer(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		test := func(body string) (v testView) {
			t.Helper()
			r := x.Send(t, "POST", x.door()+"/test", "manager-ours", body)
			if r.Status != http.StatusOK {
				t.Fatalf("test: %d %s", r.Status, r.Body)
			}
			r.Decode(t, &v)
			return v
		}
		sample, err := json.Marshal(`{"data":[{"d":"370202","n":1},{"d":"x","n":2}]}`)
		if err != nil {
			t.Fatal(err)
		}
		v := test(fmt.Sprintf(`{"spec":%s,"sample":%s}`, x.json(), sample))
		if v.Total != 2 || v.Refused != 1 || v.Rows[0].Finding == nil || v.Rows[0].Finding.Key != "platforms.item.vocabulary" || v.Rows[1].Value != 1 || x.asked.Load() != nil {
			t.Errorf("a sample: %+v", v)
		}
		x.says("# TYPE devices_online gauge\ndevices_online 5\n")
		v = test(fmt.Sprintf(`{"spec":{"kind":"prometheus","url":%q,"auth":"none","schedule":{"kind":"every","every":60}}}`, x.server.URL))
		if !v.Untested || len(v.Metrics) != 1 || v.Metrics[0] != "devices_online" || !strings.Contains(v.Sample, "devices_online 5") || v.SkewMs == nil {
			t.Errorf("without a mapping: %+v", v)
		}
		x.status.Store(http.StatusForbidden)
		if v = test(`{"spec":` + x.json() + `}`); v.Fault != pull.FailStatus || v.Detail != "HTTP 403" {
			t.Errorf("refused: %+v", v)
		}
		r := x.Send(t, "POST", x.door()+"/test", "manager-ours", `{"spec":`+strings.NewReplacer("ent_served", "nothing", "@.n", "n").Replace(x.json())+`}`)
		if r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.spec.table.values[0].path") {
			t.Errorf("a wrong mapping: %d %s", r.Status, r.Body)
		}
		if facts := x.facts(t); facts != "" || len(x.submissions(t)) != 0 {
			t.Errorf("a test stored %s", facts)
		}
	})
}

func TestASourceIsReadNowByAJob(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		x.says("devices_online 5\n")
		s := x.add(t, fmt.Sprintf(`{"kind":"prometheus","url":%q,"auth":"none","rules":[{"metric":"devices_online","code":"dev_online"}],"schedule":{"kind":"every","every":15}}`, x.server.URL), "")
		if r := x.Send(t, "POST", x.door()+"/"+s.ID+"/runs", "manager-ours", ""); r.Status != http.StatusOK {
			t.Fatalf("run: %d %s", r.Status, r.Body)
		}
		kerneltest.Wait(t, "the job to read the source", func() bool { one := x.one(t, "manager-ours"); return one.Run != nil && one.Job == nil })
		if one := x.one(t, "manager-ours"); one.Run.Asked != "person" || one.Run.Outcome != runStored || one.State != "good" {
			t.Errorf("the run is %+v", one.Run)
		}
		kerneltest.Wait(t, "the value to be the newest", func() bool {
			return strings.Contains(string(x.Get(t, "/api/platforms/"+x.ours+"/indicators", "manager-ours").Body), `"value":5`)
		})
		for range runsKept + 5 {
			r := sourceRun{ID: fmt.Sprintf("01%024d", x.now.UnixNano()), At: x.now, Outcome: runFailed, Fault: pull.FailTimeout, Faults: []pull.Fault{}}
			x.now = x.now.Add(time.Second)
			if err := x.room.sources.note(t.Context(), s.Source, s.Source, r, x.room.kit.Notices); err != nil {
				t.Fatal(err)
			}
		}
		var runs struct{ Total int }
		if x.Get(t, x.door()+"/"+s.ID+"/runs?limit=1", "manager-ours").Decode(t, &runs); runs.Total != runsKept {
			t.Errorf("%d runs are kept", runs.Total)
		}
	})
}

func TestPrivateNetworksAreNotPulledFromUnlessTheSettingsAllowIt(t *testing.T) {
	x := newWell(t, kerneltest.Options{})
	s := x.add(t, x.json(), "")
	x.pull(t, s.NextAt)
	if one := x.one(t, "manager-ours"); one.Run.Fault != pull.FailForbid || x.asked.Load() != nil {
		t.Errorf("the run is %+v", one.Run)
	}
}
