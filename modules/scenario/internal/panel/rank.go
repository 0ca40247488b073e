package panel

import (
	"cmp"
	"slices"
	"strings"
)

// Entry is an application to be given a place.
type Entry struct {
	ID     string
	Total  float64   // higher is better
	Ties   []float64 // decide in this order between equal totals; higher is better
	Barred bool      // by a veto or the pass mark: has no place
}

// Place is where an application stands.
type Place struct {
	ID     string
	Place  int  // from 1; equals share it; 0: barred
	Within bool // its place, and that of all who share it, is within the quota
	OnLine bool // it shares a place that the quota cuts through: the panel decides
}

// same is less than any two totals differ by that are not meant to be the same.
const same = 1e-9

// Rank gives places, best first, the barred last.
func Rank(list []Entry, quota int) []Place {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Entry) int {
		return cmp.Or(order(a.Barred, b.Barred), cmp.Compare(b.Total, a.Total), strings.Compare(a.ID, b.ID))
	})
	for from := 0; from < len(sorted); {
		to := from + 1
		for to < len(sorted) && sorted[to].Barred == sorted[from].Barred && sorted[to-1].Total-sorted[to].Total <= same {
			to++
		}
		slices.SortStableFunc(sorted[from:to], byTies)
		from = to
	}
	places := make([]Place, len(sorted))
	for i, e := range sorted {
		places[i].ID = e.ID
		switch {
		case e.Barred:
		case i > 0 && sorted[i-1].Total-e.Total <= same && byTies(sorted[i-1], e) == 0:
			places[i].Place = places[i-1].Place
		default:
			places[i].Place = i + 1
		}
	}
	return cut(places, quota)
}

// cut tells who is within the quota, and who shares the place that it cuts through.
func cut(places []Place, quota int) []Place {
	for from := 0; from < len(places); {
		to := from + 1
		for to < len(places) && places[to].Place == places[from].Place {
			to++
		}
		for i := from; i < to && places[i].Place > 0; i++ {
			places[i].Within = to <= quota
			places[i].OnLine = from < quota && to > quota
		}
		from = to
	}
	return places
}

func byTies(a, b Entry) int {
	for k := range min(len(a.Ties), len(b.Ties)) {
		if d := b.Ties[k] - a.Ties[k]; d > same || d < -same {
			return cmp.Compare(d, 0)
		}
	}
	return 0
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
