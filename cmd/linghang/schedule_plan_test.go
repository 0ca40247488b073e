package main

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"linghang/lib/schedule/planning/recipe"
)

func testdata(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile("../../lib/schedule/planning/" + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPlansAreMadeAndPrinted(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	files := map[string]string{"plant.json": testdata(t, "recipe/testdata/maravelias.json"), "blend.json": testdata(t, "pooling/testdata/haverly1.json")}
	out, _, err := schedules(t, files, "plan", "batches", "--output", "json", "plant.json")
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Status    string
		Objective float64
		Plan      recipe.Plan
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || strings.Count(out, "\n") != 1 {
		t.Fatalf("%v in %s", err, out)
	}
	if r.Status != "optimal" || math.Abs(r.Objective-100) > 1e-6 || len(r.Plan.Batches) == 0 || len(r.Plan.Stocks) != 4 {
		t.Errorf("%s", out)
	}
	out, said, err := schedules(t, files, "plan", "blend", "blend.json")
	if err != nil || !strings.HasPrefix(out, "from,to,amount\nc2,o1,100\n") || !strings.HasPrefix(said, "optimal: worth 400.000, at most 400.0") {
		t.Errorf("%s %s %v", out, said, err)
	}
	files["none.json"] = strings.Replace(files["plant.json"], `"name": "hA"`, `"name": "hA", "final_min": 5000`, 1)
	if _, _, err := schedules(t, files, "plan", "batches", "none.json"); err == nil || !strings.Contains(err.Error(), "none.json: no plan satisfies it") {
		t.Errorf("%v", err)
	}
	if _, _, err := schedules(t, files, "plan", "batches", "blend.json"); err == nil || !strings.Contains(err.Error(), `unknown field "components"`) {
		t.Errorf("%v", err)
	}
	if out, _, err := schedules(t, files, "plan", "schema", "blend"); err != nil || !json.Valid([]byte(out)) {
		t.Errorf("%s, %v", out, err)
	}
}
