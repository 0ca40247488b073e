// Package panel is the arithmetic of a jury: who may judge whom, who judges what, what
// the marks come to when harsh and lenient reviewers are set off against each other, and
// who comes first.
//
// Calibration is by additive reviewer effects, fitted by ordinary least squares: a mark is
// the worth of the application plus the severity of the reviewer plus chance. It is the
// two-way layout without interaction (Searle, Linear Models, chapter 7). There is no
// shrinkage: so a reviewer who gives everybody ten points less changes no place. Where the
// applications fall into groups that no common reviewer joins, the groups cannot be set
// off against each other; they are counted and told.
package panel
