package advisory

// fewest is from how many enterprises on others than the city are told a figure.
const fewest = 5

// Figure counts what is affected.
type Figure struct {
	Group       string `json:"group" doc:"Code of a district or industry, name of a vendor, ID of an advisory; empty: not said"`
	Title       string `json:"title" doc:"Of an advisory"`
	Enterprises int    `json:"enterprises" doc:"With assets that are affected and open"`
	Assets      int    `json:"assets"`
	Unsure      int    `json:"unsure" doc:"Assets of which it cannot be told"`
	Now         int    `json:"now" doc:"Assets to act on now"`
	Declared    int    `json:"declared" doc:"Enterprises that declare assets, of the group; 0 by advisory"`
}

type figureInput struct {
	By string `query:"by" enum:"district,industry,vendor,advisory" default:"district"`
}

// Figures count what is affected by groups, the most enterprises first.
type Figures struct {
	Items  []Figure `json:"items" nullable:"false" doc:"The first hundred"`
	Masked bool     `json:"masked" doc:"Groups of fewer than 5 enterprises are left out"`
	// Synthetic is true where there is nothing real to count.
	Synthetic bool `json:"synthetic" doc:"All of it is demonstration data, since nothing is real"`
}
