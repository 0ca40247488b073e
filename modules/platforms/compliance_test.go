package platforms

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"linghang/kernel/kerneltest"
)

// different is where the gate does otherwise on purpose, with the reason.
func different() map[string]string {
	return map[string]string{
		"TestEdgeCaseCombinations": "exemplars that come alone are dropped and told so by Exemplars-Written: 0; refusing them would make a Prometheus that sends exemplars drop the samples beside them",
	}
}

// The public suite for receivers of remote write 2.0 sends the gate what senders
// may, and what they may not. `make compliance` names it; without it nothing is
// tested here.
func TestTheGatePassesThePublicSuiteForReceivers(t *testing.T) {
	suite := os.Getenv("LINGHANG_RECEIVER_SUITE")
	if suite == "" {
		t.Skip("LINGHANG_RECEIVER_SUITE names the suite: make compliance")
	}
	// It sends a few hundred requests at once.
	s := newSite(t, kerneltest.Options{Rooms: map[string]json.RawMessage{"platforms": json.RawMessage(`{"limits":{"requests_per_second":1000}}`)}})
	config := filepath.Join(t.TempDir(), "config.yml")
	text := fmt.Appendf(nil, "remote_write: [{name: linghang, url: %q, basic_auth: {username: %q, password: %q}}]\n", s.URL+"/api/platforms/ingest/prometheus/write", s.push.ID, s.push.Secret)
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), suite, "-test.v")
	cmd.Env = append(os.Environ(), "PROMETHEUS_RW2_COMPLIANCE_CONFIG_FILE="+config)
	out, err := cmd.CombinedOutput()
	passed := regexp.MustCompile(`(?m)^--- PASS: (\S+)`).FindAllSubmatch(out, -1)
	failed := regexp.MustCompile(`(?m)^--- FAIL: (\S+)`).FindAllSubmatch(out, -1)
	t.Logf("%d of %d passed", len(passed), len(passed)+len(failed))
	for _, f := range failed {
		if why := different()[string(f[1])]; why != "" {
			t.Logf("%s: %s", f[1], why)
			continue
		}
		t.Errorf("%s failed", f[1])
	}
	for _, p := range passed {
		if different()[string(p[1])] != "" {
			t.Errorf("%s passes: it is no difference any more", p[1])
		}
	}
	if err != nil && len(failed) == 0 {
		t.Errorf("%v: %s", err, out[max(0, len(out)-1000):])
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}
