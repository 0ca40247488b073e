package stn

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/recipe"
)

const (
	benchGap = 1e-4
	bar      = 3.0 // times the processor time of Node
)

// BenchmarkPeer solves three models here and with the same package in Node, in turn, and writes a table. The
// unpacked package is LINGHANG_HIGHS_PACKAGE, LINGHANG_BENCH_ROUNDS how often.
func BenchmarkPeer(b *testing.B) {
	folder := os.Getenv("LINGHANG_HIGHS_PACKAGE")
	if folder == "" {
		b.Skip("LINGHANG_HIGHS_PACKAGE names no folder")
	}
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("LINGHANG_BENCH_ROUNDS"), "5"))
	if err != nil {
		b.Fatal(err)
	}
	e := highs.New(highs.Limits{})
	defer func() { _ = e.Close(b.Context()) }()
	began := time.Now()
	if _, err := e.Solve(b.Context(), &highs.Model{Columns: []highs.Column{{Upper: 1}}}, highs.Options{}); err != nil {
		b.Fatal(err)
	}
	compile := time.Since(began)
	var rows strings.Builder
	for b.Loop() {
		for _, name := range []string{"Kondili, 10 hours", "Kondili, 24 hours", "lot sizes, 6 products, 10 periods"} {
			m := benchModel(b, e, name)
			file := filepath.Join(b.TempDir(), "model.lp")
			writeLP(b, m, file)
			var ours, theirs []float64
			var objective, memory float64
			for range rounds {
				seconds, r := solveHere(b, e, m)
				ours, objective, memory = append(ours, seconds), r.Objective, float64(r.Memory)/(1<<20)
				theirs = append(theirs, solveInNode(b, folder, file, r))
			}
			ratio := median(ours) / median(theirs)
			met := "met"
			if ratio > bar {
				met = "**not met**"
			}
			row := fmt.Sprintf("| %s | %d × %d | %.3f | %.2f (%.2f–%.2f) | %.2f (%.2f–%.2f) | %.2f | %s | %.0f |\n", name, len(m.Columns), len(m.Rows), objective,
				median(ours), slices.Min(ours), slices.Max(ours), median(theirs), slices.Min(theirs), slices.Max(theirs), ratio, met, memory)
			rows.WriteString(row)
			fmt.Fprint(os.Stderr, row)
		}
	}
	report(b, rounds, compile, rows.String())
}

func benchModel(b *testing.B, e *highs.Engine, name string) *highs.Model {
	b.Helper()
	if strings.HasPrefix(name, "lot sizes") {
		return lotModel()
	}
	data, err := os.ReadFile("../recipe/testdata/kondili.json")
	if err != nil {
		b.Fatal(err)
	}
	n, err := recipe.Decode(data)
	if err != nil {
		b.Fatal(err)
	}
	if strings.Contains(name, "24") {
		n.Horizon = 24
	}
	f, err := formulate(b.Context(), e, n)
	if err != nil {
		b.Fatal(err)
	}
	return f.m
}

// lotModel is capacitated lot sizing in its plain form, with nothing tightened: stock, amount and set-up of each
// product and period.
func lotModel() *highs.Model {
	const products, periods = 6, 10
	r := rand.New(rand.NewPCG(12, 15))
	m := &highs.Model{}
	capacity := make([][]highs.Term, periods)
	for range products {
		before := -1
		for t := range periods {
			demand := float64(20 + r.IntN(80))
			stock := m.Column(highs.Column{Cost: 1 + r.Float64(), Upper: highs.Inf(1)})
			made := m.Column(highs.Column{Upper: highs.Inf(1)})
			setup := m.Column(highs.Column{Cost: float64(150 + r.IntN(150)), Upper: 1, Integer: true})
			balance := []highs.Term{{Column: made, Coefficient: 1}, {Column: stock, Coefficient: -1}}
			if before >= 0 {
				balance = append(balance, highs.Term{Column: before, Coefficient: 1})
			}
			m.Equal("", demand, balance...)
			m.AtMost("", 0, highs.Term{Column: made, Coefficient: 1}, highs.Term{Column: setup, Coefficient: -900})
			capacity[t] = append(capacity[t], highs.Term{Column: made, Coefficient: 1}, highs.Term{Column: setup, Coefficient: 10})
			before = stock
		}
	}
	for _, terms := range capacity {
		m.AtMost("", 450, terms...)
	}
	return m
}

func processor(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func solveHere(b *testing.B, e *highs.Engine, m *highs.Model) (float64, *highs.Result) {
	b.Helper()
	before := processor(b)
	r, err := e.Solve(b.Context(), m, highs.Options{Gap: benchGap})
	if err != nil || r.Status != highs.Optimal {
		b.Fatalf("%+v, %v", r, err)
	}
	return processor(b) - before, r
}

func solveInNode(b *testing.B, folder, file string, ours *highs.Result) float64 {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "node", "testdata/peer.cjs", folder, file, strconv.FormatFloat(benchGap, 'g', -1, 64)).Output()
	if err != nil {
		b.Fatal(err)
	}
	var r struct {
		Seconds, Objective float64
		Status             string
	}
	if err := json.Unmarshal(out, &r); err != nil {
		b.Fatal(err)
	}
	if r.Status != "Optimal" || math.Abs(r.Objective-ours.Objective) > 3*benchGap*math.Abs(ours.Objective) {
		b.Fatalf("Node: %+v, here %v", r, ours.Objective)
	}
	return r.Seconds
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func writeLP(b *testing.B, m *highs.Model, file string) {
	b.Helper()
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	head, integers := "Minimize\n obj:", []string{}
	if m.Maximise {
		head = "Maximize\n obj:"
	}
	_, _ = fmt.Fprint(w, head)
	for j, c := range m.Columns {
		_, _ = fmt.Fprintf(w, " %+.17g x%d\n", c.Cost, j)
		if c.Integer {
			integers = append(integers, "x"+strconv.Itoa(j))
		}
	}
	_, _ = fmt.Fprintln(w, "Subject To")
	for i, r := range m.Rows {
		if len(r.Terms) == 0 {
			continue
		}
		_, _ = fmt.Fprintf(w, " r%d:", i)
		for _, t := range r.Terms {
			_, _ = fmt.Fprintf(w, " %+.17g x%d", t.Coefficient, t.Column)
		}
		switch {
		case r.Lower == r.Upper:
			_, _ = fmt.Fprintf(w, " = %.17g\n", r.Upper)
		case math.IsInf(r.Lower, -1):
			_, _ = fmt.Fprintf(w, " <= %.17g\n", r.Upper)
		default:
			_, _ = fmt.Fprintf(w, " >= %.17g\n", r.Lower)
		}
	}
	_, _ = fmt.Fprintln(w, "Bounds")
	for j, c := range m.Columns {
		if math.IsInf(c.Upper, 1) {
			_, _ = fmt.Fprintf(w, " x%d >= %.17g\n", j, c.Lower)
			continue
		}
		_, _ = fmt.Fprintf(w, " %.17g <= x%d <= %.17g\n", c.Lower, j, c.Upper)
	}
	_, _ = fmt.Fprintf(w, "General\n %s\nEnd\n", strings.Join(integers, "\n "))
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

func report(b *testing.B, rounds int, compile time.Duration, rows string) {
	b.Helper()
	dir := os.Getenv("LINGHANG_BENCH_DIR")
	if dir == "" {
		return
	}
	node, err := exec.CommandContext(b.Context(), "node", "--version").Output()
	if err != nil {
		b.Fatal(err)
	}
	text := fmt.Sprintf(`# The planning solver beside Node

<!-- Written by `+"`make bench-planning`"+`; not by hand. -->

%s, %d processors. %s. Node %s. %d rounds in turn, relative gap %g, one thread, seed 0.

HiGHS %s as WebAssembly, run by wazero in this program and by Node from the same package; seconds of processor, median (least–most). Here they
include starting an instance and checking the solution, in Node reading the LP file. Node solves each model twice and
the second time counts, when what is used most is compiled. Compiling, once for a process: %.1f s of the clock here, not counted.
The bar is %.1f times Node.

| model | columns × rows | objective | here, s | Node, s | ratio | | memory here, MiB |
| --- | --- | --- | --- | --- | --- | --- | --- |
%s`, runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format("2006-01-02 15:04 UTC"), strings.TrimSpace(string(node)), rounds, benchGap, highs.Version, compile.Seconds(), bar, rows)
	if err := os.WriteFile(filepath.Join(dir, "planning.md"), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}
