package httpd_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func TestABucketIsEmptyAfterItsWindowAndFillsAgain(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	b := httpd.NewBuckets(2)
	for i := range 20 {
		if wait := b.Take("a", now); wait != 0 {
			t.Fatalf("request %d waits %s", i, wait)
		}
	}
	if wait := b.Take("a", now); wait != 500*time.Millisecond {
		t.Errorf("the next waits %s", wait)
	}
	if wait := b.Take("b", now); wait != 0 {
		t.Errorf("another waits %s", wait)
	}
	if wait := b.Take("a", now.Add(500*time.Millisecond)); wait != 0 {
		t.Errorf("after the wait: %s", wait)
	}
	if wait := httpd.NewBuckets(0).Take("a", now); wait != 0 {
		t.Errorf("without a bound: %s", wait)
	}
}

func TestTheMemoryOfLimitsIsBoundedAndKeepsWhoIsLimited(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	b := httpd.NewBuckets(1)
	for range 11 {
		b.Take("greedy", now)
	}
	for i := range 60_000 {
		b.Take(strconv.Itoa(i), now)
	}
	if n := b.Len(); n > 20_000 {
		t.Errorf("%d buckets are kept", n)
	}
	if b.Take("greedy", now) == 0 {
		t.Error("who was limited is forgotten")
	}
}

func TestWhoAsksTooMuchIsToldWhenToComeBackAndOthersAreAnswered(t *testing.T) {
	c := kerneltest.Start(t, func(*kernel.Kernel) []module.Module { return nil }, kerneltest.Options{Limits: httpd.Limits{Address: 3, Account: 2}})
	ask := func(ip, who string) kerneltest.Reply {
		r := httptest.NewRequest("GET", "/api/system/state", nil)
		if who != "" {
			r = httptest.NewRequest("GET", "/api/system/session", nil)
			r.Header.Set("Cookie", c.Cookie(t, who))
		}
		r.RemoteAddr = ip + ":4711"
		return c.Do(r)
	}
	limited := func(ip func(i int) string, who string) (n int) {
		for i := range 60 {
			r := ask(ip(i), who)
			if r.Status != http.StatusTooManyRequests {
				continue
			}
			if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || seconds < 1 {
				t.Fatalf("Retry-After: %q", r.Header.Get("Retry-After"))
			}
			n++
		}
		return n
	}
	if n := limited(func(int) string { return "203.0.113.7" }, ""); n == 0 {
		t.Error("one address is not bounded")
	}
	if r := ask("203.0.113.8", ""); r.Status != http.StatusOK {
		t.Errorf("another address: %d", r.Status)
	}
	if n := limited(func(i int) string { return fmt.Sprintf("2001:db8:0:1::%x", i+1) }, ""); n == 0 {
		t.Error("one IPv6 network is not bounded")
	}
	if n := limited(func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, "administrator"); n == 0 {
		t.Error("one person from many addresses is not bounded")
	}
	if n := limited(func(int) string { return "127.0.0.1" }, ""); n != 0 {
		t.Error("the machine itself is bounded")
	}
}
