package pull

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"linghang/kernel/kerneltest"
)

// bench is a real database with a table, an account that may do everything in it, and
// one that is dangerous; each engine has its own words for them.
type bench struct {
	name   string
	spec   Spec // signs in as the account
	change func(statement string) error
	count  func() int // rows of the table

	sleep, writes, file, outfile, endless, wide, heavy string
}

const sesame = "open-sesame"

func eachDatabase(t *testing.T, f func(t *testing.T, b bench)) {
	t.Run("postgres", func(t *testing.T) { f(t, postgresBench(t)) })
	t.Run("mariadb", func(t *testing.T) { f(t, mariaBench(t)) })
}

func asked(url, user string) Spec {
	return Spec{Kind: SQL, URL: url, User: user, TLS: TLSNone, Schedule: Schedule{Kind: Day, At: "01:30"}}.Fill()
}

func postgresBench(t *testing.T) bench {
	t.Helper()
	dsn := kerneltest.PostgresDatabase(t)
	root, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close(context.Background()) })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	user := "reader" + strings.TrimPrefix(u.Path, "/")
	b := bench{name: "postgres", spec: asked("postgres://"+u.Host+u.Path, user)}
	b.change = func(s string) error { _, err := root.Exec(t.Context(), s); return err }
	b.count = func() (n int) {
		if err := root.QueryRow(t.Context(), `SELECT COUNT(*) FROM figure`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	b.sleep, b.file = `SELECT 'dev_online' AS code, 1 AS value FROM pg_sleep(600)`, `SELECT pg_read_file('/etc/passwd') AS code, 1 AS value`
	b.outfile = `COPY (SELECT 1) TO PROGRAM 'touch %s'`
	b.writes = `SELECT harm() AS code, 1 AS value`
	b.endless = `WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT 'dev_online' AS code, n AS value FROM r`
	b.wide = `SELECT repeat('x', 1000000) AS code, g AS value FROM generate_series(1, 5000) g`
	b.heavy = `SELECT repeat('x', 50000000) AS code, 1 AS value`
	set(t, b, `CREATE TABLE figure (day DATE, district TEXT, n INT)`, `INSERT INTO figure VALUES ('2026-11-25', '370202', 7), ('2026-11-26', '370202', 12), ('2026-11-26', '370203', 8)`,
		`CREATE FUNCTION harm() RETURNS TEXT LANGUAGE plpgsql AS $$ BEGIN INSERT INTO figure VALUES ('2026-01-01', 'x', 1); RETURN 'dev_online'; END $$`,
		`CREATE ROLE `+user+` LOGIN PASSWORD '`+sesame+`'`, `GRANT ALL ON ALL TABLES IN SCHEMA public TO `+user, `GRANT ALL ON SCHEMA public TO `+user)
	return b
}

func mariaBench(t *testing.T) bench {
	t.Helper()
	address, name, root := kerneltest.MariaDB(t)
	user := "r_" + name
	b := bench{name: "mariadb", spec: asked("mysql://"+address+"/"+name, user)}
	b.change = func(s string) error { _, err := root.ExecContext(t.Context(), s); return err }
	b.count = func() (n int) {
		if err := root.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM figure`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	b.sleep, b.file = `SELECT 'dev_online' AS code, SLEEP(600) AS value`, `SELECT COALESCE(LOAD_FILE('/etc/passwd'), 'nothing') AS code, 1 AS value`
	b.outfile = `SELECT 'dev_online', 1 INTO OUTFILE '%s'`
	b.writes = `SELECT harm() AS code, 1 AS value`
	b.endless = `SELECT 'dev_online' AS code, seq AS value FROM seq_1_to_1000000000000`
	b.wide = `SELECT REPEAT('x', 1000000) AS code, seq AS value FROM seq_1_to_5000`
	b.heavy = `SELECT REPEAT('x', 15000000) AS code, 1 AS value`
	set(t, b, `CREATE TABLE figure (day DATE, district VARCHAR(20), n INT)`, `INSERT INTO figure VALUES ('2026-11-25', '370202', 7), ('2026-11-26', '370202', 12), ('2026-11-26', '370203', 8)`,
		`CREATE FUNCTION harm() RETURNS VARCHAR(20) MODIFIES SQL DATA BEGIN INSERT INTO figure VALUES ('2026-01-01', 'x', 1); RETURN 'dev_online'; END`,
		`CREATE USER `+user+`@'127.0.0.1' IDENTIFIED BY '`+sesame+`'`, `GRANT ALL PRIVILEGES ON `+name+`.* TO `+user+`@'127.0.0.1'`)
	return b
}

func set(t *testing.T, b bench, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := b.change(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// ask asks for a day and tells why it failed.
func (b bench) ask(t *testing.T, queries ...string) (rows []Row, faults []Fault, fail *FetchError) {
	t.Helper()
	s := b.spec
	s.Queries = queries
	return askOf(t, s, statementTimeout)
}

// askOf leaves each query so long, on the server.
func askOf(t *testing.T, s Spec, patience time.Duration) (rows []Row, faults []Fault, fail *FetchError) {
	t.Helper()
	f := fetcher(t, "127.0.0.0/8")
	f.statement = patience
	a, err := f.Fetch(t.Context(), s.Fill().At(at("2026-11-26 00:00:00")), sesame)
	if known, ok := errors.AsType[*FetchError](err); ok {
		if strings.Contains(known.Detail, sesame) {
			t.Errorf("the secret is told: %s", known.Detail)
		}
		return nil, nil, known
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, faults = s.Read(a.Body, a.ContentType, Moment{Period: "2026-11-26"})
	return rows, faults, nil
}

func TestADatabaseTellsWhatItsColumnsSay(t *testing.T) {
	eachDatabase(t, func(t *testing.T, b bench) {
		rows, faults, fail := b.ask(t,
			`SELECT 'ent_served' AS Code, n AS value, district FROM figure WHERE day = '{day}' ORDER BY district;`,
			`WITH a AS (SELECT SUM(n) AS n FROM figure) SELECT 'dev_online' AS code, a.n / 2.0 AS value, MIN(day) AS period FROM a, figure GROUP BY a.n`,
			`SELECT 'dev_connected' AS code, NULL AS value`,
			"SELECT 'user_reg' AS code, 5 AS value, TIMESTAMP '2026-11-26 08:30:00' AS period -- as they write it",
		)
		if len(faults) > 0 || fail != nil || len(rows) != 4 {
			t.Fatalf("%+v %+v %v", rows, faults, fail)
		}
		want := []string{"query 1 #1 ent_served 370202 2026-11-26 12", "query 1 #2 ent_served 370203 2026-11-26 8", "query 2 #1 dev_online  2026-11-25 13.5", "query 4 #1 user_reg  2026-11-26T08:30:00+08:00 5"}
		for i, r := range rows {
			if got := fmt.Sprintf("%s %s %s %s %g", r.Origin, r.Code, r.Dims["district"], r.Period, r.Value); got != want[i] {
				t.Errorf("row %d is %s, want %s", i, got, want[i])
			}
		}
		_, faults, _ = b.ask(t, `SELECT 'a' AS code, 'many' AS value UNION ALL SELECT '', '1' UNION ALL SELECT 'b', '2'`, `SELECT 'a' AS code, 1 AS value, 'x' AS colour`, `SELECT 1 AS value`, `SELECT 'b' AS code, 3 AS value`, `SELECT 'c' AS code, 1 AS value, 'soon' AS period`)
		var codes []string
		for _, f := range faults {
			codes = append(codes, f.Origin+" "+f.Field+" "+f.Path+" "+f.Code)
		}
		if got, want := strings.Join(codes, "\n"), "query 1 #1 queries[0] value number\nquery 1 #2 queries[0] code missing\nquery 2 queries[1] colour column\nquery 3 queries[2] code missing\nquery 4 #1 queries[3]  duplicate\nquery 5 #1 queries[4] period period"; got != want {
			t.Errorf("the faults are\n%s\nwant\n%s", got, want)
		}
		if _, faults, _ := b.ask(t, `SELECT 'a' AS code, n AS value FROM figure WHERE n < 0`); len(faults) != 1 || faults[0].Code != FaultRows {
			t.Errorf("no rows: %+v", faults)
		}
		if rows, faults, fail := b.ask(t); len(rows) > 0 || fail != nil || len(faults) != 1 {
			t.Errorf("without a query: %v %v %v", rows, faults, fail)
		}
	})
}

// TestADatabaseIsNotHarmed asks what somebody would who means harm, with an account
// that may do everything in its database.
func TestADatabaseIsNotHarmed(t *testing.T) {
	eachDatabase(t, func(t *testing.T, b bench) {
		made := filepath.Join(os.TempDir(), fmt.Sprintf("linghang-harm-%d-%d", os.Getpid(), time.Now().UnixNano()))
		t.Cleanup(func() { _ = os.Remove(made) })
		outfile := fmt.Sprintf(b.outfile, made)
		for name, queries := range map[string][]string{
			"several statements":         {`SELECT 'a' AS code, 1 AS value; DROP TABLE figure`},
			"several, closed before":     {`SELECT 'a' AS code, 1 AS value) AS q; DROP TABLE figure; SELECT * FROM (SELECT 'a' AS code, 1 AS value`},
			"a statement alone":          {`DROP TABLE figure`},
			"an insertion":               {`INSERT INTO figure VALUES ('2026-01-01', 'x', 1)`},
			"a deletion that tells":      {`DELETE FROM figure RETURNING 'a' AS code, n AS value`},
			"a deletion inside":          {`WITH d AS (DELETE FROM figure RETURNING n) SELECT 'a' AS code, n AS value FROM d`},
			"locks":                      {`SELECT 'a' AS code, n AS value FROM figure FOR UPDATE`},
			"locks, outside":             {`SELECT 'a' AS code, n AS value FROM figure) AS q FOR UPDATE /*`},
			"a function that writes":     {b.writes},
			"leaving the transaction":    {`COMMIT`, `DELETE FROM figure`},
			"leaving it, in one":         {`SELECT 'a' AS code, 1 AS value) AS q; COMMIT; SELECT * FROM (SELECT 'a' AS code, 1 AS value`, b.writes},
			"beginning another":          {`START TRANSACTION READ WRITE`, b.writes},
			"the session's settings":     {`SET SESSION TRANSACTION READ WRITE`, b.writes},
			"the transaction's settings": {`SET TRANSACTION READ WRITE`, b.writes},
			"a file out":                 {outfile},
			"a file out, outside":        {`SELECT 'a' AS code, 1 AS value) AS q INTO OUTFILE '` + made + `' /*`},
			"a file out, before":         {`SELECT 'a' AS code, 1 AS value INTO OUTFILE '` + made + `'`},
			"a table out":                {`SELECT 'a' AS code, 1 AS value INTO stolen`},
			"a file of ours":             {`LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE figure`},
			"a program":                  {`COPY figure FROM PROGRAM 'touch ` + made + `'`},
			"a block":                    {`DO $$ BEGIN DELETE FROM figure; END $$`},
			"a procedure":                {`CALL harm()`},
			"a comment that stays open":  {`SELECT 'a' AS code, 1 AS value /*`},
			"a parameter":                {`SELECT 'a' AS code, $1 AS value`},
			"nonsense":                   {`SELECTT`},
		} {
			_, _, fail := b.ask(t, queries...)
			if fail == nil || fail.Code != FailQuery {
				t.Errorf("%s: %v", name, fail)
			}
		}
		if n := b.count(); n != 3 {
			t.Errorf("%d rows are there", n)
		}
		if _, err := os.Stat(made); err == nil {
			t.Error("a file was written")
		}
		if b.name == "postgres" {
			for _, leave := range []string{`set_config('transaction_read_only', 'off', false)`, `set_config('role', 'postgres', false)`} {
				if _, _, fail := b.ask(t, `SELECT `+leave+` AS code, 1 AS value`, b.writes); fail == nil || b.count() != 3 {
					t.Errorf("%s: %v", leave, fail)
				}
			}
			_, _, _ = b.ask(t, `SELECT set_config('default_transaction_read_only', 'off', false) AS code, 1 AS value`, b.writes)
		}
		if rows, _, fail := b.ask(t, b.file); fail == nil && (len(rows) != 1 || rows[0].Code != "nothing") || b.count() != 3 {
			t.Errorf("a file in: %v %v", rows, fail)
		}
	})
}

func TestADatabaseThatGoesOnIsLeft(t *testing.T) {
	eachDatabase(t, func(t *testing.T, b bench) {
		for query, want := range map[string]string{b.endless: FailSize, b.wide: FailSize, b.heavy: FailSize} {
			if rows, _, fail := b.ask(t, query); fail == nil || fail.Code != want {
				t.Errorf("%s: %d rows, %v", query, len(rows), fail)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s := b.spec
		s.Queries = []string{b.sleep}
		if _, err := fetcher(t, "127.0.0.0/8").Fetch(ctx, s, sesame); err == nil || !strings.HasPrefix(err.Error(), FailTimeout) {
			t.Errorf("it sleeps: %v", err)
		}
		// The server ends it too, on its own.
		if _, _, fail := askOf(t, s, 2*time.Second); fail == nil || fail.Code != FailTimeout || !strings.HasPrefix(fail.Detail, "query 1: ") {
			t.Errorf("it sleeps: %v", fail)
		}
	})
}

func TestADatabaseIsAskedOnlyWithAnAccountThatReads(t *testing.T) {
	eachDatabase(t, func(t *testing.T, b bench) {
		ok := `SELECT 'a' AS code, 1 AS value`
		wrong := b.spec
		wrong.Queries = []string{ok}
		wrong.User = "nobody"
		if _, _, fail := askOf(t, wrong, statementTimeout); b.name == "mariadb" && (fail == nil || fail.Code != FailSignIn) {
			t.Errorf("another user: %v", fail)
		}
		wrong = b.spec
		wrong.URL += "x"
		if _, _, fail := askOf(t, wrong, statementTimeout); fail == nil || fail.Code != FailSignIn {
			t.Errorf("another database: %v", fail)
		}
		more := []string{`GRANT FILE ON *.* TO ` + b.spec.User + `@'127.0.0.1'`}
		less := `REVOKE FILE ON *.* FROM ` + b.spec.User + `@'127.0.0.1'`
		if b.name == "postgres" {
			more, less = []string{`GRANT pg_execute_server_program TO ` + b.spec.User, `ALTER ROLE ` + b.spec.User + ` SUPERUSER`}, `ALTER ROLE `+b.spec.User+` NOSUPERUSER`
		}
		for _, m := range more {
			set(t, b, m)
			if _, _, fail := b.ask(t, ok); fail == nil || fail.Code != FailRights {
				t.Errorf("%s: %v", m, fail)
			}
		}
		set(t, b, less)
	})
}

func TestADatabaseIsReachedAsTheConfigurationSays(t *testing.T) {
	eachDatabase(t, func(t *testing.T, b bench) {
		s := b.spec
		s.Queries = []string{`SELECT 'a' AS code, 1 AS value`}
		fails := func(what string, f *Fetcher, s Spec, code string) {
			t.Helper()
			if _, err := f.Fetch(t.Context(), s, sesame); err == nil || !strings.HasPrefix(err.Error(), code+": ") {
				t.Errorf("%s: %v, want %s", what, err, code)
			}
		}
		fails("in clear, to a network that nobody named", fetcher(t), s, FailPlain)
		s.TLS = TLSVerify
		fails("a private network", fetcher(t), s, FailForbid)
		fails("without TLS", fetcher(t, "127.0.0.0/8"), s, map[string]string{"mariadb": FailTLS, "postgres": FailTLS}[b.name])
	})
}

func TestAServerThatIsNoDatabaseIsLeft(t *testing.T) {
	for _, scheme := range []string{postgres, mysql} {
		for name, says := range map[string]string{
			"nothing": "", "noise": "HTTP/1.1 400 Bad Request\r\n\r\n", "a length without end": "R\x7f\xff\xff\xff\x00\x00\x00\x00", "zeros": strings.Repeat("\x00", 64<<10), "the secret": "E\x00\x00\x00\x20SFATAL\x00C28P01\x00Mno " + sesame + "\x00\x00",
		} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					_, _ = c.Write([]byte(says))
					_ = c.Close()
				}
			}()
			s := asked(scheme+"://"+l.Addr().String()+"/x", "reader")
			s.Queries = []string{"SELECT 1"}
			if _, _, fail := askOf(t, s, statementTimeout); fail == nil {
				t.Errorf("%s that says %s answered", scheme, name)
			}
			_ = l.Close()
		}
	}
}

func TestRightsOverAServerAreTold(t *testing.T) {
	for grant, want := range map[string]bool{
		"GRANT USAGE ON *.* TO `r`@`%`": false, "GRANT SELECT, SHOW VIEW ON *.* TO `r`@`%`": false, "GRANT ALL PRIVILEGES ON `figures`.* TO `r`@`%`": false,
		"GRANT SELECT, FILE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*X'": true, "GRANT ALL PRIVILEGES ON *.* TO `r`@`%` WITH GRANT OPTION": true, "GRANT `role` TO `r`@`%`": false,
	} {
		if got := dangerous(grant); got != want {
			t.Errorf("%s: %t", grant, got)
		}
	}
}

func FuzzReadResults(f *testing.F) {
	f.Add([]byte(`[{"columns":["code","value","period","district"],"rows":[["a","1","2026-11-26 08:00:00+08","x"],["b"]]}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, _ := ReadResults(body, Moment{Period: "2026-11-26"})
		for _, r := range rows {
			if r.Code == "" || r.Period == "" || r.Value != r.Value {
				t.Errorf("%q: %+v", body, r)
			}
		}
	})
}
