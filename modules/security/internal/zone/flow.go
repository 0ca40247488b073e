package zone

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/modules/security/internal/batch"
)

// Bounds of what is shown.
const (
	mostSpoken   = 50_000
	mostTalkers  = 20  // of a flow
	mostUnplaced = 200 // addresses in no zone
)

// spoken is what sensors saw of two, by protocol and class.
type spoken struct {
	client, server, protocol, class string
	first, last                     time.Time
	units                           int64
}

// Area is a zone that assets have.
type Area struct {
	Name   string `json:"name" title:"区域|Zone"`
	Level  int    `json:"level" doc:"SL-T of IEC 62443-3-3, the highest that its assets have; 0: not set"`
	Levels int    `json:"levels" doc:"How many levels its assets have; more than one: they disagree"`
	Assets int    `json:"assets" title:"资产数|Assets"`
	Asks   int    `json:"asks" doc:"Conduits out of it"`
	Serves int    `json:"answers" doc:"Conduits into it"`
}

// Flow is what one zone asks of another, and how that stands to what was declared.
type Flow struct {
	ClientZone string       `json:"client_zone" doc:"Empty: no zone"`
	ServerZone string       `json:"server_zone" doc:"Empty: no zone"`
	Standing   Standing     `json:"standing" enum:"within,covered,reading,undeclared,unknown,unseen" doc:"The gravest of its lines. reading: a command, where conduits let reading only pass; unknown: one of the two is in no zone; unseen: declared, and nobody speaks so"`
	Conduits   int          `json:"conduits" doc:"From the one into the other"`
	Pairs      int          `json:"pairs" doc:"Of client and server"`
	Units      int64        `json:"units"`
	FirstAt    *time.Time   `json:"first_at,omitempty"`
	LastAt     *time.Time   `json:"last_at,omitempty"`
	Lines      []FlowLine   `json:"lines" nullable:"false" doc:"By protocol"`
	Talkers    []FlowTalker `json:"talkers" nullable:"false" doc:"Who speaks, the gravest first, 20 at most"`

	talkers map[[2]string]*FlowTalker
}

// FlowLine is what passes by one protocol.
type FlowLine struct {
	Protocol string    `json:"protocol"`
	Classes  []string  `json:"classes" nullable:"false"`
	Commands bool      `json:"commands" doc:"Commands were seen"`
	Standing Standing  `json:"standing" enum:"within,covered,reading,undeclared,unknown"`
	Units    int64     `json:"units"`
	FirstAt  time.Time `json:"first_at"`
	LastAt   time.Time `json:"last_at"`
}

// FlowTalker are two that speak.
type FlowTalker struct {
	Client      string    `json:"client"`
	ClientAsset string    `json:"client_asset" doc:"Empty: no asset has the address"`
	Server      string    `json:"server"`
	ServerAsset string    `json:"server_asset"`
	Protocols   []string  `json:"protocols" nullable:"false"`
	Standing    Standing  `json:"standing" enum:"within,covered,reading,undeclared,unknown"`
	LastAt      time.Time `json:"last_at"`
}

// UnplacedHost is an address that is in no zone.
type UnplacedHost struct {
	Addr   string    `json:"addr"`
	Asset  string    `json:"asset" doc:"That has the address"`
	Why    string    `json:"why" enum:"no_asset,no_zone,several,group" doc:"no_zone: its asset has none; several: assets in different zones have it; group: multicast or broadcast, which is no host"`
	LastAt time.Time `json:"last_at"`
}

// flows sums up what was spoken, by zone; what is declared and not seen comes with it.
func (p Plan) flows(list []spoken) []Flow {
	cells := map[[2]string]*Flow{}
	cell := func(client, server string) *Flow {
		k := [2]string{client, server}
		if cells[k] == nil {
			cells[k] = &Flow{ClientZone: client, ServerZone: server, Standing: Unseen, Conduits: len(p.ways[k]), Lines: []FlowLine{}, Talkers: []FlowTalker{}, talkers: map[[2]string]*FlowTalker{}}
		}
		return cells[k]
	}
	for k := range p.ways {
		cell(k[0], k[1])
	}
	for _, s := range list {
		x := p.Judge(s.client, s.server, s.protocol, s.class)
		c := cell(x.ClientZone, x.ServerZone)
		c.line(s, x.Standing)
		c.talker(s, x.Standing, p.hosts)
	}
	out := make([]Flow, 0, len(cells))
	for _, c := range cells {
		c.finish()
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.ClientZone, b.ClientZone), cmp.Compare(a.ServerZone, b.ServerZone))
	})
	return out
}

func (f *Flow) line(s spoken, standing Standing) {
	f.Standing = graver(f.Standing, standing)
	f.Units += s.units
	at, known := slices.BinarySearchFunc(f.Lines, s.protocol, func(l FlowLine, name string) int { return cmp.Compare(l.Protocol, name) })
	if !known {
		f.Lines = slices.Insert(f.Lines, at, FlowLine{Protocol: s.protocol, Standing: standing, FirstAt: s.first, LastAt: s.last})
	}
	l := &f.Lines[at]
	l.Classes, l.Commands, l.Standing, l.Units = with(l.Classes, s.class), l.Commands || batch.Commands(s.class), graver(l.Standing, standing), l.Units+s.units
	l.FirstAt, l.LastAt = earlier(l.FirstAt, s.first), later(l.LastAt, s.last)
}

func (f *Flow) talker(s spoken, standing Standing, hosts Hosts) {
	k := [2]string{s.client, s.server}
	t := f.talkers[k]
	if t == nil {
		t = &FlowTalker{Client: s.client, ClientAsset: hosts[s.client].Asset, Server: s.server, ServerAsset: hosts[s.server].Asset, Standing: standing, LastAt: s.last}
		f.talkers[k] = t
	}
	t.Protocols, t.Standing, t.LastAt = with(t.Protocols, s.protocol), graver(t.Standing, standing), later(t.LastAt, s.last)
}

func (f *Flow) finish() {
	f.Pairs = len(f.talkers)
	for i, l := range f.Lines {
		if i == 0 {
			f.FirstAt, f.LastAt = &l.FirstAt, &l.LastAt
			continue
		}
		first, last := earlier(*f.FirstAt, l.FirstAt), later(*f.LastAt, l.LastAt)
		f.FirstAt, f.LastAt = &first, &last
	}
	sorted := slices.SortedFunc(maps.Values(f.talkers), func(a, b *FlowTalker) int {
		if a.Standing != b.Standing {
			if graver(a.Standing, b.Standing) == a.Standing {
				return -1
			}
			return 1
		}
		return cmp.Or(b.LastAt.Compare(a.LastAt), cmp.Compare(a.Client, b.Client), cmp.Compare(a.Server, b.Server))
	})
	for _, t := range sorted[:min(len(sorted), mostTalkers)] {
		f.Talkers = append(f.Talkers, *t)
	}
}

// unplaced are the addresses that are in no zone, the last to speak first.
func (p Plan) unplaced(list []spoken) []UnplacedHost {
	last := map[string]time.Time{}
	for _, s := range list {
		for _, addr := range []string{s.client, s.server} {
			if p.hosts[addr].Zone == "" {
				last[addr] = later(last[addr], s.last)
			}
		}
	}
	out := make([]UnplacedHost, 0, len(last))
	for addr, at := range last {
		out = append(out, UnplacedHost{addr, p.hosts[addr].Asset, p.why(addr), at})
	}
	slices.SortFunc(out, func(a, b UnplacedHost) int {
		return cmp.Or(b.LastAt.Compare(a.LastAt), cmp.Compare(a.Addr, b.Addr))
	})
	return out
}

func (p Plan) why(addr string) string {
	h, known := p.hosts[addr]
	switch {
	case h.several:
		return "several"
	case known:
		return "no_zone"
	case group(addr):
		return "group"
	}
	return "no_asset"
}

// group tells whether an address is that of many.
func group(addr string) bool {
	if a, err := netip.ParseAddr(addr); err == nil {
		return a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
	}
	first, _, _ := strings.Cut(addr, ":")
	octet, err := strconv.ParseUint(first, 16, 8)
	return err == nil && octet&1 != 0
}

// with is a sorted set with one more.
func with(set []string, one string) []string {
	at, there := slices.BinarySearch(set, one)
	if there {
		return set
	}
	return slices.Insert(set, at, one)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// wanted are the ways that would cover what passes and no conduit does: what commands were seen
// by, and what was only read by, apart. Without commands those stay uncovered.
func (f Flow) wanted(commands bool) (list []Way) {
	var command, read []string
	for _, l := range f.Lines {
		switch {
		case l.Standing == Undeclared && l.Commands && commands, l.Standing == Reading && commands:
			command = append(command, l.Protocol)
		case l.Standing == Undeclared:
			read = append(read, l.Protocol)
		}
	}
	if command != nil {
		list = append(list, Way{f.ClientZone, f.ServerZone, command, true})
	}
	if read != nil {
		list = append(list, Way{f.ClientZone, f.ServerZone, read, false})
	}
	return list
}
