package criterion

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Limits of one rule.
const (
	mostOctets = 64 << 10
	mostNodes  = 100
	mostDepth  = 8
	mostValues = 100
)

// Rule is all, any or not of rules, or a condition on a field. A rule without anything is
// one that everybody meets.
type Rule struct {
	All    []Rule   `json:"all,omitempty" maxItems:"100" doc:"Each of them"`
	Any    []Rule   `json:"any,omitempty" maxItems:"100" doc:"One of them at least"`
	Not    *Rule    `json:"not,omitempty" doc:"Not this"`
	Field  string   `json:"field,omitempty" maxLength:"40" doc:"See GET /api/enterprise/rules/fields"`
	Op     string   `json:"op,omitempty" maxLength:"10" doc:"Of numbers and days >=, >, <= or <; of codes in; of industries under, too; of qualifications holds"`
	Number *float64 `json:"number,omitempty" doc:"What a number is compared with, in the field's unit"`
	Day    string   `json:"day,omitempty" maxLength:"10" doc:"What a day is compared with, as 2020-01-31"`
	Values []string `json:"values,omitempty" maxItems:"100" doc:"Codes, one of which it is; of qualifications one that is valid"`
}

// Everybody tells whether a rule asks for nothing.
func (r Rule) Everybody() bool {
	return len(r.All)+len(r.Any) == 0 && r.Not == nil && r.Field == "" && r.Op == "" && r.Number == nil && r.Day == "" && len(r.Values) == 0
}

// Parse reads a rule from JSON and checks it. Members that it does not know are faults.
func Parse(data []byte, words Vocabulary) (Rule, error) {
	if len(data) > mostOctets {
		return Rule{}, fault.New(fault.TooLarge, "enterprise.rule.large", "a rule has %d octets at most", mostOctets)
	}
	var r Rule
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Rule{}, fault.New(fault.Invalid, "enterprise.rule.json", "this is no rule: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Rule{}, fault.New(fault.Invalid, "enterprise.rule.json", "something follows the rule")
	}
	f := fault.New(fault.Invalid, "enterprise.rule.invalid", "the conditions are incomplete or wrong")
	if r.Check(f, "body", words); len(f.Fields) > 0 {
		return Rule{}, f
	}
	return r, nil
}

// Check adds every fault of a rule that stands at a place.
func (r Rule) Check(f *fault.Error, at string, words Vocabulary) {
	if r.Everybody() {
		return
	}
	nodes := 0
	r.check(f, at, 1, &nodes, words)
	if nodes > mostNodes {
		_ = f.At(at, "100 conditions at most")
	}
}

func (r Rule) check(f *fault.Error, at string, depth int, nodes *int, words Vocabulary) {
	if *nodes++; *nodes > mostNodes {
		return
	}
	if depth > mostDepth {
		_ = f.At(at, "8 levels of conditions at most")
		return
	}
	if r.forms() != 1 {
		_ = f.At(at, "all, any, not, or one condition on a field: one of them")
		return
	}
	for i, x := range r.All {
		x.check(f, fmt.Sprintf("%s.all[%d]", at, i), depth+1, nodes, words)
	}
	for i, x := range r.Any {
		x.check(f, fmt.Sprintf("%s.any[%d]", at, i), depth+1, nodes, words)
	}
	if r.Not != nil {
		r.Not.check(f, at+".not", depth+1, nodes, words)
	}
	if r.Field != "" || r.condition() {
		r.checkCondition(f, at, words)
	}
}

func (r Rule) condition() bool {
	return r.Op != "" || r.Number != nil || r.Day != "" || len(r.Values) > 0
}

// forms counts of how many forms a rule is; a good one is of one.
func (r Rule) forms() int {
	n := 0
	for _, is := range []bool{len(r.All) > 0, len(r.Any) > 0, r.Not != nil, r.Field != "" || r.condition()} {
		if is {
			n++
		}
	}
	return n
}

func comparisons() []string { return []string{">=", ">", "<=", "<"} }

// ops are the comparisons of a kind.
func ops(k Kind) []string {
	switch k {
	case Number, Day:
		return comparisons()
	case Code:
		return []string{"in"}
	case Branch:
		return []string{"in", "under"}
	default:
		return []string{"holds"}
	}
}

func (r Rule) checkCondition(f *fault.Error, at string, words Vocabulary) {
	x, ok := fieldOf(r.Field)
	if !ok {
		_ = f.At(at+".field", "choose a field that rules know")
		return
	}
	if !slices.Contains(ops(x.Kind), r.Op) {
		_ = f.At(at+".op", "choose a comparison that goes with the field: %s", strings.Join(ops(x.Kind), ", "))
	}
	switch x.Kind {
	case Number:
		if r.Number == nil || math.IsNaN(*r.Number) || math.Abs(*r.Number) > 1e12 || r.Day != "" || len(r.Values) > 0 {
			_ = f.At(at+".number", "a number, and nothing else")
		}
	case Day:
		if _, err := time.Parse(time.DateOnly, r.Day); err != nil || r.Number != nil || len(r.Values) > 0 {
			_ = f.At(at+".day", "a day such as 2020-01-31, and nothing else")
		}
	default:
		r.checkValues(f, at, words)
	}
}

func (r Rule) checkValues(f *fault.Error, at string, words Vocabulary) {
	if len(r.Values) == 0 || len(r.Values) > mostValues || r.Number != nil || r.Day != "" {
		_ = f.At(at+".values", "1 to 100 codes, and nothing else")
	}
	for i, v := range r.Values {
		if _, ok := words(r.Field, v); !ok {
			_ = f.At(fmt.Sprintf("%s.values[%d]", at, i), "a code that the field knows")
		}
	}
}
