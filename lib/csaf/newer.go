package csaf

// newer are the mandatory tests that CSAF 2.1 adds and that are here.
func newer() []check { return nil }

// missing are the mandatory tests of CSAF 2.1 that are not here.
func missing() []NotRun { return nil }
