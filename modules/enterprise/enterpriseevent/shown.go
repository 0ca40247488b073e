package enterpriseevent

import "time"

// Shown is what of an enterprise everybody may see: what other rooms ask for when an
// event says that it is another now.
type Shown struct {
	EntryID      string
	Code         string
	Organisation string // whose entry it is, in the city's register; empty: the bureau keeps it
	NameZH       string
	NameEN       string
	District     string
	Industry     string
	Synthetic    bool
	UpdatedAt    time.Time
	Gone         bool // the directory does not show it any more; nothing but EntryID and UpdatedAt is told
	// Business says that positions, technologies and products are for everybody; else they
	// are not told, and what was told of them before is to be forgotten.
	Business     bool
	Positions    []Position
	Technologies []string
	Products     []string
	// Location says the same of the sites.
	Location bool
	Sites    []Site
}

// Position is where in a chain an enterprise stands, by names.
type Position struct{ Chain, Stage string }

// Site is where an enterprise works, in degrees of WGS 84.
type Site struct {
	Name, District      string
	Longitude, Latitude float64
}
