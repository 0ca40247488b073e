package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

const (
	crashRounds = 12
	senders     = 4
)

// line is the way to replicas that keep dying: their addresses change each time.
type line struct {
	urls atomic.Pointer[[]string]
	turn atomic.Uint64
}

func (l *line) to(urls ...string) { l.urls.Store(&urls) }

// next returns the replicas' addresses in turn.
func (l *line) next() string {
	urls := *l.urls.Load()
	return urls[l.turn.Add(1)%uint64(len(urls))]
}

// send posts a request until it is answered with success. It reports what
// was acknowledged; an answer that says the request itself is wrong ends it, and so
// does one that takes a server that is away for a fault of the program (500).
func (l *line) send(ctx context.Context, path, body string, header map[string]string) error {
	for ctx.Err() == nil {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.next()+path, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		for name, value := range header {
			r.Header.Set(name, value)
		}
		resp, err := http.DefaultClient.Do(r)
		if err == nil {
			text, read := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			switch {
			case read == nil && resp.StatusCode < 300:
				return nil
			case read == nil && resp.StatusCode <= 500 && resp.StatusCode != http.StatusTooManyRequests:
				return fmt.Errorf("POST %s: %d %s", path, resp.StatusCode, text)
			}
		}
		select { // a sender waits before it repeats
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// The process is killed again and again while platforms report and are
// registered. Whatever was acknowledged is there afterwards, once.
func TestNothingAcknowledgedIsLostAndNothingIsAppliedTwice(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	h := startHouse(t, t.TempDir())
	h.setUp()
	var keys []issued
	for i := range senders {
		keys = append(keys, h.platform(fmt.Sprintf("sender-%d", i)))
	}
	way := &line{}
	way.to(h.url)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()

	var work sync.WaitGroup
	var acknowledged atomic.Int64
	reported := make([]int64, senders) // newest acknowledged seq of each
	for i := range senders {
		work.Go(func() { reported[i] = report(ctx, t, way, keys[i], &acknowledged) })
	}
	registered := 0
	work.Go(func() { registered = register(ctx, t, way, h.cookie) })
	said := 0
	work.Go(func() { said = discuss(ctx, t, way, h.cookie, keys[0].Platform) })

	for range crashRounds {
		target := acknowledged.Load() + 60
		kerneltest.Wait(t, "sixty more reports to be acknowledged", func() bool { return acknowledged.Load() >= target })
		h.kill()
		h.start()
		way.to(h.url)
	}
	stop()
	work.Wait()

	for i, k := range keys {
		h.checkLedger(k, reported[i])
	}
	h.checkComments(keys[0].Platform, said)
	h.checkAudit(registered, senders)
	t.Logf("%d kills: %d reports, %d registrations and %d comments acknowledged, all found once", crashRounds, acknowledged.Load(), registered, said)
}

// report sends reports 1, 2, 3, … each with its seq as its value, until ctx ends.
func report(ctx context.Context, t testing.TB, way *line, k issued, acknowledged *atomic.Int64) (newest int64) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	r.SetBasicAuth(k.ID, k.Secret)
	header := map[string]string{"Authorization": r.Header.Get("Authorization")}
	day := time.Now().UTC().Format(time.RFC3339)
	for seq := int64(1); ; seq++ {
		body := fmt.Sprintf(`{"schema":1,"seq":%d,"period":%q,"items":[{"code":"heartbeat","value":1},{"code":"dev_online","value":%d}]}`, seq, day, seq)
		if err := way.send(ctx, "/api/platforms/ingest/v1/reports", body, header); err != nil {
			if ctx.Err() == nil {
				t.Errorf("report %d: %v", seq, err)
			}
			return newest
		}
		newest = seq
		acknowledged.Add(1)
	}
}

// register registers platforms under an Idempotency-Key each, until ctx ends.
func register(ctx context.Context, t testing.TB, way *line, cookie string) (done int) {
	header := map[string]string{"Cookie": cookie, "X-Linghang-CSRF": "1"}
	for i := 0; ; i++ {
		header["Idempotency-Key"] = fmt.Sprintf("register-%d", i)
		body := fmt.Sprintf(`{"name":{"zh":"平台%d","en":"Platform %d"},"code":"crash-%d","class":"industry","district":"370202"}`, i, i, i)
		err := way.send(ctx, "/api/platforms", body, header)
		switch {
		case err == nil || strings.Contains(err.Error(), "kernel.idempotency.done"):
			done++
		case ctx.Err() != nil:
			return done
		default:
			t.Errorf("register %d: %v", i, err)
			return done
		}
	}
}

// mostComments is less than one person may say within a day.
const mostComments = 250

// discuss comments on a platform under an Idempotency-Key each, until ctx ends.
func discuss(ctx context.Context, t testing.TB, way *line, cookie, platform string) (said int) {
	header := map[string]string{"Cookie": cookie, "X-Linghang-CSRF": "1"}
	for said < mostComments {
		header["Idempotency-Key"] = fmt.Sprintf("say-%d", said)
		err := way.send(ctx, "/api/remark/objects/platforms.platform/"+platform+"/comments", fmt.Sprintf(`{"body":"comment %d"}`, said), header)
		switch {
		case err == nil || strings.Contains(err.Error(), "kernel.idempotency.done"):
			said++
		case ctx.Err() != nil:
			return said
		default:
			t.Errorf("comment %d: %v", said, err)
			return said
		}
	}
	return said
}

// checkComments finds every acknowledged comment once, in order.
func (h *house) checkComments(platform string, said int) {
	h.t.Helper()
	var page struct {
		Items []struct {
			Body string `json:"body"`
		} `json:"items"`
	}
	h.call("GET", "/api/remark/objects/platforms.platform/"+platform+"/comments?limit=500", "", &page)
	if extra := len(page.Items) - said; said == 0 || extra < 0 || extra > 1 {
		h.t.Fatalf("there are %d comments, %d were acknowledged", len(page.Items), said)
	}
	for i, c := range page.Items {
		if c.Body != fmt.Sprintf("comment %d", i) {
			h.t.Errorf("comment %d says %q", i, c.Body)
		}
	}
}

// submitted is a report as the ledger lists it.
type submitted struct {
	Seq      int64  `json:"seq"`
	Accepted int    `json:"accepted"`
	Status   string `json:"status"`
	Channel  string `json:"channel"`
}

// submissions reads the whole ledger of a platform.
func (h *house) submissions(k issued) (list []submitted) {
	h.t.Helper()
	for cursor := ""; ; {
		var page struct {
			Items []submitted `json:"items"`
			Next  string      `json:"next_cursor"`
		}
		h.call("GET", "/api/platforms/"+k.Platform+"/submissions?limit=500&sort=seq&cursor="+cursor, "", &page)
		list = append(list, page.Items...)
		if cursor = page.Next; cursor == "" {
			return list
		}
	}
}

// checkLedger reads the whole ledger of a platform: every acknowledged seq is
// there once. The one that was under way at the end may be there too.
func (h *house) checkLedger(k issued, newest int64) {
	h.t.Helper()
	seen := map[int64]int{}
	for _, s := range h.submissions(k) {
		if s.Status == "refused" {
			continue // it was told so
		}
		seen[s.Seq]++
		if s.Accepted != 2 {
			h.t.Errorf("report %d kept %d values of 2", s.Seq, s.Accepted)
		}
	}
	for seq := int64(1); seq <= newest; seq++ {
		if seen[seq] != 1 {
			h.t.Errorf("report %d of %s was acknowledged and is in the ledger %d times", seq, k.Platform, seen[seq])
		}
	}
	if extra := int64(len(seen)) - newest; extra < 0 || extra > 1 {
		h.t.Errorf("the ledger has %d reports, %d were acknowledged", len(seen), newest)
	}
	var indicators struct {
		Items []struct {
			Code  string  `json:"code"`
			Value float64 `json:"value"`
		} `json:"items"`
	}
	h.call("GET", "/api/platforms/"+k.Platform+"/indicators", "", &indicators)
	for _, x := range indicators.Items {
		if x.Code == "dev_online" && x.Value != float64(newest) && x.Value != float64(newest+1) {
			h.t.Errorf("dev_online is %v, the newest acknowledged report said %d", x.Value, newest)
		}
	}
}

// checkAudit waits until the outbox has been delivered, then counts: one
// platform and one audit entry for each registration, and a sound chain. others
// counts the platforms that were registered beside.
func (h *house) checkAudit(registered, others int) {
	h.t.Helper()
	var platforms struct {
		Total int `json:"total"`
	}
	h.call("GET", "/api/platforms?q=crash-&limit=1", "", &platforms)
	if extra := platforms.Total - registered; extra < 0 || extra > 1 {
		h.t.Errorf("%d platforms are registered, %d were acknowledged", platforms.Total, registered)
	}
	entries := 0
	kerneltest.Wait(h.t, "the audit log to have every registration", func() bool {
		entries = h.registrations()
		return entries >= platforms.Total+others
	})
	if entries != platforms.Total+others {
		h.t.Errorf("the audit log has %d registrations, the registry %d", entries, platforms.Total+others)
	}
	if err := h.stop(); err != nil {
		h.t.Errorf("stop: %v\n%s", err, h.log)
	}
	h.verified()
}

// registrations counts the registrations of platforms in the audit log.
func (h *house) registrations() (n int) {
	h.t.Helper()
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				Action  string `json:"action"`
				Outcome string `json:"outcome"`
			} `json:"items"`
			Next string `json:"next_cursor"`
		}
		h.call("GET", "/api/system/audit?limit=500&cursor="+cursor, "", &page)
		for _, e := range page.Items {
			if e.Action == "POST /api/platforms" && e.Outcome == "done" {
				n++
			}
		}
		if cursor = page.Next; cursor == "" {
			return n
		}
	}
}
