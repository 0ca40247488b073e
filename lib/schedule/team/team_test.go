package team

import "testing"

func TestEveryWorkerSearchesOnceAndMovesAddUp(t *testing.T) {
	for _, workers := range []int{-1, 0, 1, 5} {
		want := int64(0)
		for w := range max(1, workers) {
			want += int64(10 + w)
		}
		if got := Run(workers, func(w int) int64 { return int64(10 + w) }); got != want {
			t.Errorf("%d workers made %d moves, want %d", workers, got, want)
		}
	}
}
