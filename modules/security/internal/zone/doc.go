// Package zone holds what an enterprise declares about its zones and conduits (区域与导管) of
// IEC 62443, and compares it with what its sensors saw.
//
// A zone is a name that assets have. A conduit says that hosts of one zone may ask hosts of
// another, by which protocols, and whether commands pass or reading only; within a zone nothing
// needs one. What sensors saw is summed up by zone; an address without an asset, or whose asset
// has no zone, is in no zone, and what it says is told as unknown. When a person of the
// enterprise enforces the conduits, detection asks the plan about each record (see
// detection.Event): what is in no zone raises nothing.
//
// Tables: security_conduit, security_zone_plan.
package zone
