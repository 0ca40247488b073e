package kerneltest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is the one PostgreSQL of a test binary; it dies with it.
var server struct {
	once sync.Once
	dsn  string
	err  error
}

// Postgres returns the address of a PostgreSQL server for this test binary. It
// is started on a free port by the first test that asks, and dies with the
// binary. LINGHANG_TEST_POSTGRES_DSN names a running one instead.
func Postgres(t testing.TB) string {
	t.Helper()
	if dsn, ok := os.LookupEnv("LINGHANG_TEST_POSTGRES_DSN"); ok {
		return dsn
	}
	server.once.Do(func() { server.dsn, server.err = startPostgres() })
	if server.err != nil {
		t.Fatalf("start PostgreSQL (`make test` installs it): %v", server.err)
	}
	return server.dsn
}

// PostgresDatabase returns the address of a fresh database on that server.
func PostgresDatabase(t testing.TB) string {
	t.Helper()
	ctx, dsn := context.Background(), Postgres(t)
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connect to PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("city_%d_%d", os.Getpid(), databases.Add(1))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatalf("create database: %v", err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("read the address of PostgreSQL: %v", err)
	}
	u.Path = "/" + name
	fresh.Store(u.String(), true)
	return u.String()
}

func startPostgres() (string, error) {
	dsn, command, err := preparePostgres()
	if err != nil {
		return "", err
	}
	if err := runForGood(command()); err != nil {
		return "", err
	}
	return dsn, postgresAnswers(dsn)
}

// runForGood runs a server until the test binary ends.
func runForGood(run *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		// Pdeathsig follows the thread that forked: the server lives as long as
		// this goroutine holds its thread, which is until the binary ends.
		runtime.LockOSThread()
		started <- run.Start()
		_ = run.Wait()
	}()
	return <-started
}

// serverData begins the name of each server's directory.
const serverData = "linghang-postgres-"

// forgetServers removes the data of servers that died with their test binaries,
// which could not: a directory without the file of a running server that nobody
// has touched for as long as a server takes to start.
func forgetServers(begin, running string) {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), begin+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < 5*time.Minute {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, running)); errors.Is(err, os.ErrNotExist) {
			_ = os.RemoveAll(dir)
		}
	}
}

// runsAs gives a directory to the user that the package of a server brings for it,
// as servers refuse to run as root, and says how to run as that one.
func runsAs(name, data string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(data, uid, gid)
}

// preparePostgres makes the data of a server, and returns its address and the
// command that runs it.
func preparePostgres() (dsn string, run func() *exec.Cmd, err error) {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", nil, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if len(dirs) == 0 {
		return "", nil, errors.New("there is no PostgreSQL in /usr/lib/postgresql")
	}
	bin := dirs[len(dirs)-1]
	forgetServers(serverData, "postmaster.pid")
	data, err := os.MkdirTemp("", serverData)
	if err != nil {
		return "", nil, err
	}
	attr, err := runsAs("postgres", data)
	if err != nil {
		return "", nil, err
	}
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	init.SysProcAttr, init.Dir = attr, data
	if out, err := init.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	run = func() *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", data,
			"-c", "fsync=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB")
		cmd.Dir = data
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: attr.Credential, Pdeathsig: syscall.SIGQUIT}
		return cmd
	}
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port), run, nil
}

// answers waits until a server does.
func answers(name string, ask func(ctx context.Context) error) error {
	deadline := time.Now().Add(2 * time.Minute)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		err := ask(ctx)
		cancel()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited two minutes for %s to answer: %w", name, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func postgresAnswers(dsn string) error {
	return answers("PostgreSQL", func(ctx context.Context) error {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("no TCP address: %s", l.Addr())
	}
	return addr.Port, l.Close()
}
