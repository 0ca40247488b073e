package schedule

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/plantcase"
)

// BenchmarkBars measures what a planner waits for: first plans, replanning and checking. LINGHANG_BENCH_DIR is where the page
// is written, if it is to be.
func BenchmarkBars(b *testing.B) {
	for b.Loop() {
		r := &record{b: b}
		r.tenThousand()
		r.hundredThousand()
		r.plant()
		r.write()
	}
}

// record is a page of figures and their bars.
type record struct {
	b     *testing.B
	lines []string
}

func (r *record) add(what, bar, got string) {
	r.lines = append(r.lines, fmt.Sprintf("| %s | %s | %s |", what, bar, got))
	fmt.Fprintln(os.Stderr, r.lines[len(r.lines)-1])
}

// times runs something several times and says how long it took.
func (r *record) times(rounds int, run func()) string {
	var took []time.Duration
	for range rounds {
		begin := time.Now()
		run()
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	return fmt.Sprintf("%.3f s (%.3f–%.3f, n = %d)", took[rounds/2].Seconds(), took[0].Seconds(), took[rounds-1].Seconds(), rounds)
}

func (r *record) tenThousand() {
	models := tenThousand()
	for _, name := range slices.Sorted(maps.Keys(models)) {
		m := models[name]
		r.add("first schedule of 10,000 operations, "+name, "1 s", r.times(5, func() {
			if got, err := Solve(r.b.Context(), m, Options{First: true}); err != nil || got.Engine != name {
				r.b.Fatal(got, err)
			}
		}))
	}
}

func (r *record) hundredThousand() {
	m := shop(rand.New(rand.NewPCG(1, 1)), 1000, 100, false)
	got, err := Solve(r.b.Context(), m, Options{First: true})
	if err != nil {
		r.b.Fatal(err)
	}
	r.add("check of 100,000 operations of a job shop", "0.2 s", r.times(11, func() {
		if err := check.Schedule(m, got.Schedule); err != nil {
			r.b.Fatal(err)
		}
	}))
}

func (r *record) plant() {
	m := plantcase.Model(300, 1)
	r.add("plant of 300 batches, first plan that keeps all rules", "2 s", r.times(5, func() {
		if _, err := Solve(r.b.Context(), m, Options{First: true}); err != nil {
			r.b.Fatal(err)
		}
	}))
	plan, err := Solve(r.b.Context(), m, Options{Time: time.Minute, Seed: 1, Workers: 2})
	if err != nil {
		r.b.Fatal(err)
	}
	r.add("the same at 60 s: tardiness, changeovers and makespan", "checked", fmt.Sprint(plan.Objective))
	const hour, day = 60, 24 * 60
	const now, frozen = 3 * day, 3*day + 4*hour
	for reactor := range 8 {
		begin := time.Now()
		left, gave, err := Replan(m, Running{Plan: plan.Schedule, Now: now, Frozen: frozen, Down: []Down{{Resource: reactor, From: now, Until: now + 4*hour}}})
		if err != nil {
			r.b.Fatal(err)
		}
		again, late, err := SolveLeft(r.b.Context(), left, Options{Time: 1900 * time.Millisecond, Seed: 1, Workers: 2})
		if err != nil {
			r.b.Fatal(err)
		}
		_, near, within := Moved(plan.Schedule, again.Schedule, frozen, frozen+day)
		r.add(fmt.Sprintf("reactor %d down for four hours: tasks moved in the day after the frozen zone, after %.1f s", reactor+1, time.Since(begin).Seconds()), "5 %",
			fmt.Sprintf("%d of %d, %.1f %%; gave way: %v", near, within, 100*float64(near)/float64(max(1, within)), append(gave, late...)))
	}
}

func (r *record) write() {
	dir := os.Getenv("LINGHANG_BENCH_DIR")
	if dir == "" {
		return
	}
	text := fmt.Sprintf("# Plans of a plant, and how soon\n\n<!-- Written by `make bench-plant`; not by hand. -->\n\n%s, %s, %d processors, %s. The plant is that of `lib/schedule/plantcase`.\n\n| what | bar | |\n| --- | --- | --- |\n",
		processor(), runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format("2006-01-02 15:04 UTC")) + strings.Join(r.lines, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "plant.md"), []byte(text), 0o644); err != nil {
		r.b.Fatal(err)
	}
}

// tenThousand are models of 10,000 operations by the engine that takes them.
func tenThousand() map[string]*model.Model {
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
	plant := plantcase.Model(2500, 1)
	plant.Horizon *= 10
	return map[string]*model.Model{"jobshop": job, "flowshop": flow, "flexible": flexible, "project": project, "process": plant}
}
