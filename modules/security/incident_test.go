package security

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

// caseTown is a city with the room, whose clock tests turn.
type caseTown struct {
	*kerneltest.City
	kit   *module.Kit
	data  string
	ahead atomic.Int64
}

func newCaseTown(t *testing.T, o kerneltest.Options) *caseTown {
	t.Helper()
	if o.Data == "" {
		o.Data = t.TempDir()
	}
	x := &caseTown{data: o.Data}
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.kit = k.Kit("security")
		m := New(x.kit, k.Directory(), nil)
		m.now = func() time.Time { return time.Now().Add(time.Duration(x.ahead.Load())) }
		return []module.Module{m}
	}, o)
	return x
}

func (x *caseTown) later(by time.Duration) { x.ahead.Add(int64(by)) }

const incidents = "/api/security/incidents"

// do sends a request, with the version that was read if there is one, and wants a status.
func (x *caseTown) do(t *testing.T, method, path, who, body string, version int64, want int, into any) string {
	t.Helper()
	var header []string
	if version > 0 {
		header = []string{"If-Match", fmt.Sprintf(`"%d"`, version)}
	}
	r := x.Send(t, method, incidents+path, who, body, header...)
	if r.Status != want {
		t.Fatalf("%s %s as %s: %d %s", method, path, who, r.Status, r.Body)
	}
	if into != nil {
		r.Decode(t, into)
	}
	return string(r.Body)
}

// openCase is what tests read of one.
type openCase struct {
	ID, Number, State string
	Version           int64
	AwareAt           string     `json:"aware_at"`
	ReportDueAt       *time.Time `json:"report_due_at"`
	Clocks            []struct{ Obligation, State, Reason string }
}

// report reports a grave incident that nobody told the authority of yet.
func (x *caseTown) report(t *testing.T, who, more string) (i openCase) {
	t.Helper()
	aware := time.Now().Add(time.Duration(x.ahead.Load())).Add(-time.Minute).Format(time.RFC3339Nano)
	x.do(t, "POST", "", who, fmt.Sprintf(`{"title":"秘密标题","summary":"秘密经过","category":"malware","kind":"other","tlp":"amber","importance":"important","loss":"serious","harm":"","aware_at":%q%s}`, aware, more), 0, http.StatusCreated, &i)
	return i
}

// told is how many notices about an incident somebody has that say something.
func (x *caseTown) told(t *testing.T, who string, i openCase, words string) int {
	t.Helper()
	var inbox struct {
		Items []struct {
			Title struct{ ZH string }
			Link  string
		}
	}
	x.Get(t, "/api/notify/inbox?limit=500", who).Decode(t, &inbox)
	n := 0
	for _, m := range inbox.Items {
		if strings.HasSuffix(m.Link, i.ID) && strings.Contains(m.Title.ZH, words) {
			n++
		}
		if strings.Contains(m.Title.ZH, "秘密") {
			t.Errorf("a notice tells the title of an incident: %s", m.Title.ZH)
		}
	}
	return n
}

func TestIncidents(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, x *caseTown){
		"reminders climb until the report is made": remindersClimb,
		"a drill climbs no stairs":                 drillsStayBelow,
		"a drill ends with its incidents":          drillsEnd,
		"a bundle is checked by sha256sum":         bundlesAreChecked,
		"malicious evidence is kept sealed":        maliceIsSealed,
		"an incident is told as STIX":              toldAsSTIX,
		"every look is written down":               looksAreWritten,
		"nobody reads another's incident":          strangersReadNothing,
		"words find only what one may read":        wordsKeepNeedToKnow,
		"figures are of what is real":              figuresAreReal,
		"figures are by industry for the city":     figuresByIndustry,
		"an overdue task is told of once":          overdueTasks,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newCaseTown(t, o)) })
		})
	}
}

func remindersClimb(t *testing.T, x *caseTown) {
	for _, who := range []string{"reporter-ours", "officer", "leader"} {
		x.Cookie(t, who)
	}
	i := x.report(t, "manager-ours", "")
	if i.ReportDueAt == nil {
		t.Fatalf("nothing is owed: %+v", i)
	}
	x.later(2 * time.Hour)
	kerneltest.Wait(t, "the reporter to be reminded", func() bool { return x.told(t, "reporter-ours", i, "时限将到") == 1 })
	if n := x.told(t, "officer", i, "时限"); n != 0 {
		t.Errorf("the officer is told %d times before the end", n)
	}
	x.later(2 * time.Hour)
	kerneltest.Wait(t, "the officer to be told", func() bool { return x.told(t, "officer", i, "时限已过") == 1 })
	if n := x.told(t, "leader", i, ""); n != 0 {
		t.Errorf("the leader is told %d times at the end", n)
	}
	x.later(4 * time.Hour)
	kerneltest.Wait(t, "the leader to be told", func() bool { return x.told(t, "leader", i, "时限已过") == 1 })
	x.do(t, "POST", "/"+i.ID+"/reports", "manager-ours", fmt.Sprintf(`{"stage":"first","authority":"省网信办","channel":"热线","reporter":"张工","sent_at":%q,"text":"初报"}`, time.Now().Format(time.RFC3339Nano)), 0, http.StatusOK, &i)
	if len(i.Clocks) != 1 || i.Clocks[0].State != "met" {
		t.Errorf("the clock goes on: %+v", i.Clocks)
	}
}

func drillsStayBelow(t *testing.T, x *caseTown) {
	for _, who := range []string{"reporter-ours", "officer", "leader"} {
		x.Cookie(t, who)
	}
	i := x.report(t, "officer", fmt.Sprintf(`,"organisation_id":%q,"drill":%q`, x.Ours.ID, x.drill(t).ID))
	if !strings.HasPrefix(i.Number, "演练-") {
		t.Errorf("a drill has the number %s", i.Number)
	}
	x.later(9 * time.Hour)
	kerneltest.Wait(t, "the reporter to be told", func() bool { return x.told(t, "reporter-ours", i, "【演练】") >= 3 })
	if n := x.told(t, "leader", i, "") + x.told(t, "officer", i, "时限"); n != 0 {
		t.Errorf("the city is told %d times of a drill", n)
	}
	if body := x.do(t, "GET", "/figures", "officer", "", 0, http.StatusOK, nil); !strings.Contains(body, `"incidents":0`) {
		t.Errorf("a drill counts: %s", body)
	}
}

// heldDrill is a drill as tests read it.
type heldDrill struct {
	ID      string
	Version int64
}

// drill holds one in which our operator takes part.
func (x *caseTown) drill(t *testing.T) (d heldDrill) {
	t.Helper()
	x.Send(t, "POST", "/api/security/drills", "officer", fmt.Sprintf(`{"title":"桌面推演","plan":"控制器被攻击","pace":1,"organisations":[%q]}`, x.Ours.ID)).Decode(t, &d)
	return d
}

func drillsEnd(t *testing.T, x *caseTown) {
	d := x.drill(t)
	of := func(organisation string) string {
		return fmt.Sprintf(`,"organisation_id":%q,"drill":%q`, organisation, d.ID)
	}
	for what, more := range map[string]string{
		"words":                  fmt.Sprintf(`,"organisation_id":%q,"drill":"桌面推演"`, x.Ours.ID),
		"one that takes no part": of(x.Theirs.ID),
	} {
		aware := time.Now().Add(-time.Minute).Format(time.RFC3339Nano)
		body := fmt.Sprintf(`{"title":"a","summary":"b","category":"malware","kind":"other","tlp":"amber","importance":"","loss":"","harm":"","aware_at":%q%s}`, aware, more)
		if said := x.do(t, "POST", "", "officer", body, 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, `"body.drill"`) {
			t.Errorf("%s: %s", what, said)
		}
	}
	open, done, real := x.report(t, "officer", of(x.Ours.ID)), x.report(t, "officer", of(x.Ours.ID)), x.report(t, "manager-ours", "")
	for _, step := range []string{`"triaged"`, `"confirmed","level":4`, `"contained"`, `"eradicated"`, `"recovered"`} {
		x.do(t, "POST", "/"+done.ID+"/state", "officer", `{"reason":"推演","to":`+step+`}`, done.Version, http.StatusOK, &done)
	}
	x.do(t, "PUT", "/"+done.ID+"/closing", "officer", `{"cause":"无","impact":"无","measures":"无","assets":"无","residual":"无"}`, done.Version, http.StatusOK, &done)
	x.do(t, "POST", "/"+done.ID+"/state", "officer", `{"reason":"推演","to":"closed"}`, done.Version, http.StatusOK, &done)
	x.Cookie(t, "reporter-ours")

	if r := x.Send(t, "POST", "/api/security/drills/"+d.ID+"/end", "officer", `{"reason":"结束"}`, "If-Match", fmt.Sprintf(`"%d"`, d.Version)); r.Status != http.StatusOK {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	for _, i := range []*openCase{&open, &done} {
		x.do(t, "GET", "/"+i.ID, "officer", "", 0, http.StatusOK, i)
		for _, c := range i.Clocks {
			if c.State == "running" {
				t.Errorf("a clock of a drill that has ended goes on: %+v", c)
			}
		}
	}
	if open.State != "rejected" || done.State != "closed" {
		t.Errorf("%s and %s", open.State, done.State)
	}
	kerneltest.Wait(t, "the reporter to be told", func() bool { return x.told(t, "reporter-ours", open, "演练结束") == 1 })
	if said := x.do(t, "POST", "/"+open.ID+"/state", "officer", `{"reason":"再来","to":"triaged"}`, open.Version, http.StatusConflict, nil); !strings.Contains(said, "security.drill.ended") {
		t.Errorf("%s", said)
	}
	if x.do(t, "GET", "/"+real.ID, "officer", "", 0, http.StatusOK, &real); real.State != "new" || len(real.Clocks) != 1 || real.Clocks[0].State != "running" {
		t.Errorf("a real incident ended with a drill: %+v", real)
	}
}

// upload adds evidence.
func (x *caseTown) upload(t *testing.T, i openCase, query, content string) string {
	t.Helper()
	r := x.Send(t, "POST", incidents+"/"+i.ID+"/evidence?"+query, "manager-ours", content, "Content-Type", "application/octet-stream")
	var v struct{ ID string }
	if r.Decode(t, &v); r.Status != http.StatusCreated {
		t.Fatalf("upload %s: %d %s", query, r.Status, r.Body)
	}
	return v.ID
}

func bundlesAreChecked(t *testing.T, x *caseTown) {
	i := x.report(t, "manager-ours", "")
	x.upload(t, i, "name=sample+%2B+%E6%A0%B7%E6%9C%AC.exe&what=sample&malicious=true", "MZ\x00not looked into")
	gone := x.upload(t, i, "name=log.txt&what=log", "a line\n")
	kept := x.upload(t, i, "name=other.txt&what=log", "another line\n")
	x.do(t, "POST", "/"+i.ID+"/evidence/"+gone+"/discarding", "manager-ours", `{"reason":"保存期满"}`, 0, http.StatusOK, nil)
	r := x.Get(t, incidents+"/"+i.ID+"/bundle", "officer")
	dir := unzip(t, r.Body)
	for _, how := range []string{
		"sha256sum -c SHA256SUMS",
		// As the guide says it: openssl(1) has no -c.
		`while read -r sum name; do test "$(openssl dgst -sm3 -r "$name" | cut -c 1-64)" = "$sum" && echo "$name: OK" || echo "$name: FAILED"; done < SM3SUMS`,
	} {
		check := exec.CommandContext(t.Context(), "sh", "-c", how)
		check.Dir = dir
		out, err := check.CombinedOutput()
		if err != nil || strings.Count(string(out), ": OK") != 6 || strings.Contains(string(out), "FAILED") {
			t.Fatalf("%s: %v\n%s", how, err, out)
		}
		if strings.Contains(string(out), "log.txt") {
			t.Errorf("what was discarded is given out: %s", out)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "timeline.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := exec.CommandContext(t.Context(), "sha256sum", "-c", "SHA256SUMS")
	again.Dir = dir
	if again.Run() == nil {
		t.Error("a timeline that was changed passes")
	}
	if body := x.do(t, "GET", "/"+i.ID+"/evidence/"+kept+"/custody", "manager-ours", "", 0, http.StatusOK, nil); !strings.Contains(body, `"exported"`) || strings.Count(body, `"sm3":"`+sm3Of("another line\n")+`"`) != 2 {
		t.Errorf("custody does not tell that it was given out: %s", body)
	}
}

// unzip puts a bundle into a directory.
func unzip(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%v: %.200s", err, data)
	}
	dir := t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || r.Close() != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if !filepath.IsLocal(f.Name) {
			t.Fatalf("the bundle leaves its place: %s", f.Name)
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func looksAreWritten(t *testing.T, x *caseTown) {
	i := x.report(t, "manager-ours", "")
	v := x.upload(t, i, "name=log.txt&what=log", "a line\n")
	for _, path := range []string{"", "?export=csv", "/" + i.ID, "/" + i.ID + "/evidence/" + v, "/" + i.ID + "/paper?format=txt", "/" + i.ID + "/bundle", "/" + i.ID + "/stix"} {
		x.do(t, "GET", path, "leader", "", 0, http.StatusOK, nil)
		x.do(t, "GET", path, "manager-ours", "", 0, http.StatusOK, nil)
	}
	body := x.do(t, "GET", "/"+i.ID+"/looks", "reporter-ours", "", 0, http.StatusOK, nil)
	for _, way := range []string{"list", "page", "evidence", "report", "bundle", "stix"} {
		if !strings.Contains(body, `"way":"`+way+`"`) {
			t.Errorf("the look by %s is not written down: %s", way, body)
		}
	}
	if strings.Contains(body, "manager-ours") {
		t.Errorf("the enterprise is told of itself: %s", body)
	}
}

// found is how many incidents somebody finds by words.
func (x *caseTown) found(t *testing.T, who, query string) int {
	t.Helper()
	var page struct{ Total int }
	body := x.do(t, "GET", "?"+query, who, "", 0, http.StatusOK, nil)
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	return page.Total
}

func wordsKeepNeedToKnow(t *testing.T, x *caseTown) {
	i := x.report(t, "manager-ours", "")
	later := time.Now().Add(time.Hour).Format(time.RFC3339)
	x.do(t, "POST", "/"+i.ID+"/guests", "officer", fmt.Sprintf(`{"organisation_id":%q,"part":"分析样本","reason":"内部理由","until":%q}`, x.Theirs.ID, later), 0, http.StatusOK, nil)
	for _, task := range []string{`{"title":"隔离工程师站","due_at":%q}`, `{"title":"反编译样本","organisation_id":"` + x.Theirs.ID + `","due_at":%q}`} {
		x.do(t, "POST", "/"+i.ID+"/tasks", "officer", fmt.Sprintf(task, later), 0, http.StatusOK, nil)
	}
	x.do(t, "POST", "/"+i.ID+"/notes", "manager-ours", `{"text":"重装 Windows_10 系统 50%"}`, 0, http.StatusOK, nil)
	x.upload(t, i, "name=firewall.log&what=防火墙日志", "a line\n")
	for query, want := range map[string]struct{ owner, city, guest int }{
		"q=秘密标题":           {1, 1, 1},
		"q=" + i.Number:    {1, 1, 1},
		"q=秘密经过":           {1, 1, 0}, // the summary is not for who was let in
		"q=内部理由":           {1, 1, 0},
		"q=分析样本":           {1, 1, 1},
		"q=隔离工程师站":         {1, 1, 0}, // a task of the enterprise
		"q=反编译":            {1, 1, 1},
		"q=windows_10":     {1, 1, 0},
		"q=windows%2510":   {0, 0, 0}, // signs of patterns are letters
		"q=50%25":          {1, 1, 0},
		"q=FIREWALL":       {1, 1, 0},
		"q=秘密标题 反编译":       {1, 1, 1}, // all of the words
		"q=秘密标题 隔离工程师站":    {1, 1, 0},
		"q=秘密标题 没有":        {0, 0, 0},
		"late=true":        {0, 0, 0},
		"q=cause":          {0, 0, 0}, // names of fields are no words
		"q=秘密标题&real=real": {1, 1, 1},
	} {
		query = strings.ReplaceAll(query, " ", "%20")
		for who, n := range map[string]int{"manager-ours": want.owner, "officer": want.city, "manager-theirs": want.guest} {
			if got := x.found(t, who, query); got != n {
				t.Errorf("%s finds %d by %s, not %d", who, got, query, n)
			}
		}
	}
	x.later(2 * time.Hour)
	if n := x.found(t, "manager-theirs", "q=秘密标题"); n != 0 {
		t.Errorf("who was let in finds it after the time: %d", n)
	}
}

func strangersReadNothing(t *testing.T, x *caseTown) {
	i := x.report(t, "manager-ours", "")
	v := x.upload(t, i, "name=log.txt&what=log", "a line\n")
	for _, path := range []string{"", "?q=秘密", "?export=csv", "?export=xlsx", "/figures"} {
		if body := x.do(t, "GET", path, "manager-theirs", "", 0, http.StatusOK, nil); strings.Contains(body, "秘密") || strings.Contains(body, i.ID) || strings.Contains(body, `"incidents":1`) {
			t.Errorf("%s tells a stranger: %s", path, body)
		}
	}
	for _, path := range []string{"", "/timeline", "/looks", "/paper", "/bundle", "/stix", "/evidence/" + v, "/evidence/" + v + "/custody"} {
		if body := x.do(t, "GET", "/"+i.ID+path, "manager-theirs", "", 0, http.StatusNotFound, nil); strings.Contains(body, "秘密") {
			t.Errorf("%s tells a stranger: %s", path, body)
		}
	}
	mine := x.report(t, "manager-theirs", "")
	x.do(t, "POST", "/"+mine.ID+"/merge", "manager-theirs", fmt.Sprintf(`{"into":%q,"reason":"x"}`, i.ID), mine.Version, http.StatusForbidden, nil)
	// Evidence is found under its own incident only.
	x.do(t, "GET", "/"+mine.ID+"/evidence/"+v, "manager-theirs", "", 0, http.StatusNotFound, nil)
	// Let in, somebody sees which incident it is, and no more; after the time nothing.
	x.do(t, "POST", "/"+i.ID+"/guests", "officer", fmt.Sprintf(`{"organisation_id":%q,"part":"分析","reason":"内部理由","until":%q}`, x.Theirs.ID, time.Now().Add(time.Hour).Format(time.RFC3339)), 0, http.StatusOK, nil)
	for _, path := range []string{"/" + i.ID, "/" + i.ID + "/timeline", "", "?export=csv"} {
		if body := x.do(t, "GET", path, "manager-theirs", "", 0, http.StatusOK, nil); strings.Contains(strings.ReplaceAll(body, mine.ID, ""), "秘密经过") && path != "" && path != "?export=csv" || strings.Contains(body, "内部理由") {
			t.Errorf("%s tells who was let in too much: %s", path, body)
		}
	}
	x.later(2 * time.Hour)
	x.do(t, "GET", "/"+i.ID, "manager-theirs", "", 0, http.StatusNotFound, nil)
}

func figuresAreReal(t *testing.T, x *caseTown) {
	i := x.report(t, "manager-ours", "")
	x.later(30 * time.Minute)
	x.do(t, "POST", "/"+i.ID+"/state", "officer", `{"to":"triaged","reason":"属实"}`, i.Version, http.StatusOK, &i)
	x.do(t, "POST", "/"+i.ID+"/state", "officer", `{"to":"confirmed","level":3,"reason":"属实"}`, i.Version, http.StatusOK, &i)
	var f struct {
		Own  struct{ Incidents, Reports, OnTime int }
		City *struct {
			Triage struct {
				Count  int
				Median float64
			}
		}
	}
	x.do(t, "GET", "/figures", "officer", "", 0, http.StatusOK, &f)
	if f.Own.Incidents != 1 || f.City == nil || f.City.Triage.Count != 1 || f.City.Triage.Median < 30 || f.City.Triage.Median > 31 {
		t.Errorf("the city reads %+v", f)
	}
	f.City = nil
	if x.do(t, "GET", "/figures", "manager-ours", "", 0, http.StatusOK, &f); f.Own.Incidents != 1 || f.City != nil {
		t.Errorf("an enterprise reads figures of one enterprise as those of the city: %+v", f)
	}
}

func overdueTasks(t *testing.T, x *caseTown) {
	x.Cookie(t, "reporter-ours")
	i := x.report(t, "manager-ours", "")
	x.do(t, "POST", "/"+i.ID+"/playbook", "officer", `{"playbook":"plc_change"}`, 0, http.StatusOK, nil)
	kerneltest.Wait(t, "the reporter to be told of tasks", func() bool { return x.told(t, "reporter-ours", i, "有新的处置任务") == 1 })
	x.later(49 * time.Hour)
	for range 2 {
		for _, j := range x.Manifests() {
			for _, job := range j.Jobs {
				if job.Name != "remind_incidents" {
					continue
				}
				if err := job.Do(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	kerneltest.Wait(t, "the reporter to be told of seven tasks", func() bool { return x.told(t, "reporter-ours", i, "有处置任务逾期") == 7 })
}
