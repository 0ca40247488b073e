package csaf

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

//go:embed structure-2.0.json
var structure20 []byte

//go:embed structure-2.1.json
var structure21 []byte

// Structure is what the JSON schemas of CSAF 2.0 and 2.1 demand: kinds of values, members
// that must and may be there, lengths, items that are there once, words, patterns and
// formats. What other schemas describe is left to tests: scores (6.1.8), SSVC (6.1.46) and
// extensions (6.1.60.1, 6.1.60.2). It may be used by many goroutines.
type Structure struct{ of map[string]*schema }

// schema is the schema of one version.
type schema struct {
	Root  *shape
	Types map[string]*shape
}

// shape is what a value has to be.
type shape struct {
	Ref           string
	Type          string
	Required      []string
	Properties    map[string]*shape
	Closed        bool // there are no other properties
	Items         *shape
	MinItems      int
	MinLength     int
	MinProperties int
	MaxProperties int
	UniqueItems   bool
	Enum          []string
	Pattern       *pattern
	Format        string
}

// pattern is a regular expression in JSON.
type pattern struct{ *regexp.Regexp }

func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Regexp, err = regexp.Compile(string(text))
	return err
}

// NewStructure reads the schemas.
func NewStructure() (*Structure, error) {
	s := Structure{of: map[string]*schema{}}
	for version, text := range map[string][]byte{"2.0": structure20, "2.1": structure21} {
		s.of[version] = &schema{}
		if err := json.Unmarshal(text, s.of[version]); err != nil {
			return nil, fmt.Errorf("csaf: read the schema of %s: %w", version, err)
		}
	}
	return &s, nil
}

// Check gives what of a document is not as its schema demands, at most MaxFindings.
func (s *Structure) Check(d *Document) []Finding {
	c := checker{d: d, test: Test{"schema", "JSON schema"}}
	of := s.of[d.version]
	of.check(&c, d.root, of.Root)
	return c.report.Findings
}

func (s *schema) check(c *checker, n *node, is *shape) {
	if is.Ref != "" {
		is = s.Types[is.Ref]
	}
	if is.Type != n.kind.schema() {
		c.fail(n, fmt.Sprintf("it is not of the type %s", is.Type))
		return
	}
	switch n.kind {
	case kindObject:
		s.object(c, n, is)
	case kindList:
		s.list(c, n, is)
	case kindText:
		if what := is.wrong(n.text); what != "" {
			c.fail(n, what)
		}
	default:
	}
}

// schema is the name of a kind in schemas.
func (k kind) schema() string {
	return [...]string{kindNull: "null", kindBool: "boolean", kindNumber: "number", kindText: "string", kindList: "array", kindObject: "object"}[k]
}

func (s *schema) object(c *checker, n *node, is *shape) {
	for _, key := range is.Required {
		if n.get(key) == nil {
			c.fail(n, key+" is missing")
		}
	}
	if len(n.kids) < is.MinProperties || is.MaxProperties > 0 && len(n.kids) > is.MaxProperties {
		c.fail(n, fmt.Sprintf("%d members are too few or too many", len(n.kids)))
	}
	for _, k := range n.kids {
		switch of := is.Properties[k.key]; {
		case of != nil:
			s.check(c, k, of)
		case is.Closed:
			c.fail(k, fmt.Sprintf("%q is not allowed here", k.key))
		}
	}
}

func (s *schema) list(c *checker, n *node, is *shape) {
	if len(n.kids) < is.MinItems {
		c.fail(n, fmt.Sprintf("%d items are too few; %d are needed", len(n.kids), is.MinItems))
	}
	seen := map[string]bool{}
	for _, k := range n.kids {
		if is.UniqueItems {
			text := k.text
			if k.kind == kindObject || k.kind == kindList {
				whole, _ := json.Marshal(k.plain()) // of plain values only
				text = string(whole)
			}
			if seen[text] {
				c.fail(k, "the item is there twice")
			}
			seen[text] = true
		}
		if is.Items != nil {
			s.check(c, k, is.Items)
		}
	}
}

// wrong says what is wrong with a text.
func (s *shape) wrong(text string) string {
	switch {
	case utf8.RuneCountInString(text) < s.MinLength:
		return "it is empty"
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, text):
		return fmt.Sprintf("%q is none of %s", text, strings.Join(s.Enum, ", "))
	case s.Pattern != nil && !s.Pattern.MatchString(text):
		return fmt.Sprintf("%.200q is not written as it has to be", text)
	case s.Format == "date-time" && !moment(text):
		return fmt.Sprintf("%q is no date and time of RFC 3339", text)
	case s.Format == "uri" && !address(text):
		return fmt.Sprintf("%q is no URI", text)
	default: // the only uuid has a pattern, too
		return ""
	}
}

// moment says that a text is a date and time of RFC 3339, which has leap seconds.
func moment(text string) bool {
	if len(text) > 19 && text[16:19] == ":60" {
		text = text[:16] + ":59" + text[19:]
	}
	_, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
	return err == nil && !strings.Contains(text, ",")
}

func address(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.IsAbs() && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"{}|\^`+"`", r) })
}
