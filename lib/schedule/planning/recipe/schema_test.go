package recipe

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// part is an object of the schema.
type part struct {
	Properties map[string]any  `json:"properties"`
	Required   []string        `json:"required"`
	Defs       map[string]part `json:"$defs"`
}

// The published schema has the members of the types, and requires those that are always written.
func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	var schema part
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{Network{}, State{}, Amount{}, Unit{}, Utility{}, Task{}, Flow{}, Equipment{}, Use{}} {
		kind := reflect.TypeOf(v)
		object := schema.Defs[kind.Name()]
		if kind.Name() == "Network" {
			object = schema
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
		if told := slices.Sorted(maps.Keys(object.Properties)); !slices.Equal(told, names) {
			t.Errorf("%s: the schema has %v, the type %v", kind.Name(), told, names)
		}
		if !slices.Equal(object.Required, always) {
			t.Errorf("%s: the schema requires %v, the type writes %v", kind.Name(), object.Required, always)
		}
	}
}
