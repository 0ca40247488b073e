// Package mirror keeps a copy of what a primary has (RFC 3651, section 3.2.2; the
// operations 1001 and 1002 of servers in use). A copy is begun by a dump, and then
// follows what the primary changes; how far it has come is written with the records,
// in one commit.
//
// When the primary cannot tell what changed since, or tells what cannot be read, it
// is dumped again. What was there before stays and answers meanwhile; what the
// primary has no more goes at the end.
package mirror
