package identifier

import (
	"encoding/base64"
	"sync/atomic"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/prefix"
)

// hostedNodes are the nodes that are answered for here, by ID. It is read only: a
// change makes another.
type hostedNodes struct {
	list atomic.Pointer[map[string]node]
}

func (h *hostedNodes) set(list []node) {
	byID := make(map[string]node, len(list))
	for _, n := range list {
		byID[n.ID] = n
	}
	h.list.Store(&byID)
}

// of returns a node that is answered for here.
func (h *hostedNodes) of(id string) (node, bool) {
	list := h.list.Load()
	if list == nil {
		return node{}, false
	}
	n, ok := (*list)[id]
	return n, ok
}

// all returns the nodes that are answered for here, in no order.
func (h *hostedNodes) all() []node {
	list := h.list.Load()
	if list == nil {
		return nil
	}
	nodes := make([]node, 0, len(*list))
	for _, n := range *list {
		nodes = append(nodes, n)
	}
	return nodes
}

// record returns the record of a node's prefix, by the HS_SITE of the node.
func (n node) record(site []byte) (wire.Values, error) {
	key, err := base64.StdEncoding.DecodeString(n.PublicKey)
	if err != nil {
		return wire.Values{}, err //nolint:wrapcheck // it was checked when it was given
	}
	return prefix.Record(n.prefixHandle(), site, key, n.Role == secondaryNode), nil
}
