package pull

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	driver "github.com/go-sql-driver/mysql"
)

// askMySQL asks MariaDB or MySQL. Queries are prepared on the server, which takes one
// statement at a time; files of the city's machine are never sent.
func askMySQL(ctx context.Context, d door, queries []string, a *answered) (err error) {
	db, err := openMySQL(d)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written
	conn, err := db.Conn(ctx)
	if err != nil {
		return mysqlFault(err, FailSignIn, -1)
	}
	defer func() { _ = conn.Close() }() // nothing was written
	if err := holdMySQL(ctx, conn, d.limit); err != nil {
		return mysqlFault(err, FailProtocol, -1)
	}
	for i, q := range queries {
		if err := readMySQL(ctx, conn, q, a); err != nil {
			return mysqlFault(err, FailQuery, i)
		}
	}
	return nil
}

func openMySQL(d door) (*sql.DB, error) {
	c := driver.NewConfig()
	c.Net, c.Addr, c.DBName, c.User, c.Passwd = "tcp", d.address(), d.database, d.user, d.secret
	c.TLS, c.DialFunc, c.Logger = d.tls, d.dial, &driver.NopLogger{}
	c.Timeout, c.ReadTimeout, c.WriteTimeout = QueryTimeout, QueryTimeout, QueryTimeout
	c.MultiStatements, c.InterpolateParams, c.AllowAllFiles, c.AllowCleartextPasswords, c.AllowOldPasswords, c.AllowFallbackToPlaintext = false, false, false, false, false, false
	connector, err := driver.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("set up MariaDB: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	return db, nil
}

// holdMySQL bounds a connection on the server, refuses an account that reaches files,
// and begins a transaction that changes nothing.
func holdMySQL(ctx context.Context, conn *sql.Conn, most time.Duration) error {
	version := ""
	if err := conn.QueryRowContext(ctx, `SELECT VERSION()`).Scan(&version); err != nil {
		return err
	}
	if err := harmless(ctx, conn); err != nil {
		return err
	}
	limit := fmt.Sprintf("SET SESSION max_execution_time = %d", most.Milliseconds())
	if strings.Contains(strings.ToLower(version), "mariadb") {
		limit = fmt.Sprintf("SET SESSION max_statement_time = %g", most.Seconds())
	}
	locks := fmt.Sprintf("SET SESSION lock_wait_timeout = %d, innodb_lock_wait_timeout = %[1]d", int(lockTimeout.Seconds()))
	for _, statement := range []string{limit, locks, "SET SESSION time_zone = '+08:00'", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// harmless refuses an account that reads and writes the server's files or is its
// administrator: no read-only transaction holds back that. Roles that are not active
// stay so, as a query sets none.
func harmless(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, `SHOW GRANTS`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // its error is read below
	for rows.Next() {
		grant := ""
		if err := rows.Scan(&grant); err != nil {
			return err
		}
		if dangerous(grant) {
			return &FetchError{FailRights, "the account may read or write files of the server (FILE), or is its administrator (SUPER, ALL PRIVILEGES)"}
		}
	}
	return rows.Err()
}

func readMySQL(ctx context.Context, conn *sql.Conn, query string, a *answered) error {
	statement, err := conn.PrepareContext(ctx, only(query))
	if err != nil {
		return err
	}
	defer func() { _ = statement.Close() }() // the connection is closed anyway
	rows, err := statement.QueryContext(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // its error is read below
	head, err := rows.Columns()
	if err != nil {
		return err
	}
	a.begin(head)
	values, into := make([]sql.NullString, len(head)), make([]any, len(head))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		cells := make([]string, len(values))
		for i, v := range values {
			cells[i] = v.String
		}
		if err := a.add(cells); err != nil {
			return err
		}
	}
	return rows.Err()
}

// mysqlFault puts what the server says into a class: usual, or what its number tells.
func mysqlFault(err error, usual string, query int) error {
	if own, ok := errors.AsType[*FetchError](err); ok {
		return own
	}
	said, ok := errors.AsType[*driver.MySQLError](err)
	switch {
	case errors.Is(err, driver.ErrNoTLS):
		return &FetchError{FailTLS, "the server has no TLS"}
	case !ok:
		return err
	}
	switch said.Number {
	case 1969, 3024, 1205, 1317: // out of time, of statements and of locks; interrupted
		usual = FailTimeout
	case 1040, 1203, 1226: // too many connections
		usual = FailConnect
	}
	words := fmt.Sprintf("%s (%d)", said.Message, said.Number)
	if query < 0 {
		return &FetchError{usual, words}
	}
	return refused(usual, query, words)
}
