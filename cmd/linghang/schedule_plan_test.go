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

// What the guide shows of lot sizes is planned: a set-up costs more than the stock of a period.
func TestLotSizesArePlannedAndPrinted(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, language := range []string{"zh", "en"} {
		list := blocks(t, strings.TrimSuffix(guidePage(language), "schedule.md")+"batches.md", "json lots")
		if len(list) != 1 {
			t.Fatalf("%s shows %d problems", language, len(list))
		}
		files := map[string]string{"lots.json": list[0]}
		out, said, err := schedules(t, files, "plan", "lots", "lots.json")
		if err != nil || out != "product,period,made,stock\npaint,0,50,30\npaint,2,40,0\n" || !strings.HasPrefix(said, "optimal: costs 130.000, at least ") {
			t.Errorf("%s: %s %s %v", language, out, said, err)
		}
		out, _, err = schedules(t, files, "plan", "lots", "--window", "2", "--keep", "1", "--output", "json", "lots.json")
		if err != nil || !strings.Contains(out, `"status":"limit"`) || !strings.Contains(out, `"made":[[`) {
			t.Errorf("%s: %s %v", language, out, err)
		}
	}
	files := map[string]string{"lots.json": `{"capacity": [1], "products": [{"name": "a", "demand": [5], "use": 1}]}`}
	for want, args := range map[string][]string{
		"lots.json: no plan satisfies it":           {"plan", "lots", "lots.json"},
		"--keep is 1 or more, and --window no less": {"plan", "lots", "--window", "0", "lots.json"},
		"batches, blend or lots":                    {"plan", "schema", "other"},
	} {
		if _, _, err := schedules(t, files, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, not %s", args, err, want)
		}
	}
	if out, _, err := schedules(t, files, "plan", "schema", "lots"); err != nil || !json.Valid([]byte(out)) {
		t.Errorf("%s, %v", out, err)
	}
}
