package csaf

import (
	"slices"
	"strconv"
	"strings"
)

// get gives the value of a key, nil if there is none. It may be called on nil.
func (n *node) get(key string) *node {
	if n == nil || n.kind != kindObject {
		return nil
	}
	for _, k := range n.kids {
		if k.key == key {
			return k
		}
	}
	return nil
}

// at follows keys.
func (n *node) at(keys ...string) *node {
	for _, k := range keys {
		n = n.get(k)
	}
	return n
}

// list gives the items of a list, none if it is none.
func (n *node) list() []*node {
	if n == nil || n.kind != kindList {
		return nil
	}
	return n.kids
}

// items gives the items of the list of a key.
func (n *node) items(key string) []*node { return n.get(key).list() }

// str gives a text, "" if it is none.
func (n *node) str() string {
	if n == nil || n.kind != kindText {
		return ""
	}
	return n.text
}

// value gives the text of a key.
func (n *node) value(key string) string { return n.get(key).str() }

// path is the JSON pointer of the node (RFC 6901).
func (n *node) path() string {
	var parts []string
	for ; n != nil && n.parent != nil; n = n.parent {
		if n.parent.kind == kindList {
			parts = append(parts, strconv.Itoa(int(n.index)))
			continue
		}
		parts = append(parts, strings.ReplaceAll(strings.ReplaceAll(n.key, "~", "~0"), "/", "~1"))
	}
	slices.Reverse(parts)
	if len(parts) == 0 {
		return "/"
	}
	return "/" + strings.Join(parts, "/")
}
