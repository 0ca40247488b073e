package station_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/station"
)

const (
	// nodeEnv makes the test binary a node in a directory.
	nodeEnv = "LINGHANG_BENCH_NODE"
	// sizesEnv is how many names there are, as 10000,1000000; keepEnv names a directory
	// in which nodes with so many are kept for the next time.
	sizesEnv = "LINGHANG_BENCH_NAMES"
	keepEnv  = "LINGHANG_BENCH_NODES"

	benchPrefix = "88.101.5"
	// queriesOfRun is how many queries are asked in a run.
	queriesOfRun = 300_000
	// mostEnv is up to how many names CoreDNS is compared, mostOfCoreDNS when empty: it
	// holds them as objects, 1.5 GB a million, and reads ten million for a quarter of an hour.
	mostEnv       = "LINGHANG_BENCH_COREDNS"
	mostOfCoreDNS = 1_000_000
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(nodeEnv); dir != "" {
		if err := serveNode(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveNode is what `linghang node --role enterprise --udp-rate 0` does.
func serveNode(dir string) error {
	n, err := strconv.Atoi(filepath.Base(dir))
	if err != nil {
		return fmt.Errorf("the directory of a node is named by how many names it has: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := station.Open(ctx, nodeConfig(dir, n), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	fmt.Println(s.Address(), s.Web())
	return s.Run(ctx)
}

// nodeConfig gives a node room in memory for all its names, as the others have.
func nodeConfig(dir string, n int) station.Config {
	return station.Config{
		Role: station.Enterprise, Prefix: benchPrefix, Dir: dir, Handle: "127.0.0.1:0", HTTP: "127.0.0.1:0", UDPRate: -1,
		Memory: memoryOf(n), Admins: []wire.Reference{{Handle: benchPrefix + "/ADMIN", Index: 301}},
	}
}

// memoryOf is how many octets n records take in memory, and room to spare.
func memoryOf(n int) int64 { return max(256<<20, int64(n)*512) }

func benchHandle(number int) string { return fmt.Sprintf("%s/T%09d", benchPrefix, number) }

// benchValues are what an identifier of a product has.
func benchValues(number int) []wire.Value {
	admin := wire.Admin{Rights: wire.RightsAll, Reference: wire.Reference{Handle: wire.NA + benchPrefix, Index: 300}}
	v := wire.Text(100, wire.TypeAdmin, "")
	v.Data = admin.Append(nil)
	return []wire.Value{wire.Text(1, wire.TypeURL, fmt.Sprintf("https://id.example.com/products/T%09d", number)), v}
}

// fillNode makes the directory of a node with n identifiers, unless it is there.
func fillNode(b *testing.B, n int) string {
	b.Helper()
	parent := os.Getenv(keepEnv)
	if parent == "" {
		parent = b.TempDir()
	}
	dir := filepath.Join(parent, strconv.Itoa(n))
	whole := filepath.Join(dir, "whole")
	if _, err := os.Stat(whole); err == nil {
		return dir
	}
	store, err := record.OpenFiles(filepath.Join(dir, "records"), record.Options{})
	if err != nil {
		b.Fatal(err)
	}
	const batch = 10_000
	changes := make([]record.Change, 0, batch)
	for i := range n {
		v := wire.Values{Values: benchValues(i)}
		changes = append(changes, record.Change{Action: wire.ActionCreate, Handle: benchHandle(i), Values: v.Append(nil)[4:], By: "bench"})
		if len(changes) == batch || i == n-1 {
			if _, err := store.Apply(b.Context(), changes); err != nil {
				b.Fatal(err)
			}
			changes = changes[:0]
		}
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(whole, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	return dir
}

// node is a process of a node, and where its interface for programs is.
type node struct {
	contestant
	web string
}

func startNode(b *testing.B, dir string) node {
	b.Helper()
	p := launch(b, []string{nodeEnv + "=" + dir}, os.Args[0])
	line, err := p.out.ReadString('\n')
	if err != nil {
		b.Fatalf("start the node: %v", err)
	}
	handle, web, _ := strings.Cut(strings.TrimSpace(line), " ")
	return node{contestant{name: "Linghang", process: p, at: netip.MustParseAddrPort(handle), query: handleQuery, right: handleRight}, web}
}

func handleQuery(i, number int) []byte {
	q := wire.NewQuery(benchHandle(number), nil, nil)
	h := wire.Header{Op: wire.OpResolve, Flags: wire.FlagPublicOnly}
	message := wire.AppendMessage(nil, &h, q.Append(nil), nil)
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: uint32(i), Length: uint32(len(message))}
	return append(e.Append(nil), message...)
}

func handleRight(hit bool) func([]byte) bool {
	code := wire.CodeNotFound
	if hit {
		code = wire.CodeSuccess
	}
	return func(a []byte) bool {
		return len(a) >= wire.EnvelopeSize+8 && binary.BigEndian.Uint32(a[wire.EnvelopeSize+4:]) == uint32(code)
	}
}

// answerSize is how many octets an answer of the node has.
func (n node) answerSize(b *testing.B) int {
	b.Helper()
	f, size := newFlood(b, n.at), 0
	_, _, err := f.run([][]byte{n.query(0, 0)}, func(a []byte) bool { size = len(a); return handleRight(true)(a) })
	if err != nil {
		b.Fatal(err)
	}
	return size
}

// udpRun is what a server took for a query.
type udpRun struct{ cpu, rate float64 } // microseconds of its processor; answers a second

// ask floods a contestant with queries of one kind.
func (c contestant) ask(b *testing.B, f *flood, a asked, n int, seed uint64) udpRun {
	b.Helper()
	queries := make([][]byte, queriesOfRun)
	for i, number := range a.numbers(n, queriesOfRun, seed) {
		queries[i] = c.query(i, number)
	}
	before := processorTime(b, c.pid)
	took, lost, err := f.run(queries, c.right(a.hit))
	if err != nil || lost > queriesOfRun/1000 {
		b.Fatalf("%s, %s: %d queries lost, %v", c.name, a.name, lost, err)
	}
	cpu := processorTime(b, c.pid) - before
	return udpRun{cpu: float64(cpu.Nanoseconds()) / 1000 / queriesOfRun, rate: queriesOfRun / took.Seconds()}
}

// warm asks for every name once: from then on all answer from memory.
func (c contestant) warm(b *testing.B, f *flood, n int) {
	b.Helper()
	queries := make([][]byte, 0, queriesOfRun)
	for number := range n {
		queries = append(queries, c.query(number, number))
		if len(queries) < queriesOfRun && number < n-1 {
			continue
		}
		if _, _, err := f.run(queries, c.right(true)); err != nil {
			b.Fatalf("%s, all names: %v", c.name, err)
		}
		queries = queries[:0]
	}
}

// BenchmarkResolution asks a node, Knot DNS and CoreDNS by UDP, each a process on
// the first processor with one thread for its packets, for as many names with
// answers of the same size, in turns. The processor time of a query is compared:
// it does not depend on who else is at work.
func BenchmarkResolution(b *testing.B) {
	if b.N > 1 {
		b.Skip("one run measures all")
	}
	var page []string
	for _, n := range benchSizes(b) {
		page = append(page, resolveAmong(b, n)...)
	}
	page = append(page, "A filter knows of most names that they are not there; the rest, one of a hundred or fewer, and names that are on the disk only, are answered by a goroutine each, which costs 20 to 40 µs.")
	kerneltest.Report(b, "resolution", "Resolution beside Knot DNS and CoreDNS", "make bench-resolution", page...)
}

func benchSizes(b *testing.B) (sizes []int) {
	b.Helper()
	text := os.Getenv(sizesEnv)
	if text == "" {
		text = "10000,1000000"
	}
	for s := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// mostWithCoreDNS is up to how many names CoreDNS takes part.
func mostWithCoreDNS(b *testing.B) int {
	b.Helper()
	text := os.Getenv(mostEnv)
	if text == "" {
		return mostOfCoreDNS
	}
	most, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return most
}

// resolveAmong compares with n names, and returns what the page says.
func resolveAmong(b *testing.B, n int) []string {
	b.Helper()
	own := startNode(b, fillNode(b, n))
	size := own.answerSize(b)
	zone := zoneFile(b, n, size)
	list := []contestant{own.contestant, startKnot(b, zone)}
	without := ""
	if most := mostWithCoreDNS(b); n <= most {
		list = append(list, startCoreDNS(b, zone))
	} else {
		without = fmt.Sprintf(" CoreDNS is left out above %d names: it holds about 1.5 kB a name, as the section of a million shows.", most)
	}
	floods := make([]*flood, len(list))
	for i, c := range list {
		floods[i] = newFlood(b, c.at)
		c.warm(b, floods[i], n)
	}
	lines := []string{
		fmt.Sprintf("## %d names", n), "", fmt.Sprintf("Answers of %d octets where there is one. Every name was asked for once before; the node had %d MiB for records (`--memory`).%s", size, memoryOf(n)>>20, without), "",
		"| asked | server | µs of processor a query | answers a second | per processor-second | ours ÷ its rate per processor |", "| --- | --- | --- | --- | --- | --- |",
	}
	for _, a := range askings() {
		runs := make([][]udpRun, len(list))
		for round := range kerneltest.Rounds(b) {
			for i, c := range list {
				runs[i] = append(runs[i], c.ask(b, floods[i], a, n, uint64(round)))
			}
		}
		for i, c := range list {
			lines = append(lines, udpLine(b, a, c, runs[i], runs[0], n))
		}
	}
	for _, c := range list {
		lines = append(lines, fmt.Sprintf("\n%s holds %.0f MB.", c.name, resident(b, c.pid)))
	}
	return append(lines, "")
}

// udpLine is a row of the page: what a server took, and what ours took of it.
func udpLine(b *testing.B, a asked, c contestant, runs, own []udpRun, n int) string {
	b.Helper()
	var cpu, rate, perCore, ratio []float64
	for i, r := range runs {
		cpu, rate, perCore, ratio = append(cpu, r.cpu), append(rate, r.rate), append(perCore, 1e6/r.cpu), append(ratio, r.cpu/own[i].cpu)
	}
	median := kerneltest.SpreadOf(cpu).Median
	b.ReportMetric(median*1000, fmt.Sprintf("cpu-ns/%s-%d-%s", strings.ReplaceAll(c.name, " ", ""), n, a.name))
	bar := ""
	switch r := kerneltest.SpreadOf(ratio); c.name {
	case "Linghang":
		core := kerneltest.SpreadOf(perCore).Median
		bar = "≥ 150 k a processor-second: " + kerneltest.Verdict(core >= 150_000)
	case "Knot DNS":
		bar = fmt.Sprintf("%s, ≥ 0.9: %s", r, kerneltest.Verdict(r.Median >= 0.9))
	case "CoreDNS":
		bar = fmt.Sprintf("%s, ≥ 4: %s", r, kerneltest.Verdict(r.Median >= 4))
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", a.name, c.name, kerneltest.SpreadOf(cpu), kerneltest.SpreadOf(rate), kerneltest.SpreadOf(perCore), bar)
}
