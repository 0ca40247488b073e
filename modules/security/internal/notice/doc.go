// Package notice is how the city tells enterprises of dangers, and follows what they do
// about it (应急通报).
//
// Words: a notice (通报) is a document of the city to its addressees; a warning (预警) is
// one with a colour, which is lifted expressly. It is written, sent to review, signed (签发)
// by somebody else than its author, of the two gravest levels by two, and issued with a
// number. What it says is changed by revisions only, which are signed like it. An assignment
// is what one addressee owes under it: it is delivered (送达), acknowledged (签收), assessed,
// handled, fed back (反馈) and verified by the city (核查), each against a clock of the room.
// A drill (演练) is a frame of notices that are not real: numbered apart, marked in
// everything that belongs to it, told to nobody whom it does not name, and counted in no
// figure of real ones.
//
// The city's people see everything; an addressee sees what the notice says and its own
// assignment, and nothing of others, not even how many there are. With whom a notice may be
// shared (TLP) is looked at when addressees are chosen, and stands on whatever leaves.
//
// Tables: security_notice, _notice_revision, _notice_signature, _notice_file, _assignment,
// _feedback, _course, _drill. Tells: securityevent.
package notice
