package plan

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/live"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// counter stands for a room that answers one measure.
type counter struct{ bits atomic.Uint64 }

func (c *counter) set(v float64) { c.bits.Store(math.Float64bits(v)) }

// Manifest implements module.Module.
func (c *counter) Manifest() module.Manifest {
	return module.Manifest{Name: "platforms", Measures: []module.Measure{{
		ID: "platforms.monitored",
		Value: func(context.Context) (measure.Value, error) {
			v := math.Float64frombits(c.bits.Load())
			return measure.Value{Number: v, Known: v >= 0, At: time.Now()}, nil
		},
	}}}
}

type house struct {
	*kerneltest.City
	counter *counter
	kit     *module.Kit
}

func (h *house) rooms(k *kernel.Kernel) []module.Module {
	h.counter = &counter{}
	h.kit = k.Kit("plan")
	k.Kit("platforms")
	return []module.Module{h.counter, New(h.kit)}
}

func (h *house) post(t *testing.T, path, who, body string, want int, into any) {
	t.Helper()
	h.ask(t, h.Send(t, "POST", "/api/plan"+path, who, body), path, want, into)
}

func (h *house) get(t *testing.T, path, who string, want int, into any) {
	t.Helper()
	h.ask(t, h.Get(t, "/api/plan"+path, who), path, want, into)
}

func (h *house) ask(t *testing.T, r kerneltest.Reply, path string, want int, into any) {
	t.Helper()
	if r.Status != want {
		t.Fatalf("%s: %d %s, want %d", path, r.Status, r.Body, want)
	}
	if into != nil {
		r.Decode(t, into)
	}
}

func (b Board) target(t *testing.T, code string) TargetView {
	t.Helper()
	for _, v := range b.Targets {
		if v.Code == code {
			return v
		}
	}
	t.Fatalf("no target %s", code)
	return TargetView{}
}

func TestPlanRoom(t *testing.T) {
	h := &house{}
	h.City = kerneltest.Start(t, h.rooms)
	h.counter.set(-1)
	from, to := dayOf(time.Now().AddDate(0, -1, 0)), dayOf(time.Now().AddDate(2, 11, 0))
	var p View
	h.post(t, "/plans", "officer", fmt.Sprintf(`{"template":"qingdao-2022-2024","from":%q,"to":%q}`, from, to), http.StatusCreated, &p)

	t.Run("a target nobody can measure says what it waits for", func(t *testing.T) { h.testUnmeasured(t, p) })
	t.Run("the board moves with a measure", func(t *testing.T) { h.testMoves(t, p) })
	t.Run("a reported value counts after three persons", func(t *testing.T) { h.testApproval(t, p) })
	t.Run("an owner sees and reports its own target", func(t *testing.T) { h.testOwner(t, p) })
	t.Run("changes of a target are kept with their reason", func(t *testing.T) { h.testEdit(t, p) })
	t.Run("lists filter, sort, page and export", func(t *testing.T) { h.testList(t, p) })
	t.Run("yaml imports identically", func(t *testing.T) { h.testYAML(t, p) })
	t.Run("the workbook holds targets, actions and values", func(t *testing.T) { h.testWorkbook(t, p) })
	t.Run("owners are reminded of what is due", func(t *testing.T) { h.testReminders(t) })
}

func (h *house) testUnmeasured(t *testing.T, p View) {
	var b Board
	h.get(t, "/plans/"+p.ID+"/board", "viewer", http.StatusOK, &b)
	f := func(code, why string) {
		t.Helper()
		v := b.target(t, code)
		if v.Status != notMeasured || v.Source != sourceNone || v.Reason.Code != why || v.Value != nil {
			t.Errorf("%s: %s, %s because %+v", code, v.Source, v.Status, v.Reason)
		}
	}
	f("net.pon_ports", "no_room")
	f("pf.new_output", "no_measure")
	f("pf.monitored", "no_data")
	f("eco.digital_core_share", "not_reported")
	if len(b.Actions) != 4 || b.Counts[notMeasured] != 23 || b.Sources[sourceNone] != 23 {
		t.Errorf("counts %v, sources %v, %d actions", b.Counts, b.Sources, len(b.Actions))
	}
}

func (h *house) testMoves(t *testing.T, p View) {
	watcher := h.kit.Live.Watch(t.Context(), func(n live.Notice) bool { return n.Topic == topicBoard && n.ID == p.ID })
	h.counter.set(1)
	// A notice may be of something else, as of what was sampled before: whoever looks reads the board at each.
	late := time.After(10 * time.Second)
	var b Board
	var v TargetView
	for v.Value == nil {
		select {
		case <-watcher.C:
		case <-late:
			t.Fatal("waited 10 s for the board to move")
		}
		h.get(t, "/plans/"+p.ID+"/board", "viewer", http.StatusOK, &b)
		v = b.target(t, "pf.monitored")
	}
	if *v.Value != 1 || v.Source != sourceLive || v.Status != onTrack || v.Forecast.Reason.Code != "short_history" {
		t.Errorf("value %v, source %s, status %s, forecast %+v", v.Value, v.Source, v.Status, v.Forecast)
	}
	var page sqldb.Page[ValueView]
	kerneltest.Wait(t, "the value to be kept", func() bool {
		h.get(t, "/targets/"+v.ID+"/history", "viewer", http.StatusOK, &page)
		return page.Total > 0
	})
	if page.Items[0].Value != 1 || page.Items[0].Source != sourceLive {
		t.Errorf("kept %+v", page.Items[0])
	}
	h.counter.set(40)
	kerneltest.Wait(t, "the goal to be reached", func() bool {
		h.get(t, "/plans/"+p.ID+"/board", "viewer", http.StatusOK, &b)
		return b.Counts[reached] == 1
	})
}

// upload sends a file as the reporter and returns its id.
func (h *house) upload(t *testing.T, name string, content []byte, want int) string {
	t.Helper()
	r := h.Send(t, "POST", "/api/plan/evidence?name="+name, "reporter", string(content), "Content-Type", "application/octet-stream")
	if r.Status != want {
		t.Fatalf("upload %s: %d %s, want %d", name, r.Status, r.Body, want)
	}
	var e EvidenceView
	if want == http.StatusCreated {
		r.Decode(t, &e)
	}
	return e.ID
}

func (h *house) testApproval(t *testing.T, p View) {
	var b Board
	h.get(t, "/plans/"+p.ID+"/board", "viewer", http.StatusOK, &b)
	x := b.target(t, "eco.digital_core_share")
	h.upload(t, "page.html", []byte("<html><script>alert(1)</script></html>"), http.StatusUnsupportedMediaType)
	h.upload(t, "empty.pdf", nil, http.StatusUnprocessableEntity)
	h.upload(t, "big.pdf", append([]byte("%PDF-1.7\n"), make([]byte, evidenceLimit)...), http.StatusRequestEntityTooLarge)
	file := h.upload(t, "..%2F公报.pdf", []byte("%PDF-1.7\nbulletin\n%%EOF"), http.StatusCreated)
	var v ValueView
	at := time.Now().AddDate(0, 0, -3).UTC().Format(time.RFC3339)
	h.post(t, "/targets/"+x.ID+"/values", "reporter", fmt.Sprintf(`{"value":8.6,"valid_at":%q}`, at), http.StatusUnprocessableEntity, nil)
	h.post(t, "/targets/"+x.ID+"/values", "viewer", `{}`, http.StatusForbidden, nil)
	h.post(t, "/targets/"+x.ID+"/values", "reporter", fmt.Sprintf(`{"value":8.6,"valid_at":%q,"note":"统计公报","evidence":[%q]}`, at, file), http.StatusCreated, &v)
	status := func(want float64, source string) {
		t.Helper()
		h.get(t, "/plans/"+p.ID+"/board", "viewer", http.StatusOK, &b)
		got := b.target(t, x.Code)
		if got.Source != source || (want > 0 && *got.Value != want) {
			t.Errorf("%s %v, want %s %g", got.Source, got.Value, source, want)
		}
	}
	status(0, sourceNone)
	h.post(t, "/values/"+v.ID+"/approve", "leader", `{}`, http.StatusConflict, nil)
	h.post(t, "/values/"+v.ID+"/review", "reporter", `{}`, http.StatusForbidden, nil)
	h.post(t, "/values/"+v.ID+"/review", "officer", `{}`, http.StatusOK, nil)
	status(0, sourceNone)
	h.post(t, "/values/"+v.ID+"/approve", "officer", `{}`, http.StatusForbidden, nil)
	h.post(t, "/values/"+v.ID+"/return", "officer", `{"note":"x"}`, http.StatusForbidden, nil)
	h.post(t, "/values/"+v.ID+"/approve", "leader", `{"note":"同意"}`, http.StatusOK, &v)
	status(8.6, sourceReported)
	how := b.target(t, x.Code).How
	if len(how.Evidence) != 1 || how.Reporter != "reporter" || how.Reviewer != "officer" || how.Approver != "leader" || how.Evidence[0].Name != "公报.pdf" {
		t.Errorf("how %+v", how)
	}
	r := h.Get(t, "/api/plan/evidence/"+file, "viewer")
	if r.Status != http.StatusOK || string(r.Body) != "%PDF-1.7\nbulletin\n%%EOF" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("download %d %q %s", r.Status, r.Body, r.Header.Get("Content-Disposition"))
	}
	h.get(t, "/evidence/"+file, "viewer-theirs", http.StatusNotFound, nil)
}

func (h *house) testOwner(t *testing.T, p View) {
	var b Board
	h.get(t, "/plans/"+p.ID+"/board", "officer", http.StatusOK, &b)
	x := b.target(t, "pf.enterprises_served")
	h.get(t, "/targets/"+x.ID, "reporter-ours", http.StatusNotFound, nil)
	body := fmt.Sprintf(`{"goal":100000,"owner":{"zh":"我方","en":"Ours"},"owner_id":%q,"kind":"live","formula":"platforms.enterprises_served","reason":"theirs to report"}`, h.Ours.ID)
	if r := h.Send(t, "PUT", "/api/plan/targets/"+x.ID, "officer", body, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("edit: %d %s", r.Status, r.Body)
	}
	h.get(t, "/plans/"+p.ID+"/board", "reporter-ours", http.StatusOK, &b)
	if len(b.Targets) != 1 {
		t.Errorf("the owner sees %d targets", len(b.Targets))
	}
	h.get(t, "/plans/"+p.ID+"/board", "reporter-theirs", http.StatusNotFound, nil)
	var v ValueView
	report := fmt.Sprintf(`{"value":52000,"valid_at":%q,"note":"台账"}`, time.Now().UTC().Format(time.RFC3339))
	h.post(t, "/targets/"+x.ID+"/values", "reporter-ours", report, http.StatusCreated, &v)
	h.post(t, "/targets/"+x.ID+"/values", "reporter-theirs", report, http.StatusNotFound, nil)
	var page sqldb.Page[ValueView]
	h.get(t, "/values", "reporter-theirs", http.StatusOK, &page)
	if page.Total != 0 {
		t.Errorf("a stranger sees %d values", page.Total)
	}
	h.get(t, "/values", "leader", http.StatusOK, &page)
	if page.Total != 1 || strings.Join(page.Items[0].Steps, ",") != "review,return" {
		t.Errorf("waiting %+v", page)
	}
	h.post(t, "/values/"+v.ID+"/return", "leader", `{}`, http.StatusUnprocessableEntity, nil)
	h.post(t, "/values/"+v.ID+"/return", "leader", `{"note":"缺少盖章"}`, http.StatusOK, nil)
}

func (h *house) testEdit(t *testing.T, p View) {
	var b Board
	h.get(t, "/plans/"+p.ID+"/board", "officer", http.StatusOK, &b)
	x := b.target(t, "net.pon_ports")
	put := func(version, body string, want int) {
		t.Helper()
		var header []string
		if version != "" {
			header = []string{"If-Match", `"` + version + `"`}
		}
		if r := h.Send(t, "PUT", "/api/plan/targets/"+x.ID, "officer", body, header...); r.Status != want {
			t.Errorf("edit %s: %d %s, want %d", body, r.Status, r.Body, want)
		}
	}
	body := func(formula, reason string) string {
		return fmt.Sprintf(`{"goal":90000,"owner":{"zh":"局","en":"B"},"kind":"live","formula":%q,"reason":%q}`, formula, reason)
	}
	put("", body("1+1", "why"), http.StatusPreconditionRequired)
	put("7", body("1+1", "why"), http.StatusPreconditionFailed)
	put("1", body("1+", "why"), http.StatusUnprocessableEntity)
	put("1", body("1+1", " "), http.StatusUnprocessableEntity)
	put("1", body("platforms.monitored * 1000 + 7", "试算"), http.StatusOK)
	var d TargetDetail
	h.get(t, "/targets/"+x.ID, "viewer", http.StatusOK, &d)
	if d.Value == nil || *d.Value != 40007 || d.Version != 2 || len(d.Changes) != 2 || d.Changes[0].Reason != "试算" || d.Changes[0].Name != "officer" {
		t.Errorf("value %v, version %d, changes %+v", d.Value, d.Version, d.Changes)
	}
	var step MilestoneView
	h.post(t, "/targets/"+x.ID+"/milestones", "officer", `{"title":{"zh":"半程","en":"Half"},"due":"2026-01-01","goal":45000}`, http.StatusCreated, &step)
	h.get(t, "/targets/"+x.ID, "viewer", http.StatusOK, &d)
	if len(d.Milestones) != 1 || d.Milestones[0].State != "overdue" {
		t.Errorf("milestones %+v", d.Milestones)
	}
	r := h.Send(t, "PUT", "/api/plan/milestones/"+step.ID, "officer", `{"title":{"zh":"半程","en":"Half"},"due":"2026-01-01","done":true}`, "If-Match", `"1"`)
	if r.Status != http.StatusOK || !bytes.Contains(r.Body, []byte(`"state":"met"`)) {
		t.Errorf("done: %d %s", r.Status, r.Body)
	}
	if r := h.Send(t, "DELETE", "/api/plan/milestones/"+step.ID, "officer", ""); r.Status != http.StatusNoContent {
		t.Errorf("remove: %d %s", r.Status, r.Body)
	}
	at := "/api/remark/objects/plan.target/" + x.ID
	if r := h.Send(t, "POST", at+"/comments", "leader", `{"body":"请核实口径"}`); r.Status != http.StatusCreated {
		t.Errorf("comment: %d %s", r.Status, r.Body)
	}
	if r := h.Get(t, at, "viewer"); r.Status != http.StatusOK || !bytes.Contains(r.Body, []byte(`"comments":1`)) {
		t.Errorf("comments: %d %s", r.Status, r.Body)
	}
}

func (h *house) testList(t *testing.T, p View) {
	f := func(query string, want int) {
		t.Helper()
		var page sqldb.Page[TargetView]
		h.get(t, "/plans/"+p.ID+"/targets?"+query, "viewer", http.StatusOK, &page)
		if page.Total != want {
			t.Errorf("%s: %d targets, want %d", query, page.Total, want)
		}
	}
	f("", 23)
	f("source=live", 2)
	f("status=reached", 1)
	f("action=A4", 5)
	f("q=园区", 2)
	f("q=GAZELLE", 1)
	f("owner=市商务局", 1)
	h.get(t, "/plans/"+p.ID+"/targets?sort=colour", "viewer", http.StatusUnprocessableEntity, nil)
	seen, cursor := 0, ""
	for {
		var page sqldb.Page[TargetView]
		h.get(t, "/plans/"+p.ID+"/targets?limit=10&sort=-progress&cursor="+cursor, "viewer", http.StatusOK, &page)
		if seen == 0 && page.Items[0].Value == nil {
			t.Error("what has no value comes first")
		}
		seen += len(page.Items)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if seen != 23 {
		t.Errorf("paging saw %d targets", seen)
	}
	r := h.Get(t, "/api/plan/plans/"+p.ID+"/targets?export=csv&lang=en", "viewer")
	if lines := strings.Count(string(r.Body), "\n") + 1; r.Status != http.StatusOK || lines != 24 || !strings.Contains(string(r.Body), "10G-PON and above ports") {
		t.Errorf("csv %d with %d lines", r.Status, lines)
	}
}

func (h *house) testYAML(t *testing.T, p View) {
	text := h.Get(t, "/api/plan/plans/"+p.ID+"/yaml", "viewer")
	if text.Status != http.StatusOK || !strings.HasPrefix(text.Header.Get("Content-Type"), "application/yaml") {
		t.Fatalf("export: %d %s", text.Status, text.Body)
	}
	body, err := json.Marshal(map[string]any{"yaml": string(text.Body), "synthetic": false})
	if err != nil {
		t.Fatal(err)
	}
	var second View
	h.post(t, "/plans", "officer", string(body), http.StatusCreated, &second)
	again := h.Get(t, "/api/plan/plans/"+second.ID+"/yaml", "viewer")
	if !bytes.Equal(text.Body, again.Body) {
		t.Error("the imported plan exports differently")
	}
}

func (h *house) testWorkbook(t *testing.T, p View) {
	r := h.Get(t, "/api/plan/plans/"+p.ID+"/export?format=xlsx&lang=en", "viewer")
	if r.Status != http.StatusOK {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if r := h.Get(t, "/api/plan/plans/"+p.ID+"/export?format=csv", "viewer"); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("csv: %d", r.Status)
	}
	z, err := zip.NewReader(bytes.NewReader(r.Body), int64(len(r.Body)))
	if err != nil {
		t.Fatalf("no workbook: %v", err)
	}
	sheets := 0
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			sheets++
		}
	}
	if sheets != 3 {
		t.Errorf("%d sheets", sheets)
	}
}

func (h *house) testReminders(t *testing.T) {
	from, to := dayOf(time.Now().AddDate(-2, 0, 0)), dayOf(time.Now().AddDate(1, 0, 0))
	var p View
	h.post(t, "/plans", "officer", fmt.Sprintf(`{"template":"qingdao-2022-2024","from":%q,"to":%q,"synthetic":true,"title":{"zh":"演示","en":"Demo"}}`, from, to), http.StatusCreated, &p)
	list := func() (kinds map[string]int, id string) {
		var page sqldb.Page[ReminderView]
		h.get(t, "/reminders?plan="+p.ID, "officer", http.StatusOK, &page)
		kinds = map[string]int{}
		for _, r := range page.Items {
			kinds[r.Kind]++
			id += r.ID
		}
		return kinds, id
	}
	if kinds, _ := list(); kinds["overdue_milestone"] == 0 || kinds["not_reported"] != 1 || kinds["reminder"] != 0 {
		t.Errorf("reminders %v", kinds)
	}
	var b Board
	h.get(t, "/plans/"+p.ID+"/board", "officer", http.StatusOK, &b)
	if !b.Plan.Synthetic || !b.target(t, "pf.monitored").Synthetic {
		t.Error("a synthetic plan does not say so everywhere")
	}
	x := b.target(t, "ind.eaglet")
	h.post(t, "/targets/"+x.ID+"/reminders", "viewer", `{"note":"x"}`, http.StatusForbidden, nil)
	h.post(t, "/targets/"+x.ID+"/reminders", "leader", `{"note":"请于月底前报送","due":"soon"}`, http.StatusUnprocessableEntity, nil)
	h.post(t, "/targets/"+x.ID+"/reminders", "leader", `{"note":"请于月底前报送"}`, http.StatusCreated, nil)
	kinds, id := list()
	if kinds["reminder"] != 1 {
		t.Errorf("reminders %v", kinds)
	}
	h.post(t, "/reminders/"+id+"/done", "reporter", ``, http.StatusNoContent, nil)
	if kinds, _ := list(); kinds["reminder"] != 0 {
		t.Errorf("reminders %v", kinds)
	}
	if r := h.Send(t, "DELETE", "/api/plan/plans/"+p.ID, "officer", ""); r.Status != http.StatusNoContent {
		t.Errorf("remove: %d %s", r.Status, r.Body)
	}
	h.get(t, "/plans/"+p.ID, "officer", http.StatusNotFound, nil)
}

func TestScenarios(t *testing.T) {
	kerneltest.Scenarios(t, (&house{}).rooms)
}
