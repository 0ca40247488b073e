package model

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// part is an object of the schema.
type part struct {
	Properties map[string]struct {
		Maximum int64 `json:"maximum"`
	} `json:"properties"`
	Required []string        `json:"required"`
	Defs     map[string]part `json:"$defs"`
	Maximum  int64           `json:"maximum"`
}

// The published schema has the members of the types, and those that are always written
// are the ones that it requires.
func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	data, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema part
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{
		Model{},
		Resource{},
		Job{},
		Task{},
		Mode{},
		Need{},
		Precedence{},
		Calendar{},
		Window{},
		Shift{},
		Clock{},
		Changeover{},
		Cleaning{},
		Campaign{},
		Tank{},
		Flow{},
		Pin{},
		Stop{},
		Assignment{},
		Baseline{},
		Term{},
	} {
		kind := reflect.TypeOf(v)
		object := schema.Defs[kind.Name()]
		if kind.Name() == "Model" {
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
	if schema.Defs["time"].Maximum != MaxTime || schema.Defs["Resource"].Properties["capacity"].Maximum != MaxCapacity {
		t.Error("the schema has other limits")
	}
}
