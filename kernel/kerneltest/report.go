package kerneltest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Report writes the results of a benchmark as a page of docs/benchmarks, when
// LINGHANG_BENCH_DIR names that directory: `make bench` does.
func Report(b *testing.B, name, title, command string, lines ...string) {
	b.Helper()
	dir, given := os.LookupEnv("LINGHANG_BENCH_DIR")
	if !given {
		return
	}
	head := []string{
		"# " + title, "",
		fmt.Sprintf("<!-- Written by `%s`; not by hand. -->", command), "",
		fmt.Sprintf("Machine: %s, %d cores, %s memory; %s, %s. %s UTC.", machine("/proc/cpuinfo", "model name"), runtime.NumCPU(),
			machine("/proc/meminfo", "MemTotal"), machine("/etc/os-release", "PRETTY_NAME"), runtime.Version(), time.Now().UTC().Format("2006-01-02 15:04")), "",
		fmt.Sprintf("Again: `%s`.", command), "",
	}
	text := strings.Join(append(head, lines...), "\n") + "\n"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".md"), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

// machine returns what a file of the system says of a name.
func machine(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.ReplaceAll(line, "=", ":"), ":"); ok && strings.TrimSpace(key) == name {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return "unknown"
}

// Spread is the middle of some measurements, with the least and the most.
type Spread struct {
	Least, Median, Most float64
	N                   int
}

// SpreadOf sums measurements up.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return Spread{sorted[0], (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[n-1], n}
}

// String writes the median, and the spread in brackets.
func (s Spread) String() string {
	return fmt.Sprintf("%s (%s–%s)", digits(s.Median), digits(s.Least), digits(s.Most))
}

func digits(v float64) string {
	switch {
	case v >= 10_000:
		return fmt.Sprintf("%.0f k", v/1000)
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

// Verdict says whether a bar is met.
func Verdict(met bool) string {
	if met {
		return "met"
	}
	return "**not met**"
}

// Rounds is how often a benchmark measures everything: LINGHANG_BENCH_ROUNDS, or
// three times.
func Rounds(b *testing.B) int {
	b.Helper()
	text, given := os.LookupEnv("LINGHANG_BENCH_ROUNDS")
	if !given {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}
