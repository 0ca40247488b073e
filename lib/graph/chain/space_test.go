package chain_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"linghang/lib/graph/chain"
)

func TestASpaceIsItsFormulas(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		places, products := 2+r.IntN(6), 2+r.IntN(6)
		x := make([][]float64, places)
		var sales []chain.Sale
		for c := range places {
			x[c] = make([]float64, products)
			for p := range products {
				for range r.IntN(3) { // several of one are added up
					v := float64(r.IntN(10))
					x[c][p] += v
					sales = append(sales, chain.Sale{Place: fmt.Sprint("c", c), Product: fmt.Sprint("p", p), Value: v})
				}
				sales = append(sales, chain.Sale{Place: fmt.Sprint("c", c), Product: fmt.Sprint("p", p)})
			}
		}
		s, err := chain.NewSpace(t.Context(), sales, chain.SpaceLimits{})
		must(t, err)
		checkSpace(t, s, x)
		if t.Failed() {
			t.Fatalf("with seed %d: %v", seed, x)
		}
	}
}

func checkSpace(t *testing.T, s *chain.Space, x [][]float64) {
	t.Helper()
	places, products := len(x), len(x[0])
	row, column, all := make([]float64, places), make([]float64, products), 0.0
	for c := range x {
		for p, v := range x[c] {
			row[c] += v
			column[p] += v
			all += v
		}
	}
	makes := func(c, p int) bool { return x[c][p] > 0 && (x[c][p]/row[c])/(column[p]/all) > 1 }
	count := func(list ...int) float64 {
		n := 0.0
		for c := range x {
			if !slices.ContainsFunc(list, func(p int) bool { return !makes(c, p) }) {
				n++
			}
		}
		return n
	}
	phi := func(i, j int) float64 {
		if count(i) == 0 || count(j) == 0 {
			return 0
		}
		return min(count(i, j)/count(i), count(i, j)/count(j))
	}
	for c := range x {
		for p := range products {
			rca, err := s.RCA(fmt.Sprint("c", c), fmt.Sprint("p", p))
			must(t, err)
			if (rca > 1) != makes(c, p) || x[c][p] > 0 && !near(rca, (x[c][p]/row[c])/(column[p]/all)) {
				t.Errorf("RCA of %d in %d is %v", c, p, rca)
			}
			own, sum := 0.0, 0.0
			for i := range products {
				f, err := s.Proximity(fmt.Sprint("p", i), fmt.Sprint("p", p))
				must(t, err)
				if !near(f, phi(i, p)) {
					t.Errorf("proximity of %d and %d is %v, want %v", i, p, f, phi(i, p))
				}
				if i != p {
					sum += phi(i, p)
				}
				if i != p && makes(c, i) {
					own += phi(i, p)
				}
			}
			density, err := s.Density(fmt.Sprint("c", c), fmt.Sprint("p", p))
			must(t, err)
			if want := own / max(sum, 1e-300); !near(density, want) {
				t.Errorf("density of %d and %d is %v, want %v", c, p, density, want)
			}
		}
	}
}

func TestASpaceByHand(t *testing.T) {
	// Of 12, A sells 2+2+0, B 2+2+0 and C 0+0+4. A's RCA in x is (2/4)/(4/12) = 1.5, as is all
	// of A and B; C's in z is 1/(4/12) = 3. x and y are made by the same two: φ = 1, z by
	// another: φ = 0.
	s, err := chain.NewSpace(t.Context(), []chain.Sale{
		{"A", "x", 2}, {"A", "y", 2}, {"B", "x", 2}, {"B", "y", 2}, {"C", "z", 4},
	}, chain.SpaceLimits{})
	must(t, err)
	f := func(got float64, err error, want float64) {
		t.Helper()
		must(t, err)
		if !near(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	rca, err := s.RCA("A", "x")
	f(rca, err, 1.5)
	rca, err = s.RCA("C", "z")
	f(rca, err, 3)
	phi, err := s.Proximity("x", "y")
	f(phi, err, 1)
	phi, err = s.Proximity("x", "z")
	f(phi, err, 0)
	density, err := s.Density("A", "y")
	f(density, err, 1)
	density, err = s.Density("C", "y")
	f(density, err, 0)
	nearest, err := s.Nearest("A", "y", 3)
	must(t, err)
	if !slices.Equal(nearest, []chain.Neighbour{{"x", 1}}) {
		t.Errorf("nearest %v", nearest)
	}
}

func TestSpacesThatDoNotHoldAreRefused(t *testing.T) {
	for _, sale := range []chain.Sale{{"", "x", 1}, {"A", "", 1}, {"A", "x", -1}} {
		if _, err := chain.NewSpace(t.Context(), []chain.Sale{sale}, chain.SpaceLimits{}); !errors.Is(err, chain.ErrSales) {
			t.Errorf("%v: %v", sale, err)
		}
	}
	two := []chain.Sale{{"A", "x", 1}, {"B", "y", 1}}
	for _, limits := range []chain.SpaceLimits{{Places: 1}, {Products: 1}} {
		if _, err := chain.NewSpace(t.Context(), two, limits); !errors.Is(err, chain.ErrTooMany) {
			t.Errorf("%v: %v", limits, err)
		}
	}
	s, err := chain.NewSpace(t.Context(), two, chain.SpaceLimits{})
	must(t, err)
	_, place := s.RCA("C", "x")
	_, product := s.Density("A", "z")
	_, pair := s.Proximity("x", "z")
	for _, err := range []error{place, product, pair} {
		if !errors.Is(err, chain.ErrUnknown) {
			t.Error(err)
		}
	}
}
