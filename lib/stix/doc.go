// Package stix keeps, reads and tests objects of Structured Threat Information
// Expression (OASIS STIX 2.1, 10 June 2021).
//
// An [Object] is the octets that came: [Parse] and [ReadBundle] keep them, and
// [Object.Raw] and [Join] give them back byte for byte, with custom properties,
// extensions and objects of types that nobody here knows. [As] shows an object
// as one of the types that responders work with ([Incident], [Sighting],
// [ObservedData], [Indicator], [Vulnerability] and others); [Object.With] makes
// a new version in which everything that is not changed is as it was.
//
// [Checker] holds objects and bundles against the specification: types,
// required properties, identifiers, timestamps and their precision, references
// and the types that they may name, markings, granular markings with their
// selectors, extensions, the cyber-observables with their predefined extensions,
// what properties demand of each other, and loops of markings. A [Finding] has
// its place as a JSON pointer (RFC 6901), its rule, the section of the standard,
// and a sentence. [ObservableID] computes the identifiers of section 2.9, [TLP]
// knows the markings of TLP 1 and TLP 2.0, [Canonical] writes JSON as RFC 8785
// has it, and [Equal] compares but for the order of keys. [Bundle.Reach] follows
// references, also where they loop.
//
// Read is strict JSON: UTF-8, each key once, no lone surrogates, bounded in
// octets, depth and values. Objects of STIX 2.0 are kept, and the checker says
// what in them is not 2.1.
//
// [ParsePattern] reads patterns (section 9) that one observation decides, on the
// object paths that a host says it has, and refuses by name what wants several
// observations, times or paths that are not recorded. [Pattern.Match] tells by
// which comparisons one matches, [Pattern.Keys] values of which it must have one,
// and [Pattern.Anchors] comparisons of which it must meet one.
//
// Not done: patterns over several observations (FOLLOWEDBY, AND between them,
// WITHIN, REPEATS, START and STOP), EXISTS and comparisons of size; values of open vocabularies
// are taken as they are; which relationships section 4 suggests between which
// types is not tested; names of registries (media types, character sets, numbers
// of other catalogues) are not looked up; schemas of extensions are not loaded, so that properties
// of extensions are tested as custom ones; the deprecated property objects of
// observed-data is tested only for being a dictionary of objects with types.
//
// Imports: the standard library.
package stix
