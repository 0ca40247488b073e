package security

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

// town is a city with the room, whose clock tests turn.
type town struct {
	*kerneltest.City
	module *Module
	clock  kerneltest.Clock
	rota   turns
}

func newTown(t *testing.T, o kerneltest.Options) *town {
	t.Helper()
	x := &town{}
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.module = New(k.Kit("security"), k.Directory(), &x.rota)
		x.module.now = x.clock.Now
		return []module.Module{x.module}
	}, o)
	for _, who := range []string{"manager-ours", "manager-theirs"} {
		x.do(t, "GET", "/assignments", who, "", 0, http.StatusOK, nil)
	}
	return x
}

// do asks, and reads the answer into v.
func (x *town) do(t *testing.T, method, path, who, body string, version int64, want int, v any) string {
	t.Helper()
	var header []string
	if version > 0 {
		header = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(version))}
	}
	r := x.Send(t, method, "/api/security"+path, who, body, header...)
	if r.Status != want {
		t.Fatalf("%s %s as %s: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	if v != nil {
		if err := json.Unmarshal(r.Body, v); err != nil {
			t.Fatal(err)
		}
	}
	return string(r.Body)
}

type numbered struct {
	ID, State, Number string
	Version           int64
}

// issued is a notice that has gone out; more is what else its draft says.
func (x *town) issued(t *testing.T, audience, more string) (n numbered) {
	t.Helper()
	x.do(t, "POST", "/notices", "officer", fmt.Sprintf(`{"kind":"notice","colour":"","title":"秘密标题","body":"秘密正文","ask":"秘密要求","level":3,"category":"attack","tlp":"amber","audience":%s%s}`, audience, more), 0, http.StatusCreated, &n)
	x.do(t, "POST", "/notices/"+n.ID+"/submission", "officer", "{}", 1, http.StatusOK, nil)
	x.do(t, "POST", "/notices/"+n.ID+"/signature", "leader", "{}", 2, http.StatusOK, nil)
	x.do(t, "POST", "/notices/"+n.ID+"/issue", "officer", "{}", 3, http.StatusOK, &n)
	return n
}

func named(ids ...string) string {
	list, err := json.Marshal(ids)
	if err != nil {
		return ""
	}
	return `{"all":false,"districts":[],"organisations":` + string(list) + `}`
}

// own is the only assignment of a notice that somebody sees, once it is delivered.
func (x *town) own(t *testing.T, notice, who string) (a numbered) {
	t.Helper()
	kerneltest.Wait(t, "the notice to be delivered to "+who, func() bool {
		var list struct{ Items []numbered }
		x.do(t, "GET", "/assignments?notice="+notice, who, "", 0, http.StatusOK, &list)
		if len(list.Items) > 1 {
			t.Fatalf("%s sees %d assignments of one notice", who, len(list.Items))
		}
		if len(list.Items) == 1 {
			a = list.Items[0]
		}
		return len(list.Items) == 1
	})
	return a
}

func (x *town) measured(t *testing.T, id string) (number float64, known bool) {
	t.Helper()
	for _, m := range x.module.notices.Measures() {
		if m.ID == id {
			v, err := m.Value(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return v.Number, v.Known
		}
	}
	t.Fatalf("there is no measure %s", id)
	return 0, false
}

func TestNotices(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, x *town){
		"drills reach no figure of real notices":      drillsCountNowhere,
		"an addressee learns nothing of others":       addresseesAreApart,
		"incidents are causes":                        incidentsAreCauses,
		"who cannot be told is shown, and told later": unreachableIsTold,
		"nobody is told twice, and drills say so":     toldOnce,
		"notices are exchanged, drills are not":       noticesAreExchanged,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newTown(t, o)) })
		})
	}
}

func drillsCountNowhere(t *testing.T, x *town) {
	var drill struct{ ID string }
	x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"通知","pace":100,"organisations":[%q,%q]}`, x.Ours.ID, x.Theirs.ID), 0, http.StatusCreated, &drill)
	n := x.issued(t, named(x.Ours.ID, x.Theirs.ID), fmt.Sprintf(`,"drill":%q`, drill.ID))
	a := x.own(t, n.ID, "manager-ours")
	x.own(t, n.ID, "manager-theirs")
	x.do(t, "POST", "/assignments/"+a.ID+"/acknowledgement", "manager-ours", "{}", 2, http.StatusOK, nil)
	x.clock.Turn(5 * time.Minute) // of a hundred times two hours' time
	if n, _ := x.measured(t, "security.notices_issued"); n != 0 {
		t.Errorf("a drill counts as %g notices that were issued", n)
	}
	if share, known := x.measured(t, "security.notices_acknowledged_in_time"); known {
		t.Errorf("a drill counts among acknowledgements: %g", share)
	}
	real := x.issued(t, named(x.Ours.ID), "")
	b := x.own(t, real.ID, "manager-ours")
	x.do(t, "POST", "/assignments/"+b.ID+"/acknowledgement", "manager-ours", "{}", 2, http.StatusOK, nil)
	if n, _ := x.measured(t, "security.notices_issued"); n != 1 {
		t.Errorf("%g notices were issued, want 1", n)
	}
	if share, known := x.measured(t, "security.notices_acknowledged_in_time"); !known || share != 100 {
		t.Errorf("%g %% were acknowledged in time (known: %v), want 100", share, known)
	}
	var s struct{ Addressees, Acknowledged int }
	if x.do(t, "GET", "/notices/"+real.ID+"/statistics", "officer", "", 0, http.StatusOK, &s); s.Addressees != 1 || s.Acknowledged != 1 {
		t.Errorf("the real notice counts %+v", s)
	}
	var d struct {
		Statistics struct{ Addressees, Acknowledged int }
	}
	if x.do(t, "GET", "/drills/"+drill.ID, "officer", "", 0, http.StatusOK, &d); d.Statistics.Addressees != 2 || d.Statistics.Acknowledged != 1 {
		t.Errorf("the drill counts %+v", d)
	}
	if !strings.HasPrefix(n.Number, "演练-") || strings.HasPrefix(real.Number, "演练") || !strings.HasSuffix(real.Number, "-001") {
		t.Errorf("numbers are %q of the drill and %q", n.Number, real.Number)
	}
}

func addresseesAreApart(t *testing.T, x *town) {
	n := x.issued(t, named(x.Ours.ID, x.Theirs.ID), "")
	ours, theirs := x.own(t, n.ID, "manager-ours"), x.own(t, n.ID, "manager-theirs")
	// Whatever theirs may ask for, ours is not in it.
	for _, path := range []string{"/assignments", "/assignments?export=csv", "/assignments?q=我方", "/assignments/" + theirs.ID} {
		body := x.do(t, "GET", path, "manager-theirs", "", 0, http.StatusOK, nil)
		if strings.Contains(body, ours.ID) || strings.Contains(body, x.Ours.ID) || strings.Contains(body, "我方平台公司") {
			t.Errorf("%s tells of another addressee: %s", path, body)
		}
	}
	for _, path := range []string{"/acknowledgement", "/note"} {
		foreign := x.do(t, "POST", "/assignments/"+ours.ID+path, "manager-theirs", "{}", 2, http.StatusNotFound, nil)
		none := x.do(t, "POST", "/assignments/01M00000000000000000000000"+path, "manager-theirs", "{}", 2, http.StatusNotFound, nil)
		if cut(foreign) != cut(none) {
			t.Errorf("a foreign assignment answers otherwise than none: %s, %s", foreign, none)
		}
	}
	// Who may read it finds it, each in the own place; of one that is for few nothing is kept.
	found := func(who, word string) (paths string) {
		var hits struct{ Items []struct{ Path string } }
		r := x.Get(t, "/api/search?q="+word, who)
		if r.Decode(t, &hits); r.Status != http.StatusOK {
			t.Fatalf("search as %s: %d %s", who, r.Status, r.Body)
		}
		for _, h := range hits.Items {
			paths += h.Path + " "
		}
		return paths
	}
	for who, want := range map[string]string{"officer": "/security/notices/" + n.ID + " ", "manager-ours": "/security/assignments/" + ours.ID + " ", "manager-theirs": "/security/assignments/" + theirs.ID + " "} {
		kerneltest.Wait(t, who+" to find the notice", func() bool { return found(who, "秘密正文") == want })
	}
	x.do(t, "POST", "/notices/"+n.ID+"/tlp", "officer", `{"tlp":"red","reason":"收紧"}`, 4, http.StatusOK, nil)
	for _, who := range []string{"officer", "manager-ours"} {
		kerneltest.Wait(t, "search to forget the text for "+who, func() bool { return found(who, "秘密正文") == "" && found(who, "秘密标题") == "" })
	}
	// Notices that it has not got have files that do not exist for it.
	var f struct{ ID string }
	r := x.Send(t, "POST", "/api/security/assignments/"+ours.ID+"/files?name=proof.txt", "manager-ours", "我方的佐证", "Content-Type", "text/plain")
	if r.Decode(t, &f); r.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", r.Status, r.Body)
	}
	x.do(t, "GET", "/notice-files/"+f.ID, "manager-theirs", "", 0, http.StatusNotFound, nil)
	if body := x.do(t, "GET", "/notice-files/"+f.ID, "officer", "", 0, http.StatusOK, nil); body != "我方的佐证" {
		t.Errorf("the city reads %q", body)
	}
}

// cut takes off what differs from request to request.
func cut(problem string) string {
	before, _, _ := strings.Cut(problem, `"request_id"`)
	return before
}

func unreachableIsTold(t *testing.T, x *town) {
	var o struct{ ID string }
	r := x.Send(t, "POST", "/api/system/organisations", "administrator", `{"kind":"enterprise","name":{"zh":"无人企业","en":"Nobody Ltd"}}`)
	if r.Decode(t, &o); r.Status != http.StatusCreated {
		t.Fatalf("create organisation: %d %s", r.Status, r.Body)
	}
	n := x.issued(t, named(o.ID, x.Ours.ID), "")
	x.own(t, n.ID, "manager-ours")
	unreachable := func() int {
		var s struct{ Unreachable int }
		x.do(t, "GET", "/notices/"+n.ID+"/statistics", "officer", "", 0, http.StatusOK, &s)
		return s.Unreachable
	}
	kerneltest.Wait(t, "it to be seen that nobody can be told", func() bool { return unreachable() == 1 })
	r = x.Send(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":"late.comer","name":"新来的人","password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"manager"}]}`, o.ID))
	if r.Status != http.StatusCreated {
		t.Fatalf("create person: %d %s", r.Status, r.Body)
	}
	x.do(t, "POST", "/notices/"+n.ID+"/delivery", "officer", "{}", 4, http.StatusOK, nil)
	kerneltest.Wait(t, "it to be delivered", func() bool { return unreachable() == 0 })
	x.SignIn(t, "late.comer")
	x.own(t, n.ID, "late.comer")
}

func toldOnce(t *testing.T, x *town) {
	var drill struct{ ID string }
	x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"通知","pace":1,"organisations":[%q]}`, x.Ours.ID), 0, http.StatusCreated, &drill)
	n := x.issued(t, named(x.Ours.ID), fmt.Sprintf(`,"drill":%q`, drill.ID))
	a := x.own(t, n.ID, "manager-ours")
	x.clock.Turn(20 * time.Hour)
	kerneltest.Wait(t, "the time to be over", func() bool {
		return strings.Contains(x.do(t, "GET", "/assignments/"+a.ID, "officer", "", 0, http.StatusOK, nil), `"part":6`)
	})
	var got struct {
		Course []struct {
			Act  string
			Data struct {
				Late int `json:"late_minutes"`
			}
		}
	}
	x.do(t, "GET", "/assignments/"+a.ID, "officer", "", 0, http.StatusOK, &got)
	acts := ""
	for _, e := range got.Course {
		if acts += e.Act + " "; strings.Contains("reminded overdue escalated", e.Act) && e.Data.Late == 0 {
			t.Errorf("%s does not say how late it fired", e.Act)
		}
	}
	if acts != "delivered reminded overdue escalated escalated escalated " {
		t.Errorf("the course is %s", acts)
	}
	// Of the city only who holds the drill is told, and every message says that it is one.
	const steps = 5
	kerneltest.Wait(t, "the addressee to be told of everything", func() bool { return x.told(t, "manager-ours") == 1+steps })
	kerneltest.Wait(t, "who holds the drill to be told", func() bool { return x.told(t, "officer") == steps-2 })
	if n := x.told(t, "leader"); n != 0 {
		t.Errorf("a leader was told of a drill %d times", n)
	}
}

// told counts the messages that somebody got of a drill, but for those to sign it; each must say what it is.
func (x *town) told(t *testing.T, who string) (n int) {
	t.Helper()
	var inbox struct {
		Items []struct {
			Kind  string
			Title struct{ ZH, EN string }
		}
	}
	r := x.Get(t, "/api/notify/inbox?limit=100", who)
	if r.Decode(t, &inbox); r.Status != http.StatusOK {
		t.Fatalf("inbox of %s: %d %s", who, r.Status, r.Body)
	}
	for _, m := range inbox.Items {
		if !strings.HasPrefix(m.Kind, "security.") || m.Kind == "security.notice.to_sign" {
			continue
		}
		n++
		if !strings.HasPrefix(m.Title.ZH, "【演练】[TLP:AMBER]") || !strings.HasPrefix(m.Title.EN, "[DRILL] [TLP:AMBER]") {
			t.Errorf("%s was told without the mark of the drill: %+v", who, m.Title)
		}
	}
	return n
}

// A notice may be written because of an incident, which the city sees on both and nobody else; one of a drill or of the
// demonstration goes with its own kind, and one that is none any more with none.
func incidentsAreCauses(t *testing.T, x *town) {
	open := func(more string) (i numbered) {
		x.do(t, "POST", "/incidents", "officer", fmt.Sprintf(`{"organisation_id":%q,"title":"勒索","summary":"经过","category":"malware","kind":"other","tlp":"amber","importance":"","loss":"","harm":"","aware_at":%q%s}`, x.Ours.ID, x.clock.Now().UTC().Format(time.RFC3339), more), 0, http.StatusCreated, &i)
		return i
	}
	real := open("")
	n := x.issued(t, named(x.Theirs.ID), fmt.Sprintf(`,"incident":%q`, real.ID))
	var detail struct {
		Incident *struct{ ID, Number, Title string }
	}
	x.do(t, "GET", "/notices/"+n.ID, "officer", "", 0, http.StatusOK, &detail)
	if detail.Incident == nil || detail.Incident.ID != real.ID || detail.Incident.Title != "勒索" {
		t.Errorf("the notice says %+v of its incident", detail.Incident)
	}
	x.issued(t, named(x.Theirs.ID), "")
	var list struct{ Items []numbered }
	x.do(t, "GET", "/notices?incident="+real.ID, "officer", "", 0, http.StatusOK, &list)
	if len(list.Items) != 1 || list.Items[0].ID != n.ID {
		t.Errorf("the incident has notices %+v", list.Items)
	}
	if said := x.do(t, "GET", "/assignments/"+x.own(t, n.ID, "manager-theirs").ID, "manager-theirs", "", 0, http.StatusOK, nil); strings.Contains(said, real.ID) || strings.Contains(said, "勒索") {
		t.Errorf("an addressee reads %s", said)
	}
	draft := `{"kind":"notice","colour":"","title":"标题","body":"正文","ask":"要求","level":3,"category":"attack","tlp":"amber","audience":` + named(x.Theirs.ID) + `,"incident":%q%s}`
	var drill struct{ ID string }
	x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"内容","pace":1,"organisations":[%q]}`, x.Theirs.ID), 0, http.StatusCreated, &drill)
	for want, more := range map[string]string{"security.notice.incident_drill": fmt.Sprintf(`,"drill":%q`, drill.ID), "security.notice.incident_synthetic": `,"synthetic":true`} {
		if said := x.do(t, "POST", "/notices", "officer", fmt.Sprintf(draft, real.ID, more), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, want) || !strings.Contains(said, "body.incident") {
			t.Errorf("%s, not %s", said, want)
		}
	}
	if said := x.do(t, "POST", "/notices", "officer", fmt.Sprintf(draft, "01JNONE", ""), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, `"security.notice.incident"`) {
		t.Errorf("%s", said)
	}
	x.do(t, "POST", "/incidents/"+real.ID+"/state", "officer", `{"to":"rejected","resolution":"false_positive","reason":"误报"}`, 1, http.StatusOK, nil)
	if said := x.do(t, "POST", "/notices", "officer", fmt.Sprintf(draft, real.ID, ""), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "security.notice.incident_over") {
		t.Errorf("%s", said)
	}
}
