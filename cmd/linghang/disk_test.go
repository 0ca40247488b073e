package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"linghang/kernel/kerneltest"
)

// smallDisk is a directory with a file system of its own, of so many megabytes.
func smallDisk(t *testing.T, megabytes string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+megabytes+"m"); err != nil {
		t.Fatalf("mount a small disk, as root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// ballast fills the disk to the last byte, and returns how to take it away.
func ballast(t *testing.T, dir string) (lift func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, zeros{})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk took everything: %v", err)
	}
	_ = f.Close()
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// The disk of the whole program fills up, again and again. Changes are refused
// in so many words, reading goes on, nothing that was acknowledged is lost, and
// once there is room everything works without a restart.
func TestAFullDiskRefusesAndRecovers(t *testing.T) {
	if !full() {
		t.Skip("it mounts a file system: make chaos runs it")
	}
	h := &house{t: t, data: smallDisk(t, "512")}
	h.open()
	h.setUp()
	k := h.platform("sender")
	seq, refused := int64(0), 0
	send := func() int {
		status := h.reportOnce(k, seq+1)
		if status < 300 {
			seq++
		}
		return status
	}
	for round := range 3 {
		for range 20 {
			if status := send(); status >= 300 {
				t.Fatalf("round %d: a report with room on the disk: %d", round, status)
			}
		}
		lift := ballast(t, h.data)
		kerneltest.Wait(t, "a report to be refused for want of room", func() bool {
			status := send()
			if status != http.StatusServiceUnavailable && status >= 300 {
				t.Fatalf("round %d: with a full disk: %d", round, status)
			}
			return status == http.StatusServiceUnavailable
		})
		refused++
		kerneltest.Wait(t, "the health page to tell of the disk", func() bool { return h.component("disk") == "down" })
		h.call("GET", "/api/platforms/"+k.Platform, "", nil)
		lift()
		kerneltest.Wait(t, "the health page to be well again", func() bool {
			return h.component("disk") != "down" && h.component("bus") == "good" && h.component("database") == "good"
		})
		kerneltest.Wait(t, "reports to be taken again", func() bool { return send() < 300 })
		// An event that goes over the bus: the curve of the platform moves on.
		kerneltest.Wait(t, "events to be handled again", func() bool { return h.freshness(k.Platform) == "reporting" && h.component("outbox") == "good" })
	}
	h.checkLedger(k, seq)
	h.platform("afterwards")
	h.checkAudit(0, 2)
	h.start()
	h.checkLedger(k, seq)
	t.Logf("the disk was full %d times; %d reports acknowledged, all found once", refused, seq)
}
