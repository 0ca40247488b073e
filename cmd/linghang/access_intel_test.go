package main

import (
	"net/http"
	"slices"
	"testing"

	"linghang/kernel/sqldb"
)

// intelFixtures are an indicator that was seen at ours, of which nobody else is to know, and a
// feed of the bureau.
func (a *access) intelFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/security"
	object := `{"type":"indicator","spec_version":"2.1","id":"indicator--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a21","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z","name":"命中我方的指标","pattern":"[ipv4-addr:value = '203.0.113.66']","pattern_type":"stix","valid_from":"2026-03-01T08:00:00Z","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]}`
	r := a.Send(t, "POST", door+"/intelligence-import?source=x", "officer", `{"type":"bundle","id":"bundle--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a22","objects":[`+object+`]}`, "Content-Type", "application/octet-stream")
	if r.Status != http.StatusOK {
		t.Fatalf("import an indicator: %d %s", r.Status, r.Body)
	}
	var list struct{ Items []created }
	a.Get(t, door+"/indicators", "officer").Decode(t, &list)
	a.hit(t, list.Items[0].ID)
	feed := a.make(t, door+"/intelligence-feeds", "officer", `{"name":"本市情报订阅","root":"https://example.org/api1/","collection":"x","auth":"none","every":60,"days":90,"paused":true}`)
	a.fixtures = append(a.fixtures,
		fixture{door + "/indicators/{id}", door + "/indicators/" + list.Items[0].ID, false},
		fixture{door + "/intelligence-feeds/{id}", door + "/intelligence-feeds/" + feed, false},
	)
	a.private = append(a.private, "命中我方的指标", "203.0.113.66", "本市情报订阅", list.Items[0].ID, feed)
}

// hit puts a hit at ours where the work on batches of a probe would.
func (a *access) hit(t *testing.T, indicator string) {
	t.Helper()
	databases := a.Databases()
	db := databases[slices.IndexFunc(databases, func(db *sqldb.DB) bool { return db.Room() == "security" })]
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO security_intel_hit (id, indicator_id, sensor_id, organisation_id, client, server, path, value, fingerprint, first_at, last_at, times)
			VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FAX', $1, 'none', $2, '10.0.0.1', '203.0.113.66', 'ipv4-addr:value', '203.0.113.66', 'x', 1, 1, 1)`, indicator, a.Ours.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
