package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// previous is the release whose data is kept in testdata; scripts/fixture.sh
// made it, and says what is in it.
const previous = "testdata/release-a903025"

// unpack lays a kept data directory out.
func unpack(t *testing.T, archive, into string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for tr := tar.NewReader(zr); ; {
		e, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil || !filepath.IsLocal(e.Name) {
			t.Fatalf("%s: %v", archive, err)
		}
		path := filepath.Join(into, e.Name)
		if e.FileInfo().IsDir() {
			err = os.MkdirAll(path, 0o700)
		} else {
			var data []byte
			if data, err = io.ReadAll(tr); err == nil {
				err = os.WriteFile(path, data, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// loadRows gives a fresh database the rows of a dump.
func loadRows(t *testing.T, dump string) (address string) {
	t.Helper()
	f, err := os.Open(dump)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	address = kerneltest.PostgresDatabase(t)
	load := exec.Command("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", os.DevNull, address)
	load.Stdin = zr
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("load %s: %v: %s", dump, err, out)
	}
	return address
}

// signIn signs a person in, as their browser would.
func (h *house) signIn(login string) {
	h.t.Helper()
	r, err := http.Post(h.url+"/api/system/sign-in", "application/json", strings.NewReader(fmt.Sprintf(`{"login":%q,"password":%q}`, login, housePassword)))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(r.Body)
		h.t.Fatalf("sign %s in: %d %s", login, r.StatusCode, text)
	}
	h.cookie, _, _ = strings.Cut(r.Header.Get("Set-Cookie"), ";")
}

// The data of the release before is opened by this program, which finds
// everything in it and goes on with it.
func TestThePreviousReleaseIsUpgraded(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		h := &house{t: t, data: t.TempDir(), cookie: "none yet"}
		unpack(t, previous+".tar.gz", h.data)
		checkUpgrade(t, h)
	})
	t.Run("postgres", func(t *testing.T) {
		h := &house{t: t, data: t.TempDir(), cookie: "none yet"}
		unpack(t, previous+"-beside.tar.gz", h.data)
		h.args = []string{"--database-url", loadRows(t, previous+".sql.gz")}
		checkUpgrade(t, h)
	})
}

func checkUpgrade(t *testing.T, h *house) {
	t.Helper()
	h.open()
	var state struct {
		SetUp bool `json:"set_up"`
		City  struct {
			ZH string `json:"zh"`
		} `json:"city"`
	}
	if h.call("GET", "/api/system/state", "", &state); !state.SetUp || state.City.ZH != "青岛" {
		t.Errorf("the city is %+v", state)
	}
	for _, login := range []string{"manager-2", "auditor", "leader", "admin"} {
		h.signIn(login)
	}
	for path, want := range map[string]int{"/api/system/organisations": 4, "/api/system/persons": 8, "/api/platforms?q=fixture": 3, "/api/plan/plans": 1} {
		var page struct {
			Total int `json:"total"`
		}
		if h.call("GET", path, "", &page); page.Total != want {
			t.Errorf("%s has %d, want %d", path, page.Total, want)
		}
	}
	checkPlatforms(t, h)
	checkPlan(t, h)
	// What is new works on what is old.
	k := h.platform("after-upgrade")
	r := h.request("POST", "/api/platforms/ingest/v1/reports",
		fmt.Sprintf(`{"schema":1,"seq":1,"period":%q,"items":[{"code":"heartbeat","value":1}]}`, time.Now().UTC().Truncate(time.Minute).Format(time.RFC3339)))
	r.SetBasicAuth(k.ID, k.Secret)
	if resp, err := http.DefaultClient.Do(r); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("a report after the upgrade: %v %v", resp, err)
	} else {
		_ = resp.Body.Close()
	}
	h.signIn("auditor") // the only one who reads the log, since the duties are apart
	kerneltest.Wait(t, "the audit log to have the registration", func() bool { return h.registrations() == 4 })
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary(t), append([]string{"audit", "verify", "--data", h.data, "--output", "json"}, h.args...)...).Output()
	var v struct {
		OK    bool `json:"ok"`
		Count int  `json:"count"`
	}
	if err != nil || json.Unmarshal(out, &v) != nil || !v.OK || v.Count < 30 {
		t.Errorf("audit verify: %v: %s", err, out)
	}
	h.start() // a second start migrates nothing and opens what the first left
}

// checkPlatforms looks at what the platforms reported before the upgrade.
func checkPlatforms(t *testing.T, h *house) {
	t.Helper()
	var platforms struct {
		Items []struct {
			ID   string `json:"id"`
			Code string `json:"code"`
		} `json:"items"`
	}
	h.call("GET", "/api/platforms?q=fixture", "", &platforms)
	for _, p := range platforms.Items {
		var n float64
		if _, err := fmt.Sscanf(p.Code, "fixture-%f", &n); err != nil {
			t.Fatal(err)
		}
		var submissions struct {
			Total int `json:"total"`
		}
		if h.call("GET", "/api/platforms/"+p.ID+"/submissions", "", &submissions); submissions.Total != 5 {
			t.Errorf("%s has %d reports", p.Code, submissions.Total)
		}
		var newest struct {
			Items []struct {
				Code  string  `json:"code"`
				Value float64 `json:"value"`
			} `json:"items"`
		}
		h.call("GET", "/api/platforms/"+p.ID+"/indicators", "", &newest)
		for _, x := range newest.Items {
			if x.Code == "dev_online" && x.Value != n*1000+5 {
				t.Errorf("%s reports %v devices on line", p.Code, x.Value)
			}
		}
	}
}

// checkComments looks for what was said when the plan kept comments by itself.
func checkComments(t *testing.T, h *house, target string) {
	t.Helper()
	var comments struct {
		Items []struct {
			Body string `json:"body"`
			Name string `json:"author_name"`
		} `json:"items"`
	}
	kerneltest.Wait(t, "the comments to be taken over", func() bool {
		h.call("GET", "/api/remark/objects/plan.target/"+target+"/comments", "", &comments)
		return len(comments.Items) > 0
	})
	if len(comments.Items) != 1 || comments.Items[0].Body != "升级前的评论" || comments.Items[0].Name == "" {
		t.Errorf("the comments are %+v", comments)
	}
}

// checkPlan looks at the value that three persons reported, reviewed, approved.
func checkPlan(t *testing.T, h *house) {
	t.Helper()
	var plans struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	h.call("GET", "/api/plan/plans", "", &plans)
	var board struct {
		Targets []struct {
			ID   string `json:"id"`
			Code string `json:"code"`
		} `json:"targets"`
	}
	h.call("GET", "/api/plan/plans/"+plans.Items[0].ID+"/board", "", &board)
	for _, target := range board.Targets {
		if target.Code != "eco.digital_core_share" {
			continue
		}
		var history struct {
			Items []struct {
				Value    float64 `json:"value"`
				State    string  `json:"state"`
				Evidence []struct {
					ID string `json:"id"`
				} `json:"evidence"`
			} `json:"items"`
		}
		h.call("GET", "/api/plan/targets/"+target.ID+"/history", "", &history)
		checkComments(t, h, target.ID)
		if len(history.Items) != 1 || history.Items[0].Value != 7.25 || history.Items[0].State != "approved" || len(history.Items[0].Evidence) != 1 {
			t.Fatalf("the history is %+v", history)
		}
		resp, err := http.DefaultClient.Do(h.request("GET", "/api/plan/evidence/"+url.PathEscape(history.Items[0].Evidence[0].ID), ""))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		if text, _ := io.ReadAll(resp.Body); string(text) != "the statistics office said so" {
			t.Errorf("the evidence is %q", text)
		}
		return
	}
	t.Error("the target is gone")
}
