package main

import "testing"

// BenchmarkStartToReady starts the real program on a fresh directory and on
// one that is in use, until /readyz answers 200.
func BenchmarkStartToReady(b *testing.B) {
	b.Run("fresh", func(b *testing.B) {
		binary(b)
		for b.Loop() {
			startHouse(b, b.TempDir()).kill()
		}
	})
	b.Run("in use", func(b *testing.B) {
		h := startHouse(b, b.TempDir())
		h.setUp()
		for b.Loop() {
			h.kill()
			h.start()
		}
	})
}
