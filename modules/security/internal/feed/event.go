package feed

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// Format is how lines are written.
type Format string

// The formats.
const (
	EVE     Format = "eve"
	Syslog  Format = "syslog"
	Zeek    Format = "zeek"
	Wazuh   Format = "wazuh"
	Windows Format = "windows"
)

// Formats are all of them.
func Formats() []Format { return []Format{EVE, Syslog, Zeek, Wazuh, Windows} }

// Severity is how grave its writer calls an event, in the words of the house.
type Severity string

// The severities.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
	Info   Severity = "info"
)

// mostText is how many characters of a text are kept.
const mostText = 256

// Event is what a line says.
type Event struct {
	At       time.Time // as its writer says
	Kind     string    // type of event: alert, notice, facility, channel
	Code     string    // signature, rule or event ID; may be empty
	Severity Severity
	Title    string // signature, description or message
	Detail   string // category, group or program; may be empty
	Host     string // that wrote it or that it is about; may be empty
	Client   string // IP address of who asked, and
	Server   string // of who was asked; may be empty
	Port     uint16 // of the server
	Protocol string // of the application or, when that is not known, of the transport
	Lost     uint64 // packets that the writer says its kernel dropped, since it started
	Told     bool   // it is to be told; the rest is counted. Of EVE what is never told has no more than its kind

	Transaction bool    // it is one of many, and tells nothing new when it is repeated
	Fields      []Field // of a transaction, or of what an alert is about
	Facts       []Fact
}

// Reader reads lines, one after the other. It is used by one goroutine; the zero one is ready.
type Reader struct {
	eve    eve // the last one and what it says: there are many, and each would be garbage
	event  Event
	cursor cursor
}

// Parse reads a line of a format. at is when it was read: syslog of the old kind has no year.
func (r *Reader) Parse(f Format, line []byte, at time.Time) (Event, error) {
	if !utf8.Valid(line) {
		line = bytes.ToValidUTF8(line, []byte("."))
	}
	var e Event
	var err error
	switch f {
	case EVE:
		if kind, only := counted(line); only {
			return Event{Kind: kind}, nil
		}
		err = r.eve.parse(&r.cursor, line, &r.event)
		e = r.event
	case Syslog:
		e, err = parseSyslog(line, at)
	case Zeek:
		e, err = parseZeek(line)
	case Wazuh:
		e, err = parseWazuh(line)
	case Windows:
		e, err = parseWindows(line)
	default:
		return e, fmt.Errorf("the format %q is not known", f)
	}
	if err != nil {
		return Event{}, err
	}
	e.At = e.At.UTC()
	if e.At.Year() < 2000 || e.At.Year() >= 2100 {
		return Event{}, errors.New("the time is not between 2000 and 2100")
	}
	e.Kind, e.Code, e.Protocol = word(e.Kind), word(e.Code), word(e.Protocol)
	e.Title, e.Detail, e.Host = clean(e.Title), clean(e.Detail), clean(e.Host)
	e.Client, e.Server = r.cursor.recent.address(e.Client), r.cursor.recent.address(e.Server)
	if e.Kind == "" {
		return Event{}, errors.New("the line does not say what kind of event it is")
	}
	return e, nil
}

// object reads a line that is one JSON object, and nothing behind it. Keys may be there once.
func object(line []byte, into any) error {
	if err := json.Unmarshal(line, into); err != nil {
		return fmt.Errorf("the line is no JSON object: %w", err)
	}
	return nil
}

// moment reads a time in one of the layouts that writers use.
func moment(s string) (time.Time, error) {
	if n := len(s) - 5; n > 0 && (s[n] == '+' || s[n] == '-') { // Suricata's, as RFC 3339, for which there is a quicker way
		s = s[:n+3] + ":" + s[n+3:]
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, nil
		}
	}
	return time.Time{}, errors.New("the time cannot be read")
}

// address is an IP address as batches have it, or nothing.
func address(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	var room [48]byte
	text := a.Unmap().WithZone("").AppendTo(room[:0])
	if string(text) == s { // nearly always
		return s
	}
	return string(text)
}

// word keeps a name in the letters that batches have, 64 at most.
func word(s string) string {
	if len(s) <= 64 && isWord(s) { // nearly always
		return s
	}
	s = strings.Map(func(c rune) rune {
		if c < utf8.RuneSelf && ofWord(byte(c)) { //nolint:gosec // it is of ASCII
			return c
		}
		return '_'
	}, s)
	return s[:min(len(s), 64)]
}

func isWord(s string) bool {
	for i := range len(s) {
		if !ofWord(s[i]) {
			return false
		}
	}
	return true
}

func ofWord(c byte) bool {
	return (c|' ')-'a' < 26 || c-'-' <= ':'-'-' || // - . / digits :
		c == '_' || c == ' ' || c == '+'
}

// clean keeps a text within what batches have.
func clean(s string) string { return cleanTo(s, mostText) }

func cleanTo(s string, most int) string {
	if len(s) <= most && plain(s) {
		return s
	}
	s = strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 {
			return ' '
		}
		return c
	}, s))
	if list := []rune(s); len(list) > most {
		return strings.TrimSpace(string(list[:most]))
	}
	return s
}

// plain tells that a text is of printable letters of ASCII, and does not begin or end with a space.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}
