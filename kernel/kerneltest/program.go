package kerneltest

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Program builds a Go program that tests need as a real process beside us, once
// for each version, and returns its path. Its module is no dependency of ours.
func Program(t testing.TB, pkg, version string) string {
	t.Helper()
	root := repository(t)
	program := filepath.Join(root, ".tools", path.Base(pkg)+"-"+version)
	if _, err := os.Stat(program); err == nil {
		return program
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.OpenFile(program+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close() //nolint:errcheck // closing lets go of the lock, and nothing was written
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err == nil {
		return program // another test binary has built it meanwhile
	}
	t.Logf("building %s %s, once", pkg, version)
	dir := t.TempDir()
	build := exec.Command("go", "install", pkg+"@"+version)
	build.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s %s: %v\n%s", pkg, version, err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, path.Base(pkg)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program+".new", data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(program+".new", program); err != nil {
		t.Fatal(err)
	}
	return program
}

// repository is where go.mod is.
func repository(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatalf("find go.mod: %v", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

// Process runs a program until the test ends; its output goes to the test's log
// when it cannot be started.
func Process(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", filepath.Base(program), err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}
