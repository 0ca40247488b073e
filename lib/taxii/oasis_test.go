package taxii

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOASISClient goes through the server with the Python client of OASIS, which
// is not part of the repository: TAXII_CLIENT=<folder of
// github.com/oasis-open/cti-taxii-client>. It needs Debian's python3-requests,
// python3-six and python3-tz.
func TestOASISClient(t *testing.T) {
	folder := os.Getenv("TAXII_CLIENT")
	if folder == "" {
		t.Skip("TAXII_CLIENT names no folder with the Python client of OASIS (cti-taxii-client)")
	}
	if out, err := exec.CommandContext(t.Context(), "python3", "-c", "import requests, six, pytz").CombinedOutput(); err != nil {
		t.Skipf("a Python with python3-requests, python3-six and python3-tz is missing: %s", out)
	}
	h := newHouse(t, Options{})
	server := httptest.NewServer(h.server)
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/client.py", server.URL+"/taxii2/", "peer", "secret")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+folder+":"+os.Getenv("PYTHONPATH"), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var out, faults bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &faults
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, faults.Bytes())
	}
	var got, want any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%s: %v", out.Bytes(), err)
	}
	const expected = `{
		"title": "City", "contact": "值班室", "root": "Responders", "versions": ["application/taxii+json;version=2.1"],
		"collections": [["Indicators", true, true], ["Reports", false, true], ["Sealed", false, false]],
		"status": ["complete", 12, 11, 1, "bad objects are not taken"], "again": 11,
		"same": true, "pages": [4, 4, 2], "manifests": [4, 4, 2],
		"first": "2026-01-01T00:00:00.000Z", "last": "2026-01-02T00:00:00.000Z",
		"object_versions": ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"], "left": ["2026-01-02T00:00:00.000Z"],
		"none": {}, "one": 2, "after": 6, "headers": [true, true],
		"refused": [404, 400, 401, 404, 404, 422]
	}`
	if err := json.Unmarshal([]byte(expected), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(h.faults) > 0 {
		t.Errorf("faults: %v", h.faults)
	}
}
