package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// erased is somebody who asks to be erased.
type erased struct {
	id, login, name, email, request string
}

// words are by what a person would be found.
func (e erased) words() []string { return []string{e.name, e.email, e.login} }

// somebody makes a person who says something, saves a view and asks to be erased.
func (h *house) somebody(i int, organisation, platform string) erased {
	h.t.Helper()
	e := erased{login: fmt.Sprintf("gone-%02d-unique", i), name: fmt.Sprintf("待擦除者第%02d号", i), email: fmt.Sprintf("gone-%02d@erased.test", i)}
	var p struct {
		ID string `json:"id"`
	}
	h.call("POST", "/api/system/persons", fmt.Sprintf(`{"login":%q,"name":%q,"email":%q,"password":%q,"memberships":[{"organisation_id":%q,"role":"officer"}]}`,
		e.login, e.name, e.email, housePassword, organisation), &p)
	e.id = p.ID
	self := *h
	self.cookie = h.session(e.login)
	self.call("PUT", "/api/system/me", fmt.Sprintf(`{"name":%q,"language":"en","email":%q}`, e.name, e.email), nil)
	self.call("POST", "/api/remark/objects/platforms.platform/"+platform+"/comments", `{"body":"said by somebody"}`, nil)
	self.call("POST", "/api/view/views", `{"list":"/api/platforms","name":"mine","query":"q=a"}`, nil)
	var a struct {
		ID string `json:"id"`
	}
	self.call("POST", "/api/system/me/requests", `{"kind":"erasure","detail":"leaves"}`, &a)
	e.request = a.ID
	return e
}

// session signs somebody in and returns the cookie of the session.
func (h *house) session(login string) string {
	h.t.Helper()
	r, err := http.Post(h.url+"/api/system/sign-in", "application/json", strings.NewReader(fmt.Sprintf(`{"login":%q,"password":%q}`, login, housePassword)))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	for _, c := range r.Cookies() {
		if c.Name == "linghang_session" {
			return c.Name + "=" + c.Value
		}
	}
	h.t.Fatalf("%s cannot sign in: %d", login, r.StatusCode)
	return ""
}

// grant lets all of them be erased.
func (h *house) grant(people []erased) {
	h.t.Helper()
	for _, e := range people {
		r := h.request("POST", "/api/system/personal-requests/"+e.request+"/decision", `{"decision":"approve","reason":"asked for"}`)
		r.Header.Set("If-Match", `"1"`)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			h.t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			h.t.Fatalf("grant: %d", resp.StatusCode)
		}
	}
}

// undone returns how many requests are not done, and checks what is visible of
// the others: nothing.
func (h *house) undone(people []erased) (n int) {
	h.t.Helper()
	var page struct {
		Items []struct {
			ID    string `json:"id"`
			State string `json:"state"`
		} `json:"items"`
	}
	h.call("GET", "/api/system/personal-requests?kind=erasure&limit=500", "", &page)
	persons := h.text("/api/system/persons?limit=500")
	done := map[string]bool{}
	for _, r := range page.Items {
		done[r.ID] = r.State == "done"
	}
	for _, e := range people {
		if !done[e.request] {
			n++
			continue
		}
		for _, w := range append(e.words(), e.id) {
			if strings.Contains(persons, w) {
				h.t.Errorf("the request of %s is done and %s is listed", e.login, w)
			}
		}
	}
	return n
}

// The process is killed again and again while persons are erased. Every erasure
// ends, nothing of the persons is left in any file, the audit chain holds, and a
// backup that is made afterwards holds nothing of them either.
func TestErasureIsCompletedWhateverKillsTheProcess(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	place := t.TempDir()
	h := &house{t: t, data: filepath.Join(place, "data"), args: []string{"--limit-account", "0", "--limit-tenant", "0"}}
	h.open()
	h.setUp()
	k := h.platform("talked-about")
	var session struct {
		Organisation struct {
			ID string `json:"id"`
		} `json:"organisation"`
	}
	h.call("GET", "/api/system/session", "", &session)
	var people []erased
	for i := range 10 {
		people = append(people, h.somebody(i, session.Organisation.ID, k.Platform))
	}
	h.grant(people)
	kills, deadline := 0, time.Now().Add(5*time.Minute)
	for left := h.undone(people); left > 0; left = h.undone(people) {
		if kills < 8 {
			for range rand.IntN(12) { // somewhere in the middle of it
				h.undone(people)
			}
			h.kill()
			h.start()
			kills++
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d persons are not erased after five minutes", left)
		}
	}
	t.Logf("%d kills", kills)
	if log := h.text("/api/system/audit?actor=person:" + people[0].id); !strings.Contains(log, `"erased":true`) {
		t.Error("the log does not say that somebody was erased")
	}
	if places := kerneltest.Traces(t, h.data, wordsOf(people)...); len(places) > 0 {
		t.Errorf("all are erased, and there is something in %v", places)
	}
	v := vault{h: h, store: filepath.Join(place, "archive"), lock: []string{"--passphrase-file", secretFile(t, "passphrase", housePassword)}}
	v.key = v.lock
	if out, err := h.run(append([]string{"backup", v.store}, v.lock...)...); err != nil {
		t.Fatalf("backup: %v: %s", err, out)
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.verified()
	h.moveTo(filepath.Join(place, "restored"))
	v.restored()
	if places := kerneltest.Traces(t, h.data, wordsOf(people)...); len(places) > 0 {
		t.Errorf("the backup brought back %v", places)
	}
	h.undone(people)
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.verified()
}

// verified proves the audit chain with the program itself.
func (h *house) verified() {
	h.t.Helper()
	out, err := h.run("audit", "verify", "--output", "json")
	var v struct {
		OK bool `json:"ok"`
	}
	if err != nil || json.Unmarshal([]byte(out), &v) != nil || !v.OK {
		h.t.Errorf("audit verify: %v: %s", err, out)
	}
}

// wordsOf are the words that nobody else is told by.
func wordsOf(people []erased) (words []string) {
	for _, e := range people {
		words = append(words, e.words()...)
	}
	return words
}
