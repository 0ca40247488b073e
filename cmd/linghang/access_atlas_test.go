package main

import (
	"net/http"
	"testing"
)

// atlasFixtures are a chain, which is for everybody to see, a proposal and a list of
// ours, which are not, and an enterprise outside, which is the bureau's.
func (a *access) atlasFixtures(t *testing.T) {
	t.Helper()
	const content = `"content":{"stages":[{"id":"one","name":{"zh":"环节","en":""}}],"links":[]}`
	chain := a.make(t, "/api/atlas/chains", "officer", `{"name":{"zh":"某产业链","en":""},`+content+`}`)
	proposal := a.make(t, "/api/atlas/chains/"+chain+"/proposals", "manager-ours", `{"base":1,"note":"我方建议","content":{"stages":[{"id":"one","name":{"zh":"我方环节","en":""}}],"links":[]}}`)
	list := a.make(t, "/api/atlas/lists", "manager-ours", `{"title":"我方名单","question":{"kind":"gaps","chain":"`+chain+`"}}`)
	outside := a.Send(t, "POST", "/api/atlas/import/outside?name=o.csv", "officer", "name_zh,code,source,see,synthetic\n外地秘密企业,outside-1,某处,bureau,yes\n", "Content-Type", "text/csv")
	if outside.Status != http.StatusOK {
		t.Fatalf("bring in an enterprise outside: %d %s", outside.Status, outside.Body)
	}
	a.fixtures = append(a.fixtures,
		fixture{"/api/atlas/outside/{id}", "/api/atlas/outside/outside-1", false},
		fixture{"/api/atlas/chains/{id}/export/{format}", "/api/atlas/chains/" + chain + "/export/ttl", true},
		fixture{"/api/atlas/chains/{id}", "/api/atlas/chains/" + chain, true},
		fixture{"/api/atlas/proposals/{id}", "/api/atlas/proposals/" + proposal, false},
		fixture{"/api/atlas/lists/{id}", "/api/atlas/lists/" + list, false},
		fixture{"/api/atlas/answers/{question}", "/api/atlas/answers/emerging", true},
		fixture{"/api/atlas/import/template/{what}/{format}", "/api/atlas/import/template/outside/csv", true},
		fixture{"/api/atlas/import/{what}", "/api/atlas/import/outside", true},
	)
	a.private = append(a.private, proposal, list, "我方建议", "我方环节", "我方名单", "外地秘密企业")
}
