package service

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Bounds of a sample.
const (
	mostSample = 1000
	mostSeed   = 64
)

// Sample is a part of what counts that auditors look at.
type Sample struct {
	ID         string    `json:"id"`
	First      string    `json:"first_quarter" title:"自|From"`
	Last       string    `json:"last_quarter" title:"至|Until"`
	Seed       string    `json:"seed" title:"随机种子|Seed"`
	Population int       `json:"population" doc:"How many counted when it was drawn" title:"总体|Population"`
	Digest     string    `json:"digest" doc:"SHA-256 of the IDs of the population, in order, each with a line feed"`
	Size       int       `json:"size" title:"样本|Sample"`
	Judged     int       `json:"judged" title:"已核查|Judged"`
	Rejected   int       `json:"rejected" title:"不属实|Not upheld"`
	DrawnAt    time.Time `json:"drawn_at" title:"抽取时间|Drawn"`
	DrawnName  string    `json:"drawn_name" title:"抽取人|Drawn by"`
	Rate       *Rate     `json:"rate,omitempty" doc:"Missing while nothing is judged"`

	firstQuarter, lastQuarter int
	drawnBy                   string
}

// Rate is a share with Wilson's interval of 95 %.
type Rate struct {
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Of    int     `json:"of" doc:"How many it rests on"`
}

// wilson is the share of hits among n, with its interval of 95 %; nil of none.
func wilson(hits, n int) *Rate {
	if n <= 0 {
		return nil
	}
	const z = 1.959963984540054
	p, m := float64(hits)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return &Rate{p, max(0, middle-half), min(1, middle+half), n}
}

// draw returns size of the IDs: those with the smallest SHA-256 of seed, a line feed and
// the ID. Anybody who has the list and the seed draws the same.
func draw(ids []string, seed string, size int) []string {
	type ticket struct{ hash, id string }
	tickets := make([]ticket, len(ids))
	for i, id := range ids {
		sum := sha256.Sum256([]byte(seed + "\n" + id))
		tickets[i] = ticket{string(sum[:]), id}
	}
	slices.SortFunc(tickets, func(a, b ticket) int { return strings.Compare(a.hash+a.id, b.hash+b.id) })
	drawn := make([]string, 0, min(size, len(ids)))
	for _, t := range tickets[:min(size, len(ids))] {
		drawn = append(drawn, t.id)
	}
	return drawn
}

// digestOf is what a population is known by.
func digestOf(ids []string) string {
	h := sha256.New()
	for _, id := range ids {
		h.Write([]byte(id + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkSample refuses what cannot be drawn.
func checkSample(size int, seed string) error {
	f := fault.New(fault.Invalid, "enterprise.service.sample", "this sample cannot be drawn")
	if size < 1 || size > mostSample {
		_ = f.At("body.size", "1 to 1000 services")
	}
	if len(seed) > mostSeed || strings.ContainsAny(seed, "\r\n") {
		_ = f.At("body.seed", "64 characters at most, in one line")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// Sampled is a service of a sample with what the auditors found.
type Sampled struct {
	Service    Service    `json:"service"`
	Number     int        `json:"number" doc:"In the order of drawing"`
	Verdict    string     `json:"verdict" enum:",upheld,rejected"`
	Note       string     `json:"note"`
	EvidenceID string     `json:"evidence_id" doc:"File of the auditors; empty: none"`
	At         *time.Time `json:"at,omitempty"`
	Name       string     `json:"name" doc:"Of the auditor"`
	Version    int64      `json:"version"`
}

// judged is a verdict that was checked.
func judged(s Service, verdict, note string, by hand) error {
	if s.recordedBy == by.actor {
		return fault.New(fault.Forbidden, "enterprise.service.own_audit", "who recorded a service does not audit it")
	}
	if verdict == Rejected && strings.TrimSpace(note) == "" {
		return fault.New(fault.Invalid, "enterprise.service.reason", "say why").At("body.note", "say what was found")
	}
	return nil
}
