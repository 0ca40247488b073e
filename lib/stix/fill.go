package stix

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// fill sets the fields of a view. encoding/json is not used, because it takes
// Name for name, and custom properties may be called so.
func fill(view any, o *Object) error {
	return setStruct(reflect.ValueOf(view).Elem(), o.root, o.document, "")
}

func setStruct(to reflect.Value, from *node, document, path string) error {
	for i := range to.NumField() {
		field := to.Type().Field(i)
		if field.Anonymous {
			if err := setStruct(to.Field(i), from, document, path); err != nil {
				return err
			}
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		n := from.get(name)
		if n == nil {
			continue
		}
		if err := set(to.Field(i), n, document, path+"/"+name); err != nil {
			return err
		}
	}
	return nil
}

func set(to reflect.Value, from *node, document, path string) error {
	if to.Type() == reflect.TypeFor[json.RawMessage]() {
		to.SetBytes([]byte(document[from.from:from.to]))
		return nil
	}
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		return set(to.Elem(), from, document, path)
	}
	if wanted, ok := holds(to.Kind()); !ok || wanted != from.kind {
		return fmt.Errorf("%s is %s, which a %s cannot hold", path, from.kind, to.Kind())
	}
	switch to.Kind() {
	case reflect.String:
		to.SetString(from.text)
	case reflect.Bool:
		to.SetBool(from.text == "true")
	case reflect.Int64:
		n, err := strconv.ParseInt(from.text, 10, 64)
		if err != nil {
			return fmt.Errorf("%s is no whole number: %.40s", path, from.text)
		}
		to.SetInt(n)
	case reflect.Struct:
		return setStruct(to, from, document, path)
	case reflect.Map:
		return setMap(to, from, document, path)
	default:
		return setList(to, from, document, path)
	}
	return nil
}

// holds tells which kind of value a field is for.
func holds(k reflect.Kind) (kind, bool) {
	switch k {
	case reflect.String:
		return kindText, true
	case reflect.Bool:
		return kindBool, true
	case reflect.Int64:
		return kindNumber, true
	case reflect.Struct, reflect.Map:
		return kindObject, true
	case reflect.Slice:
		return kindList, true
	default:
		return kindNull, false
	}
}

func setList(to reflect.Value, from *node, document, path string) error {
	out := reflect.MakeSlice(to.Type(), len(from.kids), len(from.kids))
	for i, k := range from.kids {
		if err := set(out.Index(i), k, document, path+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	to.Set(out)
	return nil
}

func setMap(to reflect.Value, from *node, document, path string) error {
	out := reflect.MakeMapWithSize(to.Type(), len(from.kids))
	for _, k := range from.kids {
		value := reflect.New(to.Type().Elem()).Elem()
		if err := set(value, k, document, path+"/"+escape(k.key)); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(k.key), value)
	}
	to.Set(out)
	return nil
}

// lower gives indicator for stix.Indicator.
func lower(name string) string { return strings.ToLower(strings.TrimPrefix(name, "stix.")) }

// escape writes a key as a part of a JSON pointer (RFC 6901 section 3).
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
