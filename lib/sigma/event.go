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
	f := Field{Name: name}
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
		f.Null = true
	case string:
		f.Value = t
	case bool:
		f.Value = strconv.FormatBool(t)
	case json.Number:
		f.Value = t.String()
		if strings.ContainsAny(f.Value, ".eE") {
			if n, err := t.Float64(); err == nil {
				f.Value = number(n)
			}
		}
	case float64:
		f.Value = number(t)
	case int:
		f.Value = strconv.Itoa(t)
	default:
		return fmt.Errorf("event: %s is of the type %T, which JSON does not give", name, v)
	}
	*out = append(*out, f)
	return nil
}
