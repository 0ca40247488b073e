package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"linghang/kernel/kerneltest"
)

// hooks counts what a webhook's receiver got, by id.
type hooks struct {
	mu  sync.Mutex
	ids map[string]int
}

func (h *hooks) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids[r.Header.Get("webhook-id")]++
}

func (h *hooks) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.ids)
}

// The process is killed while notices leave by mail and webhook. Each arrives,
// a repeat under the id of the first, and each inbox shows it once.
func TestNoNoticeIsLostWhenTheProcessIsKilled(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	mail := kerneltest.StartMail(t, "starttls")
	hook := &hooks{ids: map[string]int{}}
	receiver := httptest.NewServer(hook)
	defer receiver.Close()
	config := filepath.Join(t.TempDir(), "linghang.yaml")
	text := fmt.Sprintf(`notify: {"mail": %s, "allow": ["127.0.0.0/8"], "timeout": "1s", "retry-after": "100ms"}`, mail.Settings("starttls"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, data: t.TempDir(), args: []string{"--config", config}}
	h.open()
	h.setUp()
	h.call("PUT", "/api/system/me", `{"name":"管理员","email":"admin@city.test","language":"zh"}`, nil)
	h.call("POST", "/api/notify/channels", fmt.Sprintf(`{"type":"webhook","name":"x","url":%q,"language":"zh","kinds":[],"enabled":true}`, receiver.URL), nil)

	const rounds, each = 4, 6
	for round := range rounds {
		for i := range each {
			h.call("POST", "/api/notify/announcements", fmt.Sprintf(`{"title":{"zh":"通知 %d-%d","en":""},"text":{"zh":"","en":""}}`, round, i), nil)
		}
		h.kill()
		h.start()
	}
	subjects := func() []string {
		var list []string
		for _, l := range mail.Letters("") {
			list = append(list, l.Subject)
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	kerneltest.Wait(t, "every letter", func() bool { return len(subjects()) == rounds*each })
	kerneltest.Wait(t, "every call of the webhook", func() bool { return hook.count() == rounds*each })
	ids := map[string]string{}
	repeats := 0
	for _, l := range mail.Letters("") {
		if before, ok := ids[l.Subject]; ok {
			repeats++
			if before != l.ID {
				t.Errorf("%s came as %s and as %s", l.Subject, before, l.ID)
			}
		}
		ids[l.Subject] = l.ID
	}
	var inbox struct {
		Items []struct {
			Title struct {
				ZH string `json:"zh"`
			} `json:"title"`
		} `json:"items"`
		Total int `json:"total"`
	}
	h.call("GET", "/api/notify/inbox?limit=100", "", &inbox)
	if inbox.Total != rounds*each || !strings.HasPrefix(inbox.Items[0].Title.ZH, "通知") {
		t.Errorf("the inbox shows %d notices of %d", inbox.Total, rounds*each)
	}
	t.Logf("%d kills, %d notices: all arrived by mail and webhook, %d letters repeated under the same id", rounds, rounds*each, repeats)
}
