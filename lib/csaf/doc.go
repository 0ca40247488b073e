// Package csaf reads security advisories in the Common Security Advisory
// Framework (OASIS CSAF 2.0 and 2.1), tests them as the standard demands, and
// says of a product in use whether an advisory affects it.
//
// [Read] takes a document and keeps all of it, also what the standard does not
// know. [Document.Check] runs the mandatory tests of section 6.1 under their
// numbers; each finding has its test, its place as a JSON pointer, and a
// sentence. All 43 mandatory tests of CSAF 2.0 and all 81 of CSAF 2.1 are there.
// What of them cannot be run is named in the report, with the reason: what needs
// data which the caller has not given (the catalogue of CWE for 6.1.11, extensions
// for 6.1.60.2 and 6.1.60.3), and of 6.1.50 and 6.1.55 types of versions whose
// order is not known here, and licenses of ScanCode's database. Decision points of
// SSVC are those of 2026-07-20, licenses those of SPDX 3.29.0. Which affected
// product corresponds to a fixed one (6.1.27.13) is told by vendor, product name
// and architecture of the branches; where they do not tell, nothing is found.
//
// What tests need and is not there makes them silent, as the standard has it: the
// reader holds only that the document is JSON with each key once, in UTF-8 and
// within limits, names version 2.0 or 2.1 and has /document/tracking. The JSON
// schemas are checked by [Structure.Check], which a validator has to ask beside the
// tests: kinds, members that must be there and, in 2.1, that may, lengths, items
// once, words, patterns, dates and URIs. Of scores (schemas of FIRST) only what
// 6.1.8 tests is looked at.
//
// [Document.Judge] compares a product in use with the products of the advisory:
// affected, not affected or cannot tell, always with the sentence of the advisory
// that says so and the remediation that it gives. Nothing is guessed: an unknown
// version, a range that is free text, or versions that cannot be ordered give
// "cannot tell" with the reason. [ParseRange] reads version ranges as advisories
// write them: VERS, comparisons, words ("prior to 4.2", "all versions").
//
// Imports: the standard library, github.com/pandatix/go-cvss (scores of CVSS 2,
// 3.0, 3.1 and 4.0), golang.org/x/text/language (registered language subtags).
package csaf
