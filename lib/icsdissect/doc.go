// Package icsdissect reads industrial protocols from packets, passively: it
// needs no answer from the plant and sends nothing.
//
// A Dissector takes packets one by one and tells typed records (who asked
// whom, by which protocol, which function on which objects, with what
// outcome), what devices say of themselves, and corrections of who asked whom.
// Package capture reads packets from files; a probe takes them from a socket.
//
// # Streams
//
// TCP streams (RFC 9293) are joined in the middle: in a plant sessions last
// for months, so that a sensor hardly ever sees their beginning. Segments may
// be repeated, out of order, or missing; behind a hole a frame is searched for
// whose whole rest of the segment makes sense. Every buffer has a limit, per
// conversation and in all, and what a limit costs is counted in Stats.
//
// # Who asks
//
// The side that asks is told by, from the strongest to the weakest: many PDUs
// that only one role can have sent, the handshake, the port, single such PDUs,
// and who was seen first. Flow.Orientation says which it was. When later
// evidence turns a conversation round, a Correction says so.
//
// # Which protocol
//
// The port is believed as long as frames fit; other conversations are asked
// by their first payloads, strictly: a whole frame in a shape that the
// specification gives to it. A wrong guess costs a counter, not a record.
//
// # What is not read
//
// What two say on TCP or UDP in no protocol of these is told once as a
// Conversation, if somebody asks for it: who opened it, and the service that
// its first payload or a well-known port names. Nothing of it is kept.
//
// # Records
//
// Records and what they point to are valid during the call. Values alias the
// packet. Nothing is allocated for a record of a request or answer that names
// numbers only.
//
// # Captures of others
//
// Tests use frames that are made from the specifications. Public captures are
// others' work and not here: with LINGHANG_CAPTURES naming a folder of them,
// and tshark at hand, TestPublicCapturesAgainstTshark of package capture
// compares functions and directions, and BenchmarkCaptures measures.
//
// What is not done: IP fragments are counted, not joined; encrypted sessions
// are told as such where the handshake says so.
package icsdissect
