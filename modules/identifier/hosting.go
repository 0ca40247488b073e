package identifier

import (
	"encoding/base64"
	"sync/atomic"

	"linghang/lib/handle/wire"
)

// Indexes at which the handles of prefixes have their values, as is customary.
const (
	siteIndex  = 1
	belowIndex = 2 // where the prefixes below are
	adminIndex = 100
	keyIndex   = 300
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

// record returns the handle of a node's prefix: where the node is, who
// administers its prefix over the protocol and by what key.
func (n node) record(site []byte) (wire.Values, error) {
	admin := wire.Admin{Rights: wire.RightsAll, Reference: wire.Reference{Handle: n.prefixHandle(), Index: keyIndex}}
	values := []wire.Value{fixed(siteIndex, wire.TypeSite, site), fixed(adminIndex, wire.TypeAdmin, admin.Append(nil))}
	if n.Role == secondaryNode {
		values = append(values, fixed(belowIndex, wire.TypeSitePrefix, site))
	}
	if n.PublicKey != "" {
		key, err := base64.StdEncoding.DecodeString(n.PublicKey)
		if err != nil {
			return wire.Values{}, err //nolint:wrapcheck // it was checked when it was given
		}
		values = append(values, fixed(keyIndex, wire.TypePublicKey, key))
	}
	return wire.Values{Handle: n.prefixHandle(), Values: values}, nil
}

func fixed(index int32, typ string, data []byte) wire.Value {
	return wire.Value{Index: index, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: typ, Data: data}
}
