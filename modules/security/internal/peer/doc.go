// Package peer is the way to servers of TAXII of others: where they are, how the city signs in
// to them, and what goes wrong on the way. What is read from them and what is reported to them
// goes through the same door: addresses are guarded, redirects are not followed, a secret goes
// to the host that it was given for and to no other, and in clear only into networks that the
// configuration allows.
package peer
