package ocsf

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/batch"
)

func anAlert() *alert {
	at := time.Date(2026, 11, 30, 1, 2, 3, 0, time.UTC)
	return &alert{
		id: "01A", organisation: "01O", sensor: "一号线", rule: "lh-s7-stop", pack: "2026.11.4", kind: "event", title: lang.Text{ZH: "S7 控制器被停机", EN: "S7 controller stopped"}, why: lang.Text{ZH: "10.0.0.9 停止了控制器", EN: "10.0.0.9 stopped it"},
		level: "critical", technique: "T0858", state: "new", client: "10.0.0.9", server: "02:00:00:00:00:01", unit: "1", clientZone: "办公区", times: 3, first: at, last: at.Add(time.Minute), opened: at.Add(time.Second), moved: at.Add(time.Minute), version: 1,
	}
}

func aRecord() *record {
	return &record{
		id: "01R", organisation: "01O", sensor: "一号线", at: time.Date(2026, 11, 30, 1, 2, 3, 0, time.UTC), why: []string{"write", "first_seen"}, client: "10.0.0.9", server: "10.0.0.1", port: 502, protocol: "modbus", function: "write_single_register", class: "write", unit: 1, fromClient: true,
		exception: "illegal_data_address", sent: batch.Record{Transport: "tcp", Objects: []batch.Object{{Space: "holding_register", Address: 4, Count: 1, Value: "0001"}}}, corrected: true,
	}
}

// What is said is what the framework says at these places.
func TestAlertsAndCommandsInTheWordsOfTheFramework(t *testing.T) {
	text, err := json.Marshal(finding(anAlert(), ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"class_uid":2004`, `"type_uid":200401`, `"severity_id":5`, `"status_id":1`, `"is_alert":true`, `"title":"S7 控制器被停机"`, `"src_endpoint":{"ip":"10.0.0.9"}`, `"mac":"02:00:00:00:00:01"`, `"client_zone":"办公区"`,
		`"technique":{"src_url":"https://attack.mitre.org/techniques/T0858/","uid":"T0858"}`, `"version":"1.8.0"`, `"value":"10.0.0.9"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	for state, want := range map[string][2]int{"new": {1, 2}, "looking": {2, 2}, "real": {2, 2}, "false_alarm": {3, 3}, "suppressed": {3, 3}, "wanted": {4, 3}} {
		if id, activity := status(state, 2); id != want[0] || activity != want[1] {
			t.Errorf("%s is status %d by activity %d", state, id, activity)
		}
	}
	text, err = json.Marshal(command(aRecord()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"class_uid":99904001`, `"type_uid":9990400102`, `"port":502`, `"ot_function":"write_single_register"`, `"status_code":"illegal_data_address"`, `"ot_objects":[{"address":4,"area":0,"count":1,"element":0,"space":"holding_register","value":"0001"}]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// The published extension has the class whose number is used, and is JSON throughout.
func TestTheExtensionIsWhole(t *testing.T) {
	text, err := Extension()
	if err != nil {
		t.Fatal(err)
	}
	var whole map[string]struct {
		UID        int                       `json:"uid"`
		Attributes map[string]map[string]any `json:"attributes"`
	}
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	if whole["extension.json"].UID*100_000+network*1000+whole["events/ot_command.json"].UID != otCommand {
		t.Error("the number of the class is not that of the extension")
	}
	own := whole["dictionary.json"].Attributes
	for attribute := range whole["events/ot_command.json"].Attributes {
		if attribute != "activity_id" && own[attribute] == nil {
			t.Errorf("%s is in no dictionary", attribute)
		}
	}
}

// What is said is held against the schema itself, where a copy of it is at hand (LINGHANG_OCSF, a checkout of ocsf-schema).
func TestEventsAreThoseOfTheSchema(t *testing.T) {
	folder := os.Getenv("LINGHANG_OCSF")
	if folder == "" {
		t.Skip("LINGHANG_OCSF names no copy of the schema")
	}
	s := readSchema(t, os.DirFS(folder))
	changed := anAlert()
	changed.state, changed.version, changed.reason = "false_alarm", 3, "检修"
	for name, e := range map[string]object{"a": finding(anAlert(), "en"), "b": finding(changed, "")} {
		s.check(t, name, "events/detection_finding", whole(t, e))
	}
	s.check(t, "c", "events/ot_command", whole(t, command(aRecord())))
	other := aRecord()
	other.class, other.server, other.exception = "other", "02:00:00:00:00:01", ""
	s.check(t, "d", "events/ot_command", whole(t, command(other)))
}

func whole(t *testing.T, o object) (m map[string]any) {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// part is a class, an object or a profile of the schema.
type part struct {
	folder      string
	Name        string                     `json:"name"`
	Extends     string                     `json:"extends"`
	Raw         map[string]json.RawMessage `json:"attributes"`
	Constraints struct {
		AtLeastOne []string `json:"at_least_one"`
	} `json:"constraints"`
}

type attribute struct {
	Requirement string         `json:"requirement"`
	Type        string         `json:"type"`
	IsArray     bool           `json:"is_array"`
	Enum        map[string]any `json:"enum"`
	Profile     *string        `json:"profile"`
}

type ocsfSchema struct {
	parts      map[string]part
	dictionary map[string]attribute
	files      map[string]part // by path, for what is included
}

func readSchema(t *testing.T, of fs.FS) *ocsfSchema {
	t.Helper()
	s := &ocsfSchema{parts: map[string]part{}, dictionary: map[string]attribute{}, files: map[string]part{}}
	own, err := fs.Sub(files, "extension")
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []fs.FS{of, own} {
		err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
			folder, _, within := strings.Cut(path, "/")
			if err != nil || d.IsDir() || filepath.Ext(path) != ".json" || within && !slices.Contains([]string{"events", "objects", "profiles"}, folder) {
				return err
			}
			text, err := fs.ReadFile(from, path)
			if err != nil {
				return err
			}
			if path == "dictionary.json" {
				var d struct {
					Attributes map[string]attribute `json:"attributes"`
				}
				if err := json.Unmarshal(text, &d); err != nil {
					return err
				}
				maps.Copy(s.dictionary, d.Attributes)
				return nil
			}
			var p part
			if json.Unmarshal(text, &p) == nil {
				s.files[path] = p
				if folder != "profiles" {
					p.folder = folder
					s.parts[folder+"/"+p.Name] = p
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// attributes are those of a part, with what it extends and includes.
func (s *ocsfSchema) attributes(t *testing.T, p part) map[string]attribute {
	t.Helper()
	all := map[string]attribute{}
	if p.Extends != "" && p.Extends != p.Name {
		all = s.attributes(t, s.parts[p.folder+"/"+p.Extends])
	}
	var included []string
	if raw := p.Raw["$include"]; raw != nil {
		if err := json.Unmarshal(raw, &included); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range included {
		for name, a := range s.attributes(t, s.files[path]) {
			a.Requirement = "optional" // of a profile that is not applied
			if _, has := all[name]; !has {
				all[name] = a
			}
		}
	}
	for name, raw := range p.Raw {
		if name == "$include" {
			continue
		}
		a := all[name]
		enum := a.Enum
		if err := json.Unmarshal(raw, &a); err != nil {
			t.Fatal(err)
		}
		for value, caption := range enum {
			if a.Enum == nil {
				a.Enum = map[string]any{}
			}
			a.Enum[value] = caption
		}
		all[name] = a
	}
	return all
}

// check holds an event or an object against its part of the schema.
func (s *ocsfSchema) check(t *testing.T, at, name string, o map[string]any) {
	t.Helper()
	p, known := s.parts[name]
	if !known {
		t.Errorf("%s: there is no %s", at, name)
		return
	}
	all := s.attributes(t, p)
	for name, a := range all {
		if _, has := o[name]; !has && a.Requirement == "required" {
			t.Errorf("%s: %s is required", at, name)
		}
	}
	if one := p.Constraints.AtLeastOne; len(one) > 0 && !slices.ContainsFunc(one, func(name string) bool { return o[name] != nil }) {
		t.Errorf("%s: none of %v is there", at, one)
	}
	for name, value := range o {
		a, has := all[name]
		if !has {
			t.Errorf("%s: there is no %s", at, name)
			continue
		}
		d := s.dictionary[name]
		if a.Type != "" {
			d.Type = a.Type
		}
		list, several := value.([]any)
		if several != d.IsArray {
			t.Errorf("%s: %s is several: %t", at, name, several)
		}
		if !several {
			list = []any{value}
		}
		if name == "class_uid" || name == "category_uid" || p.Name == "observable" {
			a.Enum = nil // these are numbered when the schema is put together
		}
		for k, one := range list {
			s.value(t, at+"."+name+"["+strconv.Itoa(k)+"]", d.Type, a, one)
		}
	}
}

func (s *ocsfSchema) value(t *testing.T, at, kind string, a attribute, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if kind != "object" {
			s.check(t, at, "objects/"+kind, v)
		}
	case float64:
		if !slices.Contains([]string{"integer_t", "long_t", "timestamp_t", "float_t", "port_t"}, kind) {
			t.Errorf("%s is a number, and %s", at, kind)
		}
		if _, has := a.Enum[strconv.Itoa(int(v))]; len(a.Enum) > 0 && !has {
			t.Errorf("%s is %v, which is none of its values", at, v)
		}
	case bool:
		if kind != "boolean_t" {
			t.Errorf("%s is true or false, and %s", at, kind)
		}
	case string:
		if _, is := s.parts["objects/"+kind]; is || slices.Contains([]string{"integer_t", "long_t", "boolean_t"}, kind) {
			t.Errorf("%s is a text, and %s", at, kind)
		}
	}
}
