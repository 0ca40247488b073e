package archtest_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linghang/archtest"
)

// documented returns the rows of a section of docs/dependencies.md: name → whether licence and reason are there.
func documented(t *testing.T, section string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "\n## "+section)
	if !ok {
		t.Fatalf("docs/dependencies.md has no section %s", section)
	}
	after, _, _ = strings.Cut(after, "\n## ")
	rows := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]*) \\| ([^|]*) \\|$").FindAllStringSubmatch(after, -1) {
		rows[m[1]] = strings.TrimSpace(m[2]) != "" && strings.TrimSpace(m[3]) != ""
	}
	return rows
}

func compare(t *testing.T, what string, asked []string, rows map[string]bool) {
	t.Helper()
	for _, name := range asked {
		if !rows[name] {
			t.Errorf("%s asks for %s, which docs/dependencies.md does not explain", what, name)
		}
	}
	for name := range rows {
		if !slices.Contains(asked, name) {
			t.Errorf("docs/dependencies.md explains %s, which %s does not ask for", name, what)
		}
	}
}

func TestEveryGoDependencyIsExplainedAndOwned(t *testing.T) {
	text, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var direct []string
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\s*([a-z0-9.]+\.[a-z]+/\S+) v\S+$`).FindAllStringSubmatch(string(text), -1) {
		direct = append(direct, m[1])
	}
	if len(direct) < 10 {
		t.Fatalf("go.mod was not read: %q", direct)
	}
	compare(t, "go.mod", direct, documented(t, "Go"))
	if strings.Contains(string(text), "\nreplace ") {
		t.Error("go.mod replaces a module: others could not use ours")
	}
	for _, d := range direct {
		if !archtest.Owned(d) {
			t.Errorf("%s has no owner in archtest", d)
		}
	}
}

func TestEveryWebDependencyIsExplained(t *testing.T) {
	text, err := os.ReadFile("../web/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var pack struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	if err := json.Unmarshal(text, &pack); err != nil {
		t.Fatal(err)
	}
	compare(t, "web/package.json", slices.Sorted(maps.Keys(pack.Dependencies)), documented(t, "Web"))
	for name, version := range pack.Dependencies {
		if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version) {
			t.Errorf("%s is not pinned: %s", name, version)
		}
	}
}
