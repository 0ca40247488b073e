package feed

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// mostPriority is facility 23 with severity 7 (RFC 5424, 6.2.1).
const mostPriority = 191

// parseSyslog reads a message of RFC 5424, of RFC 3164, or a line of a file that a syslog
// daemon wrote, which has no priority.
func parseSyslog(line []byte, at time.Time) (Event, error) {
	text := strings.TrimRight(string(line), "\r\x00")
	priority, rest, err := cutPriority(text)
	if err != nil {
		return Event{}, err
	}
	e := Event{Told: true, Kind: facility(priority), Severity: syslogSeverity(priority)}
	if version, after, ok := strings.Cut(rest, " "); ok && version == "1" && priority >= 0 {
		err = e.read5424(after)
	} else {
		err = e.read3164(rest, at)
	}
	return e, err
}

// cutPriority takes <PRI> off a message; -1 stands for none.
func cutPriority(text string) (priority int, rest string, err error) {
	if !strings.HasPrefix(text, "<") {
		return -1, text, nil
	}
	digits, rest, ok := strings.Cut(text[1:], ">")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || len(digits) > 3 || n < 0 || n > mostPriority {
		return 0, "", errors.New("the priority is not <0> to <191>")
	}
	return n, rest, nil
}

// read5424 reads TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG] (RFC 5424, 6).
func (e *Event) read5424(s string) error {
	fields := strings.SplitN(s, " ", 6)
	if len(fields) < 6 {
		return errors.New("a message of RFC 5424 has a time, a host, an application, a process, a kind and structured data")
	}
	at, err := time.Parse(time.RFC3339Nano, fields[0])
	if err != nil {
		return errors.New("the time of a message of RFC 5424 is as RFC 3339 has it") // - says that the clock is not known
	}
	e.At, e.Host, e.Detail, e.Code = at, absent(fields[1]), absent(fields[2]), absent(fields[4])
	data, message, err := cutData(fields[5])
	if err != nil {
		return err
	}
	e.Title = strings.TrimPrefix(message, "\ufeff")
	if strings.TrimSpace(e.Title) == "" {
		e.Title = data
	}
	return nil
}

func absent(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// cutData takes the structured data off: - or elements in brackets, in whose quoted values
// ", \ and ] stand behind a backslash (RFC 5424, 6.3.3).
func cutData(s string) (data, rest string, err error) {
	if s == "-" || strings.HasPrefix(s, "- ") {
		return "", strings.TrimPrefix(s[1:], " "), nil
	}
	if !strings.HasPrefix(s, "[") {
		return "", "", errors.New("structured data is - or begins with a bracket")
	}
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++ // what it escapes ends nothing
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == ']' && (i+1 == len(s) || s[i+1] == ' '):
			return s[:i+1], strings.TrimPrefix(s[i+1:], " "), nil
		}
	}
	return "", "", errors.New("the structured data does not end")
}

// tagName is TAG[pid]: of a message of RFC 3164, 4.1.3.
var tagName = regexp.MustCompile(`^([A-Za-z0-9_./()-]{1,64})(\[[^\]]{1,32}\])?: ?`)

func (e *Event) tagged(s string) {
	tag := tagName.FindStringSubmatch(s)
	if tag == nil {
		e.Title = s
		return
	}
	e.Detail, e.Title = tag[1], s[len(tag[0]):]
}

// read3164 reads "Mmm dd hh:mm:ss HOST TAG: MSG" (RFC 3164, 4.1), whose year is that of
// when it was read, or the one before; and the same with a time of RFC 3339, which many write.
func (e *Event) read3164(s string, now time.Time) error {
	if first, rest, ok := strings.Cut(s, " "); ok && len(first) >= 19 && first[4] == '-' {
		at, err := moment(first)
		if err != nil {
			return err
		}
		e.At = at
		return e.hosted(rest)
	}
	if len(s) < 16 || s[15] != ' ' {
		return errors.New("the line begins with no time of RFC 3164")
	}
	at, err := time.ParseInLocation("Jan _2 15:04:05", s[:15], now.Location())
	if err != nil {
		return errors.New("the line begins with no time of RFC 3164")
	}
	at = at.AddDate(now.Year(), 0, 0)
	if at.After(now.Add(48 * time.Hour)) { // written in December and read in January
		at = at.AddDate(-1, 0, 0)
	}
	e.At = at
	return e.hosted(s[16:])
}

// hosted reads "HOST TAG: MSG".
func (e *Event) hosted(s string) error {
	host, rest, ok := strings.Cut(s, " ")
	if !ok || host == "" {
		return errors.New("the host is missing")
	}
	e.Host = host
	e.tagged(rest)
	return nil
}

// facility is the name of where a message comes from (RFC 5424, table 1).
func facility(priority int) string {
	if priority < 0 {
		return "syslog"
	}
	return []string{
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}[priority/8]
}

// syslogSeverity is the severity of a priority (RFC 5424, table 2).
func syslogSeverity(priority int) Severity {
	if priority < 0 {
		return Info
	}
	switch priority % 8 {
	case 0, 1, 2:
		return High
	case 3:
		return Medium
	case 4:
		return Low
	}
	return Info
}
