package identifier

import (
	"slices"
	"strings"

	"linghang/kernel/lang"
	"linghang/lib/handle/wire"
)

// stepNode is the node of the city whose server was asked.
type stepNode struct {
	ID     string    `json:"id"`
	Role   role      `json:"role" enum:"root,secondary,enterprise"`
	Prefix string    `json:"prefix"`
	Name   lang.Text `json:"name"`
}

// prefixesAsked tells for each step the prefix of the node that was asked: a
// search begins at the root, and goes on where an answer or what was known leads.
// It is empty where nobody was asked, or the steps do not tell whose server it is.
func prefixesAsked(steps []stepView) []string {
	asked := make([]string, len(steps))
	at := rootPrefix
	for i := range steps {
		s := &steps[i]
		place := wire.IsPrefixHandle(s.Handle)
		if place && at != "" && !below(s.Handle[len(wire.NA):], at) {
			at = rootPrefix // the record of another prefix is searched from the root
		}
		if s.Kind == "ask" {
			asked[i] = at
		}
		switch code := wire.Code(s.Code); { //nolint:gosec // a code is small
		case code == wire.CodeSuccess && place:
			at = strings.TrimSuffix(s.Handle[len(wire.NA):], ".") // "0.NA/88.101." is where everything below 88.101 is
		case code == wire.CodePrefixReferral && place:
			at = prefixAbove(s.Handle[len(wire.NA):])
		case code.Refers():
			at = ""
		case code == wire.CodeSuccess, code == wire.CodeNotResponsible, code == wire.CodeSiteOutdated:
			at = rootPrefix // what an alias stands for is searched from the root, and so is what moved
		default:
		}
	}
	return asked
}

// below tells whether a prefix is one that the node of another allocates.
func below(prefix, above string) bool {
	return above == rootPrefix || strings.HasPrefix(wire.Fold(prefix), wire.Fold(above)+".")
}

// prefixAbove is 88.101 of 88.101.5.
func prefixAbove(prefix string) string {
	i := strings.LastIndexByte(prefix, '.')
	return prefix[:max(i, 0)]
}

// name puts the nodes to the steps that asked them.
func (r *resolution) name(prefixes []string, nodes []node) {
	for i, prefix := range prefixes {
		j := slices.IndexFunc(nodes, func(n node) bool { return wire.Equal(n.Prefix, prefix) })
		if prefix != "" && j >= 0 {
			n := &nodes[j]
			r.Steps[i].Of = &stepNode{n.ID, n.Role, n.Prefix, n.Name}
		}
	}
}
