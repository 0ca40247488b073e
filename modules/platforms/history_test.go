package platforms

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

func TestWhatBecomesOfAnEntryIsWrittenDown(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		var p credentials
		s.Send(t, "POST", "/api/platforms", "manager-ours", `{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","industry":"C26","district":"370202"}`).Decode(t, &p)
		at := "/api/platforms/" + p.ID
		move := func(version int, to, reason string) {
			t.Helper()
			if r := s.Send(t, "POST", at+"/status", "officer", fmt.Sprintf(`{"to":%q,"reason":%q}`, to, reason), "If-Match", fmt.Sprintf(`"%d"`, version)); r.Status != http.StatusOK {
				t.Fatalf("to %s: %d %s", to, r.Status, r.Body)
			}
		}
		move(1, "reviewed", "")
		move(2, "trial", "材料齐全")
		entry := `{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","industry":"C26","district":"%s","url":"https://rubber.example"}`
		for version, district := range []string{"370203", "370203"} { // the second changes nothing
			s.Send(t, "PUT", at, "manager-ours", fmt.Sprintf(entry, district), "If-Match", fmt.Sprintf(`"%d"`, 3+version))
		}
		var page sqldb.Page[PlatformStep]
		s.Get(t, at+"/history", "manager-ours").Decode(t, &page)
		var told []string
		for _, x := range page.Items {
			if x.Name == "" || x.At.IsZero() {
				t.Errorf("by nobody, or never: %+v", x)
			}
			told = append(told, strings.TrimSpace(x.Kind+" "+x.Before+" "+x.After+" "+x.Reason))
		}
		if got, want := strings.Join(told, "; "), "entry  district,url; status reviewed trial 材料齐全; status applied reviewed; registered  applied"; got != want {
			t.Errorf("the history is\n%s\nwant\n%s", got, want)
		}
		var v overview
		s.Get(t, "/api/platforms/summary", "officer").Decode(t, &v)
		if len(v.Industries) != 2 || v.Industries[0] != (tally{Code: "C26", Platforms: 1}) || v.Industries[1].Code != "" {
			t.Errorf("by industry: %+v", v.Industries)
		}
		if r := s.Get(t, at+"/history", "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("another operator: %d", r.Status)
		}
		if csv := string(s.Get(t, at+"/history?export=csv", "officer").Body); !strings.Contains(csv, "材料齐全") {
			t.Errorf("as CSV: %s", csv)
		}
	})
}

func TestDocumentsAreForThePlatformsOwnPeopleAndTheBureau(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		var p credentials
		s.Send(t, "POST", "/api/platforms", "manager-ours", `{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","district":"370202"}`).Decode(t, &p)
		at := "/api/platforms/" + p.ID + "/documents"
		send := func(who, query string, want int) (d PlatformDocument) {
			t.Helper()
			r := s.Send(t, "POST", at+query, who, "运维合同正文", "Content-Type", "text/plain")
			if r.Status != want {
				t.Fatalf("%s uploads %s: %d %s, want %d", who, query, r.Status, r.Body, want)
			}
			if want == http.StatusCreated {
				r.Decode(t, &d)
			}
			return d
		}
		send("manager-theirs", "?name=a.txt&kind=contract", http.StatusNotFound)
		send("viewer-ours", "?name=a.txt&kind=contract", http.StatusForbidden)
		send("manager-ours", "?name=a.txt&kind=song", http.StatusUnprocessableEntity)
		d := send("manager-ours", "?name=contract.txt&kind=contract", http.StatusCreated)
		if d.Name != "contract.txt" || d.Kind != "contract" || d.By == "" || d.SHA256 == "" {
			t.Errorf("%+v", d)
		}
		for who, want := range map[string]int{"viewer-ours": http.StatusOK, "officer": http.StatusOK, "manager-theirs": http.StatusNotFound} {
			if r := s.Get(t, at+"/"+d.ID, who); r.Status != want || want == http.StatusOK && string(r.Body) != "运维合同正文" {
				t.Errorf("%s reads it: %d %s", who, r.Status, r.Body)
			}
		}
		if r := s.Send(t, "DELETE", at+"/"+d.ID, "manager-theirs", ""); r.Status != http.StatusNotFound {
			t.Errorf("another operator removes it: %d", r.Status)
		}
		if r := s.Send(t, "DELETE", at+"/"+d.ID, "manager-ours", ""); r.Status >= 300 {
			t.Errorf("remove: %d %s", r.Status, r.Body)
		}
		var page sqldb.Page[PlatformDocument]
		if s.Get(t, at, "officer").Decode(t, &page); page.Total != 0 || s.Get(t, at+"/"+d.ID, "officer").Status != http.StatusNotFound {
			t.Errorf("it is there still: %+v", page)
		}
	})
}
