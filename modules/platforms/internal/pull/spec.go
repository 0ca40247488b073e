package pull

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/modules/platforms/internal/columns"
)

// Kinds of sources.
const (
	Prometheus = "prometheus"
	JSON       = "json"
	SQL        = "sql"
)

// Ways to sign in at a source.
const (
	AuthNone   = "none"
	AuthBasic  = "basic"
	AuthBearer = "bearer"
	AuthHeader = "header"
)

// How a connection to a database is secured. What the server is, is not checked with
// TLSRequire; both this and TLSNone are for networks that the operator names.
const (
	TLSVerify  = "verify"
	TLSRequire = "require"
	TLSNone    = "none"
)

// How several values of one series and one period become one.
const (
	CombineNone = ""
	CombineSum  = "sum"
	CombineMax  = "max"
)

// Bounds of a source.
const (
	RulesMost    = 100
	RowsMost     = 10_000
	matchMost    = 20
	QueriesMost  = 20
	queryLongest = 10_000
	urlLongest   = 1000
	textLongest  = 300
	leastEvery   = 15
	mostEvery    = 24 * 3600
	PeriodsMost  = 31 // that are caught up
	FactorAtMost = 1e12
)

// Spec is where values are, and how they are told.
type Spec struct {
	Kind     string   `json:"kind" enum:"prometheus,json,sql"`
	URL      string   `json:"url" maxLength:"1000" doc:"{day} and {month} in it stand for the period that is asked for, as 2026-11-26 and 2026-11. Of a database: postgres://host:5432/database or mysql://host:3306/database"`
	Match    []string `json:"match,omitempty" maxItems:"20" doc:"Selectors of a federation endpoint (match[])"`
	Auth     string   `json:"auth" enum:"none,basic,bearer,header"`
	User     string   `json:"user,omitempty" maxLength:"200" doc:"Of basic, and of a database"`
	Header   string   `json:"header,omitempty" maxLength:"100" doc:"Name of the header that holds the secret"`
	Rules    []Rule   `json:"rules,omitempty" maxItems:"100" doc:"Of Prometheus: which series are which indicator"`
	Table    *Table   `json:"table,omitempty" doc:"Of JSON: where rows are, and what in them"`
	TLS      string   `json:"tls,omitempty" enum:"verify,require,none" doc:"Of a database: with a certificate that is checked; encrypted only; in clear. Other than verify is for networks that the configuration names"`
	Queries  []string `json:"queries,omitempty" maxItems:"20" doc:"Of a database: SELECT with the columns code and value, and any of industry, district, size, type and period; {day} and {month} in them stand for the period that is asked for"`
	Schedule Schedule `json:"schedule"`
}

// Rule takes the series of one metric for an indicator.
type Rule struct {
	Metric  string            `json:"metric" maxLength:"300"`
	Labels  map[string]string `json:"labels,omitempty" doc:"Only series with these labels"`
	Code    string            `json:"code" maxLength:"60" doc:"The indicator"`
	Dims    map[string]string `json:"dims,omitempty" doc:"The label that holds each dimension: industry, district, size, type"`
	Factor  float64           `json:"factor,omitempty" doc:"Values are multiplied by it; 1 when it is not given"`
	Combine string            `json:"combine,omitempty" enum:"sum,max" doc:"What several series of one indicator and breakdown become; without it they are a fault"`
}

// Table says where the rows of a JSON document are and what is in them. Paths
// are JSONPath (RFC 9535); one that begins with @ begins at the row, with $ at
// the document.
type Table struct {
	Rows   string            `json:"rows" maxLength:"300" doc:"Which nodes are rows"`
	Period string            `json:"period,omitempty" maxLength:"300" doc:"Where the period of a row is; without it the values are of the time or the period that is asked for"`
	Format string            `json:"format,omitempty" enum:"auto,datetime,date8,month6,unix,unix_ms" doc:"How periods are written: auto is RFC 3339, 2026-11-26 or 2026-11; datetime is 2026-11-26 15:04:05 in China's time"`
	Dims   map[string]string `json:"dims,omitempty" doc:"Where each dimension is: industry, district, size, type"`
	Values []Value           `json:"values" maxItems:"100" nullable:"false"`
}

// Value is an indicator in a row.
type Value struct {
	Code   string  `json:"code" maxLength:"60" doc:"The indicator, or, when it begins with @, the path that holds it"`
	Path   string  `json:"path" maxLength:"300"`
	Factor float64 `json:"factor,omitempty"`
}

// Wrong says which field of a spec is wrong, and how to mend it.
type Wrong struct{ Field, Hint string }

// Dimensions are those that values are broken down by.
func Dimensions() []string { return columns.Dimensions() }

var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:.]*$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)
)

// Fill sets what is not said, and leaves out what does not belong to the kind.
func (s Spec) Fill() Spec {
	s.URL = strings.TrimSpace(s.URL)
	if s.Auth == "" {
		s.Auth = AuthNone
	}
	if s.Auth != AuthBasic && s.Kind != SQL {
		s.User = ""
	}
	if s.Auth != AuthHeader {
		s.Header = ""
	}
	if s.Kind != JSON {
		s.Table = nil
	}
	if s.Kind != Prometheus {
		s.Rules, s.Match = nil, nil
	}
	s = s.fillQueries()
	if s.Schedule.Kind == Every {
		s.Schedule.At = ""
	} else {
		s.Schedule.Every = 0
	}
	return s
}

// fillQueries signs in at a database by name and password, and takes away the
// semicolon that ends a query where people write several.
func (s Spec) fillQueries() Spec {
	if s.Kind != SQL {
		s.TLS, s.Queries = "", nil
		return s
	}
	s.Auth, s.Header = AuthBasic, ""
	if s.TLS == "" {
		s.TLS = TLSVerify
	}
	queries := make([]string, len(s.Queries))
	for i, q := range s.Queries {
		queries[i] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(q), ";"))
	}
	s.Queries = queries
	return s
}

// Check names everything that is wrong with a spec.
func (s Spec) Check() []Wrong {
	var list []Wrong
	bad := func(field, hint string) { list = append(list, Wrong{field, hint}) }
	s.checkAddress(bad)
	s.Schedule.check(bad)
	switch s.Kind {
	case Prometheus:
		s.checkRules(bad)
	case JSON:
		if s.Table == nil {
			bad("table.rows", "say which nodes are rows, as $.data[*]")
		} else {
			s.Table.check(bad)
		}
	case SQL:
		s.checkQueries(bad)
	default:
		bad("kind", "choose a kind")
	}
	return list
}

func isWeb(u *url.URL) bool { return u.Scheme == "http" || u.Scheme == "https" }

func (s Spec) checkAddress(bad func(field, hint string)) {
	u, err := url.Parse(s.At(time.Unix(0, 0).UTC()).URL)
	form, want := isWeb, "a URL that begins with http:// or https://"
	if s.Kind == SQL {
		form, want = isDatabase, "postgres://host:5432/database or mysql://host:3306/database"
	}
	switch {
	case err != nil || len(s.URL) > urlLongest || !form(u):
		bad("url", want)
	case u.Hostname() == "":
		bad("url", "the URL names no host")
	case u.User != nil:
		bad("url", "no user name or password in the URL: sign in by the settings below it")
	case s.Kind == Prometheus && s.Periods():
		bad("url", "an exposition tells values of now; {day} and {month} are for JSON")
	case s.Periods() && s.Schedule.Kind == Every:
		bad("schedule.kind", "a source with {day} or {month} is read once a day or a month")
	}
	s.checkAuth(bad)
	s.checkMatch(bad)
}

// checkMatch checks the selectors of a federation.
func (s Spec) checkMatch(bad func(field, hint string)) {
	if len(s.Match) > matchMost {
		bad("match", "at most 20")
	}
	for i, m := range s.Match {
		if strings.TrimSpace(m) == "" || len(m) > textLongest {
			bad("match["+strconv.Itoa(i)+"]", `a selector, as {__name__=~"iip_.+"}`)
		}
	}
}

func (s Spec) checkAuth(bad func(field, hint string)) {
	switch s.Auth {
	case AuthNone, AuthBearer:
	case AuthBasic:
		if s.User == "" || strings.ContainsFunc(s.User, func(r rune) bool { return r < ' ' || r == ':' }) {
			bad("user", "give the user name, without a colon")
		}
	case AuthHeader:
		if name := strings.ToLower(s.Header); !headerName.MatchString(s.Header) || slices.Contains([]string{"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "accept-encoding"}, name) {
			bad("header", "the name of a header, as X-Api-Key")
		}
	default:
		bad("auth", "choose one of the kinds")
	}
}

func (s Spec) checkRules(bad func(field, hint string)) {
	if len(s.Rules) == 0 || len(s.Rules) > RulesMost {
		bad("rules", "1 to 100 rules")
	}
	for i, r := range s.Rules {
		at := "rules[" + strconv.Itoa(i) + "]."
		if !metricName.MatchString(r.Metric) || len(r.Metric) > textLongest {
			bad(at+"metric", "the name of a metric, as devices_online")
		}
		if r.Code == "" {
			bad(at+"code", "choose an indicator")
		}
		checkFactor(at, r.Factor, bad)
		checkDims(at, r.Dims, func(text string) bool { return text != "" && len(text) <= textLongest }, "the name of a label", bad)
		for name, value := range r.Labels {
			if name == "" || len(name)+len(value) > textLongest || len(r.Labels) > matchMost {
				bad(at+"labels", "labels with their values, as env=prod")
				break
			}
		}
		if !slices.Contains([]string{CombineNone, CombineSum, CombineMax}, r.Combine) {
			bad(at+"combine", "choose one of the kinds")
		}
	}
}

const pathHint = "JSONPath (RFC 9535) of at most 300 characters: @ at the row or $ at the document, one .. at most, no $ in filters"

func (t *Table) check(bad func(field, hint string)) {
	if p, err := ParsePath(t.Rows); err != nil || p.row {
		bad("table.rows", "say which nodes are rows, as $.data[*]")
	}
	if _, err := ParsePath(t.Period); t.Period != "" && err != nil {
		bad("table.period", pathHint)
	}
	if !slices.Contains([]string{"", "auto", "datetime", "date8", "month6", "unix", "unix_ms"}, t.Format) {
		bad("table.format", "choose one of the kinds")
	}
	isPath := func(text string) bool { _, err := ParsePath(text); return err == nil }
	checkDims("table.", t.Dims, isPath, pathHint, bad)
	if len(t.Values) == 0 || len(t.Values) > RulesMost {
		bad("table.values", "1 to 100 values")
	}
	for i, v := range t.Values {
		at := "table.values[" + strconv.Itoa(i) + "]."
		if !isPath(v.Path) {
			bad(at+"path", pathHint)
		}
		switch {
		case v.Code == "":
			bad(at+"code", "choose an indicator")
		case strings.HasPrefix(v.Code, "@") && !isPath(v.Code):
			bad(at+"code", pathHint)
		}
		checkFactor(at, v.Factor, bad)
	}
}

func checkFactor(at string, factor float64, bad func(field, hint string)) {
	if factor != factor || factor < 0 || factor > FactorAtMost {
		bad(at+"factor", "a number above 0")
	}
}

func checkDims(at string, dims map[string]string, fine func(string) bool, hint string, bad func(field, hint string)) {
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		switch {
		case !slices.Contains(Dimensions(), name):
			bad(at+"dims", "dimensions are industry, district, size and type")
		case !fine(dims[name]):
			bad(at+"dims."+name, hint)
		}
	}
}

// Periods tells whether the source is asked for one period at a time, so that
// what was missed can be asked for later.
func (s Spec) Periods() bool {
	return slices.ContainsFunc(append([]string{s.URL}, s.Queries...), func(text string) bool {
		return strings.Contains(text, "{day}") || strings.Contains(text, "{month}")
	})
}

// At is the spec for a period: its URL and its queries name it. A period is digits
// and hyphens, whoever made the query.
func (s Spec) At(period time.Time) Spec {
	period = period.In(CityTime())
	named := strings.NewReplacer("{day}", period.Format(time.DateOnly), "{month}", period.Format("2006-01"))
	s.URL, s.Queries = named.Replace(s.URL), slices.Clone(s.Queries)
	for i, q := range s.Queries {
		s.Queries[i] = named.Replace(q)
	}
	return s
}

// Scaled multiplies by a factor that may not be given.
func scaled(v, factor float64) float64 {
	if factor == 0 {
		return v
	}
	return v * factor
}

// CityTime is where days begin: all of China keeps UTC+8 without summer time.
func CityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }
