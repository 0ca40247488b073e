package platforms

import (
	"context"

	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/foster"
)

// fosterSite is what fostering asks of the room.
func (m *Module) fosterSite() foster.Site {
	s := foster.Site{
		Indicator: func(code string) (title, unit lang.Text, ok bool) {
			x, ok := m.catalogue.byCode[code]
			return x.Title, x.Unit, ok
		},
		Availability: func(ctx context.Context, platform, since string) (*float64, error) {
			days, err := m.availability.days(ctx, platform, since)
			var sum lookSum
			for _, d := range days {
				sum = sum.plus(d.lookSum)
			}
			return sum.sla(), err
		},
	}
	for _, c := range classes() {
		s.Classes = append(s.Classes, c.Code)
	}
	return s
}
