package enterprise

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/provider"
	"linghang/modules/enterprise/internal/service"
)

func (x *town) services() *service.Services { return x.module.services }

const theirCode = "91370200MAEXAMPL1"

// provide registers "theirs" with a code, so that it records services.
func (x *town) provide(t *testing.T) string {
	t.Helper()
	code := identity.CompleteUSCC(theirCode)
	r := x.Send(t, "PUT", "/api/system/organisations/"+x.Theirs.ID, "administrator", `{"name":{"zh":"他方服务商","en":"Their Services"},"uscc":"`+code+`","district":"370212"}`, "If-Match", `"1"`)
	if r.Status != http.StatusOK {
		t.Fatalf("give a code: %d %s", r.Status, r.Body)
	}
	return code
}

// registers gives "theirs" a code and registers it as a provider in force.
func (x *town) registers(t *testing.T) string {
	t.Helper()
	code := x.provide(t)
	var e EntryDetail
	x.do(t, "POST", "/entries", "manager-theirs", fmt.Sprintf(`{"code":%q,"name":{"zh":"他方服务商","en":""},"district":"370212","industry":"I65"}`, code), 0, http.StatusCreated, &e)
	x.do(t, "POST", "/entries/"+e.ID+"/decision", "officer", `{"decision":"accepted"}`, e.Version, http.StatusOK, nil)
	x.becomes(t, e.ID)
	return code
}

// becomes makes an entry of theirs a provider in force.
func (x *town) becomes(t *testing.T, entry string) (p provider.Detail) {
	t.Helper()
	x.do(t, "POST", "/providers", "manager-theirs", fmt.Sprintf(`{"entry_id":%q,"profile":{"offer":"服务","capabilities":[{"scenario":"quality","text":"检验"}],"promise":24}}`, entry), 0, http.StatusCreated, &p)
	x.do(t, "POST", "/providers/"+p.ID+"/decision", "officer", `{"decision":"accepted"}`, p.Version, http.StatusOK, &p)
	return p
}

// proof uploads evidence.
func (x *town) proof(t *testing.T, who string) string {
	t.Helper()
	r := x.Send(t, "POST", "/api/enterprise/services/evidence?name=proof.txt", who, "a list of who attended", "Content-Type", "text/plain")
	if r.Status != http.StatusCreated {
		t.Fatalf("upload evidence: %d %s", r.Status, r.Body)
	}
	var f service.File
	r.Decode(t, &f)
	return f.ID
}

func serve(code, provider, matter, day, evidence string) string {
	return fmt.Sprintf(`{"code":%q,"provider":%q,"provider_name":"某服务商","matter":%q,"about":"上门服务","started_on":%q,"evidence":[%q]}`, code, provider, matter, day, evidence)
}

// totals reads what services come to. What is kept of it is what counting anew comes to,
// whatever happened before.
func (x *town) totals(t *testing.T) (v service.Totals) {
	t.Helper()
	if kept, anew := x.keptFigures(t), x.countedAnew(t); !maps.Equal(kept, anew) {
		t.Errorf("kept figures differ from those counted anew: %s", cmp.Diff(anew, kept))
	}
	x.do(t, "GET", "/services/totals", "officer", "", 0, http.StatusOK, &v)
	return v
}

// fillFigures keeps figures as the migration does that begins to keep them, of a city that
// has services already.
func (x *town) fillFigures(t *testing.T) {
	t.Helper()
	text, err := migrations.ReadFile("migrations/0012_figures.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, fill, found := strings.Cut(string(text), "INSERT INTO service_figure (")
	if !found {
		t.Fatal("the migration fills no figures")
	}
	err = x.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(t.Context(), `DELETE FROM service_figure`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), "INSERT INTO service_figure ("+fill)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keptFigures are the rows of kept figures that are not 0, by what they are about.
func (x *town) keptFigures(t *testing.T) map[string][9]int {
	t.Helper()
	rows, err := x.module.kit.DB.Query(t.Context(), `SELECT f.by_what, f.period, f.code, f.services, f.enterprises, f.made, f.waiting, f.silent, f.objected, f.rejected, f.upheld, f.duplicates FROM service_figure f`)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string][9]int{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (n [9]int, err error) {
		var by, code string
		var period int
		err = r.Scan(&by, &period, &code, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8])
		if n != [9]int{} {
			kept[fmt.Sprint(by, "/", period, "/", code)] = n
		}
		return n, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// countedAnew counts the services that there are, one by one.
func (x *town) countedAnew(t *testing.T) map[string][9]int {
	t.Helper()
	rows, err := x.module.kit.DB.Query(t.Context(), `SELECT s.entry_id, s.quarter, s.district, s.industry, s.provider, s.matter, s.counted, s.synthetic, s.state, s.verdict, s.duplicate_of FROM service s`)
	if err != nil {
		t.Fatal(err)
	}
	anew, met := map[string][9]int{}, map[string]bool{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
		var entry, district, industry, provider, matter, state, verdict, duplicate string
		var quarter int
		var counted, synthetic bool
		if err := r.Scan(&entry, &quarter, &district, &industry, &provider, &matter, &counted, &synthetic, &state, &verdict, &duplicate); err != nil {
			return none, err
		}
		for by, code := range map[string]string{"": "", "quarter": strconv.Itoa(quarter), "district": district, "industry": industry, "provider": provider, "matter": matter} {
			for _, period := range []int{0, quarter / 10, quarter} {
				key := fmt.Sprint(by, "/", period, "/", code)
				n, first := anew[key], counted && !met[key+"/"+entry]
				for i, is := range []bool{counted, first, counted && synthetic, state == "waiting", state == "silent", state == "objected", verdict == "rejected", verdict == "upheld", duplicate != ""} {
					if is {
						n[i]++
					}
				}
				met[key+"/"+entry] = met[key+"/"+entry] || counted
				if n != [9]int{} {
					anew[key] = n
				}
			}
		}
		return none, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return anew
}

func TestAServiceCountsOnceItIsConfirmedAndOnlyOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		ours := x.secretive(t)
		file := x.proof(t, "manager-theirs")
		body := serve(ours.Code, "", "training", "2026-03-01", file)
		x.do(t, "POST", "/services", "manager-theirs", body, 0, http.StatusConflict, nil) // no code yet
		x.registers(t)
		var d service.Detail
		x.do(t, "POST", "/services", "manager-theirs", body, 0, http.StatusCreated, &d)
		if d.State != service.Waiting || d.Counted || d.ProviderName.ZH != "他方服务商" || len(d.Evidence) != 1 || len(d.Acts) != 1 {
			t.Fatalf("recorded as %+v", d)
		}
		second := x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "training", "2026-05-29", file), 0, http.StatusConflict, nil)
		if !strings.Contains(second, d.ID) {
			t.Errorf("the earlier record is not named: %s", second)
		}
		x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "training", "2026-05-30", file), 0, http.StatusCreated, nil)
		x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "consulting", "2026-03-01", file), 0, http.StatusCreated, nil)
		x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "policy", "2026-03-01", x.proof(t, "officer")), 0, http.StatusUnprocessableEntity, nil)

		x.do(t, "POST", "/services/"+d.ID+"/confirmation", "manager-theirs", "", d.Version, http.StatusForbidden, nil)
		x.do(t, "POST", "/services/"+d.ID+"/confirmation", "officer", "", d.Version, http.StatusForbidden, nil)
		if n := x.totals(t); n.Services != 0 || n.Waiting != 3 {
			t.Errorf("before confirmation: %+v", n)
		}
		x.do(t, "POST", "/services/"+d.ID+"/confirmation", "manager-ours", "", d.Version, http.StatusOK, &d)
		if !d.Counted || d.AnsweredName != "manager-ours" {
			t.Errorf("confirmed: %+v", d)
		}
		x.do(t, "POST", "/services/"+d.ID+"/withdrawal", "manager-theirs", `{"reason":"错"}`, d.Version, http.StatusConflict, nil)
		if n := x.totals(t); n.Services != 1 || n.Enterprises != 1 {
			t.Errorf("after confirmation: %+v", n)
		}
		x.do(t, "GET", "/services/"+d.ID, "viewer-theirs", "", 0, http.StatusOK, nil)
		x.do(t, "GET", "/services/evidence/"+file, "viewer-ours", "", 0, http.StatusOK, nil)
	})
}

func TestOthersSeeNoServices(t *testing.T) {
	x := newTown(t, kerneltest.Options{})
	e := x.enter(t, 7, "别家企业", "")
	file := x.proof(t, "officer")
	var d service.Detail
	x.do(t, "POST", "/services", "officer", serve(e.Code, "city", "policy", "2026-03-01", file), 0, http.StatusCreated, &d)
	for _, path := range []string{"/services/" + d.ID, "/services/evidence/" + file} {
		x.do(t, "GET", path, "manager-ours", "", 0, http.StatusNotFound, nil)
	}
	var page struct{ Items []service.Service }
	x.do(t, "GET", "/services", "manager-ours", "", 0, http.StatusOK, &page)
	if len(page.Items) != 0 {
		t.Errorf("a stranger sees %+v", page.Items)
	}
	for _, path := range []string{"/services/totals", "/services/counts", "/services/samples"} {
		x.do(t, "GET", path, "manager-ours", "", 0, http.StatusForbidden, nil)
	}
	x.do(t, "POST", "/services/rule", "manager-ours", `{"window_days":1,"answer_days":1}`, 1, http.StatusForbidden, nil)
}

func TestServicesFollowAMergeAndComeBack(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		ours := x.secretive(t)
		provider := x.registers(t)
		file := x.proof(t, "manager-theirs")
		survivor := x.enter(t, 1, "海湾机械", "")
		var first, second, apart service.Detail
		x.do(t, "POST", "/services", "manager-theirs", serve(survivor.Code, "", "training", "2026-03-01", file), 0, http.StatusCreated, &first)
		x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "training", "2026-03-02", file), 0, http.StatusCreated, &second)
		x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "policy", "2026-03-02", file), 0, http.StatusCreated, &apart)
		x.do(t, "POST", "/services/"+second.ID+"/confirmation", "manager-ours", "", second.Version, http.StatusOK, &second)
		var m mergedView
		x.do(t, "POST", "/merges", "officer", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q,"take":[]}`, survivor.ID, ours.ID), 0, http.StatusCreated, &m)
		// The survivor is kept by ours now, which confirms the first one, too: they are one service.
		see := func(id string) (d service.Detail) {
			x.do(t, "GET", "/services/"+id, "manager-ours", "", 0, http.StatusOK, &d)
			return d
		}
		now := see(first.ID)
		x.do(t, "POST", "/services/"+first.ID+"/confirmation", "manager-ours", "", now.Version, http.StatusOK, nil)
		if a, b := see(first.ID), see(second.ID); !a.Counted || b.Counted || b.DuplicateOf != a.ID || b.EntryID != survivor.ID {
			t.Errorf("after the merge: %+v and %+v", a.Service, b.Service)
		}
		if n := x.totals(t); n.Services != 1 || n.Enterprises != 1 || n.Duplicates != 1 {
			t.Errorf("after the merge: %+v", n)
		}
		// The former code leads to the survivor: the same once more is refused.
		x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "training", "2026-03-03", file), 0, http.StatusConflict, nil)
		x.do(t, "POST", "/merges/"+m.ID+"/undo", "officer", "", 0, http.StatusNoContent, nil)
		if b := see(second.ID); !b.Counted || b.DuplicateOf != "" || b.EntryID != ours.ID {
			t.Errorf("after undoing: %+v", b.Service)
		}
		if b := see(apart.ID); b.EntryID != ours.ID || b.State != service.Waiting {
			t.Errorf("after undoing: %+v", b.Service)
		}
		if n := x.totals(t); n.Services != 2 || n.Enterprises != 2 || n.Duplicates != 0 {
			t.Errorf("after undoing: %+v, provider %s", n, provider)
		}
	})
}

func TestSilenceDoesNotCount(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		ours := x.secretive(t)
		var rule struct{ Rule service.Rule }
		x.do(t, "POST", "/services/rule", "officer", `{"window_days":30,"answer_days":7,"reviews":false}`, 1, http.StatusOK, &rule)
		x.do(t, "POST", "/services/rule", "officer", `{"window_days":0,"answer_days":7}`, 2, http.StatusUnprocessableEntity, nil)
		var d service.Detail
		x.do(t, "POST", "/services", "officer", serve(ours.Code, "city", "policy", "2026-03-01", x.proof(t, "officer")), 0, http.StatusCreated, &d)
		if d.Rule != 2 || d.DueAt.Sub(d.RecordedAt) != 7*24*time.Hour {
			t.Errorf("recorded under %d, due %s", d.Rule, d.DueAt)
		}
		for _, at := range []time.Time{d.DueAt, d.DueAt.Add(time.Second)} {
			if err := x.services().Lapse(t.Context(), at); err != nil {
				t.Fatal(err)
			}
			x.do(t, "GET", "/services/"+d.ID, "manager-ours", "", 0, http.StatusOK, &d)
			if want := at.After(d.DueAt); (d.State == service.Silent) != want {
				t.Errorf("at %s it is %s", at, d.State)
			}
		}
		x.do(t, "POST", "/services/"+d.ID+"/confirmation", "manager-ours", "", d.Version, http.StatusOK, &d)
		if !d.Counted {
			t.Errorf("confirmed late: %+v", d)
		}
	})
}

func TestWhatAuditorsDoNotUpholdLeavesTheCount(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		ours := x.secretive(t)
		x.registers(t)
		file := x.proof(t, "manager-theirs")
		for _, matter := range []string{"training", "policy", "security", "testing"} {
			var d service.Detail
			x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", matter, "2026-03-01", file), 0, http.StatusCreated, &d)
			x.do(t, "POST", "/services/"+d.ID+"/confirmation", "manager-ours", "", d.Version, http.StatusOK, nil)
		}
		var sample, again struct {
			service.Sample
			Items []service.Sampled
		}
		x.do(t, "POST", "/services/samples", "auditor", `{"quarter":"2026Q1","size":2,"seed":"公开种子"}`, 0, http.StatusCreated, &sample)
		x.do(t, "POST", "/services/samples", "officer", `{"quarter":"2026","size":2,"seed":"公开种子"}`, 0, http.StatusCreated, &again)
		ids := func(list []service.Sampled) (out []string) {
			for _, i := range list {
				out = append(out, i.Service.ID)
			}
			return out
		}
		if diff := cmp.Diff(ids(sample.Items), ids(again.Items)); diff != "" || sample.Digest != again.Digest || sample.Population != 4 {
			t.Errorf("the same seed draws another sample: %s", diff)
		}
		at := "/services/samples/" + sample.ID + "/verdicts/" + sample.Items[0].Service.ID
		x.do(t, "PUT", at, "auditor", `{"verdict":"rejected"}`, 1, http.StatusUnprocessableEntity, nil)
		x.do(t, "PUT", at, "auditor", `{"verdict":"rejected","note":"企业否认"}`, 1, http.StatusOK, nil)
		x.do(t, "PUT", at, "auditor", `{"verdict":"upheld"}`, 1, http.StatusPreconditionFailed, nil)
		x.do(t, "PUT", "/services/samples/"+sample.ID+"/verdicts/"+sample.Items[1].Service.ID, "auditor", `{"verdict":"upheld"}`, 1, http.StatusOK, &sample)
		x.fillFigures(t)
		if n := x.totals(t); n.Services != 3 || n.Rejected != 1 || n.Rate == nil || n.Rate.Of != 2 || n.Rate.Share != 0.5 || n.Rate.Low > 0.0946 {
			t.Errorf("after the audit: %+v, rate %+v", n, n.Rate)
		}
		var page struct{ Items []service.Service }
		if x.do(t, "GET", "/services?verdict=rejected", "officer", "", 0, http.StatusOK, &page); len(page.Items) != 1 || page.Items[0].Counted {
			t.Errorf("not upheld: %+v", page.Items)
		}
		var counts struct{ Items []service.Count }
		x.do(t, "GET", "/services/counts?by=matter", "leader", "", 0, http.StatusOK, &counts)
		if len(counts.Items) != 3 || counts.Items[0].Services != 1 || counts.Items[0].Title.ZH == "" {
			t.Errorf("counts: %+v", counts.Items)
		}
		for by, code := range map[string]string{"quarter": "2026Q1", "district": "370212", "industry": "C35", "provider": identity.CompleteUSCC(theirCode)} {
			x.do(t, "GET", "/services/counts?quarter=2026Q1&by="+by, "leader", "", 0, http.StatusOK, &counts)
			if len(counts.Items) != 1 || counts.Items[0].Code != code || counts.Items[0].Services != 3 || counts.Items[0].Enterprises != 1 || counts.Items[0].Title.ZH == "" {
				t.Errorf("by %s: %+v", by, counts.Items)
			}
		}
	})
}

// Whose services are recorded is a provider in force, or the city: each other standing is
// refused by its name, to the provider and to the bureau, also in files; what was recorded
// while it was in force stays and may still be confirmed.
func TestOnlyProvidersInForceHaveTheirServicesRecorded(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		ours := x.secretive(t)
		code := x.provide(t)
		theirs, city := x.proof(t, "manager-theirs"), x.proof(t, "officer")
		tried := 0
		refused := func(key, status string) {
			t.Helper()
			day := fmt.Sprintf("2025-%02d-01", tried+1)
			tried++
			for who, body := range map[string]string{"manager-theirs": serve(ours.Code, "", "consulting", day, theirs), "officer": serve(ours.Code, code, "consulting", day, city)} {
				r := x.Send(t, "POST", "/api/enterprise/services", who, body)
				var f struct {
					Key    string
					Params map[string]string
				}
				r.Decode(t, &f)
				want := http.StatusConflict
				if who == "officer" {
					want = http.StatusUnprocessableEntity
				}
				if r.Status != want || f.Key != "enterprise.service."+key || f.Params["code"] != code || f.Params["status"] != status {
					t.Errorf("%s, %q: %d %s", who, status, r.Status, r.Body)
				}
			}
			csv := "code,matter,about,started_on,provider,provider_name\n" + ours.Code + ",testing,检测," + day + "," + code + ",他方\n"
			if r := x.Send(t, "POST", "/api/enterprise/services/import?name=a.csv&evidence="+city, "officer", csv, "Content-Type", "text/csv"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), code) {
				t.Errorf("a file of the bureau: %d %s", r.Status, r.Body)
			}
			if r := x.Send(t, "POST", "/api/enterprise/services/import?name=a.csv&evidence="+theirs, "manager-theirs", csv, "Content-Type", "text/csv"); r.Status != http.StatusConflict || !strings.Contains(string(r.Body), key) {
				t.Errorf("its own file: %d %s", r.Status, r.Body)
			}
		}
		refused("not_registered", "")
		var e EntryDetail
		x.do(t, "POST", "/entries", "manager-theirs", fmt.Sprintf(`{"code":%q,"name":{"zh":"他方服务商","en":""},"district":"370212","industry":"I65"}`, code), 0, http.StatusCreated, &e)
		x.do(t, "POST", "/entries/"+e.ID+"/decision", "officer", `{"decision":"accepted"}`, e.Version, http.StatusOK, nil)
		refused("not_registered", "") // to be in the directory is not enough
		var p provider.Detail
		x.do(t, "POST", "/providers", "manager-theirs", fmt.Sprintf(`{"entry_id":%q,"profile":{"offer":"服务","capabilities":[{"scenario":"quality","text":"检验"}],"promise":24}}`, e.ID), 0, http.StatusCreated, &p)
		refused("not_in_force", "applied")
		x.do(t, "POST", "/providers/"+p.ID+"/decision", "officer", `{"decision":"accepted"}`, p.Version, http.StatusOK, &p)
		var d service.Detail
		x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", "training", "2026-03-01", theirs), 0, http.StatusCreated, &d)
		x.do(t, "POST", "/services", "officer", serve(ours.Code, code, "policy", "2026-03-01", city), 0, http.StatusCreated, nil)
		x.do(t, "POST", "/services", "officer", serve(ours.Code, "city", "policy", "2026-03-01", city), 0, http.StatusCreated, nil)
		x.do(t, "POST", "/providers/"+p.ID+"/suspension", "officer", `{"reason":"资料不实"}`, p.Version, http.StatusOK, &p)
		refused("not_in_force", "suspended")
		x.back(t, `UPDATE provider SET state = 'in_force', valid_until = 1 WHERE id = $1`, p.ID)
		refused("not_in_force", "expired")
		x.do(t, "POST", "/services/"+d.ID+"/confirmation", "manager-ours", "", d.Version, http.StatusOK, &d)
		if n := x.totals(t); n.Services != 1 || n.Waiting != 2 {
			t.Errorf("what was recorded before stays: %+v", n)
		}
	})
}

func TestAFileOfServicesIsRecordedWholeOrNotAtAll(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		a, b := x.enter(t, 1, "甲", ""), x.enter(t, 2, "乙", "")
		file := x.proof(t, "officer")
		send := func(what, text string, want int) (v struct {
			New, Enterprises int
			Done             bool
			Wrong            []sheet.Finding
		},
		) {
			t.Helper()
			r := x.Send(t, "POST", "/api/enterprise/services/"+what+"?name=a.csv&evidence="+file, "officer", text, "Content-Type", "text/csv")
			if r.Status != want {
				t.Fatalf("%s: %d %s", what, r.Status, r.Body)
			}
			if want == http.StatusOK {
				r.Decode(t, &v)
			}
			return v
		}
		head := "code,matter,about,started_on,provider\n"
		bad := head + a.Code + ",training,培训,2026-03-01,city\n" + a.Code + ",training,再来,2026-03-05,city\n" + identity.CompleteUSCC("91370200000000099") + ",training,培训,2026-03-01,city\n" + b.Code + ",什么,培训,2099-03-01,city\n"
		v := send("import/preview", bad, http.StatusOK)
		var lines []int64
		for _, f := range v.Wrong {
			lines = append(lines, f.Line)
		}
		slices.Sort(lines)
		if diff := cmp.Diff([]int64{3, 4, 5, 5}, lines); diff != "" {
			t.Error(diff)
		}
		send("import", bad, http.StatusUnprocessableEntity)
		if n := x.totals(t); n.Waiting != 0 {
			t.Errorf("some were recorded: %+v", n)
		}
		fine := head + a.Code + ",人才培训,培训,2026-03-01,city\n" + b.Code + ",training,培训,2026-03-01,city\n"
		if v := send("import", fine, http.StatusOK); !v.Done || v.New != 2 || v.Enterprises != 2 {
			t.Errorf("recorded: %+v", v)
		}
		if v := send("import/preview", fine, http.StatusOK); len(v.Wrong) != 2 || v.New != 0 {
			t.Errorf("again: %+v", v)
		}
	})
}

func TestAReviewOfADiagnosisIsAServiceOfTheCity(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		d := x.submitted(t, "manager-ours", x.ours, "answers")
		x.reviewedBy(t, d.ID)
		var page struct{ Items []service.Service }
		kerneltest.Wait(t, "the review to be recorded as a service", func() bool {
			page.Items = nil
			r := x.Get(t, "/api/enterprise/services", "manager-ours")
			return json.Unmarshal(r.Body, &page) == nil && len(page.Items) == 1
		})
		s := page.Items[0]
		if s.State != service.Waiting || s.Counted || s.Provider != service.City || s.Source != "diagnosis/"+d.ID || s.Matter != "diagnosis" {
			t.Errorf("recorded as %+v", s)
		}
		x.do(t, "POST", "/api/enterprise/services/"+s.ID+"/confirmation", "manager-ours", "", s.Version, http.StatusOK, nil)
		var n service.Totals
		if x.do(t, "GET", "/api/enterprise/services/totals", "officer", "", -1, http.StatusOK, &n); n.Services != 1 {
			t.Errorf("confirmed: %+v", n)
		}
		// The expert and the bureau looked at the answers: the enterprise is told.
		log := x.do(t, "GET", "/api/enterprise/entries/"+x.ours+"/accesses", "manager-ours", "", -1, http.StatusOK, nil)
		if !strings.Contains(log, `"way":"diagnosis"`) || !strings.Contains(log, `"fields":"answers"`) {
			t.Errorf("the access log says %s", log)
		}
	})
}

func TestServicesOfATimeAreTheSameInEveryOrder(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		ours := x.secretive(t)
		x.registers(t)
		file := x.proof(t, "manager-theirs")
		for i, day := range []string{"2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30"} {
			var d service.Detail
			x.do(t, "POST", "/services", "manager-theirs", serve(ours.Code, "", []string{"training", "policy", "software", "testing", "security"}[i], day, file), 0, http.StatusCreated, &d)
			if i%2 == 0 {
				x.do(t, "POST", "/services/"+d.ID+"/confirmation", "manager-ours", "", d.Version, http.StatusOK, nil)
			}
		}
		for query, want := range map[string]string{
			"quarter=2026Q1":               "2026-01-01 2026-03-31",
			"quarter=2026Q2":               "2026-04-01 2026-06-30",
			"quarter=2026":                 "2026-01-01 2026-03-31 2026-04-01 2026-06-30",
			"quarter=2026Q1&counted=true":  "2026-03-31",
			"quarter=2026Q1&counted=false": "2026-01-01",
			"counted=true":                 "2025-12-31 2026-03-31 2026-06-30",
			"counted=false":                "2026-01-01 2026-04-01",
			"quarter=2025Q3":               "",
		} {
			for _, sort := range []string{"", "started_on", "-started_on", "name", "-recorded_at"} {
				var page struct {
					Items []service.Service
					Total int
				}
				x.do(t, "GET", "/services?"+query+"&sort="+sort, "officer", "", 0, http.StatusOK, &page)
				var days []string
				for _, s := range page.Items {
					days = append(days, s.StartedOn)
				}
				slices.Sort(days)
				if got := strings.Join(days, " "); got != want || page.Total != len(days) {
					t.Errorf("%s by %q: %s, %d in all, want %s", query, sort, got, page.Total, want)
				}
			}
		}
	})
}
