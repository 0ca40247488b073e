package sensing_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

// The capture is made of the largest ones, each so many times.
const (
	capturesRead = 16
	copies       = 16
)

// The bars of the probe beside Suricata.
const (
	timesFaster  = 5
	partOfOctets = 0.05
	mostResident = 150e6
)

// BenchmarkProbe reads one capture with `linghang probe` and with Suricata, and writes the page probe.md.
// The folder LINGHANG_CAPTURES has captures of plants, such as pcaps of github.com/ITI/ICS-Security-Tools.
func BenchmarkProbe(b *testing.B) {
	folder := given(b, "LINGHANG_CAPTURES")
	suricata, err := exec.LookPath("suricata")
	if err != nil {
		b.Skip("install Debian's suricata (in bookworm from backports)")
	}
	work := b.TempDir()
	file := filepath.Join(work, "plants.pcap")
	packets, octets, from := plants(b, folder, file)
	run(b, exec.Command("make", "-C", house, "--no-print-directory", "binary"))
	binary := filepath.Join(house, "bin", "linghang")
	config := everything(b, work)

	var ours, theirs, ratio, output, memory []float64
	var lines [2]int64
	for b.Loop() {
		for range kerneltest.Rounds(b) {
			said := filepath.Join(work, "said.jsonl")
			p := into(b, said, exec.Command(binary, "probe", "--read", file, "--output", "json"))
			logs := filepath.Join(work, "logs")
			if err := os.RemoveAll(logs); err != nil {
				b.Fatal(err)
			}
			if err := os.Mkdir(logs, 0o755); err != nil {
				b.Fatal(err)
			}
			s := run(b, exec.Command(suricata, "-c", config, "-r", file, "-l", logs, "-k", "none", "--runmode", "single"))
			our, their := float64(packets)/p.processor.Seconds(), float64(packets)/s.processor.Seconds()
			eve := size(b, filepath.Join(logs, "eve.json"))
			lines = [2]int64{size(b, said), eve}
			ours, theirs, ratio = append(ours, our), append(theirs, their), append(ratio, our/their)
			output, memory = append(output, float64(lines[0])/float64(eve)), append(memory, float64(p.resident)/1e6)
			b.Logf("ours %.0f, Suricata %.0f packets per second of processor time; %d and %d octets; %.0f and %.0f MB", our, their, lines[0], eve, float64(p.resident)/1e6, float64(s.resident)/1e6)
		}
	}
	faster, less, small := kerneltest.SpreadOf(ratio), kerneltest.SpreadOf(output), kerneltest.SpreadOf(memory)
	kerneltest.Report(b, "probe", "The probe beside Suricata", "make bench-sensing CAPTURES=folder",
		fmt.Sprintf("%d packets, %.0f MB: %s. %s reads them in one thread, takes sessions up in their middle, without checking checksums, with the rules that it brings, and writes all of EVE, with `modbus` and `dnp3`.", packets, float64(octets)/1e6, from, version(b, suricata)),
		"`linghang probe --read FILE --output json` joins streams, decodes and writes records, facts and aggregates of 10 seconds. Processor time of each whole process, starting included.",
		fmt.Sprintf("Medians with the least and the most of %d rounds, one after the other.", faster.N), "",
		"| What | Probe | Suricata | Ratio | Bar |", "|---|---|---|---|---|",
		fmt.Sprintf("| packets per second of processor time | %s | %s | %s | ≥ %d: %s |", kerneltest.SpreadOf(ours), kerneltest.SpreadOf(theirs), faster, timesFaster, kerneltest.Verdict(faster.Median >= timesFaster)),
		fmt.Sprintf("| MB written | %.1f | %.1f | %.4f | ≤ %.2f: %s |", float64(lines[0])/1e6, float64(lines[1])/1e6, less.Median, partOfOctets, kerneltest.Verdict(less.Median <= partOfOctets)),
		fmt.Sprintf("| most memory, MB | %s | | | ≤ %.0f: %s |", small, mostResident/1e6, kerneltest.Verdict(small.Most*1e6 <= mostResident)),
	)
}

// into runs a program whose output goes to a file.
func into(b *testing.B, path string, cmd *exec.Cmd) ran {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cmd.Stdout = f
	return run(b, cmd)
}

func size(b *testing.B, path string) int64 {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func version(b *testing.B, suricata string) string {
	b.Helper()
	said := run(b, exec.Command(suricata, "-V")).output
	_, name, _ := strings.Cut(strings.TrimSpace(string(said)), "This is ")
	return name
}

// everything is Debian's configuration with the protocols of plants, their records, and sessions taken up in their middle.
func everything(b *testing.B, work string) string {
	b.Helper()
	text, err := os.ReadFile("/etc/suricata/suricata.yaml")
	if err != nil {
		b.Fatal(err)
	}
	rules, err := filepath.Glob("/etc/suricata/rules/*.rules")
	if err != nil || len(rules) == 0 {
		b.Fatalf("Suricata brings no rules: %v", err)
	}
	var all []byte
	for _, file := range rules {
		one, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		all = append(append(all, one...), '\n')
	}
	path := filepath.Join(work, "all.rules")
	if err := os.WriteFile(path, all, 0o600); err != nil {
		b.Fatal(err)
	}
	s := string(text)
	for _, c := range [][2]string{
		{"\n        - flow\n", "\n        - flow\n        - modbus\n        - dnp3\n"},
		{"# midstream: false", "midstream: true"},
		{"#midstream: false", "midstream: true"},
		{"default-rule-path: /var/lib/suricata/rules", "default-rule-path: " + work},
		{"  - suricata.rules\n", "  - all.rules\n"},
	} {
		s = strings.Replace(s, c[0], c[1], 1)
	}
	for _, protocol := range []string{"modbus", "dnp3", "enip"} {
		s = switchOn(s, protocol)
	}
	config := filepath.Join(work, "suricata.yaml")
	if err := os.WriteFile(config, []byte(s), 0o600); err != nil {
		b.Fatal(err)
	}
	told := run(b, exec.Command("suricata", "-c", config, "--dump-config")).output
	for _, line := range []string{"stream.midstream = true", "app-layer.protocols.modbus.enabled = yes", "app-layer.protocols.dnp3.enabled = yes", "app-layer.protocols.enip.enabled = yes"} {
		if !strings.Contains(string(told), line) {
			b.Fatalf("Suricata's configuration does not say %q", line)
		}
	}
	return config
}

// switchOn enables a protocol of the configuration.
func switchOn(config, protocol string) string {
	before, after, found := strings.Cut(config, "\n    "+protocol+":\n")
	if !found {
		return config
	}
	return before + "\n    " + protocol + ":\n" + strings.Replace(after, "enabled: no", "enabled: yes", 1)
}

// plants writes one capture: the largest of the folder, each from the same moment, several times and with
// other addresses each time, in the order of time.
func plants(b *testing.B, folder, path string) (packets int, octets int64, from string) {
	b.Helper()
	var all [][]capture.Packet
	for _, file := range filesOf(b, folder, ".pcap", ".pcapng", ".cap") {
		all = append(all, ethernet(b, file))
	}
	slices.SortFunc(all, func(x, y []capture.Packet) int { return len(y) - len(x) })
	all = slices.CompactFunc(all[:min(len(all), 2*capturesRead)], same)
	all = all[:min(len(all), capturesRead)]
	type placed struct {
		at   time.Duration
		id   uint16
		from *capture.Packet
	}
	var order []placed
	for c := range copies {
		for i, one := range all {
			for n := range one {
				order = append(order, placed{one[n].Time.Sub(one[0].Time) + time.Duration(c)*time.Millisecond, uint16(c*len(all) + i), &one[n]})
			}
		}
	}
	slices.SortStableFunc(order, func(x, y placed) int { return int(min(max(x.at-y.at, -1), 1)) })
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	w := bufio.NewWriterSize(f, 1<<20)
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4) // pcap, little-endian, microseconds
	head = append(head, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	head = binary.LittleEndian.AppendUint32(head, 1<<18)
	_, _ = w.Write(binary.LittleEndian.AppendUint32(head, 1))
	begin := time.Unix(1_700_000_000, 0)
	for _, p := range order {
		at := begin.Add(p.at)
		record := binary.LittleEndian.AppendUint32(nil, uint32(at.Unix()))
		record = binary.LittleEndian.AppendUint32(record, uint32(at.Nanosecond()/1000))
		record = binary.LittleEndian.AppendUint32(record, uint32(len(p.from.Octets)))
		record = binary.LittleEndian.AppendUint32(record, uint32(len(p.from.Octets)))
		_, _ = w.Write(append(record, elsewhere(p.from.Octets, p.id)...))
		octets += int64(len(p.from.Octets))
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return len(order), octets, fmt.Sprintf("the %d captures with the most packets, each %d times with other addresses and from the same moment", len(all), copies)
}

// same says whether two captures are one in two files.
func same(x, y []capture.Packet) bool {
	return len(x) == len(y) && (len(x) == 0 || bytes.Equal(x[len(x)-1].Octets, y[len(y)-1].Octets))
}

// ethernet reads the packets of Ethernet in a capture.
func ethernet(b *testing.B, file string) (list []capture.Packet) {
	b.Helper()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := capture.Open(f)
	if err != nil {
		return nil
	}
	for {
		p, err := r.Next()
		if err != nil {
			return list
		}
		if p.Link != icsdissect.LinkEthernet || len(p.Octets) < 14 {
			continue
		}
		p.Octets = slices.Clone(p.Octets)
		list = append(list, p)
	}
}

// elsewhere is a packet with the middle of its IPv4 addresses changed, those of groups left.
func elsewhere(packet []byte, id uint16) []byte {
	moved := slices.Clone(packet)
	kind, at := binary.BigEndian.Uint16(moved[12:]), 14
	for kind == 0x8100 && len(moved) > at+4 { // VLAN tags
		kind, at = binary.BigEndian.Uint16(moved[at+2:]), at+4
	}
	if kind != 0x0800 || len(moved) < at+20 {
		return moved
	}
	for _, address := range [][]byte{moved[at+12 : at+16], moved[at+16 : at+20]} {
		if address[0] >= 224 {
			continue
		}
		binary.BigEndian.PutUint16(address[1:], binary.BigEndian.Uint16(address[1:])^id)
	}
	return moved
}
