package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"linghang/lib/schedule"
)

// A line goes on with the time, says the best schedule and what none is below, and leaves nothing behind.
func TestProgressOfASearchIsALine(t *testing.T) {
	p := &progress{what: "1 of 2, ta01: ", limit: 10 * time.Second}
	for want, at := range map[string]time.Duration{
		"1 of 2, ta01: [........................] 0.0 of 10 s  no schedule yet":  0,
		"1 of 2, ta01: [############............] 5.0 of 10 s  no schedule yet":  5 * time.Second,
		"1 of 2, ta01: [########################] 10.2 of 10 s  no schedule yet": 10200 * time.Millisecond,
	} {
		if got := p.line(at); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	p.what, p.limit = "", 0
	p.better(schedule.Progress{Makespan: 930, LowerBound: 808})
	if got := p.line(time.Second); got != "1.0 s  makespan 930, at least 808" {
		t.Error(got)
	}
	p.better(schedule.Progress{Makespan: 930, Objective: []int64{3, 930}})
	if got := p.line(time.Second); got != "1.0 s  objective [3 930], makespan 930" {
		t.Error(got)
	}
	var out bytes.Buffer
	begun := beginProgress(&out, "", time.Second)
	begun.end()
	if s := out.String(); !strings.HasPrefix(s, "\r[....") || !strings.HasSuffix(s, "\r\x1b[K") {
		t.Errorf("%q", s)
	}
	if none := showProgress(&out, "", 0); none != nil {
		t.Error("progress is shown to what is no terminal")
	}
}
