package kerneltest

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// mariaServer is the one MariaDB of a test binary; it dies with it.
var mariaServer struct {
	once sync.Once
	port int
	err  error
}

// mariaData begins the name of each server's directory.
const mariaData = "linghang-mariadb-"

// MariaDB returns the address of a fresh database (as 127.0.0.1:3306 and its name) on
// the MariaDB of this test binary, and a connection to it as the server's root.
func MariaDB(t testing.TB) (address, name string, root *sql.DB) {
	t.Helper()
	mariaServer.once.Do(func() { mariaServer.port, mariaServer.err = startMariaDB() })
	if mariaServer.err != nil {
		t.Fatalf("start MariaDB (`make test` installs it): %v", mariaServer.err)
	}
	address, name = "127.0.0.1:"+strconv.Itoa(mariaServer.port), fmt.Sprintf("figures_%d_%d", os.Getpid(), databases.Add(1))
	server, err := openMariaDB(address, "")
	if err == nil {
		_, err = server.ExecContext(t.Context(), "CREATE DATABASE "+name)
		err = errors.Join(err, server.Close())
	}
	if err == nil {
		root, err = openMariaDB(address, name)
	}
	if err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return address, name, root
}

func openMariaDB(address, name string) (*sql.DB, error) {
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User, c.DBName, c.Logger = "tcp", address, "root", name, &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func startMariaDB() (port int, err error) {
	forgetServers(mariaData, "running.pid")
	data, err := os.MkdirTemp("", mariaData)
	if err != nil {
		return 0, err
	}
	attr, err := runsAs("mysql", data)
	if err != nil {
		return 0, err
	}
	files := filepath.Join(data, "data")
	prepare := exec.Command("mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--datadir="+files)
	prepare.SysProcAttr, prepare.Dir = attr, data
	if out, err := prepare.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("mariadb-install-db: %w: %s", err, out)
	}
	if port, err = freePort(); err != nil {
		return 0, err
	}
	run := exec.Command("/usr/sbin/mariadbd", "--no-defaults", "--datadir="+files, "--bind-address=127.0.0.1", "--port="+strconv.Itoa(port),
		"--socket="+filepath.Join(data, "socket"), "--pid-file="+filepath.Join(data, "running.pid"), "--skip-name-resolve", "--skip-log-bin",
		"--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF")
	run.Dir = data
	run.SysProcAttr = &syscall.SysProcAttr{Credential: attr.Credential, Pdeathsig: syscall.SIGKILL}
	if err := runForGood(run); err != nil {
		return 0, err
	}
	return port, mariaAnswers("127.0.0.1:" + strconv.Itoa(port))
}

func mariaAnswers(address string) error {
	db, err := openMariaDB(address, "")
	if err != nil {
		return err
	}
	return errors.Join(answers("MariaDB", db.PingContext), db.Close())
}
