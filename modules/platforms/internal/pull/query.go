package pull

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linghang/modules/platforms/internal/columns"
)

// Schemes of databases.
const (
	postgres = "postgres"
	mysql    = "mysql" // and MariaDB
)

// Bounds of asking a database.
const (
	QueryTimeout     = 20 * time.Second // connecting and all queries
	statementTimeout = 15 * time.Second // one query, on the server
	lockTimeout      = 3 * time.Second
)

// isDatabase tells whether a URL names a server and a database, and nothing else.
func isDatabase(u *url.URL) bool {
	name := strings.TrimPrefix(u.Path, "/")
	known := u.Scheme == postgres || u.Scheme == mysql
	plain := u.RawQuery == "" && u.Fragment == "" && u.Opaque == "" && !strings.ContainsAny(u.Hostname(), "/,")
	return known && plain && name != "" && !strings.ContainsAny(name, "/\x00")
}

// host is the server of a database, with the port that it has when none is named.
func host(u *url.URL) (name string, port uint16) {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return u.Hostname(), uint16(n)
	}
	if u.Scheme == mysql {
		return u.Hostname(), 3306
	}
	return u.Hostname(), 5432
}

func (s Spec) checkQueries(bad func(field, hint string)) {
	switch s.TLS {
	case TLSVerify, TLSRequire, TLSNone:
	default:
		bad("tls", "choose one of the kinds")
	}
	if len(s.Queries) == 0 || len(s.Queries) > QueriesMost {
		bad("queries", "1 to 20 queries")
	}
	for i, q := range s.Queries {
		if q == "" || len(q) > queryLongest || strings.Contains(q, "\x00") {
			bad("queries["+strconv.Itoa(i)+"]", "one SELECT of at most 10,000 octets with the columns code and value")
		}
	}
}

// result is what a query answered, as text.
type result struct {
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// answered are the results of the queries of a source on their way, within the bound.
type answered struct {
	results []result
	rows    int
	octets  int
}

func (a *answered) begin(head []string) { a.results = append(a.results, result{Columns: head}) }

// add takes a row of the newest result.
func (a *answered) add(cells []string) error {
	if a.rows++; a.rows > RowsMost {
		return &FetchError{FailSize, fmt.Sprintf("more than %d rows", RowsMost)}
	}
	for _, c := range cells {
		a.octets += len(c)
	}
	if a.octets > BodyMost {
		return &FetchError{FailSize, "more than 8 MiB"}
	}
	last := &a.results[len(a.results)-1]
	last.Rows = append(last.Rows, cells)
	return nil
}

// body writes results as people read them: a row is a line.
func (a *answered) body() ([]byte, error) {
	var b bytes.Buffer
	write := func(before string, what any) error {
		text, err := json.Marshal(what)
		b.WriteString(before)
		b.Write(text)
		return err
	}
	b.WriteString("[")
	for i, r := range a.results {
		between := "\n"
		if i > 0 {
			between = ",\n"
		}
		if err := write(between+`{"columns":`, r.Columns); err != nil {
			return nil, fmt.Errorf("write down columns: %w", err)
		}
		b.WriteString(`,"rows":[`)
		for j, cells := range r.Rows {
			between := "\n  "
			if j > 0 {
				between = ",\n  "
			}
			if err := write(between, cells); err != nil {
				return nil, fmt.Errorf("write down a row: %w", err)
			}
		}
		b.WriteString("]}")
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}

// ReadResults reads the rows of results, by the names of their columns.
func ReadResults(body []byte, m Moment) ([]Row, []Fault) {
	var results []result
	if err := json.Unmarshal(body, &results); err != nil {
		return nil, []Fault{{Field: "queries", Code: FaultDocument, Found: cut(err.Error())}}
	}
	rows := 0
	for _, r := range results {
		rows += len(r.Rows)
	}
	if rows > RowsMost {
		return nil, []Fault{{Field: "queries", Code: FaultMany, Found: strconv.Itoa(rows)}}
	}
	g := &gathered{}
	for i, r := range results {
		g.result(i, r, m)
	}
	if len(g.rows)+len(g.faults) == 0 {
		return nil, []Fault{{Field: "queries", Code: FaultRows, Found: strconv.Itoa(rows)}}
	}
	return g.rows, g.faults
}

func (g *gathered) result(i int, r result, m Moment) {
	field, origin := "queries["+strconv.Itoa(i)+"]", fmt.Sprintf("query %d", i+1)
	head, err := columns.Of(r.Columns, columns.Period)
	if wrong, ok := errors.AsType[*columns.Error](err); ok {
		code := map[string]string{columns.WrongColumn: FaultColumn, columns.WrongAbsent: FaultMissing}[wrong.Why]
		g.fault(Fault{origin, field, wrong.Column, code, cut(wrong.Found)})
		return
	}
	for n, cells := range r.Rows {
		at := fmt.Sprintf("%s #%d", origin, n+1)
		said, there, err := head.Read(cells)
		wrong, bad := errors.AsType[*columns.Error](err)
		switch {
		case bad && wrong.Why == columns.WrongNumber:
			g.fault(Fault{at, field, wrong.Column, FaultNumber, cut(strconv.Quote(wrong.Found))})
			continue
		case bad:
			g.fault(Fault{at, field, wrong.Column, FaultMissing, cut(strings.Join(cells, ", "))})
			continue
		case !there:
			continue
		}
		period, err := cellPeriod(said.Period, m)
		if err != nil {
			g.fault(Fault{at, field, columns.Period, FaultPeriod, cut(strconv.Quote(said.Period))})
			continue
		}
		g.add(Row{Origin: at, Code: said.Code, Dims: said.Dims, Period: period, Value: said.Value}, field, CombineNone)
	}
}

// cellPeriod reads the period of a row: as reports write it, or as databases write
// times, which are China's where they do not say which.
func cellPeriod(text string, m Moment) (string, error) {
	if text == "" {
		return m.Period, nil
	}
	if period, err := readPeriod(text, "auto"); err == nil {
		return period, nil
	}
	for _, layout := range []string{"2006-01-02 15:04:05Z07", "2006-01-02 15:04:05Z07:00", time.DateTime} {
		at, err := time.ParseInLocation(layout, text, CityTime())
		if err == nil && at.Year() <= 9999 {
			return at.In(CityTime()).Format(time.RFC3339Nano), nil
		}
	}
	return "", errPeriod
}

// dangerous tells whether a line of SHOW GRANTS gives a right over the whole server
// that reaches further than its tables.
func dangerous(grant string) bool {
	rights, _, global := strings.Cut(strings.ToUpper(grant), " ON *.* ")
	if !global {
		return false
	}
	for right := range strings.SplitSeq(strings.TrimPrefix(rights, "GRANT "), ",") {
		switch strings.TrimSpace(right) {
		case "FILE", "SUPER", "ALL", "ALL PRIVILEGES":
			return true
		}
	}
	return false
}
