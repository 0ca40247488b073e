package rest_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
// against this interface over HTTPS, or against the server that PYHANDLE_SERVER
// names, as https://127.0.0.1:8000, with PYHANDLE_USER, index:prefix/suffix, who may
// do everything under its prefix and anything to its records, and PYHANDLE_SECRET.
// PYHANDLE is the folder of its repository.
func TestPYHANDLE(t *testing.T) {
	source := os.Getenv("PYHANDLE")
	if source == "" {
		t.Skip("PYHANDLE names no folder")
	}
	address, user, secret := os.Getenv("PYHANDLE_SERVER"), os.Getenv("PYHANDLE_USER"), os.Getenv("PYHANDLE_SECRET")
	p := &place{address: strings.TrimPrefix(address, "https://"), client: newClient(nil)}
	if address == "" {
		s := newStore("88.TEST", "0.NA")
		s.masters = []wire.Reference{admin}
		s.people()
		p = start(t, s)
		address, user, secret = "https://"+p.address, admin.String(), adminSecret
	}
	identity, err := wire.ParseReference(user)
	if err != nil {
		t.Fatalf("user %q: %v", user, err)
	}
	prefix, _ := wire.Split(identity.Handle)
	// A record as it is after a change, by index.
	record := `[{"index":4,"type":"TEST4","data":"val4"},{"index":100,"type":"HS_ADMIN","data":{"format":"admin","value":{"handle":"` + identity.Handle + `","index":` +
		strconv.Itoa(int(identity.Index)) + `,"permissions":"011111110011"}}},{"index":111,"type":"TEST1","data":"val1"},{"index":333,"type":"TEST3","data":"val3"},{"index":2222,"type":"TEST2","data":"val2"}]`
	if a := p.ask(t, "PUT", "https", "/api/handles/"+prefix+"/READ", record, basic(identity, secret)); a.status != 200 && a.status != 201 {
		t.Fatalf("make the record that is read: %d %s", a.status, a.body)
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	values, err := json.Marshal(map[string]any{
		"user": user, "password": secret, "handle_server_url_read": address, "handle_server_url_write": address,
		"url_extension_REST_API": "/api/handles/", "handle_for_read_tests": prefix + "/READ", "handle_globally_resolvable": "10.1045/may99-payette",
		"handle_to_be_created": prefix + "/CREATED", "handle_to_be_modified": prefix + "/MODIFIED", "HTTPS_verify": false,
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
