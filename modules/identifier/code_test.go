package identifier

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/coding"
)

func TestCodesOfARuleAreGivenOutOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		made := h.published(t, bearingTemplate)
		body := fmt.Sprintf(`{"name":{"zh":"轴承编码","en":""},"template_id":%q,"segments":[{"kind":"field","item":"model"},{"kind":"constant","text":"-"},{"kind":"serial","width":4},{"kind":"check","method":"iso7064_mod37_36"}]}`, made.ID)
		path := "/nodes/" + h.enterprise.ID + "/rules"
		h.do(t, "POST", path, "manager-ours", body, http.StatusNotFound, nil) // not theirs
		h.do(t, "POST", path, "reporter-theirs", body, http.StatusForbidden, nil)
		h.do(t, "POST", path, "manager-theirs", `{"name":{"zh":"x","en":""},"segments":[{"kind":"field","item":"cost"}]}`, http.StatusUnprocessableEntity, nil)
		var c codeRule
		h.do(t, "POST", path, "manager-theirs", body, http.StatusCreated, &c)
		one := func(items string, want int) (d handleDetail) {
			t.Helper()
			into := any(&d)
			if want != http.StatusCreated {
				into = nil
			}
			h.do(t, "POST", "/rules/"+c.ID+"/handles", "reporter-theirs", `{"items":`+items+`}`, want, into)
			return d
		}
		one(`{"model":"6204","weight":"-1"}`, http.StatusUnprocessableEntity)
		one(`{"model":"62/04"}`, http.StatusUnprocessableEntity)
		digit, _ := coding.CheckDigit(coding.Mod37, "6204-0002")
		h.do(t, "PUT", "/handle", "reporter-theirs", `{"handle":"88.101.5/6204-0002`+digit+`","values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, http.StatusOK, nil)
		seen := map[string]bool{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				d := one(`{"model":"6204"}`, http.StatusCreated)
				mu.Lock()
				defer mu.Unlock()
				seen[d.Handle] = true
			})
		}
		all.Wait()
		if len(seen) != 10 || seen["88.101.5/6204-0002"+digit] {
			t.Errorf("registered %v", seen)
		}
		var b codeBatch
		digit, _ = coding.CheckDigit(coding.Mod37, "6205-0500")
		taken := "88.101.5/6205-0500" + digit
		h.do(t, "PUT", "/handle", "reporter-theirs", `{"handle":"`+taken+`","values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, http.StatusOK, nil)
		h.do(t, "POST", "/rules/"+c.ID+"/batches", "reporter-theirs", `{"count":2500,"items":{"model":"6205"}}`, http.StatusCreated, &b)
		kerneltest.Wait(t, "the codes to be made", func() bool {
			h.do(t, "GET", "/batches/"+b.ID, "reporter-theirs", "", http.StatusOK, &b)
			return b.State == importDone
		})
		if b.Made != 2499 || b.Taken != 1 {
			t.Errorf("of %d codes %d were made, %d taken", b.Wanted, b.Made, b.Taken)
		}
		list := strings.Fields(string(h.Send(t, "GET", "/api/identifier/batches/"+b.ID+"/codes", "reporter-theirs", "").Body))
		slices.Sort(list[1:])
		if len(list) != 2500 || len(slices.Compact(list)) != 2500 || slices.Contains(list, taken) {
			t.Errorf("exported %d codes", len(list))
		}
		h.do(t, "GET", "/batches/"+b.ID, "reporter-ours", "", http.StatusNotFound, nil)
		h.do(t, "GET", "/batches/"+b.ID+"/codes", "reporter-ours", "", http.StatusNotFound, nil)
		h.do(t, "POST", "/batches/"+b.ID+"/cancel", "reporter-theirs", "", http.StatusConflict, nil)
		h.do(t, "POST", "/rules/"+c.ID+"/batches", "reporter-theirs", `{"count":9000,"items":{"model":"6205"}}`, http.StatusConflict, nil)
		digit, _ = coding.CheckDigit(coding.Mod37, "6205-2511")
		h.resolves(t, "88.101.5/6205-2511"+digit, wire.CodeSuccess) // 11 were given out before
		h.do(t, "POST", "/rules/"+c.ID+"/stop", "manager-theirs", `{"stopped":true}`, http.StatusOK, nil)
		one(`{"model":"6204"}`, http.StatusConflict)
		h.do(t, "GET", "/rules/"+c.ID, "reporter-ours", "", http.StatusNotFound, nil)
	})
}

func TestARuleThatIsUsedUpGivesOutNothing(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	var c codeRule
	h.do(t, "POST", "/nodes/"+h.enterprise.ID+"/rules", "manager-theirs", `{"name":{"zh":"一位","en":""},"segments":[{"kind":"constant","text":"S"},{"kind":"serial","width":1}]}`, http.StatusCreated, &c)
	for i := range 10 {
		want := http.StatusCreated
		if i == 9 {
			want = http.StatusConflict
		}
		h.do(t, "POST", "/rules/"+c.ID+"/handles", "reporter-theirs", `{"values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, want, nil)
	}
	h.resolves(t, "88.101.5/S9", wire.CodeSuccess)
}

func TestARuleIsEditedUntilItsFirstNumber(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		node := "/nodes/" + h.enterprise.ID + "/rules"
		var e codeExample
		h.do(t, "POST", node+"/example", "manager-theirs", `{"segments":[{"kind":"constant","text":"S"},{"kind":"serial","width":2}]}`, http.StatusOK, &e)
		if !slices.Equal(e.Codes, []string{"88.101.5/S01", "88.101.5/S02", "88.101.5/S03"}) || e.Room != 99 {
			t.Errorf("example %+v", e)
		}
		h.do(t, "POST", node+"/example", "manager-theirs", `{"segments":[{"kind":"constant","text":"S"}]}`, http.StatusUnprocessableEntity, nil)
		h.do(t, "POST", node+"/example", "manager-ours", `{"segments":[{"kind":"serial","width":2}]}`, http.StatusNotFound, nil)
		var c codeRule
		h.do(t, "POST", node, "manager-theirs", `{"name":{"zh":"一","en":""},"segments":[{"kind":"constant","text":"S"},{"kind":"serial","width":1}]}`, http.StatusCreated, &c)
		edit := func(revision int64, want int) {
			t.Helper()
			r := h.Send(t, "PUT", "/api/identifier/rules/"+c.ID, "manager-theirs", `{"name":{"zh":"二","en":""},"segments":[{"kind":"constant","text":"R"},{"kind":"serial","width":2}]}`, "If-Match", fmt.Sprintf("%q", fmt.Sprint(revision)))
			if r.Status != want {
				t.Errorf("edit of revision %d: %d %s, want %d", revision, r.Status, r.Body, want)
			}
		}
		edit(2, http.StatusPreconditionFailed)
		edit(1, http.StatusOK)
		h.do(t, "POST", "/rules/"+c.ID+"/handles", "reporter-theirs", `{"values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, http.StatusCreated, nil)
		h.resolves(t, "88.101.5/R01", wire.CodeSuccess)
		edit(2, http.StatusConflict)
		var page struct{ Items []codeRule }
		h.do(t, "GET", "/rules?node="+h.enterprise.ID, "reporter-theirs", "", http.StatusOK, &page)
		if len(page.Items) != 1 || page.Items[0].Given != 1 || page.Items[0].Prefix != "88.101.5" || page.Items[0].Name.ZH != "二" {
			t.Errorf("listed %+v", page.Items)
		}
		h.do(t, "GET", "/rules", "reporter-ours", "", http.StatusOK, &page)
		if len(page.Items) != 0 {
			t.Errorf("others list %+v", page.Items)
		}
	})
}
