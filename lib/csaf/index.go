package csaf

import (
	"cmp"
	"slices"
	"strings"
)

// Index holds the products of many advisories, so that a product in use is
// compared with the few that it may be. It is built by one goroutine and may
// then be used by many.
type Index struct {
	names   Names
	vendors map[string]string // names, ready to be looked up
	entries []entry
	byKey   map[string][]int32 // vendor and the rarest word of the entry
	byWord  map[string][]int32 // vendor and each word
	numbers map[string][]int32 // vendor: entries with order or model numbers
	built   bool
}

// NewIndex makes an empty index.
func NewIndex(names Names) *Index {
	return &Index{names: names, vendors: names.compiled()}
}

// Add takes the products of an advisory. It must not be called after Judge.
func (x *Index) Add(d *Document) {
	x.entries = append(x.entries, d.entries(x.vendors)...)
	x.built = false
}

// Len is how many products of advisories the index holds.
func (x *Index) Len() int { return len(x.entries) }

// Build makes the index ready; it is called once after the last Add.
func (x *Index) Build() {
	x.byKey, x.byWord, x.numbers = map[string][]int32{}, map[string][]int32{}, map[string][]int32{}
	for i := range x.entries {
		e := &x.entries[i]
		n := int32(i)
		for _, w := range e.words {
			k := e.vendor + "\x00" + w
			x.byWord[k] = append(x.byWord[k], n)
		}
		if len(e.numbers) > 0 {
			x.numbers[e.vendor] = append(x.numbers[e.vendor], n)
		}
	}
	for i := range x.entries {
		e := &x.entries[i]
		if len(e.words) == 0 {
			continue
		}
		rarest := slices.MinFunc(e.words, func(a, b string) int {
			return cmp.Compare(len(x.byWord[e.vendor+"\x00"+a]), len(x.byWord[e.vendor+"\x00"+b]))
		})
		k := e.vendor + "\x00" + rarest
		x.byKey[k] = append(x.byKey[k], int32(i))
	}
	x.built = true
}

// Judge gives the verdicts of all advisories that name the product in use, or
// may do so: one for each vulnerability of each advisory. Affected goes before
// cannot tell, and that before not affected. None means that no advisory names it.
func (x *Index) Judge(use InUse) []Verdict {
	if !x.built {
		x.Build()
	}
	vendor := vendorIn(x.vendors, use.Vendor)
	words, name := tokensSorted(use.Name+" "+use.Model), tokensSorted(use.Name)
	seen := map[int32]bool{}
	best := [2]map[subject]Verdict{{}, {}} // of entries that are the product, and of those that may be
	look := func(list []int32) {
		for _, n := range list {
			if seen[n] {
				continue
			}
			seen[n] = true
			e := &x.entries[n]
			how := e.like(use, words, name)
			if how == other {
				continue
			}
			e.judge(use, how, func(v Verdict) {
				k := subject{v.Advisory, v.CVE, v.Title}
				if old, ok := best[same-how][k]; !ok || order(v.Answer) < order(old.Answer) {
					best[same-how][k] = v
				}
			})
		}
	}
	for _, w := range words {
		look(x.byKey[vendor+"\x00"+w])
	}
	look(x.rarest(vendor, name))
	if use.OrderNumber != "" || use.Model != "" {
		look(x.numbers[vendor])
	}
	var out []Verdict
	for _, v := range best[0] {
		out = append(out, v)
	}
	for k, v := range best[1] {
		if _, sure := best[0][k]; !sure {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b Verdict) int {
		return cmp.Or(order(a.Answer)-order(b.Answer), strings.Compare(a.Advisory, b.Advisory), strings.Compare(a.CVE, b.CVE), strings.Compare(a.Title, b.Title))
	})
	return out
}

// subject is what verdicts are about.
type subject struct{ advisory, cve, title string }

// rarest gives the entries that have the rarest word of a name.
func (x *Index) rarest(vendor string, words []string) []int32 {
	var best []int32
	for i, w := range words {
		list := x.byWord[vendor+"\x00"+w]
		if i == 0 || len(list) < len(best) {
			best = list
		}
	}
	return best
}

// order is which of two verdicts on one vulnerability stands.
func order(a Answer) int {
	switch a {
	case Affected:
		return 0
	case CannotTell:
		return 1
	default:
		return 2
	}
}

// Judge compares one product in use with one advisory, as [Index.Judge] does.
func (d *Document) Judge(use InUse, names Names) []Verdict {
	x := NewIndex(names)
	x.Add(d)
	return x.Judge(use)
}

// AddAs takes the products of an advisory, whose verdicts name it by id: tracking ids of
// different publishers may be the same.
func (x *Index) AddAs(id string, d *Document) {
	from := len(x.entries)
	x.Add(d)
	for i := range x.entries[from:] {
		x.entries[from+i].advisory = id
	}
}

// Vendors are the comparable names of vendors that the index holds products of.
func (x *Index) Vendors() []string {
	var out []string
	for i := range x.entries {
		out = append(out, x.entries[i].vendor)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
