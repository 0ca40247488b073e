// Package intel keeps threat intelligence of others (威胁情报) and holds what sensors record
// against it.
//
// Objects of STIX 2.1 come in files, from the inbox of TAXII by the hand of a person, and from
// feeds that are read on a schedule. They are kept octet for octet; of each the newest version
// counts, and only who made an object gives a further version of it. Indicators are compiled
// (lib/stix) on the object paths that sensors have something for: addresses, networks, names,
// hosts of URLs, hashes that logs name, ports and protocols. What cannot be matched says by
// name why.
//
// Whatever comes from sensors is held against a set of hashes and prefixes in memory, which
// follows the database by a serial; what is stored already is held against new indicators. A
// hit is a finding of detection, and merges into alerts as others do. It says which indicator
// of which source, as far as its TLP lets the enterprise know: AMBER+STRICT and RED are for the
// city alone. Sightings are objects of STIX that TAXII gives.
//
// Tables: security_indicator and those that begin with security_intel_.
package intel
