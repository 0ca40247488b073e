package probe

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// eventsOf is how many lines a file of the benchmark has.
const eventsOf = 300_000

// BenchmarkEVE follows a file of Suricata's into the spool, on the disk, and writes the page eve.md: events per
// second of processor time. LINGHANG_EVE names a file that Suricata wrote; without it, one is made with the
// same kinds in the same parts as Suricata 7 writes of 371 public captures of plants.
func BenchmarkEVE(b *testing.B) {
	if _, given := os.LookupEnv("LINGHANG_BENCH_DIR"); !given {
		b.Skip("run by make bench-sensing")
	}
	file, from := os.Getenv("LINGHANG_EVE"), "that Suricata wrote"
	if file == "" {
		file, from = madeEVE(b), "made, with the kinds that Suricata 7 writes of public captures of plants in the same parts"
	}
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Count(string(text), "\n")
	var speed []float64
	var kept uint64
	for b.Loop() {
		for range kerneltest.Rounds(b) {
			var used time.Duration
			used, kept = followed(b, file, uint64(lines))
			speed = append(speed, float64(lines)/used.Seconds())
			b.Logf("%.0f events per second of processor time, %d told", speed[len(speed)-1], kept)
		}
	}
	s := kerneltest.SpreadOf(speed)
	kerneltest.Report(b, "eve", "Events of Suricata to what is kept on the disk", "make bench-sensing",
		fmt.Sprintf("%d lines of EVE %s, %d octets on average, followed into the spool of a probe: read, sifted, repeated ones counted, and on the disk (fsync for each batch). Processor time of the whole process.", lines, from, len(text)/lines), "",
		fmt.Sprintf("Median with the least and the most of %d rounds.", s.N), "",
		"| What | | Bar |", "|---|---|---|",
		fmt.Sprintf("| events per second of processor time | %s | ≥ 300 k: %s |", s, kerneltest.Verdict(s.Median >= 300_000)),
		fmt.Sprintf("| lines that are told, repeated ones in the count of the first | %d | |", kept),
	)
}

// followed follows a file to its end and says what it cost.
func followed(b *testing.B, file string, lines uint64) (used time.Duration, kept uint64) {
	b.Helper()
	s, err := OpenSpool(filepath.Join(b.TempDir(), "spool"), 4<<30)
	if err != nil {
		b.Fatal(err)
	}
	p := &Probe{spool: s, version: "1"}
	l := p.newLogging(LogConfig{Format: "eve", File: file})
	before := processorTime(b)
	for l.state.Lines < lines {
		if _, fault, err := l.step(time.Now()); err != nil || fault != nil {
			b.Fatal(err, fault)
		}
	}
	used = processorTime(b) - before
	l.file.Close()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return used, l.state.Told
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// madeEVE writes lines in the shapes of Suricata 7, in a hundred of which so many are of a kind.
func madeEVE(b *testing.B) string {
	b.Helper()
	const head = `{"timestamp":"2026-03-01T08:%02d:%02d.%06d+0000","flow_id":%d,"pcap_cnt":%d,"event_type":"%s","src_ip":"10.0.%d.3","src_port":%d,"dest_ip":"10.0.%d.11","dest_port":502,"proto":"TCP","pkt_src":"wire/pcap",`
	const flow = `"app_proto":"modbus","flow":{"pkts_toserver":12,"pkts_toclient":11,"bytes_toserver":792,"bytes_toclient":803,"start":"2026-03-01T08:00:00.000000+0000","src_ip":"10.0.0.3","dest_ip":"10.0.0.11","src_port":2578,"dest_port":502}}`
	kinds := []struct {
		name, rest string
		of         int
	}{
		{"alert", `"tx_id":2,"alert":{"action":"allowed","gid":1,"signature_id":2250009,"rev":2,"signature":"SURICATA Modbus unsolicited response","category":"Generic Protocol Command Decode","severity":3},"modbus":{"id":7,"request":{"transaction_id":7,"protocol_id":0,"unit_id":1,"function_raw":3,"function_code":"RdHoldRegs","access_type":"READ | HOLDING","category":"PUBLIC_ASSIGNED","error_flags":"NONE","read":{"address":0,"quantity":10}}},` + flow, 79},
		{"anomaly", `"anomaly":{"type":"applayer","event":"unsolicited_response","layer":"proto_parser"},` + flow, 10},
		{"modbus", `"modbus":{"id":7,"request":{"transaction_id":7,"protocol_id":0,"unit_id":1,"function_raw":3,"function_code":"RdHoldRegs","access_type":"READ | HOLDING","category":"PUBLIC_ASSIGNED","error_flags":"NONE","read":{"address":0,"quantity":10}}},` + flow, 9},
		{"flow", flow, 2},
	}
	path := filepath.Join(b.TempDir(), "eve.json")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	w := bufio.NewWriter(f)
	for n := range eventsOf {
		at, i := n%100, 0
		for at >= kinds[i].of {
			at -= kinds[i].of
			i++
		}
		_, _ = fmt.Fprintf(w, head, n/60%60, n%60, n%1_000_000, 1000+n%4000, n, kinds[i].name, n%200, 1024+n%60000, n%250)
		_, _ = w.WriteString(kinds[i].rest + "\n")
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}
