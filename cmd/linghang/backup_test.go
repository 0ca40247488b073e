package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"linghang/kernel/kerneltest"
)

// run runs the program on the house's data and returns what it said.
func (h *house) run(args ...string) (string, error) {
	args = append(append(args, "--data", h.data), h.args...)
	out, err := exec.Command(binary(h.t), args...).CombinedOutput()
	return string(out), err
}

// A backup made while platforms report and are registered holds everything that
// was acknowledged before it began, each thing once, in all rooms alike.
func TestBackupUnderLoadComesBackWhole(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	eachEngine(t, func(t *testing.T, args []string) {
		place := t.TempDir()
		h := &house{t: t, data: filepath.Join(place, "data"), args: args}
		h.open()
		h.setUp()
		k := h.platform("saved")
		v := vault{h: h, store: filepath.Join(place, "archive"), lock: []string{"--passphrase-file", secretFile(t, "passphrase", housePassword)}}
		v.key = v.lock
		before := v.saveUnderLoad(k)
		if err := h.stop(); err != nil {
			t.Fatal(err)
		}
		v.refusals(place)

		h.moveTo(filepath.Join(place, "restored"))
		v.restored()
		var newest struct {
			Total int64 `json:"total"`
		}
		h.call("GET", fmt.Sprintf("/api/platforms/%s/submissions?limit=1", k.Platform), "", &newest)
		if newest.Total < before {
			t.Errorf("the backup has %d reports, %d were acknowledged before it began", newest.Total, before)
		}
		h.checkLedger(k, newest.Total)
		h.checkSeries(k)
		var platforms struct {
			Total int `json:"total"`
		}
		h.call("GET", "/api/platforms?q=crash-&limit=1", "", &platforms)
		kerneltest.Wait(t, "the audit log to catch up with the registry", func() bool { return h.registrations() >= platforms.Total+1 })
		if n := h.registrations(); n != platforms.Total+1 {
			t.Errorf("the audit log has %d registrations, the registry %d", n, platforms.Total+1)
		}
		if err := h.stop(); err != nil {
			t.Fatal(err)
		}
		if out, err := h.run("audit", "verify"); err != nil {
			t.Errorf("audit verify: %v: %s", err, out)
		}
		v.damaged(place)
	})
}

// vault is an archive of a house, and what locks and opens it.
type vault struct {
	h         *house
	store     string
	lock, key []string
}

func secretFile(t testing.TB, name, secret string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// saveUnderLoad makes three backups while reports and registrations come in,
// and returns how many reports were acknowledged before the last began.
func (v vault) saveUnderLoad(k issued) (before int64) {
	t := v.h.t
	t.Helper()
	way := &line{}
	way.to(v.h.url)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var work sync.WaitGroup
	var acknowledged atomic.Int64
	work.Go(func() { report(ctx, t, way, k, &acknowledged) })
	work.Go(func() { register(ctx, t, way, v.h.cookie) })
	for round := range int64(3) {
		kerneltest.Wait(t, "reports to be acknowledged", func() bool { return acknowledged.Load() >= 60*(round+1) })
		before = acknowledged.Load()
		out, err := v.h.run(append([]string{"backup", v.store}, v.lock...)...)
		if err != nil {
			t.Fatalf("backup: %v: %s", err, out)
		}
		t.Log(strings.TrimSpace(out))
	}
	stop()
	work.Wait()
	return before
}

// refusals are what a restore says no to, and leaves everything as it is.
func (v vault) refusals(place string) {
	t, h := v.h.t, *v.h
	t.Helper()
	refused := func(what, says string, args ...string) {
		t.Helper()
		if out, err := h.run(args...); err == nil || !strings.Contains(out, says) {
			t.Errorf("%s: %v: %s", what, err, out)
		}
	}
	restore := append([]string{"restore", v.store}, v.key...)
	refused("restore into a full directory", "is not empty", restore...)
	h.data = filepath.Join(place, "other")
	if len(h.args) > 0 {
		refused("restore into a full database", "the database of system is not empty", restore...)
	}
	refused("a wrong passphrase", "does not open", "restore", v.store, "--passphrase-file", secretFile(t, "wrong", "another passphrase"))
	refused("no archive", "no backup archive", append([]string{"restore", place}, v.key...)...)
	refused("no such backup", "has no backup", append(restore, "--backup", "01ARZ3NDEKTSV4RRFFQ69G5FAV")...)
	if _, err := os.Stat(h.data); !os.IsNotExist(err) {
		t.Error("a refused restore left something")
	}
}

// moveTo gives the house a fresh place for its data.
func (h *house) moveTo(data string) {
	h.t.Helper()
	h.data = data
	if len(h.args) > 0 {
		h.args = []string{"--database-url", kerneltest.PostgresDatabase(h.t)}
	}
}

// restored brings a backup back and starts the house on it.
func (v vault) restored(args ...string) {
	v.h.t.Helper()
	out, err := v.h.run(append(append([]string{"restore", v.store}, v.key...), args...)...)
	if err != nil {
		v.h.t.Fatalf("restore: %v: %s", err, out)
	}
	v.h.start()
}

// checkSeries draws a curve of what was reported before.
func (h *house) checkSeries(k issued) {
	h.t.Helper()
	now := time.Now().UTC().Truncate(time.Minute)
	path := fmt.Sprintf("/api/platforms/%s/series?code=dev_online&step=60&from=%s&to=%s", k.Platform,
		now.Add(-time.Hour).Format(time.RFC3339), now.Add(time.Minute).Format(time.RFC3339))
	kerneltest.Wait(h.t, "the curve to have points", func() bool {
		var v struct {
			Points [][2]float64 `json:"points"`
		}
		h.call("GET", path, "", &v)
		return len(v.Points) > 0
	})
}

// damaged turns a bit in every piece: verify says so, and a restore leaves nothing.
func (v vault) damaged(place string) {
	t := v.h.t
	t.Helper()
	if out, err := v.h.run(append([]string{"backup", "verify", v.store}, v.key...)...); err != nil || strings.Count(out, "ok ") != 3 {
		t.Errorf("verify: %v: %s", err, out)
	}
	damage(t, v.store)
	if out, err := v.h.run(append([]string{"backup", "verify", v.store}, v.key...)...); err == nil || !strings.Contains(out, "3 of 3 backups cannot be restored") {
		t.Errorf("verify of a damaged archive: %v: %s", err, out)
	}
	v.h.moveTo(filepath.Join(place, "damaged"))
	for range 2 { // the second finds a place as empty as the first
		out, err := v.h.run(append([]string{"restore", v.store}, v.key...)...)
		if err == nil || !strings.Contains(out, "is damaged") {
			t.Errorf("restore of a damaged backup: %v: %s", err, out)
		}
		for _, dir := range []string{v.h.data, v.h.data + ".restoring"} {
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("a restore that failed left %s", filepath.Base(dir))
			}
		}
	}
}

// damage turns one bit in every piece of an archive.
func damage(t testing.TB, store string) {
	t.Helper()
	pieces, err := filepath.Glob(filepath.Join(store, "pieces", "*", "*"))
	if err != nil || len(pieces) == 0 {
		t.Fatalf("the archive has no pieces: %v", err)
	}
	for _, p := range pieces {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)-1] ^= 1
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// An archive made for recipients is opened by their identity only; an earlier
// backup can be chosen; old ones are pruned; and nothing in it can be read.
func TestAnArchiveForRecipients(t *testing.T) {
	place := t.TempDir()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	h := startHouse(t, filepath.Join(place, "data"))
	h.setUp()
	const canary = "canary-4f1d-platform"
	k := h.platform(canary)
	evidence := h.evidence("canary-4f1d in a file")
	v := vault{
		h: h, store: filepath.Join(place, "archive"), lock: []string{"--recipient", identity.Recipient().String()},
		key: []string{"--identity-file", secretFile(t, "key.txt", "# a comment\n"+identity.String()+"\n")},
	}
	var made []string
	for range 3 {
		var b struct {
			ID string `json:"id"`
		}
		out, err := h.run(append([]string{"backup", v.store, "--output", "json"}, v.lock...)...)
		if err != nil || json.Unmarshal([]byte(out), &b) != nil {
			t.Fatalf("backup: %v: %s", err, out)
		}
		made = append(made, b.ID)
		h.platform("later-" + b.ID[20:])
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	checkNothingIsPlain(t, v.store, canary, "canary-4f1d in a file", housePassword, k.Secret, identity.String(), "青岛市工业和信息化局", "master-1")

	out, err := h.run("backup", "list", v.store)
	if err != nil || strings.Count(out, "\n") != 3 || !strings.HasPrefix(out, made[0]) {
		t.Errorf("list: %v: %s", err, out)
	}
	if out, err := h.run(append([]string{"backup", "prune", v.store, "--keep-daily", "0", "--keep-weekly", "0", "--keep-monthly", "0", "--keep-last", "2"}, v.key...)...); err != nil || !strings.Contains(out, "removed "+made[0]) {
		t.Errorf("prune: %v: %s", err, out)
	}
	if out, err := h.run(append([]string{"backup", "verify", v.store}, v.key...)...); err != nil || strings.Count(out, "ok ") != 2 {
		t.Errorf("verify: %v: %s", err, out)
	}
	h.moveTo(filepath.Join(place, "second"))
	v.restored("--backup", made[1])
	var page struct {
		Total int `json:"total"`
	}
	if h.call("GET", "/api/platforms?q=later", "", &page); page.Total != 1 {
		t.Errorf("the second of three backups has %d of the platforms that came after the first", page.Total)
	}
	if text := h.text("/api/plan/evidence/" + evidence); text != "canary-4f1d in a file" {
		t.Errorf("the file came back as %q", text)
	}
}

func checkNothingIsPlain(t *testing.T, dir string, secrets ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, s := range secrets {
			if bytes.Contains(data, []byte(s)) {
				t.Errorf("%s has %q in clear", d.Name(), s)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// evidence uploads a file and returns its number.
func (h *house) evidence(content string) string {
	h.t.Helper()
	r := h.request("POST", "/api/plan/evidence?name=evidence.txt", content)
	r.Header.Set("Content-Type", "application/octet-stream")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var e struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&e); err != nil || e.ID == "" {
		h.t.Fatalf("upload: %d %v", resp.StatusCode, err)
	}
	return e.ID
}

// text reads what an address answers.
func (h *house) text(path string) string {
	h.t.Helper()
	resp, err := http.DefaultClient.Do(h.request("GET", path, ""))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// Files that are kept in an S3-compatible service are in the backup, and come
// back into another place of such a service.
func TestBackupHoldsTheFilesOnS3(t *testing.T) {
	bucket, place := kerneltest.S3(t), t.TempDir()
	elsewhere := strings.Replace(bucket, "/city?", "/restored?", 1)
	h := &house{t: t, data: filepath.Join(place, "data"), args: []string{"--blobs-url", bucket}}
	h.open()
	h.setUp()
	var plan, made run
	h.call("POST", "/api/plan/plans", `{"template":"qingdao-2022-2024"}`, &plan)
	h.call("POST", "/api/report/runs", fmt.Sprintf(`{"report":"plan.quarterly","language":"zh","values":{"plan":%q,"quarter":"2023Q4"}}`, plan.ID), &made)
	kerneltest.Wait(t, "the report to be made", func() bool {
		h.call("GET", "/api/report/runs/"+made.ID, "", &made)
		return made.State == "done"
	})
	before := h.download("/api/report/runs/" + made.ID + "/pdf")
	v := vault{h: h, store: filepath.Join(place, "archive"), lock: []string{"--passphrase-file", secretFile(t, "passphrase", housePassword)}}
	v.key = v.lock
	if out, err := h.run(append([]string{"backup", v.store}, v.lock...)...); err != nil {
		t.Fatalf("backup: %v: %s", err, out)
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.data, h.args = filepath.Join(place, "restored"), []string{"--blobs-url", elsewhere}
	v.restored()
	if after := h.download("/api/report/runs/" + made.ID + "/pdf"); !bytes.Equal(before, after) || len(after) == 0 {
		t.Errorf("a file of %d bytes came back with %d", len(before), len(after))
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
}

// download returns a file that the administrator may read.
func (h *house) download(path string) []byte {
	h.t.Helper()
	resp, err := http.DefaultClient.Do(h.request("GET", path, ""))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		h.t.Fatalf("download %s: %d, %v", path, resp.StatusCode, err)
	}
	return body
}
