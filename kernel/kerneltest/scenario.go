package kerneltest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/module"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata/*.txt")

// Scenarios runs every testdata/*.txt on both engines: requests and their
// answers, as text.
//
//	post /api/plan/plans as officer
//	{"template":"qingdao-2022-2024"}
//	201 {"id":"<plan>", …}
//
// A request is a line "method path [as person] [if version]", with its JSON
// body on the lines below; the answer follows as "status body". IDs in answers
// become <1>, <2>, … in the order they appear, and can be used so in later
// requests; times become <time>, the city's day <today>. `go test -update` rewrites the answers.
func Scenarios(t *testing.T, rooms func(k *kernel.Kernel) []module.Module) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			if *update {
				got := runScenario(t, file, rooms, Options{})
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			EachCity(t, func(t *testing.T, o Options) {
				got, want := strings.TrimSpace(runScenario(t, file, rooms, o)), strings.TrimSpace(read(t, file))
				if got != want {
					t.Errorf("%s differs (go test -update rewrites it)\n%s", file, firstDifference(want, got))
				}
			})
		})
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// runScenario returns the file with the answers of this run.
func runScenario(t *testing.T, file string, rooms func(k *kernel.Kernel) []module.Module, o Options) string {
	t.Helper()
	s := scenario{city: Start(t, rooms, o), names: map[string]string{}, ids: map[string]string{}, began: today()}
	s.name(s.city.Bureau.ID, "bureau")
	s.name(s.city.Ours.ID, "ours")
	s.name(s.city.Theirs.ID, "theirs")
	return s.run(t, read(t, file))
}

type scenario struct {
	city  *City
	names map[string]string // id → name
	ids   map[string]string // name → id
	began string            // the city's day at the start: the run may go on past midnight
}

// today is the city's day: all of China keeps UTC+8 without summer time.
func today() string {
	return time.Now().In(time.FixedZone("Asia/Shanghai", 8*3600)).Format(time.DateOnly)
}

func (s *scenario) name(id, name string) { s.names[id], s.ids[name] = name, id }

var (
	requestLine = regexp.MustCompile(`^(get|post|put|patch|delete) (\S+)(?: as (\S+))?(?: if (\S+))?$`)
	answerLine  = regexp.MustCompile(`^[1-5][0-9][0-9]( |$)`)
	ulidForm    = regexp.MustCompile(`\b01[0-9A-HJKMNP-TV-Z]{24}\b`)
	timeForm    = regexp.MustCompile(`"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"`)
	hashForm    = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	nameForm    = regexp.MustCompile(`<([a-z0-9]+)>`)
)

func (s *scenario) run(t *testing.T, text string) string {
	var out strings.Builder
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i] + "\n")
		m := requestLine.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		var body strings.Builder
		for i+1 < len(lines) && lines[i+1] != "" && !answerLine.MatchString(lines[i+1]) {
			i++
			body.WriteString(lines[i] + "\n")
			out.WriteString(lines[i] + "\n")
		}
		var header []string
		if m[4] != "" {
			header = []string{"If-Match", `"` + m[4] + `"`}
		}
		r := s.city.Send(t, strings.ToUpper(m[1]), s.expand(m[2]), m[3], s.expand(body.String()), header...)
		out.WriteString(strings.TrimSpace(strconv.Itoa(r.Status)+" "+s.fold(r.Body)) + "\n")
		for i+1 < len(lines) && lines[i+1] != "" {
			i++ // the old answer
		}
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// expand puts ids in the place of their names.
func (s *scenario) expand(text string) string {
	return nameForm.ReplaceAllStringFunc(text, func(ref string) string {
		if id, ok := s.ids[strings.Trim(ref, "<>")]; ok {
			return id
		}
		return ref
	})
}

// fold puts names in the place of what differs from run to run.
func (s *scenario) fold(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var v any
	text := string(body)
	if json.Unmarshal(body, &v) == nil {
		drop(v)
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if enc.Encode(v) == nil {
			text = strings.TrimSpace(b.String())
		}
	}
	text = ulidForm.ReplaceAllStringFunc(text, func(id string) string {
		if _, ok := s.names[id]; !ok {
			s.name(id, strconv.Itoa(len(s.names)-2))
		}
		return "<" + s.names[id] + ">"
	})
	text = timeForm.ReplaceAllString(text, `"<time>"`)
	text = strings.NewReplacer(s.began, "<today>", today(), "<today>").Replace(text)
	return hashForm.ReplaceAllString(text, "<hash>")
}

// drop removes the request's number, which is in the log too, and hides
// cursors, which hold ids.
func drop(v any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	delete(m, "request_id")
	if cursor, ok := m["next_cursor"].(string); ok && cursor != "" {
		m["next_cursor"] = "<cursor>"
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return "line " + strconv.Itoa(i+1) + "\nwant: " + a + "\ngot:  " + b
		}
	}
	return ""
}
