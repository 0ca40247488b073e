package detection

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"linghang/kernel/lang"
	"linghang/lib/sigma"
)

// The rules are data: Sigma files, each document with an attribute `linghang` for what people
// read. data/pack.yml gives the pack its version and date, and the techniques their names.
//
//go:embed data/*.yml
var packed embed.FS

// packFile is the file of a pack that holds no rules.
const packFile = "pack.yml"

// Level is how grave a finding is, as Sigma has it.
type Level string

// The levels, the gravest first.
const (
	Critical      Level = "critical"
	High          Level = "high"
	Medium        Level = "medium"
	Low           Level = "low"
	Informational Level = "informational"
)

func levels() []Level { return []Level{Critical, High, Medium, Low, Informational} }

// rank orders levels: 1 is the gravest.
func (l Level) rank() int { return slices.Index(levels(), l) + 1 }

// Technique is one of MITRE ATT&CK for ICS.
type Technique struct {
	ID string `json:"id" yaml:"id"`
	// Name is the one that MITRE gives; the Chinese one is ours.
	Name lang.Text `json:"name" yaml:"name"`
}

// Rule is what people read of a rule.
type Rule struct {
	ID        string    `json:"id"`
	Name      string    `json:"name" doc:"Short, for people who write rules" title:"代号|Name"`
	Title     lang.Text `json:"title" title:"规则|Rule"`
	Level     Level     `json:"level" enum:"critical,high,medium,low,informational" title:"级别|Level"`
	Kind      string    `json:"kind" enum:"event,sequence,health,baseline,intel,log" doc:"What it looks at: one event, several within a time, the sensor itself, what was agreed to, indicators of others, or alerts of other sensors" title:"类型|Kind"`
	Protocol  string    `json:"protocol" doc:"Empty: any" title:"协议|Protocol"`
	Technique Technique `json:"technique" doc:"Of ATT&CK for ICS; empty id: none"`
	Why       lang.Text `json:"why" doc:"Why it matters"`
	Do        lang.Text `json:"do" doc:"What to do"`
	Date      string    `json:"date" title:"日期|Date"`
	Normal    lang.Text `json:"normal" doc:"What looks the same and is no attack; often empty"`

	say lang.Text
	own *Origin // of a rule that somebody brought
}

// Pack is a set of rules of one version.
type Pack struct {
	Version string
	Date    string
	Source  lang.Text
	Rules   []Rule // in the order of the files

	rules      map[string]int
	set        *sigma.Set
	techniques map[string]Technique
	taxonomy   *taxonomy
}

// custom is the attribute `linghang` of a document.
type custom struct {
	ID       string `yaml:"id"`
	Linghang struct {
		ZH        string    `yaml:"zh"`
		Technique string    `yaml:"technique"`
		Protocol  string    `yaml:"protocol"`
		Say       lang.Text `yaml:"say"`
		Why       lang.Text `yaml:"why"`
		Do        lang.Text `yaml:"do"`
		Normal    lang.Text `yaml:"normal"`
	} `yaml:"linghang"`
}

// readPack reads the rules that come with the program.
func readPack() (*Pack, error) {
	dir, err := fs.Sub(packed, "data")
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	return readPackOf(dir)
}

func readPackOf(dir fs.FS) (*Pack, error) {
	p := &Pack{rules: map[string]int{}}
	techniques, err := p.head(dir)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(dir, "*.yml")
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	var files []sigma.File
	for _, name := range names {
		if name == packFile {
			continue
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		file, err := p.file(name, data, techniques)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	set, faults := sigma.Compile(sigma.Options{}, files...)
	if len(faults) > 0 {
		return nil, fmt.Errorf("compile rules: %v", faults)
	}
	p.set = set
	if p.taxonomy, err = readTaxonomy(); err != nil {
		return nil, err
	}
	return p, nil
}

// head reads what a pack says of itself.
func (p *Pack) head(dir fs.FS) (map[string]Technique, error) {
	data, err := fs.ReadFile(dir, packFile)
	if err != nil {
		return nil, fmt.Errorf("read the pack: %w", err)
	}
	var head struct {
		Version    string      `yaml:"version"`
		Date       string      `yaml:"date"`
		Source     lang.Text   `yaml:"source"`
		Techniques []Technique `yaml:"techniques"`
		Rules      []otherRule `yaml:"rules"`
	}
	if err := strict(data, &head); err != nil {
		return nil, fmt.Errorf("%s: %w", packFile, err)
	}
	p.techniques = map[string]Technique{}
	p.Version, p.Date, p.Source = head.Version, head.Date, head.Source
	list := p.techniques
	for _, t := range head.Techniques {
		list[t.ID] = t
	}
	for _, r := range head.Rules {
		err := p.put(Rule{
			ID: r.ID, Name: r.Name, Title: r.Title, Level: r.Level, Kind: r.Kind, Technique: list[r.Technique], Why: r.Why, Do: r.Do, Date: r.Date, say: r.Say,
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", packFile, err)
		}
	}
	return list, nil
}

// otherRule is a rule that is no Sigma rule: of sensors themselves, of baselines and of indicators.
type otherRule struct {
	ID        string    `yaml:"id"`
	Name      string    `yaml:"name"`
	Title     lang.Text `yaml:"title"`
	Level     Level     `yaml:"level"`
	Kind      string    `yaml:"kind"`
	Date      string    `yaml:"date"`
	Technique string    `yaml:"technique"`
	Say       lang.Text `yaml:"say"`
	Why       lang.Text `yaml:"why"`
	Do        lang.Text `yaml:"do"`
}

func strict(data []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	return d.Decode(into)
}

// file reads one file of rules, and what people read of them.
func (p *Pack) file(name string, data []byte, techniques map[string]Technique) (sigma.File, error) {
	file, err := sigma.Parse(name, data)
	if err != nil {
		return file, fmt.Errorf("read rules: %w", err)
	}
	more, err := customs(data)
	if err != nil {
		return file, fmt.Errorf("%s: %w", name, err)
	}
	for _, r := range file.Rules {
		if err := p.add(r.Meta, more[r.ID], "event", techniques); err != nil {
			return file, fmt.Errorf("%s: %w", r.Place, err)
		}
	}
	for _, c := range file.Correlations {
		if c.Timespan > lookBack {
			return file, fmt.Errorf("%s: the sequence %q looks back longer than %s", c.Place, c.Title, lookBack)
		}
		if err := p.add(c.Meta, more[c.ID], "sequence", techniques); err != nil {
			return file, fmt.Errorf("%s: %w", c.Place, err)
		}
	}
	return file, nil
}

func customs(data []byte) (map[string]custom, error) {
	list := map[string]custom{}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var c custom
		err := d.Decode(&c)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read what people read of rules: %w", err)
		}
		list[c.ID] = c
	}
}

// supports is the tag of a rule that serves sequences only, and is told by nobody.
const supports = "linghang.supporting"

// add takes a rule into the pack, if it says everything that people want to read.
func (p *Pack) add(m sigma.Meta, c custom, kind string, techniques map[string]Technique) error {
	if slices.Contains(m.Tags, supports) {
		return nil
	}
	l := c.Linghang
	r := Rule{
		ID: m.ID, Name: m.Name, Title: lang.Text{ZH: l.ZH, EN: m.Title}, Level: Level(m.Level), Kind: kind, Protocol: l.Protocol, Technique: techniques[l.Technique],
		Why: l.Why, Do: l.Do, Date: m.Date, Normal: l.Normal, say: l.Say,
	}
	if !slices.Contains(m.Tags, "attack."+strings.ToLower(r.Technique.ID)) {
		return fmt.Errorf("the rule %q: no tag of its technique", m.Title)
	}
	return p.put(r)
}

func (p *Pack) put(r Rule) error {
	if err := r.check(); err != nil {
		return fmt.Errorf("the rule %q: %w", r.Title.EN, err)
	}
	if _, twice := p.rules[r.ID]; twice {
		return fmt.Errorf("the rule %q: its id is another's", r.Title.EN)
	}
	p.rules[r.ID] = len(p.Rules)
	p.Rules = append(p.Rules, r)
	return nil
}

// check wants everything that an alert says.
func (r Rule) check() error {
	both := func(t lang.Text) bool { return t.ZH != "" && t.EN != "" }
	switch {
	case r.ID == "" || r.Name == "" || r.Date == "":
		return errors.New("id, name and date are wanted")
	case r.Level.rank() == 0:
		return errors.New("its level is none")
	case !both(r.Title) || !both(r.say) || !both(r.Why) || !both(r.Do):
		return errors.New("title, sentence, why it matters and what to do are wanted in Chinese and English")
	case r.Technique.ID == "" && r.Kind != "health" && r.Kind != "intel" && r.Kind != "log":
		return errors.New("its technique is not among those of the pack")
	}
	return nil
}

// book is the pack as a judge asks it.
func (p *Pack) book() book {
	return book{set: p.set, bounds: sigma.Bounds{Groups: mostGroups, Entries: mostEntries}, told: func(m *sigma.Meta) (Rule, bool) { return p.Rule(m.ID) }}
}

// Rule returns a rule by its ID.
func (p *Pack) Rule(id string) (Rule, bool) {
	at, ok := p.rules[id]
	if !ok {
		return Rule{}, false
	}
	return p.Rules[at], true
}

// sentence fills the sentence of a rule with what matched; what is not known stays out.
func (r Rule) sentence(words map[string]string) lang.Text {
	blank := regexp.MustCompile(`\{[a-z_]+\}`)
	fill := func(text string) string {
		return blank.ReplaceAllStringFunc(text, func(name string) string {
			if w := words[name[1:len(name)-1]]; w != "" {
				return w
			}
			return "-"
		})
	}
	return lang.Text{ZH: fill(r.say.ZH), EN: fill(r.say.EN)}
}
