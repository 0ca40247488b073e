// Package ferry takes in notices of other levels, from sources that one person enters and another
// one confirms: signed files, which people carry through gateways that let files through in one
// direction only (单向网闸, 光盘摆渡); collections of TAXII 2.1, which the city reads; and
// organisations, which hand in by TAXII.
//
// A file is a ZIP with a bundle of STIX 2.1 and a signature file as the house has it: a
// statement of which channel it is, its number, the digest of the statement before it, when it
// was made and the SHA-256 of the bundle, signed by the city's key (Ed25519, or SM2 where the
// installation uses 国密). Numbers begin at 1 and leave none out, so that whoever takes files in
// knows which one is missing. A file whose signature, channel, number or predecessor is not
// right changes nothing; what a good one holds goes into the inbox of the exchange, as what
// TAXII hands in.
//
// A page of a collection is kept in one transaction with how far it goes; what an organisation
// hands in, in the one that acknowledges it. In every way what an upper level brings is received
// as its notices, and what a lower level acknowledges is noted at what went there.
package ferry
