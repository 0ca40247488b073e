// Package duty is who of the city is on duty for industrial security (值班), and what one leaves
// to the next (交接班).
//
// Words: a rota (值班表) is kept by the room of platforms, with its turns and who stands in; the
// city says which of its rotas is that of security. A hand-over (交班) is the note that who is on
// duty leaves to who comes next, who takes it over (接班). Whoever is on duty is told of what is
// overdue before all other officers are; where nobody is, all of them are told.
//
// Tables: security_duty, security_handover. Tells: nothing to other rooms.
package duty
