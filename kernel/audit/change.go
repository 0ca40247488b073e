package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"linghang/kernel/sqldb"
)

// Change is what an act changed of one object.
type Change struct {
	Noun   string  `json:"noun" doc:"What the object is, such as organisation"`
	ID     string  `json:"id"`
	Act    string  `json:"act" enum:"added,changed,removed"`
	Person string  `json:"person,omitempty" doc:"Whom sealed values are about"`
	Fields []Field `json:"fields" nullable:"false"`
	More   int     `json:"more,omitempty" doc:"So many fields more were changed than an entry holds"`
}

// Field is one field of an object before and after a change.
type Field struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	Hidden bool   `json:"hidden,omitempty" doc:"It was changed, and how is not recorded: a secret, or words about a person who has no account"`
	// Erased tells that the value was about somebody who was erased; it is never written.
	Erased bool `json:"erased,omitempty"`

	personal bool
}

// An object says by tags of its fields what must not be read in the log by
// everybody for ever:
//
//	audit:"personal" is sealed under the key of the person whom the object is about
//	audit:"hidden"   is only said to have changed
//	audit:"-"        is left out
//
// Fields whose names say that they hold secrets are hidden without a tag.

// Person is an object about a person: personal fields are sealed under their key.
type Person interface {
	// Whom returns the number of the person.
	Whom() string
}

// Bounds of what one entry holds.
const (
	valueMost   = 500 // characters of a value; longer ones end with their digest
	fieldsMost  = 60  // of an object
	changesMost = 20  // objects
)

// untold are fields that every change changes, or that the entry tells itself.
func untold() []string { return []string{"id", "version", "created_at", "changed_at", "updated_at"} }

// Differences tells what was changed, field by field.
func Differences(list []sqldb.Changed) []Change {
	var changes []Change
	for _, c := range list {
		if d, ok := difference(c); ok && len(changes) < changesMost {
			changes = append(changes, d)
		}
	}
	return changes
}

func difference(c sqldb.Changed) (Change, bool) {
	d := Change{Noun: c.Noun, ID: c.ID, Act: "changed", Fields: []Field{}}
	switch {
	case c.Before == nil:
		d.Act = "added"
	case c.After == nil:
		d.Act = "removed"
	}
	for _, object := range []any{c.After, c.Before} {
		if p, ok := object.(Person); ok {
			d.Person = p.Whom()
			break
		}
	}
	before, after := valuesOf(c.Before), valuesOf(c.After)
	old := map[string]value{}
	for _, v := range before {
		old[v.name] = v
	}
	for _, v := range after {
		if o := old[v.name]; o.text != v.text {
			d.add(o, v)
		}
		delete(old, v.name)
	}
	for _, v := range before {
		if _, left := old[v.name]; left && v.text != "" {
			d.add(v, value{name: v.name, mark: v.mark})
		}
	}
	return d, d.Act != "changed" || len(d.Fields) > 0
}

func (d *Change) add(before, after value) {
	if len(d.Fields) == fieldsMost {
		d.More++
		return
	}
	f := Field{Name: after.name, Before: clip(before.text), After: clip(after.text)}
	switch {
	case after.mark == "hidden", after.mark == "personal" && d.Person == "":
		f.Before, f.After, f.Hidden = "", "", true
	case after.mark == "personal":
		f.personal = true
	}
	d.Fields = append(d.Fields, f)
}

// clip shortens a long value; its digest tells which one it was.
func clip(text string) string {
	text = clean(text)
	if utf8.RuneCountInString(text) <= valueMost {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return string([]rune(text)[:valueMost]) + "… sha256:" + hex.EncodeToString(sum[:])
}

// clean makes text what every database and JSON give back as it was.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// value is one field of an object as text.
type value struct {
	name string
	text string
	mark string // of its tag
}

// valuesOf returns the fields of an object, those of objects within it by their paths.
func valuesOf(object any) []value {
	if object == nil {
		return nil
	}
	var list []value
	collect(&list, reflect.ValueOf(object), "", "")
	return list
}

func collect(list *[]value, v reflect.Value, path, mark string) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			*list = append(*list, value{path, "", mark})
			return
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		*list = append(*list, value{path, textOf(v), mark})
		return
	}
	for f, x := range v.Fields() {
		if f.Anonymous && f.Tag.Get("json") == "" && f.Tag.Get("audit") != "-" {
			collect(list, x, path, mark)
			continue
		}
		name := nameOf(f)
		if !f.IsExported() || f.Tag.Get("audit") == "-" || name == "-" || path == "" && slices.Contains(untold(), name) {
			continue
		}
		collect(list, x, strings.TrimPrefix(path+"."+name, "."), markOf(f, name, mark))
	}
}

// markOf is how a field's values are told: as its tag says, or that of what it is in.
func markOf(f reflect.StructField, name, within string) string {
	if isSecret(name) {
		return "hidden"
	}
	return cmp.Or(f.Tag.Get("audit"), within)
}

// textOf is a value as people read it; what is empty is no text at all.
func textOf(v reflect.Value) string {
	if !v.CanInterface() {
		return ""
	}
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		if t.UnixMilli() <= 0 {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	if v.Kind() == reflect.String {
		return v.String()
	}
	if many := v.Kind() == reflect.Slice || v.Kind() == reflect.Map; v.IsZero() || many && v.Len() == 0 {
		return ""
	}
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return fmt.Sprint(v.Interface())
	}
	return string(data)
}

// isSecret tells by its name that a field holds a secret.
func isSecret(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "_"), func(word string) bool {
		return slices.Contains([]string{"password", "secret", "token", "private", "sealed", "credential"}, word)
	})
}

// nameOf is what the API calls a field.
func nameOf(f reflect.StructField) string {
	for _, tag := range []string{"json", "yaml"} {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" && name != "-" {
			return name
		}
	}
	if f.Tag.Get("json") == "-" {
		return "-"
	}
	return snake(f.Name)
}

// snake writes RedirectURIs as redirect_uris.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		next := i+1 < len(runes) && unicode.IsLower(runes[i+1]) && string(runes[i+1:]) != "s"
		if i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || next) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// encodeChanges writes changes as the database and the hash have them.
func encodeChanges(list []Change) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	data, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("encode changes: %w", err)
	}
	return string(data), nil
}

// decodeChanges reads what encodeChanges wrote. Anything else was altered: it is
// returned as one change that nothing verifies.
func decodeChanges(text string) []Change {
	if text == "" {
		return nil
	}
	var list []Change
	if err := json.Unmarshal([]byte(text), &list); err == nil {
		if again, err := encodeChanges(list); err == nil && again == text {
			return list
		}
	}
	return []Change{{Noun: "altered", ID: clip(text), Fields: []Field{}}}
}
