package probe

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"linghang/lib/icsdissect/capture"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/ring"
)

// heard runs a probe over an input with a ring of packets, and returns what is cut out of it.
func heard(t *testing.T, in *Input, packets string) []capture.Packet {
	t.Helper()
	c := Config{Machine: "m", Spool: t.TempDir(), Read: "-", Packets: packets}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSpool(c.Spool, c.budget)
	if err != nil {
		t.Fatal(err)
	}
	p := &Probe{c: c, spool: s, version: "1", log: slog.New(slog.DiscardHandler)}
	if err := p.collect(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.PacketsIn()); err != nil {
		return nil
	}
	var file bytes.Buffer
	if _, err := ring.Cut(t.Context(), c.PacketsIn(), ring.Query{}, &file); err != nil {
		t.Fatal(err)
	}
	return packetsOf(t, file.Bytes())
}

func packetsOf(t *testing.T, data []byte) (list []capture.Packet) {
	t.Helper()
	in, err := capture.Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := in.Next()
		if err == io.EOF { //nolint:errorlint // it says so
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Octets = bytes.Clone(p.Octets)
		list = append(list, p)
	}
}

func TestPacketsOfAPipeAreKeptAsTheyAreWhenSomebodyWantsThem(t *testing.T) {
	data := plant(50).Bytes()
	pipe := func() *Input {
		in, err := OpenFile("-", bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	got, want := heard(t, pipe(), "16MiB"), packetsOf(t, data)
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i := range want {
		if !got[i].Time.Equal(want[i].Time) || !bytes.Equal(got[i].Octets, want[i].Octets) || got[i].Link != want[i].Link {
			t.Fatalf("packet %d is another", i)
		}
	}
	if got := heard(t, pipe(), ""); got != nil {
		t.Errorf("%d packets are kept, and nobody wants them", len(got))
	}
	in, err := OpenFile(plant(5).file(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := heard(t, in, "16MiB"); got != nil {
		t.Errorf("%d packets of a file are kept once more", len(got))
	}
}

func TestOnAFullDiskPacketsGoBeforeWhatTheCityWaitsFor(t *testing.T) {
	full, gave := false, 0
	s, err := openSpool(t.TempDir(), 1<<30, func(path string, data []byte) error {
		if full && filepath.Base(filepath.Dir(path)) == string(batch.Records) {
			return fmt.Errorf("write: %w", syscall.ENOSPC)
		}
		return place(path, data)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.yields(func(size int64) bool {
		full = size < 1
		gave++
		return true
	})
	add(t, s, batch.Records, 2)
	full = true
	add(t, s, batch.Records, 2)
	if gave != 1 || len(s.list[batch.Records]) != 2 || s.at.Base.ShedRecords != 0 {
		t.Errorf("packets were given up %d times, %d batches wait, %+v", gave, len(s.list[batch.Records]), s.at.Base)
	}
}

func TestARingOfPacketsIsConfigured(t *testing.T) {
	for text, good := range map[string]bool{
		"packets: 256MiB\ninterface: e": true, "packets: 16MiB\nread: '-'": true, "interface: e": true,
		"packets: 1MiB\ninterface: e": false, "packets: much\ninterface: e": false,
		"packets: 256MiB\nlogs: [{format: eve, file: eve.json}]": false,
	} {
		c, err := parse([]byte("machine: m\nspool: s\n" + text))
		if (err == nil) != good || good && c.KeepsPackets() != (c.Packets != "") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
