package csaf

import "strings"

// Answer is what can be said of a product in use.
type Answer uint8

// The answers. The zero value is that nothing can be told.
const (
	CannotTell Answer = iota
	Affected
	NotAffected
)

// String gives the answer in words.
func (a Answer) String() string {
	switch a {
	case Affected:
		return "affected"
	case NotAffected:
		return "not affected"
	default:
		return "cannot tell"
	}
}

// Range is a range of versions as an advisory writes it. The zero value is one
// that could not be read.
type Range struct {
	text  string
	all   bool
	any   []bounds // one of them has to hold
	exact bool     // it is one version, not a range
}

// bounds hold together.
type bounds []bound

// bound is one comparison of a version.
type bound struct {
	op      string // <, <=, >, >=, =, !=
	version string
}

const maxRange = 4096 // octets

// ParseRange reads a range: VERS (vers:generic/>=1.0|<2.0), comparisons
// (<V2.3, >=6.0.202 and <7), words ("prior to 4.2", "all versions < V1.3",
// "versions 1.0 through 2.1", "4.0 and earlier", "all versions") and several of
// them divided by comma, semicolon, | or "or". ok is false for what is free text;
// such a range contains nothing and excludes nothing.
func ParseRange(text string) (r Range, ok bool) {
	r.text = text
	if len(text) > maxRange {
		return r, false
	}
	body := strings.ToLower(strings.TrimSpace(text))
	if rest, found := strings.CutPrefix(body, "vers:"); found {
		scheme, constraints, _ := strings.Cut(rest, "/")
		return r, r.vers(scheme, constraints)
	}
	return r, r.words(body)
}

// vers reads the constraints of VERS. Those with a comparison hold between
// neighbours: >=1|<2|>=3|<4 is two intervals.
func (r *Range) vers(scheme, constraints string) bool {
	constraints = strings.TrimSpace(constraints)
	if constraints == "*" {
		r.all = true
		return true
	}
	if scheme == "all" && !strings.ContainsAny(constraints, "<>=!|") {
		return r.words(constraints)
	}
	if strings.LastIndexAny(constraints, "<>") > 1 && !strings.Contains(constraints, "|") {
		return r.words(constraints) // >=V7.80<V9.40, which VERS would divide by |
	}
	var parts bounds
	for part := range strings.SplitSeq(constraints, "|") {
		b, ok := comparison(strings.TrimSpace(part))
		if !ok {
			return false
		}
		parts = append(parts, b)
	}
	r.intervals(parts)
	return len(r.any) > 0
}

// intervals pairs lower bounds with the upper ones that follow them.
func (r *Range) intervals(parts bounds) {
	var lower, excluded bounds
	for _, b := range parts {
		switch b.op {
		case "=":
			r.any = append(r.any, bounds{b})
		case "!=":
			excluded = append(excluded, b)
		case ">", ">=":
			if len(lower) > 0 {
				r.any = append(r.any, lower)
			}
			lower = bounds{b}
		default:
			r.any = append(r.any, append(lower, b))
			lower = nil
		}
	}
	if len(lower) > 0 {
		r.any = append(r.any, lower)
	}
	if len(r.any) == 0 && len(excluded) > 0 {
		r.any = []bounds{nil}
	}
	for i := range r.any {
		r.any[i] = append(r.any[i], excluded...)
	}
}

// comparison reads an operator with a version; a version alone is =.
func comparison(text string) (bound, bool) {
	op := "="
	for _, o := range []string{"<=", ">=", "!=", "==", "<", ">", "=", "≤", "≥"} {
		if rest, found := strings.CutPrefix(text, o); found {
			op, text = o, rest
			break
		}
	}
	switch op {
	case "==":
		op = "="
	case "≤":
		op = "<="
	case "≥":
		op = ">="
	}
	text = strings.TrimSpace(text)
	return bound{op, text}, isVersion(text)
}

// isVersion says that a text is one version and not a sentence.
func isVersion(text string) bool {
	p := pieces(text)
	if len(p) > 0 && p[0].number && !strings.ContainsAny(strings.TrimSpace(text), " _") {
		return len(p) <= 24 // 1.000.HW00.21: words inside a version
	}
	numbers, words := 0, 0
	for _, one := range p {
		switch {
		case one.number:
			numbers++
		case rank(one.text) == 0 && len(one.text) > 1:
			words++
		}
	}
	return numbers > 0 && words == 0 && len(p) <= 24
}

// words reads comparisons and the phrases of people.
func (r *Range) words(text string) bool {
	text = strings.Join(strings.Fields(text), " ")
	if text == "*" || text == "all" || text == "all versions" || text == "all/*" || text == "any" || text == "any version" {
		r.all = true
		return true
	}
	for part := range strings.SplitSeq(divided(text), ";") {
		b, ok := phrase(strings.TrimSpace(part))
		if !ok {
			r.any = nil
			return false
		}
		r.any = append(r.any, b)
	}
	r.exact = len(r.any) == 1 && len(r.any[0]) == 1 && r.any[0][0].op == "=" && isVersion(text)
	return len(r.any) > 0
}

// divided puts a semicolon where a range consists of several.
func divided(text string) string {
	return strings.NewReplacer(" or ", ";", "|", ";", ", ", ";", "; ", ";").Replace(joinedPhrases(text))
}

// joinedPhrases keeps together what has a word of division inside.
func joinedPhrases(text string) string {
	return strings.NewReplacer(" or earlier", " and earlier", " or prior", " and prior", " or below", " and prior", " or lower", " and prior",
		" or later", " and later", " or newer", " and later", " or higher", " and later", " or above", " and later",
		", and <", " and <", ", and >", " and >", ", <", " and <").Replace(text)
}

// phrase reads one interval.
func phrase(text string) (bounds, bool) {
	text = withoutVersions(strings.TrimPrefix(text, "all "))
	if b, ok := worded(text); ok {
		return b, true
	}
	var out bounds
	for part := range strings.SplitSeq(spaced(text), " and ") {
		b, ok := comparison(withoutVersions(part))
		if !ok {
			return nil, false
		}
		out = append(out, b)
	}
	return out, len(out) > 0
}

func withoutVersions(text string) string {
	text = strings.TrimSpace(text)
	for _, word := range []string{"versions ", "version ", "firmware versions ", "firmware version "} {
		text = strings.TrimPrefix(text, word)
	}
	return strings.TrimSuffix(strings.TrimSuffix(text, " versions"), " version")
}

// wording is a word that stands before, behind or between versions.
type wording struct {
	word string
	ops  []string
}

func before() []wording {
	return []wording{
		{"prior to ", []string{"<"}},
		{"before ", []string{"<"}},
		{"earlier than ", []string{"<"}},
		{"lower than ", []string{"<"}},
		{"less than ", []string{"<"}},
		{"below ", []string{"<"}},
		{"up to and including ", []string{"<="}},
		{"through ", []string{"<="}},
		{"later than ", []string{">"}},
		{"newer than ", []string{">"}},
		{"after ", []string{">"}},
		{"above ", []string{">"}},
		{"greater than ", []string{">"}},
		{"since ", []string{">="}},
		{"starting from ", []string{">="}},
		{"starting with ", []string{">="}},
		{"from ", []string{">="}},
	}
}

func behind() []wording {
	return []wording{
		{" and earlier", []string{"<="}},
		{" and prior", []string{"<="}},
		{" and below", []string{"<="}},
		{" and lower", []string{"<="}},
		{" and older", []string{"<="}},
		{" and later", []string{">="}},
		{" and newer", []string{">="}},
		{" and above", []string{">="}},
		{" and higher", []string{">="}},
	}
}

func between() []wording {
	return []wording{
		{" up to and including ", []string{">=", "<="}},
		{" up to but not including ", []string{">=", "<"}},
		{" prior to ", []string{">=", "<"}},
		{" before ", []string{">=", "<"}},
		{" through ", []string{">=", "<="}},
		{" thru ", []string{">=", "<="}},
		{" to ", []string{">=", "<="}},
	}
}

// worded reads an interval in words.
func worded(text string) (bounds, bool) {
	for _, w := range between() {
		low, high, found := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(text, "from "), "between "), w.word)
		low, high = withoutVersions(low), withoutVersions(high)
		if found && isVersion(low) && isVersion(high) {
			return bounds{{w.ops[0], low}, {w.ops[1], high}}, true
		}
	}
	for _, w := range before() {
		if rest, found := strings.CutPrefix(text, w.word); found && isVersion(withoutVersions(rest)) {
			return bounds{{w.ops[0], withoutVersions(rest)}}, true
		}
	}
	for _, w := range behind() {
		if rest, found := strings.CutSuffix(text, w.word); found && isVersion(rest) {
			return bounds{{w.ops[0], rest}}, true
		}
	}
	return nil, false
}

// spaced puts "and" between comparisons that follow each other: ">=1.0 <2.0".
func spaced(text string) string {
	if len(text) < 2 {
		return text
	}
	var out strings.Builder
	out.WriteByte(text[0])
	for i := 1; i < len(text); i++ {
		if (text[i] == '<' || text[i] == '>') && text[i-1] != '<' && text[i-1] != '>' {
			out.WriteString(" and ")
		}
		out.WriteByte(text[i])
	}
	return strings.ReplaceAll(strings.Join(strings.Fields(out.String()), " "), "and and ", "and ")
}

// Contains says whether a version is within the range: Affected stands for yes,
// NotAffected for no.
func (r Range) Contains(version string) Answer {
	if r.all {
		return Affected
	}
	if len(r.any) == 0 || !isVersion(version) {
		return CannotTell
	}
	unknown := false
	for _, b := range r.any {
		switch b.hold(version) {
		case Affected:
			return Affected
		case CannotTell:
			unknown = true
		case NotAffected:
		}
	}
	if unknown {
		return CannotTell
	}
	return NotAffected
}

func (b bounds) hold(version string) Answer {
	out := Affected
	for _, one := range b {
		switch one.holds(version) {
		case NotAffected:
			return NotAffected
		case CannotTell:
			out = CannotTell
		case Affected:
		}
	}
	return out
}

func (b bound) holds(version string) Answer {
	c, ok := compareVersions(version, b.version)
	if !ok {
		return CannotTell
	}
	var is bool
	switch b.op {
	case "<":
		is = c < 0
	case "<=":
		is = c <= 0
	case ">":
		is = c > 0
	case ">=":
		is = c >= 0
	case "=":
		is = c == 0
	default:
		is = c != 0
	}
	if is {
		return Affected
	}
	return NotAffected
}
