package main

import (
	wire "encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// writes is a capture of so many writes to a controller, joined in the middle of a session.
func writes(t *testing.T, n int) string {
	t.Helper()
	out := make([]byte, 24)
	wire.LittleEndian.PutUint32(out, 0xa1b2c3d4)
	out[4], out[6], out[20] = 2, 4, 1
	wire.LittleEndian.PutUint32(out[16:], 65535)
	for i := range n {
		frame := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 52, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
		frame = append(frame, 0x9c, 0x41, 1, 0xf6, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x18, 16, 0, 0, 0, 0, 0)
		wire.BigEndian.PutUint32(frame[38:], uint32(1000+12*i))
		frame = append(frame, byte(i>>8), byte(i), 0, 0, 0, 6, 1, 6, 0, 4, byte(i>>8), byte(i))
		head := make([]byte, 16)
		wire.LittleEndian.PutUint32(head, uint32(1772352000+i/100))
		head[8], head[12] = byte(len(frame)), byte(len(frame))
		out = append(append(out, head...), frame...) //nolint:makezero // the head of the file was filled in above
	}
	file := filepath.Join(t.TempDir(), "writes.pcap")
	if err := os.WriteFile(file, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A probe is killed again and again: whatever is in the capture is in
// the city afterwards, once.
func TestAProbeThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	h := gated(t, "24h")
	h.open()
	h.setUp()
	var m newMachine
	h.call("POST", "/api/machine/machines", `{"name":"probe","kind":"probe"}`, &m)
	dir := t.TempDir()
	if _, said, err := m.enrol(t, filepath.Join(dir, "machine")); err != nil {
		t.Fatal(err, said)
	}
	var s struct{ ID string }
	h.call("POST", "/api/security/sensors", fmt.Sprintf(`{"name":"line","machine_id":%q}`, m.ID), &s)
	file := filepath.Join(dir, "probe.yaml")
	const n = 20_000
	if err := os.WriteFile(file, []byte("machine: machine\nspool: spool\nread: "+writes(t, n)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(limit time.Duration) error {
		cmd := exec.Command(binary(t), "probe", "run", "--config", file)
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		return cmd.Wait()
	}
	for i := range 12 {
		_ = run(time.Duration(50+i*40) * time.Millisecond) // killed, or ended before
	}
	if err := run(2 * time.Minute); err != nil {
		t.Fatal(err)
	}
	var page struct{ Total int }
	h.call("GET", "/api/security/sensors/"+s.ID+"/records?why=write&limit=1", "", &page)
	var v struct {
		Losses struct{ Missing, Rejected, Packets, Limited int }
	}
	h.call("GET", "/api/security/sensors/"+s.ID, "", &v)
	if page.Total+v.Losses.Limited != n || v.Losses.Packets != n || v.Losses.Missing != 0 || v.Losses.Rejected != 0 {
		t.Errorf("%d writes, %+v; want %d", page.Total, v.Losses, n)
	}
}
