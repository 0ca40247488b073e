// Package ferry carries notices through gateways that let files through in one direction only
// (单向网闸, 光盘摆渡).
//
// A file is a ZIP with a bundle of STIX 2.1 and a signature file as the house has it: a
// statement of which channel it is, its number, the digest of the statement before it, when it
// was made and the SHA-256 of the bundle, signed by the city's key (Ed25519, or SM2 where the
// installation uses 国密). Numbers begin at 1 and leave none out, so that whoever takes files in
// knows which one is missing.
//
// Taking in: a source is a channel with the public keys that are trusted for it, given by a
// person. A file whose signature, channel, number or predecessor is not right changes nothing;
// what a good one holds goes into the inbox of the exchange, as what TAXII hands in.
package ferry
