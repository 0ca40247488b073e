package kernel

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"linghang/kernel/blobs"
	"linghang/kernel/export"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/letter"
	"linghang/kernel/seal"
)

// Config is what an installation can be told. Flags win over environment
// variables (LINGHANG_ and the key in capitals), those over the file, that over
// the defaults.
type Config struct {
	File        string
	Data        string
	HTTP        string
	TLS         TLS
	MQTT        MQTT
	PublicURL   string
	DatabaseURL string
	NATSURL     string
	SeriesURL   string
	SeriesRead  string
	BlobsURL    string
	LogLevel    string
	LogFormat   string
	Retention   time.Duration
	RetryFor    time.Duration
	Grace       time.Duration
	TrustProxy  bool
	OTLPURL     string
	TraceSample float64
	Run         []string
	// SignIn is what is asked of who signs in.
	SignIn identity.Policy
	// Limits bound requests per caller.
	Limits      httpd.Limits
	ExportAlone int // rows of a download that need no second person; 0: all
	CryptoSuite string
	MasterKey   string // file; empty: in the data directory
	AuditAnchor string // directory for copies of signed checkpoints
	WordVectors string // file; empty for none

	// Rooms holds each room's section of the file as JSON.
	Rooms map[string]json.RawMessage
}

// TLS is the port on which machines show their certificates.
type TLS struct {
	Listen string
	Cert   string   // file; empty: the city's authority issues one
	Key    string   // file
	Names  []string // of a certificate that the city's authority issues
}

// MQTT is the way in over MQTT.
type MQTT struct {
	Listen    string
	TLSListen string // with the certificate of the TLS port
}

// Defaults returns the configuration of `linghang serve` without anything.
func Defaults() Config {
	return Config{
		Data: "data", HTTP: "127.0.0.1:8080", LogLevel: "info", LogFormat: "text",
		Retention: 90 * 24 * time.Hour, RetryFor: letter.RetryFor, Grace: 20 * time.Second, TraceSample: 1, CryptoSuite: seal.International, SignIn: identity.DefaultPolicy(),
		Limits: httpd.DefaultLimits(), ExportAlone: export.Alone,
	}
}

// setting ties a key to its field.
type setting struct {
	key    string
	usage  string
	secret bool
	also   string // an environment variable that other programs know too
	get    func(c *Config) string
	set    func(c *Config, text string) error
}

func settings() []setting {
	return []setting{
		text("data", "directory for everything that is kept", func(c *Config) *string { return &c.Data }),
		text("http", "address of the web and the API; off switches it off", func(c *Config) *string { return &c.HTTP }),
		text("tls-listen", "address of the same API over TLS, on which machines show their certificates, such as :8443; empty for none", func(c *Config) *string { return &c.TLS.Listen }),
		text("tls-cert", "file of the TLS port's certificate with its chain, read again when it changes; empty: the city's authority issues one", func(c *Config) *string { return &c.TLS.Cert }),
		text("tls-key", "file of its private key", func(c *Config) *string { return &c.TLS.Key }),
		list("tls-names", "host names and addresses in the certificate that the city's authority issues; those of public-url, tls-listen and this machine are in it anyway", func(c *Config) *[]string { return &c.TLS.Names }),
		text("mqtt-listen", "address of MQTT without encryption, for networks that are one's own, such as 127.0.0.1:1883; empty for none", func(c *Config) *string { return &c.MQTT.Listen }),
		text("mqtt-tls-listen", "address of MQTT over TLS with the certificate of tls-listen, such as :8883; empty for none", func(c *Config) *string { return &c.MQTT.TLSListen }),
		text("public-url", "address that browsers and platforms use, when a proxy is in front", func(c *Config) *string { return &c.PublicURL }),
		hidden(text("database-url", "postgres://… instead of SQLite files in the data directory", func(c *Config) *string { return &c.DatabaseURL })),
		hidden(text("nats-url", "nats://…,nats://… of a cluster instead of the embedded bus", func(c *Config) *string { return &c.NATSURL })),
		hidden(text("series-url", "http(s)://… that takes time series by remote write 1.0 instead of the data directory", func(c *Config) *string { return &c.SeriesURL })),
		hidden(text("series-read-url", "http(s)://… under which the same store answers the query API of Prometheus", func(c *Config) *string { return &c.SeriesRead })),
		hidden(text("blobs-url", "s3://KEY:SECRET@host/bucket of an S3-compatible service instead of files in the data directory", func(c *Config) *string { return &c.BlobsURL })),
		text("log-level", "debug, info, warn or error", func(c *Config) *string { return &c.LogLevel }),
		text("log-format", "text or json", func(c *Config) *string { return &c.LogFormat }),
		duration("retention", "how long time series stay", func(c *Config) *time.Duration { return &c.Retention }),
		duration("retry-for", "how long an event that a room cannot handle is tried again before a person decides", func(c *Config) *time.Duration { return &c.RetryFor }),
		duration("grace", "how long running requests may take when stopping", func(c *Config) *time.Duration { return &c.Grace }),
		text("crypto-suite", "international (Ed25519, SHA-256, AES) or guomi (SM2, SM3, SM4) for new seals and signatures", func(c *Config) *string { return &c.CryptoSuite }),
		text("audit-anchor", "directory into which signed checkpoints of the audit log are also written, for a second party to take away", func(c *Config) *string { return &c.AuditAnchor }),
		text("master-key-file", "file of the master key; empty: keys/master.key in the data directory", func(c *Config) *string { return &c.MasterKey }),
		{
			key: "trust-proxy", usage: "read the caller's address from X-Forwarded-For",
			get: func(c *Config) string { return strconv.FormatBool(c.TrustProxy) },
			set: func(c *Config, t string) (err error) { c.TrustProxy, err = strconv.ParseBool(t); return err },
		},
		text("second-factor", "who needs a second factor: required (everybody), grave (administrators and auditors) or off", func(c *Config) *string { return &c.SignIn.SecondFactor }),
		duration("second-factor-grace", "how long somebody may go on without the second factor that they need", func(c *Config) *time.Duration { return &c.SignIn.Grace }),
		perSecond("limit-address", "one address", func(c *Config) *float64 { return &c.Limits.Address }),
		perSecond("limit-account", "one person or token", func(c *Config) *float64 { return &c.Limits.Account }),
		perSecond("limit-tenant", "one organisation", func(c *Config) *float64 { return &c.Limits.Tenant }),
		{
			key: "export-alone", usage: "rows of a download that somebody who sees several organisations takes away without a second person; 0 for all",
			get: func(c *Config) string { return strconv.Itoa(c.ExportAlone) },
			set: func(c *Config, t string) (err error) { c.ExportAlone, err = strconv.Atoi(t); return err },
		},
		text("word-vectors", "file of word vectors as text (.vec of word2vec or fastText, or GloVe's; gzip too) that matching reads meanings from, beside what it learns from the city's own texts; empty for none", func(c *Config) *string { return &c.WordVectors }),
		text("breached-passwords", "file of SHA-1 hashes of passwords that are refused, ordered by hash", func(c *Config) *string { return &c.SignIn.Breached }),
		{
			key: "otlp-url", usage: "OTLP/HTTP receiver of traces, such as http://127.0.0.1:4318; empty switches them off", secret: true,
			also: "OTEL_EXPORTER_OTLP_ENDPOINT",
			get:  func(c *Config) string { return c.OTLPURL },
			set:  func(c *Config, t string) error { c.OTLPURL = t; return nil },
		},
		{
			key: "trace-sample", usage: "share of the requests, jobs and events that are traced, 0 to 1",
			get: func(c *Config) string { return strconv.FormatFloat(c.TraceSample, 'g', -1, 64) },
			set: func(c *Config, t string) (err error) { c.TraceSample, err = strconv.ParseFloat(t, 64); return err },
		},
		list("run", "rooms whose loops, jobs and subscriptions run in this process; empty means all", func(c *Config) *[]string { return &c.Run }),
	}
}

func text(key, usage string, field func(*Config) *string) setting {
	return setting{
		key: key, usage: usage,
		get: func(c *Config) string { return *field(c) },
		set: func(c *Config, t string) error { *field(c) = t; return nil },
	}
}

func list(key, usage string, field func(*Config) *[]string) setting {
	return setting{
		key: key, usage: usage,
		get: func(c *Config) string { return strings.Join(*field(c), ",") },
		set: func(c *Config, t string) error {
			*field(c) = strings.FieldsFunc(t, func(r rune) bool { return r == ',' || r == ' ' })
			return nil
		},
	}
}

func perSecond(key, whom string, field func(*Config) *float64) setting {
	return setting{
		key: key, usage: "requests a second that are answered to " + whom + ", over ten seconds; 0 for no bound",
		get: func(c *Config) string { return strconv.FormatFloat(*field(c), 'g', -1, 64) },
		set: func(c *Config, t string) (err error) { *field(c), err = strconv.ParseFloat(t, 64); return err },
	}
}

func duration(key, usage string, field func(*Config) *time.Duration) setting {
	return setting{
		key: key, usage: usage,
		get: func(c *Config) string { return field(c).String() },
		set: func(c *Config, t string) (err error) { *field(c), err = time.ParseDuration(t); return err },
	}
}

func hidden(s setting) setting {
	s.secret = true
	return s
}

func (s setting) variable() string {
	return "LINGHANG_" + strings.ToUpper(strings.ReplaceAll(s.key, "-", "_"))
}

// addFlags declares a flag for every setting.
func addFlags(flags *pflag.FlagSet) {
	d := Defaults()
	flags.String("config", "", "configuration file (YAML); LINGHANG_CONFIG")
	for _, s := range settings() {
		flags.String(s.key, s.get(&d), s.usage+"; "+s.variable())
	}
}

// load reads the configuration from flags, environment and file. lookup is
// os.LookupEnv in the program.
func load(flags *pflag.FlagSet, lookup func(string) (string, bool)) (Config, error) {
	c := Defaults()
	c.File, _ = lookup("LINGHANG_CONFIG")
	if f := flags.Lookup("config"); f != nil && f.Changed {
		c.File = f.Value.String()
	}
	if c.File != "" {
		if err := c.readFile(); err != nil {
			return c, err
		}
	}
	for _, s := range settings() {
		source, value, given := s.variable(), "", false
		if v, ok := lookup(s.also); ok && s.also != "" && s.get(&c) == "" {
			source, value, given = s.also, v, true
		}
		if v, ok := lookup(s.variable()); ok {
			source, value, given = s.variable(), v, true
		}
		if f := flags.Lookup(s.key); f != nil && f.Changed {
			source, value, given = "--"+s.key, f.Value.String(), true
		}
		if !given {
			continue
		}
		if err := s.set(&c, value); err != nil {
			return c, fmt.Errorf("configuration %s: %q cannot be read: %w", source, value, err)
		}
	}
	return c, c.check()
}

// readFile applies the file: settings by key, and one section per room.
func (c *Config) readFile() error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("configuration %s: %w", c.File, err)
	}
	c.Rooms = map[string]json.RawMessage{}
	for key, value := range doc {
		i := slices.IndexFunc(settings(), func(s setting) bool { return s.key == key })
		if i >= 0 {
			if list, ok := value.([]any); ok {
				value = strings.Trim(fmt.Sprint(list), "[]")
			}
			if err := settings()[i].set(c, fmt.Sprint(value)); err != nil {
				return fmt.Errorf("configuration %s, key %s: %q cannot be read: %w", c.File, key, fmt.Sprint(value), err)
			}
			continue
		}
		if _, section := value.(map[string]any); !section {
			return fmt.Errorf("configuration %s: there is no key %q; `linghang config` lists them", c.File, key)
		}
		if c.Rooms[key], err = json.Marshal(value); err != nil {
			return fmt.Errorf("configuration %s, section %s: %w", c.File, key, err)
		}
	}
	return nil
}

// check refuses values that could not work, naming the key.
func (c *Config) check() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("configuration %s: "+format, append([]any{key}, args...)...))
	}
	c.checkPlaces(bad)
	c.checkAddresses(bad)
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		bad("log-level", "%q is none of debug, info, warn, error", c.LogLevel)
	}
	if !slices.Contains([]string{"text", "json"}, c.LogFormat) {
		bad("log-format", "%q is neither text nor json", c.LogFormat)
	}
	if c.Retention < 24*time.Hour {
		bad("retention", "%s is shorter than a day", c.Retention)
	}
	if c.RetryFor <= 0 {
		bad("retry-for", "%s is no time to try again in", c.RetryFor)
	}
	c.checkSignIn(bad)
	if !(c.TraceSample >= 0 && c.TraceSample <= 1) {
		bad("trace-sample", "%g is not between 0 and 1", c.TraceSample)
	}
	if !slices.Contains(seal.Names(), c.CryptoSuite) {
		bad("crypto-suite", "%q is none of %s", c.CryptoSuite, strings.Join(seal.Names(), ", "))
	}
	if c.Grace <= 0 {
		bad("grace", "%s is no time to stop in", c.Grace)
	}
	return errors.Join(errs...)
}

// checkAddresses checks the keys that are web addresses. Those may hold
// passwords, so what is wrong with one is said without it.
func (c *Config) checkAddresses(bad func(key, format string, args ...any)) {
	for _, s := range []struct{ key, value string }{
		{"public-url", c.PublicURL}, {"otlp-url", c.OTLPURL}, {"series-url", c.SeriesURL}, {"series-read-url", c.SeriesRead},
	} {
		if u, err := url.Parse(s.value); s.value != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
			bad(s.key, "it is no http(s) address")
		}
	}
	if (c.SeriesURL == "") != (c.SeriesRead == "") {
		bad("series-read-url", "series-url and series-read-url belong together")
	}
}

// checkSignIn checks what is asked of who signs in.
func (c *Config) checkSignIn(bad func(key, format string, args ...any)) {
	for key, limit := range map[string]float64{"limit-address": c.Limits.Address, "limit-account": c.Limits.Account, "limit-tenant": c.Limits.Tenant} {
		if !(limit >= 0 && limit <= 1e6) {
			bad(key, "%g is not between 0 and 1000000", limit)
		}
	}
	if c.ExportAlone < 0 || c.ExportAlone > 100_000 {
		bad("export-alone", "%d is not between 0 and 100000", c.ExportAlone)
	}
	if !slices.Contains([]string{identity.FactorRequired, identity.FactorGrave, identity.FactorOff}, c.SignIn.SecondFactor) {
		bad("second-factor", "%q is none of required, grave, off", c.SignIn.SecondFactor)
	}
	if c.SignIn.Grace < 0 || c.SignIn.Grace > 90*24*time.Hour {
		bad("second-factor-grace", "%s is not between 0s and 2160h", c.SignIn.Grace)
	}
	for key, file := range map[string]string{"breached-passwords": c.SignIn.Breached, "word-vectors": c.WordVectors} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			bad(key, "%v", err)
		}
	}
}

// checkPlaces checks the keys that say where something is.
func (c *Config) checkPlaces(bad func(key, format string, args ...any)) {
	if c.Data == "" {
		bad("data", "name a directory")
	}
	if c.HTTP != "off" {
		if _, _, err := net.SplitHostPort(c.HTTP); err != nil {
			bad("http", "%q is no host:port, and not off", c.HTTP)
		}
	}
	c.checkTLS(bad)
	c.checkMQTT(bad)
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		bad("database-url", "begins with postgres://")
	}
	if _, err := blobs.Open(blobs.Config{URL: c.BlobsURL}); err != nil {
		bad("blobs-url", "%v", err)
	}
	if c.NATSURL != "" && !strings.Contains(c.NATSURL, "://") {
		bad("nats-url", "begins with nats:// or tls://")
	}
}

// checkTLS checks the keys of the TLS port.
func (c *Config) checkTLS(bad func(key, format string, args ...any)) {
	if c.TLS.Listen != "" {
		if _, _, err := net.SplitHostPort(c.TLS.Listen); err != nil {
			bad("tls-listen", "%q is no host:port", c.TLS.Listen)
		}
		if c.HTTP == "off" {
			bad("tls-listen", "it needs http, which is off")
		}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		bad("tls-key", "tls-cert and tls-key belong together")
	}
	if c.TLS.Cert != "" {
		if _, err := tls.LoadX509KeyPair(c.TLS.Cert, c.TLS.Key); err != nil {
			bad("tls-cert", "%v", err)
		}
	}
}

// checkMQTT checks the keys of the ways in over MQTT.
func (c *Config) checkMQTT(bad func(key, format string, args ...any)) {
	for _, s := range []struct{ key, value string }{{"mqtt-listen", c.MQTT.Listen}, {"mqtt-tls-listen", c.MQTT.TLSListen}} {
		if s.value == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(s.value); err != nil {
			bad(s.key, "%q is no host:port", s.value)
		}
		if c.HTTP == "off" {
			bad(s.key, "it needs http, which is off")
		}
	}
	if c.MQTT.TLSListen != "" && c.TLS.Listen == "" {
		bad("mqtt-tls-listen", "it shows the certificate of tls-listen, which is empty")
	}
}

// Print returns the configuration in force as YAML, without secrets.
func (c *Config) Print() string {
	var b strings.Builder
	for _, s := range settings() {
		value := s.get(c)
		if s.secret {
			value = redacted(value)
		}
		fmt.Fprintf(&b, "# %s (--%s, %s)\n%s: %s\n", s.usage, s.key, s.variable(), s.key, strconv.Quote(value))
	}
	for room, section := range c.Rooms {
		fmt.Fprintf(&b, "%s: %s\n", room, section)
	}
	return b.String()
}

// redacted hides the passwords in a list of addresses; what cannot be read as
// one is hidden whole.
func redacted(list string) string {
	if list == "" {
		return ""
	}
	addresses := strings.Split(list, ",")
	for i, a := range addresses {
		u, err := url.Parse(strings.TrimSpace(a))
		if err != nil || u.Host == "" {
			return "xxxxx"
		}
		addresses[i] = u.Redacted()
	}
	return strings.Join(addresses, ",")
}

// installed refuses a data directory in which nothing was ever kept: a
// mistyped one would pass for an empty and sound installation.
func (c *Config) installed() error {
	if c.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(c.path("system.db")); err != nil {
		return fmt.Errorf("configuration data: there is no installation in %s: %w", c.Data, err)
	}
	return nil
}

// masterKeyFile is where the master key is.
func (c *Config) masterKeyFile() string {
	if c.MasterKey != "" {
		return c.MasterKey
	}
	return c.path("keys", "master.key")
}

func (c *Config) path(parts ...string) string {
	return filepath.Join(append([]string{c.Data}, parts...)...)
}
