package sensor

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FoundAsset is a device that facts are of. It is computed from the facts whenever it is
// asked for, so that nothing was merged that could not be taken apart.
type FoundAsset struct {
	Key        string          `json:"key" doc:"By what it is known: serial, mac, bacnet, name or address"`
	By         string          `json:"by" enum:"serial,mac,bacnet,name,address" title:"识别依据|Known by"`
	Confidence int             `json:"confidence" doc:"0 to 100: an ordering, not a probability"`
	MACs       []string        `json:"macs" nullable:"false"`
	Addrs      []string        `json:"addrs" nullable:"false"`
	Properties []AssetEvidence `json:"properties" nullable:"false"`
	Conflicts  []string        `json:"conflicts" nullable:"false" doc:"Properties of which two values were told"`
	FirstAt    time.Time       `json:"first_at"`
	LastAt     time.Time       `json:"last_at"`
	facts      []DeviceFact
}

// AssetEvidence is a property with who told it, and when.
type AssetEvidence struct {
	Kind       string    `json:"kind"`
	Value      string    `json:"value"`
	Source     string    `json:"source"`
	FirstAt    time.Time `json:"first_at"`
	LastAt     time.Time `json:"last_at"`
	Confidence int       `json:"confidence"`
}

// device is whom a fact is of, as the packet says: an address within a VLAN, and the
// unit behind it.
type device struct {
	mac, addr string
	vlan      int64
	unit      int64
}

// assets groups facts into devices: those that tell one serial number of one vendor, else
// one MAC, BACnet instance or PROFINET name, are one. Two with one IP address alone stay
// two: addresses are given again, and behind a router many have its MAC. mostBehind MACs'
// worth of addresses make a MAC that of a router, which identifies nothing.
func assets(facts []DeviceFact) []FoundAsset {
	routers := routersIn(facts)
	of := map[device][]DeviceFact{}
	for _, f := range facts {
		of[deviceOf(f, routers)] = append(of[deviceOf(f, routers)], f)
	}
	byKey := map[string]*FoundAsset{}
	for d, list := range of {
		by, key, sure := keyOf(d, list)
		a := byKey[key]
		if a == nil {
			a = &FoundAsset{Key: key, By: by, Confidence: sure}
			byKey[key] = a
		}
		a.facts = append(a.facts, list...)
	}
	out := make([]FoundAsset, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		a := byKey[key]
		a.conclude(routers)
		out = append(out, *a)
	}
	slices.SortStableFunc(out, func(a, b FoundAsset) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return out
}

// mostBehind is how many addresses a device has; a MAC with more is a router's.
const mostBehind = 4

func routersIn(facts []DeviceFact) map[string]bool {
	behind := map[string]map[string]struct{}{}
	for _, f := range facts {
		if f.MAC == "" || f.Addr == "" || f.Source == "arp" || f.Source == "dhcp" { // those are never routed
			continue
		}
		if behind[f.MAC] == nil {
			behind[f.MAC] = map[string]struct{}{}
		}
		behind[f.MAC][f.Addr] = struct{}{}
	}
	routers := map[string]bool{}
	for mac, addrs := range behind {
		routers[mac] = len(addrs) > mostBehind
	}
	return routers
}

func deviceOf(f DeviceFact, routers map[string]bool) device {
	if f.MAC != "" && !routers[f.MAC] {
		return device{mac: f.MAC, unit: f.Unit}
	}
	return device{addr: f.Addr, vlan: f.VLAN, unit: f.Unit}
}

// keyOf is by what a device is known, the strongest first, and how sure that is.
func keyOf(d device, list []DeviceFact) (by, key string, sure int) {
	n := namesOf(list)
	switch {
	case n.serial != "" && n.vendor != "":
		return "serial", "serial " + n.vendor + " " + n.serial, 95
	case n.instance != "":
		return "bacnet", "bacnet " + n.instance, 85
	case d.mac != "":
		key = "mac " + d.mac
		if d.unit > 1 && d.unit != 255 { // one behind a gateway; 0, 1 and 255 are what stations call themselves
			key += " unit " + strconv.FormatInt(d.unit, 10)
		}
		return "mac", key, 80
	case n.name != "":
		return "name", "name " + n.name, 70
	}
	return "address", "address " + d.addr + " vlan " + strconv.FormatInt(d.vlan, 10) + " unit " + strconv.FormatInt(d.unit, 10), 30
}

// names are what a device is called by itself.
type names struct{ serial, vendor, instance, name string }

func namesOf(list []DeviceFact) (n names) {
	for _, f := range list {
		switch {
		case f.Kind == "serial":
			n.serial = f.Value
		case f.Kind == "vendor_id" || f.Kind == "vendor" && n.vendor == "":
			n.vendor = strings.ToLower(f.Value)
		case f.Kind == "instance" && f.Source == "bacnet":
			n.instance = f.Value
		case f.Kind == "name" && f.Source == "pn_dcp":
			n.name = f.Value
		}
	}
	return n
}

// conclude sums an asset's facts up.
func (a *FoundAsset) conclude(routers map[string]bool) {
	macs, addrs := map[string]struct{}{}, map[string]struct{}{}
	seen := map[[2]string]int{}
	a.Properties, a.Conflicts = []AssetEvidence{}, []string{}
	for _, f := range a.facts {
		if f.MAC != "" && !routers[f.MAC] {
			macs[f.MAC] = struct{}{}
		}
		if f.Addr != "" {
			addrs[f.Addr] = struct{}{}
		}
		if a.FirstAt.IsZero() || f.FirstAt.Before(a.FirstAt) {
			a.FirstAt = f.FirstAt
		}
		if f.LastAt.After(a.LastAt) {
			a.LastAt = f.LastAt
		}
		if f.Kind == "address" {
			continue
		}
		k := [2]string{f.Kind, f.Value}
		at, known := seen[k]
		if !known {
			seen[k] = len(a.Properties)
			a.Properties = append(a.Properties, AssetEvidence{f.Kind, f.Value, f.Source, f.FirstAt, f.LastAt, sureOf(f)})
			continue
		}
		e := &a.Properties[at]
		if !slices.Contains(strings.Split(e.Source, ", "), f.Source) {
			e.Source, e.Confidence = e.Source+", "+f.Source, min(e.Confidence+10, 95)
		}
		e.FirstAt, e.LastAt = earlier(e.FirstAt, f.FirstAt), later(e.LastAt, f.LastAt)
	}
	a.MACs, a.Addrs = append([]string{}, slices.Sorted(maps.Keys(macs))...), append([]string{}, slices.Sorted(maps.Keys(addrs))...)
	slices.SortFunc(a.Properties, func(x, y AssetEvidence) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), y.LastAt.Compare(x.LastAt), cmp.Compare(x.Value, y.Value))
	})
	for i := 1; i < len(a.Properties); i++ {
		kind := a.Properties[i].Kind
		if single(kind) && kind == a.Properties[i-1].Kind && !slices.Contains(a.Conflicts, kind) {
			a.Conflicts = append(a.Conflicts, kind)
		}
	}
}

// single tells that a device has one of a kind at a time: two are a conflict, or a change.
func single(kind string) bool {
	switch kind {
	case "serial", "model", "order_number", "firmware", "hardware", "vendor_id":
		return true
	}
	return false
}

// sureOf is how sure a fact is: what a device answers by its protocol is surer than what
// it calls itself to everybody.
func sureOf(f DeviceFact) int {
	switch f.Source {
	case "modbus", "enip", "s7comm", "bacnet", "pn_dcp":
		return 85
	case "lldp":
		return 75
	case "arp", "dhcp":
		return 60
	}
	return 50
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
