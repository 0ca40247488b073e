// Package criterion is the language of conditions on an enterprise's profile: who a
// policy is for, what a rung of a ladder asks. A rule is data, so that it is kept in
// versions, shown, and changed without a new release.
//
// A rule is all, any or not of rules, or one condition on a field. It is met, unmet, or
// unknown: what the profile does not tell makes a condition unknown, and never met or
// unmet (Kleene's strong three-valued logic). So more data never turns met into unmet or
// back; it only settles what was unknown.
package criterion
