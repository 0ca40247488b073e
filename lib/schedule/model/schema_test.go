package model

import (
	"encoding/json"
	"testing"

	"linghang/lib/schedule/internal/document"
)

// The published schema has the members of the types, and those that are always written
// are the ones that it requires; and it has their limits.
func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	data := Schema()
	if err := document.Differences(data, Model{}, Resource{}, Job{}, Task{}, Mode{}, Need{}, Precedence{}, Calendar{}, Window{}, Shift{}, Clock{}, Changeover{}, Cleaning{}, Campaign{}, Tank{}, Tariff{}, Rate{}, Recipe{}, Part{}, Flow{}, Pin{}, Stop{}, Assignment{}, Baseline{}, Term{}); err != nil {
		t.Error(err)
	}
	type limit struct {
		Maximum int64 `json:"maximum"`
	}
	var schema struct {
		Defs struct {
			Time     limit `json:"time"`
			Resource struct {
				Properties struct {
					Capacity limit `json:"capacity"`
				} `json:"properties"`
			} `json:"Resource"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	if schema.Defs.Time.Maximum != MaxTime || schema.Defs.Resource.Properties.Capacity.Maximum != MaxCapacity {
		t.Error("the schema has other limits")
	}
}
