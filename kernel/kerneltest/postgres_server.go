package kerneltest

import (
	"os/exec"
	"runtime"
	"syscall"
	"testing"
)

// PostgresServer is a PostgreSQL of a test's own, to be killed and started again.
type PostgresServer struct {
	DSN string

	t   testing.TB
	run func() *exec.Cmd
	cmd *exec.Cmd
	end chan struct{}
}

// StartPostgresServer runs a PostgreSQL until the test ends.
func StartPostgresServer(t testing.TB) *PostgresServer {
	t.Helper()
	dsn, run, err := preparePostgres()
	if err != nil {
		t.Fatalf("prepare PostgreSQL (`make test` installs it): %v", err)
	}
	s := &PostgresServer{DSN: dsn, t: t, run: run}
	s.Start()
	t.Cleanup(s.Kill)
	return s
}

// Start starts the server, on the same address and data, and waits until it answers.
func (s *PostgresServer) Start() {
	s.t.Helper()
	started := make(chan error, 1)
	s.cmd, s.end = s.run(), make(chan struct{})
	go func() {
		defer close(s.end)
		// Pdeathsig follows the thread that forked. A goroutine that ends while it is locked
		// ends its thread, and with it whatever others have forked from there.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		started <- s.cmd.Start()
		_ = s.cmd.Wait()
	}()
	if err := <-started; err != nil {
		s.t.Fatalf("start PostgreSQL: %v", err)
	}
	if err := postgresAnswers(s.DSN); err != nil {
		s.t.Fatal(err)
	}
}

// Kill ends the server and all its processes at once, as a power cut does.
func (s *PostgresServer) Kill() {
	_ = s.cmd.Process.Signal(syscall.SIGQUIT) // immediate: without a checkpoint
	<-s.end
}
