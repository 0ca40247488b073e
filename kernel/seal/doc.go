// Package seal keeps what must not be read and proves what must not be altered.
//
// Suites of algorithms stand behind one interface: international (Ed25519,
// SHA-256, AES-256-GCM) and 国密 (SM2, SM3, SM4-GCM). What was sealed or signed
// names its suite and key, so that it stays readable after the configured suite
// has changed.
//
// The Keyring seals in envelopes: data keys, one for each purpose, are kept in
// the system's database, sealed by the master key, which is a file beside it and
// never in it. All replicas on one database have the same master key file. What is
// too long for a text is sealed as it is read (SealReader).
package seal
