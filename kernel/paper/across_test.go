package paper_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/paper"
)

// words is the text of each page of a PDF, without spaces: slanting text is told letter by letter.
func words(t *testing.T, file []byte) []string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	name := filepath.Join(t.TempDir(), "one.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "-raw", name, "-").Output()
	if err != nil {
		t.Fatalf("read PDF: %v", err)
	}
	return strings.Split(strings.Join(strings.FieldsFunc(strings.TrimSuffix(string(out), "\f"), func(r rune) bool { return r == ' ' || r == '\n' }), ""), "\f")
}

func TestWhoHasAPaperStandsAcrossEachPage(t *testing.T) {
	const who = "TLP:RED · 张三 · 青岛市工业和信息化局 · 2024-04-01 16:00"
	font, err := paper.Font("")
	if err != nil {
		t.Fatal(err)
	}
	written := func(across string) []string {
		f := frame(t, sample())
		f.Across = across
		var b bytes.Buffer
		if err := sample().PDF(&b, font, f); err != nil {
			t.Fatal(err)
		}
		if dir, ok := os.LookupEnv("LINGHANG_PAGES"); ok && across != "" { // to look at them
			if err := os.WriteFile(filepath.Join(dir, "across.pdf"), b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return words(t, b.Bytes())
	}
	with, without := written(who), written("")
	if len(with) < 3 || len(with) != len(without) {
		t.Fatalf("%d pages with it, %d without", len(with), len(without))
	}
	for i, page := range with {
		if !strings.Contains(page, strings.ReplaceAll(who, " ", "")) {
			t.Errorf("page %d does not say who has it: %s", i+1, page)
		}
		if strings.Contains(without[i], "TLP:RED") {
			t.Errorf("page %d says who has it, unasked", i+1)
		}
	}
	if !strings.Contains(with[0], "截至报告期末，各项目标进展正常(ontrack)。") {
		t.Errorf("what the paper says is not read as before: %s", with[0])
	}
}
