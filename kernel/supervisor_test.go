package kernel

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"
)

func TestTheServiceManagerIsTold(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	variables := map[string]string{"NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "3000"}
	s := newSupervisor(func(key string) (string, bool) { v, ok := variables[key]; return v, ok })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&Kernel{log: slog.New(slog.DiscardHandler)}).supervised(ctx, s)
	}()
	said := func() string {
		buf := make([]byte, 100)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	for _, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := said(); got != want {
			t.Errorf("it was told %s, want %s", got, want)
		}
	}
	stop()
	<-ended
	got := said()
	for got == "WATCHDOG=1" {
		got = said()
	}
	if got != "STOPPING=1" {
		t.Errorf("at the end it was told %s", got)
	}
	variables["WATCHDOG_PID"] = "1"
	if s := newSupervisor(func(key string) (string, bool) { v, ok := variables[key]; return v, ok }); s.every != 0 {
		t.Error("another process is watched, and this one speaks for it")
	}
	if err := (supervisor{}).say(t.Context(), "READY=1"); err != nil {
		t.Errorf("without a service manager: %v", err)
	}
}

func TestReplicasThatFallSilentAreMissedAndForgotten(t *testing.T) {
	var c crowd
	c.receive([]byte(`{"id":"a","host":"one","state":"good"}`))
	c.receive([]byte(`{"id":"b","host":"two","state":"good"}`))
	c.receive([]byte(`{"host":"nameless"}`))
	c.receive([]byte(`not JSON`))
	silent := func(after time.Duration) (names []string) {
		for _, r := range c.list(time.Now().Add(after)) {
			if r.Silent {
				names = append(names, r.ID)
			}
		}
		return names
	}
	if n := silent(0); len(n) != 0 || len(c.list(time.Now())) != 2 {
		t.Errorf("silent %v of %v", n, c.list(time.Now()))
	}
	if n := silent(time.Minute); len(n) != 2 {
		t.Errorf("after a minute %v are silent", n)
	}
	c.receive([]byte(`{"id":"b","leaving":true}`))
	if list := c.list(time.Now()); len(list) != 1 || list[0].ID != "a" {
		t.Errorf("one said goodbye, left are %v", list)
	}
	if list := c.list(time.Now().Add(time.Hour)); len(list) != 0 {
		t.Errorf("after an hour there are %v", list)
	}
	for i := range 100 {
		c.receive([]byte(`{"id":"` + time.Duration(i).String() + `"}`))
	}
	if n := len(c.list(time.Now())); n > replicasShown {
		t.Errorf("the list has %d, and no bound", n)
	}
}
