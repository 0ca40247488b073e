// Package engine is one engine for every role of a handle service: root,
// secondary, enterprise, hosted or alone. What it answers follows from the
// prefixes whose home it is, not from a name for its role.
//
// It decides what is asked and who may ask it (RFC 3652; rights by HS_ADMIN as in
// RFC 3651, section 3.2.1), and keeps handles in a record.Store. Package server
// of lib/handle speaks the protocol before it, package rest the interface for
// programs; both hand it the same requests.
//
// Where servers in use and good practice differ, it is stricter in three points,
// each because users were hurt: who asks is proven before anything about rights
// is told; a record that nobody could administer gets its creator as
// administrator; and the last administrator of a record cannot be taken away.
package engine
