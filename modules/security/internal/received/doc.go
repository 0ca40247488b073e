// Package received is what upper levels tell the city (上级通报): notices that came by signed
// files of a channel that a person trusts as one of an upper level.
//
// A notice of an upper level is the report of STIX that brought it, read: its number, text,
// level, TLP, validity and the mark of an exercise are kept as they came. Each later version
// replaces what is shown and is to be acknowledged again; one that is revoked ends what is owed.
// From its receipt two clocks run: within one somebody acknowledges it (签收), which the upper
// level is told where the channel has a way back, and within the other it is passed on by a
// notice of the city, or settled with the reason why not.
//
// A notice of the city that passes one on is written, signed and issued as any other. It may
// have a stricter TLP than its origin and never an opener one, and an exercise is passed on
// within a drill only.
//
// Table: security_received_notice.
package received
