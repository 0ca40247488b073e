package platforms

import (
	_ "embed" // the catalogue is data
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"linghang/kernel/lang"
)

//go:embed catalogue.yaml
var catalogueText []byte

// tier is how often an indicator is due.
type tier string

const (
	realTime  tier = "R" // every minute
	quarterly tier = "H" // every quarter of an hour
	daily     tier = "D"
	monthly   tier = "M"
)

// finer reports whether t comes more often than o.
func (t tier) finer(o tier) bool {
	return o == "" || strings.Index("RHDM", string(t)) < strings.Index("RHDM", string(o))
}

// indicator is one entry of the catalogue.
type indicator struct {
	Code   string    `json:"code" yaml:"code" title:"代码|Code"`
	Group  string    `json:"group" yaml:"group" title:"分组|Group"`
	Title  lang.Text `json:"title" yaml:"title" title:"名称|Title"`
	Unit   lang.Text `json:"unit" yaml:"unit" title:"单位|Unit"`
	Kind   string    `json:"kind" yaml:"kind" title:"类型|Kind"`
	Tier   tier      `json:"tier" yaml:"tier" title:"周期|Tier"`
	Dims   []string  `json:"dims" yaml:"dims" nullable:"false"`
	Source string    `json:"source" yaml:"source" title:"来源|Source"`
	Below  string    `json:"below,omitempty" yaml:"below" doc:"The value may not exceed that of this indicator"`
	Along  string    `json:"along,omitempty" yaml:"along" doc:"The daily indicator to which its ratio stays about the same"`
	Across string    `json:"across" yaml:"across" enum:"sum,mean" title:"平台间汇总|Across platforms" doc:"How platforms come together: their sum, or their mean where a sum would count the same thing twice or add what does not add up"`
}

// How an indicator's values of several platforms come together.
const (
	acrossSum  = "sum"
	acrossMean = "mean"
)

type group struct {
	Code  string    `json:"code" yaml:"code"`
	Title lang.Text `json:"title" yaml:"title"`
}

// catalogue is a version of the list of indicators.
type catalogue struct {
	Version    int         `json:"version" yaml:"version"`
	Groups     []group     `json:"groups" yaml:"groups" nullable:"false"`
	Indicators []indicator `json:"indicators" yaml:"indicators" nullable:"false"`

	byCode map[string]indicator
}

func readCatalogue(text []byte) (*catalogue, error) {
	c := &catalogue{byCode: map[string]indicator{}}
	if err := yaml.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("read indicator catalogue: %w", err)
	}
	for i, x := range c.Indicators {
		if _, twice := c.byCode[x.Code]; twice {
			return nil, fmt.Errorf("indicator %s stands twice in the catalogue", x.Code)
		}
		if x.Dims == nil {
			x.Dims = []string{}
			c.Indicators[i].Dims = x.Dims
		}
		if x.Across == "" {
			x.Across = acrossSum
			if x.Kind == "ratio" {
				x.Across = acrossMean
			}
			c.Indicators[i].Across = x.Across
		}
		if x.Across != acrossSum && x.Across != acrossMean {
			return nil, fmt.Errorf("indicator %s comes together by %q, which is neither sum nor mean", x.Code, x.Across)
		}
		c.byCode[x.Code] = x
	}
	for _, x := range c.Indicators {
		if y := c.byCode[x.Along]; x.Along != "" && (x.Tier != daily || y.Tier != daily) {
			return nil, fmt.Errorf("indicator %s goes along with %s, and not both are daily indicators of the catalogue", x.Code, x.Along)
		}
		if _, ok := c.byCode[x.Below]; x.Below != "" && !ok {
			return nil, fmt.Errorf("indicator %s is bound by %s, which is not in the catalogue", x.Code, x.Below)
		}
	}
	return c, nil
}

// dims are the breakdown of a value; empty fields mean the total.
type dims struct {
	Industry string `json:"industry,omitempty" maxLength:"64"`
	District string `json:"district,omitempty" maxLength:"64"`
	Size     string `json:"size,omitempty" maxLength:"64"`
	Type     string `json:"type,omitempty" maxLength:"64"`
}

func (d dims) pairs() [4][2]string {
	return [4][2]string{{"industry", d.Industry}, {"district", d.District}, {"size", d.Size}, {"type", d.Type}}
}

// key is the breakdown as one text, in a fixed order.
func (d dims) key() string { return string(d.appendKey(nil)) }

func (d dims) appendKey(b []byte) []byte {
	for _, p := range d.pairs() {
		if p[1] != "" {
			b = append(append(append(append(b, p[0]...), '='), p[1]...), ';')
		}
	}
	return b
}

func dimsOf(key string) dims {
	var d dims
	for part := range strings.SplitSeq(key, ";") {
		name, value, _ := strings.Cut(part, "=")
		d.set(name, value)
	}
	return d
}

func (d *dims) set(name, value string) bool {
	switch name {
	case "industry":
		d.Industry = value
	case "district":
		d.District = value
	case "size":
		d.Size = value
	case "type":
		d.Type = value
	default:
		return false
	}
	return true
}

// reason is why an item was refused: a key for the web and a sentence in English.
type reason struct {
	Key     string
	Message string
}

func because(key, format string, args ...any) *reason {
	return &reason{"platforms.item." + key, fmt.Sprintf(format, args...)}
}

// check decides whether a value of an indicator can be taken.
func (c *catalogue) check(code string, d dims, value float64) *reason {
	x, ok := c.byCode[code]
	if !ok {
		return because("unknown", "there is no indicator %q in catalogue version %d", code, c.Version)
	}
	if why := checkValue(value); why != nil {
		return why
	}
	for _, p := range d.pairs() {
		if p[1] == "" {
			continue
		}
		if !slices.Contains(x.Dims, p[0]) {
			return because("dimension", "%s has no breakdown by %s", code, p[0])
		}
		if len(p[1]) > 64 {
			return because("dimension_long", "the %s is longer than 64 bytes", p[0])
		}
		if strings.ContainsFunc(p[1], func(r rune) bool { return r == ';' || r == '=' || r == utf8.RuneError || unicode.IsControl(r) }) {
			return because("dimension_sign", "the %s %q holds a sign that cannot be in it: ; = or a control character", p[0], p[1])
		}
		if !inVocabulary(p[0], p[1]) {
			return because("vocabulary", "%q is no known %s", p[1], p[0])
		}
	}
	return nil
}

func checkValue(value float64) *reason {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return because("not_finite", "the value is not a finite number")
	}
	if value < 0 {
		return because("negative", "the value %g is negative", value)
	}
	return nil
}
