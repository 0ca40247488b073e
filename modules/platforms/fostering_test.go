package platforms

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/platforms/internal/foster"
)

// round is a city that holds a call.
type round struct {
	*scene
	platform string // ours, specialised, in trial
}

const fosterDoor = "/api/platforms/foster"

func newRound(t *testing.T, o kerneltest.Options) *round {
	t.Helper()
	x := &round{scene: &scene{newSite(t, o)}}
	x.platform = x.specialised(t, "rubber", x.Ours.ID)
	return x
}

func (x *round) specialised(t *testing.T, code, owner string) string {
	t.Helper()
	var v struct{ ID string }
	x.do(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"橡胶云%s","en":"Rubber %s"},"code":%q,"class":"specialised","district":"370202","operator_id":%q,"operator_name":{"zh":"运营方","en":"Op"}}`, code, code, code, owner), 0, http.StatusCreated, &v)
	return v.ID
}

// do sends a request that reads version (0: none) and wants a status; v takes the answer.
func (x *round) do(t *testing.T, method, path, who, body string, version int64, want int, v any) string {
	t.Helper()
	var header []string
	if version > 0 {
		header = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(version))}
	}
	r := x.Send(t, method, path, who, body, header...)
	if r.Status != want {
		t.Fatalf("%s %s as %s: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	if v != nil {
		r.Decode(t, v)
	}
	return string(r.Body)
}

func callBody(opens, closes time.Time) string {
	return fmt.Sprintf(`{"year":2026,"title":{"zh":"2026年特色型专业型平台征集","en":""},"text":"请申报","classes":["specialised"],"opens_at":%q,"closes_at":%q,"reviewers":2,"pass_mark":60,"limit":1,
		"criteria":[{"code":"depth","title":{"zh":"专业化","en":"Depth"},"evidence":{"zh":"客户清单","en":"Customers"},"weight":3,"max":100,"min":60},
		{"code":"safe","title":{"zh":"安全","en":"Security"},"evidence":{"zh":"等保","en":"Certificate"},"weight":1,"max":10,"min":0}]}`, opens.Format(time.RFC3339Nano), closes.Format(time.RFC3339Nano))
}

// open holds a call that is open for an hour.
func (x *round) open(t *testing.T) (c foster.CallDetail) {
	t.Helper()
	now := time.Now()
	x.do(t, "POST", fosterDoor+"/calls", "officer", callBody(now.Add(-time.Minute), now.Add(time.Hour)), 0, http.StatusCreated, &c)
	x.do(t, "POST", fosterDoor+"/calls/"+c.ID+"/state", "officer", `{"to":"open"}`, c.Version, http.StatusOK, &c)
	return c
}

const answered = `{"answers":[{"code":"depth","points":90,"text":"服务轮胎行业","files":%s},{"code":"safe","points":9,"text":"三级","files":[]}]}`

// apply submits an application for a platform of somebody.
func (x *round) apply(t *testing.T, call, platform, who string) (a foster.ApplicationDetail) {
	t.Helper()
	x.do(t, "POST", fosterDoor+"/applications", who, fmt.Sprintf(`{"call_id":%q,"platform_id":%q}`, call, platform), 0, http.StatusCreated, &a)
	x.do(t, "POST", fosterDoor+"/applications/"+a.ID+"/submission", who, fmt.Sprintf(answered, "[]"), a.Version, http.StatusOK, &a)
	return a
}

func (x *round) see(t *testing.T, id, who string) (a foster.ApplicationDetail) {
	t.Helper()
	x.do(t, "GET", fosterDoor+"/applications/"+id, who, "", 0, http.StatusOK, &a)
	return a
}

// reviewers assigns reviewers by their logins.
func (x *round) reviewers(t *testing.T, id string, want int, who ...string) string {
	t.Helper()
	var list struct{ Items []foster.Candidate }
	for _, w := range who {
		x.Cookie(t, w)
	}
	x.do(t, "GET", fosterDoor+"/applications/"+id+"/reviewers", "officer", "", 0, http.StatusOK, &list)
	ids := []string{}
	for _, w := range who {
		for _, c := range list.Items {
			if c.Name == w {
				ids = append(ids, fmt.Sprintf("%q", c.PersonID))
			}
		}
	}
	if len(ids) != len(who) {
		t.Fatalf("%v are among %+v", who, list.Items)
	}
	return x.do(t, "POST", fosterDoor+"/applications/"+id+"/reviewers", "officer", `{"persons":[`+strings.Join(ids, ",")+`]}`, x.see(t, id, "officer").Version, want, nil)
}

// review submits the own review of somebody.
func (x *round) review(t *testing.T, id, who string, depth, safe float64) {
	t.Helper()
	mine := x.see(t, id, who).Mine
	if mine == nil {
		t.Fatalf("%s has no review", who)
	}
	x.do(t, "POST", fosterDoor+"/reviews/"+mine.ID+"/submission", who,
		fmt.Sprintf(`{"marks":[{"code":"depth","points":%g,"reason":"深度意见%g"},{"code":"safe","points":%g,"reason":"安全意见"}],"note":""}`, depth, depth, safe), mine.Version, http.StatusOK, nil)
}

func award(certificate string, from, until time.Time) string {
	return fmt.Sprintf(`{"reason":"符合条件","certificate":%q,"awarded_on":"2026-11-01","valid_until":"2029-10-31","notice_from":%q,"notice_until":%q}`, certificate, from.Format(time.RFC3339), until.Format(time.RFC3339))
}

func (x *round) fostered(t *testing.T) float64 {
	t.Helper()
	for _, m := range x.room.Manifest().Measures {
		if m.ID == "platforms.specialised_new" {
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

func TestAPlatformIsFosteredFromCallToAward(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newRound(t, o)
		c := x.open(t)
		a := x.evidence(t, c.ID)
		x.do(t, "POST", fosterDoor+"/calls/"+c.ID+"/state", "officer", `{"to":"closed"}`, c.Version, http.StatusOK, nil)
		x.do(t, "DELETE", fosterDoor+"/applications/"+a.ID+"/submission", "manager-ours", "", a.Version, http.StatusConflict, nil)
		x.reviewers(t, a.ID, http.StatusUnprocessableEntity, "officer")
		x.reviewers(t, a.ID, http.StatusOK, "officer", "leader")
		x.review(t, a.ID, "officer", 80, 8)
		if v := x.see(t, a.ID, "leader"); v.Outcome != nil || len(v.Reviews) != 2 || len(v.Reviews[0].Marks)+len(v.Reviews[1].Marks) != 0 {
			t.Errorf("who has yet to review sees %+v, %+v", v.Outcome, v.Reviews)
		}
		if s := x.do(t, "GET", fosterDoor+"/calls/"+c.ID+"/ranking", "leader", "", 0, http.StatusOK, nil); !strings.Contains(s, `"hidden":true`) {
			t.Errorf("the ranking tells who has yet to review: %s", s)
		}
		now := time.Now()
		x.do(t, "POST", fosterDoor+"/applications/"+a.ID+"/award", "officer", award("1号", now, now.Add(time.Hour)), x.see(t, a.ID, "officer").Version, http.StatusConflict, nil)
		x.review(t, a.ID, "leader", 70, 6)
		v := x.see(t, a.ID, "leader")
		if v.Outcome == nil || v.Outcome.Total != 73.75 || !v.Outcome.Passed || *v.Outcome.Items[0].Low != 70 || len(v.Reviews[0].Marks) != 2 {
			t.Fatalf("the outcome is %+v", v.Outcome)
		}
		if mine := x.see(t, a.ID, "viewer-ours"); mine.Outcome != nil || mine.Mine != nil {
			t.Errorf("the applicant sees the outcome before the decision: %+v", mine.Outcome)
		}
		x.do(t, "POST", fosterDoor+"/applications/"+a.ID+"/award", "officer", award("1号", now.Add(-2*time.Hour), now.Add(-time.Hour)), v.Version, http.StatusOK, &v)
		if v.State != foster.Awarded || v.Award == nil || v.Award.State != foster.InForce {
			t.Fatalf("awarded: %+v", v.Award)
		}
		var told foster.ApplicationDetail
		body := x.do(t, "GET", fosterDoor+"/applications/"+a.ID, "viewer-ours", "", 0, http.StatusOK, &told)
		if o := told.Outcome; o == nil || o.Total != 73.75 || o.Spread != nil || o.Items[0].Low != nil || len(o.Items[0].Reasons) != 2 || strings.Contains(body, `"leader"`) || strings.Contains(body, `"officer"`) {
			t.Errorf("the applicant sees %s", body)
		}
		if n := x.fostered(t); n != 1 {
			t.Errorf("%g platforms are fostered", n)
		}
		x.goals(t)
		x.followUp(t, v.Award.ID)
	})
}

// evidence applies with a file, and holds the digest against what was submitted.
func (x *round) evidence(t *testing.T, call string) (a foster.ApplicationDetail) {
	t.Helper()
	x.do(t, "POST", fosterDoor+"/applications", "manager-theirs", fmt.Sprintf(`{"call_id":%q,"platform_id":%q}`, call, x.platform), 0, http.StatusNotFound, nil)
	x.do(t, "POST", fosterDoor+"/applications", "manager-ours", fmt.Sprintf(`{"call_id":%q,"platform_id":%q}`, call, x.platform), 0, http.StatusCreated, &a)
	x.do(t, "POST", fosterDoor+"/applications", "manager-ours", fmt.Sprintf(`{"call_id":%q,"platform_id":%q}`, call, x.platform), 0, http.StatusConflict, nil)
	x.do(t, "GET", fosterDoor+"/applications/"+a.ID, "officer", "", 0, http.StatusNotFound, nil) // a draft is its author's
	at := fosterDoor + "/applications/" + a.ID
	var f foster.File
	r := x.Send(t, "POST", at+"/files?name=list.txt", "manager-ours", "customers", "Content-Type", "text/plain")
	if r.Decode(t, &f); r.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", r.Status, r.Body)
	}
	x.do(t, "PUT", at, "manager-ours", `{"answers":[{"code":"depth","points":1,"text":"","files":[]}]}`, a.Version, http.StatusOK, &a)
	if s := x.do(t, "POST", at+"/submission", "manager-ours", `{"answers":[]}`, a.Version, http.StatusUnprocessableEntity, nil); !strings.Contains(s, "body.answers[1].text") {
		t.Errorf("incomplete: %s", s)
	}
	x.do(t, "POST", at+"/submission", "manager-ours", fmt.Sprintf(answered, fmt.Sprintf("[%q]", f.ID)), a.Version, http.StatusOK, &a)
	sent := x.do(t, "GET", at+"/submission", "viewer-ours", "", 0, http.StatusOK, nil)
	if sum := sha256.Sum256([]byte(sent)); a.Digest != hex.EncodeToString(sum[:]) || !strings.Contains(sent, f.SHA256) {
		t.Errorf("the digest %s is not of %s", a.Digest, sent)
	}
	x.do(t, "PUT", at, "manager-ours", `{"answers":[]}`, a.Version, http.StatusConflict, nil)
	if s := x.do(t, "GET", fosterDoor+"/files/"+f.ID, "officer", "", 0, http.StatusOK, nil); s != "customers" {
		t.Errorf("the file is %q", s)
	}
	x.do(t, "GET", at, "manager-theirs", "", 0, http.StatusNotFound, nil)
	x.do(t, "GET", fosterDoor+"/files/"+f.ID, "manager-theirs", "", 0, http.StatusNotFound, nil)
	return a
}

// goals decide which years count.
func (x *round) goals(t *testing.T) {
	t.Helper()
	x.do(t, "PUT", fosterDoor+"/goals", "officer", `{"goals":[{"year":2022,"goal":10}]}`, 0, http.StatusOK, nil)
	if n := x.fostered(t); n != 0 {
		t.Errorf("%g platforms count in a year without a goal", n)
	}
	var v struct {
		Total int
		Items []foster.Year
	}
	x.do(t, "PUT", fosterDoor+"/goals", "officer", `{"goals":[{"year":2026,"goal":10},{"year":2022,"goal":10}]}`, 0, http.StatusOK, &v)
	if v.Total != 1 || len(v.Items) != 2 || v.Items[0].Year != 2022 || v.Items[1].InForce != 1 || v.Items[1].Goal != 10 {
		t.Errorf("years %+v", v)
	}
	x.do(t, "PUT", fosterDoor+"/goals", "officer", `{"goals":[{"year":2026,"goal":10},{"year":2026,"goal":1}]}`, 0, http.StatusUnprocessableEntity, nil)
}

// followUp warns, then withdraws.
func (x *round) followUp(t *testing.T, id string) {
	t.Helper()
	at, year := fosterDoor+"/awards/"+id, time.Now().In(cityTime()).Year()
	check := fmt.Sprintf(`{"year":%d,"outcome":"warned","reason":"停止报送"}`, year)
	x.do(t, "POST", at+"/checks", "officer", check, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/checks", "officer", check, 0, http.StatusConflict, nil)
	x.do(t, "POST", at+"/objections", "manager-theirs", `{"text":"晚了"}`, 0, http.StatusConflict, nil)
	var v foster.AwardDetail
	x.do(t, "POST", at+"/withdrawal", "officer", fmt.Sprintf(`{"reason":"停运","on":%q}`, time.Now().In(cityTime()).Format(time.DateOnly)), 0, http.StatusOK, &v)
	if v.State != foster.Revoked || len(v.Checks) != 1 || x.fostered(t) != 0 {
		t.Errorf("withdrawn: %+v, %g count", v, x.fostered(t))
	}
	var page struct{ Items []foster.Award }
	x.do(t, "GET", fosterDoor+"/awards?state=withdrawn", "viewer-theirs", "", 0, http.StatusOK, &page)
	if len(page.Items) != 1 || page.Items[0].Checked != "warned" {
		t.Errorf("the list of awards %+v", page.Items)
	}
}

// told expects that a notice with these words is in somebody's inbox, or is not.
func (x *round) told(t *testing.T, who, words string, expected bool) {
	t.Helper()
	there := func() bool { return strings.Contains(string(x.Get(t, "/api/notify/inbox", who).Body), words) }
	if expected {
		kerneltest.Wait(t, "a notice “"+words+"” to "+who, there)
	} else if there() {
		t.Errorf("%s is told “%s”", who, words)
	}
}

func TestAnObjectionKeepsAnAwardFromComingIntoForce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newRound(t, o)
		c := x.open(t)
		a := x.apply(t, c.ID, x.platform, "manager-ours")
		other := x.apply(t, c.ID, x.specialised(t, "ship", x.Theirs.ID), "manager-theirs")
		x.do(t, "POST", fosterDoor+"/calls/"+c.ID+"/state", "officer", `{"to":"closed"}`, c.Version, http.StatusOK, nil)
		for _, id := range []string{a.ID, other.ID} {
			x.reviewers(t, id, http.StatusOK, "officer", "leader")
		}
		x.review(t, a.ID, "officer", 80, 8)
		x.review(t, a.ID, "leader", 80, 8)
		x.review(t, other.ID, "officer", 90, 9)
		x.review(t, other.ID, "leader", 20, 9) // the mean is below the minimum
		var places struct{ Items []foster.Contender }
		x.do(t, "GET", fosterDoor+"/calls/"+c.ID+"/ranking", "auditor", "", 0, http.StatusOK, &places)
		if p := places.Items; len(p) != 2 || p[0].ApplicationID != a.ID || p[0].Place != 1 || p[1].Place != 0 || !p[1].Veto {
			t.Errorf("places %+v", p)
		}
		now := time.Now()
		notice := award("2号", now.Add(-time.Minute), now.Add(time.Hour))
		x.do(t, "POST", fosterDoor+"/applications/"+other.ID+"/award", "officer", notice, x.see(t, other.ID, "officer").Version, http.StatusConflict, nil)
		var v foster.ApplicationDetail
		x.do(t, "POST", fosterDoor+"/applications/"+a.ID+"/award", "officer", notice, x.see(t, a.ID, "officer").Version, http.StatusOK, &v)
		x.do(t, "POST", fosterDoor+"/applications/"+other.ID+"/refusal", "officer", `{"reason":"专业化不足"}`, x.see(t, other.ID, "officer").Version, http.StatusOK, nil)
		if told := x.see(t, other.ID, "manager-theirs"); told.Reason != "专业化不足" || told.Outcome == nil || !told.Outcome.Veto {
			t.Errorf("the applicant reads %q, %+v", told.Reason, told.Outcome)
		}
		at := fosterDoor + "/awards/" + v.Award.ID
		var w foster.AwardDetail
		x.do(t, "POST", at+"/objections", "manager-theirs", `{"text":""}`, 0, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", at+"/objections", "manager-theirs", `{"text":"材料不实"}`, 0, http.StatusOK, &w)
		if w.Open != 1 || len(w.Objections) != 1 || w.State != foster.Noticed {
			t.Errorf("in its notice %+v", w)
		}
		if s := x.do(t, "GET", at, "manager-ours", "", 0, http.StatusOK, nil); strings.Contains(s, "材料不实") {
			t.Errorf("an objection is told to the applicant's people: %s", s)
		}
		x.told(t, "officer", "提出了异议", true)
		x.do(t, "POST", fosterDoor+"/objections/"+w.Objections[0].ID+"/answer", "officer", `{"upheld":true,"answer":"属实"}`, 0, http.StatusOK, &w)
		x.told(t, "manager-theirs", "异议已答复", true)
		x.told(t, "manager-ours", "认定不生效", true)
		x.told(t, "manager-ours", "属实", false)
		if w.State != foster.Refused || x.fostered(t) != 0 {
			t.Errorf("after an objection was upheld %+v", w)
		}
	})
}

// The call awards one platform: the second waits until the award of the first is withdrawn.
func TestAPlaceIsFreeAgainWhenItsAwardIsWithdrawn(t *testing.T) {
	x := newRound(t, kerneltest.Options{})
	c := x.open(t)
	first := x.apply(t, c.ID, x.platform, "manager-ours")
	second := x.apply(t, c.ID, x.specialised(t, "ship", x.Theirs.ID), "manager-theirs")
	x.do(t, "POST", fosterDoor+"/calls/"+c.ID+"/state", "officer", `{"to":"closed"}`, c.Version, http.StatusOK, nil)
	for _, id := range []string{first.ID, second.ID} {
		x.reviewers(t, id, http.StatusOK, "officer", "leader")
		x.review(t, id, "officer", 80, 8)
		x.review(t, id, "leader", 80, 8)
	}
	now := time.Now()
	var v foster.ApplicationDetail
	x.do(t, "POST", fosterDoor+"/applications/"+first.ID+"/award", "officer", award("4号", now.Add(-time.Minute), now.Add(time.Hour)), x.see(t, first.ID, "officer").Version, http.StatusOK, &v)
	next := award("5号", now.Add(-time.Minute), now.Add(time.Hour))
	if s := x.do(t, "POST", fosterDoor+"/applications/"+second.ID+"/award", "officer", next, x.see(t, second.ID, "officer").Version, http.StatusConflict, nil); !strings.Contains(s, "platforms.foster.limit") {
		t.Errorf("a second award: %s", s)
	}
	x.do(t, "POST", fosterDoor+"/awards/"+v.Award.ID+"/withdrawal", "officer", fmt.Sprintf(`{"reason":"停运","on":%q}`, now.In(cityTime()).Format(time.DateOnly)), 0, http.StatusOK, nil)
	x.do(t, "POST", fosterDoor+"/applications/"+second.ID+"/award", "officer", next, x.see(t, second.ID, "officer").Version, http.StatusOK, nil)
}

func TestWhoIsPartialDoesNotReview(t *testing.T) {
	x := newRound(t, kerneltest.Options{})
	c := x.open(t)
	a := x.apply(t, c.ID, x.platform, "manager-ours")
	x.do(t, "POST", fosterDoor+"/applications/"+a.ID+"/return", "officer", fmt.Sprintf(`{"reason":"缺等保证明","until":%q}`, time.Now().Add(time.Hour).Format(time.RFC3339)), a.Version, http.StatusOK, &a)
	x.do(t, "POST", fosterDoor+"/calls/"+c.ID+"/state", "officer", `{"to":"closed"}`, c.Version, http.StatusOK, nil)
	x.do(t, "POST", fosterDoor+"/applications/"+a.ID+"/submission", "manager-ours", fmt.Sprintf(answered, "[]"), a.Version, http.StatusOK, &a)
	x.do(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":"two-hats","name":"two-hats","password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"officer"},{"organisation_id":%q,"role":"viewer"}]}`, x.Bureau.ID, x.Ours.ID), 0, http.StatusCreated, nil)
	x.SignIn(t, "two-hats")
	if s := x.reviewers(t, a.ID, http.StatusUnprocessableEntity, "leader", "two-hats"); !strings.Contains(s, "body.persons[1]") {
		t.Errorf("a member of the applicant reviews: %s", s)
	}
	x.reviewers(t, a.ID, http.StatusOK, "leader", "officer")
	mine := x.see(t, a.ID, "leader").Mine
	x.do(t, "POST", fosterDoor+"/reviews/"+mine.ID+"/recusal", "officer", `{"reason":"x"}`, mine.Version, http.StatusNotFound, nil) // another's
	x.do(t, "POST", fosterDoor+"/reviews/"+mine.ID+"/recusal", "leader", `{"reason":"曾任顾问"}`, mine.Version, http.StatusOK, nil)
	x.review(t, a.ID, "officer", 80, 8)
	now := time.Now()
	s := x.do(t, "POST", fosterDoor+"/applications/"+a.ID+"/award", "officer", award("3号", now, now.Add(time.Hour)), x.see(t, a.ID, "officer").Version, http.StatusConflict, nil)
	if !strings.Contains(s, "platforms.foster.reviews_missing") {
		t.Errorf("one review is enough: %s", s)
	}
	x.reviewers(t, a.ID, http.StatusOK, "leader-second")
	x.review(t, a.ID, "leader-second", 80, 8)
	if v := x.see(t, a.ID, "officer"); !v.Ready || v.Outcome.Reviews != 2 {
		t.Errorf("with a replacement %+v", v.Outcome)
	}
}

func TestCallsAreTheWholeCitys(t *testing.T) {
	x := newRound(t, kerneltest.Options{})
	var district struct{ ID string }
	x.do(t, "POST", "/api/system/organisations", "administrator", fmt.Sprintf(`{"kind":"bureau","parent_id":%q,"name":{"zh":"区工信局","en":"District"}}`, x.Bureau.ID), 0, http.StatusCreated, &district)
	x.do(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":"district-officer","name":"district-officer","password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"officer"}]}`, district.ID), 0, http.StatusCreated, nil)
	x.SignIn(t, "district-officer")
	now := time.Now()
	if s := x.do(t, "POST", fosterDoor+"/calls", "district-officer", callBody(now, now.Add(time.Hour)), 0, http.StatusForbidden, nil); !strings.Contains(s, "platforms.foster.city") {
		t.Errorf("a district is refused with %s", s)
	}
	c := x.open(t)
	x.apply(t, c.ID, x.platform, "manager-ours")
	var page struct{ Items []foster.AppliedRow }
	x.do(t, "GET", fosterDoor+"/applications", "district-officer", "", 0, http.StatusOK, &page)
	if len(page.Items) != 0 {
		t.Errorf("a district sees %d applications of others", len(page.Items))
	}
}
