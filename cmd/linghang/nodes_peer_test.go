package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tools of Handle.Net, where a developer has them (PEER names the folder of
// its bin and lib; `make peer PEER=…`), register, change and remove identifiers at an
// enterprise node, and resolve there and through the recursive node.
func TestHandleNetToolsWorkUnchanged(t *testing.T) {
	tools := os.Getenv("PEER")
	if tools == "" {
		t.Skip("PEER names no folder")
	}
	root := startNode(t, "root", "", "")
	secondary := startNode(t, "secondary", "88.101", root.siteFile())
	root.admit(secondary, root, "300:0.NA/0.NA")
	enterprise := startNode(t, "enterprise", "88.101.5", root.siteFile())
	secondary.admit(enterprise, root, "300:0.NA/88.101")
	recursive := startNode(t, "recursive", "", root.siteFile())

	batch := filepath.Join(t.TempDir(), "batch.txt")
	lines := fmt.Sprintf(`AUTHENTICATE PUBKEY:300:0.NA/88.101.5
%s

CREATE 88.101.5/HN001
1 URL 86400 1110 UTF8 http://a.example/HN001
100 HS_ADMIN 86400 1110 ADMIN 300:111111111111:0.NA/88.101.5

CREATE 88.101.5/HN002
1 URL 86400 1110 UTF8 http://a.example/HN002

ADD 88.101.5/HN001
2 EMAIL 86400 1110 UTF8 a@a.example

MODIFY 88.101.5/HN001
1 URL 86400 1110 UTF8 http://b.example/HN001

DELETE 88.101.5/HN002
`, filepath.Join(enterprise.dir, "admin.key"))
	if err := os.WriteFile(batch, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, tools, enterprise, "Successes/Total Entries: 5/5", "hdl-genericbatch", batch)
	for _, n := range []*handleNode{enterprise, recursive} {
		says(t, tools, n, "http://b.example/HN001", "hdl-qresolver", "88.101.5/HN001")
		says(t, tools, n, "a@a.example", "hdl-qresolver", "88.101.5/HN001")
		says(t, tools, n, "HANDLE NOT FOUND", "hdl-qresolver", "88.101.5/HN002")
	}
	says(t, tools, recursive, "type=HS_PUBKEY", "hdl-qresolver", "0.NA/88.101.5")
}

// says runs a tool that asks a node for everything, and looks for words in what it
// says.
func says(t *testing.T, tools string, at *handleNode, words, tool string, args ...string) {
	t.Helper()
	dir := t.TempDir()
	site, err := os.ReadFile(at.siteFile())
	err = errors.Join(err, os.WriteFile(filepath.Join(dir, "resolver_site"), site, 0o600), os.WriteFile(filepath.Join(dir, "local_nas"), []byte("*\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "config.dct"), []byte(`{ "auto_update_root_info" = "no" }`), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(tools, "bin", tool), args...)
	cmd.Env = append(os.Environ(), "JAVA_TOOL_OPTIONS=-Dnet.handle.configDir="+dir)
	out, _ := cmd.CombinedOutput() // the resolver ends with 1 for what is not there
	if !strings.Contains(string(out), words) {
		t.Errorf("%s %s did not say %q:\n%s", tool, strings.Join(args, " "), words, out)
	}
}
