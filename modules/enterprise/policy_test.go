package enterprise

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/criterion"
	"linghang/modules/enterprise/internal/policy"
)

const apiDoor = "/api/enterprise"

// small is a policy for enterprises of special equipment with 20 persons or more, and
// 5 million CNY of revenue, that are high-tech or at level 2.
const small = `{"number":"青工信〔2026〕1号","title":{"zh":"首台套奖励","en":"Award for first machines"},"issuer":{"zh":"市工信局","en":"Bureau of Industry"},"level":"city","kind":"award","summary":{"zh":"奖励","en":"An award"},
	"effective_from":"2020-01-01","benefit":{"zh":"最高 50 万元","en":"Up to 500 000 CNY"},"amount_most":50,"opens_at":"2020-01-01T00:00:00Z","closes_at":%q,
	"conditions":{"all":[{"field":"industry","op":"under","values":["C35"]},{"field":"staff","op":">=","number":20},{"field":"revenue","op":">=","number":500},{"any":[{"field":"qualification","op":"holds","values":["high_tech"]},{"field":"level","op":">=","number":2}]}]},
	"questions":[{"code":"project","title":{"zh":"项目名称","en":"Project"},"kind":"text","required":true},{"code":"cost","title":{"zh":"投资额","en":"Cost"},"kind":"number","required":false}],
	"papers":[{"code":"licence","title":{"zh":"营业执照","en":"Licence"},"required":true}]}`

func (x *clinic) policy(t *testing.T, text string) (p policy.Policy) {
	t.Helper()
	x.do(t, "POST", apiDoor+"/policies", "officer", text, -1, http.StatusCreated, &p)
	x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/publication", "officer", "", p.Version, http.StatusOK, &p)
	return p
}

// profile changes the profile of an enterprise.
func (x *clinic) profile(t *testing.T, profile string) {
	t.Helper()
	who, entry := "manager-ours", x.ours
	var e EntryDetail
	x.do(t, "GET", apiDoor+"/entries/"+entry, who, "", -1, http.StatusOK, &e)
	body := fmt.Sprintf(`{"name":{"zh":%q,"en":%q},"district":"370212","industry":"C35","profile":%s}`, e.Name.ZH, e.Name.EN, profile)
	x.do(t, "PUT", apiDoor+"/entries/"+entry, who, body, e.Version, http.StatusOK, nil)
}

type fitsReply struct {
	Entry struct{ ID string }
	Items []policy.Fit
}

func (x *clinic) fits(t *testing.T, who string) (v fitsReply) {
	t.Helper()
	x.do(t, "GET", apiDoor+"/policy-fits", who, "", -1, http.StatusOK, &v)
	return v
}

func TestAPolicyFindsWhomItFits(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		year := time.Now().Year()
		p := x.policy(t, fmt.Sprintf(small, "2099-01-01T00:00:00Z"))

		// Of an empty profile it is not known.
		v := x.fits(t, "viewer-ours")
		if v.Entry.ID != x.ours || len(v.Items) != 1 || v.Items[0].Outcome != criterion.Unknown || len(v.Items[0].Lacks) != 3 || !v.Items[0].Policy.Open {
			t.Fatalf("%+v", v)
		}
		// 15 persons are 5 short, and the conditions are surely not met.
		x.profile(t, fmt.Sprintf(`{"staff":[{"year":%d,"count":15}],"revenue":[{"year":%d,"band":"under_2000"}],"qualifications":[{"kind":"iso9001"}]}`, year-1, year-1))
		v = x.fits(t, "manager-ours")
		if v.Items[0].Outcome != criterion.Unmet || !strings.Contains(v.Items[0].Lacks[0].Text.ZH, "差 5 人") || v.Items[0].Lacks[1].Outcome != criterion.Unknown {
			t.Fatalf("%+v", v.Items[0])
		}
		x.profile(t, fmt.Sprintf(`{"staff":[{"year":%d,"count":20}],"revenue":[{"year":%d,"amount":500}],"qualifications":[{"kind":"high_tech","valid_until":"2099-01-01"}]}`, year-1, year-1))
		if v = x.fits(t, "manager-ours"); v.Items[0].Outcome != criterion.Met || len(v.Items[0].Lacks) != 0 {
			t.Fatalf("%+v", v.Items[0])
		}

		// What a rule comes to for an enterprise is for itself and the bureau: all else would
		// tell what it hides. The bureau's look stands in the access log.
		x.do(t, "GET", apiDoor+"/policy-fits?entry="+x.ours, "manager-theirs", "", -1, http.StatusNotFound, nil)
		x.do(t, "GET", apiDoor+"/policies/"+p.ID+"/fit?entry="+x.ours, "viewer-theirs", "", -1, http.StatusNotFound, nil)
		x.do(t, "GET", apiDoor+"/policies/"+p.ID+"/reach", "manager-theirs", "", -1, http.StatusForbidden, nil)
		if log := x.do(t, "GET", apiDoor+"/entries/"+x.ours+"/accesses", "manager-ours", "", -1, http.StatusOK, nil); strings.Contains(log, `"officer"`) {
			t.Errorf("nobody looked: %s", log)
		}
		var fit struct{ Result criterion.Result }
		x.do(t, "GET", apiDoor+"/policies/"+p.ID+"/fit?entry="+x.ours, "officer", "", -1, http.StatusOK, &fit)
		if fit.Result.Outcome != criterion.Met || len(fit.Result.Finding.Parts) != 4 || fit.Result.Finding.Parts[1].Has.ZH != fmt.Sprintf("20 人（%d 年）", year-1) {
			t.Fatalf("%+v", fit)
		}
		if log := x.do(t, "GET", apiDoor+"/entries/"+x.ours+"/accesses", "manager-ours", "", -1, http.StatusOK, nil); !strings.Contains(log, `"officer"`) {
			t.Errorf("the bureau's look is not in the access log: %s", log)
		}
		var reach struct {
			Met, Unknown, Unmet int
			Lacks               []policy.Reached
			Some                []policy.Own
		}
		x.do(t, "GET", apiDoor+"/policies/"+p.ID+"/reach", "officer", "", -1, http.StatusOK, &reach)
		if reach.Met != 1 || reach.Unknown != 1 || len(reach.Some) != 1 || reach.Some[0].ID != x.ours || len(reach.Lacks) != 3 {
			t.Fatalf("%+v", reach)
		}
	})
}

func TestALibraryKeepsWhatItPublished(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		text := fmt.Sprintf(small, "2099-01-01T00:00:00Z")
		var p policy.Policy
		if body := x.do(t, "POST", apiDoor+"/policies", "officer", strings.Replace(text, `"field":"staff"`, `"field":"height"`, 1), -1, http.StatusUnprocessableEntity, nil); !strings.Contains(body, "body.conditions.all[1].field") {
			t.Errorf("the fault has no place: %s", body)
		}
		x.do(t, "POST", apiDoor+"/policies", "manager-ours", text, -1, http.StatusForbidden, nil)
		x.do(t, "POST", apiDoor+"/policies", "officer", text, -1, http.StatusCreated, &p)
		x.do(t, "GET", apiDoor+"/policies/"+p.ID, "manager-ours", "", -1, http.StatusNotFound, nil) // a draft
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/publication", "officer", "", 1, http.StatusOK, &p)
		x.do(t, "PUT", apiDoor+"/policies/"+p.ID, "officer", strings.Replace(text, `"amount_most":50`, `"amount_most":60`, 1), 1, http.StatusPreconditionFailed, nil)
		x.do(t, "PUT", apiDoor+"/policies/"+p.ID, "officer", strings.Replace(text, `"amount_most":50`, `"amount_most":60`, 1), 2, http.StatusOK, &p)
		var list struct{ Items []policy.Edition }
		x.do(t, "GET", apiDoor+"/policies/"+p.ID+"/editions", "viewer-ours", "", -1, http.StatusOK, &list)
		if p.Edition != 2 || len(list.Items) != 2 || *list.Items[0].Content.AmountMost != 60 || *list.Items[1].Content.AmountMost != 50 {
			t.Fatalf("%+v", list)
		}
		var page struct{ Total int }
		for query, want := range map[string]int{"": 1, "?when=open": 1, "?when=ended": 0, "?level=city&kind=award": 1, "?kind=tax": 0, "?q=首台套": 1, "?q=nothing": 0, "?state=draft": 0} {
			if x.do(t, "GET", apiDoor+"/policies"+query, "viewer-ours", "", -1, http.StatusOK, &page); page.Total != want {
				t.Errorf("%s lists %d, want %d", query, page.Total, want)
			}
		}
		// One that another supersedes, or that has run out, fits nobody any more.
		old := x.policy(t, strings.Replace(text, `"effective_from":"2020-01-01"`, `"effective_from":"2020-01-01","superseded_by":"`+p.ID+`"`, 1))
		ended := x.policy(t, strings.Replace(text, `"effective_from":"2020-01-01"`, `"effective_from":"2020-01-01","effective_until":"2021-01-01"`, 1))
		if v := x.fits(t, "manager-ours"); len(v.Items) != 1 || v.Items[0].Policy.ID != p.ID {
			t.Errorf("%+v", v)
		}
		for _, id := range []string{old.ID, ended.ID} {
			x.do(t, "POST", apiDoor+"/policies/"+id+"/applications", "manager-ours", fmt.Sprintf(`{"entry_id":%q}`, x.ours), -1, http.StatusConflict, nil)
		}
		x.do(t, "DELETE", apiDoor+"/policies/"+p.ID, "officer", "", -1, http.StatusConflict, nil)
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/withdrawal", "officer", "", 3, http.StatusOK, nil)
		if v := x.fits(t, "manager-ours"); len(v.Items) != 0 {
			t.Errorf("a withdrawn policy fits: %+v", v)
		}
	})
}

func (x *clinic) applied(t *testing.T, id, who string) (d policy.ClaimDetail) {
	t.Helper()
	x.do(t, "GET", apiDoor+"/policy-applications/"+id, who, "", -1, http.StatusOK, &d)
	return d
}

// upload sends a paper.
func (x *clinic) upload(t *testing.T, id, who, paper string, want int) {
	t.Helper()
	r := x.Send(t, "POST", apiDoor+"/policy-applications/"+id+"/files?name=licence.txt&paper="+paper, who, "licence of "+who, "Content-Type", "text/plain")
	if r.Status != want {
		t.Fatalf("upload as %s: %d %s, want %d", who, r.Status, r.Body, want)
	}
}

func TestAnApplicationGoesFromDraftToPayment(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		year := time.Now().Year()
		x.profile(t, fmt.Sprintf(`{"staff":[{"year":%d,"count":19}],"revenue":[{"year":%d,"amount":500}],"qualifications":[{"kind":"high_tech"}]}`, year-1, year-1))
		p := x.policy(t, fmt.Sprintf(small, "2099-01-01T00:00:00Z"))
		var d policy.ClaimDetail
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/applications", "manager-ours", fmt.Sprintf(`{"entry_id":%q}`, x.theirs), -1, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/applications", "reporter-ours", fmt.Sprintf(`{"entry_id":%q}`, x.ours), -1, http.StatusCreated, &d)
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/applications", "manager-ours", fmt.Sprintf(`{"entry_id":%q}`, x.ours), -1, http.StatusConflict, nil)
		at := apiDoor + "/policy-applications/" + d.ID
		x.do(t, "GET", at, "officer", "", -1, http.StatusNotFound, nil) // a draft is the enterprise's own
		x.do(t, "GET", at, "manager-theirs", "", -1, http.StatusNotFound, nil)
		x.upload(t, d.ID, "manager-theirs", "licence", http.StatusNotFound)
		x.upload(t, d.ID, "manager-ours", "other", http.StatusUnprocessableEntity)

		// The form comes filled from the profile; what lacks is named.
		if len(d.Profile) < 6 || len(d.Lacking) != 2 || d.Result.Outcome != criterion.Unmet {
			t.Fatalf("%+v", d)
		}
		x.do(t, "PUT", at, "reporter-ours", `{"answers":[{"code":"cost","text":"much"}]}`, d.Version, http.StatusUnprocessableEntity, nil)
		x.do(t, "PUT", at, "reporter-ours", `{"answers":[{"code":"project","text":"机器人"},{"code":"cost","text":"120.5"}]}`, d.Version, http.StatusOK, &d)
		x.upload(t, d.ID, "reporter-ours", "licence", http.StatusCreated)
		x.do(t, "POST", at+"/submission", "reporter-ours", `{"confirmed":true}`, d.Version, http.StatusForbidden, nil)
		x.do(t, "POST", at+"/submission", "manager-ours", `{"confirmed":false}`, d.Version, http.StatusUnprocessableEntity, nil)
		if body := x.do(t, "POST", at+"/submission", "manager-ours", `{"confirmed":true}`, d.Version, http.StatusConflict, nil); !strings.Contains(body, "1 person short") {
			t.Errorf("it does not say what is not met: %s", body)
		}
		x.profile(t, fmt.Sprintf(`{"staff":[{"year":%d,"count":20}],"revenue":[{"year":%d,"amount":500}],"qualifications":[{"kind":"high_tech"}]}`, year-1, year-1))
		x.do(t, "POST", at+"/submission", "manager-ours", `{"confirmed":true}`, d.Version, http.StatusOK, &d)

		// What was submitted stays, whatever the profile says later; its digest is of it.
		x.profile(t, `{}`)
		d = x.applied(t, d.ID, "officer")
		text, _ := json.Marshal(d.Submitted)
		sum := sha256.Sum256(text)
		if d.State != policy.Submitted || d.Digest != hex.EncodeToString(sum[:]) || d.Submitted.Outcome != criterion.Met || len(d.Submitted.Files) != 1 || !strings.Contains(string(text), `"20"`) {
			t.Fatalf("%s\n%+v", text, d)
		}
		x.do(t, "PUT", at, "manager-ours", `{"answers":[]}`, d.Version, http.StatusConflict, nil)
		x.upload(t, d.ID, "manager-ours", "licence", http.StatusConflict)

		// It goes back to be supplemented, and the city sees the supplement when it is submitted.
		until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		x.do(t, "POST", at+"/review", "manager-ours", `{"outcome":"reviewed","note":"好"}`, d.Version, http.StatusForbidden, nil)
		x.do(t, "POST", at+"/review", "officer", `{"outcome":"returned","note":"请说明项目"}`, d.Version, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", at+"/review", "officer", fmt.Sprintf(`{"outcome":"returned","note":"请说明项目","supplement_until":%q}`, until), d.Version, http.StatusOK, &d)
		x.do(t, "PUT", at, "manager-ours", `{"answers":[{"code":"project","text":"焊接机器人"}]}`, d.Version, http.StatusOK, &d)
		if seen := x.applied(t, d.ID, "officer"); seen.Answers[0].Text != "机器人" {
			t.Errorf("the city sees what is not yet submitted: %+v", seen.Answers)
		}
		x.do(t, "POST", at+"/submission", "manager-ours", `{"confirmed":true}`, d.Version, http.StatusOK, &d)
		if d.Submitted.Outcome != criterion.Unknown {
			t.Errorf("of an empty profile it is %s", d.Submitted.Outcome)
		}

		// One person reviews, another decides.
		x.do(t, "POST", at+"/decision", "leader", `{"outcome":"granted","amount":50}`, d.Version, http.StatusConflict, nil)
		x.do(t, "POST", at+"/review", "officer", `{"outcome":"reviewed","note":"符合条件"}`, d.Version, http.StatusOK, &d)
		if seen := x.applied(t, d.ID, "manager-ours"); seen.Advice != "" || seen.Reviewer != "" {
			t.Errorf("the enterprise sees the advice: %+v", seen)
		}
		x.do(t, "POST", at+"/decision", "officer", `{"outcome":"granted","amount":50}`, d.Version, http.StatusForbidden, nil)
		x.do(t, "POST", at+"/decision", "leader", `{"outcome":"granted","amount":50.01}`, d.Version, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", at+"/decision", "leader", `{"outcome":"granted","amount":40.5}`, d.Version, http.StatusOK, &d)
		x.do(t, "POST", at+"/withdrawal", "manager-ours", "", d.Version, http.StatusConflict, nil)

		// Announced, it is for everybody; paid it is after the announcement, and never more.
		today := time.Now().In(time.FixedZone("UTC+8", 8*60*60)).Format(time.DateOnly)
		pay := func(amount float64, voucher string) string {
			return fmt.Sprintf(`{"day":%q,"amount":%v,"voucher":%q}`, today, amount, voucher)
		}
		x.do(t, "POST", at+"/payments", "officer", pay(40, "A1"), -1, http.StatusConflict, nil)
		var page struct{ Items []policy.Allotment }
		if x.do(t, "GET", apiDoor+"/policy-grants", "viewer-theirs", "", -1, http.StatusOK, &page); len(page.Items) != 0 {
			t.Errorf("announced too early: %+v", page)
		}
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/announcement", "officer", `{"from":"2020-01-01","until":"2020-01-05"}`, -1, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/announcement", "officer", fmt.Sprintf(`{"from":%q,"until":%q}`, today, today), -1, http.StatusOK, nil)
		if x.do(t, "GET", apiDoor+"/policy-grants", "viewer-theirs", "", -1, http.StatusOK, &page); len(page.Items) != 1 || page.Items[0].Amount != 40.5 {
			t.Errorf("%+v", page)
		}
		x.do(t, "POST", at+"/payments", "officer", pay(40, "A1"), -1, http.StatusConflict, nil) // the announcement still runs
	})
}

// A policy takes applications by the server's time, whatever the applicant's clock says.
func TestADeadlineIsTheServers(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		open := strings.Replace(fmt.Sprintf(small, "2099-01-01T00:00:00Z"), `"required":true`, `"required":false`, 2)
		p := x.policy(t, open)
		var d policy.ClaimDetail
		x.do(t, "POST", apiDoor+"/policies/"+p.ID+"/applications", "manager-ours", fmt.Sprintf(`{"entry_id":%q}`, x.ours), -1, http.StatusCreated, &d)
		x.do(t, "PUT", apiDoor+"/policies/"+p.ID, "officer", strings.Replace(open, "2099-01-01T00:00:00Z", "2021-01-01T00:00:00Z", 1), p.Version, http.StatusOK, nil)
		at := apiDoor + "/policy-applications/" + d.ID
		for _, header := range [][]string{nil, {"Date", "Fri, 01 Jan 2020 12:00:00 GMT"}} {
			r := x.Send(t, "POST", at+"/submission", "manager-ours", `{"confirmed":true}`, append([]string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(d.Version))}, header...)...)
			if r.Status != http.StatusConflict || !strings.Contains(string(r.Body), "enterprise.policy.closed") {
				t.Errorf("late: %d %s", r.Status, r.Body)
			}
		}
		x.do(t, "PUT", at, "manager-ours", `{"answers":[]}`, d.Version, http.StatusConflict, nil)
		x.upload(t, d.ID, "manager-ours", "licence", http.StatusConflict)
		if d = x.applied(t, d.ID, "manager-ours"); strings.Join(d.Acts, ",") != "withdraw" {
			t.Errorf("after the deadline: %v", d.Acts)
		}
	})
}
