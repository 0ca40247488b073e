// Package probe looks at a platform from outside: over HTTP, TCP or TLS, as
// anybody could, and says what it saw. It keeps nothing; which addresses it may
// reach is decided by kernel/egress when a connection is made.
package probe
