// Package protection is periods of special protection (重保期), in which everybody who takes part
// reports once a day, also that nothing happened (零报告).
//
// Words: a period has a first and a last day, and a time of day, in the city's time, by which the
// report of each day is owed. A duty is what one participant owes for one day; it is begun with
// the day, or as soon as the city runs again, each against a clock of the room. A day is over when
// the report of the next one is owed: then nobody is reminded of it any more, and it is missing
// until somebody makes up for it. What is reported may be corrected until its time is over; what
// stood there before is kept.
//
// The city's people see everything; a participant sees its own duties, and nothing of others, not
// even how many there are.
//
// Tables: security_protection, _party, _duty, _report. Tells: nothing to other rooms.
package protection
