// Package taillard makes the job shop and flow shop instances of E. Taillard,
// "Benchmarks for basic scheduling problems", European Journal of Operational Research
// 64 (1993), from their seeds: the generator of section 2 and the seeds of tables 1 to
// 3, so that the instances need not be kept.
package taillard

import (
	"fmt"

	"linghang/lib/schedule/instance"
	"linghang/lib/schedule/model"
)

// generator is the linear congruential generator of Bratley, Fox and Schrage that
// the paper uses: x ← 16807 x mod 2³¹-1.
type generator struct{ x int64 }

// uniform returns a whole number from low to high.
func (g *generator) uniform(low, high int64) int64 {
	const a, b, c, m = 16807, 127773, 2836, 1<<31 - 1
	k := g.x / b
	g.x = a*(g.x%b) - k*c
	if g.x < 0 {
		g.x += m
	}
	u := float64(g.x) / float64(m)
	return low + int64(u*float64(high-low+1))
}

// FlowDurations returns the durations by machine, and in it by job.
func FlowDurations(jobs, machines int, seed int64) [][]int64 {
	g := &generator{seed}
	d := make([][]int64, machines)
	for i := range d {
		d[i] = make([]int64, jobs)
		for j := range d[i] {
			d[i][j] = g.uniform(1, 99)
		}
	}
	return d
}

// JobOperations returns for each job its machines, from 0, and their durations in
// the order of its operations.
func JobOperations(jobs, machines int, timeSeed, machineSeed int64) (order [][]int, durations [][]int64) {
	g := &generator{timeSeed}
	durations = make([][]int64, jobs)
	for j := range durations {
		durations[j] = make([]int64, machines)
		for i := range durations[j] {
			durations[j][i] = g.uniform(1, 99)
		}
	}
	g.x = machineSeed
	order = make([][]int, jobs)
	for j := range order {
		order[j] = make([]int, machines)
		for i := range order[j] {
			order[j][i] = i
		}
		for i := range order[j] {
			k := g.uniform(int64(i), int64(machines-1))
			order[j][i], order[j][k] = order[j][k], order[j][i]
		}
	}
	return order, durations
}

// Flow returns flow shop number 1 to 120, as tfs001 to tfs120.
func Flow(number int) (*model.Model, error) {
	if number < 1 || number > 120 {
		return nil, fmt.Errorf("there are flow shops 1 to 120, and no %d", number)
	}
	size := flowSizes()[(number-1)/10]
	var b []byte
	b = fmt.Appendf(b, "%d %d\n", size.jobs, size.machines)
	for _, row := range FlowDurations(size.jobs, size.machines, flowSeeds()[number-1]) {
		for _, d := range row {
			b = fmt.Appendf(b, " %d", d)
		}
		b = append(b, '\n')
	}
	m, err := instance.FlowShop(b)
	if err != nil {
		return nil, fmt.Errorf("make flow shop %d: %w", number, err)
	}
	m.Name = fmt.Sprintf("tfs%03d", number)
	return m, nil
}

// Job returns job shop number 1 to 80, as ta01 to ta80.
func Job(number int) (*model.Model, error) {
	if number < 1 || number > 80 {
		return nil, fmt.Errorf("there are job shops 1 to 80, and no %d", number)
	}
	size, seeds := jobSizes()[(number-1)/10], jobSeeds()[2*(number-1):]
	order, durations := JobOperations(size.jobs, size.machines, seeds[0], seeds[1])
	var b []byte
	b = fmt.Appendf(b, "%d %d\n", size.jobs, size.machines)
	for j := range order {
		for i := range order[j] {
			b = fmt.Appendf(b, " %d %d", order[j][i], durations[j][i])
		}
		b = append(b, '\n')
	}
	m, err := instance.JobShop(b)
	if err != nil {
		return nil, fmt.Errorf("make job shop %d: %w", number, err)
	}
	m.Name = fmt.Sprintf("ta%02d", number)
	return m, nil
}
