// Package assessment computes what answers to a questionnaire come to.
//
// A questionnaire (评测模板) is data in an edition: questions, options with points,
// scenarios with grades, the rule of its levels, and for each of its parts whether it
// was compared with the official text. A sheet (答卷) is the answers by question. The
// result is arithmetic on both, in whole thousandths, so that a level is never missed
// by a rounding: a score by dimension, a level (等级), what lacks to the next level
// (差距), the steps that would close it, and findings where what was chosen does not
// agree with the raw figures (自动核对).
//
// Two ways to a level exist. By score and scenarios: a level asks for points of part 1
// and for so many scenarios, of them so many of the constraining ones (★), at least of
// its grade. By stages: a level is met from a weighted degree on, one after the other.
package assessment
