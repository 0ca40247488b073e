// Package planned compares what the engineering of a plant planned, what its enterprise
// declares, and what sensors saw (规划、登记、在线).
//
// An enterprise keeps plans, such as that of an extension. A plan has revisions, each the
// content of one file; a person releases one, and the last released revision of every plan
// that goes on counts. Earlier ones stay readable, and what changed between two is told.
//
// The comparison is computed whenever it is asked for. Things are one by the same keys by
// which assets are known again, the surest first: serial number with the vendor, MAC, BACnet
// instance, PROFINET name, IP address with its segment, and, where somebody was seen, the IP
// address that one alone has. What the keys leave open is said to be open.
//
// Tables: security_asset_plan, …_revision, …_row.
package planned
