package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"linghang/kernel/kerneltest"
)

// run runs the program and returns what it said.
func (h *house) run(args ...string) (string, error) {
	out, err := exec.Command(binary(h.t), args...).CombinedOutput()
	return string(out), err
}

// A backup made while platforms report and are registered holds everything that
// was acknowledged before it began, each thing once, in all rooms alike.
func TestBackupUnderLoadComesBackWhole(t *testing.T) {
	h := startHouse(t, filepath.Join(t.TempDir(), "data"))
	h.setUp()
	k := h.platform("saved")
	way := &line{}
	way.to(h.url)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var work sync.WaitGroup
	var acknowledged atomic.Int64
	work.Go(func() { report(ctx, t, way, k, &acknowledged) })
	work.Go(func() { register(ctx, t, way, h.cookie) })

	place := t.TempDir()
	secret, store := filepath.Join(place, "passphrase"), filepath.Join(place, "archive")
	if err := os.WriteFile(secret, []byte(housePassword), 0o600); err != nil {
		t.Fatal(err)
	}
	var before int64
	for round := range int64(3) {
		kerneltest.Wait(t, "reports to be acknowledged", func() bool { return acknowledged.Load() >= 60*(round+1) })
		before = acknowledged.Load()
		out, err := h.run("backup", store, "--data", h.data, "--passphrase-file", secret)
		if err != nil {
			t.Fatalf("backup: %v: %s", err, out)
		}
		t.Log(strings.TrimSpace(out))
	}
	stop()
	work.Wait()
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}

	if out, err := h.run("restore", store, "--data", h.data, "--passphrase-file", secret); err == nil || !strings.Contains(out, "not empty") {
		t.Errorf("restore into a full directory: %v: %s", err, out)
	}
	wrong := filepath.Join(place, "wrong")
	if err := os.WriteFile(wrong, []byte("another passphrase"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.data = filepath.Join(place, "restored")
	if out, err := h.run("restore", store, "--data", h.data, "--passphrase-file", wrong); err == nil || !strings.Contains(out, "does not open") {
		t.Errorf("restore with a wrong passphrase: %v: %s", err, out)
	}
	if out, err := h.run("restore", place, "--data", h.data, "--passphrase-file", secret); err == nil || !strings.Contains(out, "no backup archive") {
		t.Errorf("restore of what is no archive: %v: %s", err, out)
	}
	if out, err := h.run("restore", store, "--data", h.data, "--passphrase-file", secret); err != nil {
		t.Fatalf("restore: %v: %s", err, out)
	}
	h.start()
	var newest struct {
		Total int64 `json:"total"`
	}
	h.call("GET", fmt.Sprintf("/api/platforms/%s/submissions?limit=1", k.Platform), "", &newest)
	if newest.Total < before {
		t.Errorf("the backup has %d reports, %d were acknowledged before it began", newest.Total, before)
	}
	h.checkLedger(k, newest.Total)
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
	if out, err := h.run("audit", "verify", "--data", h.data); err != nil {
		t.Errorf("audit verify: %v: %s", err, out)
	}
	damage(t, store)
	gone := filepath.Join(place, "damaged")
	out, err := h.run("restore", store, "--data", gone, "--passphrase-file", secret)
	if err == nil || !strings.Contains(out, "damaged") {
		t.Errorf("restore of a damaged backup: %v: %s", err, out)
	}
	for _, dir := range []string{gone, gone + ".restoring"} {
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("a restore that failed left %s", filepath.Base(dir))
		}
	}
}

// damage turns one bit in every piece of an archive.
func damage(t *testing.T, store string) {
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
