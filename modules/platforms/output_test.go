package platforms

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/foster"
)

const outputDoor = "/api/platforms/output"

// proof uploads evidence for figures of a platform.
func (x *round) proof(t *testing.T, platform, who string) string {
	t.Helper()
	var f foster.File
	r := x.Send(t, "POST", "/api/platforms/"+platform+"/output/files?name=proof.txt", who, "审计报告 "+platform, "Content-Type", "text/plain")
	if r.Decode(t, &f); r.Status != http.StatusCreated {
		t.Fatalf("evidence: %d %s", r.Status, r.Body)
	}
	return f.ID
}

// says reports a figure of an enterprise for last year.
func (x *round) says(t *testing.T, platform, who, file string, n int, amount float64, reason string, want int) (o foster.OutputDetail) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"uscc": company(n), "enterprise": fmt.Sprintf("企业%d", n), "year": time.Now().Year() - 1, "amount": amount, "project": "产线", "basis": "同比", "file_id": file, "reason": reason})
	if err != nil {
		t.Fatal(err)
	}
	x.do(t, "POST", "/api/platforms/"+platform+"/output/figures", who, string(body), 0, want, &o)
	return o
}

func (x *round) decides(t *testing.T, o foster.OutputDetail, accept bool) {
	t.Helper()
	x.do(t, "POST", outputDoor+"/figures/"+o.ID+"/decision", "officer", fmt.Sprintf(`{"accept":%t,"reason":"已核对"}`, accept), o.Version, http.StatusOK, nil)
}

func (x *round) figures(t *testing.T, who, query string) []foster.Output {
	t.Helper()
	var page sqldb.Page[foster.Output]
	x.do(t, "GET", outputDoor+"/figures?sort=amount"+query, who, "", 0, http.StatusOK, &page)
	return page.Items
}

// driven is the measure, in CNY.
func (x *round) driven(t *testing.T) (number float64, known bool) {
	t.Helper()
	for _, m := range x.room.Manifest().Measures {
		if m.ID == "platforms.new_output" {
			v, err := m.Value(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return v.Number, v.Known
		}
	}
	t.Fatal("there is no measure")
	return 0, false
}

func TestNewOutputCountsOnceWhenItWasAccepted(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newRound(t, o)
		theirs := x.specialised(t, "steel", x.Theirs.ID)
		ours, other := x.proof(t, x.platform, "manager-ours"), x.proof(t, theirs, "manager-theirs")
		if _, known := x.driven(t); known {
			t.Error("it is known before anything was accepted")
		}
		x.says(t, x.platform, "manager-theirs", other, 1, 5, "", http.StatusNotFound)
		x.says(t, x.platform, "manager-ours", other, 1, 5, "", http.StatusUnprocessableEntity) // evidence of another platform
		x.says(t, x.platform, "officer", ours, 1, 5, "", http.StatusForbidden)
		first := x.says(t, x.platform, "manager-ours", ours, 1, 300, "", http.StatusCreated)
		x.says(t, x.platform, "manager-ours", ours, 1, 400, "x", http.StatusConflict) // one waits
		if n, _ := x.driven(t); n != 0 {
			t.Errorf("%v counts before its review", n)
		}
		x.do(t, "POST", outputDoor+"/figures/"+first.ID+"/decision", "manager-ours", `{"accept":true,"reason":""}`, 1, http.StatusForbidden, nil)
		x.decides(t, first, true)
		x.decides(t, x.says(t, theirs, "manager-theirs", other, 1, 500, "", http.StatusCreated), true)
		x.decides(t, x.says(t, theirs, "manager-theirs", other, 2, 7, "", http.StatusCreated), false)
		if n, _ := x.driven(t); n != 5_000_000 {
			t.Errorf("two platforms, one enterprise: %v", n)
		}
		x.seesDoubles(t, first.ID)
		x.says(t, theirs, "manager-theirs", other, 1, 100, "", http.StatusUnprocessableEntity) // no reason
		correction := x.says(t, theirs, "manager-theirs", other, 1, 100, "重复计算", http.StatusCreated)
		if n, _ := x.driven(t); n != 5_000_000 {
			t.Errorf("a correction counts before its review: %v", n)
		}
		x.decides(t, correction, true)
		if n, _ := x.driven(t); n != 3_000_000 {
			t.Errorf("after the correction: %v", n)
		}
		var d foster.OutputDetail
		x.do(t, "GET", outputDoor+"/figures/"+correction.ID, "officer", "", 0, http.StatusOK, &d)
		if len(d.Revisions) != 2 || d.Revisions[0].State != foster.OutputReplaced || d.Revisions[0].Amount != 500 || d.Counted != "no" || d.DecidedBy == "" {
			t.Errorf("%+v", d)
		}
		x.Audited(t, correction.ID)
		kerneltest.Wait(t, "the notice", func() bool {
			return strings.Contains(string(x.Get(t, "/api/notify/inbox", "manager-ours").Body), "platforms.output.decided")
		})
	})
}

// seesDoubles looks from the city and from an operator at an enterprise that two
// platforms have figures of.
func (x *round) seesDoubles(t *testing.T, id string) {
	t.Helper()
	double := x.figures(t, "officer", "&double=true")
	if len(double) != 2 || double[0].Counted != "no" || double[1].Counted != "yes" || double[0].Others != 1 {
		t.Errorf("doubles %+v", double)
	}
	own := x.figures(t, "manager-ours", "")
	if len(own) != 1 || own[0].Counted != "" || own[0].Others != 0 || own[0].DecidedBy != "" || len(x.figures(t, "manager-ours", "&double=true")) != 1 {
		t.Errorf("its operator sees %+v", own)
	}
	var d foster.OutputDetail
	x.do(t, "GET", outputDoor+"/figures/"+id, "manager-ours", "", 0, http.StatusOK, &d)
	if len(d.Rivals) != 0 || strings.Join(d.Acts, " ") != "correct" {
		t.Errorf("its operator sees %+v", d)
	}
	x.do(t, "GET", outputDoor+"/figures/"+id, "officer", "", 0, http.StatusOK, &d)
	if len(d.Rivals) != 1 || d.Rivals[0].Amount != 500 {
		t.Errorf("the city sees %+v", d.Rivals)
	}
	x.do(t, "GET", outputDoor+"/figures/"+id, "manager-theirs", "", 0, http.StatusNotFound, nil)
	x.do(t, "GET", outputDoor+"/files/"+d.FileID, "manager-theirs", "", 0, http.StatusNotFound, nil)
	if body := x.do(t, "GET", outputDoor+"/files/"+d.FileID, "officer", "", 0, http.StatusOK, nil); !strings.HasPrefix(body, "审计报告") {
		t.Errorf("evidence %q", body)
	}
	for who, want := range map[string]string{"officer": `"amount":500,"enterprises":1,"waiting":0,"doubled":1,"excess":300`, "manager-ours": `"amount":300,"enterprises":1,"waiting":0,"doubled":0,"excess":0`} {
		if body := x.do(t, "GET", outputDoor+"/years", who, "", 0, http.StatusOK, nil); !strings.Contains(body, want) {
			t.Errorf("%s reads %s", who, body)
		}
	}
}

func TestATableOfNewOutputIsSeenBeforeItIsSent(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newRound(t, o)
		file := x.proof(t, x.platform, "manager-ours")
		year := time.Now().Year() - 1
		lines := func(amounts ...float64) string {
			text := "uscc,enterprise,year,amount,project,basis\n"
			for i, a := range amounts {
				text += fmt.Sprintf("%s,企业%d,%d,%g,产线,同比\n", company(i), i, year, a)
			}
			return text
		}
		send := func(body, query string, want int) (v struct {
			Counts map[string]int
			Sent   bool
		},
		) {
			t.Helper()
			r := x.Send(t, "POST", "/api/platforms/"+x.platform+"/output/table"+query, "manager-ours", body, "Content-Type", "text/csv")
			if r.Status != want {
				t.Fatalf("table: %d %s, want %d", r.Status, r.Body, want)
			}
			r.Decode(t, &v)
			return v
		}
		if v := send(lines(1, 2, -3), "", http.StatusOK); v.Sent || v.Counts["new"] != 2 || v.Counts["refused"] != 1 || len(x.figures(t, "officer", "")) != 0 {
			t.Errorf("preview %+v", v)
		}
		send(lines(1, 2, -3), "?file="+file, http.StatusUnprocessableEntity)
		send(lines(1, 2), "?file=nothing", http.StatusUnprocessableEntity)
		if v := send(lines(1, 2), "?file="+file, http.StatusOK); !v.Sent || len(x.figures(t, "officer", "&state=reported")) != 2 {
			t.Errorf("sent %+v", v)
		}
		for _, f := range x.figures(t, "officer", "") {
			x.decides(t, foster.OutputDetail{Output: f}, true)
		}
		if v := send(lines(1, 4, 5), "", http.StatusOK); v.Counts["same"] != 1 || v.Counts["change"] != 1 || v.Counts["new"] != 1 {
			t.Errorf("once more %+v", v)
		}
		send(lines(1, 4, 5), "?file="+file, http.StatusUnprocessableEntity)
		send(lines(1, 4, 5), "?file="+file+"&reason=recount", http.StatusOK)
		list := x.figures(t, "officer", "&state=reported")
		if len(list) != 2 || list[0].Revision != 2 || list[0].Reason != "recount" || list[1].Revision != 1 || list[1].Reason != "" {
			t.Errorf("sent again %+v", list)
		}
		x.do(t, "POST", outputDoor+"/figures/"+list[1].ID+"/withdrawal", "manager-ours", "{}", list[1].Version, http.StatusOK, nil)
		x.do(t, "POST", outputDoor+"/figures/"+list[1].ID+"/withdrawal", "manager-ours", "{}", list[1].Version+1, http.StatusConflict, nil)
		if n, _ := x.driven(t); n != 30_000 {
			t.Errorf("the measure is %v", n)
		}
		if r := x.Get(t, outputDoor+"/template", "manager-ours"); r.Status != http.StatusOK || !strings.Contains(string(r.Body), "新增产值（万元）") {
			t.Errorf("template: %d %s", r.Status, r.Body)
		}
	})
}
