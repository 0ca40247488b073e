package sensor

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// mostLinks is how many links of a network are shown, the busiest.
const mostLinks = 2_000

// TalkNetwork is who speaks with whom, summed over protocols, units and classes.
type TalkNetwork struct {
	Nodes  []TalkNode `json:"nodes" nullable:"false" doc:"In the order of their addresses"`
	Links  []TalkLink `json:"links" nullable:"false" doc:"The busiest first, 2000 at most"`
	Hidden int        `json:"hidden" doc:"Links that are not shown, with nodes that only they have"`
}

// TalkNode is somebody who speaks.
type TalkNode struct {
	Addr    string    `json:"addr"`
	Part    string    `json:"part" enum:"asks,answers,both" doc:"Whether it asks others, answers, or both"`
	FirstAt time.Time `json:"first_at"`
	LastAt  time.Time `json:"last_at"`
	Units   int64     `json:"units"`
}

// TalkLink is what two say to each other.
type TalkLink struct {
	Client    string    `json:"client"`
	Server    string    `json:"server"`
	Protocols []string  `json:"protocols" nullable:"false"`
	Classes   []string  `json:"classes" nullable:"false"`
	FirstAt   time.Time `json:"first_at"`
	LastAt    time.Time `json:"last_at"`
	Units     int64     `json:"units"`
}

// talked is one kind of conversation between two.
type talked struct {
	client, server, protocol, class string
	first, last                     time.Time
	units                           int64
}

// network sums conversations up into links, and links into nodes.
func network(list []talked) TalkNetwork {
	links := map[[2]string]*TalkLink{}
	for _, x := range list {
		k := [2]string{x.client, x.server}
		l := links[k]
		if l == nil {
			l = &TalkLink{Client: x.client, Server: x.server, FirstAt: x.first, LastAt: x.last}
			links[k] = l
		}
		l.FirstAt, l.LastAt, l.Units = earlier(l.FirstAt, x.first), later(l.LastAt, x.last), l.Units+x.units
		l.Protocols, l.Classes = with(l.Protocols, x.protocol), with(l.Classes, x.class)
	}
	sorted := slices.SortedFunc(maps.Values(links), func(a, b *TalkLink) int {
		return cmp.Or(cmp.Compare(b.Units, a.Units), cmp.Compare(a.Client, b.Client), cmp.Compare(a.Server, b.Server))
	})
	n := TalkNetwork{Links: []TalkLink{}, Hidden: max(len(sorted)-mostLinks, 0)}
	for _, l := range sorted[:min(len(sorted), mostLinks)] {
		n.Links = append(n.Links, *l)
	}
	n.Nodes = nodes(n.Links)
	return n
}

func nodes(links []TalkLink) []TalkNode {
	byAddr := map[string]*TalkNode{}
	add := func(addr, part string, l TalkLink) {
		x := byAddr[addr]
		if x == nil {
			x = &TalkNode{Addr: addr, Part: part, FirstAt: l.FirstAt, LastAt: l.LastAt}
			byAddr[addr] = x
		}
		if x.Part != part {
			x.Part = "both"
		}
		x.FirstAt, x.LastAt, x.Units = earlier(x.FirstAt, l.FirstAt), later(x.LastAt, l.LastAt), x.Units+l.Units
	}
	for _, l := range links {
		add(l.Client, "asks", l)
		add(l.Server, "answers", l)
	}
	out := make([]TalkNode, 0, len(byAddr))
	for _, addr := range slices.Sorted(maps.Keys(byAddr)) {
		out = append(out, *byAddr[addr])
	}
	return out
}

// with is a sorted set with one more.
func with(set []string, one string) []string {
	at, there := slices.BinarySearch(set, one)
	if there {
		return set
	}
	return slices.Insert(set, at, one)
}
