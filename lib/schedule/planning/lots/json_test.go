package lots_test

import (
	"strings"
	"testing"

	"linghang/lib/schedule/internal/document"
	"linghang/lib/schedule/planning/lots"
)

// The published schema has the members of the types, and requires those that are always written.
func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	if err := document.Differences(lots.Schema(), lots.Problem{}, lots.Product{}); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoProblemIsToldByItsPlace(t *testing.T) {
	for data, want := range map[string]string{
		"{\"capacity\": [1],\n\"products\": 3}": "line 2",
		`{"capacity": [1], "lots": 3}`:          `unknown field "lots"`,
		`{"capacity": []}`:                      "there are 0 periods",
		`{"capacity": [-1]}`:                    "capacity[0]: -1 is to be 0 to",
		`{"capacity": [1e13]}`:                  "capacity[0]: 1e+13 is to be 0 to",
		`{"capacity": [1, 2], "products": [{"name": "a", "demand": [1], "use": 1}]}`:                                      "products[0] a: demand of 1 periods, and there are 2",
		`{"capacity": [1], "products": [{"name": "", "demand": [1], "use": 1}]}`:                                          "products[0]: the name is to have 1 to 256 octets",
		`{"capacity": [1], "products": [{"name": "a", "demand": [1], "use": 1}, {"name": "a", "demand": [1], "use": 1}]}`: "products[1] a: the name is that of products[0]",
		`{"capacity": [1]} {}`: "something follows the problem",
	} {
		if _, err := lots.Decode([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %s", data, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"capacity": [9, 9], "products": [{"name": "a", "demand": [3, 4], "use": 1, "setup": 1, "setup_cost": 5, "holding": 1, "late": 2, "initial": 1, "cost": 1}]}`))
	f.Add([]byte(`{"capacity": [9], "products": null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := lots.Decode(data)
		if err != nil {
			return
		}
		made := make([][]float64, len(p.Products))
		for i := range made {
			made[i] = p.Products[i].Demand
		}
		if cost, err := lots.Check(p, made, 1e-5); err == nil && !(cost >= 0) {
			t.Errorf("it costs %v", cost)
		}
	})
}
