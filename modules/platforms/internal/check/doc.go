// Package check judges what platforms report, and nothing else: it reads no
// database and no clock. Every check is a published method or a plain rule of
// arithmetic; its docstring names the source. A finding is a question to whoever
// reported, with the figures that led to it, and never a verdict; no figure is
// changed by one.
//
// Of one indicator: missing, late, negative, reset, unit, jump, frozen, digits,
// smooth, drift. Of one platform: duplicate, clock, flood, identity. Of two
// platforms: copy. Against each other and against what is known from elsewhere
// (corroboration): relation, served, frame.
package check
