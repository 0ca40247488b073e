package files_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
)

// virus is what the test's own signature finds; no scanner of the world knows it.
const virus = "linghang harmless test virus 3b1f0c"

// startClamd runs a real clamd that knows one signature, and returns its socket.
func startClamd(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("/usr/sbin/clamd")
	if err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("test.ndb", fmt.Sprintf("Linghang.Test:0:*:%s\n", hex.EncodeToString([]byte(virus))))
	conf := write("clamd.conf", fmt.Sprintf("DatabaseDirectory %s\nLocalSocket %s\nForeground yes\nStreamMaxLength 25M\n", dir, socket))
	kerneltest.Process(t, program, "--config-file="+conf)
	kerneltest.Wait(t, "clamd to answer", func() bool {
		c, err := net.Dial("unix", socket)
		return err == nil && c.Close() == nil
	})
	return socket
}

func TestAVirusIsRefusedAndNothingPassesWithoutTheScanner(t *testing.T) {
	o := start(t, kerneltest.Options{Rooms: map[string]json.RawMessage{"files": json.RawMessage(fmt.Sprintf(`{"clamav":"unix:%s"}`, startClamd(t)))}})
	if r := o.send(t, "good.txt", "text/plain", []byte("nothing wrong with this")); r.Status != http.StatusOK {
		t.Errorf("a good file: %d %s", r.Status, r.Body)
	}
	kept := o.kept(t)
	r := o.send(t, "bad.txt", "text/plain", []byte("before "+virus+" after"))
	var p httpd.Problem
	r.Decode(t, &p)
	if p.Key != "files.infected" || p.Params["finding"] != "Linghang.Test.UNOFFICIAL" || o.kept(t) != kept {
		t.Errorf("a virus: %d %s, %d files", r.Status, r.Body, o.kept(t)-kept)
	}
	away := start(t, kerneltest.Options{Rooms: map[string]json.RawMessage{"files": json.RawMessage(`{"clamav":"unix:/nowhere/clamd"}`)}})
	r = away.send(t, "good.txt", "text/plain", []byte("nothing wrong with this"))
	if r.Decode(t, &p); p.Key != "files.scanner" || r.Status != http.StatusServiceUnavailable || away.kept(t) != 0 {
		t.Errorf("without the scanner: %d %s", r.Status, r.Body)
	}
}
