package instance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linghang/lib/schedule/model"
)

// ft06 is Fisher and Thompson's instance of 1963; its optimum is 55.
const ft06 = `6 6
2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1
`

// psplib is a project in the form of PSPLIB.
const psplib = `************************************************************************
file with basedata            : tiny.bas
initial value random generator: 28123
************************************************************************
projects                      :  1
jobs (incl. supersource/sink ):  4
horizon                       :  20
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
************************************************************************
PROJECT INFORMATION:
pronr.  #jobs rel.date duedate tardcost  MPM-Time
    1      2      0       20        1       20
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        2          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     5       2    0
         2     7       1    0
  3      1     3       4    9
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    4    9
************************************************************************
`

// told is a model in short.
func told(m *model.Model) string {
	var b strings.Builder
	for i := range m.Tasks {
		t := &m.Tasks[i]
		if t.Job != nil {
			fmt.Fprintf(&b, "%d:", *t.Job)
		}
		for _, mode := range t.Modes {
			fmt.Fprintf(&b, " %d", mode.Duration)
			for _, n := range mode.Needs {
				fmt.Fprintf(&b, "@%d", n.Resource)
				if m.Resources[n.Resource].Capacity > 1 {
					fmt.Fprintf(&b, "x%d", n.Amount)
				}
			}
		}
		b.WriteString(";")
	}
	for _, p := range m.Precedences {
		fmt.Fprintf(&b, " %d<%d", p.Before, p.After)
	}
	return b.String()
}

func TestTextsBecomeModels(t *testing.T) {
	for name, c := range map[string]struct{ format, data, want string }{
		"from 0":          {"jobshop", "2 2\n0 3 1 4\n1 5 0 6\n", "0: 3@0;0: 4@1;1: 5@1;1: 6@0; 0<1 2<3"},
		"from 1":          {"jobshop", "2 2\n1 3 2 4\n2 5 1 6\n", "0: 3@0;0: 4@1;1: 5@1;1: 6@0; 0<1 2<3"},
		"title":           {"jobshop", "# an instance of 2 2\n2\t2 \r\n0 3 1 4\r\n\r\n1 5 0 6", "0: 3@0;0: 4@1;1: 5@1;1: 6@0; 0<1 2<3"},
		"broken lines":    {"jobshop", "1 2\n0 3\n1 4", "0: 3@0;0: 4@1; 0<1"},
		"short and again": {"jobshop", "2 2\n0 3\n1 5 0 6 1 0 0 2\n", "0: 3@0;1: 5@1;1: 6@0;1: 0@1;1: 2@0; 1<2 2<3 3<4"},
		"flexible":        {"flexible", "2 3 1.5\n2 1 0 5 2 1 3 2 4\n1 1 1 7", "0: 5@0;0: 3@1 4@2;1: 7@1; 0<1"},
		"two numbers":     {"flexible", "1 2\n1 2 1 5 2 6", "0: 5@0 6@1;"},
		"flow shop":       {"flowshop", "number of jobs, number of machines :\n 2 3 873654221 9 8\nprocessing times :\n 1 2\n 3 4\n 5 6\n", "0: 1@0;0: 3@1;0: 5@2;1: 2@0;1: 4@1;1: 6@2; 0<1 1<2 3<4 4<5"},
		"pairs":           {"flowshop", "2 2\n0 1 1 3\n0 2 1 4", "0: 1@0;0: 3@1;1: 2@0;1: 4@1; 0<1 2<3"},
		"project":         {"rcpsp", "4 2\n4 9\n0 0 0 2 2 3\n5 2 0 1 4\n3 4 9 1 4\n0 0 0 0", " 0; 5@0x2; 3@0x4@1x9; 0; 0<1 0<2 1<3 2<3"},
		"library":         {"rcpsp", psplib, " 0; 5@0x2 7@0x1; 3@0x4@1x9; 0; 0<1 0<2 1<3 2<3"},
		"linghang":        {"linghang", `{"resources":[],"tasks":[{"modes":[{"duration":3}]}]}`, " 3;"},
	} {
		m, err := Read(c.format, []byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := told(m); got != c.want {
			t.Errorf("%s:\n%s\nnot\n%s", name, got, c.want)
		}
	}
	m, err := JobShop([]byte(ft06))
	if err != nil || len(m.Tasks) != 36 || len(m.Resources) != 6 || len(m.SameOrder) != 0 {
		t.Errorf("ft06: %v", err)
	}
	if m, err = FlowShop([]byte("2 2\n1 2 3 4")); err != nil || len(m.SameOrder) != 2 {
		t.Errorf("a flow shop without one order: %v", err)
	}
}

func TestTextsThatAreNone(t *testing.T) {
	for name, c := range map[string]struct{ format, data, want string }{
		"empty":            {"jobshop", "", "the first line has 0 numbers"},
		"word":             {"jobshop", "1 1\n0 x", `line 2: "x" is no whole number`},
		"fraction":         {"jobshop", "1 1\n0 1.5", `line 2: "1.5" is no whole number`},
		"huge":             {"jobshop", "1 1\n0 99999999999999999999", "is no whole number"},
		"too long":         {"jobshop", "1 1\n0 2000000000", "tasks[0].modes[0].duration: is 2000000000"},
		"odd":              {"jobshop", "1 2\n0 1 1", "line 2: has 3 numbers"},
		"jobs missing":     {"jobshop", "3 2\n0 1 1 2\n0 1 1 2", "there are 2 lines of jobs; the first line says 3"},
		"machine":          {"jobshop", "1 2\n0 1 2 2", "machines are 0 to 2"},
		"claims":           {"jobshop", "900000 60000\n0 1", "there are 4 numbers in the whole text"},
		"no machines":      {"jobshop", "1 0", "line 1: the second size is 0; a shop needs a machine at least"},
		"nor here":         {"flexible", "1 0\n0", "line 1: the second size is 0"},
		"nor there":        {"flowshop", "1 0", "line 1: the second size is 0"},
		"ends":             {"flexible", "1 2\n2 1 0 5", "the text ends where the number of alternatives follows"},
		"no alternative":   {"flexible", "1 2\n1 0", "line 2: an operation has no alternative"},
		"more":             {"flexible", "1 2\n1 1 0 5\n1 1 0 5", "line 3: 4 numbers follow the end"},
		"negative":         {"flexible", "1 2\n1 1 0 -5", "a duration is -5"},
		"flow shop":        {"flowshop", "2 2\n1 2 3", "there are 3 numbers after the first line; 2 jobs on 2 machines have 4"},
		"wrong way":        {"flowshop", "1 2\n1 5 0 6", "line 2: is machine 1 where 0 follows"},
		"successor":        {"rcpsp", "2 1\n4\n3 1 1 3\n0 0 0", "line 3: a successor is 3; it is 0 to 2"},
		"successor from 0": {"rcpsp", "2 1\n4\n3 1 1 0\n0 0 0", "a successor is 0"},
		"needs too much":   {"rcpsp", "1 1\n4\n3 5 0", "tasks[0].modes[0].needs[0].amount: is 5; it is 1 to 4"},
		"circle":           {"rcpsp", "2 1\n4\n3 1 1 2\n1 1 1 1", "form a circle"},
		"no sizes":         {"rcpsp", "PRECEDENCE RELATIONS:\n1 1 0\n", "line 1: PRECEDENCE RELATIONS begin, and the number of jobs was not told"},
		"library ends":     {"rcpsp", psplib[:strings.Index(psplib, "   3        1")], "line 20: the text ends where the relations of job 3 follow"},
		"no availability":  {"rcpsp", psplib[:strings.Index(psplib, "\n    4    9")], "line 34: the text ends where what is available"},
		"a mode missing":   {"rcpsp", strings.Replace(psplib, "         2     7       1    0\n", "", 1), "line 29: is [3 1 3 4 9] where mode 2 of job 2 follows"},
		"a mode more":      {"rcpsp", strings.Replace(psplib, "  4      1     0       0    0\n", "  4      1     0       0    0\n         2     7       1    0\n", 1), "line 32: follows the last mode of the last job, 4"},
		"a job more":       {"rcpsp", strings.Replace(psplib, "   4        1          0\n", "   4        1          0\n   5        1          0\n", 1), "line 23: follows the relations of the last job, 4"},
		"successors short": {"rcpsp", strings.Replace(psplib, "2           2   3", "2           2", 1), "line 19: job 1 has 2 successors; its line has 1"},
		"successor beyond": {"rcpsp", strings.Replace(psplib, "2           2   3", "2           2   5", 1), "line 19: a successor is 5; jobs are 1 to 4"},
		"no mode":          {"rcpsp", strings.Replace(psplib, "   3        1          1 ", "   3        0          1 ", 1), "line 21: job 3 has no mode"},
		"nonrenewable":     {"rcpsp", strings.Replace(psplib, "nonrenewable              :  0", "nonrenewable              :  2", 1), "line 10: there are 2 resources that are nonrenewable, which is not modelled"},
		"a word":           {"rcpsp", strings.Replace(psplib, "  3      1     3 ", "  3      1     x ", 1), "line 30: \"x\" is no whole number"},
		"beyond capacity":  {"rcpsp", strings.Replace(psplib, "\n    4    9\n", "\n    4    8\n", 1), "tasks[2].modes[0].needs[1].amount: is 9; it is 1 to 8"},
		"many jobs":        {"rcpsp", strings.Replace(psplib, "sink ):  4", "sink ):  99999999", 1), "line 6: \"99999999\" is no number from 0 to 1048576"},
		"format":           {"gams", "", `there is no format "gams"`},
	} {
		if _, err := Read(c.format, []byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
}

// TestPublishedSets reads every instance of the folder that LINGHANG_INSTANCES names.
func TestPublishedSets(t *testing.T) {
	folder := os.Getenv("LINGHANG_INSTANCES")
	if folder == "" {
		t.Skip("LINGHANG_INSTANCES names no folder")
	}
	for _, format := range Formats()[:4] {
		n := 0
		err := filepath.WalkDir(filepath.Join(folder, format), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			n++
			if _, err := Read(format, data); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		t.Logf("%s: %d instances", format, n)
	}
}

func fuzz(f *testing.F, read func([]byte) (*model.Model, error), seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := read(data); err == nil && m.Validate() != nil {
			t.Errorf("an invalid model came from %q", data)
		}
	})
}

func FuzzJobShop(f *testing.F)  { fuzz(f, JobShop, ft06, "2 2\n1 3 2 4\n2 5\n") }
func FuzzFlexible(f *testing.F) { fuzz(f, Flexible, "2 3 1.5\n2 1 0 5 2 1 3 2 4\n1 1 1 7") }
func FuzzFlowShop(f *testing.F) { fuzz(f, FlowShop, "a :\n2 2 5\nb :\n1 2\n3 4", "2 1\n0 1\n0 2") }

func FuzzPSPLIB(f *testing.F) {
	fuzz(f, PSPLIB, psplib, strings.Replace(psplib, "sink ):  4", "sink ):  2", 1), "jobs : 1\nPRECEDENCE RELATIONS:\n1 1 0\nREQUESTS/DURATIONS:\n1 1 3\nRESOURCEAVAILABILITIES:\n")
}

// FuzzRead reads what it is given in every format: nobody knows what a file is.
func FuzzRead(f *testing.F) {
	for k := range Formats() {
		for _, s := range []string{ft06, psplib, "2 2\n1 3 2 4\n2 5\n", `{"resources":[{"capacity":1}],"tasks":[{"modes":[{"duration":3,"needs":[{"resource":0,"amount":1}]}]}]}`} {
			f.Add(byte(k), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, format byte, data []byte) {
		list := Formats()
		m, err := Read(list[int(format)%len(list)], data)
		if err != nil {
			return
		}
		// What was read is the same after it was written in the format of this program.
		var b strings.Builder
		if err := m.Encode(&b); err != nil {
			t.Fatal(err)
		}
		again, err := Read("linghang", []byte(b.String()))
		if err != nil || told(again) != told(m) {
			t.Errorf("%v: %s\nnot\n%s", err, told(again), told(m))
		}
	})
}

func FuzzPatterson(f *testing.F) {
	fuzz(f, Patterson, "4 2\n4 9\n0 0 0 2 2 3\n5 2 0 1 4\n3 4 9 1 4\n0 0 0 0")
}
