package zone

import (
	"slices"

	"linghang/modules/security/internal/batch"

	"linghang/modules/security/internal/asset"
)

// Standing is how what two zones say to each other stands to what was declared.
type Standing string

// The standings.
const (
	Within     Standing = "within"     // one zone
	Covered    Standing = "covered"    // a conduit lets it pass
	Reading    Standing = "reading"    // a command, where conduits let reading only pass
	Undeclared Standing = "undeclared" // no conduit is for it
	Unknown    Standing = "unknown"    // one of the two is in no zone
	Unseen     Standing = "unseen"     // declared, and nobody speaks so
)

// graver tells which of two standings a sum of both has.
func graver(a, b Standing) Standing {
	order := []Standing{Undeclared, Reading, Unknown, Covered, Within, Unseen}
	if slices.Index(order, a) < slices.Index(order, b) {
		return a
	}
	return b
}

// Host is what is known of an address.
type Host struct {
	Asset   string
	Zone    string // empty: none
	several bool   // assets in different zones have it
}

// Hosts are what is known of the addresses of an enterprise.
type Hosts map[string]Host

func hostsOf(list []asset.PlacedAsset) Hosts {
	out := Hosts{}
	for _, a := range list {
		for _, key := range a.Keys() {
			h, known := out[key]
			switch {
			case !known:
				out[key] = Host{Asset: a.Name, Zone: a.Zone}
			case h.Zone != a.Zone:
				out[key] = Host{Asset: h.Asset, several: true}
			}
		}
	}
	return out
}

// Way is a conduit as far as it says what may pass.
type Way struct {
	ClientZone string   `json:"client_zone" maxLength:"60" title:"请求方区域|Client zone" doc:"Hosts of it ask"`
	ServerZone string   `json:"server_zone" maxLength:"60" title:"响应方区域|Server zone" doc:"Hosts of it answer"`
	Protocols  []string `json:"protocols" maxItems:"40" nullable:"false" doc:"Industrial ones and services; none: any"`
	Commands   bool     `json:"commands" title:"允许命令|Commands" doc:"Writing, control, configuration and programs may pass; false: reading only. What a service carries is not looked into"`
}

func (w Way) carries(protocol string) bool {
	return len(w.Protocols) == 0 || slices.Contains(w.Protocols, protocol)
}

// Plan is what an enterprise declared: in which zones addresses are, and what may pass between
// zones. The zero one knows no zones.
type Plan struct {
	hosts Hosts
	ways  map[[2]string][]Way
}

// NewPlan makes a plan.
func NewPlan(hosts Hosts, ways []Way) Plan {
	p := Plan{hosts, map[[2]string][]Way{}}
	for _, w := range ways {
		k := [2]string{w.ClientZone, w.ServerZone}
		p.ways[k] = append(p.ways[k], w)
	}
	return p
}

// Passage is between which zones something passes, and how that stands.
type Passage struct {
	ClientZone, ServerZone string
	Standing               Standing
}

// Judge tells how one way in which two speak stands.
func (p Plan) Judge(client, server, protocol, class string) Passage {
	out := Passage{p.hosts[client].Zone, p.hosts[server].Zone, Unknown}
	switch {
	case out.ClientZone == "" || out.ServerZone == "":
		return out
	case out.ClientZone == out.ServerZone:
		out.Standing = Within
		return out
	}
	out.Standing = Undeclared
	for _, w := range p.ways[[2]string{out.ClientZone, out.ServerZone}] {
		switch {
		case !w.carries(protocol):
		case w.Commands || !batch.Commands(class):
			out.Standing = Covered
			return out
		default:
			out.Standing = Reading
		}
	}
	return out
}
