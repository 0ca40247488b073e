package asset

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Observed is a device that sensors of the enterprise saw, by what it said or who spoke with it.
type Observed struct {
	SensorID    string    `json:"sensor_id" doc:"One that saw it speak; empty when none did"`
	MACs        []string  `json:"macs" nullable:"false"`
	Addrs       []string  `json:"addrs" nullable:"false"`
	Vendor      string    `json:"vendor"`
	Model       string    `json:"model"`
	OrderNumber string    `json:"order_number"`
	Firmware    string    `json:"firmware"`
	Serial      string    `json:"serial"`
	Station     string    `json:"station" doc:"PROFINET name of station"`
	BACnet      string    `json:"bacnet" doc:"BACnet device instance"`
	FirstAt     time.Time `json:"first_at"`
	LastAt      time.Time `json:"last_at"`
}

// Wire tells what sensors of an enterprise saw, and how many sensors there are that saw anything.
type Wire func(ctx context.Context, organisation string) (seen []Observed, sensors int, err error)

// Watch says who sees devices on the wire.
func (m *Assets) Watch(w Wire) { m.wire = w }

// DeclaredAsset is an asset as far as it is told of here.
type DeclaredAsset struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role Role   `json:"role"`
	What string `json:"what" doc:"Vendor and product"`
}

// ObservedComparison is what is declared beside what is on the wire.
type ObservedComparison struct {
	Sensors    int             `json:"sensors" doc:"That saw anything; without one nothing can be said"`
	Matched    int             `json:"matched" doc:"Assets that were seen"`
	Untold     int             `json:"untold" doc:"Assets without address and serial number, of which nothing can be said"`
	Undeclared []Observed      `json:"undeclared" nullable:"false" doc:"Seen and not declared, the newest first, 500 at most"`
	Unseen     []DeclaredAsset `json:"unseen" nullable:"false" doc:"Declared and never seen, 500 at most"`
	Hidden     int             `json:"hidden" doc:"How many more there are of both"`
}

const (
	mostCompared = 500
	mostDeclared = 20_000
)

// compared is an active asset with its facts.
type compared struct {
	DeclaredAsset
	facts Facts
}

// compare knows devices by serial number and vendor, MAC, BACnet instance, name of station
// and, where one asset alone has it, the IP address.
func compare(list []compared, seen []Observed, vendor func(string) string) ObservedComparison {
	of := map[string][]int{}
	for i := range list {
		for _, k := range list[i].facts.traces(vendor) {
			of[k] = append(of[k], i)
		}
	}
	out := ObservedComparison{Undeclared: []Observed{}, Unseen: []DeclaredAsset{}}
	met := make([]bool, len(list))
	for i := range seen {
		known := false
		for _, k := range seen[i].traces(vendor) {
			assets := of[k]
			if len(assets) == 0 || strings.HasPrefix(k, "ip ") && len(assets) > 1 {
				continue
			}
			known = true
			for _, a := range assets {
				met[a] = true
			}
			break
		}
		if !known {
			out.Undeclared = append(out.Undeclared, seen[i])
		}
	}
	for i := range list {
		switch {
		case met[i]:
			out.Matched++
		case len(list[i].facts.traces(vendor)) == 0:
			out.Untold++
		default:
			out.Unseen = append(out.Unseen, list[i].DeclaredAsset)
		}
	}
	slices.SortStableFunc(out.Undeclared, func(a, b Observed) int { return b.LastAt.Compare(a.LastAt) })
	out.Hidden = max(len(out.Undeclared)-mostCompared, 0) + max(len(out.Unseen)-mostCompared, 0)
	out.Undeclared, out.Unseen = out.Undeclared[:min(len(out.Undeclared), mostCompared)], out.Unseen[:min(len(out.Unseen), mostCompared)]
	return out
}

// traces are what something leaves on the wire, each once, the surest first.
func traces(vendor, serial string, macs, instances, stations, addrs []string) (out []string) {
	if vendor != "" && serial != "" {
		out = append(out, "serial "+strings.ToLower(vendor+"\x1f"+serial))
	}
	for _, x := range []struct {
		kind string
		list []string
	}{{"mac ", macs}, {"bacnet ", instances}, {"station ", stations}, {"ip ", addrs}} {
		for _, v := range x.list {
			if k := x.kind + strings.ToLower(v); v != "" && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

func (f Facts) traces(vendor func(string) string) []string {
	var macs, instances, stations, addrs []string
	for _, a := range f.Addresses {
		macs, instances, stations, addrs = append(macs, a.MAC), append(instances, a.BACnet), append(stations, a.Station), append(addrs, a.IP)
	}
	return traces(vendor(f.Vendor), f.Serial, macs, instances, stations, addrs)
}

func (o Observed) traces(vendor func(string) string) []string {
	return traces(vendor(o.Vendor), o.Serial, o.MACs, []string{o.BACnet}, []string{o.Station}, o.Addrs)
}
