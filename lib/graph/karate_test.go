package graph_test

// karate is who met whom in a club that split (W. W. Zachary: An information flow model
// for conflict and fission in small groups, Journal of Anthropological Research 33,
// 1977): 34 nodes and 78 edges that have been measured often.
func karate() plain {
	later := map[int][]int{
		0: {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31}, 1: {2, 3, 7, 13, 17, 19, 21, 30},
		2: {3, 7, 8, 9, 13, 27, 28, 32}, 3: {7, 12, 13}, 4: {6, 10}, 5: {6, 10, 16}, 6: {16}, 8: {30, 32, 33},
		9: {33}, 13: {33}, 14: {32, 33}, 15: {32, 33}, 18: {32, 33}, 19: {33}, 20: {32, 33}, 22: {32, 33},
		23: {25, 27, 29, 32, 33}, 24: {25, 27, 31}, 25: {31}, 26: {29, 33}, 27: {33}, 28: {31, 33},
		29: {32, 33}, 30: {32, 33}, 31: {32, 33}, 32: {33},
	}
	var list [][2]int
	for a := range 34 {
		for _, b := range later[a] {
			list = append(list, [2]int{a, b})
		}
	}
	return pairs(34, list)
}
