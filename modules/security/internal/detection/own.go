package detection

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/lib/sigma"
)

// Bounds of rules that others bring. A compiled rule has about 40 KiB.
const (
	maxRuleUpload  = 8 << 20 // octets of a file
	maxRuleText    = 8 << 20 // octets of all rules of a set, unpacked
	maxRuleFiles   = 5_000   // of an archive
	mostOwnSets    = 20      // of one owner
	mostOwnRules   = 2_000   // of an enterprise
	mostCityRules  = 4_000
	mostFindings   = 500 // that are told of one upload
	mostLabel      = 300 // characters of a title, an author, a licence
	mostSaid       = 2_000
	mostListed     = 30 // tags, references, false positives
	ownGroups      = 5_000
	ownEntries     = 50_000
	mostMatchShown = 3 // reasons in a sentence
)

// Origin is whose a rule is that the city or an enterprise brought, as the rule itself says it. The
// public rules are under the Detection Rule License, which wants the author named with what they find.
type Origin struct {
	SetID          string   `json:"set_id"`
	Set            string   `json:"set" doc:"Name of the set of rules"`
	City           bool     `json:"city" doc:"The city brought it, and not the enterprise itself"`
	Revision       int64    `json:"revision"`
	SigmaID        string   `json:"sigma_id"`
	Author         string   `json:"author"`
	License        string   `json:"license"`
	Status         string   `json:"status"`
	Date           string   `json:"date"`
	Description    string   `json:"description"`
	Tags           []string `json:"tags" nullable:"false" doc:"Such as attack.t1059.001, of ATT&CK for enterprises and for ICS"`
	References     []string `json:"references" nullable:"false"`
	FalsePositives []string `json:"false_positives" nullable:"false"`
}

// ruleFile is one file of rules.
type ruleFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// RuleFinding is something about an upload: a document that is refused, or one that is taken but
// says something that people should know.
type RuleFinding struct {
	Kind   string    `json:"kind" enum:"refused,silent,status" doc:"refused: it is not taken; silent: no source delivers such events; status: its author calls it deprecated or unsupported"`
	File   string    `json:"file"`
	Line   int       `json:"line" doc:"0: not known"`
	Column int       `json:"column"`
	Rule   string    `json:"rule" doc:"Title or id, where known"`
	Part   string    `json:"part" doc:"Inside the document, such as detection.selection.Image|re"`
	What   lang.Text `json:"what"`
	Mend   lang.Text `json:"mend"`
}

// ownRule is a rule of a set as it is kept.
type ownRule struct {
	key, digest string
	rule        Rule
	logsource   string
	file        string
	line        int
	silent      bool
}

// brought is an upload as it was understood.
type brought struct {
	files    []ruleFile
	set      *sigma.Set
	rules    []ownRule
	findings []RuleFinding
	refused  int // documents
	silent   int

	lines map[string][]string // of each file
	words []faultWord
}

// unpackRules are the files of an upload: one of YAML, or those of a zip.
func unpackRules(name string, data []byte) ([]ruleFile, error) {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		f, err := ruleText(name, data)
		return []ruleFile{f}, err
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fault.New(fault.Invalid, "security.ruleset.zip", "the archive is damaged: %v", err).At("body", "a zip with files that end in .yml")
	}
	if len(r.File) > maxRuleFiles {
		return nil, tooManyRules("the archive holds more than %d files", maxRuleFiles)
	}
	var out []ruleFile
	left := int64(maxRuleText)
	for _, f := range r.File {
		if ext := strings.ToLower(path.Ext(f.Name)); f.FileInfo().IsDir() || ext != ".yml" && ext != ".yaml" {
			continue
		}
		text, err := unpackRule(f, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(text))
		one, err := ruleText(f.Name, text)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(f ruleFile) bool { return f.Name == one.Name }) {
			return nil, fault.New(fault.Invalid, "security.ruleset.zip", "the archive holds two files %s", one.Name).At("body", "give each file a name of its own")
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "security.ruleset.empty", "there is no rule in the archive").At("body", "a zip with files that end in .yml")
	}
	return out, nil
}

func tooManyRules(format string, args ...any) error {
	return fault.New(fault.TooLarge, "security.ruleset.large", format, args...).At("body", "send fewer or smaller files")
}

// unpackRule counts what comes out as it comes, whatever the list of the archive says.
func unpackRule(f *zip.File, left int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fault.New(fault.Invalid, "security.ruleset.zip", "%s in the archive cannot be read: %v", f.Name, err)
	}
	text, err := io.ReadAll(io.LimitReader(r, left+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fault.New(fault.Invalid, "security.ruleset.zip", "%s in the archive is damaged: %v", f.Name, err)
	}
	if int64(len(text)) > left {
		return nil, tooManyRules("the rules have more than %d octets, unpacked", maxRuleText)
	}
	return text, nil
}

// ruleText is a file of rules. Its name leads nowhere else when an archive of it is unpacked.
func ruleText(name string, data []byte) (ruleFile, error) {
	name = cmp.Or(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"), "rules.yml")
	if runes := []rune(name); len(runes) > mostLabel {
		name = string(runes[len(runes)-mostLabel:])
	}
	name = strings.ToValidUTF8(name, "?")
	if len(data) > maxRuleText {
		return ruleFile{}, tooManyRules("the rules have more than %d octets", maxRuleText)
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return ruleFile{}, fault.New(fault.Invalid, "security.ruleset.text", "%s is no text in UTF-8", name).At("body", "rules in the Sigma format are YAML in UTF-8")
	}
	return ruleFile{name, string(data)}, nil
}

// bring reads and compiles files. What is refused is told and left out; most is how many rules there
// may be.
func (p *Pack) bring(files []ruleFile, most int) (*brought, error) {
	b := &brought{files: files, findings: []RuleFinding{}, lines: map[string][]string{}, words: faultWords()}
	var parsed []sigma.File
	documents := 0
	for _, f := range files {
		b.lines[f.Name] = linesOf(f.Text)
		file, err := sigma.Parse(f.Name, []byte(f.Text))
		if bad := (*sigma.ParseError)(nil); errors.As(err, &bad) {
			b.refuse(bad.Faults)
		}
		file.Correlations = slices.DeleteFunc(file.Correlations, func(c *sigma.Correlation) bool {
			long := c.Timespan > lookBack
			if long {
				b.refuse(sigma.Faults{{Place: c.Place, Rule: c.Title, Part: "correlation.timespan", What: fmt.Sprintf("the correlation looks back longer than %s", lookBack), Mend: "lower the timespan to 15m"}})
			}
			return long
		})
		documents += len(file.Rules) + len(file.Correlations)
		parsed = append(parsed, file)
	}
	if documents > most {
		return nil, fault.New(fault.TooLarge, "security.ruleset.many", "%d rules are more than %d", documents, most).With("count", documents).With("limit", most).At("body", "leave out rules for systems that you do not have")
	}
	b.unique(parsed)
	set, faults := sigma.Compile(sigma.Options{}, parsed...)
	b.refuse(faults)
	b.set = set
	for _, r := range set.Rules() {
		b.add(p, r.Meta, "event", r.Source, true)
	}
	for _, c := range set.Correlations() {
		b.add(p, c.Meta, "sequence", sigma.LogSource{}, false)
	}
	return b, nil
}

// unique leaves out what has the key of another before it.
func (b *brought) unique(files []sigma.File) {
	first := map[string]sigma.Place{}
	twice := func(m *sigma.Meta) bool {
		key := keyOfRule(m)
		at, known := first[key]
		if !known {
			first[key] = m.Place
			return false
		}
		b.refuse(sigma.Faults{{Place: m.Place, Rule: m.Title, Part: "id", What: "its id, or its title where it has none, is that of the document at " + at.String(), Mend: "leave one out, or give it an id of its own"}})
		return true
	}
	for i := range files {
		files[i].Rules = slices.DeleteFunc(files[i].Rules, func(r *sigma.Rule) bool { return twice(&r.Meta) })
		files[i].Correlations = slices.DeleteFunc(files[i].Correlations, func(c *sigma.Correlation) bool { return twice(&c.Meta) })
	}
}

// keyOfRule is the same for a rule in all revisions of its set.
func keyOfRule(m *sigma.Meta) string {
	if m.ID != "" {
		return strings.ToLower(cut(m.ID, mostLabel))
	}
	return "title " + cut(m.Title, mostLabel)
}

func cut(s string, most int) string {
	if list := []rune(s); len(list) > most {
		return string(list[:most])
	}
	return s
}

func cutAll(list []string) []string {
	out := []string{}
	for _, s := range list[:min(len(list), mostListed)] {
		out = append(out, cut(s, mostLabel))
	}
	return out
}

// refuse tells of faults; a document that has several is refused once.
func (b *brought) refuse(faults sigma.Faults) {
	last := ""
	for _, f := range faults {
		if at := f.File + "\x00" + f.Rule; at != last || f.Rule == "" {
			b.refused++
			last = at
		}
		if len(b.findings) < mostFindings {
			b.find(RuleFinding{Kind: "refused", File: f.File, Line: f.Line, Column: f.Column, Rule: f.Rule, Part: f.Part, What: inBoth(b.words, f.What), Mend: inBoth(b.words, f.Mend)})
		}
	}
}

func (b *brought) find(f RuleFinding) {
	if len(b.findings) < mostFindings {
		b.findings = append(b.findings, f)
	}
}

// techniqueTag is a tag that names a technique of ATT&CK.
var techniqueTag = regexp.MustCompile(`^(?i)attack\.(t[0-9]{4}(?:\.[0-9]{3})?)$`)

// add takes a document that is sound.
func (b *brought) add(p *Pack, m sigma.Meta, kind string, from sigma.LogSource, sourced bool) {
	r := Rule{ID: "", Name: cut(m.Name, mostLabel), Title: lang.Text{ZH: cut(m.Title, mostLabel), EN: cut(m.Title, mostLabel)}, Level: Level(cmp.Or(m.Level, string(Medium))), Kind: kind, Date: cut(cmp.Or(m.Modified, m.Date), 20)}
	r.Why = lang.Text{ZH: cut(m.Description, mostSaid), EN: cut(m.Description, mostSaid)}
	normal := strings.Join(cutAll(m.FalsePositives), "; ")
	r.Normal = lang.Text{ZH: normal, EN: normal}
	for _, tag := range m.Tags {
		if at := techniqueTag.FindStringSubmatch(tag); at != nil {
			id := strings.ToUpper(at[1])
			r.Technique = cmp.Or(p.techniques[id], Technique{ID: id})
			break
		}
	}
	r.own = &Origin{
		SigmaID: cut(m.ID, mostLabel), Author: cut(m.Author, mostLabel), License: cut(m.License, mostLabel), Status: m.Status, Date: r.Date, Description: r.Why.EN,
		Tags: cutAll(m.Tags), References: cutAll(m.References), FalsePositives: cutAll(m.FalsePositives),
	}
	o := ownRule{key: keyOfRule(&m), rule: r, logsource: logsourceText(from), file: m.Place.File, line: m.Place.Line}
	sum := sha256.Sum256([]byte(documentAt(b.lines[m.Place.File], m.Place.Line)))
	o.digest = hex.EncodeToString(sum[:])
	if o.silent = sourced && !p.taxonomy.delivers(from); o.silent {
		b.silent++
		b.find(RuleFinding{
			Kind: "silent", File: m.Place.File, Line: m.Place.Line, Rule: r.Title.EN, Part: "logsource",
			What: lang.Text{ZH: "这条规则在本平台不会命中：没有任何来源上报 " + o.logsource, EN: "this rule can never match here: no source delivers " + o.logsource},
			Mend: lang.Text{ZH: "可以保留；接入这类日志后即可生效", EN: "it may stay; it works once such logs come in"},
		})
	}
	if m.Status == "deprecated" || m.Status == "unsupported" {
		b.find(RuleFinding{
			Kind: "status", File: m.Place.File, Line: m.Place.Line, Rule: r.Title.EN, Part: "status",
			What: lang.Text{ZH: "规则的作者已将其标为 " + m.Status, EN: "its author calls it " + m.Status},
			Mend: lang.Text{ZH: "请查看 related 中替代它的规则", EN: "look for the rule that replaces it under related"},
		})
	}
	b.rules = append(b.rules, o)
}

func logsourceText(l sigma.LogSource) string {
	var parts []string
	for _, x := range [][2]string{{"product", l.Product}, {"category", l.Category}, {"service", l.Service}} {
		if x[1] != "" {
			parts = append(parts, x[0]+"="+cut(x[1], 60))
		}
	}
	return strings.Join(parts, " ")
}

func linesOf(text string) []string { return strings.SplitAfter(text, "\n") }

// documentAt is the text of the document that begins on a line: up to where the next does.
func documentAt(lines []string, line int) string {
	if line < 1 || line > len(lines) {
		return ""
	}
	lines = lines[line-1:]
	if n := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "---") || strings.HasPrefix(l, "...") }); n >= 0 {
		lines = lines[:n]
	}
	return strings.Join(lines, "")
}

// version is what an alert says of the rules that found it.
func (r Rule) version(p *Pack) string {
	if r.own == nil {
		return p.Version
	}
	return fmt.Sprintf("%s · %d", r.own.Set, r.own.Revision)
}

// host is where an event is from, where it is of no conversation.
func (e Event) host() string {
	if e.log == nil || !e.log.ofHost() {
		return ""
	}
	return cmp.Or(e.log.one("Computer"), e.log.host)
}

// ownSentence says in words that a rule of others applies, where, and to what.
func (r Rule) ownSentence(e Event, reasons []Reason) lang.Text {
	where := e.host()
	if where == "" {
		where = strings.Trim(e.Client+" → "+e.Server, " →")
		if e.Client != "" && e.Server != "" {
			where = e.Client + " → " + e.Server
		}
	}
	var what []string
	for _, x := range reasons[:min(len(reasons), mostMatchShown)] {
		if x.Value != "" {
			what = append(what, strings.TrimPrefix(x.Field+"="+short(x.Value), "="))
		}
	}
	said := strings.Join(what, ", ")
	zh, en := "“"+r.Title.ZH+"”", "“"+r.Title.EN+"”"
	if where != "" {
		zh, en = where+" 的事件符合规则"+zh, "An event of "+where+" matches the rule "+en
	} else {
		zh, en = "事件符合规则"+zh, "An event matches the rule "+en
	}
	if said != "" {
		zh, en = zh+"："+said, en+": "+said
	}
	return lang.Text{ZH: zh, EN: en}
}
