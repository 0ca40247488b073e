package asset

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"linghang/lib/csaf"
)

// Key is something by which an asset is known again. The smaller the rank, the surer.
type Key struct {
	Rank  int
	Value string
}

// The ranks, in the order in which keys are asked.
const (
	bySerial = iota + 1
	byMAC
	byBACnet
	byStation
	byIP
	byLikeness // not a key: what only suggests that two are one
)

// Vendors are the names of vendors that are known by several, Chinese ones with them.
func Vendors() csaf.Names {
	return csaf.Names{Vendors: map[string]string{
		"西门子": "Siemens", "Siemens Energy": "Siemens", "西门子（中国）有限公司": "Siemens",
		"施耐德": "Schneider Electric", "施耐德电气": "Schneider Electric", "Schneider Electric Software, LLC": "Schneider Electric", "Schneider": "Schneider Electric",
		"罗克韦尔": "Rockwell Automation", "罗克韦尔自动化": "Rockwell Automation", "Rockwell": "Rockwell Automation", "Allen-Bradley": "Rockwell Automation",
		"三菱": "Mitsubishi Electric", "三菱电机": "Mitsubishi Electric", "Mitsubishi": "Mitsubishi Electric",
		"欧姆龙": "Omron", "霍尼韦尔": "Honeywell", "艾默生": "Emerson", "横河": "Yokogawa", "横河电机": "Yokogawa", "Yokogawa Electric": "Yokogawa",
		"台达": "Delta Electronics", "台达电子": "Delta Electronics", "研华": "Advantech", "摩莎": "Moxa", "贝加莱": "B&R Industrial Automation", "倍福": "Beckhoff", "Beckhoff Automation": "Beckhoff",
		"菲尼克斯": "Phoenix Contact", "菲尼克斯电气": "Phoenix Contact", "通用电气": "GE", "General Electric": "GE", "GE Digital": "GE", "万可": "WAGO", "赫斯曼": "Hirschmann",
		"和利时": "Hollysys", "浙江中控": "SUPCON", "中控技术": "SUPCON", "汇川": "Inovance", "汇川技术": "Inovance", "信捷": "Xinje", "华为": "Huawei",
	}}
}

// keys are what an asset is known again by, the surest first. The IP address is one only
// with its segment. vendor gives the one name of a vendor.
func (f Facts) keys(vendor func(string) string) []Key {
	var out []Key
	add := func(rank int, parts ...string) {
		if slices.Contains(parts, "") {
			return
		}
		k := Key{rank, strconv.Itoa(rank) + "\x1f" + strings.ToLower(strings.Join(parts, "\x1f"))}
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	add(bySerial, vendor(f.Vendor), f.Serial)
	for _, a := range f.Addresses {
		add(byMAC, a.MAC)
		add(byBACnet, a.BACnet, a.Segment)
		add(byStation, a.Station, a.Segment)
		add(byIP, a.IP, a.Segment)
	}
	slices.SortStableFunc(out, func(a, b Key) int { return cmp.Compare(a.Rank, b.Rank) })
	return out
}

// marks are keys, and what only suggests that two assets are one.
func (f Facts) marks(vendor func(string) string) []Key {
	out := f.keys(vendor)
	if f.Model != "" || f.OrderNumber != "" {
		out = append(out, Key{byLikeness, strconv.Itoa(byLikeness) + "\x1f" + strings.ToLower(strings.Join([]string{f.Name, vendor(f.Vendor), f.Model, f.OrderNumber, f.Site}, "\x1f"))})
	}
	return out
}

// Change is a field that changed.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// fields are the facts as texts, in the order of people.
func (f Facts) fields() [][2]string {
	var addresses []string
	for _, a := range f.Addresses {
		addresses = append(addresses, a.String())
	}
	return [][2]string{
		{"name", f.Name},
		{"role", string(f.Role)},
		{"vendor", f.Vendor},
		{"product", f.Product},
		{"model", f.Model},
		{"order_number", f.OrderNumber},
		{"firmware", f.Firmware},
		{"serial", f.Serial},
		{"addresses", strings.Join(addresses, "; ")},
		{"zone", f.Zone},
		{"zone_level", strconv.Itoa(f.ZoneLevel)},
		{"criticality", strconv.Itoa(f.Criticality)},
		{"reach", string(f.Reach)},
		{"responsible", f.Responsible},
		{"site", f.Site},
		{"note", f.Note},
	}
}

// String writes an address as files do: mac ip@segment station bacnet.
func (a Address) String() string {
	ip := a.IP
	if ip != "" && a.Segment != "" {
		ip += "@" + a.Segment
	}
	parts := slices.DeleteFunc([]string{a.MAC, ip, a.Station, a.BACnet}, func(s string) bool { return s == "" })
	return strings.Join(parts, " ")
}

// changes are what differs between facts. Who is responsible is told as changed without
// names, which leave with the person.
func changes(before, after Facts) []Change {
	out := []Change{}
	b, a := before.fields(), after.fields()
	for i := range b {
		if b[i][1] == a[i][1] {
			continue
		}
		c := Change{b[i][0], b[i][1], a[i][1]}
		if c.Field == "responsible" {
			c.Before, c.After = "", ""
		}
		out = append(out, c)
	}
	return out
}

// joined are the facts of an asset with what it lacks from another.
func (f Facts) joined(o Facts) Facts {
	for _, x := range []struct {
		to   *string
		from string
	}{
		{&f.Vendor, o.Vendor},
		{&f.Product, o.Product},
		{&f.Model, o.Model},
		{&f.OrderNumber, o.OrderNumber},
		{&f.Firmware, o.Firmware},
		{&f.Serial, o.Serial},
		{&f.Zone, o.Zone},
		{&f.Responsible, o.Responsible},
		{&f.Site, o.Site},
		{&f.Note, o.Note},
	} {
		*x.to = cmp.Or(*x.to, x.from)
	}
	f.ZoneLevel, f.Criticality = cmp.Or(f.ZoneLevel, o.ZoneLevel), max(f.Criticality, o.Criticality)
	if f.Reach == ReachUnknown {
		f.Reach = o.Reach
	}
	f.Addresses = slices.Concat(f.Addresses, o.Addresses)
	f = f.Tidy()
	f.Addresses = f.Addresses[:min(len(f.Addresses), 16)]
	return f
}
