package chain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Sale is what a place sells of a product in a year. Several of one are added up.
type Sale struct {
	Place, Product string
	Value          float64
}

// SpaceLimits bound a space. All have a use when they are zero.
type SpaceLimits struct {
	Places   int // 5 000; never more than 65 535
	Products int // 3 000
}

// Space is the product space of some places: which products are made by the same.
//
//	RCA(c,p) = (x(c,p)/Σp x(c,p)) / (Σc x(c,p)/Σcp x(c,p))
//	φ(i,j)   = min{P(RCA(i)>1 | RCA(j)>1), P(RCA(j)>1 | RCA(i)>1)}
//	ω(c,j)   = Σi M(c,i)·φ(i,j) / Σi φ(i,j), with M(c,i) = 1 where RCA(c,i) > 1, over i ≠ j
type Space struct {
	places, products map[string]int
	names            []string // of products
	rca              []float64
	made             []int    // by how many places each product is made, with RCA above 1
	both             []uint16 // by how many places two products are made
}

// NewSpace computes a space. It reports ErrSales and ErrTooMany.
func NewSpace(ctx context.Context, sales []Sale, limits SpaceLimits) (*Space, error) {
	if limits.Places <= 0 {
		limits.Places = 5000
	}
	if limits.Products <= 0 {
		limits.Products = 3000
	}
	limits.Places = min(limits.Places, 65_535)
	s := &Space{places: map[string]int{}, products: map[string]int{}}
	for i, sale := range sales {
		if sale.Place == "" || sale.Product == "" || !amount(sale.Value) {
			return nil, fmt.Errorf("%w: sale %d: place %q, product %q, value %v", ErrSales, i, sale.Place, sale.Product, sale.Value)
		}
		if _, ok := s.places[sale.Place]; !ok {
			s.places[sale.Place] = len(s.places)
		}
		if _, ok := s.products[sale.Product]; !ok {
			s.products[sale.Product] = len(s.products)
			s.names = append(s.names, sale.Product)
		}
		if len(s.places) > limits.Places || len(s.products) > limits.Products {
			return nil, fmt.Errorf("product space: %w: %d places and %d products", ErrTooMany, limits.Places, limits.Products)
		}
	}
	s.compare(sales)
	if err := s.join(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// compare fills in the revealed comparative advantages.
func (s *Space) compare(sales []Sale) {
	places, products := len(s.places), len(s.products)
	s.rca = make([]float64, places*products)
	ofPlace, ofProduct, all := make([]float64, places), make([]float64, products), 0.0
	for _, sale := range sales {
		c, p := s.places[sale.Place], s.products[sale.Product]
		s.rca[c*products+p] += sale.Value
		ofPlace[c] += sale.Value
		ofProduct[p] += sale.Value
		all += sale.Value
	}
	for c := range places {
		for p := range products {
			if x := &s.rca[c*products+p]; *x > 0 {
				*x = (*x / ofPlace[c]) / (ofProduct[p] / all)
			}
		}
	}
}

// join counts which products are made by the same places.
func (s *Space) join(ctx context.Context) error {
	products := len(s.products)
	s.made, s.both = make([]int, products), make([]uint16, products*products)
	for c := range len(s.places) {
		if ctx.Err() != nil {
			return fmt.Errorf("product space: %w", ctx.Err())
		}
		var own []int
		for p := range products {
			if s.rca[c*products+p] > 1 {
				own = append(own, p)
				s.made[p]++
			}
		}
		for _, i := range own {
			for _, j := range own {
				s.both[i*products+j]++
			}
		}
	}
	return nil
}

func (s *Space) find(place, product string) (c, p int, err error) {
	c, ok := s.places[place]
	if !ok {
		return 0, 0, fmt.Errorf("%w: place %q", ErrUnknown, place)
	}
	p, ok = s.products[product]
	if !ok {
		return 0, 0, fmt.Errorf("%w: product %q", ErrUnknown, product)
	}
	return c, p, nil
}

// RCA returns the revealed comparative advantage of a place in a product (B. Balassa,
// 1965): above 1 it makes more of it than its size lets expect. It reports ErrUnknown.
func (s *Space) RCA(place, product string) (float64, error) {
	c, p, err := s.find(place, product)
	if err != nil {
		return 0, err
	}
	return s.rca[c*len(s.products)+p], nil
}

// Proximity returns φ of two products, 0 to 1. It reports ErrUnknown.
func (s *Space) Proximity(a, b string) (float64, error) {
	for _, name := range []string{a, b} {
		if _, ok := s.products[name]; !ok {
			return 0, fmt.Errorf("%w: product %q", ErrUnknown, name)
		}
	}
	return s.proximity(s.products[a], s.products[b]), nil
}

func (s *Space) proximity(i, j int) float64 {
	if most := max(s.made[i], s.made[j]); most > 0 {
		return float64(s.both[i*len(s.products)+j]) / float64(most)
	}
	return 0
}

// Density returns ω of a place and a product, 0 to 1: how much of what is made where
// the product is made the place makes already. It reports ErrUnknown.
func (s *Space) Density(place, product string) (float64, error) {
	c, j, err := s.find(place, product)
	if err != nil {
		return 0, err
	}
	own, all := 0.0, 0.0
	for i := range s.names {
		if i == j {
			continue
		}
		phi := s.proximity(i, j)
		all += phi
		if s.rca[c*len(s.products)+i] > 1 {
			own += phi
		}
	}
	if all == 0 {
		return 0, nil
	}
	return own / all, nil
}

// Neighbour is a product that a place makes, and how near it is to another.
type Neighbour struct {
	Product   string
	Proximity float64
}

// Nearest returns the products that a place makes with RCA above 1 and that are nearest
// to a product, at most n. It reports ErrUnknown.
func (s *Space) Nearest(place, product string, n int) ([]Neighbour, error) {
	c, j, err := s.find(place, product)
	if err != nil {
		return nil, err
	}
	var list []Neighbour
	for i, name := range s.names {
		if phi := s.proximity(i, j); i != j && phi > 0 && s.rca[c*len(s.products)+i] > 1 {
			list = append(list, Neighbour{name, phi})
		}
	}
	slices.SortStableFunc(list, func(a, b Neighbour) int { return cmp.Compare(b.Proximity, a.Proximity) })
	return list[:max(0, min(n, len(list)))], nil
}
