// Package clock is until when somebody owes something, and what happens when they do not.
//
// Words: an obligation (义务) is what is owed, such as notice.acknowledge. A rule says within
// which time an obligation of a level is to be met, when whoever owes it is reminded, and on
// what it rests; rules come in packs (规则包) that are data with a day from which they hold.
// A running clock (时限) is one obligation of one object, begun at a moment by the rule of
// that day: a later pack does not change what already runs.
//
// Legal clocks run by the wall and cannot be paused or put off. House clocks may count
// working days by the calendar, may be given until when by whoever begins them, and may be put
// off with a reason.
//
// Clocks are rows: what should have fired while nobody ran fires once after the start, in
// its order, and says by how much it was late.
package clock
