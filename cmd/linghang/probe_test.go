package main

import (
	wire "encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// capture is of so many segments from one host to a port of another, joined in the middle
// of a session, a hundred in a second.
func capture(t *testing.T, n int, port uint16, payload func(i int) []byte) string {
	t.Helper()
	out := make([]byte, 24)
	wire.LittleEndian.PutUint32(out, 0xa1b2c3d4)
	out[4], out[6], out[20] = 2, 4, 1
	wire.LittleEndian.PutUint32(out[16:], 65535)
	sequence := uint32(1000)
	for i := range n {
		text := payload(i)
		frame := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, byte(40 + len(text)), 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
		frame = append(frame, 0x9c, 0x41, byte(port>>8), byte(port), 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x18, 16, 0, 0, 0, 0, 0)
		wire.BigEndian.PutUint32(frame[38:], sequence)
		sequence += uint32(len(text))
		frame = append(frame, text...)
		head := make([]byte, 16)
		wire.LittleEndian.PutUint32(head, uint32(1772352000+i/100))
		head[8], head[12] = byte(len(frame)), byte(len(frame))
		out = append(append(out, head...), frame...) //nolint:makezero // the head of the file was filled in above
	}
	file := filepath.Join(t.TempDir(), "capture.pcap")
	if err := os.WriteFile(file, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// modbusWrite is a Modbus write of one register.
func modbusWrite(i int) []byte {
	return []byte{byte(i >> 8), byte(i), 0, 0, 0, 6, 1, 6, 0, 4, byte(i >> 8), byte(i)}
}

// s7Stop is the order to an S7 controller to stop.
func s7Stop(i int) []byte {
	head := []byte{3, 0, 0, 33, 2, 0xf0, 0x80, 0x32, 1, 0, 0, byte(i >> 8), byte(i), 0, 16, 0, 0, 0x29, 0, 0, 0, 0, 0, 9}
	return append(head, "P_PROGRAM"...)
}

// listening is a city with a sensor of an enterprise, whose manager is signed in, and the
// file of a probe that reads a capture for it.
func listening(t *testing.T, read string, more ...string) (h *house, sensor, config string) {
	t.Helper()
	h = gated(t, "24h", more...)
	h.open()
	h.setUp()
	var firm, person struct{ ID string }
	h.call("POST", "/api/system/organisations", `{"kind":"enterprise","name":{"zh":"青岛阀门有限公司","en":"Qingdao Valves"}}`, &firm)
	h.call("POST", "/api/system/persons", fmt.Sprintf(`{"login":"keeper","name":"王工","password":%q,"memberships":[{"organisation_id":%q,"role":"manager"}]}`, housePassword, firm.ID), &person)
	var m newMachine
	h.call("POST", "/api/machine/machines", fmt.Sprintf(`{"name":"probe","kind":"probe","organisation_id":%q}`, firm.ID), &m)
	h.signIn("keeper")
	dir := t.TempDir()
	if _, said, err := m.enrol(t, filepath.Join(dir, "machine")); err != nil {
		t.Fatal(err, said)
	}
	var s struct{ ID string }
	h.call("POST", "/api/security/sensors", fmt.Sprintf(`{"name":"line","machine_id":%q}`, m.ID), &s)
	config = filepath.Join(dir, "probe.yaml")
	if err := os.WriteFile(config, []byte("machine: machine\nspool: spool\nread: "+read+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return h, s.ID, config
}

// runProbe starts the process of a probe, which does not outlive the test.
func runProbe(t *testing.T, config string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(binary(t), "probe", "run", "--config", config)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd
}

// heard is how many records of a kind the city has of a sensor.
func (h *house) heard(sensor, why string) int {
	var page struct{ Total int }
	h.call("GET", "/api/security/sensors/"+sensor+"/records?limit=1&why="+why, "", &page)
	return page.Total
}

// A probe is killed again and again: whatever is in the capture is in
// the city afterwards, once.
func TestAProbeThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	const n = 20_000
	h, sensor, config := listening(t, capture(t, n, 502, modbusWrite))
	run := func(limit time.Duration) error {
		cmd := runProbe(t, config)
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
	var v struct {
		Losses struct{ Missing, Rejected, Packets, Limited int }
	}
	h.call("GET", "/api/security/sensors/"+sensor, "", &v)
	if got := h.heard(sensor, "write"); got != n || v.Losses.Limited != 0 || v.Losses.Packets != n || v.Losses.Missing != 0 || v.Losses.Rejected != 0 {
		t.Errorf("%d writes, %+v; want %d", got, v.Losses, n)
	}
}

// What a probe that is killed had heard can be cut out of its disk, and it goes on behind it.
func TestPacketsOfAProbeThatIsKilledStay(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	const n = 3000
	_, _, config := listening(t, "'-'\npackets: 16MiB")
	data, err := os.ReadFile(capture(t, n, 502, modbusWrite))
	if err != nil {
		t.Fatal(err)
	}
	kept := func() int {
		out, err := exec.Command(binary(t), "probe", "packets", "--config", config, "--host", "10.0.0.2", "--port", "502", "--output", "json").Output()
		var said struct{ Packets, Missed, Damaged int }
		if err == nil {
			err = json.Unmarshal(out, &said)
		}
		if err != nil || said.Missed+said.Damaged > 0 {
			return -1
		}
		return said.Packets
	}
	for times := 1; times <= 3; times++ {
		cmd := listeningTo(t, config, data)
		kerneltest.Wait(t, "the packets", func() bool { return kept() == times*n })
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if got := kept(); got != times*n {
			t.Errorf("%d packets after it was killed %d times, want %d", got, times, times*n)
		}
	}
	out := filepath.Join(t.TempDir(), "cut.pcapng")
	if text, err := exec.Command(binary(t), "probe", "packets", "--config", config, "--to", "2026-03-01T16:00:00+08:00", "--out", out).CombinedOutput(); err != nil {
		t.Errorf("%s %v", text, err)
	}
}

// listeningTo is a probe that hears a capture, which does not end.
func listeningTo(t *testing.T, config string, data []byte) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(binary(t), "probe", "run", "--config", config)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(data); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// Of polling a city has sums, until there is an alert: then it asks for what was said around it.
func TestWhatWasSaidAroundAnAlertComesToTheCity(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	const n, stop = 600, 300
	h, sensor, config := listening(t, "'-'\npackets: 16MiB\naround_alerts: true")
	data, err := os.ReadFile(capture(t, n, 102, func(i int) []byte {
		if i == stop {
			return s7Stop(i)
		}
		return []byte{3, 0, 0, 31, 2, 0xf0, 0x80, 0x32, 1, 0, 0, byte(i >> 8), byte(i), 0, 14, 0, 0, 4, 1, 0x12, 10, 0x10, 2, 0, 1, 0, 1, 0x84, 0, 0, 0}
	}))
	if err != nil {
		t.Fatal(err)
	}
	cmd := listeningTo(t, config, data)
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	kerneltest.Wait(t, "what was said around the alert", func() bool { return h.heard(sensor, "around_alert") > 0 })
	if got := h.heard(sensor, "around_alert"); got != n-1 {
		t.Errorf("%d units came, want %d", got, n-1)
	}
}

// The city is killed again and again while a probe sends and rules are asked: every record
// that came is in an alert afterwards, once.
func TestACityThatIsKilledFindsEverythingOnce(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	const n = 20_000
	h, sensor, config := listening(t, capture(t, n, 102, s7Stop), "--tls-listen", fmt.Sprintf("127.0.0.1:%d", freePorts(t, 1)[0]))
	cmd := runProbe(t, config)
	for want := 1; want <= 5; want++ {
		kerneltest.Wait(t, "more records", func() bool { return h.heard(sensor, "control") > want*n/8 })
		h.kill()
		h.start()
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	var page struct {
		Items []struct {
			Rule  struct{ ZH string }
			Times int
		}
	}
	records := h.heard(sensor, "control")
	if records == 0 {
		t.Fatal("nothing was heard")
	}
	kerneltest.Wait(t, fmt.Sprintf("an alert of %d records", records), func() bool {
		h.call("GET", "/api/security/alerts", "", &page)
		for _, a := range page.Items {
			if a.Rule.ZH == "S7 控制器被停机" {
				return a.Times == records
			}
		}
		return false
	})
}

// The city is killed again and again while a baseline learns: every way to speak is a line
// afterwards, and its units are counted once.
func TestACityThatIsKilledLearnsEverythingOnce(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	const n = 20_000
	read := func(i int) []byte { // of one of ten devices behind the address
		return []byte{byte(i >> 8), byte(i), 0, 0, 0, 6, byte(1 + i%10), 3, 0, 4, 0, 1}
	}
	h, sensor, config := listening(t, capture(t, n, 502, read), "--tls-listen", fmt.Sprintf("127.0.0.1:%d", freePorts(t, 1)[0]))
	var b struct {
		ID     string
		Lines  int
		Unsure int
	}
	h.call("POST", "/api/security/baselines", fmt.Sprintf(`{"name":"line","sensors":[%q]}`, sensor), &b)
	cmd := runProbe(t, config)
	units := func() (sum int) {
		var page struct{ Items []struct{ Units int } }
		h.call("GET", "/api/security/baselines/"+b.ID+"/lines", "", &page)
		for _, l := range page.Items {
			sum += l.Units
		}
		return sum
	}
	for want := 1; want <= 4; want++ {
		kerneltest.Wait(t, "more conversations", func() bool { return units() > want*n/8 })
		h.kill()
		h.start()
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	kerneltest.Wait(t, fmt.Sprintf("%d units", n), func() bool {
		h.call("GET", "/api/security/baselines/"+b.ID, "", &b)
		return units()+b.Unsure == n
	})
	if b.Lines != 10 {
		t.Errorf("%d lines, want 10", b.Lines)
	}
}
