package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// object is one of a schema.
type object struct {
	Properties map[string]any    `json:"properties"`
	Required   []string          `json:"required"`
	Defs       map[string]object `json:"$defs"`
}

// Differences tells where a JSON Schema differs from the types that it is of: it has their
// members, and requires those that are always written. The first type is the document
// itself, the others are its definitions, by their names.
func Differences(schema []byte, types ...any) error {
	var whole object
	if err := json.Unmarshal(schema, &whole); err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	var faults []error
	for i, v := range types {
		kind := reflect.TypeOf(v)
		told := whole
		if i > 0 {
			told = whole.Defs[kind.Name()]
		}
		var names, always []string
		for field := range kind.Fields() {
			name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
			if options == "" {
				always = append(always, name)
			}
		}
		slices.Sort(names)
		if has := slices.Sorted(maps.Keys(told.Properties)); !slices.Equal(has, names) {
			faults = append(faults, fmt.Errorf("%s: the schema has %v, the type %v", kind.Name(), has, names))
		}
		if !slices.Equal(told.Required, always) {
			faults = append(faults, fmt.Errorf("%s: the schema requires %v, the type writes %v", kind.Name(), told.Required, always))
		}
	}
	return errors.Join(faults...)
}
