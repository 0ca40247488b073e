// Package rank scores platforms of one kind against one another (平台综合评价):
// items are brought to one scale, weighted and added up.
//
// Weights come by hand, from judgements of experts (analytic hierarchy process,
// AHP: T. L. Saaty, "The Analytic Hierarchy Process", 1980; several experts by the
// geometric mean of their judgements), from the spread of the values themselves
// (entropy method: C. E. Shannon's entropy of each item's shares), or from both.
// How far a rank is to be trusted is told by repeating the computation with values
// and weights a little off, and by what each item does to the order.
//
// Nothing here is an official index: methods, weights and figures are the city's.
package rank
