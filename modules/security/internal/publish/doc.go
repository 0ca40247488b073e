// Package publish writes advisories of the city's own and gives them to the world as a
// trusted provider of the Common Security Advisory Framework (CSAF 2.0, section 7.2.3).
//
// An advisory is written as a form, becomes a document that is held against the mandatory
// tests, and is published by another person than its writer, in revisions that all stay. Files
// that everybody may read (TLP:WHITE) are served below /.well-known/csaf with their hashes
// and OpenPGP signatures, a ROLIE feed, index.txt and changes.csv. What is for fewer people
// stays in the house: it is compared with assets and shown as its label says.
package publish
