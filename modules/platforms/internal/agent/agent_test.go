package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

func TestAConfigurationIsChecked(t *testing.T) {
	for text, want := range map[string][]string{
		"server: ftp://x":                                                       {"server:", "key: is missing", "secret_file: is missing", "directory: is missing", "sources: 1 to"},
		"surprise: 1":                                                           {"surprise"},
		"sources: [{name: A b, every: 1s}]":                                     {"sources[0].name:", "sources[0].every:", "sources[0].sql: give sql or csv"},
		"sources: [{name: a, every: 7m, csv: x}]":                               {"sources[0].every:"},
		"sources: [{name: a, of: week, csv: x}]":                                {"sources[0].of:"},
		"sources: [{name: a, of: day, at: noon, csv: x}]":                       {"sources[0].at:"},
		"sources: [{name: a, every: 1m, sql: {driver: ora}}]":                   {"sql.driver:", "sql.dsn:", "sql.query:"},
		"sources: [{name: a, every: 1m, csv: x}, {name: a, every: 1m, csv: x}]": {"sources[1].name:"},
	} {
		path := filepath.Join(t.TempDir(), "agent.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v, want %s", text, err, w)
			}
		}
	}
}

func TestAFileIsReadByItsColumns(t *testing.T) {
	list, err := readCSV(strings.NewReader("\ufeffvalue,Code,industry\n870,dev_online,\n12.5,ent_served,C26\n,user_reg,\n"))
	if err != nil || len(list) != 2 || list[0].Value != 870 || list[0].Dims != nil || list[1].Code != "ent_served" || list[1].Dims["industry"] != "C26" {
		t.Errorf("%+v, %v", list, err)
	}
	for text, want := range map[string]string{
		"": "head", "code\nx\n": "no column value", "code,value,colour\n": "colour", "code,code,value\n": "twice", "code,value\nx,many\n": "no number", "code,value\n,1\n": "no code", "code,value\nx\n": "row",
	} {
		if _, err := readCSV(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("code,value,industry\ndev_online,1e3,C26\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := readCSV(strings.NewReader(text))
		for _, i := range list {
			if err == nil && i.Code == "" {
				t.Errorf("%q: a value without a code", text)
			}
		}
	})
}

func TestADatabaseIsAskedAndNotChanged(t *testing.T) {
	lite := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(lite, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, q := range []Query{
		{Driver: "sqlite", DSN: lite},
		{Driver: "postgres", DSN: kerneltest.PostgresDatabase(t)},
		{Driver: "mysql", DSN: mariaDSN(t)},
	} {
		t.Run(q.Driver, func(t *testing.T) {
			q.Timeout = 10 * time.Second
			q.Query = `SELECT 'dev_online' AS code, 870 AS value, NULL AS industry UNION ALL SELECT 'ent_served', 12.5, 'C26' UNION ALL SELECT 'user_reg', NULL, NULL ORDER BY 1`
			list, err := q.read(t.Context())
			if err != nil || len(list) != 2 || list[0].Value != 870 || list[0].Dims != nil || list[1].Value != 12.5 || list[1].Dims["industry"] != "C26" {
				t.Errorf("%+v, %v", list, err)
			}
			q.Query = `CREATE TABLE harm (x INT)`
			if _, err := q.read(t.Context()); err == nil {
				t.Error("the database was changed")
			}
			q.Query, q.Timeout = `SELECT 1 AS surprise`, time.Second
			if _, err := q.read(t.Context()); err == nil || !strings.Contains(err.Error(), "surprise") {
				t.Errorf("a column that means nothing: %v", err)
			}
			q.Query = `WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT 'dev_online' AS code, COUNT(*) AS value FROM r`
			if q.Driver == "mysql" { // which ends a recursion by itself
				q.Query = `SELECT 'dev_online' AS code, SLEEP(600) AS value`
			}
			if _, err := q.read(t.Context()); err == nil {
				t.Error("a query without end ended")
			}
		})
	}
}

func mariaDSN(t *testing.T) string {
	t.Helper()
	address, name, _ := kerneltest.MariaDB(t)
	return "root@tcp(" + address + ")/" + name
}

func TestReportsWaitInOrderWithNumbersOfTheirOwn(t *testing.T) {
	q, err := openQueue(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := time.UnixMilli(1000)
	last := int64(0)
	for range 3 {
		if last, err = q.number(now, last); err != nil {
			t.Fatal(err)
		}
		body, err := report("2026-11-26", now, []item{{Code: "x", Value: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if err := q.add(last, body); err != nil {
			t.Fatal(err)
		}
		if err := q.add(last, body); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a number was given twice: %v", err)
		}
	}
	list, err := q.list()
	if err != nil || !slices.Equal(list, []int64{1000, 1001, 1002}) {
		t.Fatalf("%v, %v", list, err)
	}
	if err := q.renumber(1002); err != nil { // over those that there are
		t.Fatal(err)
	}
	if list, err = q.list(); err != nil || !slices.Equal(list, []int64{1002, 1003, 1004}) {
		t.Fatalf("%v, %v", list, err)
	}
	body, err := q.read(1003)
	if err != nil || !strings.Contains(string(body), `"seq":1003`) || !strings.Contains(string(body), `"period":"2026-11-26"`) {
		t.Errorf("%s, %v", body, err)
	}
	if err := q.refuse(1003, body, []byte(`{"detail":"no"}`)); err != nil {
		t.Fatal(err)
	}
	if list, err = q.list(); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := os.Stat(filepath.Join(q.refused(), "00000000000000001003.answer.json")); err != nil {
		t.Error(err)
	}
}

func TestPausesEndWithTheAgent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if pause(ctx, time.Hour) {
		t.Error("it went on")
	}
}
