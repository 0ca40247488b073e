// Package taxii exchanges threat information by Trusted Automated Exchange of
// Intelligence Information (OASIS TAXII 2.1, 10 June 2021): a server and a client.
//
// [Server] is an [net/http.Handler] with all endpoints of sections 4 and 5:
// discovery, API roots, status, collections, manifest, objects with writing, one
// object with deletion, versions. It negotiates media types, reads filters
// strictly, pages, bounds bodies, and answers errors as section 3.6 has them. Who
// may do what is the host's word: [Options.Authorise] is asked before anything
// else of every request. What is kept is the host's, too, behind [Store]; [Select]
// filters and pages as section 3.4 has it, for stores in memory and as what other
// stores are compared with.
//
// Objects are their octets: what was written is what is read, with custom
// properties and white space. The server looks at id, type, spec_version, created
// and modified only; [Options.Check] lets the host refuse objects one by one, with
// the reason in the status.
//
// [Client] reads page by page as an iterator and writes, waits as Retry-After
// says, and is bounded in octets, pages, tries and waiting. Every request is
// signed by a hook that sees where it goes, because discovery may name other hosts.
//
// Not done: channels, which the standard leaves open; objects other than STIX;
// TAXII 2.0 and 1; compression; HTTP itself with TLS and limits on time, which are
// the host's.
//
// Imports: the standard library.
package taxii
