package main

import "testing"

// situationFixtures are how ours stands, and an object that ours handed in, which the bureau reads.
func (a *access) situationFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/security"
	a.fixtures = append(a.fixtures,
		fixture{"/taxii2/{path...}", "/taxii2/", true},
		fixture{door + "/exchange/inbox/{id}", door + "/exchange/inbox/1", false},
		fixture{door + "/situation/enterprises/{id}", door + "/situation/enterprises/" + a.Ours.ID, false},
	)
}
