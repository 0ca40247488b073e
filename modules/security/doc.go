// Package security is the room of industrial information security (工业信息安全): notices
// of the city to enterprises (应急通报), and incidents and how they are answered together
// (协调处置), with the clocks that both run against.
//
// Words: a notice (通报) is a document of the city to its addressees, and an assignment is
// what one addressee owes under it. An incident (事件) is a case that is worked on. A clock
// (时限) says until when somebody owes something, by which rule; the rules are packs of data
// that are dated. A drill (演练) is marked in everything that belongs to it, and counts in
// nothing that is real.
//
// It is purely defensive: it watches nothing but what its owners report.
//
// Tables: see migrations. Tells: securityevent. Hears: nothing.
package security
