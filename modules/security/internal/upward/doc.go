// Package upward reports notices of the city to upper levels (上报): servers of TAXII 2.1 of a
// province or of another authority.
//
// What goes up is what the city publishes of a notice: the report of STIX with its identity and
// its marking, octet for octet, one version of it at a time. A person releases a version, or a
// rule of the upper level does for the levels that it names, or the release of an earlier
// version said that later ones follow. What is released is kept before the answer, and sent
// until the other side has taken it, refused it, or three days are over; sent again it is the
// same object in the same version, which the other side takes once.
//
// Never above what the upper level may have (TLP), looked at when it is released and again when
// it is sent; what is AMBER+STRICT or RED goes only when a person releases it who may. Drills
// and demonstrations never go.
package upward
