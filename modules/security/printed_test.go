package security

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// pages is the text of each page of a PDF, without spaces: slanting text is told letter by letter.
func pages(t *testing.T, file string) []string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	name := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "-raw", name, "-").Output()
	if err != nil {
		t.Fatalf("read PDF: %v", err)
	}
	return strings.Split(strings.Join(strings.FieldsFunc(strings.TrimSuffix(string(out), "\f"), func(r rune) bool { return r == ' ' || r == '\n' }), ""), "\f")
}

func TestAPaperThatIsForFewSaysOnEachPageWhoHasIt(t *testing.T) {
	x := newCaseTown(t, kerneltest.Options{})
	for tlp, mark := range map[string]string{"red": "TLP:RED", "amber+strict": "TLP:AMBER+STRICT", "amber": "", "green": ""} {
		var i openCase
		x.do(t, "POST", "", "manager-ours", fmt.Sprintf(`{"title":"秘密标题","summary":%q,"category":"malware","kind":"other","tlp":%q,"importance":"important","loss":"serious","harm":"","aware_at":%q}`,
			strings.Repeat("操作员开机后看到勒索信，三条产线停产。", 150), tlp, time.Now().Add(-time.Minute).Format(time.RFC3339Nano)), 0, http.StatusCreated, &i)
		for who, organisation := range map[string]string{"manager-ours": "我方平台公司", "leader": "青岛市工业和信息化局"} {
			across := mark + " · " + who + " · " + organisation + " · 20"
			text := x.do(t, "GET", "/"+i.ID+"/paper?format=txt&language=zh", who, "", 0, http.StatusOK, nil)
			if got := strings.HasPrefix(text, across); got != (mark != "") {
				t.Errorf("text of %s for %s begins with %.120q", tlp, who, text)
			}
			list := pages(t, x.do(t, "GET", "/"+i.ID+"/paper?language=zh", who, "", 0, http.StatusOK, nil))
			if len(list) < 2 {
				t.Fatalf("%d pages", len(list))
			}
			for n, page := range list {
				if got := strings.Contains(page, strings.ReplaceAll(across, " ", "")); got != (mark != "") {
					t.Errorf("page %d of %s for %s: %s", n+1, tlp, who, page)
				}
			}
		}
	}
}
