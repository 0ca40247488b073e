package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"linghang/kernel"
	"linghang/lib/schedule"
	"linghang/lib/schedule/instance"
)

const ft06 = `6 6
2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1
`

// guidePage is found before a test leaves its folder.
func guidePage(language string) string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../docs/guide", language, "schedule.md")
}

// schedules runs the command in this process, in a folder with the files.
func schedules(t *testing.T, files map[string]string, args ...string) (out, said string, err error) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	root := kernel.Command(kernel.House{}, scheduleCommand())
	root.SetArgs(append([]string{"schedule"}, args...))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err = root.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

// What the guide shows: one object, which the checker and the drawing take.
func TestScheduleIsSolvedCheckedAndDrawn(t *testing.T) {
	out, _, err := schedules(t, map[string]string{"ft06.txt": ft06}, "solve", "--format", "jobshop", "--time", "0", "--moves", "20000", "--workers", "1", "--output", "json", "ft06.txt")
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Status     string
		Makespan   int64
		LowerBound int64 `json:"lower_bound"`
		Seconds    *float64
		Seed       uint64
		Schedule   struct{ Assignments []struct{ Start, End int64 } }
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || strings.Count(out, "\n") != 1 {
		t.Fatalf("%v in %s", err, out)
	}
	if r.Makespan != 55 || r.LowerBound < 47 || r.LowerBound > 55 || r.Status == "" || r.Seconds == nil || r.Seed != 1 || len(r.Schedule.Assignments) != 36 {
		t.Errorf("got %s", out)
	}
	files := map[string]string{"ft06.jsp": ft06, "s.json": out}
	if told, _, err := schedules(t, files, "check", "ft06.jsp", "s.json"); err != nil || told != "right: makespan 55\n" {
		t.Errorf("%q, %v", told, err)
	}
	if told, _, err := schedules(t, files, "gantt", "ft06.jsp", "s.json"); err != nil || !strings.HasPrefix(told, "<svg ") || strings.Count(told, "<g>") != 36 {
		t.Errorf("%.200q, %v", told, err)
	}
	if told, _, err := schedules(t, files, "gantt", "--output", "json", "ft06.jsp", "s.json"); err != nil || !strings.HasPrefix(told, `{"makespan":55,"svg":"`) {
		t.Errorf("%.200q, %v", told, err)
	}
	files["s.json"] = strings.Replace(out, `"makespan":55,"assignments"`, `"makespan":54,"assignments"`, 1)
	told, _, err := schedules(t, files, "check", "--output", "json", "ft06.jsp", "s.json")
	if err == nil || !strings.Contains(told, `"right":false`) || !strings.Contains(told, "is said to be 54; the last task ends at 55") {
		t.Errorf("%q, %v", told, err)
	}
	if _, _, err := schedules(t, files, "gantt", "ft06.jsp", "s.json"); err == nil {
		t.Error("a wrong schedule was drawn")
	}
}

func TestScheduleAsTextIsCSV(t *testing.T) {
	out, said, err := schedules(t, map[string]string{"two.jsp": "2 2\n0 3 1 2\n1 4 0 1\n"}, "solve", "--moves", "100", "two.jsp")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out, "task,name,job,mode,start,end,resources\n0,J0.0,J0,0,0,3,M0\n") || strings.Count(out, "\n") != 5 {
		t.Errorf("%s", out)
	}
	if !strings.HasPrefix(said, "optimal: makespan 6, at least 6, by jobshop in ") {
		t.Errorf("%s", said)
	}
}

// What a pin waives is said, and a schedule that breaks nothing else is right.
func TestScheduleSaysWhatIsWaived(t *testing.T) {
	pinned := `{"modes":[{"duration":3,"needs":[{"resource":0,"amount":1}]}],"pin":{"start":%d,"waive":true}}`
	plan := fmt.Sprintf(`{"resources":[{"capacity":1}],"tasks":[`+pinned+`,`+pinned+`]}`, 5, 6)
	s := `{"makespan":9,"assignments":[{"task":0,"mode":0,"start":5,"end":8},{"task":1,"mode":0,"start":6,"end":9}]}`
	out, _, err := schedules(t, map[string]string{"plan.json": plan, "s.json": s}, "check", "plan.json", "s.json")
	if err != nil || !strings.HasPrefix(out, "right: makespan 9\nwaived: capacity: ") {
		t.Errorf("%s %v", out, err)
	}
	out, _, err = schedules(t, map[string]string{"plan.json": plan, "s.json": s}, "check", "--output", "json", "plan.json", "s.json")
	if err != nil || !strings.Contains(out, `"waived":[{"rule":"capacity"`) {
		t.Errorf("%s %v", out, err)
	}
}

func TestScheduleWithAClockSaysWhenThatIs(t *testing.T) {
	plan := `{"resources":[{"capacity":1}],"tasks":[{"modes":[{"duration":3,"needs":[{"resource":0,"amount":1}]}]}],"clock":{"zone":"Europe/Berlin","start":"2026-10-25T01:00","unit":3600}}`
	out, _, err := schedules(t, map[string]string{"plan.json": plan}, "solve", "--moves", "10", "plan.json")
	if err != nil || !strings.Contains(out, "resources,start_at,end_at\n0,,,0,0,3,0,2026-10-25T01:00:00+02:00,2026-10-25T03:00:00+01:00\n") {
		t.Errorf("%s %v", out, err)
	}
}

func TestScheduleConverts(t *testing.T) {
	out, _, err := schedules(t, map[string]string{"f.fjs": "1 2\n2 1 0 5 2 0 3 1 4\n"}, "convert", "f.fjs")
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := schedules(t, map[string]string{"f.json": out}, "convert", "f.json"); err != nil || again != out {
		t.Errorf("%v: %s\nnot\n%s", err, again, out)
	}
}

func TestScheduleSaysWhatIsWrong(t *testing.T) {
	files := map[string]string{"a.txt": ft06, "bad.jsp": "2 2\n0 3 1 x\n1 1", "circle.json": `{"resources":[],"tasks":[{"modes":[{}]}],"precedences":[{"before":0,"after":0}]}`}
	for want, args := range map[string][]string{
		"--format is needed, one of jobshop, flexible": {"solve", "a.txt"},
		`--format is one of jobshop, flexible`:         {"solve", "--format", "gams", "a.txt"},
		`bad.jsp: line 2: "x" is no whole number`:      {"solve", "bad.jsp"},
		"form a circle: tasks[0] after tasks[0]":       {"solve", "circle.json"},
		"no such file":                                 {"solve", "none.jsp"},
		"--workers is 1 to 64":                         {"solve", "--workers", "0", "--format", "jobshop", "a.txt"},
		`--output is text or json, not "xml"`:          {"solve", "--moves", "1", "--output", "xml", "--format", "jobshop", "a.txt"},
		"read the schedule: it has no makespan":        {"check", "--format", "jobshop", "a.txt", "circle.json"},
		"cannot both be the standard input":            {"check", "-", "-"},
		"--language is en or zh":                       {"explain", "--language", "fr", "one.json"},
		"--moves is 1 or more":                         {"explain", "--moves", "0", "one.json"},
		"it has no plan":                               {"replan", "one.json", "none.running"},
		`line 1: json: unknown field "makespan"`:       {"replan", "one.json", "one.schedule"},
		"the width is 5":                               {"gantt", "--width", "5", "one.json", "one.schedule"},
	} {
		files["one.json"] = `{"resources":[],"tasks":[{"modes":[{"duration":1}]}]}`
		files["none.running"] = `{"now": 1}`
		files["one.schedule"] = `{"makespan":1,"assignments":[{"task":0,"start":0,"end":1}]}`
		if _, _, err := schedules(t, files, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, not %s", args, err, want)
		}
	}
}

// The models that the guide shows are ones that the program takes.
func TestScheduleTakesTheModelsOfTheGuide(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		list := blocks(t, guidePage(language), "json")
		if len(list) != 1 {
			t.Fatalf("%s shows %d models", language, len(list))
		}
		m, err := instance.Read("linghang", []byte(list[0]))
		if err != nil {
			t.Fatalf("%s: %v", language, err)
		}
		r, err := schedule.Solve(t.Context(), m, schedule.Options{Moves: 10})
		if err != nil || r.Makespan != 160 || r.Status != schedule.Optimal {
			t.Errorf("%s: %+v, %v", language, r, err)
		}
		plan, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{"plan.json": list[0], "schedule.json": string(plan)}
		told, _, err := schedules(t, files, "explain", "--language", language, "--task", "1", "plan.json", "schedule.json")
		page, fault := os.ReadFile(guidePage(language))
		if err != nil || fault != nil || told == "" || !strings.Contains(string(page), told) {
			t.Errorf("%s: the guide does not show\n%s%v", language, told, err)
		}
	}
}

// So are the plants, which are solved, checked, explained and replanned as the guide says.
func TestScheduleTakesThePlantsOfTheGuide(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		list := blocks(t, guidePage(language), "json plant")
		if len(list) != 1 {
			t.Fatalf("%s shows %d plants", language, len(list))
		}
		files := map[string]string{"plant.json": list[0]}
		out, _, err := schedules(t, files, "solve", "--time", "0", "--moves", "500", "--workers", "1", "--output", "json", "plant.json")
		if err != nil || !strings.Contains(out, `"objective":[`) {
			t.Fatalf("%s: %v %s", language, err, out)
		}
		files["schedule.json"] = out
		if told, _, err := schedules(t, files, "check", "plant.json", "schedule.json"); err != nil {
			t.Errorf("%s: %s %v", language, told, err)
		}
		told, _, err := schedules(t, files, "explain", "--language", language, "plant.json", "schedule.json")
		page, fault := os.ReadFile(guidePage(language))
		if err != nil || fault != nil || told == "" || !strings.Contains(string(page), told) {
			t.Errorf("%s: the guide does not show\n%s%v", language, told, err)
		}
		if told, _, err := schedules(t, files, "explain", "--moves", "20", "plant.json"); err != nil || told != "" {
			t.Errorf("%s conflicts: %s %v", language, told, err)
		}
		files["running.json"] = `{"now":60,"frozen":120,"down":[{"resource":0,"from":120,"until":200}],"plan":` + out + "}"
		told, _, err = schedules(t, files, "replan", "--time", "0", "--moves", "100", "--output", "json", "plant.json", "running.json")
		if err != nil || !strings.Contains(told, `"moved":{"all":`) || !strings.Contains(told, `{"task":0,"mode":0,"start":0,"end":90}`) {
			t.Errorf("%s: %v %s", language, err, told)
		}
	}
}

// The second batch of the guide waits for the solvent of the first.
func TestScheduleTakesTheRecipesOfTheGuide(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		list := blocks(t, guidePage(language), "json recipe")
		if len(list) != 1 {
			t.Fatalf("%s shows %d recipes", language, len(list))
		}
		m, err := instance.Read("linghang", []byte(list[0]))
		if err != nil {
			t.Fatalf("%s: %v", language, err)
		}
		r, err := schedule.Solve(t.Context(), m, schedule.Options{Moves: 20})
		if err != nil || r.Makespan != 225 {
			t.Errorf("%s: %+v, %v", language, r, err)
		}
	}
}

func TestScheduleBenchesAFolder(t *testing.T) {
	out, _, err := schedules(t, map[string]string{"one.jsp": "2 2\n0 3 1 2\n1 4 0 1\n", "best.csv": "instance,best\none,5\n"}, "bench", "--moves", "50", ".", "best.csv")
	if err != nil || !strings.HasPrefix(out, "instance,best_known,makespan,gap_percent,best_after,lower_bound\none,5,6,20.00,") {
		t.Errorf("%s %v", out, err)
	}
	out, _, err = schedules(t, map[string]string{"one.jsp": "2 2\n0 3 1 2\n1 4 0 1\n", "best.csv": "instance,best\none,5\n"}, "bench", "--output", "json", "--moves", "50", ".", "best.csv")
	if err != nil || !strings.HasPrefix(out, `{"instance":"one","best_known":5,"makespan":6,"gap_percent":`) || !strings.HasSuffix(out, `"lower_bound":6}`+"\n") {
		t.Errorf("%s %v", out, err)
	}
	for want, best := range map[string]string{"no file named two": "instance,best\ntwo,5\n", "needs the columns": "name,best\ntwo,5\n", "no number above 0": "instance,best\ntwo,x\n", "no rows": "instance,best\n"} {
		if _, _, err := schedules(t, map[string]string{"best.csv": best}, "bench", "--format", "jobshop", ".", "best.csv"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// Scripts tell a wrong command line (2) from a wrong file (1).
func TestScheduleEndsWithAnExitCode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.txt")
	if err := os.WriteFile(file, []byte("1 1\n0 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[int][]string{
		0: {"schedule", "solve", "--format", "jobshop", file},
		1: {"schedule", "solve", "--format", "rcpsp", file},
		2: {"schedule", "solve", file},
	} {
		err := exec.Command(binary(t), args...).Run()
		code := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != want {
			t.Errorf("%v ends with %d, not %d", args, code, want)
		}
	}
}
