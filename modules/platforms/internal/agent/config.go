package agent

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config says for whom an agent reports, where to, and what it reads.
type Config struct {
	Server     string `yaml:"server"`      // https://… of the city
	Key        string `yaml:"key"`         // id of a report key
	SecretFile string `yaml:"secret_file"` // has the key's secret
	Directory  string `yaml:"directory"`
	// Certificate is a PEM file with the key and the certificate of this machine, as
	// `linghang machine enrol` writes it, for keys that ask for one.
	Certificate string   `yaml:"certificate"`
	Authority   string   `yaml:"authority"` // PEM file of who issued the server's certificate; those of the machine when empty
	Sources     []Source `yaml:"sources"`

	secret []byte
}

// Source is where values come from, and when.
type Source struct {
	Name string `yaml:"name"`
	// Every is how often values of the moment are read, at multiples of it.
	Every time.Duration `yaml:"every"`
	// Of is day or month: values of the one that is over, read once, at the time At
	// (China's) of the day after, or of the first day of the month after.
	Of  Span   `yaml:"of"`
	At  string `yaml:"at"`
	SQL *Query `yaml:"sql"`
	CSV string `yaml:"csv"` // a file with columns as those of a query

	minutes int // of At
}

// Query is a question to a database, which changes nothing. Its columns are code and
// value, and any of industry, district, size and type.
type Query struct {
	Driver  string        `yaml:"driver"`   // postgres, mysql (MariaDB too) or sqlite
	DSN     string        `yaml:"dsn"`      // how to connect, or
	DSNFile string        `yaml:"dsn_file"` // a file that says so, as it may have a password
	Query   string        `yaml:"query"`
	Timeout time.Duration `yaml:"timeout"` // 30 s when 0
}

// Span is what values are of.
type Span string

// Spans. A value of the moment is of none.
const (
	Moment Span = ""
	Day    Span = "day"
	Month  Span = "month"
)

// Bounds of an agent.
const (
	leastEvery  = 10 * time.Second
	mostEvery   = 24 * time.Hour
	mostSources = 100
	usualQuery  = 30 * time.Second
)

var sourceName = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)

// Load reads the configuration of an agent; paths in it are beside its file.
func Load(path string) (Config, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator named it
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	var c Config
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("read %s: %w", path, err)
	}
	if err := c.check(); err != nil {
		return Config{}, fmt.Errorf("%s:\n%w", path, err)
	}
	beside := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(path), name)
	}
	c.Directory, c.Authority, c.Certificate = beside(c.Directory), beside(c.Authority), beside(c.Certificate)
	for i := range c.Sources {
		s := &c.Sources[i]
		s.CSV = beside(s.CSV)
		if s.SQL != nil && s.SQL.DSNFile != "" {
			dsn, err := os.ReadFile(beside(s.SQL.DSNFile))
			if err != nil {
				return Config{}, fmt.Errorf("sources[%d].sql.dsn_file: %w", i, err)
			}
			s.SQL.DSN = string(bytes.TrimSpace(dsn))
		}
	}
	secret, err := os.ReadFile(beside(c.SecretFile))
	if err != nil {
		return Config{}, fmt.Errorf("secret_file: %w", err)
	}
	if c.secret = bytes.TrimSpace(secret); len(c.secret) == 0 {
		return Config{}, fmt.Errorf("secret_file: %s is empty", c.SecretFile)
	}
	return c, nil
}

// check refuses a configuration that cannot be acted upon, naming every fault.
func (c *Config) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if u, err := url.Parse(c.Server); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		bad("server: %q is no address, as https://city.example", c.Server)
	}
	for name, text := range map[string]string{"key": c.Key, "secret_file": c.SecretFile, "directory": c.Directory} {
		if text == "" {
			bad("%s: is missing", name)
		}
	}
	if len(c.Sources) == 0 || len(c.Sources) > mostSources {
		bad("sources: 1 to %d", mostSources)
	}
	names := map[string]bool{}
	for i := range c.Sources {
		s := &c.Sources[i]
		if !sourceName.MatchString(s.Name) || names[s.Name] {
			bad("sources[%d].name: 1 to 32 of a-z, 0-9, _ and -, each once", i)
		}
		names[s.Name] = true
		s.check(func(format string, args ...any) { bad("sources[%d]."+format, append([]any{i}, args...)...) })
	}
	return errors.Join(errs...)
}

func (s *Source) check(bad func(format string, args ...any)) {
	switch s.Of {
	case Moment:
		if s.Every < leastEvery || s.Every > mostEvery || mostEvery%s.Every != 0 {
			bad("every: %s to %s, a part of a day without remainder, as 15m", leastEvery, mostEvery)
		}
	case Day, Month:
		at, err := time.Parse("15:04", s.At)
		if err != nil {
			bad("at: the time of day (UTC+8) at which the %s is read, as 00:30", s.Of)
		}
		s.minutes = at.Hour()*60 + at.Minute()
	default:
		bad("of: day or month; left out for values of the moment")
	}
	if (s.SQL == nil) == (s.CSV == "") {
		bad("sql: give sql or csv, one of them")
	}
	if s.SQL != nil {
		s.SQL.check(bad)
	}
}

func (q *Query) check(bad func(format string, args ...any)) {
	if _, known := drivers()[q.Driver]; !known {
		bad("sql.driver: postgres, mysql or sqlite")
	}
	if (q.DSN == "") == (q.DSNFile == "") {
		bad("sql.dsn: give dsn or dsn_file, one of them")
	}
	if q.Query == "" {
		bad("sql.query: a query with the columns code and value, and any of industry, district, size, type")
	}
	if q.Timeout == 0 {
		q.Timeout = usualQuery
	}
}
