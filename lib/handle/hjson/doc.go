// Package hjson is the JSON form of handle values and of sites, as the REST
// interface of Handle.Net 9 writes and reads it (technical manual, section 14.8):
// the bodies of /api/handles, the files siteinfo.json and resolver_site.
//
// What is written appends to a slice. Of data that has a form of its own, as
// HS_ADMIN or HS_SITE, that form is written if it says all that the octets say;
// octets that it would lose are written in base64. What is read comes from
// strangers: depth, counts and numbers are bounded, and an Error says what is
// wrong, where, and how to mend it.
package hjson

import "linghang/lib/handle/wire"

// Names of the forms of data.
const (
	formatString = "string"
	formatBase64 = "base64"
	formatHex    = "hex"
	formatAdmin  = "admin"
	formatVList  = "vlist"
	formatKey    = "key"
	formatSite   = "site"
)

// maxDepth is how deep JSON may nest: a key in a site in a value takes eight.
const maxDepth = 64

// Error says what of a JSON text cannot be used.
type Error struct {
	Code  wire.Code // CodeProtocolError if it is no JSON, CodeInvalidValue if it is no value
	Where string    // as values[3].ttl, or empty for the whole
	What  string    // what is wrong and how to mend it
}

// Error returns where and what.
func (e *Error) Error() string {
	if e.Where == "" {
		return e.What
	}
	return e.Where + ": " + e.What
}

// invalid says what is wrong with a part of JSON.
func invalid(where, what string) *Error { return &Error{wire.CodeInvalidValue, where, what} }
