package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// blocks returns the fenced blocks of a page that are in a language.
func blocks(t *testing.T, page, language string) []string {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile("(?ms)^ *```" + language + "\n(.*?)^ *```$")
	var found []string
	for _, m := range form.FindAllStringSubmatch(string(data), -1) {
		found = append(found, m[1])
	}
	return found
}

var comment = regexp.MustCompile(`(?m)\s*(^|\s)#.*$`)

// told is a block without what is said in a language: of each line the first word,
// and the flags.
func told(block string) string {
	var kept []string
	for line := range strings.SplitSeq(comment.ReplaceAllString(block, ""), "\n") {
		for i, word := range strings.Fields(line) {
			if i == 0 || strings.HasPrefix(word, "-") {
				kept = append(kept, word)
			}
		}
		kept = append(kept, ";")
	}
	return strings.Join(kept, " ")
}

// Every piece of configuration in the guide is one that the program takes, and
// both languages tell the same commands.
func TestTheGuideIsTrueInBothLanguages(t *testing.T) {
	pages, err := filepath.Glob("../../docs/guide/zh/*.md")
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, zh := range pages {
		en := strings.Replace(zh, "/zh/", "/en/", 1)
		for _, language := range []string{"yaml", "yaml agent", "sh"} {
			mine, theirs := blocks(t, zh, language), blocks(t, en, language)
			if len(mine) != len(theirs) {
				t.Errorf("%s has %d blocks of %s, the English page %d", filepath.Base(zh), len(mine), language, len(theirs))
				continue
			}
			for i := range mine {
				if told(mine[i]) != told(theirs[i]) {
					t.Errorf("%s, block %d of %s differs:\n%s\n— English:\n%s", filepath.Base(zh), i+1, language, mine[i], theirs[i])
				}
			}
		}
		for _, block := range blocks(t, zh, "yaml") {
			takes(t, filepath.Base(zh), block)
		}
		for _, block := range blocks(t, zh, "yaml agent") {
			agentTakes(t, filepath.Base(zh), block)
		}
	}
}

// agentTakes opens a reporting agent by a block, beside the files that it names.
func agentTakes(t *testing.T, page, block string) {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"agent.yaml": []byte(block), "secret": []byte("secret"), "dsn": []byte("postgres://localhost/none"),
		"city-ca.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(binary(t), "report", "status", filepath.Join(dir, "agent.yaml")).CombinedOutput(); err != nil {
		t.Errorf("%s: the agent does not take\n%s%s", page, block, out)
	}
}

func takes(t *testing.T, page, block string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "linghang.yaml")
	if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(binary(t), "config", "--config", file, "--data", t.TempDir()).CombinedOutput(); err != nil {
		t.Errorf("%s: the program does not take\n%s%s", page, block, out)
	}
}
