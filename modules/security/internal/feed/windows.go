package feed

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// windows is an event of Windows as Winlogbeat 7 and 8 writes it (winlog.*, Elastic Common
// Schema), as NXLog and others do, with the names of the system itself on top, or as the XML of
// the event log says it in JSON (Event.System, Event.EventData).
type windows struct {
	Timestamp string `json:"@timestamp"`
	Message   string `json:"message"`
	Log       struct {
		Level string `json:"level"`
	} `json:"log"`
	Winlog *struct {
		EventID  json.RawMessage            `json:"event_id"`
		Channel  string                     `json:"channel"`
		Provider string                     `json:"provider_name"`
		Computer string                     `json:"computer_name"`
		Data     map[string]json.RawMessage `json:"event_data"`
		UserData map[string]json.RawMessage `json:"user_data"`
	} `json:"winlog"`
	Event *struct {
		System   map[string]json.RawMessage `json:"System"`
		Data     json.RawMessage            `json:"EventData"`
		UserData json.RawMessage            `json:"UserData"`
	} `json:"Event"`
	EventTime string          `json:"EventTime"`
	EventID   json.RawMessage `json:"EventID"`
	Channel   string          `json:"Channel"`
	Source    string          `json:"SourceName"`
	Hostname  string          `json:"Hostname"`
	Text      string          `json:"Message"`
	Severity  string          `json:"Severity"`
}

// saying is what an event of Windows says, however it is written.
type saying struct {
	Event
	written string
	data    map[string]string
}

// parseWindows tells all events: which are sent is for the collector to say.
func parseWindows(line []byte) (Event, error) {
	var x windows
	if err := object(line, &x); err != nil {
		return Event{}, err
	}
	s, err := x.said(line)
	if err != nil {
		return Event{}, err
	}
	e := s.Event
	e.Title, _, _ = strings.Cut(e.Title, "\n") // the first line says what it is
	if e.Code == "" {
		return Event{}, errors.New("the line is no event of Windows: it has no event ID")
	}
	at, err := moment(s.written)
	if err != nil {
		return Event{}, err
	}
	e.Told, e.At, e.Client = true, at, s.data["IpAddress"]
	e.Fields = windowsFields(&e, s.data)
	return e, nil
}

// said reads the one of the three ways in which an event is written.
func (x *windows) said(line []byte) (s saying, err error) {
	s.Title = x.Text
	if s.Title == "" {
		s.Title = x.Message // before the names of one's own, letters are told apart
	}
	s.written = x.EventTime
	if s.written == "" {
		s.written = x.Timestamp
	}
	switch {
	case x.Winlog != nil:
		w := x.Winlog
		s.Kind, s.Detail, s.Host, s.Code, s.Severity = w.Channel, w.Provider, w.Computer, number(w.EventID), windowsSeverity(x.Log.Level)
		s.data = textsOf(w.UserData, w.Data)
	case x.Event != nil:
		x.ofXML(&s)
	default:
		s.Kind, s.Detail, s.Host, s.Code, s.Severity = x.Channel, x.Source, x.Hostname, number(x.EventID), windowsSeverity(x.Severity)
		var all map[string]json.RawMessage
		if err := object(line, &all); err != nil {
			return s, err
		}
		for _, own := range []string{"EventTime", "EventID", "Channel", "SourceName", "Hostname", "Message", "message", "Severity", "@timestamp", "EventReceivedTime", "SourceModuleName", "SourceModuleType", "Keywords"} {
			delete(all, own)
		}
		s.data = textsOf(all)
	}
	return s, nil
}

// ofXML reads what the event log says in XML, as JSON: attributes stand under #attributes.
func (x *windows) ofXML(s *saying) {
	system := x.Event.System
	s.Kind, s.Host, s.Code = plainText(system["Channel"]), plainText(system["Computer"]), plainText(system["EventID"])
	s.Detail, s.written = attribute(system["Provider"], "Name"), attribute(system["TimeCreated"], "SystemTime")
	s.Severity = windowsSeverity(map[string]string{"1": "critical", "2": "error", "3": "warning"}[plainText(system["Level"])])
	if s.Title == "" {
		s.Title = strings.TrimSpace(s.Detail + " " + s.Code)
	}
	var data, user map[string]json.RawMessage
	_ = json.Unmarshal(x.Event.Data, &data) // null and texts say nothing by a name
	_ = json.Unmarshal(x.Event.UserData, &user)
	for _, inner := range user { // one object of a name of its own
		var of map[string]json.RawMessage
		if json.Unmarshal(inner, &of) == nil {
			user = of
		}
		break
	}
	s.data = textsOf(user, data)
}

// attribute is one of an element.
func attribute(raw json.RawMessage, name string) string {
	var e struct {
		Attributes map[string]json.RawMessage `json:"#attributes"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return ""
	}
	return plainText(e.Attributes[name])
}

// textsOf are values that are texts, numbers or truth values, by their names without blanks.
func textsOf(list ...map[string]json.RawMessage) map[string]string {
	out := map[string]string{}
	for _, values := range list {
		for name, raw := range values {
			if v := plainText(raw); v != "" && !strings.HasPrefix(name, "#") {
				out[strings.ReplaceAll(name, " ", "")] = v
			}
		}
	}
	return out
}

// plainText is a value that is one, or the text of an element; nothing of other things.
func plainText(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s) // it is a text, as it was read as one
		return s
	case '{':
		var e struct {
			Text json.RawMessage `json:"#text"`
		}
		if json.Unmarshal(raw, &e) != nil || len(e.Text) == 0 || e.Text[0] == '{' {
			return ""
		}
		return plainText(e.Text)
	case '[', 'n':
		return ""
	}
	return string(raw)
}

// telling are the names of what rules look at most: they come first, where not all has room.
func telling() []string {
	return []string{
		"Image", "CommandLine", "ParentImage", "ParentCommandLine", "NewProcessName", "ParentProcessName", "OriginalFileName", "User", "ScriptBlockText", "TargetObject", "Details", "TargetFilename", "ImageLoaded", "PipeName",
		"DestinationIp", "DestinationHostname", "DestinationPort", "SourceIp", "Initiated", "QueryName", "QueryResults", "SourceImage", "TargetImage", "GrantedAccess", "CallTrace", "Hashes", "IntegrityLevel", "CurrentDirectory",
		"TargetUserName", "TargetDomainName", "SubjectUserName", "SubjectDomainName", "LogonType", "IpAddress", "WorkstationName", "LogonProcessName", "AuthenticationPackageName", "Status", "SubStatus",
		"ServiceName", "ServiceFileName", "ImagePath", "StartType", "AccountName", "TaskName", "TaskContent", "ObjectName", "ObjectType", "ObjectValueName", "NewValue", "ShareName", "RelativeTargetName", "AccessMask", "Payload", "ContextInfo",
	}
}

// windowsFields are what an event says under the names that rules have for it: those of the
// header, those that tell most, and the others in their order.
func windowsFields(e *Event, data map[string]string) []Field {
	f := fields{long: true}
	f.add("EventID", e.Code)
	f.add("Channel", e.Kind)
	f.add("Provider_Name", e.Detail)
	f.add("Computer", e.Host)
	first := telling()
	for _, name := range slices.Concat(first, slices.Sorted(maps.Keys(data))) {
		if v, there := data[name]; there && word(name) == name {
			f.add(name, v)
			delete(data, name)
		}
	}
	return f.list
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
