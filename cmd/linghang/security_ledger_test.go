package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// firm is an enterprise that answers security notices.
type firm struct {
	id, cookie string
}

// answers is what enterprises were told: of which assignments the process acknowledged an acknowledgement.
type answers struct {
	mu   sync.Mutex
	told map[string]bool
}

func (a *answers) keep(assignment string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told[assignment] = true
}

// The process is killed while notices are delivered and enterprises acknowledge them: each notice that was issued is at each addressee
// once, each acknowledgement that was answered stands, with one entry in the course and one in the audit log.
func TestNoSecurityNoticeOrReceiptIsLostWhenTheProcessIsKilled(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	const rounds, each = 4, 24
	h := startHouse(t, t.TempDir())
	h.setUp()
	firms := h.firms(each)
	officers := h.officers("ledger-writer", "ledger-signer")
	ledger := &answers{told: map[string]bool{}}
	var address atomic.Value
	address.Store(h.url)
	done := make(chan struct{})
	var answering sync.WaitGroup
	for _, f := range firms {
		answering.Go(func() { f.answer(&address, ledger, done) })
	}
	var issued []string
	for round := range rounds {
		issued = append(issued, h.notify(officers, firms, round))
		if round%2 == 0 { // while it is delivered, or after some have answered
			kerneltest.Wait(t, "somebody to answer", func() bool { ledger.mu.Lock(); defer ledger.mu.Unlock(); return len(ledger.told) > round*each+each/4 })
		}
		h.kill()
		h.start()
		address.Store(h.url)
	}
	kerneltest.Wait(t, "everybody to have answered", func() bool { ledger.mu.Lock(); defer ledger.mu.Unlock(); return len(ledger.told) == rounds*each })
	close(done)
	answering.Wait()
	h.checkAnswered(issued, each, ledger)
}

// firms makes enterprises, each with somebody who answers.
func (h *house) firms(n int) (list []firm) {
	h.t.Helper()
	for i := range n {
		var o created
		h.call("POST", "/api/system/organisations", fmt.Sprintf(`{"kind":"enterprise","name":{"zh":"收件企业%02d","en":""}}`, i), &o)
		login := fmt.Sprintf("ledger-%02d", i)
		h.call("POST", "/api/system/persons", fmt.Sprintf(`{"login":%q,"name":%q,"password":%q,"memberships":[{"organisation_id":%q,"role":"manager"}]}`, login, login, housePassword, o.ID), nil)
		list = append(list, firm{o.ID, h.session(login)})
	}
	return list
}

// officers makes people of the bureau and returns their sessions.
func (h *house) officers(logins ...string) (cookies []string) {
	h.t.Helper()
	var session struct {
		Organisation created `json:"organisation"`
	}
	h.call("GET", "/api/system/session", "", &session)
	for _, login := range logins {
		h.call("POST", "/api/system/persons", fmt.Sprintf(`{"login":%q,"name":%q,"password":%q,"memberships":[{"organisation_id":%q,"role":"officer"}]}`, login, login, housePassword, session.Organisation.ID), nil)
		cookies = append(cookies, h.session(login))
	}
	return cookies
}

// notify issues a notice to all.
func (h *house) notify(officers []string, firms []firm, round int) string {
	h.t.Helper()
	ids := make([]string, len(firms))
	for i, f := range firms {
		ids[i] = f.id
	}
	named, err := json.Marshal(ids)
	if err != nil {
		h.t.Fatal(err)
	}
	as := func(cookie, path, body string, version int64, out any) {
		h.t.Helper()
		if status, text := ask(h.url, cookie, "POST", path, body, version); status >= 300 || json.Unmarshal(text, out) != nil {
			h.t.Fatalf("POST %s: %d %s", path, status, text)
		}
	}
	var n struct {
		ID      string
		Version int64
	}
	as(officers[0], "/api/security/notices", fmt.Sprintf(`{"kind":"notice","colour":"","title":"通报 %d","body":"正文","ask":"要求","level":3,"category":"attack","tlp":"amber","audience":{"all":false,"districts":[],"organisations":%s}}`, round, named), 0, &n)
	as(officers[0], "/api/security/notices/"+n.ID+"/submission", "{}", n.Version, &n)
	as(officers[1], "/api/security/notices/"+n.ID+"/signature", "{}", n.Version, &n)
	as(officers[0], "/api/security/notices/"+n.ID+"/issue", "{}", n.Version, &n)
	return n.ID
}

// ask makes a request as somebody; 0 is the status of a process that does not answer.
func ask(address, cookie, method, path, body string, version int64) (status int, text []byte) {
	r, err := http.NewRequest(method, address+path, bytes.NewBufferString(body))
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", cookie)
	r.Header.Set("X-Linghang-CSRF", "1")
	if version > 0 {
		r.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	}
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = resp.Body.Close() }()
	if text, err = io.ReadAll(resp.Body); err != nil {
		return 0, nil // it was killed in the midst of its answer
	}
	return resp.StatusCode, text
}

// owed is an assignment that somebody has.
type owed struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Version int64  `json:"version"`
}

// answer acknowledges whatever comes, and keeps what was answered; what is not answered is tried again.
func (f firm) answer(address *atomic.Value, ledger *answers, done <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		at, _ := address.Load().(string)
		var list struct{ Items []owed }
		if status, text := ask(at, f.cookie, "GET", "/api/security/assignments?limit=50", "", 0); status != http.StatusOK || json.Unmarshal(text, &list) != nil {
			continue
		}
		for _, a := range list.Items {
			if a.State != "delivered" {
				ledger.keepIf(a)
				continue
			}
			if status, _ := ask(at, f.cookie, "POST", "/api/security/assignments/"+a.ID+"/acknowledgement", "{}", a.Version); status == http.StatusOK {
				ledger.keep(a.ID)
			}
		}
	}
}

// keepIf keeps an acknowledgement of which the answer was lost with the process, once it is seen to stand.
func (a *answers) keepIf(x owed) {
	if x.State == "acknowledged" {
		a.keep(x.ID)
	}
}

// checkAnswered counts what there is in the end.
func (h *house) checkAnswered(notices []string, each int, ledger *answers) {
	h.t.Helper()
	seen := 0
	for _, n := range notices {
		var list struct {
			Items []owed
			Total int
		}
		h.call("GET", "/api/security/assignments?limit=100&notice="+n, "", &list)
		if list.Total != each {
			h.t.Errorf("notice %s is at %d addressees, not %d", n, list.Total, each)
		}
		for _, a := range list.Items {
			var x struct {
				Course []struct{ Act string }
			}
			h.call("GET", "/api/security/assignments/"+a.ID, "", &x)
			counts := map[string]int{}
			for _, e := range x.Course {
				counts[e.Act]++
			}
			if a.State != "acknowledged" || !ledger.told[a.ID] || counts["delivered"] != 1 || counts["acknowledged"] != 1 {
				h.t.Errorf("assignment %s: %s, answered: %t, delivered %d times, acknowledged %d times", a.ID, a.State, ledger.told[a.ID], counts["delivered"], counts["acknowledged"])
			}
			seen++
		}
	}
	want := map[string]int{"POST /api/security/notices/{id}/issue": len(notices), "POST /api/security/assignments/{id}/acknowledgement": seen}
	kerneltest.Wait(h.t, "the audit log to have every issue and every acknowledgement", func() bool {
		got := h.audited()
		for action, n := range want {
			if got[action] < n {
				return false
			}
		}
		return true
	})
	for action, n := range want {
		if got := h.audited()[action]; got != n {
			h.t.Errorf("the audit log has %q %d times, not %d", action, got, n)
		}
	}
	h.t.Logf("%d notices to %d enterprises each: %d receipts, each once", len(notices), each, seen)
}

// audited counts what was done, by action.
func (h *house) audited() map[string]int {
	h.t.Helper()
	counts := map[string]int{}
	for cursor := ""; ; {
		var page struct {
			Items []struct{ Action, Outcome string }
			Next  string `json:"next_cursor"`
		}
		h.call("GET", "/api/system/audit?limit=500&cursor="+cursor, "", &page)
		for _, e := range page.Items {
			if e.Outcome == "done" {
				counts[e.Action]++
			}
		}
		if cursor = page.Next; cursor == "" {
			return counts
		}
	}
}
