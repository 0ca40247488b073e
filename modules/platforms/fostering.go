package platforms

import (
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/foster"
)

// fosterSite is what fostering asks of the room.
func (m *Module) fosterSite() foster.Site {
	s := foster.Site{Indicator: func(code string) (title, unit lang.Text, ok bool) {
		x, ok := m.catalogue.byCode[code]
		return x.Title, x.Unit, ok
	}}
	for _, c := range classes() {
		s.Classes = append(s.Classes, c.Code)
	}
	return s
}
