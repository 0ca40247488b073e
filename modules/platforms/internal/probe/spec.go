package probe

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Kinds of targets.
const (
	HTTP = "http"
	TCP  = "tcp"
	TLS  = "tls"
)

// Bounds of a target.
const (
	ShortestInterval = 30 * time.Second
	LongestInterval  = time.Hour
	LongestTimeout   = 30 * time.Second
	// BodyMost is how many bytes of an answer are read, after decompression.
	BodyMost = 256 << 10
	// RedirectsMost is how many redirects are followed.
	RedirectsMost = 5
	// WarnDays is from how many days before its end on a certificate is spoken of,
	// unless the target says otherwise.
	WarnDays = 14
)

// Spec says what is looked at, and what is expected.
type Spec struct {
	Kind     string `json:"kind" enum:"http,tcp,tls"`
	Address  string `json:"address" maxLength:"500" doc:"http: URL; tcp and tls: host:port"`
	Method   string `json:"method,omitempty" enum:"GET,HEAD" doc:"http: default GET"`
	Statuses string `json:"statuses,omitempty" maxLength:"100" doc:"http: expected status codes, such as 200-299,401; default 200-299"`
	Contains string `json:"contains,omitempty" maxLength:"200" doc:"http: text that the body has in its first 256 KiB"`
	Path     string `json:"path,omitempty" maxLength:"200" doc:"http: singular query of JSONPath (RFC 9535), such as $.status or $.checks[0]['state']"`
	Value    string `json:"value,omitempty" maxLength:"200" doc:"http: what is there: JSON, such as \"UP\", 3 or true; what is no JSON is text"`
	MostMs   int    `json:"most_ms,omitempty" minimum:"0" maximum:"30000" doc:"Milliseconds after which an answer is too late; 0: the timeout alone"`
	WarnDays int    `json:"warn_days,omitempty" minimum:"0" maximum:"90" doc:"tls and https: days before the end of the certificate from which it is told; default 14"`
	Interval int    `json:"interval" minimum:"30" maximum:"3600" doc:"Seconds between two looks"`
	Timeout  int    `json:"timeout" minimum:"1" maximum:"30" doc:"Seconds"`
}

// Fill writes out what a spec leaves to the defaults.
func (s Spec) Fill() Spec {
	s.Address = strings.TrimSpace(s.Address)
	if s.Kind != HTTP {
		s.Method, s.Statuses, s.Contains, s.Path, s.Value = "", "", "", "", ""
	} else {
		if s.Method == "" {
			s.Method = "GET"
		}
		if s.Statuses = strings.ReplaceAll(s.Statuses, " ", ""); s.Statuses == "" {
			s.Statuses = "200-299"
		}
	}
	if s.WarnDays == 0 && s.secure() {
		s.WarnDays = WarnDays
	}
	return s
}

// secure tells whether a certificate is seen.
func (s Spec) secure() bool {
	return s.Kind == TLS || (s.Kind == HTTP && strings.HasPrefix(strings.ToLower(s.Address), "https:"))
}

// Wrong is one field of a spec that cannot be, and how to mend it.
type Wrong struct{ Field, Hint string }

// Check returns every fault of a filled spec.
func (s Spec) Check() []Wrong {
	var list []Wrong
	wrong := func(field, hint string, args ...any) { list = append(list, Wrong{field, fmt.Sprintf(hint, args...)}) }
	switch s.Kind {
	case HTTP:
		if err := checkURL(s.Address); err != nil {
			wrong("address", "%v", err)
		}
		s.checkHTTP(wrong)
	case TCP, TLS:
		if err := checkHostPort(s.Address); err != nil {
			wrong("address", "%v", err)
		}
	default:
		wrong("kind", "http, tcp or tls")
	}
	if d := time.Duration(s.Interval) * time.Second; d < ShortestInterval || d > LongestInterval {
		wrong("interval", "30 to 3600 seconds")
	}
	if d := time.Duration(s.Timeout) * time.Second; d < time.Second || d > LongestTimeout {
		wrong("timeout", "1 to 30 seconds")
	}
	if s.MostMs < 0 || s.MostMs > s.Timeout*1000 {
		wrong("most_ms", "0, or at most the timeout")
	}
	if s.WarnDays < 0 || s.WarnDays > 90 {
		wrong("warn_days", "0 to 90 days")
	}
	return list
}

func (s Spec) checkHTTP(wrong func(field, hint string, args ...any)) {
	if s.Method != "GET" && s.Method != "HEAD" {
		wrong("method", "GET or HEAD")
	}
	if _, err := ParseStatuses(s.Statuses); err != nil {
		wrong("statuses", "%v", err)
	}
	if s.Method == "HEAD" && s.Contains != "" {
		wrong("contains", "an answer to HEAD has no body")
	}
	switch {
	case s.Path == "" && s.Value != "":
		wrong("path", "say where the value is, such as $.status")
	case s.Path != "" && s.Method == "HEAD":
		wrong("path", "an answer to HEAD has no body")
	case s.Path != "":
		if _, err := ParsePath(s.Path); err != nil {
			wrong("path", "%v", err)
		}
	}
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https"):
		return fmt.Errorf("a URL that begins with http:// or https://")
	case u.Hostname() == "":
		return fmt.Errorf("the URL names no host")
	case u.User != nil:
		return fmt.Errorf("no user name or password: everybody who sees the target would read them")
	}
	return checkPort(u.Port(), true)
}

func checkHostPort(text string) error {
	u, err := url.Parse("tcp://" + text)
	if err != nil || u.Host != text || u.Hostname() == "" || u.Port() == "" {
		return fmt.Errorf("host:port, such as mqtt.example.com:1883")
	}
	return checkPort(u.Port(), false)
}

func checkPort(port string, none bool) error {
	if port == "" && none {
		return nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("the port is a number from 1 to 65535")
	}
	return nil
}

// Statuses is a set of HTTP status codes, as ranges.
type Statuses [][2]int

// statusesMost bounds how many ranges a set has.
const statusesMost = 20

// ParseStatuses reads codes and ranges with commas between, such as 200-299,401.
func ParseStatuses(text string) (Statuses, error) {
	parts := strings.Split(text, ",")
	if len(parts) > statusesMost {
		return nil, fmt.Errorf("at most %d codes and ranges", statusesMost)
	}
	set := make(Statuses, 0, len(parts))
	for _, part := range parts {
		low, high, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			high = low
		}
		from, err := status(low)
		if err != nil {
			return nil, err
		}
		to, err := status(high)
		if err != nil {
			return nil, err
		}
		if to < from {
			return nil, fmt.Errorf("%s: the range ends before it begins", part)
		}
		set = append(set, [2]int{from, to})
	}
	return set, nil
}

func status(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) != 3 || n < 100 || n > 599 {
		return 0, fmt.Errorf("%q is no status code from 100 to 599; write 200-299,401", text)
	}
	return n, nil
}

// Has tells whether a code is in the set.
func (s Statuses) Has(code int) bool {
	for _, r := range s {
		if code >= r[0] && code <= r[1] {
			return true
		}
	}
	return false
}
