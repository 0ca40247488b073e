package icsdissect_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

// traffic is a plant: hosts that poll controllers by Modbus, one write in
// fifty, each in a session of its own that was opened before the capture.
func traffic(b *testing.B, sessions, rounds int) [][]byte {
	b.Helper()
	var packets [][]byte
	for round := range rounds {
		for s := range sessions {
			c := host{1, "10.1.0.1", uint16(20000 + s)}
			p := host{2, "10.2.0.1", 502}
			ask, reply := []byte{0, 0, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10}, append([]byte{0, 0, 0, 0, 0, 23, 1, 3, 20}, make([]byte, 20)...)
			if round%50 == 49 {
				ask = []byte{0, 0, 0, 0, 0, 6, 1, 6, 0, 1, 0, 7}
				reply = ask
			}
			binary.BigEndian.PutUint16(ask, uint16(round))
			binary.BigEndian.PutUint16(reply, uint16(round))
			seq, back := uint32(round*12), uint32(round/50*(49*29+12)+round%50*29)
			packets = append(packets, tcp(c, p, seq, back, ack, ask), tcp(p, c, back, seq+12, ack, reply),
				tcp(c, p, seq+12, back+uint32(len(reply)), ack, nil))
		}
	}
	return packets
}

// advance moves all sessions on by one run of fifty rounds, so that nothing is a repeat.
func advance(packets [][]byte) {
	const asked, answered = 50 * 12, 49*29 + 12
	for _, p := range packets {
		seq, acked := p[38:42], p[42:46]
		ahead, back := uint32(asked), uint32(answered)
		if binary.BigEndian.Uint16(p[34:]) == 502 {
			ahead, back = back, ahead
		}
		binary.BigEndian.PutUint32(seq, binary.BigEndian.Uint32(seq)+ahead)
		binary.BigEndian.PutUint32(acked, binary.BigEndian.Uint32(acked)+back)
	}
}

func counting(n *int) icsdissect.Options {
	return icsdissect.Options{
		Record:   func(*icsdissect.Record) { *n++ },
		Identity: func(*icsdissect.Identity) {},
	}
}

// BenchmarkPolling measures packets per second on one core: a third are bare acknowledgements, as in a plant.
func BenchmarkPolling(b *testing.B) {
	packets := traffic(b, 400, 50)
	records := 0
	d := icsdissect.New(counting(&records))
	at := time.Unix(0, 0)
	b.ReportAllocs()
	b.ResetTimer()
	before := processor()
	for i := range b.N {
		if i > 0 && i%len(packets) == 0 {
			b.StopTimer()
			advance(packets)
			b.StartTimer()
		}
		d.Packet(at, icsdissect.LinkEthernet, packets[i%len(packets)])
		at = at.Add(time.Microsecond)
	}
	b.ReportMetric(float64(b.N)/(processor()-before).Seconds(), "packets/cpu-s")
	if s := d.Stats(); records*3+3 < b.N*2 || s.Repeated+s.Gaps+s.Resyncs > 0 {
		b.Fatalf("%d records of %d packets: %+v", records, b.N, s)
	}
}

// BenchmarkCaptures reads the captures of LINGHANG_CAPTURES from memory, one
// after another, with one dissector: packets per second, and the heap at the end.
func BenchmarkCaptures(b *testing.B) {
	folder := os.Getenv("LINGHANG_CAPTURES")
	if folder == "" {
		b.Skip("LINGHANG_CAPTURES names no folder of captures")
	}
	packets := load(b, folder)
	var records, at int
	b.ResetTimer()
	before := processor()
	var d *icsdissect.Dissector
	for range b.N {
		d = icsdissect.New(counting(&records))
		for _, p := range packets {
			d.Packet(p.Time, p.Link, p.Octets)
			at++
		}
		d.Flush()
	}
	b.StopTimer()
	used := processor() - before
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(at)/used.Seconds(), "packets/cpu-s")
	b.ReportMetric(float64(records)/float64(b.N), "records")
	var all int
	for _, p := range packets {
		all += len(p.Octets)
	}
	b.ReportMetric(float64(int(m.HeapAlloc)-all)/1e6, "MB-beside-packets")
	runtime.KeepAlive(d)
}

// processor is the time that the program has had of all processors: a machine that others use tells nothing by its clock.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func load(b *testing.B, folder string) []capture.Packet {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		b.Fatal(err)
	}
	var list []capture.Packet
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		r, err := capture.Open(f)
		if err != nil {
			continue
		}
		for {
			p, err := r.Next()
			if err != nil {
				break
			}
			p.Octets = append([]byte(nil), p.Octets...)
			list = append(list, p)
		}
		_ = f.Close()
	}
	return list
}
