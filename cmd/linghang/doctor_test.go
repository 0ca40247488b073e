package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

type diagnosis struct {
	Check string `json:"check"`
	State string `json:"state"`
	Note  struct {
		ZH string `json:"zh"`
		EN string `json:"en"`
	} `json:"note"`
	Mend struct {
		ZH string `json:"zh"`
		EN string `json:"en"`
	} `json:"mend"`
}

// doctor runs the doctor beside the house and returns what it found.
func (h *house) doctor(args ...string) (map[string]diagnosis, error) {
	h.t.Helper()
	out, failed := exec.Command(binary(h.t), append(append([]string{"doctor", "--output", "json", "--data", h.data}, h.args...), args...)...).Output()
	var list []diagnosis
	if err := json.Unmarshal(out, &list); err != nil {
		h.t.Fatalf("doctor: %v: %s", err, out)
	}
	found := map[string]diagnosis{}
	for _, x := range list {
		found[x.Check] = x
		if x.State != "good" && (x.Mend.ZH == "" || x.Mend.EN == "") {
			h.t.Errorf("%s is %s and nobody is told how to mend it: %s", x.Check, x.State, x.Note.EN)
		}
	}
	return found, failed
}

// The doctor looks at an installation beside its serving process, finds what is
// wrong, and says how to mend it.
func TestTheDoctorFindsWhatIsWrong(t *testing.T) {
	eachEngine(t, func(t *testing.T, args []string) {
		h := &house{t: t, data: filepath.Join(t.TempDir(), "data"), args: args}
		h.open()
		h.setUp()
		serving := strings.TrimPrefix(h.url, "http://")
		found, err := h.doctor("--http", serving)
		if err != nil {
			t.Errorf("a sound house: %v: %+v", err, found)
		}
		for _, check := range []string{"port", "data", "sync", "disk", "database", "database.clock", "keys", "outbox", "audit", "clock", "blobs"} {
			if found[check].State != "good" {
				t.Errorf("%s is %+v", check, found[check])
			}
		}
		if !strings.Contains(found["port"].Note.EN, "serves") || found["backup"].State != "degraded" {
			t.Errorf("port %+v, backup %+v", found["port"], found["backup"])
		}

		other := httptest.NewServer(http.NotFoundHandler())
		defer other.Close()
		if err := os.Chmod(h.data, 0o755); err != nil {
			t.Fatal(err)
		}
		found, err = h.doctor("--http", strings.TrimPrefix(other.URL, "http://"))
		if err == nil || found["port"].State != "down" || found["data"].State != "degraded" || !strings.HasPrefix(found["data"].Mend.EN, "chmod 700") {
			t.Errorf("%v: port %+v, data %+v", err, found["port"], found["data"])
		}
		out, err := h.run("doctor", "--language", "zh", "--http", serving)
		if err != nil || !strings.Contains(out, "数据目录") || !strings.Contains(out, "→ chmod 700") {
			t.Errorf("doctor in Chinese: %v: %s", err, out)
		}
		if err := os.Remove(filepath.Join(h.data, "keys", "master.key")); err != nil {
			t.Fatal(err)
		}
		if found, err = h.doctor("--http", serving); err == nil || found["database"].State != "down" {
			t.Errorf("without the master key: %v: %+v", err, found["database"])
		}
	})
}
