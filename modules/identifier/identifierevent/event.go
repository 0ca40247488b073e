// Package identifierevent holds what the room identifier tells others.
package identifierevent

import "time"

// NodeChanged says that the registry has something else of a node now.
type NodeChanged struct {
	NodeID string    `json:"node_id"`
	At     time.Time `json:"at"`
}

// Subject names the event.
func (NodeChanged) Subject() string { return "identifier.node.changed" }

// Listed is what everybody sees of a node: what other rooms ask for when an event says that
// it is another now.
type Listed struct {
	NodeID                 string
	Gone                   bool // there is none, or it was never allocated; nothing else is told
	Retired                bool // it answers no more, or not for now
	Prefix                 string
	AboveID                string // the node that allocated it; empty of a root's and of the top
	NameZH, NameEN         string
	Operator               string // organisation
	OperatorZH, OperatorEN string
	Industry               string // of GB/T 4754; empty: across industries
	District               string
	Since                  time.Time
	Synthetic              bool
}
