package need

import (
	"context"
	"fmt"
	"slices"

	"linghang/lib/match"
	"linghang/modules/enterprise/internal/provider"
)

// Grounds is what the directory knows of where enterprises are.
type Grounds interface {
	provider.Directory
	// PlacesOf returns the sites of an enterprise that are on the map, plants first,
	// whoever may see them.
	PlacesOf(ctx context.Context, entry string) ([]match.Point, error)
	// PlacesOfProviders returns by entry the sites of providers in force that are on the
	// map and that everybody may see.
	PlacesOfProviders(ctx context.Context) (map[string][]match.Point, error)
}

// Past is what the count of services knows of providers.
type Past interface {
	// Served returns by unified social credit code how many enterprises of an industry,
	// other than the one of the entry, a provider served, as these confirmed.
	Served(ctx context.Context, industry, entry string) (map[string]int, error)
}

// Graph is what the graph of industry knows of who could help an enterprise.
type Graph interface {
	// Fits returns what is known between an enterprise, which asks, and others. The
	// technologies are names in Chinese.
	Fits(ctx context.Context, entry string, technologies []string) ([]Fit, error)
}

// Fit is what the graph knows of an enterprise that could help another.
type Fit struct {
	EntryID      string
	Serves       bool     // it serves the other one by an agreement
	Neighbours   int      // enterprises of the other's chain stages, or that it trades with, for which this one works, as everybody may know
	Technologies []string // of those asked for, that it has
}

// surroundings are what is known of providers beside what they say of themselves.
type surroundings struct {
	records map[string]record
	served  map[string]int           // enterprises of the industry, by provider's code
	home    []match.Point            // of who needs
	places  map[string][]match.Point // by entry
	fits    map[string]Fit           // by entry
}

// around asks the rest of the room, and the graph: without the graph, providers are
// matched all the same.
func (m *Needs) around(ctx context.Context, n Need) (s surroundings, err error) {
	if s.records, err = m.store.records(ctx, now()); err != nil {
		return s, err
	}
	if s.served, err = m.past.Served(ctx, n.Industry, n.EntryID); err != nil {
		return s, fmt.Errorf("read who has experience: %w", err)
	}
	if n.Body.OnSite {
		if s.home, err = m.directory.PlacesOf(ctx, n.EntryID); err != nil {
			return s, fmt.Errorf("read where the enterprise is: %w", err)
		}
		if s.places, err = m.directory.PlacesOfProviders(ctx); err != nil {
			return s, fmt.Errorf("read where providers are: %w", err)
		}
	}
	s.fits = map[string]Fit{}
	list, err := m.graph.Fits(ctx, n.EntryID, m.technologies(n))
	if err != nil {
		m.kit.Log.WarnContext(ctx, "providers are matched without the graph", "need", n.ID, "error", err)
		return s, nil
	}
	for _, f := range list {
		s.fits[f.EntryID] = f
	}
	return s, nil
}

// technologies are those that a need asks for, as the graph names them.
func (m *Needs) technologies(n Need) []string {
	names := []string{}
	for _, t := range m.providers.Words().Technologies {
		if slices.Contains(n.Body.Technologies, t.Code) {
			names = append(names, t.Title.ZH)
		}
	}
	return names
}

// What the graph knows adds to the half that stands for nothing known, so that who is new
// loses little: half of it that the provider serves the enterprise already, three tenths
// that it works for its neighbours, two tenths what it has of the technologies.
const (
	fitServes     = 0.5
	fitNeighbours = 0.3
	fitTechnology = 0.2
)

// value is from above one half to 1; ok is false where the graph knows nothing.
func (f Fit) value(asked int) (v float64, ok bool) {
	if f.Serves {
		v += fitServes
	}
	if f.Neighbours > 0 {
		v += fitNeighbours * float64(f.Neighbours) / float64(f.Neighbours+1)
	}
	if asked > 0 {
		v += fitTechnology * min(1, float64(len(f.Technologies))/float64(asked))
	}
	return match.Unknown + v/2, v > 0
}

// says is what the reason of the graph tells, with technologies as codes.
func (f Fit) says(w provider.Words) map[string]any {
	said := map[string]any{}
	if f.Serves {
		said["serves"] = 1
	}
	if f.Neighbours > 0 {
		said["neighbours"] = f.Neighbours
	}
	paths := []string{}
	for _, t := range w.Technologies {
		if slices.Contains(f.Technologies, t.Title.ZH) {
			paths = append(paths, "technology/"+t.Code)
		}
	}
	if len(paths) > 0 {
		said["paths"] = paths
	}
	return said
}

// at is where work on site would be: nil where it is not asked for, or not known.
func (s surroundings) at(n Need) (*match.Point, string) {
	switch {
	case !n.Body.OnSite:
		return nil, ""
	case len(s.home) == 0:
		return nil, n.District
	}
	return &s.home[0], n.District
}

// nearest is the site of a provider that is nearest to where work would be.
func (s surroundings) nearest(entry string, from *match.Point) *match.Point {
	list := s.places[entry]
	if from == nil || len(list) == 0 {
		return nil
	}
	p := slices.MinFunc(list, func(a, b match.Point) int {
		if from.To(a) < from.To(b) {
			return -1
		}
		return 1
	})
	return &p
}
