package letter

// After is after, for tests.
var After = after
