package security

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// A notice goes to those whose assets an advisory affects. Who lets the city see their assets
// is an addressee; who does not is told, and the city is told no more than how many they are.
func TestAudienceByMatch(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		for _, who := range []string{"manager-ours", "manager-theirs"} {
			x.do(t, "POST", "/assets", who, driveAsset, 0, http.StatusCreated, nil)
		}
		x.do(t, "POST", "/inventory/consent", "manager-ours", `{"purpose":"应急处置"}`, 0, http.StatusOK, nil)
		if r := x.Send(t, "POST", "/api/security/advisory-import?name=a.json", "officer", driveAdvisory("EW-1", "1", "WHITE"), "Content-Type", "application/octet-stream"); r.Status != http.StatusOK {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		var advisories page[struct{ ID string }]
		var exposures page[exposed]
		for _, who := range []string{"manager-ours", "manager-theirs"} {
			kerneltest.Wait(t, "the asset to be affected", func() bool {
				x.do(t, "GET", "/exposures", who, "", 0, http.StatusOK, &exposures)
				return len(exposures.Items) == 1
			})
		}
		x.do(t, "GET", "/advisories", "officer", "", 0, http.StatusOK, &advisories)
		for name, audience := range map[string]string{
			"advisory": fmt.Sprintf(`"advisories":[%q]`, advisories.Items[0].ID),
			"product":  `"products":[{"vendor":"示例工厂","product":"drive 7"}]`,
			"vendor":   `"products":[{"vendor":"示例工厂"}]`,
		} {
			audience = `{"all":false,"districts":[],"organisations":[],` + audience + `}`
			n := x.issued(t, audience, "")
			var preview struct {
				Count, Unnamed int
				Names          []struct{ ZH string }
			}
			x.do(t, "GET", "/notices/"+n.ID+"/audience", "officer", "", 0, http.StatusOK, &preview)
			if preview.Count != 1 || preview.Unnamed != 1 || preview.Names[0].ZH != x.Ours.Name.ZH {
				t.Errorf("by %s it goes to %+v", name, preview)
			}
			// That one is named changes nothing of the number: it would tell who the other is.
			var guess numbered
			x.do(t, "POST", "/notices", "officer", `{"kind":"notice","colour":"","title":"标题","body":"正文","ask":"要求","level":3,"category":"attack","tlp":"amber","audience":`+strings.Replace(audience, `"organisations":[]`, fmt.Sprintf(`"organisations":[%q]`, x.Theirs.ID), 1)+`}`, 0, http.StatusCreated, &guess)
			if x.do(t, "GET", "/notices/"+guess.ID+"/audience", "officer", "", 0, http.StatusOK, &preview); preview.Count != 2 || preview.Unnamed != 1 {
				t.Errorf("by %s, with the other named, it goes to %+v", name, preview)
			}
			var list page[struct{ ID string }]
			kerneltest.Wait(t, "the notice to be delivered", func() bool {
				x.do(t, "GET", "/assignments?notice="+n.ID, "manager-ours", "", 0, http.StatusOK, &list)
				return list.Total == 1
			})
			if x.do(t, "GET", "/assignments?notice="+n.ID, "officer", "", 0, http.StatusOK, &list); list.Total != 1 {
				t.Errorf("by %s the city sees %d assignments", name, list.Total)
			}
			if x.do(t, "GET", "/assignments?notice="+n.ID, "manager-theirs", "", 0, http.StatusOK, &list); list.Total != 0 {
				t.Errorf("by %s the other owes something", name)
			}
			if said := x.do(t, "GET", "/notices/"+n.ID, "officer", "", 0, http.StatusOK, nil); strings.Contains(said, x.Theirs.ID) || strings.Contains(said, x.Theirs.Name.ZH) {
				t.Errorf("by %s the city is told who the other is: %s", name, said)
			}
			kerneltest.Wait(t, "the other to be told", func() bool {
				return strings.Contains(string(x.Get(t, "/api/notify/inbox", "manager-theirs").Body), n.Number)
			})
			var onMap struct {
				Districts []struct{ Addressees, Delivered int }
			}
			if x.do(t, "GET", "/notices/"+n.ID+"/districts", "officer", "", 0, http.StatusOK, &onMap); len(onMap.Districts) != 1 || onMap.Districts[0].Addressees != 1 || onMap.Districts[0].Delivered != 1 {
				t.Errorf("on the map it is %+v", onMap)
			}
		}
		x.do(t, "POST", "/notices", "officer", fmt.Sprintf(`{"kind":"notice","colour":"","title":"标题","body":"正文","ask":"要求","level":3,"category":"attack","tlp":"red","audience":{"all":false,"districts":[],"organisations":[],"advisories":[%q]}}`, advisories.Items[0].ID), 0, http.StatusUnprocessableEntity, nil)
	})
}
