package resolver_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"linghang/lib/handle/wire"
)

// TestHandleClient has HandleClient (pullp/HandleClient), a client in Python by
// others, resolve at a recursive node, through root, secondary and enterprise.
// HANDLECLIENT is the folder of its repository; it needs Debian's
// python3-pycryptodome, found as Crypto, and python3-colorlog.
func TestHandleClient(t *testing.T) {
	source := os.Getenv("HANDLECLIENT")
	if source == "" {
		t.Skip("HANDLECLIENT names no folder")
	}
	h := newHouse(t)
	where := door(t, h.front, wire.TCP)
	for handle, want := range map[string]string{product: "http://a.example/T001", "88.101.5/none": "", enterpriseHandle: "HS_SITE"} {
		for range 2 { // from the services, and from what is kept
			program := fmt.Sprintf("from handleclient import resolution; print('answer', resolution.simpleResolutionTest(b'%s', ('%s', %d)))", handle, where.Addr(), where.Port())
			command := exec.CommandContext(t.Context(), "python3", "-c", program)
			command.Dir = source
			out, err := command.CombinedOutput()
			answer := string(out)
			if want != "" && (err != nil || !strings.Contains(answer[max(strings.LastIndex(answer, "answer"), 0):], want)) {
				t.Errorf("%s: %v\n%s", handle, err, answer)
			}
			if want == "" && strings.Contains(answer, "http://") {
				t.Errorf("%s: %s", handle, answer)
			}
		}
	}
	if n := h.enterprise.count(product); n != 1 {
		t.Errorf("the enterprise was asked %d times", n)
	}
}
