// Package rota is who of the city is on duty, and when (值班).
//
// Words: a shift (班次) is a time in which one person is on duty; several may be at once. Shifts
// are planned in a row, by turns. Who has one leaves a note to who comes next (交接班), who takes
// it over. Whoever is on duty is told of what is overdue before all other officers are; where
// nobody is, all of them are told.
//
// Table: security_shift. Tells: nothing to other rooms.
package rota
