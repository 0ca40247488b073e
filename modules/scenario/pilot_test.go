package scenario

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/scenario/internal/pilot"
)

// contest is a city that holds a call for pilots, with a clock that tests move.
type contest struct {
	*town
	ahead   atomic.Int64 // how far the clock is ahead, in nanoseconds
	data    string
	child   string // a company below ours
	persons map[string]string
	ties    *ties // of the graph
}

const pilotDoor = "/pilot"

func newContest(t *testing.T, o kerneltest.Options) *contest {
	t.Helper()
	x := &contest{town: &town{}, data: t.TempDir(), persons: map[string]string{}, ties: &ties{}}
	o.Data = x.data
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.module = New(k.Kit("scenario"), k.Directory(), x.ties)
		x.module.now = func() time.Time { return time.Now().Add(time.Duration(x.ahead.Load())) }
		return []module.Module{x.module}
	}, o)
	x.child = x.organisation(t, "我方子公司", x.Ours.ID)
	university := x.organisation(t, "研究院", x.Bureau.ID)
	x.person(t, "child.manager", x.child, "manager")
	for _, who := range []string{"expert.one", "expert.two", "expert.three"} {
		x.person(t, who, university, "viewer")
	}
	x.person(t, "parent.expert", x.Ours.ID, "viewer")
	return x
}

func (x *contest) move(by time.Duration) { x.ahead.Add(int64(by)) }

func (x *contest) organisation(t *testing.T, name, parent string) string {
	t.Helper()
	r := x.Send(t, "POST", "/api/system/organisations", "administrator", fmt.Sprintf(`{"kind":"enterprise","name":{"zh":%q,"en":%q},"parent_id":%q}`, name, name+" Ltd", parent))
	var v struct{ ID string }
	if r.Decode(t, &v); r.Status != http.StatusCreated {
		t.Fatalf("create organisation: %d %s", r.Status, r.Body)
	}
	return v.ID
}

func (x *contest) person(t *testing.T, login, organisation, role string) {
	t.Helper()
	r := x.Send(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":%q,"name":%q,"password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":%q}]}`, login, login, organisation, role))
	var v struct{ ID string }
	if r.Decode(t, &v); r.Status != http.StatusCreated {
		t.Fatalf("create person: %d %s", r.Status, r.Body)
	}
	x.persons[login] = v.ID
	x.SignIn(t, login)
}

const pilotCall = `{"year":2026,"title":{"zh":"2026年试点示范","en":""},"text":"请申报","fields":["轮胎","家电"],"blind":true,"opens_at":%q,"closes_at":%q,"notice_days":5,"reviewers":2,"pass_mark":50,"quota":1,
	"criteria":[{"code":"depth","title":{"zh":"先进性","en":"Depth"},"weight":3,"max":100,"min":40},{"code":"spread","title":{"zh":"可推广","en":"Spread"},"weight":1,"max":10,"min":0}],
	"conditions":[{"code":"local","title":{"zh":"在本市注册","en":"Local"}}],"ties":["depth"]}`

// open holds a blind call that is open for an hour.
func (x *contest) open(t *testing.T) (c pilot.CallDetail) {
	t.Helper()
	now := x.module.now()
	x.do(t, "POST", pilotDoor+"/calls", "officer", fmt.Sprintf(pilotCall, now.Add(-time.Minute).Format(time.RFC3339Nano), now.Add(time.Hour).Format(time.RFC3339Nano)), 0, http.StatusCreated, &c)
	x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/opening", "officer", "", c.Version, http.StatusOK, &c)
	return c
}

func (x *contest) call(t *testing.T, id string) (c pilot.CallDetail) {
	t.Helper()
	x.do(t, "GET", pilotDoor+"/calls/"+id, "officer", "", 0, http.StatusOK, &c)
	return c
}

func (x *contest) see(t *testing.T, id, who string) (a pilot.ApplicationDetail) {
	t.Helper()
	x.do(t, "GET", pilotDoor+"/applications/"+id, who, "", 0, http.StatusOK, &a)
	return a
}

const pilotAnswers = `{"project":%q,"fields":["轮胎"],"answers":[{"code":"depth","text":"全流程","files":%s},{"code":"spread","text":"可复制","files":[]}]}`

// attach uploads a file that is named after the applicant; during moves the clock while
// the file comes in.
func (x *contest) attach(t *testing.T, id, who string, during time.Duration) (kerneltest.Reply, pilot.File) {
	t.Helper()
	body := io.MultiReader(strings.NewReader("proof of "), &mover{x, during}, strings.NewReader(id))
	r := httptest.NewRequest("POST", "/api/scenario"+pilotDoor+"/applications/"+id+"/files?name="+"secret-company.txt", body)
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("Cookie", x.Cookie(t, who))
	r.Header.Set("X-Linghang-CSRF", "1")
	reply := x.Do(r)
	var f pilot.File
	if reply.Status == http.StatusCreated {
		reply.Decode(t, &f)
	}
	return reply, f
}

// mover moves the clock when it is read.
type mover struct {
	x  *contest
	by time.Duration
}

func (m *mover) Read([]byte) (int, error) {
	m.x.move(m.by)
	return 0, io.EOF
}

// apply submits an application with a file.
func (x *contest) apply(t *testing.T, call, who, project string) (a pilot.ApplicationDetail) {
	t.Helper()
	x.do(t, "POST", pilotDoor+"/applications", who, fmt.Sprintf(`{"call_id":%q}`, call), 0, http.StatusCreated, &a)
	reply, f := x.attach(t, a.ID, who, 0)
	if reply.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", reply.Status, reply.Body)
	}
	x.do(t, "POST", pilotDoor+"/applications/"+a.ID+"/submission", who, fmt.Sprintf(pilotAnswers, project, fmt.Sprintf("[%q]", f.ID)), a.Version, http.StatusOK, &a)
	return a
}

// seal moves the clock past the deadline and has the call sealed, by the officer or the
// job that comes around.
func (x *contest) seal(t *testing.T, call string) {
	t.Helper()
	x.move(2 * time.Hour)
	x.Send(t, "POST", "/api/scenario"+pilotDoor+"/calls/"+call+"/seal", "officer", "")
	if c := x.call(t, call); c.State != pilot.CallChecking || len(c.Seals) != 1 {
		t.Fatalf("not sealed: %s, %d seals", c.State, len(c.Seals))
	}
}

func (x *contest) judge(t *testing.T, id, body string, want int) {
	t.Helper()
	x.do(t, "POST", pilotDoor+"/applications/"+id+"/eligibility", "officer", body, x.see(t, id, "officer").Version, want, nil)
}

const eligible = `{"decision":"eligible","checks":[{"code":"local","met":true,"note":""}]}`

// pool lets persons review, each up to ten.
func (x *contest) pool(t *testing.T, call string, want int, who ...string) {
	t.Helper()
	list := []string{}
	for _, w := range who {
		list = append(list, fmt.Sprintf(`{"person_id":%q,"fields":["轮胎"],"capacity":10}`, x.persons[w]))
	}
	x.do(t, "PUT", pilotDoor+"/calls/"+call+"/reviewers", "officer", `{"reviewers":[`+strings.Join(list, ",")+`]}`, 0, want, nil)
}

// review submits all own reviews of somebody with the same points.
func (x *contest) review(t *testing.T, who string, points func(alias string) float64) {
	t.Helper()
	var page struct{ Items []pilot.ReviewTask }
	x.do(t, "GET", pilotDoor+"/reviews?state=assigned", who, "", 0, http.StatusOK, &page)
	for _, r := range page.Items {
		p := points(r.Alias)
		x.do(t, "POST", pilotDoor+"/reviews/"+r.ID+"/submission", who, fmt.Sprintf(`{"marks":[{"code":"depth","points":%g,"reason":"意见"},{"code":"spread","points":%g,"reason":"意见"}]}`, p, p/10), r.Version, http.StatusOK, nil)
	}
}

func (x *contest) panel(t *testing.T, call string) (v pilot.Table) {
	t.Helper()
	x.do(t, "GET", pilotDoor+"/calls/"+call+"/panel", "officer", "", 0, http.StatusOK, &v)
	return v
}

func (x *contest) decide(t *testing.T, call string, want int, choices ...pilot.Choice) string {
	t.Helper()
	list, err := json.Marshal(choices)
	if err != nil {
		t.Fatal(err)
	}
	return x.do(t, "POST", pilotDoor+"/calls/"+call+"/decision", "officer", `{"meeting":"11月28日，专家组五人","choices":`+string(list)+`}`, x.call(t, call).Version, want, nil)
}

func TestAPilotIsChosenFromCallToRemoval(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newContest(t, o)
		c := x.open(t)
		child, theirs := x.apply(t, c.ID, "child.manager", "子公司项目甲"), x.apply(t, c.ID, "manager-theirs", "项目乙")
		x.seal(t, c.ID)
		x.supplement(t, theirs.ID)
		x.judge(t, child.ID, eligible, http.StatusOK)
		x.judge(t, theirs.ID, eligible, http.StatusOK)
		x.pool(t, c.ID, http.StatusOK, "expert.one", "expert.two", "parent.expert")
		x.leave(t, c.ID)
		x.assign(t, c.ID, child.ID)
		x.unmask(t, theirs.ID)
		for who, shift := range map[string]float64{"expert.one": 0, "expert.two": -20, "parent.expert": 10} {
			x.review(t, who, func(alias string) float64 {
				if alias == x.see(t, child.ID, "officer").Alias {
					return 80 + shift
				}
				return 70 + shift
			})
		}
		v := x.panel(t, c.ID)
		if !v.Ready || v.Groups != 1 || v.Items[0].ApplicationID != child.ID || !v.Items[0].Within || v.Items[1].Within || v.Items[0].Calibrated-v.Items[1].Calibrated < 9.9 {
			t.Fatalf("the panel has %+v", v)
		}
		x.meet(t, c.ID, child.ID, theirs.ID)
		x.notice(t, c.ID, child.ID, theirs.ID)
		x.inspect(t, c.ID)
	})
}

// supplement asks for a supplement, and gets it: beside what was sealed.
func (x *contest) supplement(t *testing.T, id string) {
	t.Helper()
	until := x.module.now().Add(time.Hour).Format(time.RFC3339)
	x.judge(t, id, `{"decision":"eligible","checks":[{"code":"local","met":false,"note":""}]}`, http.StatusUnprocessableEntity)
	x.judge(t, id, fmt.Sprintf(`{"decision":"supplement","reason":"缺执照","until":%q,"checks":[{"code":"local","met":false,"note":""}]}`, until), http.StatusOK)
	a := x.see(t, id, "manager-theirs")
	x.do(t, "POST", pilotDoor+"/applications/"+id+"/supplement", "manager-theirs", `{"text":"他方平台公司的执照"}`, a.Version, http.StatusUnprocessableEntity, nil)
	x.do(t, "PUT", pilotDoor+"/applications/"+id, "manager-theirs", fmt.Sprintf(pilotAnswers, "改", "[]"), a.Version, http.StatusConflict, nil)
	x.do(t, "POST", pilotDoor+"/applications/"+id+"/supplement", "manager-theirs", `{"text":"补充执照"}`, a.Version, http.StatusOK, nil)
}

// leave leaves a reviewer in the pool of whom there is no person any more, as an erasure does.
func (x *contest) leave(t *testing.T, call string) {
	t.Helper()
	err := x.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO pilot_reviewer (call_id, person_id, person_name, alias, fields, capacity) VALUES ($1, 'gone', $2, 'R-GONE', '["轮胎"]', 100)`, call, sqldb.ErasedName)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// assign assigns reviewers; whoever is of the parent company does not get the child's.
func (x *contest) assign(t *testing.T, call, child string) {
	t.Helper()
	var v pilot.Assignment
	x.do(t, "POST", pilotDoor+"/calls/"+call+"/assignment", "officer", "", x.call(t, call).Version, http.StatusOK, &v)
	if v.Assigned != 4 || v.Experts != 4 || v.Conflicts != 1 || len(v.Lacking) != 0 {
		t.Fatalf("assigned %+v", v)
	}
	body := x.do(t, "POST", pilotDoor+"/applications/"+child+"/reviewers", "officer", fmt.Sprintf(`{"person_id":%q}`, x.persons["parent.expert"]), 0, http.StatusConflict, nil)
	x.do(t, "POST", pilotDoor+"/applications/"+child+"/reviewers", "officer", `{"person_id":"gone"}`, 0, http.StatusUnprocessableEntity, nil)
	if !strings.Contains(body, "scenario.pilot.conflict") || !strings.Contains(body, "shareholding") || !strings.Contains(body, "我方子公司") {
		t.Errorf("the refusal does not say why: %s", body)
	}
	if x.panel(t, call).Ready {
		t.Error("ready without a review")
	}
}

// unmask tries to find out, as a reviewer, whose application it is.
func (x *contest) unmask(t *testing.T, application string) {
	t.Helper()
	secrets := []string{"他方平台公司", "Their Operator", x.Theirs.ID, application, "secret-company", "manager-theirs"}
	leaks := func(where, text string) {
		t.Helper()
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s tells %q", where, s)
			}
		}
	}
	a := x.see(t, application, "officer")
	secrets = append(secrets, a.Files[0].SHA256, a.Files[0].ID)
	for _, who := range []string{"expert.one", "expert.two", "parent.expert"} {
		var page struct{ Items []pilot.ReviewTask }
		body := x.do(t, "GET", pilotDoor+"/reviews", who, "", 0, http.StatusOK, &page)
		leaks("the list of reviews", body)
		leaks("its export", string(x.Send(t, "GET", "/api/scenario"+pilotDoor+"/reviews", who, "", "Accept", "text/csv").Body))
		for _, r := range page.Items {
			review := x.do(t, "GET", pilotDoor+"/reviewing?review="+r.ID, who, "", 0, http.StatusOK, nil)
			if leaks("a review", review); strings.Contains(review, a.Commitment) {
				t.Error("a review tells the commitment, by which the receipt finds it")
			}
			f := x.Get(t, "/api/scenario"+pilotDoor+"/reviewing/file?n=1&review="+r.ID, who)
			leaks("the name of a file", fmt.Sprint(f.Header))
			if f.Status != http.StatusOK || !strings.Contains(f.Header.Get("Content-Disposition"), r.Alias+"-1.txt") {
				t.Errorf("the file: %d %v", f.Status, f.Header)
			}
		}
		x.do(t, "GET", pilotDoor+"/applications/"+application, who, "", 0, http.StatusNotFound, nil)
		x.do(t, "GET", pilotDoor+"/files/"+a.Files[0].ID, who, "", 0, http.StatusNotFound, nil)
		leaks("the call", x.do(t, "GET", pilotDoor+"/calls/"+a.CallID, who, "", 0, http.StatusOK, nil))
		leaks("the list of applications", x.do(t, "GET", pilotDoor+"/applications", who, "", 0, http.StatusOK, nil))
	}
	for _, who := range []string{"manager-theirs", "viewer-theirs"} { // and as the applicant, who reviews
		body := x.do(t, "GET", pilotDoor+"/applications/"+application, who, "", 0, http.StatusOK, nil)
		for login, id := range x.persons {
			if strings.Contains(body, id) || strings.HasPrefix(login, "expert") && strings.Contains(body, login) {
				t.Errorf("the applicant sees %s: %s", login, body)
			}
		}
		if strings.Contains(body, a.Alias) {
			t.Errorf("the applicant sees the pseudonym: %s", body)
		}
	}
}

// meet lets the panel decide, against the rules first.
func (x *contest) meet(t *testing.T, call, first, second string) {
	t.Helper()
	yes, no := pilot.Choice{ApplicationID: first, Selected: true}, pilot.Choice{ApplicationID: second}
	both := no
	both.Selected, both.Reason = true, "也好"
	refused := func(what string, choices ...pilot.Choice) {
		t.Helper()
		if body := x.decide(t, call, http.StatusUnprocessableEntity, choices...); !strings.Contains(body, what) {
			t.Errorf("refused, not for %q: %s", what, body)
		}
	}
	refused("quota", yes, both)
	refused("every application", yes)
	refused("departs", pilot.Choice{ApplicationID: first}, pilot.Choice{ApplicationID: second, Selected: true})
	refused("once", yes, yes, no)
	x.decide(t, call, http.StatusOK, pilot.Choice{ApplicationID: first, Reason: "资金不到位"}, pilot.Choice{ApplicationID: second, Selected: true, Reason: "代表性强"})
}

// notice runs through the public notice.
func (x *contest) notice(t *testing.T, call, loser, winner string) {
	t.Helper()
	if s := x.see(t, loser, "child.manager"); s.State != pilot.Unselected || s.Reason != "资金不到位" || len(s.Said) != 2 || s.Raw != 0 {
		t.Errorf("who was not chosen sees %+v", s.Application)
	}
	object := func(who string, want int) {
		t.Helper()
		x.do(t, "POST", pilotDoor+"/calls/"+call+"/objections", who, fmt.Sprintf(`{"application_id":%q,"text":"不实"}`, winner), 0, want, nil)
	}
	x.do(t, "POST", pilotDoor+"/calls/"+call+"/publication", "officer", "", x.call(t, call).Version, http.StatusConflict, nil)
	object("child.manager", http.StatusOK)
	for who, may := range map[string]bool{"child.manager": true, "manager-theirs": false} { // theirs is all that was chosen
		var c pilot.CallDetail
		x.do(t, "GET", pilotDoor+"/calls/"+call, who, "", 0, http.StatusOK, &c)
		if slices.Contains(c.Acts, "object") != may {
			t.Errorf("%s is offered %v", who, c.Acts)
		}
	}
	if body := x.do(t, "POST", pilotDoor+"/calls/"+call+"/objections", "manager-theirs", fmt.Sprintf(`{"application_id":%q,"text":"不实"}`, winner), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(body, "this is your own application") {
		t.Errorf("an objection to one's own application is refused by %s", body)
	}
	x.do(t, "POST", pilotDoor+"/calls/"+call+"/objections", "child.manager", fmt.Sprintf(`{"application_id":%q,"text":"不实"}`, loser), 0, http.StatusUnprocessableEntity, nil)
	x.move(5*24*time.Hour + time.Minute)
	x.SignIn(t, "officer")
	x.SignIn(t, "child.manager")
	object("child.manager", http.StatusConflict) // after the deadline
	x.do(t, "POST", pilotDoor+"/calls/"+call+"/publication", "officer", "", x.call(t, call).Version, http.StatusConflict, nil)
	c := x.call(t, call)
	x.do(t, "POST", pilotDoor+"/objections/"+c.Objections[0].ID+"/answer", "officer", `{"upheld":false,"answer":"查无实据"}`, 0, http.StatusOK, nil)
	x.do(t, "POST", pilotDoor+"/objections/"+c.Objections[0].ID+"/answer", "officer", `{"upheld":true,"answer":"再查"}`, 0, http.StatusConflict, nil)
	x.do(t, "POST", pilotDoor+"/calls/"+call+"/publication", "officer", "", c.Version, http.StatusOK, &c)
	if c.State != pilot.CallPublished || len(c.Seals) != 3 || c.Seals[2].Count != 0 && c.Seals[2].Stage != pilot.StageList {
		t.Errorf("published: %s %+v", c.State, c.Seals)
	}
}

func (x *contest) counted(t *testing.T) float64 {
	t.Helper()
	for _, m := range x.module.Manifest().Measures {
		if m.ID == "scenario.pilots" {
			v, err := m.Value(t.Context())
			if err != nil || !v.Known {
				t.Fatalf("measure %+v: %v", v, err)
			}
			return v.Number
		}
	}
	t.Fatal("there is no measure")
	return 0
}

// inspect removes the pilot that was published.
func (x *contest) inspect(t *testing.T, call string) {
	t.Helper()
	var page struct{ Items []pilot.Pilot }
	x.do(t, "GET", pilotDoor+"/pilots?year=2026", "viewer-ours", "", 0, http.StatusOK, &page)
	if len(page.Items) != 1 || page.Items[0].Number != "P2026-0001" || page.Items[0].ApplicationID != "" || x.counted(t) != 1 {
		t.Fatalf("the list: %+v", page.Items)
	}
	at := pilotDoor + "/pilots/" + page.Items[0].ID
	x.do(t, "POST", at+"/inspections", "officer", `{"year":2026,"outcome":"kept","reason":"正常"}`, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/inspections", "officer", `{"year":2026,"outcome":"kept","reason":"正常"}`, 0, http.StatusConflict, nil)
	x.do(t, "POST", at+"/inspections", "officer", `{"year":2025,"outcome":"kept","reason":"正常"}`, 0, http.StatusUnprocessableEntity, nil)
	var v pilot.Checkup
	x.do(t, "GET", pilotDoor+"/calls/"+call+"/check", "auditor", "", 0, http.StatusOK, &v)
	if !v.Whole || v.Seals != 3 {
		t.Errorf("the check: %+v", v)
	}
	x.move(366 * 24 * time.Hour)
	x.SignIn(t, "officer")
	x.do(t, "POST", at+"/inspections", "officer", fmt.Sprintf(`{"year":%d,"outcome":"removed","reason":"停产"}`, x.module.now().Year()), 0, http.StatusOK, nil)
	if x.counted(t) != 0 {
		t.Error("a removed pilot counts")
	}
}

func TestNothingComesInAfterTheDeadline(t *testing.T) {
	x := newContest(t, kerneltest.Options{})
	c := x.open(t)
	ours := x.apply(t, c.ID, "child.manager", "项目甲")
	var late pilot.ApplicationDetail
	x.do(t, "POST", pilotDoor+"/applications", "manager-theirs", fmt.Sprintf(`{"call_id":%q}`, c.ID), 0, http.StatusCreated, &late)
	if body := x.do(t, "POST", pilotDoor+"/applications/"+late.ID+"/submission", "manager-theirs", fmt.Sprintf(pilotAnswers, "他方 平台公司的项目", "[]"), late.Version, http.StatusUnprocessableEntity, nil); !strings.Contains(body, "body.project") {
		t.Errorf("it names its author: %s", body)
	}
	// An upload that begins before the deadline and ends after it is too late.
	if reply, _ := x.attach(t, late.ID, "manager-theirs", 2*time.Hour); reply.Status != http.StatusConflict {
		t.Errorf("an upload over the deadline: %d %s", reply.Status, reply.Body)
	}
	if reply, _ := x.attach(t, late.ID, "manager-theirs", 0); reply.Status != http.StatusConflict {
		t.Errorf("an upload after the deadline: %d", reply.Status)
	}
	if v := x.see(t, late.ID, "manager-theirs"); len(v.Files) != 0 || v.Accepts {
		t.Errorf("it has %d files", len(v.Files))
	}
	body := fmt.Sprintf(pilotAnswers, "迟到", "[]")
	x.do(t, "PUT", pilotDoor+"/applications/"+late.ID, "manager-theirs", body, late.Version, http.StatusConflict, nil)
	x.do(t, "POST", pilotDoor+"/applications/"+late.ID+"/submission", "manager-theirs", body, late.Version, http.StatusConflict, nil)
	x.do(t, "DELETE", pilotDoor+"/applications/"+ours.ID+"/submission", "child.manager", "", ours.Version, http.StatusConflict, nil)
	x.do(t, "POST", pilotDoor+"/applications", "manager-ours", fmt.Sprintf(`{"call_id":%q}`, c.ID), 0, http.StatusConflict, nil)
	c = x.call(t, c.ID)
	if c.State == pilot.CallOpen { // the job may have sealed it
		now := x.module.now()
		put := fmt.Sprintf(pilotCall, c.OpensAt.Format(time.RFC3339Nano), now.Add(time.Hour).Format(time.RFC3339Nano))
		x.do(t, "PUT", pilotDoor+"/calls/"+c.ID, "officer", put, c.Version, http.StatusConflict, nil)
	}
	x.do(t, "DELETE", pilotDoor+"/calls/"+c.ID, "officer", "", 0, http.StatusConflict, nil)
}
