// Package sigma evaluates rules in the public Sigma format against events as
// they pass: thousands of rules at more than a hundred thousand events a second
// and core.
//
// The format is that of github.com/SigmaHQ/sigma-specification, version 2.1:
// rules, all modifiers of its appendix, conditions, filters, and correlations of
// the types event_count, value_count, temporal and temporal_ordered. The
// specification is the arbiter where tools differ. What it leaves open is said
// where it is decided:
//
//   - A field that occurs several times matches if one of its values does.
//   - null is true of a field that is absent or null; an empty value is present.
//   - neq, and not in a condition, are true of an absent field.
//   - Keywords are looked for in every value of an event.
//   - A filter suppresses what its condition matches.
//   - A correlation that hit begins anew: what it counted is consumed.
//
// Anything that is not supported is refused with its name, its file, line and
// place ([Fault]), and its rule is left out; nothing is ever ignored. Refused are
// the aggregations of old rules (`| count() > 5`, `near`, `timeframe`),
// collections with `action`, regular expressions outside RE2 (look-around,
// back references), placeholders without values, taxonomies without a pipeline,
// and the correlations value_sum, value_avg and value_percentile.
//
// Use: [Parse] files, [Compile] them once, make one [Matcher] per goroutine.
//
//	file, err := sigma.Parse("rules.yml", data)
//	set, faults := sigma.Compile(sigma.Options{}, file)
//	matcher := set.Matcher()
//	hits, err := matcher.Match(event)
//	reasons := matcher.Why(hits[0])
//
// How it is fast: what rules ask of a field is cut into atoms, each kept once
// however many rules use it. Atoms with a literal are found by one Aho-Corasick
// automaton per field or by one look-up of the whole value; only rules for which
// a necessary atom was found are looked at; the others are not touched.
//
// Imports: the standard library and go.yaml.in/yaml/v3.
package sigma
