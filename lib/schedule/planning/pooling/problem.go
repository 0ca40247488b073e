package pooling

import (
	"bytes"
	_ "embed" // the schema
	"errors"
	"fmt"
	"math"

	"linghang/lib/schedule/internal/document"
)

// Limits of a problem.
const (
	MaxText  = 16 << 20 // octets of JSON
	MaxNames = 500      // components, pools and products, each
	MaxArcs  = 20_000
	MaxName  = 256 // octets
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema of problems.
func Schema() []byte { return bytes.Clone(schema) }

// Problem is what can be blended. Amounts are in one unit.
type Problem struct {
	Name       string      `json:"name,omitempty"`
	Components []Component `json:"components"`
	Pools      []Pool      `json:"pools,omitempty"`
	Products   []Product   `json:"products"`
	Arcs       []Arc       `json:"arcs"`
}

// Component is bought. A quality that is not listed is 0.
type Component struct {
	Name    string             `json:"name"`
	Min     float64            `json:"min,omitempty"`
	Max     float64            `json:"max"`
	Price   float64            `json:"price"` // paid for a unit
	Quality map[string]float64 `json:"quality,omitempty"`
}

// Pool mixes what flows in; what flows out has the mixture's qualities.
type Pool struct {
	Name string  `json:"name"`
	Size float64 `json:"size"` // of what flows through
}

// Product is sold. Qualities mix in proportion to amounts.
type Product struct {
	Name       string             `json:"name"`
	Min        float64            `json:"min,omitempty"`
	Max        float64            `json:"max"`
	Price      float64            `json:"price"` // got for a unit
	QualityMin map[string]float64 `json:"quality_min,omitempty"`
	QualityMax map[string]float64 `json:"quality_max,omitempty"`
}

// Arc lets a component flow to a pool or a product, or a pool to a product.
type Arc struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	Max  *float64 `json:"max,omitempty"` // nil is without a limit of its own
}

// Blend is what flows where.
type Blend struct {
	Profit float64 `json:"profit"`
	Flows  []Flow  `json:"flows"`
}

// Flow is an amount on an arc.
type Flow struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Amount float64 `json:"amount"`
}

// Decode reads a problem in JSON and validates it. Members that it does not know are refused.
func Decode(data []byte) (*Problem, error) {
	p := &Problem{}
	if err := document.Decode(data, MaxText, "problem", p); err != nil {
		return nil, fmt.Errorf("read the problem: %w", err)
	}
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("the problem cannot be solved:\n%w", err)
	}
	return p, nil
}

// place is what a name stands for.
type place struct {
	kind byte // c, o, p
	at   int
}

// places maps names to what they stand for; the fault is of a name that is empty or not its own.
func (p *Problem) places() (map[string]place, error) {
	if len(p.Components) > MaxNames || len(p.Pools) > MaxNames || len(p.Products) > MaxNames || len(p.Arcs) > MaxArcs {
		return nil, fmt.Errorf("there are at most %d components, pools and products each, and %d arcs", MaxNames, MaxArcs)
	}
	all := map[string]place{}
	add := func(kind string, at int, name string) error {
		if _, taken := all[name]; name == "" || len(name) > MaxName || taken {
			return fmt.Errorf("%s[%d]: its name %q is to have 1 to %d octets and to be that of nothing else", kind, at, name, MaxName)
		}
		all[name] = place{kind[0], at}
		if kind == "pools" {
			all[name] = place{'o', at}
		}
		if kind == "products" {
			all[name] = place{'p', at}
		}
		return nil
	}
	var faults []error
	for k, c := range p.Components {
		faults = append(faults, add("components", k, c.Name))
	}
	for k, c := range p.Pools {
		faults = append(faults, add("pools", k, c.Name))
	}
	for k, c := range p.Products {
		faults = append(faults, add("products", k, c.Name))
	}
	return all, errors.Join(faults...)
}

// Validate says what keeps the problem from being solved: each fault names its place.
func (p *Problem) Validate() error {
	all, err := p.places()
	if err != nil {
		return err
	}
	f := &faults{}
	for k := range p.Components {
		f.component(k, &p.Components[k])
	}
	for k, o := range p.Pools {
		if !within(0, o.Size) {
			f.add("pools[%d] %s: its size %v is to be 0 or more and finite", k, o.Name, o.Size)
		}
	}
	for k := range p.Products {
		f.product(k, &p.Products[k])
	}
	seen := map[[2]string]bool{}
	for k, a := range p.Arcs {
		from, to := all[a.From], all[a.To]
		right := from.kind == 'c' && (to.kind == 'o' || to.kind == 'p') || from.kind == 'o' && to.kind == 'p'
		if !right || seen[[2]string{a.From, a.To}] {
			f.add("arcs[%d] %s to %s: once each, from a component to a pool or a product, or from a pool to a product", k, a.From, a.To)
		}
		if a.Max != nil && !within(0, *a.Max) {
			f.add("arcs[%d] %s to %s: max %v is to be 0 or more and finite", k, a.From, a.To, *a.Max)
		}
		seen[[2]string{a.From, a.To}] = true
	}
	return errors.Join(f.list...)
}

// maxFaults is how many faults are told at a time.
const maxFaults = 20

type faults struct{ list []error }

func (f *faults) add(format string, args ...any) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, fmt.Errorf(format, args...))
	}
}

func (f *faults) component(k int, c *Component) {
	if !within(c.Min, c.Max) || !finite(c.Price) {
		f.add("components[%d] %s: min %v, max %v, price %v: min is 0 or more and at most max, and all are finite", k, c.Name, c.Min, c.Max, c.Price)
	}
	for name, v := range c.Quality {
		if !finite(v) {
			f.add("components[%d] %s: quality %s is not finite", k, c.Name, name)
		}
	}
}

func (f *faults) product(k int, q *Product) {
	if !within(q.Min, q.Max) || !finite(q.Price) {
		f.add("products[%d] %s: min %v, max %v, price %v: min is 0 or more and at most max, and all are finite", k, q.Name, q.Min, q.Max, q.Price)
	}
	for name, v := range q.QualityMin {
		if most, both := q.QualityMax[name]; !finite(v) || both && most < v {
			f.add("products[%d] %s: quality_min of %s is more than quality_max, or not finite", k, q.Name, name)
		}
	}
	for name, v := range q.QualityMax {
		if !finite(v) {
			f.add("products[%d] %s: quality_max of %s is not finite", k, q.Name, name)
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func within(low, high float64) bool { return low >= 0 && low <= high && finite(high) }
