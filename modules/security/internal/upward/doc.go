// Package upward sends notices of the city to other levels, by TAXII 2.1 or by signed files: up
// to a province or another authority (上报), and down to lower levels and enterprises (下发).
//
// What goes is what the city publishes of a notice: the report of STIX with its identity and
// its marking, octet for octet, one version of it at a time. A person releases a version, or a
// rule of the channel does for the levels that it names, or the release of an earlier
// version said that later ones follow. What is released is kept before the answer. By TAXII it
// is sent until the other side has taken it, refused it, or three days are over; sent again it is
// the same object in the same version, which the other side takes once.
//
// Never above what the other side may have (TLP), looked at when it is released and again when
// it is sent; what is AMBER+STRICT or RED goes only when a person releases it who may. Down goes
// what is stricter than GREEN only where all recipients of the channel are addressees of the
// notice. Drills and demonstrations never go.
package upward
