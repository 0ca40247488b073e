package assessment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"

	"linghang/kernel/lang"
)

// Template is a questionnaire in an edition.
type Template struct {
	ID        string          `json:"id" yaml:"id"`
	Edition   int             `json:"edition" yaml:"edition"`
	Title     lang.Text       `json:"title" yaml:"title"`
	Document  lang.Text       `json:"document" yaml:"document"`
	About     lang.Text       `json:"about" yaml:"about"`
	Marks     map[string]Mark `json:"marks" yaml:"marks"`
	Sections  []Section       `json:"-" yaml:"sections"`
	Figures   []Figure        `json:"-" yaml:"figures"`
	Scenarios *Scenarios      `json:"-" yaml:"scenarios"`
	Ladder    *Ladder         `json:"-" yaml:"ladder"`
	Levels    []Level         `json:"levels" yaml:"levels" nullable:"false"`
	Vetoes    []Veto          `json:"vetoes" yaml:"vetoes" nullable:"false"`
	Pages     []Page          `json:"pages" yaml:"-" nullable:"false" doc:"All questions, as they are asked"`

	questions map[string]*Question
}

// Checked tells how far a part of a template was compared with the official text.
type Checked string

// What parts rest on.
const (
	Official  Checked = "official"  // read in the official text
	Secondary Checked = "secondary" // read in a secondary source only
	Unchecked Checked = "unchecked" // not compared; not to be relied upon
	Own       Checked = "own"       // this system's own rule
)

// Mark says what a part of a template rests on.
type Mark struct {
	Title   lang.Text `json:"title" yaml:"title"`
	Checked Checked   `json:"checked" yaml:"checked" enum:"official,secondary,unchecked,own"`
	Source  lang.Text `json:"source" yaml:"source"`
}

// Section is a dimension of part 1.
type Section struct {
	Code       string      `yaml:"code"`
	Title      lang.Text   `yaml:"title"`
	Points     float64     `yaml:"points"`
	Indicators []Indicator `yaml:"indicators"`
}

// Indicator is a group of questions of a dimension.
type Indicator struct {
	Code      string     `yaml:"code"`
	Title     lang.Text  `yaml:"title"`
	Points    float64    `yaml:"points"`
	Questions []Question `yaml:"questions"`
}

// Figure is a raw number that bands are computed from.
type Figure struct {
	Code  string    `yaml:"code"`
	Title lang.Text `yaml:"title"`
	Unit  lang.Text `yaml:"unit"`
	Max   float64   `yaml:"max"`
	Whole bool      `yaml:"whole"`
	Most  string    `yaml:"most"` // the figure that it is a part of
}

// Scenarios are graded one by one.
type Scenarios struct {
	None         lang.Text       `yaml:"none"`
	EvidenceFrom int             `yaml:"evidence_from"` // the grade from which evidence is needed; 0: never
	Groups       []ScenarioGroup `yaml:"groups"`
}

// ScenarioGroup is scenarios that belong together.
type ScenarioGroup struct {
	Code      string     `yaml:"code"`
	Title     lang.Text  `yaml:"title"`
	Scenarios []Scenario `yaml:"scenarios"`
}

// Scenario is one that has a text for each grade from 1 on.
type Scenario struct {
	Code    string      `yaml:"code"`
	Title   lang.Text   `yaml:"title"`
	Starred bool        `yaml:"starred"`
	Grades  []lang.Text `yaml:"grades"`
}

// Ladder is sub-domains that are asked stage by stage.
type Ladder struct {
	Met     float64     `yaml:"met"` // the weighted degree from which a stage is met
	Degrees []Option    `yaml:"degrees"`
	Stages  []lang.Text `yaml:"stages"`
	Domains []Domain    `yaml:"domains"`
}

// Domain is sub-domains that belong together.
type Domain struct {
	Code       string      `yaml:"code"`
	Title      lang.Text   `yaml:"title"`
	Subdomains []Subdomain `yaml:"subdomains"`
}

// Subdomain is what is asked at every stage.
type Subdomain struct {
	Code   string    `yaml:"code"`
	Weight float64   `yaml:"weight"`
	Title  lang.Text `yaml:"title"`
}

// Level is one level and, where scenarios decide, what it asks for.
type Level struct {
	Level     int       `json:"level" yaml:"level"`
	Title     lang.Text `json:"title" yaml:"title"`
	Score     float64   `json:"score" yaml:"score" doc:"Points of part 1 at least"`
	Scenarios int       `json:"scenarios" yaml:"scenarios" doc:"Scenarios at least of this grade"`
	Starred   int       `json:"starred" yaml:"starred" doc:"Of them constraining ones"`
}

// Veto bounds the level by an answer, whatever the score.
type Veto struct {
	Code     string    `json:"code" yaml:"code"`
	Title    lang.Text `json:"title" yaml:"title"`
	Question string    `json:"question" yaml:"question"`
	Options  []string  `json:"options" yaml:"options" nullable:"false"`
	Most     int       `json:"most" yaml:"most" doc:"The highest level that is left"`
}

// Kind is how a question is answered.
type Kind string

// The kinds of questions.
const (
	Single Kind = "single"
	Multi  Kind = "multi"
	Number Kind = "number"
)

// Question is one question. Its code is unique in the template.
type Question struct {
	Code     string    `json:"code" yaml:"code"`
	Kind     Kind      `json:"kind" yaml:"kind" enum:"single,multi,number"`
	Title    lang.Text `json:"title" yaml:"title"`
	Help     lang.Text `json:"help" yaml:"help"`
	Options  []Option  `json:"options" yaml:"options" nullable:"false"`
	Evidence string    `json:"evidence" yaml:"evidence" enum:"none,optional,required" doc:"required: once an option gives points"`
	Outcome  bool      `json:"outcome" yaml:"outcome" doc:"It tells of an effect, which no single measure brings about"`
	Band     *Band     `json:"-" yaml:"band"`
	Trend    *Trend    `json:"-" yaml:"trend"`

	Starred      bool      `json:"starred" yaml:"-" doc:"A constraining scenario (★)"`
	EvidenceFrom int       `json:"evidence_from" yaml:"-" doc:"The grade from which evidence is needed; 0: never"`
	Computed     bool      `json:"computed" yaml:"-" doc:"What is chosen is checked against figures"`
	Unit         lang.Text `json:"unit" yaml:"-"`
	Max          float64   `json:"max" yaml:"-" doc:"Of a number"`
	Whole        bool      `json:"whole" yaml:"-" doc:"Of a number: without decimals"`
	Most         string    `json:"most" yaml:"-" doc:"The number that it is a part of"`
}

// Option is one possible choice.
type Option struct {
	Code      string    `json:"code" yaml:"code"`
	Title     lang.Text `json:"title" yaml:"title"`
	Points    float64   `json:"points" yaml:"points" doc:"In part 1 points, of a scenario the grade, of a stage the degree"`
	Exclusive bool      `json:"exclusive" yaml:"exclusive" doc:"Not together with others"`
}

// Band computes a choice: per cent of one sum in another, by bounds that belong below.
type Band struct {
	Of      []string  `yaml:"of"`
	Per     []string  `yaml:"per"`
	Bounds  []float64 `yaml:"bounds"`
	Options []string  `yaml:"options"`
}

// Trend computes a choice: how a figure, or one per another, moved from the year
// before (second) to last year (first).
type Trend struct {
	Of        []string `yaml:"of"`
	Per       []string `yaml:"per"`
	Tolerance float64  `yaml:"tolerance"` // per cent that still are flat
	Fell      string   `yaml:"fell"`
	Flat      string   `yaml:"flat"`
	Rose      string   `yaml:"rose"`
}

// Page is questions under one heading, in groups.
type Page struct {
	Code   string    `json:"code"`
	Title  lang.Text `json:"title"`
	Groups []Group   `json:"groups" nullable:"false"`
}

// Group is questions that belong together.
type Group struct {
	Code      string     `json:"code"`
	Title     lang.Text  `json:"title"`
	Questions []Question `json:"questions" nullable:"false"`
}

// What bounds a template: bytes, and what is multiplied to questions.
const (
	templateLimit = 1 << 18
	stagesMost    = 10
	domainsMost   = 50
)

// ParseTemplate reads a template (YAML) and refuses what is unknown, incomplete or
// contradicts itself, naming every fault.
func ParseTemplate(data []byte) (*Template, error) {
	if len(data) > templateLimit {
		return nil, fmt.Errorf("read template: more than %d bytes", templateLimit)
	}
	var t Template
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&t); err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("read template: more than one document")
	}
	if t.Ladder != nil && (len(t.Ladder.Stages) > stagesMost || len(t.Ladder.Domains) > domainsMost) {
		return nil, fmt.Errorf("read template %q: up to %d stages and %d domains", t.ID, stagesMost, domainsMost)
	}
	t.lay()
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("read template %q: %w", t.ID, err)
	}
	t.questions = map[string]*Question{}
	for p := range t.Pages {
		for g := range t.Pages[p].Groups {
			of := t.Pages[p].Groups[g].Questions
			for q := range of {
				t.questions[of[q].Code] = &of[q]
			}
		}
	}
	return &t, nil
}

// Question returns a question by its code.
func (t *Template) Question(code string) (Question, bool) {
	q, ok := t.questions[code]
	if !ok {
		return Question{}, false
	}
	return *q, true
}

// Sorted lists the marks in the order of their names.
func (t *Template) Sorted() []Mark {
	list := []Mark{}
	for _, name := range slices.Sorted(maps.Keys(t.Marks)) {
		list = append(list, t.Marks[name])
	}
	return list
}

// each calls f for all questions in the order in which they are asked.
func (t *Template) each(f func(Question)) {
	for _, p := range t.Pages {
		for _, g := range p.Groups {
			for _, q := range g.Questions {
				f(q)
			}
		}
	}
}

// The codes of what is no question of part 1.
func scenarioCode(code string) string { return "scenario." + code }
func figureCode(code string) string   { return "figure." + code }
func stageCode(subdomain string, stage int) string {
	return fmt.Sprintf("%s.%d", subdomain, stage)
}

// lay puts all questions onto pages.
func (t *Template) lay() {
	for _, s := range t.Sections {
		p := Page{Code: s.Code, Title: s.Title}
		for _, i := range s.Indicators {
			g := Group{Code: i.Code, Title: i.Title, Questions: []Question{}}
			for _, q := range i.Questions {
				q.Computed = q.Band != nil || q.Trend != nil
				g.Questions = append(g.Questions, q)
			}
			p.Groups = append(p.Groups, g)
		}
		t.Pages = append(t.Pages, p)
	}
	if t.Scenarios != nil {
		t.Pages = append(t.Pages, t.Scenarios.page())
	}
	if t.Ladder != nil {
		t.Pages = append(t.Pages, t.Ladder.pages()...)
	}
	if len(t.Figures) > 0 {
		t.Pages = append(t.Pages, figurePage(t.Figures))
	}
	if t.Vetoes == nil {
		t.Vetoes = []Veto{}
	}
}

func (s *Scenarios) page() Page {
	p := Page{Code: "scenarios", Title: lang.Text{ZH: "数字化经营（场景）", EN: "Digital operation (scenarios)"}}
	for _, of := range s.Groups {
		g := Group{Code: of.Code, Title: of.Title, Questions: []Question{}}
		for _, x := range of.Scenarios {
			q := Question{Code: scenarioCode(x.Code), Kind: Single, Title: x.Title, Evidence: "optional", EvidenceFrom: s.EvidenceFrom, Starred: x.Starred, Options: []Option{{Code: "0", Title: s.None}}}
			for n, text := range x.Grades {
				q.Options = append(q.Options, Option{Code: fmt.Sprint(n + 1), Title: text, Points: float64(n + 1)})
			}
			g.Questions = append(g.Questions, q)
		}
		p.Groups = append(p.Groups, g)
	}
	return p
}

func (l *Ladder) pages() []Page {
	pages := []Page{}
	for _, d := range l.Domains {
		p := Page{Code: d.Code, Title: d.Title}
		for _, s := range d.Subdomains {
			g := Group{Code: s.Code, Title: s.Title, Questions: []Question{}}
			for n, text := range l.Stages {
				g.Questions = append(g.Questions, Question{Code: stageCode(s.Code, n+1), Kind: Single, Title: text, Options: l.Degrees, Evidence: "optional"})
			}
			p.Groups = append(p.Groups, g)
		}
		pages = append(pages, p)
	}
	return pages
}

func figurePage(figures []Figure) Page {
	g := Group{Code: "figures", Title: lang.Text{ZH: "原始数据（选填，用于核对）", EN: "Raw figures (as you have them; what you chose is checked against them)"}, Questions: []Question{}}
	for _, f := range figures {
		q := Question{Code: figureCode(f.Code), Kind: Number, Title: f.Title, Options: []Option{}, Evidence: "optional", Unit: f.Unit, Max: f.Max, Whole: f.Whole}
		if f.Most != "" {
			q.Most = figureCode(f.Most)
		}
		g.Questions = append(g.Questions, q)
	}
	return Page{Code: "figures", Title: lang.Text{ZH: "原始数据", EN: "Raw figures"}, Groups: []Group{g}}
}

// milli is a number in whole thousandths: sums of them are exact.
func milli(x float64) int64 { return int64(math.Round(x * 1000)) }

// from returns thousandths as the nearest number; its shortest text is exact.
func from(thousandths int64) float64 { return float64(thousandths) / 1000 }
