package enterprise

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/assessment"
	"linghang/modules/enterprise/internal/diagnosis"
)

const diagnosisDoor = "/api/enterprise/diagnosis"

// clinic is a city with two enterprises in its directory.
type clinic struct {
	*kerneltest.City
	ours, theirs string
}

func newClinic(t *testing.T, o kerneltest.Options) *clinic {
	t.Helper()
	x := &clinic{City: kerneltest.Start(t, rooms, o)}
	x.ours, x.theirs = x.enterprise(t, "manager-ours", "9137020026457425"), x.enterprise(t, "manager-theirs", "9137020026457426")
	return x
}

// do sends a request that reads a version (below 0: none) and wants a status; v takes the answer.
func (x *clinic) do(t *testing.T, method, path, who, body string, version int64, want int, v any) string {
	t.Helper()
	var header []string
	if version >= 0 {
		header = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(version))}
	}
	if strings.Contains(path, "/evidence?") {
		header = append(header, "Content-Type", "text/plain")
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

func (x *clinic) enterprise(t *testing.T, who, body string) string {
	t.Helper()
	var v struct {
		ID      string
		Version int64
	}
	code := identity.CompleteUSCC(body + "1")
	x.do(t, "POST", "/api/enterprise/entries", who, fmt.Sprintf(`{"code":%q,"name":{"zh":"企业%s","en":"Company %s"},"district":"370212","industry":"C35"}`, code, who, who), -1, http.StatusCreated, &v)
	x.do(t, "POST", "/api/enterprise/entries/"+v.ID+"/decision", "officer", `{"decision":"accepted"}`, v.Version, http.StatusOK, nil)
	return v.ID
}

func (x *clinic) begin(t *testing.T, who, entry string) (d diagnosis.Detail) {
	t.Helper()
	x.do(t, "POST", diagnosisDoor+"/sheets", who, fmt.Sprintf(`{"entry_id":%q,"template":"sme-2024"}`, entry), -1, http.StatusCreated, &d)
	return d
}

func (x *clinic) see(t *testing.T, id, who string) (d diagnosis.Detail) {
	t.Helper()
	x.do(t, "GET", diagnosisDoor+"/sheets/"+id, who, "", -1, http.StatusOK, &d)
	return d
}

func (x *clinic) answer(t *testing.T, id, who, question, options string, version int64, want int) string {
	t.Helper()
	list, _ := json.Marshal(strings.Fields(options))
	return x.do(t, "PUT", diagnosisDoor+"/sheets/"+id+"/answers/"+question, who, fmt.Sprintf(`{"answer":{"options":%s}}`, list), version, want, nil)
}

// fill answers what is not yet answered: the first option, or a grade of scenarios.
func (x *clinic) fill(t *testing.T, d diagnosis.Detail, who, grade string, best bool) {
	t.Helper()
	for _, p := range d.Questionnaire.Pages {
		for _, g := range p.Groups {
			for _, q := range g.Questions {
				if q.Kind == assessment.Number || slices.ContainsFunc(d.Answers, func(a diagnosis.Answered) bool { return a.Question == q.Code }) {
					continue
				}
				choice := q.Options[0].Code
				switch {
				case strings.HasPrefix(q.Code, "scenario."):
					choice = grade
				case best && q.Kind == assessment.Single:
					choice = q.Options[len(q.Options)-1].Code
				case best:
					all := []string{}
					for _, o := range q.Options[1:] {
						all = append(all, o.Code)
					}
					choice = strings.Join(all, " ")
				}
				x.answer(t, d.ID, who, q.Code, choice, 0, http.StatusOK)
			}
		}
	}
}

func (x *clinic) submit(t *testing.T, id, who, share string, want int) string {
	t.Helper()
	return x.do(t, "POST", diagnosisDoor+"/sheets/"+id+"/submission", who, fmt.Sprintf(`{"share":%q}`, share), -1, want, nil)
}

func TestAnEnterpriseIsDiagnosed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		d := x.begin(t, "manager-ours", x.ours)
		x.do(t, "POST", diagnosisDoor+"/sheets", "reporter-ours", fmt.Sprintf(`{"entry_id":%q,"template":"sme-2024"}`, x.ours), -1, http.StatusConflict, nil) // one draft at a time

		// Two people answer at once; whoever comes second to the same question is told.
		x.answer(t, d.ID, "manager-ours", "systems", "all", 0, http.StatusOK)
		x.answer(t, d.ID, "reporter-ours", "network", "fiveg full", 0, http.StatusOK)
		if body := x.answer(t, d.ID, "reporter-ours", "systems", "none", 0, http.StatusPreconditionFailed); !strings.Contains(body, "manager-ours") {
			t.Errorf("it does not say who was first: %s", body)
		}
		x.answer(t, d.ID, "reporter-ours", "network", "none fiveg", 1, http.StatusUnprocessableEntity)
		d = x.see(t, d.ID, "viewer-ours")
		if len(d.Answers) != 2 || d.Answers[0].Name != "reporter-ours" || d.Answers[1].Name != "manager-ours" || d.Result.Score != 14 { // 10 + 2 × 2
			t.Fatalf("%+v", d.Answers)
		}
		if body := x.submit(t, d.ID, "manager-ours", "answers", http.StatusUnprocessableEntity); !strings.Contains(body, "answers.scenario.quality") {
			t.Errorf("what lacks is not named: %s", body)
		}

		// A grade of 3 needs evidence.
		x.fill(t, d, "manager-ours", "2", true)
		x.answer(t, d.ID, "manager-ours", "scenario.quality", "3", 1, http.StatusOK)
		if d = x.see(t, d.ID, "manager-ours"); len(d.Lacking) != 1 || d.Lacking[0] != (assessment.Lack{Question: "scenario.quality", Kind: "evidence"}) {
			t.Fatalf("%+v", d.Lacking)
		}
		var f diagnosis.File
		x.do(t, "POST", diagnosisDoor+"/sheets/"+d.ID+"/evidence?question=scenario.quality&name=report.txt", "manager-ours", "inspection with alarms", -1, http.StatusCreated, &f)
		x.submit(t, d.ID, "reporter-ours", "answers", http.StatusForbidden)
		x.submit(t, d.ID, "manager-ours", "answers", http.StatusOK)

		// 100 − 4 of two networks; all scenarios at 2 or 3: level 2, seven more for level 3.
		d = x.see(t, d.ID, "manager-ours")
		if d.State != diagnosis.Submitted || d.Level != 2 || d.Score != 96 || d.Result.Level != 2 || d.Result.Score != 96 || len(d.Digest) != 64 {
			t.Fatalf("%+v", d.Sheet)
		}
		if g := d.Result.Next; g.Score != nil || *g.Scenarios != (assessment.Short{Have: 1, Need: 8}) || *g.Starred != (assessment.Short{Have: 1, Need: 5}) || len(g.Steps) != 7 {
			t.Errorf("%+v", g)
		}
		x.answer(t, d.ID, "manager-ours", "systems", "none", 1, http.StatusConflict)
		x.do(t, "DELETE", diagnosisDoor+"/evidence/"+f.ID, "manager-ours", "", -1, http.StatusConflict, nil)
		x.do(t, "DELETE", diagnosisDoor+"/sheets/"+d.ID, "manager-ours", "", -1, http.StatusConflict, nil)

		// Repeated: the last answers are there to begin with.
		x.do(t, "POST", diagnosisDoor+"/sheets", "manager-ours", fmt.Sprintf(`{"entry_id":%q,"template":"sme-2024","repeat":true}`, x.ours), -1, http.StatusCreated, &d)
		if len(d.Answers) != 31 || d.State != diagnosis.Draft || d.Answers[0].Version != 1 { // 15 + 16
			t.Errorf("%d answers, %+v", len(d.Answers), d.Sheet)
		}
		for _, format := range []string{"pdf", "xlsx"} {
			x.do(t, "GET", diagnosisDoor+"/sheets/"+d.ID+"/report?format="+format, "manager-ours", "", -1, http.StatusConflict, nil)
		}
	})
}

func TestAnExpertReviewsAndTheResultFollows(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		d := x.begin(t, "manager-ours", x.ours)
		x.fill(t, d, "manager-ours", "2", true)
		x.submit(t, d.ID, "manager-ours", "answers", http.StatusOK)
		var experts struct{ Items []diagnosis.Candidate }
		x.Cookie(t, "leader")
		x.Cookie(t, "manager-theirs")
		x.do(t, "GET", diagnosisDoor+"/sheets/"+d.ID+"/experts", "officer", "", -1, http.StatusOK, &experts)
		person := func(name string) diagnosis.Candidate {
			i := slices.IndexFunc(experts.Items, func(c diagnosis.Candidate) bool { return c.Name == name })
			if i < 0 {
				t.Fatalf("%s is not among %+v", name, experts.Items)
			}
			return experts.Items[i]
		}
		if !person("manager-ours").Partial || person("leader").Partial {
			t.Errorf("%+v", experts.Items)
		}
		review := diagnosisDoor + "/sheets/" + d.ID + "/review"
		x.do(t, "POST", review, "officer", fmt.Sprintf(`{"person_id":%q}`, person("manager-ours").PersonID), -1, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", review, "officer", fmt.Sprintf(`{"person_id":%q}`, person("manager-theirs").PersonID), -1, http.StatusOK, nil)
		x.do(t, "POST", review, "officer", fmt.Sprintf(`{"person_id":%q}`, person("leader").PersonID), -1, http.StatusConflict, nil)

		// Whoever is assigned sees answers, others of their organisation nothing.
		if v := x.see(t, d.ID, "manager-theirs"); v.Side != "expert" || len(v.Answers) != 31 {
			t.Errorf("%s, %d answers", v.Side, len(v.Answers))
		}
		x.do(t, "GET", diagnosisDoor+"/sheets/"+d.ID, "reporter-theirs", "", -1, http.StatusNotFound, nil)

		verdict := func(question, who, body string, version int64, want int) {
			t.Helper()
			x.do(t, "PUT", diagnosisDoor+"/sheets/"+d.ID+"/verdicts/"+question, who, body, version, want, nil)
		}
		lower := `{"kind":"changed","answer":{"options":["1"]},"reason":"没有系统记录"}`
		verdict("scenario.quality", "officer", lower, 0, http.StatusForbidden)
		verdict("scenario.quality", "manager-theirs", `{"kind":"changed","answer":{"options":["1"]},"reason":" "}`, 0, http.StatusUnprocessableEntity)
		verdict("scenario.quality", "manager-theirs", `{"kind":"changed","answer":{"options":["9"]},"reason":"x"}`, 0, http.StatusUnprocessableEntity)
		verdict("scenario.quality", "manager-theirs", lower, 0, http.StatusOK)
		verdict("scenario.quality", "manager-theirs", lower, 0, http.StatusPreconditionFailed)
		verdict("network", "manager-theirs", `{"kind":"confirmed"}`, 0, http.StatusOK)
		verdict("systems", "manager-theirs", `{"kind":"changed","answer":{"options":["one"]},"reason":"只有财务系统"}`, 0, http.StatusOK)
		if v := x.see(t, d.ID, "manager-ours"); len(v.Verdicts) != 0 || v.Result.Score != 100 {
			t.Errorf("the enterprise sees %+v before the review is given", v.Verdicts)
		}
		x.do(t, "POST", review+"/submission", "manager-theirs", `{"note":"建议完善质量系统"}`, 1, http.StatusOK, nil)
		verdict("systems", "manager-theirs", `{"kind":"confirmed"}`, 1, http.StatusConflict)

		v := x.see(t, d.ID, "manager-ours") // 100 − 10 + 2.5
		if v.Score != 92.5 || v.SelfScore != 100 || v.Result.Score != 92.5 || v.Self.Score != 100 || len(v.Verdicts) != 3 || v.Review.Note == "" {
			t.Errorf("%+v, %+v", v.Sheet, v.Verdicts)
		}
		if i := slices.IndexFunc(v.Answers, func(a diagnosis.Answered) bool { return a.Question == "systems" }); v.Answers[i].Answer.Options[0] != "all" {
			t.Errorf("the own answer is %v", v.Answers[i].Answer)
		}
		for format, begins := range map[string]string{"pdf": "%PDF-", "xlsx": "PK"} {
			body := x.do(t, "GET", diagnosisDoor+"/sheets/"+d.ID+"/report?language=en&format="+format, "manager-ours", "", -1, http.StatusOK, nil)
			if !strings.HasPrefix(body, begins) {
				t.Errorf("%s begins with %.10q", format, body)
			}
		}
	})
}

func TestNobodyElseSeesADiagnosis(t *testing.T) {
	x := newClinic(t, kerneltest.Options{})
	d := x.begin(t, "manager-ours", x.ours)
	sheet := diagnosisDoor + "/sheets/" + d.ID
	var f diagnosis.File
	x.do(t, "POST", sheet+"/evidence?question=systems&name=a.txt", "manager-ours", "evidence", -1, http.StatusCreated, &f)
	x.answer(t, d.ID, "manager-ours", "systems", "all", 0, http.StatusOK)

	// A draft is the enterprise's alone, of the bureau, too.
	for _, who := range []string{"manager-theirs", "officer", "leader", "auditor"} {
		x.do(t, "GET", sheet, who, "", -1, http.StatusNotFound, nil)
		x.do(t, "GET", diagnosisDoor+"/evidence/"+f.ID, who, "", -1, http.StatusNotFound, nil)
		x.do(t, "GET", sheet+"/benchmarks", who, "", -1, http.StatusNotFound, nil)
		x.do(t, "GET", sheet+"/report?format=pdf", who, "", -1, http.StatusNotFound, nil)
		if body := x.do(t, "GET", diagnosisDoor+"/sheets", who, "", -1, http.StatusOK, nil); strings.Contains(body, d.ID) {
			t.Errorf("%s finds the draft in the list", who)
		}
	}
	x.answer(t, d.ID, "manager-theirs", "systems", "none", 1, http.StatusNotFound)
	x.submit(t, d.ID, "manager-theirs", "answers", http.StatusNotFound)
	x.do(t, "DELETE", sheet, "manager-theirs", "", -1, http.StatusNotFound, nil)
	x.do(t, "POST", sheet+"/evidence?question=systems&name=b.txt", "manager-theirs", "evidence", -1, http.StatusNotFound, nil)
	x.do(t, "DELETE", diagnosisDoor+"/evidence/"+f.ID, "manager-theirs", "", -1, http.StatusNotFound, nil)
	x.do(t, "POST", diagnosisDoor+"/sheets", "manager-theirs", fmt.Sprintf(`{"entry_id":%q,"template":"sme-2024"}`, x.ours), -1, http.StatusUnprocessableEntity, nil)
	x.answer(t, d.ID, "viewer-ours", "systems", "none", 1, http.StatusForbidden)

	// Submitted with the result only: the bureau sees level and scores, no answers.
	x.fill(t, x.see(t, d.ID, "manager-ours"), "manager-ours", "1", true)
	x.submit(t, d.ID, "manager-ours", "result", http.StatusOK)
	x.do(t, "GET", sheet, "manager-theirs", "", -1, http.StatusNotFound, nil)
	v := x.see(t, d.ID, "officer")
	if v.Result.Level != 1 || v.Result.Score != 100 || len(v.Answers) != 0 || len(v.Evidence) != 0 || len(v.Result.Next.Steps) != 0 || len(v.Result.Next.Nearest) != 0 || len(v.Result.Tallies) != 3 {
		t.Errorf("the bureau sees %+v", v)
	}
	x.do(t, "GET", diagnosisDoor+"/evidence/"+f.ID, "officer", "", -1, http.StatusNotFound, nil)
	x.do(t, "GET", diagnosisDoor+"/evidence/"+f.ID, "viewer-ours", "", -1, http.StatusOK, nil)
	x.do(t, "GET", sheet+"/experts", "officer", "", -1, http.StatusConflict, nil)
	x.answer(t, d.ID, "officer", "systems", "none", 1, http.StatusForbidden)
	x.do(t, "GET", sheet+"/experts", "manager-ours", "", -1, http.StatusForbidden, nil)

	// The overview is the city's, and one enterprise is no benchmark.
	x.do(t, "GET", diagnosisDoor+"/overview", "manager-ours", "", -1, http.StatusForbidden, nil)
	var o diagnosis.Overview
	x.do(t, "GET", diagnosisDoor+"/overview", "leader", "", -1, http.StatusOK, &o)
	if o.Enterprises != 1 || !slices.Equal(o.Levels, []int{0, 1, 0, 0, 0}) || o.Industries[0].Code != "C35" || o.Districts[0].Score != 100 {
		t.Errorf("%+v", o)
	}
	var b struct{ Items []diagnosis.Benchmark }
	x.do(t, "GET", sheet+"/benchmarks", "manager-ours", "", -1, http.StatusOK, &b)
	for _, of := range b.Items {
		if of.Enterprises != 0 || len(of.Axes) != 0 || of.Score != nil {
			t.Errorf("one enterprise is told: %+v", of)
		}
	}
}
