// Package weight tells how much each of several things weighs (赋权): what rankings and
// development indices have in common.
//
// Weights come from judgements of experts (analytic hierarchy process, AHP: T. L. Saaty,
// "The Analytic Hierarchy Process", 1980; several experts by the geometric mean of their
// judgements) or from the spread of figures themselves (entropy method: C. E. Shannon's
// entropy of each item's shares). Weights are shares: they add up to 1.
package weight
