package chain

// dominated returns for each stage the sum of values of the stages that only ways over
// it lead to, without itself. before are the stages that lead to each, order has every
// stage after those, and roots are where ways begin. As there are no circles, one pass
// of Cooper, Harvey and Kennedy finds every immediate dominator.
func dominated(order []int, before [][]int, roots func(i int) bool, value []float64) []float64 {
	n := len(order)
	above := make([]int, n) // the immediate dominator; n is the common beginning
	rank := make([]int, n+1)
	rank[n] = -1
	for place, i := range order {
		rank[i] = place
	}
	meet := func(a, b int) int {
		for a != b {
			if rank[a] < rank[b] {
				a, b = b, a
			}
			a = above[a]
		}
		return a
	}
	for _, i := range order {
		if roots(i) {
			above[i] = n
			continue
		}
		above[i] = before[i][0]
		for _, b := range before[i][1:] {
			above[i] = meet(above[i], b)
		}
	}
	below := make([]float64, n+1)
	for place := n - 1; place >= 0; place-- {
		i := order[place]
		below[above[i]] += below[i] + value[i]
	}
	return below[:n]
}
