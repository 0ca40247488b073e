package constraint_test

import (
	"context"
	"fmt"

	"linghang/lib/schedule/constraint"
)

func ExampleKernel_Solve() {
	k := constraint.New(constraint.Options{Seed: 1})
	a := constraint.Activity{Start: k.Int(0, 9), Duration: 4, Present: constraint.Always()}
	b := constraint.Activity{Start: k.Int(2, 9), Duration: 3, Present: constraint.Always()}
	k.Unary([]constraint.Activity{a, b})
	k.Decide(k.Before(a, b).Int())
	early := a.Start.AtMost(1)
	fmt.Println(k.Solve(context.Background(), []constraint.Lit{early}, 100) == constraint.Satisfied, k.Value(a.Start), k.Value(b.Start))
	soon := b.Start.AtMost(3)
	fmt.Println(k.Solve(context.Background(), []constraint.Lit{early, soon}, 100) == constraint.Refuted, len(k.Core()))
	// Output:
	// true 0 4
	// true 2
}
