package feed

import (
	"encoding/json"
	"errors"
	"strings"
)

// windows is an event of Windows as Winlogbeat 7 and 8 writes it (winlog.*, Elastic Common
// Schema), or as NXLog and others do, with the names of the system itself on top.
type windows struct {
	Timestamp string `json:"@timestamp"`
	Message   string `json:"message"`
	Log       struct {
		Level string `json:"level"`
	} `json:"log"`
	Winlog *struct {
		EventID  json.RawMessage `json:"event_id"`
		Channel  string          `json:"channel"`
		Provider string          `json:"provider_name"`
		Computer string          `json:"computer_name"`
		Data     struct {
			IP string `json:"IpAddress"`
		} `json:"event_data"`
	} `json:"winlog"`
	EventTime string          `json:"EventTime"`
	EventID   json.RawMessage `json:"EventID"`
	Channel   string          `json:"Channel"`
	Source    string          `json:"SourceName"`
	Hostname  string          `json:"Hostname"`
	Text      string          `json:"Message"`
	Severity  string          `json:"Severity"`
	IP        string          `json:"IpAddress"`
}

// parseWindows tells all events: which are sent is for the collector to say.
func parseWindows(line []byte) (Event, error) {
	var x windows
	if err := object(line, &x); err != nil {
		return Event{}, err
	}
	e := Event{Told: true, Kind: x.Channel, Detail: x.Source, Host: x.Hostname, Code: number(x.EventID), Title: x.Text, Client: x.IP, Severity: windowsSeverity(x.Severity)}
	written := x.EventTime
	if written == "" {
		written = x.Timestamp
	}
	if x.Winlog != nil {
		e.Kind, e.Detail, e.Host, e.Code, e.Client, e.Severity = x.Winlog.Channel, x.Winlog.Provider, x.Winlog.Computer, number(x.Winlog.EventID), x.Winlog.Data.IP, windowsSeverity(x.Log.Level)
	}
	if e.Title == "" {
		e.Title = x.Message // before the names of one's own, letters are told apart
	}
	e.Title, _, _ = strings.Cut(e.Title, "\n") // the first line says what it is
	if e.Code == "" {
		return Event{}, errors.New("the line is no event of Windows: it has no event ID")
	}
	at, err := moment(written)
	if err != nil {
		return Event{}, err
	}
	e.At = at
	return e, nil
}

// number is an event ID, which some write as a number and some as a text.
func number(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }

func windowsSeverity(level string) Severity {
	switch strings.ToLower(level) {
	case "critical":
		return High
	case "error":
		return Medium
	case "warning":
		return Low
	}
	return Info
}
