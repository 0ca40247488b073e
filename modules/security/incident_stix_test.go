package security

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linghang/lib/stix"
)

// stixOf reads an incident as somebody takes it away, and holds it against the standard.
func (x *caseTown) stixOf(t *testing.T, i openCase, who string) *stix.Bundle {
	t.Helper()
	checker, err := stix.NewChecker()
	if err != nil {
		t.Fatal(err)
	}
	b, err := stix.ReadBundle([]byte(x.do(t, "GET", "/"+i.ID+"/stix", who, "", 0, http.StatusOK, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range checker.Bundle(b).Findings {
		t.Errorf("%s", f)
	}
	return b
}

func toldAsSTIX(t *testing.T, x *caseTown) {
	i := x.report(t, "manager-ours", "")
	x.do(t, "PUT", "/"+i.ID+"/facts", "manager-ours", `{"facts":[{"item":"cause","text":"利用漏洞cve-2026-1234和CVE-2026-1234"}]}`, i.Version, http.StatusOK, &i)
	mine, city := x.stixOf(t, i, "manager-ours"), x.stixOf(t, i, "officer")
	if !bytes.Equal(mine.Raw(), city.Raw()) {
		t.Errorf("two sides take two versions away: %s\n%s", mine.Raw(), city.Raw())
	}
	seen := map[string]string{}
	for _, o := range mine.Objects() {
		seen[o.Type()] += string(o.Raw())
	}
	for typ, word := range map[string]string{"incident": "秘密标题", "report": "网络安全事件报告（初报）", "vulnerability": `"external_id":"CVE-2026-1234"`, "marking-definition": "TLP:AMBER", "relationship": "related-to"} {
		if !strings.Contains(seen[typ], word) {
			t.Errorf("no %s says %s: %s", typ, word, mine.Raw())
		}
	}
	if strings.Count(seen["vulnerability"], `"type"`) != 1 {
		t.Errorf("one vulnerability is told as %s", seen["vulnerability"])
	}
	dir := unzip(t, x.Get(t, incidents+"/"+i.ID+"/bundle", "officer").Body)
	if raw, err := os.ReadFile(filepath.Join(dir, "incident.stix.json")); err != nil || !bytes.Equal(raw, mine.Raw()) {
		t.Errorf("the bundle has another one, %v: %s", err, raw)
	}
	drill := x.report(t, "officer", fmt.Sprintf(`,"organisation_id":%q,"drill":%q`, x.Ours.ID, x.drill(t).ID))
	if raw := x.stixOf(t, drill, "officer").Raw(); !bytes.Contains(raw, []byte(`"exercise"]`)) || !bytes.Contains(raw, []byte("【演练】秘密标题")) {
		t.Errorf("an exercise is not marked: %s", raw)
	}
	// What is TLP:RED is taken away by who opened it only.
	x.do(t, "PUT", "/"+i.ID, "manager-ours", fmt.Sprintf(`{"title":"秘密标题","summary":"秘密经过","category":"malware","kind":"other","tlp":"red","importance":"important","loss":"serious","harm":"","aware_at":%q}`, i.AwareAt), i.Version, http.StatusOK, &i)
	x.stixOf(t, i, "manager-ours")
	if said := x.do(t, "GET", "/"+i.ID+"/stix", "officer", "", 0, http.StatusForbidden, nil); !strings.Contains(said, "security.incident.stix_red") {
		t.Errorf("%s", said)
	}
	for who, want := range map[string]bool{"manager-ours": true, "officer": false} {
		_, err := os.Stat(filepath.Join(unzip(t, x.Get(t, incidents+"/"+i.ID+"/bundle", who).Body), "incident.stix.json"))
		if (err == nil) != want {
			t.Errorf("the bundle of %s: %v", who, err)
		}
	}
}
