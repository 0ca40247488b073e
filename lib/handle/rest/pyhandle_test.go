package rest_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/lib/handle/wire"
)

// suite is a part of PYHANDLE's tests, with those that do not pass and why. None
// of the reasons is this interface.
type suite struct {
	name    string
	modules string // pattern of files
	run     int
	bad     map[string]string
}

var suites = []suite{
	{"unit", "*_unit_test.py", 134, nil},
	{"write", "handleclient_write_integration_test.py", 17, map[string]string{
		"test_register_handle":              "the library does not support additional_URLs",
		"test_generate_and_register_handle": "the library does not support additional_URLs",
		"test_delete_handle_inexistent":     "the library raises HandleNotFoundException, and the test expects None",
	}},
	{"read", "handleclient_read_integration_test.py", 13, map[string]string{
		"test_global_resolve":                               "needs the world's network",
		"test_instantiate_with_credentials":                 "the test names no client, which the library asks for",
		"test_instantiate_with_credentials_inexistentuser":  "the test names no client, which the library asks for",
		"test_instantiate_with_credentials_config":          "the test names no client, which the library asks for",
		"test_instantiate_with_credentials_config_override": "the test names no client, which the library asks for",
	}},
}

// TestPYHANDLE runs the tests of PYHANDLE 1.0.4, a client in Python by others,
// against this interface over HTTPS. PYHANDLE is the folder of its repository.
func TestPYHANDLE(t *testing.T) {
	source := os.Getenv("PYHANDLE")
	if source == "" {
		t.Skip("PYHANDLE names no folder")
	}
	s := newStore("88.TEST", "0.NA")
	s.masters = []wire.Reference{admin}
	s.people()
	p := start(t, s)
	text := func(index int32, typ, data string) wire.Value { return wire.Text(index, typ, data) }
	rights := wire.Admin{Rights: wire.RightsAll, Reference: admin}
	// A record as it is after a change, by index.
	s.put("88.TEST/READ", text(4, "TEST4", "val4"), wire.Value{Index: 100, Type: wire.TypeAdmin, Permissions: wire.PermissionsPublic, TTL: wire.DefaultTTL, Data: rights.Append(nil)},
		text(111, "TEST1", "val1"), text(333, "TEST3", "val3"), text(2222, "TEST2", "val2"))
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	values, err := json.Marshal(map[string]any{
		"user": admin.String(), "password": adminSecret, "handle_server_url_read": "https://" + p.address, "handle_server_url_write": "https://" + p.address,
		"url_extension_REST_API": "/api/handles/", "handle_for_read_tests": "88.TEST/READ", "handle_globally_resolvable": "10.1045/may99-payette",
		"handle_to_be_created": "88.TEST/CREATED", "handle_to_be_modified": "88.TEST/MODIFIED", "HTTPS_verify": false,
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := filepath.Join(folder, "pyhandle", "tests")
	if err := os.WriteFile(filepath.Join(tests, "resources", "testvalues_for_integration_tests_IGNORE.json"), values, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, part := range suites {
		t.Run(part.name, func(t *testing.T) { runSuite(t, folder, tests, part) })
	}
}

func runSuite(t *testing.T, folder, tests string, part suite) {
	script, err := filepath.Abs("testdata/suite.py")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(tests, "testcases", part.modules))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests of PYHANDLE in %s: %v", tests, err)
	}
	args := []string{"-W", "ignore", script}
	for _, f := range files {
		args = append(args, "pyhandle.tests.testcases."+strings.TrimSuffix(filepath.Base(f), ".py"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, cmp.Or(os.Getenv("PYTHON"), "python3"), args...)
	cmd.Dir = folder
	// Nothing but this machine is reached.
	cmd.Env = append(os.Environ(), "PYTHONPATH="+folder, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "HTTPS_PROXY=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9", "HTTP_PROXY=http://127.0.0.1:9", "http_proxy=http://127.0.0.1:9")
	var out, faults bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &faults
	if err := cmd.Run(); err != nil {
		t.Fatalf("run PYHANDLE's tests: %v\n%s", err, faults.Bytes())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var got struct {
		Run int
		Bad map[string]string
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		t.Fatalf("%s: %v", out.Bytes(), err)
	}
	t.Logf("%s: %d of %d pass", part.name, got.Run-len(got.Bad), got.Run)
	if got.Run != part.run {
		t.Errorf("%d tests were run, not %d", got.Run, part.run)
	}
	for name, fault := range got.Bad {
		if why := part.bad[name]; why == "" {
			t.Errorf("%s: %s", name, fault)
		} else {
			t.Logf("%s: %s (%s)", name, why, fault)
		}
	}
}
