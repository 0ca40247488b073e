package csaf

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// advisories reads real ones from the folder that ADVISORIES names, such as
// csaf_files/OT/white of github.com/cisagov/CSAF; without it, the test document.
func advisories(b *testing.B) [][]byte {
	b.Helper()
	folder := os.Getenv("ADVISORIES")
	if folder == "" {
		return [][]byte{[]byte(whole)}
	}
	var out [][]byte
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if _, bad := Read(data); bad == nil { // feeds lie beside advisories
			out = append(out, data)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// BenchmarkCheck reads advisories and runs all mandatory tests.
func BenchmarkCheck(b *testing.B) {
	all := advisories(b)
	data := Data{Weakness: func(string, string) (string, bool) { return "", false }}
	cpu, octets := cpuTime(b), 0
	for n := 0; b.Loop(); n++ {
		text := all[n%len(all)]
		octets += len(text)
		d, err := Read(text)
		if err != nil {
			b.Fatal(err)
		}
		d.Check(data)
	}
	used := (cpuTime(b) - cpu).Seconds()
	b.ReportMetric(float64(b.N)/used, "documents/cpu-s")
	b.ReportMetric(float64(octets)/used/1e6, "MB/cpu-s")
}

// BenchmarkRematch compares products in use with the products of all advisories.
func BenchmarkRematch(b *testing.B) {
	x := NewIndex(Names{})
	for _, data := range advisories(b) {
		d, err := Read(data)
		if err != nil {
			b.Fatal(err)
		}
		x.Add(d)
	}
	began := time.Now()
	x.Build()
	b.Logf("%d products, index built in %s", x.Len(), time.Since(began))
	random := rand.New(rand.NewPCG(1, 2))
	use := make([]InUse, 10_000)
	for i := range use { // half of what is in use is named by advisories
		e := x.entries[random.IntN(x.Len())]
		use[i] = InUse{Vendor: e.vendor, Name: "Pump controller", Version: "2.1"}
		if i%2 == 0 {
			for _, w := range e.words {
				use[i].Name += " " + w
			}
		}
	}
	cpu, verdicts := cpuTime(b), 0
	for n := 0; b.Loop(); n++ {
		verdicts += len(x.Judge(use[n%len(use)]))
	}
	b.ReportMetric(float64(b.N)/(cpuTime(b)-cpu).Seconds(), "products-in-use/cpu-s")
	b.ReportMetric(float64(verdicts)/float64(b.N), "verdicts/product")
}

// cpuTime is what this process has used, so that others on the machine do not count.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
