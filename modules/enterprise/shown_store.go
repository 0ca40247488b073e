package enterprise

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/enterprise/enterpriseevent"
)

// Shown returns what of an enterprise everybody may see, for other rooms.
func (m *Module) Shown(ctx context.Context, id string) (enterpriseevent.Shown, error) {
	e, err := whole(ctx, m.entries.db, id)
	if fault.Is(err, fault.NotFound) {
		return enterpriseevent.Shown{EntryID: id, Gone: true, UpdatedAt: time.Now()}, nil
	}
	if err != nil {
		return enterpriseevent.Shown{}, err
	}
	return e.shown(), nil
}

// EachShown hands over what of all enterprises everybody may see.
func (m *Module) EachShown(ctx context.Context, do func(enterpriseevent.Shown) error) error {
	return m.entries.each(ctx, func(e Entry) error { return do(e.shown()) })
}

func (e Entry) shown() enterpriseevent.Shown {
	if e.Status != accepted {
		return enterpriseevent.Shown{EntryID: e.ID, Gone: true, UpdatedAt: e.UpdatedAt}
	}
	consent := e.Consent
	e = e.as(stranger)
	s := enterpriseevent.Shown{
		EntryID: e.ID, Code: e.Code, Organisation: e.OrganisationID, NameZH: e.Name.ZH, NameEN: e.Name.EN, District: e.District, Industry: e.Industry, Synthetic: e.Synthetic, UpdatedAt: e.UpdatedAt,
		Business: consent.Business == forPublic, Location: consent.Location == forPublic, Technologies: e.Profile.Technologies, Products: e.Profile.Products,
	}
	for _, c := range e.Profile.Chains {
		s.Positions = append(s.Positions, enterpriseevent.Position{Chain: c.Chain, Stage: c.Stage})
	}
	for _, p := range e.Profile.Sites {
		if p.Longitude != nil && p.Latitude != nil {
			s.Sites = append(s.Sites, enterpriseevent.Site{Name: p.Name, District: p.District, Longitude: *p.Longitude, Latitude: *p.Latitude})
		}
	}
	return s
}
