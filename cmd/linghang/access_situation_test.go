package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// situationFixtures are how ours stands, and an object that ours handed in by TAXII, which
// the bureau alone reads.
func (a *access) situationFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/security"
	a.calendarFixture(t)
	a.timeLimitFixture(t)
	r := a.Send(t, "POST", "/api/system/tokens", "administrator", fmt.Sprintf(`{"name":"taxii","organisation_id":%q,"permissions":["security.exchange.read","security.exchange.write"]}`, a.Ours.ID))
	var token struct{ Secret string }
	if r.Decode(t, &token); r.Status != http.StatusCreated {
		t.Fatalf("make a token: %d %s", r.Status, r.Body)
	}
	const inbox = "/taxii2/city/collections/5d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a92/objects/"
	object := `{"objects":[{"type":"identity","spec_version":"2.1","id":"identity--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a11","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z","name":"我方报送对象"}]}`
	r = a.Send(t, "POST", inbox, "", object, "Authorization", "Bearer "+token.Secret, "Content-Type", "application/taxii+json;version=2.1", "Accept", "application/taxii+json;version=2.1")
	if r.Status != http.StatusAccepted {
		t.Fatalf("hand an object in: %d %s", r.Status, r.Body)
	}
	var received struct{ Items []created }
	a.Get(t, door+"/exchange/inbox", "officer").Decode(t, &received)
	a.fixtures = append(a.fixtures,
		fixture{"/taxii2/{path...}", "/taxii2/", true},
		fixture{door + "/exchange/inbox/{id}", door + "/exchange/inbox/" + received.Items[0].ID, false},
		fixture{door + "/situation/enterprises/{id}", door + "/situation/enterprises/" + a.Ours.ID, false},
	)
	a.private = append(a.private, "我方报送对象")
}

// calendarFixture is a calendar of working days that somebody of the city brought.
func (a *access) calendarFixture(t *testing.T) {
	t.Helper()
	year := time.Now().Year() + 1
	body := fmt.Sprintf(`{"from":"%[1]d-01-01","until":"%[1]d-12-31","source":"测试安排","off":["%[1]d-01-01","%[1]d-05-01","%[1]d-10-01","%[1]d-10-02","%[1]d-10-03"],"work":[]}`, year)
	r := a.Send(t, "POST", "/api/security/calendar", "officer", body)
	var x struct{ Entries []struct{ ID string } }
	if r.Decode(t, &x); len(x.Entries) == 0 {
		t.Fatalf("bring a calendar: %d %s", r.Status, r.Body)
	}
	a.fixtures = append(a.fixtures, fixture{"/api/security/calendar/{id}", "/api/security/calendar/" + x.Entries[0].ID, false})
}

// timeLimitFixture is a time limit that somebody of the city proposed.
func (a *access) timeLimitFixture(t *testing.T) {
	t.Helper()
	today := time.Now().UTC().Add(8 * time.Hour).Format(time.DateOnly)
	r := a.Send(t, "POST", "/api/security/time-limits", "officer", fmt.Sprintf(`{"obligation":"incident.review","level":0,"working_days":8,"from":%q,"reason":"测试"}`, today))
	var x struct{ Waiting []struct{ ID string } }
	if r.Decode(t, &x); len(x.Waiting) == 0 {
		t.Fatalf("propose a time limit: %d %s", r.Status, r.Body)
	}
	a.fixtures = append(a.fixtures, fixture{"/api/security/time-limits/{id}", "/api/security/time-limits/" + x.Waiting[0].ID, false})
}
