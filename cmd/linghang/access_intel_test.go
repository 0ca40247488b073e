package main

import (
	"net/http"
	"testing"
)

// intelFixtures are an indicator that is for the city alone, and a feed of the bureau.
func (a *access) intelFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/security"
	object := `{"type":"indicator","spec_version":"2.1","id":"indicator--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a21","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z","name":"限本市知悉的指标","pattern":"[ipv4-addr:value = '203.0.113.66']","pattern_type":"stix","valid_from":"2026-03-01T08:00:00Z","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}`
	r := a.Send(t, "POST", door+"/intelligence-import?source=x", "officer", `{"type":"bundle","id":"bundle--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a22","objects":[`+object+`]}`, "Content-Type", "application/octet-stream")
	if r.Status != http.StatusOK {
		t.Fatalf("import an indicator: %d %s", r.Status, r.Body)
	}
	var list struct{ Items []created }
	a.Get(t, door+"/indicators", "officer").Decode(t, &list)
	feed := a.make(t, door+"/intelligence-feeds", "officer", `{"name":"本市情报订阅","root":"https://example.org/api1/","collection":"x","auth":"none","every":60,"days":90,"paused":true}`)
	a.fixtures = append(a.fixtures,
		fixture{door + "/indicators/{id}", door + "/indicators/" + list.Items[0].ID, false},
		fixture{door + "/intelligence-feeds/{id}", door + "/intelligence-feeds/" + feed, false},
	)
	a.private = append(a.private, "限本市知悉的指标", "203.0.113.66", "本市情报订阅", list.Items[0].ID, feed)
}
