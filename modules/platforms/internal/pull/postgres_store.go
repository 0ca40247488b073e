package pull

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// only is how a query is sent: the server's own grammar takes nothing but one SELECT
// (or WITH, VALUES, TABLE) inside, and the server sends no more rows than are read.
func only(query string) string {
	return fmt.Sprintf("SELECT * FROM (\n%s\n) AS linghang LIMIT %d", query, RowsMost+1)
}

// privileged asks whether an account is a superuser, or reads and writes the server's
// files and runs its programs, itself or as a role that it can become: no read-only
// transaction holds back that.
const privileged = `SELECT EXISTS (SELECT 1 FROM pg_roles d WHERE (d.rolsuper OR d.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files'))
	AND pg_has_role(session_user, d.oid, 'MEMBER'))`

// askPostgres asks PostgreSQL, by the extended protocol only, which takes one
// statement at a time. Once the transaction has a snapshot it cannot leave being
// read-only.
func askPostgres(ctx context.Context, d door, queries []string, a *answered) error {
	conn, err := connectPostgres(ctx, d)
	if err != nil {
		return postgresFault(err, FailSignIn, -1)
	}
	defer func() { _ = conn.Close(ctx) }() // nothing was written
	// Times are written in one way, whatever the server's settings are.
	for _, statement := range []string{
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL TimeZone = 'Asia/Shanghai'", "SET LOCAL DateStyle = 'ISO'",
		fmt.Sprintf("SET LOCAL lock_timeout = %d", lockTimeout.Milliseconds()),
	} {
		if err := conn.ExecParams(ctx, statement, nil, nil, nil, nil).Read().Err; err != nil {
			return postgresFault(err, FailProtocol, -1)
		}
	}
	rights := conn.ExecParams(ctx, privileged, nil, nil, nil, nil).Read()
	if rights.Err != nil {
		return postgresFault(rights.Err, FailProtocol, -1)
	}
	if len(rights.Rows) != 1 || string(rights.Rows[0][0]) != "f" {
		return &FetchError{FailRights, "the account is a superuser, or may read or write files or run programs of the server"}
	}
	for i, q := range queries {
		limit := fmt.Sprintf("SET LOCAL statement_timeout = %d", d.limit.Milliseconds())
		if err := conn.ExecParams(ctx, limit, nil, nil, nil, nil).Read().Err; err != nil {
			return postgresFault(err, FailProtocol, -1)
		}
		if err := readPostgres(ctx, conn, q, a); err != nil {
			return postgresFault(err, FailQuery, i)
		}
	}
	return nil
}

func connectPostgres(ctx context.Context, d door) (*pgconn.PgConn, error) {
	c, err := pgconn.ParseConfig("host=localhost user=linghang dbname=linghang sslmode=disable")
	if err != nil {
		return nil, fmt.Errorf("set up PostgreSQL: %w", err)
	}
	// All that a file or a variable of the city's own machine may have said is replaced.
	c.Host, c.Port, c.Database, c.User, c.Password = d.host, d.port, d.database, d.user, d.secret
	c.TLSConfig, c.SSLNegotiation, c.Fallbacks = d.tls, "postgres", nil
	c.RuntimeParams = map[string]string{"application_name": "linghang", "client_encoding": "UTF8"}
	c.KerberosSrvName, c.KerberosSpn, c.ValidateConnect, c.AfterConnect, c.AfterNetConnect = "", "", nil, nil, nil
	c.MinProtocolVersion, c.MaxProtocolVersion = "3.0", "3.0"
	c.DialFunc = d.dial
	c.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil } // whoever dials looks up, and checks
	c.MaxProtocolMessageBodyLen = BodyMost
	return pgconn.ConnectConfig(ctx, c) //nolint:wrapcheck // it is put into a class
}

// readPostgres has the server take a query apart, and runs it when rows come of it.
func readPostgres(ctx context.Context, conn *pgconn.PgConn, query string, a *answered) error {
	statement, err := conn.Prepare(ctx, "", only(query), nil)
	if err != nil {
		return err //nolint:wrapcheck // it is put into a class
	}
	head := make([]string, len(statement.Fields))
	for i, f := range statement.Fields {
		head[i] = f.Name
	}
	if len(head) == 0 || len(statement.ParamOIDs) > 0 || conn.TxStatus() != 'T' {
		return &FetchError{FailQuery, "it is no single SELECT"}
	}
	a.begin(head)
	rows := conn.ExecPrepared(ctx, "", nil, nil, nil)
	for rows.NextRow() {
		values := rows.Values()
		cells := make([]string, len(values))
		for i, v := range values {
			cells[i] = string(v)
		}
		if err := a.add(cells); err != nil {
			return err
		}
	}
	_, err = rows.Close()
	return err //nolint:wrapcheck // it is put into a class
}

// postgresFault puts what PostgreSQL says into a class: usual, or what its code tells.
func postgresFault(err error, usual string, query int) error {
	if own, ok := errors.AsType[*FetchError](err); ok {
		if query >= 0 && own.Code == FailQuery {
			return refused(own.Code, query, own.Detail)
		}
		return own
	}
	if _, much := errors.AsType[*pgproto3.ExceededMaxBodyLenErr](err); much {
		return &FetchError{FailSize, "more than 8 MiB"}
	}
	said, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok && strings.Contains(err.Error(), "server refused TLS"): // it has no name in the library
		return &FetchError{FailTLS, "the server has no TLS"}
	case !ok:
		return err
	}
	switch said.Code {
	case "57014", "55P03": // query_canceled, lock_not_available
		usual = FailTimeout
	case "53300": // too_many_connections
		usual = FailConnect
	}
	words := fmt.Sprintf("%s (SQLSTATE %s)", said.Message, said.Code)
	if query < 0 {
		return &FetchError{usual, words}
	}
	return refused(usual, query, words)
}
