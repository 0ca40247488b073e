package security

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
	"linghang/modules/security/internal/ring"
)

// commandLine runs linghang with arguments.
func commandLine(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	root := &cobra.Command{Use: "linghang", SilenceUsage: true, SilenceErrors: true}
	root.PersistentFlags().String("output", "text", "")
	root.AddCommand(Commands()...)
	var out, said bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&said)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return out.String(), said.String(), err
}

// keptPackets is a configuration of a probe that has kept ten packets of UDP, one a second.
func keptPackets(t *testing.T) (config string) {
	t.Helper()
	dir := t.TempDir()
	config = filepath.Join(dir, "probe.yaml")
	if err := os.WriteFile(config, []byte("machine: m\nspool: spool\ninterface: eth1\npackets: 16MiB\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := ring.Open(filepath.Join(dir, "spool", "packets"), ring.Least)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		octets := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 36, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, byte(2 + i%2), 0xc0, 0, 1, 246, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}
		r.Keep(capture.Packet{Time: time.Date(2026, 3, 1, 8, 0, i, 0, time.UTC), Link: icsdissect.LinkEthernet, Octets: octets, Wire: len(octets)})
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestPacketsAreCutOutOnTheSpot(t *testing.T) {
	config, out := keptPackets(t), filepath.Join(t.TempDir(), "cut.pcapng")
	text, _, err := commandLine(t, "probe", "packets", "--config", config, "--from", "2026-03-01T08:00:02Z", "--to", "2026-03-01T16:00:07+08:00",
		"--host", "10.0.0.1", "--host", "10.0.0.3", "--port", "502", "--out", out, "--output", "json")
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		File            string
		Packets, Octets int
		First, Last     time.Time
		Segments        int
		Held            struct{ Segments, Octets int }
	}
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		t.Fatal(err)
	}
	if said.File != out || said.Packets != 3 || said.Octets != 150 || said.First.Second() != 3 || said.Last.Second() != 7 || said.Segments != 1 || said.Held.Octets == 0 {
		t.Errorf("%+v", said)
	}
	info, err := os.Stat(out)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if _, _, err := commandLine(t, "probe", "packets", "--config", config, "--out", out); err == nil {
		t.Error("a file that is there is written over")
	}
	if tshark, err := exec.LookPath("tshark"); err == nil {
		lines, err := exec.CommandContext(t.Context(), tshark, "-n", "-r", out, "-T", "fields", "-e", "ip.dst").Output()
		if err != nil || string(lines) != strings.Repeat("10.0.0.3\n", 3) {
			t.Errorf("%q %v", lines, err)
		}
	}
}

func TestWithoutAFileItIsToldWhatThereIs(t *testing.T) {
	config := keptPackets(t)
	text, _, err := commandLine(t, "probe", "packets", "--config", config, "--host", "10.0.0.2")
	if err != nil || !strings.Contains(text, "meant: 5 packets, 250 octets") || strings.Contains(text, "written") {
		t.Errorf("%s %v", text, err)
	}
	file, said, err := commandLine(t, "probe", "packets", "--dir", filepath.Join(filepath.Dir(config), "spool", "packets"), "--out", "-")
	if err != nil || !strings.Contains(said, "meant: 10 packets") {
		t.Errorf("%s %v", said, err)
	}
	in, err := capture.Open(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := in.Next(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNoPacketsAndWhatCannotBeMeantFail(t *testing.T) {
	config, out := keptPackets(t), filepath.Join(t.TempDir(), "cut.pcapng")
	for want, args := range map[string][]string{
		"nothing was written":     {"--config", config, "--host", "10.9.9.9"},
		"no IP or MAC address":    {"--config", config, "--host", "controller"},
		"--port: 70000":           {"--config", config, "--port", "70000"},
		"--from: \"yesterday\"":   {"--config", config, "--from", "yesterday"},
		"ends before it begins":   {"--config", config, "--from", "5m", "--to", "10m"},
		"no packets are kept":     {"--dir", filepath.Join(t.TempDir(), "missing")},
		"read the configuration":  {"--config", filepath.Join(t.TempDir(), "missing.yaml")},
		"unknown flag: --hostess": {"--hostess", "x"},
	} {
		_, _, err := commandLine(t, append([]string{"probe", "packets", "--out", out}, args...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", args, err, want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Fatalf("%v leaves a file", args)
		}
	}
}

func TestACheckSaysWhetherPacketsAreKept(t *testing.T) {
	config := keptPackets(t)
	if text, _, err := commandLine(t, "probe", "check", "--config", config); err != nil || !strings.Contains(text, "within 16MiB") {
		t.Errorf("%s %v", text, err)
	}
	for _, text := range []string{"interface: eth1\n", "packets: 16MiB\nread: probe.yaml\n"} { // a file is read, and has its packets
		if err := os.WriteFile(config, []byte("machine: m\nspool: spool\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, _, err := commandLine(t, "probe", "check", "--config", config); err != nil || !strings.Contains(said, "packets are not kept") {
			t.Errorf("%s: %s %v", text, said, err)
		}
	}
}
