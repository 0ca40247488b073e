package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
)

// operation is what the document says of a route.
type operation struct {
	Parameters []struct {
		Name   string `json:"name"`
		In     string `json:"in"`
		Schema schema `json:"schema"`
	} `json:"parameters"`
	RequestBody struct {
		Content map[string]struct {
			Schema schema `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
}

// schema is as much of JSON Schema as bodies are made of.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"` // a word, or several
	Format     string            `json:"format"`
	Enum       []any             `json:"enum"`
	Minimum    *float64          `json:"minimum"`
	MinItems   int               `json:"minItems"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
}

// inquiry is a city with what its document says.
type inquiry struct {
	*access
	operations map[string]operation
	schemas    map[string]schema
	ids        map[string][]string // of objects of ours, by a word of their path: sensor, notice
}

func newInquiry(t *testing.T) *inquiry {
	t.Helper()
	a := &inquiry{access: newAccess(t), operations: map[string]operation{}, ids: map[string][]string{}}
	var doc struct {
		Paths      map[string]map[string]operation `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	a.Get(t, "/api/openapi.json", "").Decode(t, &doc)
	for path, methods := range doc.Paths {
		for method, op := range methods {
			a.operations[strings.ToUpper(method)+" "+path] = op
		}
	}
	a.schemas = doc.Components.Schemas
	for _, f := range a.fixtures {
		parts := strings.Split(strings.Trim(f.prefix, "/"), "/")
		own := strings.Split(strings.Trim(f.path, "/"), "/")
		for k := 1; k < len(parts) && k < len(own) && !f.shared; k++ {
			if parts[k] == "{id}" && own[k] != "none" {
				word := strings.TrimSuffix(strings.TrimSuffix(parts[k-1], "s"), "ie")
				a.ids[word] = append(a.ids[word], own[k])
			}
		}
	}
	return a
}

// named are objects of ours that a field or parameter may mean by its name, and their organisation at any rate.
func (a *inquiry) named(name string) []string {
	list := []string{a.Ours.ID}
	name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_ids"), "_id"), "s")
	for _, word := range slices.Sorted(maps.Keys(a.ids)) {
		if name == word || strings.HasSuffix(word, name) || strings.HasSuffix(name, word) {
			list = append(list, a.ids[word][0])
		}
	}
	return list
}

// A stranger learns nothing of ours by what they look for, filter by or take away.
func TestNothingOfAnotherIsFoundOrTakenAway(t *testing.T) {
	a := newInquiry(t)
	asks := 0
	for _, r := range a.Server().Routes() {
		op := a.operations[r.Method()+" "+r.Path]
		if r.Method() != http.MethodGet || r.OwnKey || r.Path == "/api/live" || strings.Contains(r.Path, "{") {
			continue
		}
		for _, p := range op.Parameters {
			if p.In != "query" {
				continue
			}
			for _, value := range a.values(p.Name) {
				a.told(t, r.Path, p.Name, value)
				asks++
			}
		}
	}
	t.Logf("%d readings", asks)
	if asks < 4000 {
		t.Errorf("only %d readings", asks)
	}
}

// values are what a stranger may ask a parameter for.
func (a *inquiry) values(name string) []string {
	switch name {
	case "limit", "cursor", "sort":
		return nil
	case "export":
		return []string{"csv", "xlsx"}
	case "q", "text", "name":
		return slices.DeleteFunc(slices.Clone(a.private), func(word string) bool { return word == "" })
	default:
		return a.named(name)
	}
}

// told asks as a stranger, and looks for what they may never read.
func (a *inquiry) told(t *testing.T, path, name, value string) {
	t.Helper()
	at := path + "?" + name + "=" + url.QueryEscape(value)
	if name != "export" {
		at += "&limit=200"
	}
	reply := a.Get(t, at, "manager-theirs")
	if reply.Status >= 500 {
		t.Errorf("GET %s: %d %.200s", at, reply.Status, reply.Body)
	}
	body := text(t, reply)
	for _, secret := range a.secrets {
		if secret != value && strings.Contains(body, secret) {
			t.Errorf("GET %s tells a stranger %q: %.300s", at, secret, around(body, secret))
		}
	}
	byMeaning := strings.HasPrefix(path, "/api/scenario/scenarios") // the public catalogue finds what is alike
	if name == "q" && !byMeaning && a.total(t, at) > a.total(t, path+"?q=nosuchthing&limit=1") {
		t.Errorf("GET %s finds something for a stranger", at)
	}
}

// total is how many a stranger is told that a list has.
func (a *inquiry) total(t *testing.T, at string) int {
	t.Helper()
	var page struct{ Total int }
	if r := a.Get(t, at, "manager-theirs"); r.Status < 300 {
		_ = json.Unmarshal(r.Body, &page) // what is no list has no total
	}
	return page.Total
}

// text is an answer as text; a workbook is unpacked.
func text(t *testing.T, reply kerneltest.Reply) string {
	t.Helper()
	if !bytes.HasPrefix(reply.Body, []byte("PK")) {
		return string(reply.Body)
	}
	z, err := zip.NewReader(bytes.NewReader(reply.Body), int64(len(reply.Body)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, io.LimitReader(part, 16<<20)); err != nil {
			t.Fatal(err)
		}
		_ = part.Close()
	}
	return all.String()
}

func around(body, secret string) string {
	at := strings.Index(body, secret)
	return body[max(0, at-120):min(len(body), at+len(secret)+120)]
}

// A stranger who names objects of ours in what they send learns nothing of them, and changes nothing.
func TestNothingOfAnotherIsReachedByWhatIsSent(t *testing.T) {
	a := newInquiry(t)
	before := a.versions(t)
	sent, taken := 0, 0
	for _, r := range a.Server().Routes() {
		content, has := a.operations[r.Method()+" "+r.Path].RequestBody.Content["application/json"]
		if r.Method() == http.MethodGet || r.Method() == http.MethodDelete || r.OwnKey || !has || strings.Contains(r.Path, "{") || r.Path == "/api/system/sign-in" {
			continue
		}
		for _, pick := range []int{0, 1} {
			body, err := json.Marshal(a.example(content.Schema, "", pick, 0))
			if err != nil {
				t.Fatal(err)
			}
			reply := a.Send(t, r.Method(), r.Path, "manager-theirs", string(body))
			sent++
			if reply.Status < 300 {
				taken++
			}
			a.silent(t, r, string(body), reply)
		}
	}
	t.Logf("%d bodies, %d of them taken", sent, taken)
	if sent < 150 || taken < 5 {
		t.Errorf("only %d bodies were sent, and %d taken: they are not like those that people send", sent, taken)
	}
	for path, version := range a.versions(t) {
		if before[path] != version {
			t.Errorf("%s is in version %d, and was in %d", path, version, before[path])
		}
	}
}

// silent holds that an answer, and the object that was made, tell nothing of ours beyond what was sent.
func (a *inquiry) silent(t *testing.T, r httpd.MountedRoute, body string, reply kerneltest.Reply) {
	t.Helper()
	if reply.Status >= 500 {
		t.Errorf("%s %s with %s: %d %.200s", r.Method(), r.Path, body, reply.Status, reply.Body)
	}
	replies := []kerneltest.Reply{reply}
	var made created
	if reply.Status < 300 && json.Unmarshal(reply.Body, &made) == nil && made.ID != "" {
		replies = append(replies, a.Get(t, r.Path+"/"+made.ID, "manager-theirs"))
	}
	for _, got := range replies {
		for _, secret := range a.secrets {
			if strings.Contains(string(got.Body), secret) && !strings.Contains(body, secret) {
				t.Errorf("%s %s with %s tells a stranger %q: %.300s", r.Method(), r.Path, body, secret, around(string(got.Body), secret))
			}
		}
	}
}

// example is a value that a schema allows, in which every text that may name an object names one of ours.
func (a *inquiry) example(s schema, name string, pick, depth int) any {
	if s.Ref != "" {
		s = a.schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
	}
	if len(s.Enum) > 0 {
		return s.Enum[min(pick, len(s.Enum)-1)]
	}
	kind, _ := s.Type.(string)
	if list, several := s.Type.([]any); several && len(list) > 0 {
		kind, _ = list[0].(string)
	}
	switch kind {
	case "boolean":
		return false
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "array":
		if s.Items == nil || depth > 4 {
			return []any{}
		}
		return []any{a.example(*s.Items, name, pick, depth+1)}
	case "string":
		return a.word(s.Format, name, pick)
	}
	object := map[string]any{}
	if depth > 4 {
		return object
	}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		if field == "$schema" || field == "synthetic" {
			continue
		}
		object[field] = a.example(s.Properties[field], field, pick, depth+1)
	}
	return object
}

// word is a text for a field: of its format, or, by its name, an object of ours.
func (a *inquiry) word(format, name string, pick int) string {
	switch format {
	case "date-time":
		return time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	case "date":
		return time.Now().Add(24 * time.Hour).UTC().Format(time.DateOnly)
	case "email":
		return "somebody@theirs.test"
	case "uri":
		return "https://theirs.test/"
	}
	switch name {
	case "zh", "en", "title", "name", "body", "text", "reason", "summary", "note", "ask", "plan", "password", "login", "email", "phone", "contact", "address":
		return "their text"
	case "district":
		return "370202"
	case "category":
		return "attack"
	}
	ids := a.named(name)
	return ids[min(pick, len(ids)-1)]
}

// versions are those of objects of ours that have one.
func (a *inquiry) versions(t *testing.T) map[string]int64 {
	t.Helper()
	found := map[string]int64{}
	for _, f := range a.fixtures {
		if f.shared || strings.HasSuffix(f.path, "/none") {
			continue
		}
		for _, who := range []string{"manager-ours", "officer"} {
			var object struct{ Version *int64 }
			if r := a.Get(t, f.path, who); r.Status == http.StatusOK && json.Unmarshal(r.Body, &object) == nil && object.Version != nil {
				found[f.path] = *object.Version
				break
			}
		}
	}
	if len(found) < 30 {
		t.Fatalf("only %d objects of ours have a version", len(found))
	}
	return found
}

// Of what changes at ours a stranger is not even told that it does, whatever they watch.
func TestNothingOfAnotherIsPushed(t *testing.T) {
	a := newAccess(t)
	ctx := t.Context()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", a.Cookie(t, "manager-theirs"))
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	kit, topics := a.Kit("access"), 0
	for _, m := range a.Manifests() {
		for _, topic := range m.Topics {
			kit.Notify(topic.Name, "object-of-ours", a.Ours.ID)
			topics++
		}
	}
	for _, m := range a.Manifests() {
		for _, topic := range m.Topics {
			kit.Notify(topic.Name, "object-of-theirs", a.Theirs.ID)
		}
	}
	heard := 0
	for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.Contains(line, "object-of-ours"):
			t.Errorf("a stranger is told %s", line)
		case strings.Contains(line, "object-of-theirs"):
			if heard++; heard == 20 {
				t.Logf("%d topics", topics)
				return
			}
		}
	}
	t.Fatalf("the stream ended after %d of %d topics: %v", heard, topics, fmt.Sprint(lastError(stream)))
}

func lastError(r *http.Response) error {
	_, err := io.Copy(io.Discard, r.Body)
	return err
}
