package identifier

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

func TestASecondaryNodeHasTheTablesThatItSendsUp(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		today := "&export=csv&day=" + dayOf(time.Now())
		read := func(table, query string) string {
			r := h.Get(t, "/api/identifier/nodes/"+h.secondary.ID+"/tables/"+table+"?"+query+today, "manager-ours")
			if r.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", table, r.Status, r.Body)
			}
			return string(r.Body)
		}
		kerneltest.Wait(t, "the identifier to be in table 9", func() bool {
			return strings.Contains(read("identifiers", ""), "88.101.5/T001,"+dayOf(time.Now())+",,1")
		})
		for _, c := range []struct{ table, query, want string }{
			{"statistics", "", "88.101,二级节点,1,1,"},
			{"statistics", "below=true", "88.101.5,企业,1,1,"},
			{"routes", "", "Handle,88.101,IPv4,127.0.0.1,"},
			{"routes", "below=true", "UDP:"},
			{"operators", "", "88.101,"},
			{"operators", "below=true", "88.101.5,"},
		} {
			if got := read(c.table, c.query); !strings.Contains(got, c.want) {
				t.Errorf("%s %s has no %q: %s", c.table, c.query, c.want, got)
			}
		}
		h.do(t, "GET", "/nodes/"+h.secondary.ID+"/tables/operators", "manager-theirs", "", http.StatusForbidden, nil)
		h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/tables/routes", "manager-theirs", "", http.StatusConflict, nil)
	})
}
