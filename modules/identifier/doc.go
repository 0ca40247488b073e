// Package identifier is the city's identifier resolution (工业互联网标识解析) on the
// Handle System: nodes of every level, the registry of a secondary node, and
// resolution for people and programs.
//
//	internal/record   handles, encoded, durable, with a log of changes
//	internal/engine     one engine for every role: what is asked, and who may ask it
//	internal/tally    what nodes were asked, with exact extremes
//	internal/station  one node alone: linghang node
package identifier
