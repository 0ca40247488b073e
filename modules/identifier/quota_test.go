package identifier

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

func (h *house) quota(t *testing.T, id, who, body string, version int64, status int) quotaView {
	t.Helper()
	r := h.Send(t, "PUT", "/api/identifier/nodes/"+id+"/quota", who, body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	if r.Status != status {
		t.Fatalf("quota by %s: %d %s, want %d", who, r.Status, r.Body, status)
	}
	var v quotaView
	if status == http.StatusOK {
		r.Decode(t, &v)
	}
	return v
}

func put(suffix string) string {
	return fmt.Sprintf(`{"handle":"88.101.5/%s","values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, suffix)
}

func TestANodeHasNoMoreThanItsQuota(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		id := h.enterprise.ID
		h.quota(t, id, "manager-theirs", `{"identifiers":3,"registrations":0,"requests":0,"prefixes":0}`, 0, http.StatusForbidden)
		h.do(t, "PUT", "/handle", "reporter-theirs", put("a"), http.StatusOK, nil)
		v := h.quota(t, id, "manager-ours", `{"identifiers":3,"registrations":0,"requests":0,"prefixes":0}`, 0, http.StatusOK)
		if v.Identifiers != 3 || v.Used.Identifiers != 1 || v.Version != 1 || !v.Yours {
			t.Errorf("the quota is %+v", v)
		}
		h.quota(t, id, "manager-ours", `{"identifiers":9,"registrations":0,"requests":0,"prefixes":0}`, 0, http.StatusPreconditionFailed)
		for _, suffix := range []string{"b", "c"} {
			h.do(t, "PUT", "/handle", "reporter-theirs", put(suffix), http.StatusOK, nil)
		}
		h.do(t, "PUT", "/handle", "reporter-theirs", put("d"), http.StatusConflict, nil)
		if err := h.module.settleQuotas(t.Context()); err != nil { // what was used is written down, and read again
			t.Fatal(err)
		}
		h.do(t, "PUT", "/handle", "reporter-theirs", put("d"), http.StatusConflict, nil)

		// A change of what there is takes no room, and what is removed gives it back.
		var one handleDetail
		h.do(t, "GET", "/handle?handle=88.101.5/b", "reporter-theirs", "", http.StatusOK, &one)
		h.do(t, "DELETE", fmt.Sprintf("/handle?handle=88.101.5/b&was=%d", one.Change), "reporter-theirs", "", http.StatusNoContent, nil)
		if err := h.module.settleQuotas(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.do(t, "PUT", "/handle", "reporter-theirs", put("d"), http.StatusOK, nil)

		h.quota(t, id, "manager-ours", `{"identifiers":0,"registrations":4,"requests":0,"prefixes":0}`, 1, http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", put("e"), http.StatusOK, nil)
		h.do(t, "PUT", "/handle", "reporter-theirs", put("f"), http.StatusConflict, nil)
		h.do(t, "GET", "/nodes/"+id+"/quota", "viewer-theirs", "", http.StatusOK, &v)
		if v.Used.Registrations != 3 || v.Yours { // b, c and d since there is a quota; e is not written down yet
			t.Errorf("used %+v", v)
		}
	})
}

func TestASecondaryNodeAllocatesNoMorePrefixesThanItsQuota(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.quota(t, h.secondary.ID, "manager-ours", `{"identifiers":0,"registrations":0,"requests":0,"prefixes":1}`, 0, http.StatusForbidden)
	h.quota(t, h.secondary.ID, "officer", `{"identifiers":0,"registrations":0,"requests":0,"prefixes":1}`, 0, http.StatusOK)
	body := fmt.Sprintf(`{"role":"enterprise","prefix":"88.101.6","above_id":%q,"name":{"zh":"又一家","en":""},"hosting":"hosted"}`, h.secondary.ID)
	h.do(t, "POST", "/nodes", "manager-theirs", body, http.StatusConflict, nil)
	h.quota(t, h.secondary.ID, "officer", `{"identifiers":0,"registrations":0,"requests":0,"prefixes":2}`, 1, http.StatusOK)
	h.do(t, "POST", "/nodes", "manager-theirs", body, http.StatusCreated, nil)
}

// Whoever speaks the national dialect is told which limit it is, others that the
// server is too busy.
func TestAfterTheResolutionsOfADayNoMoreAreAnswered(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
	h.quota(t, h.enterprise.ID, "manager-ours", `{"identifiers":0,"registrations":0,"requests":2,"prefixes":0}`, 0, http.StatusOK)
	c := client.New(client.Options{Root: h.rootSite(t), KeepIdle: 1})
	defer func() { _ = c.Close() }()
	kerneltest.Wait(t, "the resolutions of the day to be used up", func() bool {
		_, err := c.Resolve(t.Context(), "88.101.5/T001", client.Query{})
		h.module.writeCounts(t.Context())
		return client.CodeOf(err) == wire.CodeBusy
	})
	var v quotaView
	h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/quota", "viewer-ours", "", http.StatusOK, &v)
	if v.Used.Requests < 2 {
		t.Errorf("used %+v", v.Used)
	}
	if h.module.quotas.spent(h.enterprise.ID, dayOf(time.Now().AddDate(0, 0, 1))) {
		t.Error("tomorrow has none left either")
	}
	h.quota(t, h.enterprise.ID, "manager-ours", `{"identifiers":0,"registrations":0,"requests":0,"prefixes":0}`, 1, http.StatusOK)
	if _, err := c.Resolve(t.Context(), "88.101.5/T001", client.Query{}); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

// What a quota refuses of a batch of codes is not among its codes, and the batch ends
// and says why.
func TestABatchOfCodesEndsWhereTheQuotaDoes(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.quota(t, h.enterprise.ID, "manager-ours", `{"identifiers":3,"registrations":0,"requests":0,"prefixes":0}`, 0, http.StatusOK)
		var c codeRule
		h.do(t, "POST", "/nodes/"+h.enterprise.ID+"/rules", "manager-theirs", `{"name":{"zh":"规则","en":""},"segments":[{"kind":"constant","text":"S"},{"kind":"serial","width":4}]}`, http.StatusCreated, &c)
		var b codeBatch
		h.do(t, "POST", "/rules/"+c.ID+"/batches", "reporter-theirs", `{"count":10,"values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, http.StatusCreated, &b)
		kerneltest.Wait(t, "the batch to end", func() bool {
			h.do(t, "GET", "/batches/"+b.ID, "reporter-theirs", "", http.StatusOK, &b)
			return b.State != importRunning
		})
		if b.State != importFailed || b.Made != 3 || b.Taken != 7 || !strings.Contains(b.Reason, "may have 3 identifiers") {
			t.Errorf("the batch ended as %+v", b)
		}
		list := strings.Fields(string(h.Send(t, "GET", "/api/identifier/batches/"+b.ID+"/codes", "reporter-theirs", "").Body))
		if want := []string{"handle", "88.101.5/S0001", "88.101.5/S0002", "88.101.5/S0003"}; !slices.Equal(list, want) {
			t.Errorf("its codes are %v", list)
		}
	})
}
