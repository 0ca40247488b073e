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

func TestStreamsOfASeedDifferAndStayInBounds(t *testing.T) {
	a, again, b := NewRandom(7, 0), NewRandom(7, 0), NewRandom(7, 1)
	same, seen := 0, [10]int{}
	for range 10_000 {
		x := a.Below(10)
		if y := again.Below32(10); int(y) != x {
			t.Fatalf("the same stream makes %d and %d", x, y)
		}
		if b.Below(10) == x {
			same++
		}
		seen[x]++
		if u := a.Unit(); u < 0 || u >= 1 {
			t.Fatalf("%v is not from 0 up to 1", u)
		}
		_ = again.Unit()
	}
	for x, n := range seen {
		if n < 800 || n > 1200 {
			t.Errorf("%d came %d times of 10,000", x, n)
		}
	}
	if same < 800 || same > 1200 {
		t.Errorf("two streams agree %d times of 10,000", same)
	}
}
