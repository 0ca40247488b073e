// Package index computes a development index (发展指数) of a set of platforms: monthly,
// on a fixed base of 100, from items that are grouped in dimensions with weights.
//
// An item's level is a ratio of sums over platforms. The chained level is kept by the
// divisor method of share indices: when platforms enter or leave, the divisor changes so
// that the level does not (International Monetary Fund, "Consumer Price Index Manual",
// 2020, chapter 9, on chaining; the divisor as in published methodologies of share
// indices). The matched level compares only platforms that have a figure in the base
// month and in the month. Where the same platforms report throughout, both are equal.
//
// Nothing here is an official index: items, weights and figures are the city's.
package index
