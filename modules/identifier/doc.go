// Package identifier is the city's identifier resolution (工业互联网标识解析) on the
// Handle System: nodes of every level, the registry of a secondary node, and
// resolution for people and programs.
//
//	internal/record   handles, encoded, durable, with a log of changes
//	internal/engine   one engine for every role: what is asked, and who may ask it
//	internal/coding   code rules: suffixes of segments, with a serial number and a check digit
//	internal/template metadata templates and what their values may be
//	internal/symbol   QR Code, Data Matrix and GS1 DataMatrix of labels
//	internal/linkset  where an identification of GS1 leads
//	internal/vouch    who signs identifiers and certifies keys
//	internal/tally    what nodes were asked, with exact extremes
//	internal/probe    looks at nodes from outside
//	internal/escrow   packages for an escrow body
//	internal/prefix   names and places that nodes of a prefix have
//	internal/mirror   following a primary
//	internal/station  one node alone: linghang node
//
// Tells: identifierevent.
package identifier
