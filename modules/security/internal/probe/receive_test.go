package probe

import (
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/receive"
)

// What comes over the network is in the spool, with what could not be read and what was too
// long, and goes on counting when the program is started again.
func TestSyslogComesOverTheNetwork(t *testing.T) {
	dir := t.TempDir()
	var last batch.Feed
	for start := range 2 {
		s, err := OpenSpool(filepath.Join(dir, "spool"), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		p := &Probe{spool: s, version: "1", log: slog.New(slog.DiscardHandler)}
		c := LogConfig{Format: "syslog", Listen: "tcp://127.0.0.1:0"}
		r, err := receive.Open(t.Context(), c.receiver())
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- r.Run(t.Context()) }()
		conn, err := net.Dial("tcp", r.Address().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "<11>Mar  1 08:00:00 plc-1 app: one\n42 <11>1 2026-03-01T08:00:01Z plc-2 app - - -no syslog at all\n"); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		l := p.newLogging(c)
		kerneltest.Wait(t, "three messages", func() bool {
			if _, full, err := l.receive(r, time.Date(2026, 3, 1, 9, 0, start, 0, time.UTC)); full != nil || err != nil {
				t.Fatal(full, err)
			}
			return l.state.Lines == uint64(3*(start+1))
		})
		var logs []batch.Log
		logs, last = drain(t, s)
		if len(logs) != 2 || logs[0].Title != "one" || logs[0].Host != "plc-1" || logs[0].Severity != "medium" || logs[0].Feed != c.Listen || logs[1].Host != "plc-2" || logs[1].Offset == 0 {
			t.Errorf("%+v", logs)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if last.Told != 4 || last.Unread != 2 || last.Lines != 6 {
		t.Errorf("%+v", last)
	}
}
