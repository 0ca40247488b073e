package main

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
)

// JSON that is a million levels deep is refused at every door that takes JSON,
// before anything is made of it.
func TestDeepJSONIsRefusedAtEveryDoor(t *testing.T) {
	city := kerneltest.Start(t, platform, kerneltest.Options{Rooms: anyPort()})
	city.Cookie(t, "administrator")
	deep := strings.Repeat("[", 1_000_000)
	entries := count(t, city)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	doors := 0
	for _, r := range city.Server().Routes() {
		if r.Method() == http.MethodGet || r.Method() == http.MethodOptions || r.Path == "/api/system/sign-out" {
			continue
		}
		path := strings.NewReplacer("{id}", "none", "{key}", "none", "{receipt}", "none").Replace(r.Path)
		reply := city.Send(t, r.Method(), path, "administrator", deep)
		if reply.Status == http.StatusUnsupportedMediaType {
			continue // a door for forms and files read nothing of it
		}
		var said string // Alertmanager's interface answers with a text
		if json.Unmarshal(reply.Body, &said) == nil && (strings.Contains(said, "nested deeper") || reply.Status == http.StatusNotFound) {
			continue
		}
		var p httpd.Problem
		if err := json.Unmarshal(reply.Body, &p); err != nil {
			t.Errorf("%s %s: %d %.200s", r.Method(), r.Path, reply.Status, reply.Body)
			continue
		}
		switch {
		case p.Key == "kernel.json.depth" && reply.Status == http.StatusBadRequest:
			doors++
		case reply.Status < 400 || reply.Status >= 500:
			t.Errorf("%s %s: %d %s", r.Method(), r.Path, reply.Status, p.Key)
		case r.Method() != http.MethodDelete && reply.Status == http.StatusBadRequest:
			t.Errorf("%s %s was read: %d %s", r.Method(), r.Path, reply.Status, p.Key)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	if doors < 20 {
		t.Errorf("only %d doors refused it for its depth", doors)
	}
	if n := count(t, city); n != entries {
		t.Errorf("%d entries of the audit log became %d: something was changed", entries, n)
	}
	t.Logf("%d doors", doors)
}

// count returns how many changes are recorded as done.
func count(t *testing.T, city *kerneltest.City) int {
	t.Helper()
	var page struct{ Total int }
	city.Get(t, "/api/system/audit?outcome=done", "administrator").Decode(t, &page)
	return page.Total
}
