package sensing_test

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/sigma"
)

const (
	eventsJudged   = 4000 // of all of the folder, evenly: the other engine takes half a minute for them
	enginesFaster  = 100
	leastProcessor = 2 * time.Second // of ours in a round
)

// hit is a rule that found an event.
type hit struct {
	rule  string
	event int
}

// BenchmarkSigma judges the same events by the same public rules with lib/sigma and go-sigma-rule-engine,
// and writes the page sigma.md. The folder LINGHANG_SIGMA_RULES is github.com/SigmaHQ/sigma, of which the rules
// about Windows are used; LINGHANG_SIGMA_EVENTS has archives of events in lines of JSON, such as the hosts' of
// datasets/atomic/windows of github.com/OTRF/Security-Datasets.
func BenchmarkSigma(b *testing.B) {
	rules, folder := filepath.Join(given(b, "LINGHANG_SIGMA_RULES"), "rules", "windows"), given(b, "LINGHANG_SIGMA_EVENTS")
	program := kerneltest.Program(b, "sigma-engine")
	texts, total := windowsEvents(b, folder)
	file := filepath.Join(b.TempDir(), "events.jsonl")
	writeLines(b, file, texts)
	set, read, refused := compiled(b, rules)
	events := make([]*sigma.Event, len(texts))
	octets := 0
	for i, text := range texts {
		octets += len(text)
		var raw map[string]any
		if err := json.Unmarshal(text, &raw); err != nil {
			b.Fatal(err)
		}
		fields, err := sigma.Flatten(raw)
		if err != nil {
			b.Fatal(err)
		}
		events[i] = &sigma.Event{Source: sigma.LogSource{Product: "windows"}, Fields: fields}
	}

	var ours, theirs, ratio []float64
	var our, their map[hit]bool
	var peer engineSaid
	for b.Loop() {
		for range kerneltest.Rounds(b) {
			var perSecond float64
			perSecond, our = judge(b, set, events)
			peer = engineSaid{}
			if err := json.Unmarshal(run(b, exec.Command(program, rules, file)).output, &peer); err != nil {
				b.Fatal(err)
			}
			their = peer.hits()
			they := float64(peer.Events) / peer.Processor
			ours, theirs, ratio = append(ours, perSecond), append(theirs, they), append(ratio, perSecond/they)
			b.Logf("ours %.0f, theirs %.0f events per second of processor time", perSecond, they)
		}
	}
	both := 0
	for h := range our {
		if their[h] {
			both++
		}
	}
	faster := kerneltest.SpreadOf(ratio)
	kerneltest.Report(b, "sigma", "Sigma rules beside go-sigma-rule-engine", "make bench-sensing RULES=folder EVENTS=folder",
		fmt.Sprintf("%d events, evenly from the %d that the archives have, %d octets of JSON on average, decoded before; the public rules about Windows. go-sigma-rule-engine 0.3.0 is given fields side by side, as the events have them; it knows no log sources, so each of its rules is asked of each event.", len(texts), total, octets/len(texts)),
		"`lib/sigma` finds channel and number of an event for a rule's log source, and asks the rules whose literals are there. One thread each; processor time of judging.", "",
		fmt.Sprintf("Medians with the least and the most of %d rounds.", faster.N), "",
		"| What | lib/sigma | go-sigma-rule-engine | Ratio | Bar |", "|---|---|---|---|---|",
		fmt.Sprintf("| rules taken (refused) | %d (%d) | %d (%d) | | |", read, refused, peer.Rules, peer.Refused),
		fmt.Sprintf("| events per second of processor time | %s | %s | %s | ≥ %d: %s |", kerneltest.SpreadOf(ours), kerneltest.SpreadOf(theirs), faster, enginesFaster, kerneltest.Verdict(faster.Median >= enginesFaster)),
		fmt.Sprintf("| pairs of rule and event found | %d | %d | | |", len(our), len(their)), "",
		fmt.Sprintf("Both find %d of the pairs. What only the other finds is mostly a rule asked of events that its log source leaves out; which of two is right is decided by the published regression cases: `SIGMAHQ=folder go test -run SigmaHQ ./lib/sigma`.", both),
	)
}

// engineSaid is what the other engine writes.
type engineSaid struct {
	Rules     int              `json:"rules"`
	Refused   int              `json:"refused"`
	Events    int              `json:"events"`
	Processor float64          `json:"processor_seconds"`
	Hits      map[string][]int `json:"hits"`
}

func (s engineSaid) hits() map[hit]bool {
	all := map[hit]bool{}
	for rule, events := range s.Hits {
		for _, e := range events {
			all[hit{rule, e}] = true
		}
	}
	return all
}

// judge asks the rules of all events, over and over, and says how many a second of processor time took, and what was found.
func judge(b *testing.B, set *sigma.Set, events []*sigma.Event) (perSecond float64, found map[hit]bool) {
	b.Helper()
	matcher := set.Matcher()
	found = map[hit]bool{}
	for i, e := range events {
		hits, err := matcher.Match(e)
		if err != nil {
			b.Fatal(err)
		}
		for _, h := range hits {
			found[hit{h.Rule.ID, i}] = true
		}
	}
	before, judged := own(b), 0
	for own(b)-before < leastProcessor {
		for _, e := range events {
			if _, err := matcher.Match(e); err != nil {
				b.Fatal(err)
			}
		}
		judged += len(events)
	}
	return float64(judged) / (own(b) - before).Seconds(), found
}

// compiled reads and compiles the rules below a folder.
func compiled(b *testing.B, folder string) (set *sigma.Set, taken, refused int) {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(house, "lib", "sigma", "testdata", "windows.yml"))
	if err != nil {
		b.Fatal(err)
	}
	pipeline, err := sigma.ParsePipeline("windows.yml", text)
	if err != nil {
		b.Fatal(err)
	}
	var all sigma.File
	for _, path := range filesOf(b, folder, ".yml") {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		one, err := sigma.Parse(filepath.Base(path), text)
		if bad := (*sigma.ParseError)(nil); errors.As(err, &bad) {
			refused += len(bad.Faults)
		}
		all.Rules = append(all.Rules, one.Rules...)
	}
	set, faults := sigma.Compile(sigma.Options{Pipelines: []*sigma.Pipeline{pipeline}}, all)
	return set, len(all.Rules) - len(faults), refused + len(faults)
}

// windowsEvents are so many lines of the archives of a folder, evenly, and how many there are.
func windowsEvents(b *testing.B, folder string) (some [][]byte, total int) {
	b.Helper()
	each := func(see func(line []byte)) {
		for _, path := range filesOf(b, folder, ".zip") {
			archive, err := zip.OpenReader(path)
			if err != nil {
				b.Fatalf("%s: %v", path, err)
			}
			for _, f := range archive.File {
				if filepath.Ext(f.Name) == ".json" {
					lines(b, f, see)
				}
			}
			_ = archive.Close()
		}
	}
	each(func([]byte) { total++ })
	n := 0
	each(func(line []byte) {
		if n*eventsJudged/total != (n+1)*eventsJudged/total {
			some = append(some, append([]byte(nil), line...))
		}
		n++
	})
	return some, total
}

func lines(b *testing.B, f *zip.File, see func(line []byte)) {
	b.Helper()
	r, err := f.Open()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		if json.Valid(scanner.Bytes()) {
			see(scanner.Bytes())
		}
	}
	if err := scanner.Err(); err != nil {
		b.Fatalf("%s: %v", f.Name, err)
	}
}

func writeLines(b *testing.B, path string, texts [][]byte) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	w := bufio.NewWriter(f)
	for _, text := range texts {
		_, _ = w.Write(text)
		_ = w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}
