package enterprise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/lib/match"
)

// placedEntries is the directory as needs ask it.
type placedEntries struct{ entryStore }

// PlacesOf implements need.Grounds.
func (s placedEntries) PlacesOf(ctx context.Context, entry string) ([]match.Point, error) {
	e, err := whole(ctx, s.db, entry)
	if fault.Is(err, fault.NotFound) {
		return nil, nil // it left the directory since
	}
	return points(e.Profile.Sites), err
}

// PlacesOfProviders implements need.Grounds.
func (s placedEntries) PlacesOfProviders(ctx context.Context) (map[string][]match.Point, error) {
	rows, err := s.db.Query(ctx, `SELECT e.entry_id, e.profile, e.consent FROM entry_profile e WHERE e.profile LIKE '%"longitude":%' AND e.entry_id IN (SELECT p.entry_id FROM provider p WHERE p.state = 'in_force')`)
	if err != nil {
		return nil, fmt.Errorf("read places of providers: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err below tells
	found := map[string][]match.Point{}
	for rows.Next() {
		var id, profile, consent string
		e := Entry{}
		if err := errors.Join(rows.Scan(&id, &profile, &consent), json.Unmarshal([]byte(profile), &e.Profile), json.Unmarshal([]byte(consent), &e.Consent)); err != nil {
			return nil, fmt.Errorf("read places of providers: %w", err)
		}
		if list := points(e.as(stranger).Profile.Sites); len(list) > 0 {
			found[id] = list
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read places of providers: %w", err)
	}
	return found, nil
}

// points are sites that are on the map, plants first.
func points(list []Site) []match.Point {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Site) int {
		switch {
		case a.Kind == b.Kind || a.Kind != "plant" && b.Kind != "plant":
			return 0
		case a.Kind == "plant":
			return -1
		}
		return 1
	})
	var out []match.Point
	for _, x := range list {
		if x.Longitude != nil && x.Latitude != nil {
			out = append(out, match.Point{Lat: *x.Latitude, Lon: *x.Longitude})
		}
	}
	return out
}
