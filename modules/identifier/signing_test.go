package identifier

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/client"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/vouch"
)

// signs has a node sign from now on.
func (h *house) signs(t *testing.T, n *nodeDetail, who, name, algorithm string) {
	t.Helper()
	body := fmt.Sprintf(`{"name":{"zh":%q,"en":""},"hosting":"hosted","signs":%q}`, name, algorithm)
	r := h.Send(t, "PUT", "/api/identifier/nodes/"+n.ID, who, body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(n.Version)))
	if r.Status != http.StatusOK {
		t.Fatalf("%s signs: %d %s", name, r.Status, r.Body)
	}
	*n = nodeDetail{}
	r.Decode(t, n)
}

// signatureOf resolves a handle afresh and returns what its signature was found to be.
func (h *house) signatureOf(t *testing.T, handle string) (resolution, signatureView) {
	t.Helper()
	var res resolution
	h.do(t, "GET", "/resolve?fresh=true&handle="+url.QueryEscape(handle), "viewer-ours", "", http.StatusOK, &res)
	if len(res.Signatures) == 0 {
		return res, signatureView{}
	}
	return res, res.Signatures[0]
}

func (h *house) allSign(t *testing.T) {
	t.Helper()
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil) // before anybody signs
	h.signs(t, &h.root, "officer", "根节点", "rsa")
	h.signs(t, &h.secondary, "manager-ours", "二级节点", "sm2")
	h.signs(t, &h.enterprise, "manager-theirs", "企业", "rsa")
	kerneltest.Wait(t, "what was registered before to be signed", func() bool {
		res, s := h.signatureOf(t, "88.101.5/T001")
		return res.Trusted && s.Reason == trust.Holds
	})
}

func TestHostedNodesVouchForEachOtherUpToTheRoot(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.allSign(t)
		res, s := h.signatureOf(t, "88.101.5/T001")
		want := []string{"310:0.NA/88.101.5", "311:0.NA/88.101", "300:0.0/0.0"}
		if !slices.Equal(s.Chain, want) || !res.Rooted || !slices.Equal(s.Signed, []int32{1, 100}) || s.Until == nil {
			t.Errorf("the chain is %+v of %+v", s, res)
		}
		h.do(t, "GET", "/nodes/"+h.enterprise.ID, "viewer-ours", "", http.StatusOK, &h.enterprise)
		if c := h.enterprise.Certificate; c == nil || c.Issuer != "311:0.NA/88.101" {
			t.Errorf("the certificate is %+v", c)
		}
		h.do(t, "PUT", "/handle", "reporter-theirs", strings.Replace(url1, "T001", "T002", 1), http.StatusOK, nil)
		if res, s := h.signatureOf(t, "88.101.5/T002"); !res.Trusted {
			t.Errorf("what is registered now: %+v", s)
		}
		root, err := vouch.ParseRoot(h.Get(t, "/api/identifier/nodes/"+h.root.ID+"/trust.json", "viewer-ours").Body)
		if err != nil || root.Reference.String() != "300:0.0/0.0" {
			t.Errorf("the root of trust is %+v, %v", root, err)
		}
		h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/trust.json", "viewer-ours", "", http.StatusUnprocessableEntity, nil)
	})
}

// tamper changes a record where it is kept, past the node.
func (h *house) tamper(t *testing.T, handle string, change func([]wire.Value) []wire.Value) {
	t.Helper()
	r, err := h.module.records.Load(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	values, err := valuesOf(r)
	if err != nil {
		t.Fatal(err)
	}
	v := wire.Values{Values: change(values)}
	c := record.Change{Action: wire.ActionUpdate, Handle: handle, Was: record.Any, Values: v.Append(nil)[4:]}
	if _, err := h.module.records.Apply(t.Context(), []record.Change{c}); err != nil {
		t.Fatal(err)
	}
}

func TestWhereAChainBreaksIsTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.allSign(t)
		h.do(t, "PUT", "/handle", "reporter-theirs", strings.Replace(url1, "T001", "CHANGED", 1), http.StatusOK, nil)
		h.do(t, "PUT", "/handle", "reporter-theirs", strings.Replace(url1, "T001", "STRIPPED", 1), http.StatusOK, nil)
		h.tamper(t, "88.101.5/CHANGED", func(list []wire.Value) []wire.Value {
			list[0].Data = []byte("http://evil.example/")
			return list
		})
		if res, s := h.signatureOf(t, "88.101.5/CHANGED"); s.Reason != trust.WrongDigest || res.Trusted || len(s.Chain) != 3 {
			t.Errorf("a value that was changed: %+v", s)
		}
		h.tamper(t, "88.101.5/STRIPPED", func(list []wire.Value) []wire.Value {
			return slices.DeleteFunc(list, func(v wire.Value) bool { return v.Type == wire.TypeSignature })
		})
		if res, _ := h.signatureOf(t, "88.101.5/STRIPPED"); len(res.Signatures) != 0 || res.Trusted || !res.Rooted {
			t.Errorf("without a signature: %+v", res)
		}
		h.move(t, "manager-ours", "suspended", http.StatusOK) // whoever suspends takes the certificate back
		if res, s := h.signatureOf(t, "88.101.5/T001"); s.Reason != trust.NoCertificate || res.Trusted || !slices.Equal(s.Chain, []string{"310:0.NA/88.101.5"}) {
			t.Errorf("of a suspended node: %+v", s)
		}
		h.move(t, "manager-ours", "trial", http.StatusOK)
		if res, s := h.signatureOf(t, "88.101.5/T001"); !res.Trusted {
			t.Errorf("of one that is back: %+v", s)
		}
	})
}

func TestANodeThatSignsNoMoreLeavesNoSignatureThatIsWrong(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.allSign(t)
		h.signs(t, &h.enterprise, "manager-theirs", "企业", "")
		kerneltest.Wait(t, "the signatures to go", func() bool {
			res, _ := h.signatureOf(t, "88.101.5/T001")
			return res.Code == 1 && len(res.Signatures) == 0
		})
		if h.enterprise.Certificate != nil {
			t.Errorf("its certificate is still there: %+v", h.enterprise.Certificate)
		}
		body := `{"name":{"zh":"企业","en":""},"hosting":"hosted","signs":"dsa"}`
		r := h.Send(t, "PUT", "/api/identifier/nodes/"+h.enterprise.ID, "manager-theirs", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(h.enterprise.Version)))
		if r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusBadRequest {
			t.Errorf("an algorithm that there is not: %d %s", r.Status, r.Body)
		}
	})
}

func TestARecursiveNodeTellsItsClientsThatTheChainHolds(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.allSign(t)
	r, err := h.module.recursive.resolver()
	if err != nil {
		t.Fatal(err)
	}
	if !r.Policy().Trust.On {
		t.Fatal("the root that is hosted here is no root of trust")
	}
	c := client.New(client.Options{Root: h.rootSite(t)})
	defer func() { _ = c.Close() }()
	a, err := c.Resolve(t.Context(), "88.101.5/T001", client.Query{})
	if err != nil || !slices.ContainsFunc(a.Values, func(v wire.Value) bool { return v.Type == wire.TypeSignature }) {
		t.Errorf("a client is given %+v, %v", a, err)
	}
}
