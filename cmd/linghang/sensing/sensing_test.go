// Package sensing_test compares what senses and judges in the room of security with others, in one run.
package sensing_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// house is the folder with go.mod.
const house = "../../.."

// given is the folder that a variable names, and skips a benchmark that nobody gave one.
func given(b *testing.B, variable string) string {
	b.Helper()
	if _, reported := os.LookupEnv("LINGHANG_BENCH_DIR"); !reported {
		b.Skip("run by make bench-sensing")
	}
	folder := os.Getenv(variable)
	if folder == "" {
		b.Skip(variable + " names no folder")
	}
	return folder
}

// ran is what a program cost and said.
type ran struct {
	processor time.Duration // of all processors, so that others on the machine do not count
	resident  int64         // octets, at most
	output    []byte
}

// run runs a program to its end; its output goes to a file, or is kept.
func run(b *testing.B, cmd *exec.Cmd) ran {
	b.Helper()
	var out, faults bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	cmd.Stderr = &faults
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended, most := make(chan struct{}), make(chan int64)
	go func() { most <- resident(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	close(ended)
	peak := <-most
	if err != nil {
		b.Fatalf("%s: %v\n%s", filepath.Base(cmd.Path), err, faults.String())
	}
	return ran{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak, out.Bytes()}
}

// resident looks at the most memory that a program has had until it ends. What the system says of it
// afterwards begins with the memory of the process that started it.
func resident(pid int, ended <-chan struct{}) (octets int64) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-ended:
			return octets
		case <-again.C:
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			var kilobytes int64
			if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); n == 1 {
				octets = max(octets, kilobytes*1024)
			}
		}
	}
}

// own is the processor time of this process.
func own(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// filesOf are the files below a folder with an ending.
func filesOf(b *testing.B, folder string, endings ...string) (files []string) {
	b.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, ending := range endings {
			if filepath.Ext(path) == ending {
				files = append(files, path)
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if len(files) == 0 {
		b.Fatalf("%s has no %v", folder, endings)
	}
	return files
}
