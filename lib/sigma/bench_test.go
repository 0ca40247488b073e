package sigma

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"
)

// syntheticRules writes rules shaped like public ones: four of five about
// processes, with an image and parts of the command line, lists of files and
// registry keys, filters, some windash and some regular expressions.
func syntheticRules(b *testing.B, count int) File {
	b.Helper()
	d := dice{rand.New(rand.NewPCG(11, 3))}
	word := func() string {
		return d.text("abcdefghijklmnopqrstuvwxyz", 9) + d.pick("er", "ing", "0x", "svc", "cfg")
	}
	tool := func() string {
		return `\` + d.pick("powershell", "cmd", "rundll32", "regsvr32", "wmic", "net", word(), word(), word()) + ".exe"
	}
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "title: r%d\nid: r%d\nlogsource: {product: windows, category: %s}\ndetection:\n", i, i, d.pick("process_creation", "process_creation", "process_creation", "file_event", "registry_set"))
		fmt.Fprintf(&text, "  selection_img:\n    - Image|endswith: ['%s', '%s']\n    - OriginalFileName: '%s.exe'\n", tool(), tool(), word())
		switch d.IntN(6) {
		case 0:
			fmt.Fprintf(&text, "  selection_args:\n    CommandLine|contains|windash: [' -%s', ' -%s ']\n", word(), word())
		case 1:
			fmt.Fprintf(&text, "  selection_args:\n    CommandLine|re: '%s.{1,20}%s'\n", word(), word())
		case 2:
			fmt.Fprintf(&text, "  selection_args:\n    TargetFilename|contains: ['\\AppData\\%s\\', '\\Temp\\%s', '%s*%s']\n", word(), word(), word(), word())
		case 3:
			fmt.Fprintf(&text, "  selection_args:\n    TargetObject|contains: '\\CurrentVersion\\%s'\n    Details|startswith: '%s'\n", word(), word())
		default:
			fmt.Fprintf(&text, "  selection_args:\n    CommandLine|contains|all: [' %s', '%s']\n", word(), word())
		}
		fmt.Fprintf(&text, "  filter_main:\n    ParentImage|startswith: 'C:\\Program Files\\%s\\'\n  condition: all of selection_* and not 1 of filter_*\n---\n", word())
	}
	file, err := Parse("synthetic.yml", []byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	return file
}

// syntheticEvents are what such a system says all day: mostly harmless processes.
func syntheticEvents() []*Event {
	d := dice{rand.New(rand.NewPCG(5, 8))}
	var out []*Event
	for range 500 {
		image := `C:\Windows\System32\` + d.pick("svchost", "cmd", "conhost", "powershell", "taskhostw", "net", "msedge", "backgroundTaskHost") + ".exe"
		out = append(out, &Event{Source: LogSource{Product: "windows", Category: d.pick("process_creation", "process_creation", "file_event", "registry_set")}, Fields: []Field{
			{Name: "Image", Value: image},
			{Name: "OriginalFileName", Value: image[strings.LastIndex(image, `\`)+1:]},
			{Name: "CommandLine", Value: image + " -k " + d.text("abcdefghijklmnopqrstuvwxyz -/\\:.", 160)},
			{Name: "ParentImage", Value: `C:\Windows\System32\` + d.pick("services", "explorer", "svchost") + ".exe"},
			{Name: "ParentCommandLine", Value: `C:\Windows\System32\services.exe ` + d.text("abcdefghijklmnop -/", 60)},
			{Name: "TargetFilename", Value: `C:\Users\sam\AppData\Local\Temp\` + d.text("abcdefghij", 20)},
			{Name: "TargetObject", Value: `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\` + d.text("ABCdefghij", 20)},
			{Name: "User", Value: `NT AUTHORITY\SYSTEM`},
			{Name: "Computer", Value: "plc-hmi-07.plant.local"},
			{Name: "ProcessId", Value: fmt.Sprint(d.IntN(65536))},
			{Name: "Hashes", Value: "SHA256=" + d.text("0123456789ABCDEF", 64)},
		}})
	}
	return out
}

// BenchmarkSynthetic gives events per second of processor time with 3,000 rules.
func BenchmarkSynthetic(b *testing.B) {
	set, faults := Compile(Options{}, syntheticRules(b, 3000))
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	events := syntheticEvents()
	m := set.Matcher()
	hits := 0
	b.ReportAllocs()
	cpu := cpuTime(b)
	for n := 0; b.Loop(); n++ {
		found, err := m.Match(events[n%len(events)])
		if err != nil {
			b.Fatal(err)
		}
		hits += len(found)
	}
	b.ReportMetric(float64(b.N)/(cpuTime(b)-cpu).Seconds(), "events/cpu-s")
	b.ReportMetric(float64(hits)/float64(b.N), "hits/event")
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
