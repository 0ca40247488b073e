package sigma

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxEventNesting bounds the nesting of an event.
const maxEventNesting = 32

// ParseJSON gives the fields of one JSON object: names of nested objects are
// joined by dots, lists give a field with several values.
func ParseJSON(data []byte) ([]Field, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("event: something follows the JSON object")
	}
	return Flatten(object)
}

// Flatten gives the fields of a decoded JSON object, sorted by name, as [ParseJSON] does.
func Flatten(object map[string]any) ([]Field, error) {
	var out []Field
	err := flatten(&out, "", object, 0)
	return out, err
}

func flatten(out *[]Field, name string, v any, depth int) error {
	if depth > maxEventNesting {
		return fmt.Errorf("event: %s is nested more than %d deep", name, maxEventNesting)
	}
	if len(*out) > MaxFields {
		return fmt.Errorf("event: more than %d fields", MaxFields)
	}
	switch t := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(t)) {
			if err := flatten(out, join(name, key), t[key], depth+1); err != nil {
				return err
			}
		}
		return nil
	case []any:
		for _, e := range t {
			if err := flatten(out, name, e, depth+1); err != nil {
				return err
			}
		}
		return nil
	case nil:
		*out = append(*out, Field{Name: name, Null: true})
		return nil
	default:
		text, ok := plainText(v)
		if !ok {
			return fmt.Errorf("event: %s is of the type %T, which JSON does not give", name, v)
		}
		*out = append(*out, Field{Name: name, Value: text})
		return nil
	}
}

// plainText writes a JSON value that is no object, list or null.
func plainText(v any) (string, bool) {
	switch t := v.(type) {
	case string:
		return t, true
	case bool:
		return strconv.FormatBool(t), true
	case json.Number:
		if strings.ContainsAny(t.String(), ".eE") {
			if n, err := t.Float64(); err == nil {
				return number(n), true
			}
		}
		return t.String(), true
	case float64:
		return number(t), true
	case int:
		return strconv.Itoa(t), true
	default:
		return "", false
	}
}
