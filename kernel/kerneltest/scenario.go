package kerneltest

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
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
// A request is a line "method path [as person] [if version]", with its body on the
// lines below; the answer follows as "status body". The line goes on with
//
//	sending text/csv       what the body is, if it is no JSON
//	showing id,state       the fields of the answer, or of each of its items, that matter: a long one gets short
//	until "confirmed"      for a reading that follows an event: it is repeated until it has the text
//
// IDs in answers become <1>, <2>, … in the order they appear, and can be used so in
// later requests; times become <time>, digests <hash>, the city's day <today>. Requests
// also say <now+72h>, <today+30> (days), <year>, and <hash> for the last one answered.
// `go test -update` rewrites the answers. Two more lines do something:
//
//	sign in expert.one     somebody whom the scenario has made, with the password of tests
//	later 2h               turns the clock, of rooms that ScenariosInTime runs
func Scenarios(t *testing.T, rooms func(k *kernel.Kernel) []module.Module) {
	runScenarios(t, func() play { return play{rooms: rooms} })
}

// ScenariosInTime is Scenarios for rooms whose clock the text may turn.
func ScenariosInTime(t *testing.T, rooms func(k *kernel.Kernel, clock *Clock) []module.Module) {
	runScenarios(t, func() play {
		clock := &Clock{}
		clock.awayFromMidnight()
		return play{func(k *kernel.Kernel) []module.Module { return rooms(k, clock) }, clock}
	})
}

// Clock is the time of a room, which tests turn.
type Clock struct{ ahead atomic.Int64 }

// Now is what the clock shows.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Turn moves the clock.
func (c *Clock) Turn(by time.Duration) { c.ahead.Add(int64(by)) }

// awayFromMidnight turns a clock to the next day of the city when this one ends within the hour:
// what a text does in some minutes is of one day.
func (c *Clock) awayFromMidnight() {
	if now := c.Now().In(china()); now.Add(time.Hour).Day() != now.Day() {
		c.Turn(time.Hour)
	}
}

// play is what a scenario runs in: rooms, and their clock if they have one.
type play struct {
	rooms func(k *kernel.Kernel) []module.Module
	clock *Clock
}

func runScenarios(t *testing.T, begin func() play) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			if *update {
				got := runScenario(t, file, begin(), Options{})
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			EachCity(t, func(t *testing.T, o Options) {
				got, want := strings.TrimSpace(runScenario(t, file, begin(), o)), strings.TrimSpace(read(t, file))
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
func runScenario(t *testing.T, file string, p play, o Options) string {
	t.Helper()
	s := scenario{city: Start(t, p.rooms, o), clock: p.clock, names: map[string]string{}, ids: map[string]string{}, began: time.Now().In(china())}
	if p.clock != nil {
		s.began = p.clock.Now().In(china())
	}
	s.days = []string{s.began.Format(time.DateOnly), "<today>"}
	s.name(s.city.Bureau.ID, "bureau")
	s.name(s.city.Ours.ID, "ours")
	s.name(s.city.Theirs.ID, "theirs")
	return s.run(t, read(t, file))
}

type scenario struct {
	city  *City
	clock *Clock
	names map[string]string // id → name
	ids   map[string]string // name → id
	hash  string            // the last one that was answered
	began time.Time         // in the city: the run may go on past midnight
	days  []string          // days that requests spoke of, each with its name after it
}

// china is the city's time: all of China keeps UTC+8 without summer time.
func china() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func (s *scenario) name(id, name string) { s.names[id], s.ids[name] = name, id }

var (
	requestLine = regexp.MustCompile(`^(get|post|put|patch|delete) (\S+)(?: as (\S+))?(?: if (\S+))?(?: sending (\S+))?(?: showing (\S+))?(?: until (.+))?$`)
	signInLine  = regexp.MustCompile(`^sign in (\S+)$`)
	laterLine   = regexp.MustCompile(`^later (\S+)$`)
	answerLine  = regexp.MustCompile(`^[1-5][0-9][0-9]( |$)`)
	ulidForm    = regexp.MustCompile(`\b01[0-9A-HJKMNP-TV-Z]{24}\b`)
	timeForm    = regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	hashForm    = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	nameForm    = regexp.MustCompile(`<([a-z0-9]+)>`)
	aheadForm   = regexp.MustCompile(`<(now|today)([+-]\w+)>`)
)

func (s *scenario) run(t *testing.T, text string) string {
	var out strings.Builder
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i] + "\n")
		s.step(t, lines[i])
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
		r := s.send(t, m, body.String())
		out.WriteString(strings.TrimSpace(strconv.Itoa(r.Status)+" "+s.fold(r.Body, m[6])) + "\n")
		for i+1 < len(lines) && lines[i+1] != "" {
			i++ // the old answer
		}
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// step does what a line says that is no request.
func (s *scenario) step(t *testing.T, line string) {
	t.Helper()
	if m := signInLine.FindStringSubmatch(line); m != nil {
		s.city.SignIn(t, m[1])
	}
	m := laterLine.FindStringSubmatch(line)
	if m == nil {
		return
	}
	by, err := time.ParseDuration(m[1])
	if err != nil || s.clock == nil {
		t.Fatalf("%q: the rooms have no clock that can be turned, or this is no time: %v", line, err)
	}
	s.clock.Turn(by)
}

// send makes the request of a line, again until its answer has what the line waits for.
func (s *scenario) send(t *testing.T, m []string, body string) Reply {
	t.Helper()
	var header []string
	if m[4] != "" {
		header = append(header, "If-Match", `"`+m[4]+`"`)
	}
	if m[5] != "" {
		header = append(header, "Content-Type", m[5])
	}
	path, body := s.expand(t, m[2]), s.expand(t, body)
	if m[7] == "" {
		return s.city.Send(t, strings.ToUpper(m[1]), path, m[3], body, header...)
	}
	var r Reply
	Wait(t, m[0], func() bool {
		r = s.city.Send(t, strings.ToUpper(m[1]), path, m[3], body, header...)
		return strings.Contains(string(r.Body), m[7])
	})
	return r
}

// expand puts ids in the place of their names, and days and times in that of what is said of them.
func (s *scenario) expand(t *testing.T, text string) string {
	t.Helper()
	text = aheadForm.ReplaceAllStringFunc(text, func(ref string) string {
		m := aheadForm.FindStringSubmatch(ref)
		if m[1] == "now" {
			by, err := time.ParseDuration(m[2])
			if err != nil {
				t.Fatalf("%s: %v", ref, err)
			}
			return s.now().Add(by).UTC().Format(time.RFC3339)
		}
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatalf("%s: %v", ref, err)
		}
		day := s.began.AddDate(0, 0, n).Format(time.DateOnly)
		s.days = append(s.days, day, ref)
		return day
	})
	return nameForm.ReplaceAllStringFunc(text, func(ref string) string {
		switch ref {
		case "<hash>":
			return s.hash
		case "<year>":
			year := s.now().In(china()).Format("2006")
			s.days = append(s.days, year, ref)
			return year
		}
		if id, ok := s.ids[strings.Trim(ref, "<>")]; ok {
			return id
		}
		return ref
	})
}

func (s *scenario) now() time.Time {
	if s.clock == nil {
		return time.Now()
	}
	return s.clock.Now()
}

// fold puts names in the place of what differs from run to run.
func (s *scenario) fold(body []byte, shown string) string {
	if len(body) == 0 {
		return ""
	}
	var v any
	text := string(body)
	if json.Unmarshal(body, &v) == nil {
		drop(v, shown)
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
	text = timeForm.ReplaceAllString(text, "<time>")
	text = strings.NewReplacer(append(s.days, time.Now().In(china()).Format(time.DateOnly), "<today>")...).Replace(text)
	return hashForm.ReplaceAllStringFunc(text, func(hash string) string {
		s.hash = hash
		return "<hash>"
	})
}

// drop removes the request's number, which is in the log too, and what is not to be
// shown, and hides cursors, which hold ids. Refusals are shown whole.
func drop(v any, shown string) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	delete(m, "request_id")
	if cursor, ok := m["next_cursor"].(string); ok && cursor != "" {
		m["next_cursor"] = "<cursor>"
	}
	if _, refused := m["key"]; shown == "" || refused {
		return
	}
	fields := strings.Split(shown, ",")
	other := func(field string, _ any) bool { return !slices.Contains(fields, field) }
	items, list := m["items"].([]any)
	if !list {
		maps.DeleteFunc(m, other)
		return
	}
	for _, item := range items {
		if one, ok := item.(map[string]any); ok {
			maps.DeleteFunc(one, other)
		}
	}
	maps.DeleteFunc(m, func(field string, v any) bool { return field != "items" && other(field, v) })
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
