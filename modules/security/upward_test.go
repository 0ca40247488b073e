package security

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/taxii"
)

// above is a second city, the upper level of the first, behind a front that can fail.
type above struct {
	*exchangeCity
	front *httptest.Server
	token string
	mode  atomic.Value // of the front
	posts atomic.Int64
}

// The modes of a front.
const (
	open      = "open"
	busy      = "busy"      // 503, in two minutes again
	elsewhere = "elsewhere" // a redirect
	deaf      = "deaf"      // the request is served, and the line breaks before the answer
	broken    = "broken"    // 500
	strict    = "strict"    // 422
)

func newAbove(t *testing.T) *above {
	t.Helper()
	a := &above{exchangeCity: startExchange(t, kerneltest.Options{})}
	r := a.Send(t, "POST", "/api/system/tokens", "administrator", fmt.Sprintf(`{"name":"lower city","organisation_id":%q,"permissions":["security.exchange.read","security.exchange.write"]}`, a.Ours.ID))
	var made struct {
		Secret string `json:"secret"`
	}
	if r.Decode(t, &made); made.Secret == "" {
		t.Fatalf("no token: %d %s", r.Status, r.Body)
	}
	a.token = made.Secret
	to, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	through := httputil.NewSingleHostReverseProxy(to)
	a.mode.Store(open)
	a.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			a.posts.Add(1)
		}
		switch a.mode.Load() {
		case busy:
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusServiceUnavailable)
		case elsewhere:
			http.Redirect(w, r, a.URL+r.URL.Path, http.StatusTemporaryRedirect)
		case deaf:
			through.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case broken:
			w.WriteHeader(http.StatusInternalServerError)
		case strict:
			w.WriteHeader(http.StatusUnprocessableEntity)
		default:
			through.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(a.front.Close)
	return a
}

// spec is the upper level as the lower city sets it up.
func (a *above) spec(more string) string {
	return fmt.Sprintf(`{"name":"省级平台","root":"%s/taxii2/city/","collection":"inbox","way":"taxii","auth":"basic","user":"city","secret":%q,"paused":false,%s}`, a.front.URL, a.token, more)
}

// inbox is what the upper city got: names of reports in their order.
func (a *above) inbox(t *testing.T) []string {
	t.Helper()
	officer := client(t, a.City, a.Bureau.ID, "security.exchange.read", "security.exchange.inbox")
	return names(t, officer, collections(t, officer, a.URL)["inbox"])
}

func newReporter(t *testing.T, o kerneltest.Options) *town {
	t.Helper()
	o.Rooms = map[string]json.RawMessage{"security": json.RawMessage(`{"feed_networks":["127.0.0.0/8"]}`)}
	return newTown(t, o)
}

type sentUp struct {
	ID, State, Act, Fault, Cause, By string
	FaultText                        string `json:"fault_text"`
	ObjectVersion                    string `json:"object_version"`
	Version, Tries                   int64
	NextAt                           *time.Time `json:"next_at"`
	Objects                          []struct{ ID, Type, State, Message string }
}

type upwardOf struct {
	Uppers []struct {
		ID, Why           string
		May, Newest, Rule bool
	}
	Reports []sentUp
	Version int64
}

func (x *town) upwardOf(t *testing.T, notice, who string) (out upwardOf) {
	t.Helper()
	x.do(t, "GET", "/notices/"+notice+"/upward", who, "", 0, http.StatusOK, &out)
	return out
}

// sendUp lets the room send what is due now.
func (x *town) sendUp(t *testing.T) {
	t.Helper()
	if err := x.module.upward.Jobs()[0].Do(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// reported waits until the newest report of a notice is in a state.
func (x *town) reported(t *testing.T, notice, state string) (r sentUp) {
	t.Helper()
	kerneltest.Wait(t, "the report to be "+state, func() bool {
		x.sendUp(t)
		list := x.upwardOf(t, notice, "officer").Reports
		if len(list) > 0 {
			r = list[0]
		}
		return r.State == state
	})
	return r
}

func (x *town) upper(t *testing.T, spec string) (id string) {
	t.Helper()
	var made numbered
	said := x.do(t, "POST", "/uppers", "officer", spec, 0, http.StatusCreated, &made)
	if strings.Contains(said, `"secret"`) {
		t.Fatalf("the secret is shown: %s", said)
	}
	x.confirm(t, "/uppers/"+made.ID, 1)
	return made.ID
}

// confirm is the word of a second officer.
func (x *town) confirm(t *testing.T, path string, version int64) {
	t.Helper()
	x.do(t, "POST", path+"/confirmation", "officer-second", "{}", version, http.StatusOK, nil)
}

func (x *town) release(t *testing.T, notice, upper, who string, follows bool, want int) string {
	t.Helper()
	return x.do(t, "POST", "/notices/"+notice+"/upward", who, fmt.Sprintf(`{"upper":%q,"follows":%t}`, upper, follows), x.upwardOf(t, notice, who).Version, want, nil)
}

func TestANoticeGoesUpAsOneVersionAfterTheOther(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, a := newReporter(t, o), newAbove(t)
		up := x.upper(t, a.spec(`"most_tlp":"amber","levels":[]`))
		n := x.issued(t, named(x.Ours.ID), "")
		if got := x.upwardOf(t, n.ID, "officer"); len(got.Reports) != 0 || !got.Uppers[0].May {
			t.Fatalf("before anybody released it: %+v", got)
		}
		if said := x.do(t, "POST", "/notices/"+n.ID+"/upward", "officer", fmt.Sprintf(`{"upper":%q,"follows":true}`, up), 1, http.StatusPreconditionFailed, nil); !strings.Contains(said, "kernel.stale") {
			t.Errorf("another version than the newest is released: %s", said)
		}
		x.release(t, n.ID, up, "officer", true, http.StatusOK)
		r := x.reported(t, n.ID, "delivered")
		if r.Act != "issued" || r.Cause != "person" || r.Tries != 1 || len(r.Objects) != 3 || r.Objects[2].Type != "report" || r.Objects[2].State != "delivered" {
			t.Errorf("%+v", r)
		}
		if got := a.inbox(t); len(got) != 1 || got[0] != "秘密标题" {
			t.Errorf("the upper city has %q", got)
		}
		if said := x.release(t, n.ID, up, "officer", true, http.StatusConflict); !strings.Contains(said, "security.upward.already") {
			t.Errorf("it is released twice: %s", said)
		}
		// What changes follows by itself, and so does the withdrawal.
		x.do(t, "POST", "/notices/"+n.ID+"/level", "officer", `{"level":2,"reason":"扩散"}`, x.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		if r := x.reported(t, n.ID, "delivered"); r.Act != "revised" || r.Cause != "follow" || r.By == "" {
			t.Errorf("%+v", r)
		}
		x.do(t, "POST", "/notices/"+n.ID+"/withdrawal", "officer", `{"reason":"误发"}`, x.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		kerneltest.Wait(t, "the withdrawal to go up", func() bool {
			r := x.reported(t, n.ID, "delivered")
			return r.Act == "withdrawn"
		})
		if got := a.inbox(t); len(got) != 1 || got[0] != "秘密标题 revoked" {
			t.Errorf("the upper city has %q", got)
		}
		if r := x.Get(t, "/api/security/notices/"+n.ID+"/upward", "manager-ours"); r.Status != http.StatusForbidden {
			t.Errorf("an enterprise sees what goes up: %d", r.Status)
		}
	})
}

func TestWhatMayNotGoUpStays(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, a := newReporter(t, o), newAbove(t)
		up := x.upper(t, a.spec(`"most_tlp":"green","levels":[1,2,3,4]`))
		var drill numbered
		x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"通知","pace":100,"organisations":[%q]}`, x.Ours.ID), 0, http.StatusCreated, &drill)
		d := x.issued(t, named(x.Ours.ID), fmt.Sprintf(`,"drill":%q`, drill.ID))
		if said := x.release(t, d.ID, up, "leader", true, http.StatusConflict); !strings.Contains(said, "security.upward.unreal") {
			t.Errorf("a drill is released: %s", said)
		}
		// A rule of an upper level that may have green only withholds amber, and people see it.
		n := x.issued(t, named(x.Ours.ID), "")
		got := x.upwardOf(t, n.ID, "officer")
		if len(got.Reports) != 1 || got.Reports[0].State != "withheld" || got.Reports[0].Fault != "tlp" || got.Reports[0].Cause != "rule" || got.Uppers[0].Why != "security.upward.tlp" {
			t.Fatalf("%+v", got)
		}
		if said := x.release(t, n.ID, up, "leader", false, http.StatusForbidden); !strings.Contains(said, "TLP:AMBER") || !strings.Contains(said, "TLP:GREEN") {
			t.Errorf("the refusal says %s", said)
		}
		// What is for few goes when somebody releases it who may.
		x.do(t, "PUT", "/uppers/"+up, "officer", a.spec(`"most_tlp":"red","levels":[1,2,3,4]`), 2, http.StatusOK, nil)
		x.confirm(t, "/uppers/"+up, 3)
		x.do(t, "POST", "/notices/"+n.ID+"/tlp", "officer", `{"tlp":"amber+strict","reason":"收紧"}`, got.Version, http.StatusOK, nil)
		if r := x.upwardOf(t, n.ID, "officer").Reports[0]; r.State != "withheld" || r.Fault != "strict" {
			t.Fatalf("by rule: %+v", r)
		}
		if said := x.release(t, n.ID, up, "officer", false, http.StatusForbidden); !strings.Contains(said, "security.upward.strict") {
			t.Errorf("an officer releases what is for few: %s", said)
		}
		x.release(t, n.ID, up, "leader", false, http.StatusOK)
		if r := x.reported(t, n.ID, "delivered"); r.Cause != "person" {
			t.Errorf("%+v", r)
		}
		if got := a.inbox(t); len(got) != 1 {
			t.Errorf("the upper city has %q", got)
		}
	})
}

// A notice whose TLP is made stricter while its report waits is not sent any more.
func TestWhatBecameStricterIsNotSent(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, a := newReporter(t, o), newAbove(t)
		a.mode.Store(broken)
		up := x.upper(t, a.spec(`"most_tlp":"amber","levels":[]`))
		n := x.issued(t, named(x.Ours.ID), "")
		x.release(t, n.ID, up, "officer", false, http.StatusOK)
		kerneltest.Wait(t, "the first try", func() bool {
			x.sendUp(t)
			return x.upwardOf(t, n.ID, "officer").Reports[0].Tries > 0
		})
		x.do(t, "POST", "/notices/"+n.ID+"/tlp", "officer", `{"tlp":"red","reason":"收紧"}`, x.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		a.mode.Store(open)
		x.clock.Turn(time.Hour)
		if r := x.reported(t, n.ID, "withheld"); r.Fault != "tlp" {
			t.Errorf("%+v", r)
		}
		if got := a.inbox(t); len(got) != 0 {
			t.Errorf("the upper city has %q", got)
		}
	})
}

func TestAReportIsTriedUntilItArrives(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, a := newReporter(t, o), newAbove(t)
		up := x.upper(t, a.spec(`"most_tlp":"amber","levels":[]`))
		n := x.issued(t, named(x.Ours.ID), "")
		a.mode.Store(busy)
		x.release(t, n.ID, up, "officer", false, http.StatusOK)
		tried := func(class string, tries int64) (r sentUp) {
			t.Helper()
			kerneltest.Wait(t, fmt.Sprintf("try %d to end with %s", tries, class), func() bool {
				x.sendUp(t)
				r = x.upwardOf(t, n.ID, "officer").Reports[0]
				return r.Tries >= tries
			})
			if r.State != "waiting" || r.Fault != class || r.Tries != tries {
				t.Fatalf("%+v, not %s", r, class)
			}
			return r
		}
		if r := tried("busy", 1); r.NextAt == nil || r.NextAt.Before(x.clock.Now().Add(100*time.Second)) {
			t.Errorf("asked to come in two minutes, it comes at %v", r.NextAt)
		}
		before := a.posts.Load()
		x.clock.Turn(time.Minute)
		if x.sendUp(t); a.posts.Load() != before {
			t.Error("it comes before it was asked to")
		}
		a.mode.Store(elsewhere)
		x.clock.Turn(5 * time.Minute)
		tried("redirect", 2)
		a.mode.Store(deaf)
		x.clock.Turn(time.Hour)
		tried("protocol", 3) // it has arrived, and nobody here knows
		if got := a.inbox(t); len(got) != 1 {
			t.Fatalf("the upper city has %q", got)
		}
		a.mode.Store(open)
		x.clock.Turn(time.Hour)
		x.reported(t, n.ID, "delivered")
		if got := a.inbox(t); len(got) != 1 {
			t.Errorf("sent twice, the upper city has %q", got)
		}
	})
}

func TestAReportEndsWhenItIsRefusedOrGivenUp(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, a := newReporter(t, o), newAbove(t)
		up := x.upper(t, a.spec(`"most_tlp":"amber","levels":[3]`))
		a.mode.Store(strict)
		n := x.issued(t, named(x.Ours.ID), "")
		if r := x.reported(t, n.ID, "failed"); r.Fault != "refused" || !strings.Contains(r.FaultText, "422") || r.Cause != "rule" {
			t.Errorf("%+v", r)
		}
		kerneltest.Wait(t, "the leader to be told", func() bool {
			return strings.Contains(string(x.Get(t, "/api/notify/inbox?limit=100", "leader").Body), "未能上报 省级平台")
		})
		// Sent again, it fails for days, and ends.
		a.mode.Store(broken)
		x.release(t, n.ID, up, "officer", false, http.StatusOK)
		kerneltest.Wait(t, "a try", func() bool {
			x.sendUp(t)
			return x.upwardOf(t, n.ID, "officer").Reports[0].Fault == "broken"
		})
		x.clock.Turn(73 * time.Hour)
		if r := x.reported(t, n.ID, "failed"); r.Fault != "ended" {
			t.Errorf("%+v", r)
		}
		// And once more, by a person: then it arrives.
		a.mode.Store(open)
		x.release(t, n.ID, up, "officer", false, http.StatusOK)
		x.do(t, "POST", "/uppers/"+up+"/sending", "officer", "{}", 0, http.StatusOK, nil)
		x.reported(t, n.ID, "delivered")
		if got := a.inbox(t); len(got) != 1 {
			t.Errorf("the upper city has %q", got)
		}
	})
}

// province is an upper level that takes its time, and takes not everything.
type province struct {
	mu       sync.Mutex
	got      []taxii.Object
	answer   func(objects []taxii.Object) taxii.Status // to what is written
	statuses map[string]taxii.Status
}

func (*province) Discovery(context.Context) (taxii.Discovery, error) { return taxii.Discovery{}, nil }

func (*province) Root(context.Context, string) (taxii.APIRoot, error) {
	return taxii.APIRoot{Title: "Province"}, nil
}

func (*province) Collections(context.Context, string) ([]taxii.Collection, error) {
	return []taxii.Collection{{ID: "91a7b528-80eb-42ed-a74d-c6fbd5a26116", Title: "In", CanWrite: true}}, nil
}

func (*province) Objects(context.Context, taxii.Place, taxii.Query) (taxii.Page, error) {
	return taxii.Page{}, errors.New("nothing is read here")
}

func (p *province) Add(_ context.Context, _ taxii.Place, objects []taxii.Object, _ []taxii.StatusDetail) (taxii.Status, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, objects...)
	return p.answer(objects), nil
}

func (*province) Delete(context.Context, taxii.Place, string, taxii.Query) error {
	return taxii.Forbidden("nothing is deleted here")
}

func (p *province) Status(_ context.Context, _, id string) (taxii.Status, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.statuses[id]
	if !ok {
		return taxii.Status{}, taxii.NotFound("there is no such status")
	}
	return s, nil
}

func (p *province) say(s taxii.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.statuses[s.ID] = s
}

const statusOfProvince = "2d086da7-4bdc-4f91-900e-d77486753710"

func TestAStatusIsAskedUntilItIsComplete(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		p := &province{statuses: map[string]taxii.Status{}}
		p.answer = func(objects []taxii.Object) taxii.Status {
			s := taxii.Status{ID: statusOfProvince, Status: taxii.StatusPending, TotalCount: len(objects), PendingCount: len(objects)}
			p.statuses[s.ID] = s
			return s
		}
		handler, err := taxii.NewServer(taxii.Options{Store: p, Authorise: func(r *http.Request, _ taxii.Action) (context.Context, error) { return r.Context(), nil }})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		x := newReporter(t, o)
		up := x.upper(t, fmt.Sprintf(`{"name":"部级平台","root":"%s/api1/","collection":"91a7b528-80eb-42ed-a74d-c6fbd5a26116","auth":"none","way":"taxii","paused":false,"most_tlp":"amber","levels":[]}`, server.URL))
		n := x.issued(t, named(x.Ours.ID), "")
		x.release(t, n.ID, up, "officer", false, http.StatusOK)
		r := x.reported(t, n.ID, "pending")
		// The status is lost: the same objects go again.
		p.mu.Lock()
		delete(p.statuses, statusOfProvince)
		sent := len(p.got)
		p.mu.Unlock()
		x.clock.Turn(time.Hour)
		x.reported(t, n.ID, "waiting")
		x.clock.Turn(time.Hour)
		kerneltest.Wait(t, "the objects to go again", func() bool { // the clock rests, or what is under way would go twice
			x.sendUp(t)
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.got) == 2*sent
		})
		p.mu.Lock()
		same := p.got[2].ID == p.got[5].ID && p.got[2].Version == p.got[5].Version && string(p.got[2].Raw) == string(p.got[5].Raw)
		p.mu.Unlock()
		if !same {
			t.Error("other objects went the second time")
		}
		// It takes the publisher and not the report.
		p.say(taxii.Status{
			ID: statusOfProvince, Status: taxii.StatusComplete, TotalCount: 3, SuccessCount: 2, FailureCount: 1,
			Failures: []taxii.StatusDetail{{ID: r.Objects[2].ID, Version: r.ObjectVersion, Message: "category unknown here"}},
		})
		x.clock.Turn(time.Hour)
		r = x.reported(t, n.ID, "failed")
		if r.Fault != "object" || r.FaultText != "category unknown here" || r.Objects[0].State != "delivered" || r.Objects[2].State != "failed" {
			t.Errorf("%+v", r)
		}
		// What waits is taken back by a person, with a reason, and then the upper level goes.
		x.release(t, n.ID, up, "officer", false, http.StatusOK)
		r = x.reported(t, n.ID, "pending")
		if said := x.do(t, "DELETE", "/uppers/"+up, "officer", "", 0, http.StatusConflict, nil); !strings.Contains(said, "security.upper.open") {
			t.Errorf("%s", said)
		}
		x.do(t, "POST", "/upward/"+r.ID+"/cancellation", "officer", `{"reason":" "}`, r.Version, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", "/upward/"+r.ID+"/cancellation", "officer", `{"reason":"改用专线"}`, r.Version, http.StatusOK, nil)
		x.do(t, "DELETE", "/uppers/"+up, "officer", "", 0, http.StatusNoContent, nil)
		if said := x.do(t, "GET", "/upward?direction=up", "officer", "", 0, http.StatusOK, nil); !strings.Contains(said, "改用专线") {
			t.Errorf("what was reported is gone with the upper level: %s", said)
		}
	})
}

// What one person sets up does nothing until another one with the duty confirms it, and so it is
// again when it leads elsewhere.
func TestOnePersonAloneOpensNoChannel(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x, a := newReporter(t, o), newAbove(t)
		x.do(t, "GET", "/uppers", "officer-second", "", 0, http.StatusOK, nil) // there is another officer
		var made struct {
			ID         string
			Confirmed  bool
			SetBy      string `json:"set_by"`
			By         string `json:"confirmed_by"`
			MayConfirm bool   `json:"may_confirm"`
			Version    int64
		}
		x.do(t, "POST", "/uppers", "officer", a.spec(`"most_tlp":"amber","levels":[3]`), 0, http.StatusCreated, &made)
		if made.Confirmed || made.SetBy != "officer" || made.MayConfirm {
			t.Errorf("%+v", made)
		}
		// Its rule queues nothing, nobody releases to it, and who set it up does not confirm it.
		n := x.issued(t, named(x.Ours.ID), "")
		if got := x.upwardOf(t, n.ID, "officer"); len(got.Reports) != 0 || got.Uppers[0].May || got.Uppers[0].Why != "security.upward.unconfirmed" {
			t.Errorf("%+v", got)
		}
		if said := x.release(t, n.ID, made.ID, "leader", false, http.StatusConflict); !strings.Contains(said, "security.second.waits") || !strings.Contains(said, "officer") {
			t.Errorf("released: %s", said)
		}
		if said := x.do(t, "POST", "/uppers/"+made.ID+"/confirmation", "officer", "{}", made.Version, http.StatusForbidden, nil); !strings.Contains(said, "security.second.own_hand") {
			t.Errorf("confirmed by who set it up: %s", said)
		}
		x.do(t, "POST", "/uppers/"+made.ID+"/confirmation", "leader", "{}", made.Version, http.StatusForbidden, nil) // not their duty
		kerneltest.Wait(t, "the other officer to be asked", func() bool {
			return strings.Contains(string(x.Get(t, "/api/notify/inbox?limit=100", "officer-second").Body), "待第二人确认")
		})
		x.do(t, "GET", "/uppers/"+made.ID, "officer-second", "", 0, http.StatusOK, &made)
		if !made.MayConfirm {
			t.Errorf("%+v", made)
		}
		x.do(t, "POST", "/uppers/"+made.ID+"/confirmation", "officer-second", "{}", made.Version, http.StatusOK, &made)
		if !made.Confirmed || made.By != "officer-second" {
			t.Errorf("%+v", made)
		}
		x.release(t, n.ID, made.ID, "officer", true, http.StatusOK)
		x.reported(t, n.ID, "delivered")

		// Another name needs nobody; another address, a looser TLP and more levels do, and what is
		// reported waits.
		x.do(t, "PUT", "/uppers/"+made.ID, "officer", strings.Replace(a.spec(`"most_tlp":"green","levels":[]`), "省级平台", "省平台", 1), made.Version, http.StatusOK, &made)
		if made.Confirmed { // the secret was given again
			t.Errorf("another secret by one person: %+v", made)
		}
		x.confirm(t, "/uppers/"+made.ID, made.Version)
		same := strings.Replace(a.spec(`"most_tlp":"green","levels":[]`), fmt.Sprintf(`"secret":%q,`, a.token), "", 1)
		x.do(t, "PUT", "/uppers/"+made.ID, "officer", same, made.Version+1, http.StatusOK, &made)
		if !made.Confirmed {
			t.Errorf("a name needs a second person: %+v", made)
		}
		x.do(t, "PUT", "/uppers/"+made.ID, "officer", strings.Replace(same, `"most_tlp":"green"`, `"most_tlp":"amber"`, 1), made.Version, http.StatusOK, &made)
		if made.Confirmed {
			t.Errorf("a looser TLP by one person: %+v", made)
		}
		x.do(t, "POST", "/notices/"+n.ID+"/withdrawal", "officer", `{"reason":"误发"}`, x.upwardOf(t, n.ID, "officer").Version, http.StatusOK, nil)
		if x.sendUp(t); x.upwardOf(t, n.ID, "officer").Reports[0].State != "waiting" {
			t.Errorf("%+v", x.upwardOf(t, n.ID, "officer").Reports[0])
		}
		if said := x.do(t, "POST", "/uppers/"+made.ID+"/confirmation", "officer-second", "{}", made.Version-1, http.StatusPreconditionFailed, nil); !strings.Contains(said, "kernel.stale") {
			t.Errorf("another version than the one that was seen is confirmed: %s", said)
		}
		x.confirm(t, "/uppers/"+made.ID, made.Version)
		kerneltest.Wait(t, "the withdrawal to go up", func() bool { return x.reported(t, n.ID, "delivered").Act == "withdrawn" })
	})
}
