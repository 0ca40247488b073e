// Package exchange gives what the city tells to programs of others, and takes what they
// tell, by TAXII 2.1 with objects of STIX 2.1 (both OASIS, 10 June 2021).
//
// Three collections: what the city publishes (notices), of which everybody reads what its TLP
// and its addressees allow; where indicators of threats were seen (sightings), of which an
// enterprise reads its own; and an inbox (inbox), into which those who may write, and which
// the city alone reads. Objects are kept and given octet for octet.
//
// A notice is a report of STIX by the city's identity, with the number of the notice as an
// external reference; each revision is a version, and a withdrawn notice is revoked. Drills
// are never exchanged.
package exchange
