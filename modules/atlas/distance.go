package atlas

import (
	"encoding/json"
	"math"
)

// points are the places of an enterprise that are public.
func points(n Node) []point {
	var list []point
	if json.Unmarshal([]byte(n.Props["sites"]), &list) != nil {
		return nil // it names none
	}
	return list
}

// kilometres is the length of the great circle between two places, on a sphere of the
// Earth's mean radius (haversine).
func kilometres(a, b point) float64 {
	const radius = 6371.0088
	rad := math.Pi / 180
	dy, dx := (b.Latitude-a.Latitude)*rad, (b.Longitude-a.Longitude)*rad
	h := math.Pow(math.Sin(dy/2), 2) + math.Cos(a.Latitude*rad)*math.Cos(b.Latitude*rad)*math.Pow(math.Sin(dx/2), 2)
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}
