package main

import "testing"

// sensorFixtures are a sensor of ours, of which nobody else is to know.
func (a *access) sensorFixtures(t *testing.T) {
	t.Helper()
	sensor := a.make(t, "/api/security/sensors", "manager-ours", `{"name":"我方探针","machine_id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","consent":"detail"}`)
	for _, what := range []string{"/consent", "/retirement", "/traffic", "/records", "/pairs", "/facts", "/assets", "/looks", ""} {
		a.fixtures = append(a.fixtures, fixture{"/api/security/sensors/{id}" + what, "/api/security/sensors/" + sensor + what, false})
	}
	a.private = append(a.private, sensor, "我方探针")
}
