package enterprise

import (
	"context"

	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
)

func (m *Module) siteRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /sites", Permission: "enterprise.view", Summary: "Places of enterprises on the map: those that are public, and one's own", Handler: httpd.JSON(m.listSites)},
	}
}

type siteParams struct {
	District string `query:"district" maxLength:"6" doc:"Of the enterprise, GB/T 2260"`
	Industry string `query:"industry" maxLength:"4" doc:"GB/T 4754 division"`
	Kind     string `query:"kind" enum:"headquarters,plant,warehouse,laboratory,office"`
}

// placeView is a site of an enterprise at its place.
type placeView struct {
	EntryID   string    `json:"entry_id"`
	Name      lang.Text `json:"name" doc:"Of the enterprise"`
	Site      string    `json:"site"`
	Kind      string    `json:"kind"`
	Address   string    `json:"address,omitempty"`
	Longitude float64   `json:"longitude" doc:"Degrees, WGS 84"`
	Latitude  float64   `json:"latitude" doc:"Degrees, WGS 84"`
	Synthetic bool      `json:"synthetic"`
}

type placesView struct {
	Items []placeView `json:"items" nullable:"false"`
	More  bool        `json:"more" doc:"There are more than are listed: narrow it down"`
}

// listSites is as careful as the directory: of others nothing but what is public, even
// for the bureau, so that nobody looks at more in passing.
func (m *Module) listSites(ctx context.Context, in siteParams) (placesView, error) {
	v := placesView{Items: []placeView{}}
	err := m.entries.sites(ctx, in, func(e Entry) bool {
		n := stranger
		if isOwn(ctx, e) {
			n = keeper
		}
		for _, s := range e.as(n).Profile.Sites {
			if s.Longitude == nil || s.Latitude == nil || in.Kind != "" && s.Kind != in.Kind {
				continue
			}
			if v.More = len(v.Items) == mostPlaces; v.More {
				return false
			}
			v.Items = append(v.Items, placeView{e.ID, e.Name, s.Name, s.Kind, s.Address, *s.Longitude, *s.Latitude, e.Synthetic})
		}
		return true
	})
	return v, err
}
