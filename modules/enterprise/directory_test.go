package enterprise

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/modules/scenario/scenarioevent"
)

// town is a city with the directory.
type town struct {
	*kerneltest.City
	module *Module
	graph  *knowing
	shelf  *shelf
}

// knowing is a graph that knows what a test tells it.
type knowing struct{ fits []Fit }

func (g *knowing) Fits(context.Context, string, []string) ([]Fit, error) { return g.fits, nil }

// shelf is a catalogue of scenarios that holds what a test puts there.
type shelf struct {
	wanted []scenarioevent.Wanted
	fits   []scenarioevent.Fitting
	of     map[string]scenarioevent.Catalogued
}

func (s *shelf) Fitting(_ context.Context, w scenarioevent.Wanted) ([]scenarioevent.Fitting, error) {
	s.wanted = append(s.wanted, w)
	return s.fits, nil
}

func (s *shelf) Catalogued(_ context.Context, id string) (scenarioevent.Catalogued, error) {
	c, there := s.of[id]
	c.ScenarioID, c.Gone = id, !there
	return c, nil
}

func newTown(t testing.TB, o kerneltest.Options) *town {
	t.Helper()
	x := &town{graph: &knowing{}, shelf: &shelf{}}
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.module = New(k.Kit("enterprise"), k.Directory(), k.Inviting(), x.graph, x.shelf)
		return []module.Module{x.module, openings{k.Kit("scenario")}}
	}, o)
	return x
}

// do sends a request that reads version (0: none) and wants a status; v takes the answer.
func (x *town) do(t *testing.T, method, path, who, body string, version int64, want int, v any) string {
	t.Helper()
	var header []string
	if version > 0 {
		header = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(version))}
	}
	r := x.Send(t, method, "/api/enterprise"+path, who, body, header...)
	if r.Status != want {
		t.Fatalf("%s %s as %s: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	if v != nil {
		r.Decode(t, v)
	}
	return string(r.Body)
}

const ourCode = "91370200MAEXAMPLEB"

// secretive is an entry of "ours", accepted, that says something in every group.
func (x *town) secretive(t *testing.T) (e EntryDetail) {
	t.Helper()
	x.do(t, "POST", "/entries", "manager-ours", `{"code":"`+ourCode+`","name":{"zh":"海湾机械有限公司","en":"Bay Machinery"},"district":"370212","industry":"C35","size":"medium","profile":{
		"address":"secret-location","sites":[{"name":"secret-location","kind":"plant","longitude":120.4,"latitude":36.2},{"name":"secret-location","kind":"office"}],"founded_on":"1999-09-09","capital":987654,"staff":[{"year":2025,"count":31337}],"revenue":[{"year":2025,"amount":424242}],
		"products":["secret-business"],"qualifications":[{"kind":"high_tech","number":"secret-qualifications"}]},"contacts":[{"name":"secret-contacts","phone":"13800001234","email":"bay@ours.test"}]}`, 0, http.StatusCreated, &e)
	x.do(t, "POST", "/entries/"+e.ID+"/decision", "officer", `{"decision":"accepted"}`, e.Version, http.StatusOK, &e)
	return e
}

func (x *town) consent(t *testing.T, e EntryDetail, see string) (after EntryDetail) {
	t.Helper()
	body := `{"location":%[1]q,"founding":%[1]q,"business":%[1]q,"size":%[1]q,"staff":%[1]q,"finance":%[1]q,"contacts":%[1]q,"qualifications":%[1]q,"evidence":%[1]q}`
	x.do(t, "PUT", "/entries/"+e.ID+"/consent", "manager-ours", fmt.Sprintf(body, see), e.Version, http.StatusOK, &after)
	return after
}

// attach uploads a file to the first qualification.
func (x *town) attach(t *testing.T, e EntryDetail) (v Evidence) {
	t.Helper()
	r := x.Send(t, "POST", "/api/enterprise/entries/"+e.ID+"/evidence?name=secret-evidence.txt&qualification="+e.Profile.Qualifications[0].ID, "manager-ours", "secret-content", "Content-Type", "text/plain")
	if r.Status != http.StatusCreated {
		t.Fatalf("attach: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &v)
	return v
}

// ways are all the ways by which somebody may read of an entry.
func ways(id string) []string {
	return []string{
		"/entries/" + id, "/entries", "/entries?export=csv", "/entries?export=xlsx", "/entries/detailed", "/entries/detailed?export=csv", "/entries?q=secret-business", "/entries/detailed?q=secret",
		"/entries/" + id + "/history", "/entries/" + id + "/history?export=csv", "/entries/" + id + "/accesses", "/entries/" + id + "/accesses?export=csv", "/entries/mine", "/summary", "/sites", "/sites?kind=plant&district=370212&industry=C35",
	}
}

func TestNothingThatIsHiddenLeaksByAnyWay(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		file := x.attach(t, e)
		x.do(t, "GET", "/entries/"+e.ID, "manager-ours", "", 0, http.StatusOK, &e)
		e = x.consent(t, e, forBureau)
		for _, who := range []string{"viewer-theirs", "reporter-theirs", "manager-theirs"} {
			for _, path := range ways(e.ID) {
				body := string(x.Get(t, "/api/enterprise"+path, who).Body)
				for group, mark := range marks() {
					if strings.Contains(body, mark) || strings.Contains(body, "secret-content") || strings.Contains(body, "high_tech") {
						t.Errorf("%s learns %s from %s: %s", who, group, path, body)
					}
				}
			}
			if r := x.Get(t, "/api/enterprise/entries/"+e.ID+"/evidence/"+file.ID, who); r.Status != http.StatusNotFound {
				t.Errorf("%s downloads the evidence: %d %s", who, r.Status, r.Body)
			}
			// Neither filters nor orders tell what values are hidden.
			for _, path := range []string{"/entries?size=medium", "/entries/detailed?size=medium", "/entries?qualification=high_tech", "/entries/detailed?qualification=high_tech"} {
				var list struct{ Total int }
				if x.do(t, "GET", path, who, "", 0, http.StatusOK, &list); list.Total != 0 {
					t.Errorf("%s learns by %s that the entry is one", who, path)
				}
			}
			for _, field := range []string{"size", "staff", "capital", "revenue", "founded_on", "qualifications", "submitted_at", "e.size"} {
				x.do(t, "GET", "/entries/detailed?sort="+field, who, "", 0, http.StatusUnprocessableEntity, nil)
			}
			x.do(t, "PUT", "/entries/"+e.ID+"/consent", who, "{}", e.Version, map[bool]int{true: http.StatusForbidden, false: http.StatusUnprocessableEntity}[who == "viewer-theirs"], nil)
		}
		// Others write nothing either.
		edit := `{"name":{"zh":"改名","en":""},"district":"370212","industry":"C35"}`
		x.do(t, "PUT", "/entries/"+e.ID, "manager-theirs", edit, e.Version, http.StatusForbidden, nil)
		x.do(t, "POST", "/entries/"+e.ID+"/claim", "manager-theirs", "", 0, http.StatusForbidden, nil)
		x.do(t, "DELETE", "/entries/"+e.ID+"/evidence/"+file.ID, "manager-theirs", "", 0, http.StatusForbidden, nil)
		if r := x.Send(t, "POST", "/api/enterprise/entries/"+e.ID+"/evidence?name=a.txt&qualification=x", "manager-theirs", "x", "Content-Type", "text/plain"); r.Status != http.StatusForbidden {
			t.Errorf("another attaches a file: %d %s", r.Status, r.Body)
		}
	})
}

func TestPartnersSeeWhatIsForThemAndTheEnterpriseSeesThatTheyDid(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.consent(t, x.secretive(t), forPartners)
		if body := x.do(t, "GET", "/entries/"+e.ID, "viewer-theirs", "", 0, http.StatusOK, nil); strings.Contains(body, "31337") {
			t.Errorf("who is no partner reads %s", body)
		}
		rule := fmt.Sprintf(`{"title":{"zh":"合作","en":"Partners"},"noun":"enterprise/entry","purpose":"配套","until":%q,"audience":{"kinds":[],"districts":[],"organisations":[%q]}}`, time.Now().Add(90*24*time.Hour).Format(time.RFC3339), x.Theirs.ID)
		var r struct{ ID string }
		draft := x.Send(t, "POST", "/api/share/rules", "manager-ours", rule)
		if draft.Status != http.StatusCreated {
			t.Fatalf("draft: %d %s", draft.Status, draft.Body)
		}
		draft.Decode(t, &r)
		if s := x.Send(t, "POST", "/api/share/rules/"+r.ID+"/submission", "manager-ours", "{}"); s.Status != http.StatusOK {
			t.Fatalf("submit: %d %s", s.Status, s.Body)
		}
		body := x.do(t, "GET", "/entries/"+e.ID, "viewer-theirs", "", 0, http.StatusOK, nil)
		if !strings.Contains(body, "31337") || !strings.Contains(body, "secret-contacts") || !strings.Contains(body, `"near":"partner"`) {
			t.Errorf("a partner reads %s", body)
		}
		list := x.do(t, "GET", "/entries/detailed?size=medium&export=csv", "viewer-theirs", "", 0, http.StatusOK, nil)
		if !strings.Contains(list, "31337") || strings.Contains(list, "secret-contacts") || strings.Contains(list, "13800001234") || !strings.Contains(list, "138******34") {
			t.Errorf("a partner downloads %s", list)
		}
		var log struct{ Items []Access }
		x.do(t, "GET", "/entries/"+e.ID+"/accesses?sort=name", "manager-ours", "", 0, http.StatusOK, &log)
		seen := map[string]int{}
		for _, a := range log.Items {
			seen[a.Name+" "+a.Way] += a.Times
		}
		if seen["viewer-theirs page"] != 1 || seen["viewer-theirs list"] != 1 || seen["manager-ours page"] != 0 {
			t.Errorf("the log says %v", seen)
		}
		// What is for the bureau stays so, whoever shares.
		e = x.consent(t, e, forBureau)
		if body := x.do(t, "GET", "/entries/"+e.ID, "viewer-theirs", "", 0, http.StatusOK, nil); strings.Contains(body, "secret-contacts") || strings.Contains(body, "31337") {
			t.Errorf("a partner reads what is for the bureau: %s", body)
		}
	})
}

func TestSearchFindsAcceptedEntriesByWhatIsPublic(t *testing.T) {
	x := newTown(t, kerneltest.Options{})
	e := x.secretive(t)
	finds := func(q string) bool {
		return strings.Contains(string(x.Get(t, "/api/search?q="+q, "viewer-theirs").Body), e.ID)
	}
	kerneltest.Wait(t, "search to find the products", func() bool { return finds("secret-business") })
	x.consent(t, e, forBureau)
	kerneltest.Wait(t, "search to forget the products", func() bool { return !finds("secret-business") && finds("Bay+Machinery") })
}

func TestABureausEntryIsClaimedByTheOrganisationOfItsCode(t *testing.T) {
	x := newTown(t, kerneltest.Options{})
	var e, claimed EntryDetail
	x.do(t, "POST", "/entries", "officer", `{"code":"`+ourCode+`","name":{"zh":"海湾机械","en":""},"district":"370212","industry":"C35"}`, 0, http.StatusCreated, &e)
	if e.Status != accepted || e.Claimed {
		t.Fatalf("the bureau entered %+v", e)
	}
	x.do(t, "POST", "/entries/"+e.ID+"/claim", "manager-ours", "", 0, http.StatusForbidden, nil)
	if r := x.Send(t, "PUT", "/api/system/organisations/"+x.Ours.ID, "administrator", `{"name":{"zh":"海湾机械","en":"Bay"},"uscc":"`+ourCode+`","district":"370212"}`, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("give the organisation its code: %d %s", r.Status, r.Body)
	}
	var mine mineView
	if x.do(t, "GET", "/entries/mine", "manager-ours", "", 0, http.StatusOK, &mine); mine.Claim != e.ID {
		t.Fatalf("mine %+v", mine)
	}
	other := identity.CompleteUSCC("91370200000000001")
	x.do(t, "POST", "/entries", "manager-ours", `{"code":"`+other+`","name":{"zh":"冒名","en":""},"district":"370212","industry":"C35"}`, 0, http.StatusConflict, nil)
	x.do(t, "POST", "/entries/"+e.ID+"/claim", "manager-ours", "", 0, http.StatusOK, &claimed)
	if !claimed.Mine || claimed.Status != accepted {
		t.Errorf("claimed %+v", claimed)
	}
	x.do(t, "POST", "/entries/"+e.ID+"/claim", "manager-ours", "", 0, http.StatusForbidden, nil)
	x.do(t, "PUT", "/entries/"+e.ID, "manager-ours", `{"name":{"zh":"海湾机械有限公司","en":""},"district":"370212","industry":"C35"}`, claimed.Version, http.StatusOK, nil)
}

func TestTheEndOfAQualificationIsToldOnceUntilItIsRenewed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		now := time.Now()
		renew := func(until string) {
			x.do(t, "PUT", "/entries/"+e.ID, "manager-ours", `{"name":{"zh":"海湾机械有限公司","en":""},"district":"370212","industry":"C35","profile":{"qualifications":[{"id":"`+e.Profile.Qualifications[0].ID+`","kind":"high_tech","valid_until":"`+until+`"}]}}`, e.Version, http.StatusOK, &e)
			for range 2 {
				if err := x.module.entries.tellEnding(t.Context(), now, x.module.kit.Notices); err != nil {
					t.Fatal(err)
				}
			}
		}
		told := func() int {
			return strings.Count(string(x.Get(t, "/api/notify/inbox", "manager-ours").Body), "enterprise.qualification.expiring")
		}
		x.Cookie(t, "manager-ours")
		renew(now.AddDate(1, 0, 0).Format(time.DateOnly))
		renew(now.AddDate(0, 0, 30).Format(time.DateOnly))
		kerneltest.Wait(t, "the end to be told", func() bool { return told() == 1 })
		renew(now.AddDate(0, 0, 40).Format(time.DateOnly))
		kerneltest.Wait(t, "the other end to be told", func() bool { return told() == 2 })
	})
}

func TestAnErasedContactIsGone(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		for _, s := range []identity.Subject{{Email: "someone@else.test", Phones: []string{"1"}}, {Phones: []string{"13800001234"}}} {
			if err := x.module.forgetPerson(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			body := x.do(t, "GET", "/entries/"+e.ID, "manager-ours", "", 0, http.StatusOK, nil)
			if gone := !strings.Contains(body, "secret-contacts"); gone != (len(s.Phones[0]) > 1) {
				t.Errorf("after %+v: %s", s, body)
			}
		}
	})
}

func TestAFileIsEnteredWholeOrNotAtAll(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		row := func(n int, district string) string {
			return fmt.Sprintf("%s,企业%d,%s,C36\n", identity.CompleteUSCC(fmt.Sprintf("91370200%09d", n)), n, district)
		}
		send := func(path, who, text string, want int) (v importView) {
			r := x.Send(t, "POST", "/api/enterprise/import"+path+"?name=a.csv", who, text, "Content-Type", "text/csv")
			if r.Status != want {
				t.Fatalf("%s as %s: %d %s", path, who, r.Status, r.Body)
			}
			if want == http.StatusOK {
				r.Decode(t, &v)
			}
			return v
		}
		total := func() int {
			var v summaryView
			x.do(t, "GET", "/summary", "officer", "", 0, http.StatusOK, &v)
			return v.Total
		}
		const head = "code,name_zh,district,industry\n"
		if v := send("/preview", "officer", head+row(1, "崂山区")+row(2, "火星"), http.StatusOK); v.New != 1 || len(v.Wrong) != 1 || v.Wrong[0].Line != 3 || v.Wrong[0].Column != "district" || v.Done {
			t.Errorf("preview %+v", v)
		}
		send("", "officer", head+row(1, "崂山区")+row(2, "火星"), http.StatusUnprocessableEntity)
		send("", "manager-ours", head+row(1, "崂山区"), http.StatusForbidden)
		if n := total(); n != 0 {
			t.Fatalf("%d entries after files that were refused", n)
		}
		if v := send("", "officer", head+row(1, "崂山区")+row(2, "城阳区"), http.StatusOK); v.New != 2 || !v.Done {
			t.Errorf("import %+v", v)
		}
		if v := send("", "officer", head+row(2, "崂山区")+row(3, "城阳区"), http.StatusOK); v.New != 1 || v.Known != 1 {
			t.Errorf("import again %+v", v)
		}
		if n := total(); n != 3 {
			t.Errorf("%d entries", n)
		}
		for _, format := range []string{"csv", "xlsx"} {
			if r := x.Get(t, "/api/enterprise/import/template/"+format, "officer"); r.Status != http.StatusOK || len(r.Body) == 0 {
				t.Errorf("template %s: %d", format, r.Status)
			}
		}
		filled := string(x.Get(t, "/api/enterprise/import/template/csv", "officer").Body)
		if v := send("/preview", "officer", filled, http.StatusOK); v.New != 1 || len(v.Wrong) != 0 {
			t.Errorf("the template itself: %+v", v)
		}
	})
}
