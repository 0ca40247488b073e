package atlas

import (
	"slices"
	"strings"
)

// foundKinds are the kinds of nodes that the city's search finds by this room.
// Enterprises, scenarios and platforms are found by the rooms whose they are; districts,
// industries, stages of the process and modes are no things but words of others.
func foundKinds() []string {
	return []string{kindChain, kindStage, kindProduct, kindTechnology, kindCapability, kindOutside}
}

// isFound tells whether the search may find a node, by its ID.
func isFound(id string) bool {
	kind, _, _ := strings.Cut(id, "/")
	return slices.Contains(foundKinds(), kind)
}
