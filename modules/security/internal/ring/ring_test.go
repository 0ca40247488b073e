package ring

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

var began = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// numbered is a packet of UDP with a number, a second after the one before.
func numbered(n uint64, from, to byte, port uint16, size int) capture.Packet {
	b := []byte{2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0, 0x45, 0, 0, 0, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, from, 10, 0, 0, to, 0xc0, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(b[16:], uint16(28+size))
	binary.BigEndian.PutUint16(b[36:], port)
	binary.BigEndian.PutUint16(b[38:], uint16(8+size))
	b = append(b, make([]byte, size)...)
	binary.BigEndian.PutUint64(b[len(b)-8:], n)
	return capture.Packet{Time: began.Add(time.Duration(n) * time.Second), Link: icsdissect.LinkEthernet, Octets: b, Wire: len(b)}
}

// must opens a ring that is closed at the end.
func must(t *testing.T, dir string, budget int64, write func(*os.File, []byte) error) *Ring {
	t.Helper()
	r, err := open(dir, budget, write)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// written waits until the disk has what was kept, or gave it up.
func written(t *testing.T, r *Ring, n uint64) State {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("%d packets on the disk", n), func() bool {
		s := r.State()
		return s.Kept+s.Missed >= n
	})
	return r.State()
}

// blockWaits is more than the packets of 1 KiB that a block has, which waits to be full.
const blockWaits = 2 * blockSize >> 10

// cut returns the numbers of packets that a query means, in their order.
func cut(t *testing.T, dir string, q Query) (numbers []uint64, res Result) {
	t.Helper()
	var file bytes.Buffer
	res, err := Cut(t.Context(), dir, q, &file)
	if err != nil {
		t.Fatal(err)
	}
	in, err := capture.Open(&file)
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, binary.BigEndian.Uint64(p.Octets[len(p.Octets)-8:]))
	}
	if uint64(len(numbers)) != res.Packets {
		t.Errorf("%d packets in the file, %+v", len(numbers), res)
	}
	return numbers, res
}

// onDisk are the octets that stand in a directory.
func onDisk(t *testing.T, dir string) (sum int64) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	return sum
}

// consecutive checks that packets are the newest, without a hole.
func consecutive(t *testing.T, numbers []uint64, last uint64) {
	t.Helper()
	if len(numbers) == 0 || numbers[len(numbers)-1] != last {
		t.Fatalf("%d packets, the last of them is not %d", len(numbers), last)
	}
	for i, n := range numbers {
		if n != last-uint64(len(numbers)-1-i) {
			t.Fatalf("packet %d stands where %d is due", n, last-uint64(len(numbers)-1-i))
		}
	}
}

func TestTheNewestPacketsAreKeptWithinTheBudgetToTheOctet(t *testing.T) {
	dir := t.TempDir()
	most := int64(0)
	r := must(t, dir, Least, func(f *os.File, text []byte) error {
		err := put(f, text)
		most = max(most, onDisk(t, dir))
		return err
	})
	const n = 40_000 // of 1 KiB, two and a half times the budget
	for i := range uint64(n) {
		r.Keep(numbered(i, 1, 2, 502, 1000))
		if i%2000 == 0 {
			r.Tick()
			written(t, r, i+1)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if s := r.State(); s.Kept != n || s.Missed != 0 || s.Fault != nil {
		t.Errorf("%+v", s)
	}
	if got := onDisk(t, dir); got != r.used || most > Least || got < Least/2 {
		t.Errorf("%d octets stand there and %d at most, %d are counted, the budget is %d", got, most, r.used, Least)
	}
	numbers, res := cut(t, dir, Query{})
	consecutive(t, numbers, n-1)
	if res.Missed != 0 || res.Damaged != 0 || res.Segments < segments-2 {
		t.Errorf("%+v", res)
	}
	again := must(t, dir, Least, put)
	if again.used != r.used {
		t.Errorf("opened again: %d octets, were %d", again.used, r.used)
	}
	again.Keep(numbered(n, 1, 2, 502, 1000))
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	numbers, _ = cut(t, dir, Query{})
	consecutive(t, numbers, n)
}

func TestASmallerBudgetHoldsAtOnce(t *testing.T) {
	dir := t.TempDir()
	r := must(t, dir, 2*Least, put)
	for i := range uint64(30_000) {
		r.Keep(numbered(i, 1, 2, 502, 1000))
		written(t, r, i-min(i, blockWaits))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir) < Least {
		t.Fatal("too little to see anything")
	}
	r = must(t, dir, Least, put)
	if got := onDisk(t, dir); got > Least {
		t.Errorf("%d octets", got)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsAskedForIsCutOut(t *testing.T) {
	dir := t.TempDir()
	r := must(t, dir, Least, put)
	for i := range uint64(300) {
		switch i % 3 {
		case 0:
			r.Keep(numbered(i, 1, 2, 502, 20))
		case 1:
			r.Keep(numbered(i, 2, 3, 102, 20))
		default:
			r.Keep(numbered(i, 3, 1, 502, 20))
		}
		if i%100 == 99 { // some stand in other segments
			r.Tick()
			written(t, r, i+1)
			r.mu.Lock()
			if err := r.end(); err != nil {
				t.Error(err)
			}
			r.mu.Unlock()
		}
	}
	at := func(n int) time.Time { return began.Add(time.Duration(n) * time.Second) }
	for name, c := range map[string]struct {
		q           Query
		n, segments int
	}{
		"all":               {Query{}, 300, 3},
		"a time":            {Query{From: at(110), To: at(119)}, 10, 1},
		"over two segments": {Query{From: at(95), To: at(104)}, 10, 2},
		"before":            {Query{To: at(-1)}, 0, 0},
		"a host":            {Query{Hosts: []string{"10.0.0.1"}}, 200, 3},
		"a device":          {Query{Hosts: []string{"02:00:00:00:00:03"}}, 200, 3},
		"two hosts":         {Query{Hosts: []string{"10.0.0.1", "10.0.0.2"}}, 100, 3},
		"two hosts, one IP": {Query{Hosts: []string{"::ffff:10.0.0.1", "02-00-00-00-00-02"}}, 100, 3},
		"a port":            {Query{Ports: []uint16{102}}, 100, 3},
		"ports":             {Query{Ports: []uint16{102, 502}}, 300, 3},
		"a host and a port": {Query{Hosts: []string{"10.0.0.1"}, Ports: []uint16{102}}, 0, 3},
		"everything":        {Query{From: at(0), To: at(9), Hosts: []string{"10.0.0.1"}, Ports: []uint16{502}}, 7, 1},
	} {
		if numbers, res := cut(t, dir, c.q); len(numbers) != c.n || res.Segments != c.segments {
			t.Errorf("%s: %d packets of %d segments, want %d of %d", name, len(numbers), res.Segments, c.n, c.segments)
		}
	}
	for _, q := range []Query{{Hosts: []string{"controller"}}, {From: at(2), To: at(1)}} {
		if _, err := Cut(t.Context(), dir, q, io.Discard); err == nil {
			t.Errorf("%+v is taken", q)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// Whoever brings packets never waits: what a slow disk cannot take is counted, and the file says so.
func TestADiskThatIsTooSlowStopsNobody(t *testing.T) {
	dir, gate := t.TempDir(), make(chan struct{})
	r := must(t, dir, Least, func(f *os.File, text []byte) error {
		<-gate
		return put(f, text)
	})
	const n = 10_000 // more than what may wait
	for i := range uint64(n) {
		r.Keep(numbered(i, 1, 2, 502, 1000))
	}
	close(gate)
	written(t, r, n-uint64(len(r.nowHeads())))
	r.Keep(numbered(n, 1, 2, 502, 1000))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	s := r.State()
	numbers, res := cut(t, dir, Query{})
	if s.Missed == 0 || s.Kept+s.Missed != n+1 || uint64(len(numbers)) != s.Kept || res.Missed != s.Missed {
		t.Errorf("%+v, %+v", s, res)
	}
}

func (r *Ring) nowHeads() []head {
	if r.now == nil {
		return make([]head, r.missed)
	}
	return r.now.heads
}

func TestAFullDiskTakesTheOldestAndStopsNobody(t *testing.T) {
	dir := t.TempDir()
	const room = 4 << 20
	r := must(t, dir, Least, func(f *os.File, text []byte) error {
		if left := room - onDisk(t, dir); left < int64(len(text)) { // some of it is written, as disks do
			_, _ = f.Write(text[:max(left, 0)])
			return fmt.Errorf("write packets: %w", syscall.ENOSPC)
		}
		return put(f, text)
	})
	const n = 20_000
	for i := range uint64(n) {
		r.Keep(numbered(i, 1, 2, 502, 1000))
		written(t, r, i-min(i, blockWaits))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	s := r.State()
	if s.Kept != n || s.Missed != 0 || onDisk(t, dir) != r.used || r.used > room || r.used < room/2 {
		t.Errorf("%+v, %d octets counted, %d there", s, r.used, onDisk(t, dir))
	}
	numbers, res := cut(t, dir, Query{})
	consecutive(t, numbers, n-1)
	if res.Damaged != 0 {
		t.Errorf("%+v", res)
	}
}

func TestADiskThatOthersFilledTakesNothingAndIsCounted(t *testing.T) {
	dir := t.TempDir()
	full := true
	r := must(t, dir, Least, func(f *os.File, text []byte) error {
		if full {
			return fmt.Errorf("write packets: %w", syscall.ENOSPC)
		}
		return put(f, text)
	})
	for i := range uint64(5) {
		r.Keep(numbered(i, 1, 2, 502, 100))
	}
	r.Tick()
	if s := written(t, r, 5); s.Missed != 5 || !errors.Is(s.Fault, syscall.ENOSPC) || onDisk(t, dir) != 0 {
		t.Errorf("%+v", s)
	}
	r.mu.Lock()
	full = false
	r.mu.Unlock()
	r.Keep(numbered(5, 1, 2, 502, 100))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if numbers, res := cut(t, dir, Query{}); len(numbers) != 1 || res.Missed != 5 {
		t.Errorf("%v, %+v", numbers, res)
	}
}

func TestWhatMattersMoreHasTheRoomOfTheOldest(t *testing.T) {
	dir := t.TempDir()
	r := must(t, dir, Least, put)
	for i := range uint64(8_000) {
		r.Keep(numbered(i, 1, 2, 502, 1000))
		written(t, r, i-min(i, blockWaits))
	}
	r.Tick()
	written(t, r, 8_000)
	before := onDisk(t, dir)
	if !r.Spare(1<<20) || before-onDisk(t, dir) < 1<<20 || onDisk(t, dir) != r.used {
		t.Errorf("%d octets were there, %d are", before, onDisk(t, dir))
	}
	for r.Spare(Least) { // all but the newest
	}
	r.Keep(numbered(8_000, 1, 2, 502, 1000))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	numbers, _ := cut(t, dir, Query{})
	consecutive(t, numbers, 8_000)
}

// killed is the process that TestAProgramThatIsKilled… kills: it keeps packets and tells how many
// the disk has.
func TestMain(m *testing.M) {
	dir := os.Getenv("RING_OF_A_PROCESS_THAT_IS_KILLED")
	if dir == "" {
		os.Exit(m.Run())
	}
	from, err := strconv.ParseUint(os.Getenv("RING_FROM"), 10, 64)
	r, failed := Open(dir, Least)
	if err = errors.Join(err, failed); err != nil {
		panic(err)
	}
	for i := from; ; i++ {
		r.Keep(numbered(i, 1, 2, 502, 100+int(i%900)))
		if i%50 == 0 {
			r.Tick()
			for r.State().Kept < i-from+1 {
				runtime.Gosched()
			}
			fmt.Println(i)
		}
	}
}

func TestAProgramThatIsKilledKeepsWhatTheDiskHas(t *testing.T) {
	dir := t.TempDir()
	var next uint64
	for range 6 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "RING_OF_A_PROCESS_THAT_IS_KILLED="+dir, fmt.Sprintf("RING_FROM=%d", next))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		last, lines, after := next, bufio.NewScanner(out), 20+rand.IntN(60)
		for n := 0; lines.Scan(); n++ {
			if last, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
				t.Fatal(err)
			}
			if n == after {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
		numbers, res := cut(t, dir, Query{})
		got := numbers[len(numbers)-1]
		consecutive(t, numbers, got)
		if got < last || got > last+50 || res.Damaged != 0 || numbers[0] != 0 && onDisk(t, dir) < Least/2 {
			t.Errorf("the disk had %d, and %d is the newest; %+v", last, got, res)
		}
		next = got + 1
	}
	if next < 1000 {
		t.Errorf("only %d packets", next)
	}
}

// A segment that ends in the middle of a packet, as after a loss of power, is read to there.
func TestASegmentThatWasCutIsReadAsFarAsItGoes(t *testing.T) {
	dir := t.TempDir()
	r := must(t, dir, Least, put)
	for i := range uint64(10) {
		r.Keep(numbered(i, 1, 2, 502, 100))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := list(dir)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if err := os.Truncate(all[0].path(dir), all[0].size-50); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(opened(2).path(dir), bytes.Repeat([]byte{0}, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "of somebody else.pcapng"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r = must(t, dir, Least, put)
	r.Keep(numbered(10, 1, 2, 502, 100))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if numbers, res := cut(t, dir, Query{}); len(numbers) != 10 || numbers[9] != 10 || res.Damaged != 1 {
		t.Errorf("%v, %+v", numbers, res)
	}
}

func TestTsharkReadsWhatIsCutOut(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	dir := t.TempDir()
	r := must(t, dir, Least, put)
	for i := range uint64(20) {
		r.Keep(numbered(i, 1, 2, 502, 100))
	}
	r.Keep(capture.Packet{Time: began, Link: icsdissect.LinkRaw, Octets: numbered(20, 7, 8, 102, 60).Octets[14:], Wire: 88})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "cut.pcapng")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Cut(context.Background(), dir, Query{From: began, To: began.Add(4 * time.Second)}, f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), tshark, "-n", "-r", name, "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "udp.dstport").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 6 || lines[4] != "1772352004.000000000\t10.0.0.1\t502" || lines[5] != "1772352000.000000000\t10.0.0.7\t102" {
		t.Errorf("%q", lines)
	}
}

func FuzzSegmentNames(f *testing.F) {
	f.Add(opened(3).name())
	f.Add(segment{sequence: 4, first: 1, last: 2}.name())
	f.Add("00000000000000000001-9223372036854775808-1.pcapng")
	f.Fuzz(func(t *testing.T, name string) {
		if s, ok := parse(name); ok && s.name() != name {
			t.Errorf("%q is read as %+v", name, s)
		}
	})
}

// BenchmarkKeep is what each packet costs who brings it.
func BenchmarkKeep(b *testing.B) {
	r, err := Open(b.TempDir(), Least)
	if err != nil {
		b.Fatal(err)
	}
	p := numbered(1, 1, 2, 502, 200)
	for b.Loop() {
		r.Keep(p)
	}
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
}
