package schedule

import (
	"math/rand/v2"
	"testing"

	"linghang/lib/schedule/model"
)

// BenchmarkFirstOfTenThousand is the time to a first schedule of 10 000 tasks: one move
// of each engine, with reading the model for it and checking the result.
func BenchmarkFirstOfTenThousand(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	job, flow := shop(rng, 200, 50, false), shop(rng, 500, 20, true)
	flexible, project := shop(rng, 200, 50, false), shop(rng, 200, 50, false)
	for i := range flexible.Tasks {
		other := model.Mode{Duration: 1 + rng.Int64N(30), Needs: []model.Need{{Resource: rng.IntN(50), Amount: 1}}}
		flexible.Tasks[i].Modes = append(flexible.Tasks[i].Modes, other)
	}
	project.Resources = append(project.Resources, model.Resource{Capacity: 40})
	for i := range project.Tasks {
		mode := &project.Tasks[i].Modes[0]
		mode.Needs = append(mode.Needs, model.Need{Resource: 50, Amount: 1 + rng.Int64N(3)})
	}
	for name, m := range map[string]*model.Model{"jobshop": job, "flowshop": flow, "flexible": flexible, "project": project} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, err := Solve(b.Context(), m, Options{Moves: 1})
				if err != nil || r.Engine != name {
					b.Fatal(r, err)
				}
			}
		})
	}
}
