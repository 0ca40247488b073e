// Command sigma-engine judges events with go-sigma-rule-engine, for `make bench-sensing`:
// sigma-engine RULES events.jsonl reads the rules below a folder, judges one event after
// the other, and writes {"rules":…,"refused":…,"events":…,"processor_seconds":…,"hits":{"rule":[event,…]}}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"syscall"

	"github.com/markuskont/go-sigma-rule-engine"
)

// event is one whose fields stand side by side.
type event map[string]any

func (event) Keywords() ([]string, bool) { return nil, false }

func (e event) Select(name string) (any, bool) {
	v, ok := e[name]
	return v, ok
}

type answer struct {
	Rules            int              `json:"rules"`
	Refused          int              `json:"refused"`
	Events           int              `json:"events"`
	ProcessorSeconds float64          `json:"processor_seconds"`
	Hits             map[string][]int `json:"hits"`
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "sigma-engine:", err)
		os.Exit(1)
	}
}

func run(rules, file string) error {
	set, err := sigma.NewRuleset(sigma.Config{Directory: []string{rules}})
	if err != nil {
		return err
	}
	events, err := read(file)
	if err != nil {
		return err
	}
	a := answer{Rules: set.Ok, Refused: set.Failed + set.Unsupported, Events: len(events), Hits: map[string][]int{}}
	before := processor()
	for i, e := range events {
		found, _ := set.EvalAll(e)
		for _, r := range found {
			a.Hits[r.ID] = append(a.Hits[r.ID], i)
		}
	}
	a.ProcessorSeconds = processor() - before
	return json.NewEncoder(os.Stdout).Encode(a)
}

func read(file string) (list []event, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, lines.Err()
}

// processor is the time of all processors that this process used, in seconds.
func processor() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
