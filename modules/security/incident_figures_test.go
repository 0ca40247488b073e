package security

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func figuresByIndustry(t *testing.T, x *caseTown) {
	say := func(who, industry string) {
		if r := x.Send(t, "PUT", "/api/security/inventory", who, fmt.Sprintf(`{"industry":%q}`, industry)); r.Status != http.StatusOK {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	type figures struct {
		Industry []struct {
			Key       string
			Name      struct{ EN string }
			Incidents int
		}
		Unsaid int
	}
	read := func(who string) string {
		var f figures
		x.do(t, "GET", "/figures", who, "", 0, http.StatusOK, &f)
		said := ""
		for _, g := range f.Industry {
			said += fmt.Sprintf("%s %s %d, ", g.Key, g.Name.EN, g.Incidents)
		}
		return fmt.Sprintf("%s%d unsaid", said, f.Unsaid)
	}
	x.report(t, "manager-ours", "") // before it says of which industry it is
	say("manager-ours", "C38")
	i := x.report(t, "manager-ours", "")
	x.report(t, "manager-theirs", "")
	if got := read("officer"); got != "C38 Electrical machinery 2, 1 unsaid" {
		t.Errorf("the city reads %s", got)
	}
	for _, who := range []string{"manager-ours", "manager-theirs"} { // fewer than five, and the city's
		if got := read(who); got != "0 unsaid" {
			t.Errorf("%s reads %s", who, got)
		}
	}
	if body := x.do(t, "GET", "/"+i.ID, "officer", "", 0, http.StatusOK, nil); !strings.Contains(body, `"industry":"C38"`) {
		t.Errorf("its page does not say the industry: %s", body)
	}
	if table := x.do(t, "GET", "?export=csv", "officer", "", 0, http.StatusOK, nil); strings.Count(table, "C38") != 2 {
		t.Errorf("exported without the industry: %s", table)
	}
	say("manager-ours", "C29") // it was wrong: figures follow, as those of risks do
	if got := read("officer"); got != "C29 Rubber and plastics 2, 1 unsaid" {
		t.Errorf("the city reads %s", got)
	}
}
