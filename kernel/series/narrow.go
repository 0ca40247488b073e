package series

import (
	"regexp"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"linghang/kernel/fault"
)

// Only narrows a query to series whose label has one of some values; none of
// them means that no series passes.
type Only struct {
	Label  string
	Values []string
}

func (o Only) matcher() (*labels.Matcher, error) {
	if len(o.Values) == 1 {
		return labels.NewMatcher(labels.MatchEqual, o.Label, o.Values[0])
	}
	quoted := make([]string, len(o.Values))
	for i, v := range o.Values {
		quoted[i] = regexp.QuoteMeta(v)
	}
	if len(quoted) == 0 {
		quoted = []string{`[^\s\S]`}
	}
	return labels.NewMatcher(labels.MatchRegexp, o.Label, strings.Join(quoted, "|"))
}

// matchers choose the room's series, or those of them that a query is narrowed to.
func (s *Store) matchers(only []Only) ([]*labels.Matcher, error) {
	matchers := []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, roomLabel, s.room)}
	for _, o := range only {
		m, err := o.matcher()
		if err != nil {
			return nil, fault.New(fault.Invalid, "kernel.series.query", "the query cannot be narrowed: %v", err)
		}
		matchers = append(matchers, m)
	}
	return matchers, nil
}

// narrow adds the matchers to every selector of the parsed query, for a store
// elsewhere, which reads text only.
func (s *Store) narrow(query string, only []Only) (string, error) {
	expr, err := s.parse(query)
	if err != nil {
		return "", err
	}
	matchers, err := s.matchers(only)
	if err != nil {
		return "", err
	}
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			v.LabelMatchers = append(v.LabelMatchers, matchers...)
		}
		return nil
	})
	return expr.String(), nil
}

func (s *Store) parse(query string) (parser.Expr, error) {
	expr, err := s.e.parser.ParseExpr(query)
	if err != nil {
		return nil, fault.New(fault.Invalid, "kernel.series.query", "the query cannot be read: %v", err)
	}
	return expr, nil
}

// Condition is a query that answers with the series for which something holds.
type Condition struct {
	Measured string  // what is compared: the whole query when it compares with no number
	Op       string  // >, <, >=, <=, == or !=; empty without a comparison
	Bound    float64 // with which it is compared
}

// Condition reads a query that is to be one: it answers with series at a time.
func (s *Store) Condition(query string) (Condition, error) {
	expr, err := s.parse(query)
	if err != nil {
		return Condition{}, err
	}
	if t := expr.Type(); t != parser.ValueTypeVector {
		return Condition{}, fault.New(fault.Invalid, "kernel.series.condition", "the query answers with a %s, not with series", parser.DocumentedType(t))
	}
	c := Condition{Measured: expr.String()}
	inner := expr
	for {
		p, ok := inner.(*parser.ParenExpr)
		if !ok {
			break
		}
		inner = p.Expr
	}
	b, ok := inner.(*parser.BinaryExpr)
	if !ok || !b.Op.IsComparisonOperator() || b.ReturnBool || b.LHS.Type() != parser.ValueTypeVector {
		return c, nil
	}
	if n, ok := b.RHS.(*parser.NumberLiteral); ok {
		c = Condition{b.LHS.String(), b.Op.String(), n.Val}
	}
	return c, nil
}
