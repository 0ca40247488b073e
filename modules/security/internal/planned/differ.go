package planned

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"linghang/modules/security/internal/asset"
)

// dayOf is the day of a moment in the city.
func dayOf(at time.Time) string {
	return at.In(time.FixedZone("Asia/Shanghai", 8*3600)).Format(time.DateOnly)
}

// join are facts with what they lack from others.
func join(f, o asset.Facts) asset.Facts {
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
		{&f.Site, o.Site},
	} {
		*x.to = cmp.Or(*x.to, x.from)
	}
	f.Role = cmp.Or(f.Role, o.Role)
	f.Addresses = slices.Clone(f.Addresses)
	for _, a := range o.Addresses {
		if !slices.ContainsFunc(f.Addresses, func(b asset.Address) bool { return covers(b, a) }) {
			f.Addresses = append(f.Addresses, a)
		}
	}
	f.Addresses = f.Addresses[:min(len(f.Addresses), 16)]
	return f
}

// covers tells that b says all that a says.
func covers(b, a asset.Address) bool {
	said := func(x, y string) bool { return x == "" || strings.EqualFold(x, y) }
	return said(a.MAC, b.MAC) && said(a.IP, b.IP) && said(a.Segment, b.Segment) && said(a.Station, b.Station) && said(a.BACnet, b.BACnet)
}

// differences are the fields of which different things are said.
func (st stand) differences(vendor func(string) string) []ComparedDifference {
	var p, d, o asset.Facts
	if st.planned != nil {
		p = st.planned.facts()
	}
	if st.declared != nil {
		d = st.declared.Facts
	}
	for _, x := range st.seen {
		o = join(o, x.facts())
	}
	sameVendor := func(a, b string) bool { return alike(vendor(a), vendor(b)) }
	out := []ComparedDifference{}
	add := func(field string, of func(asset.Facts) string, same func(a, b string) bool) {
		a, b, c := of(p), of(d), of(o)
		for _, x := range [][2]string{{a, b}, {a, c}, {b, c}} {
			if x[0] != "" && x[1] != "" && !same(x[0], x[1]) {
				out = append(out, ComparedDifference{field, a, b, c})
				return
			}
		}
	}
	add("role", func(f asset.Facts) string { return string(f.Role) }, strings.EqualFold)
	add("vendor", func(f asset.Facts) string { return f.Vendor }, sameVendor)
	add("model", func(f asset.Facts) string { return strings.TrimSpace(f.Product + " " + f.Model) }, alike)
	add("order_number", func(f asset.Facts) string { return f.OrderNumber }, equal)
	add("firmware", func(f asset.Facts) string { return f.Firmware }, sameVersion)
	add("ip", several(func(a asset.Address) string { return a.IP }), within)
	add("mac", several(func(a asset.Address) string { return a.MAC }), within)
	add("station", several(func(a asset.Address) string { return a.Station }), within)
	add("zone", func(f asset.Facts) string { return f.Zone }, equal)
	return out
}

// several are the values of all addresses, sorted.
func several(of func(asset.Address) string) func(asset.Facts) string {
	return func(f asset.Facts) string {
		var list []string
		for _, a := range f.Addresses {
			if v := strings.ToLower(of(a)); v != "" && !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
}

// within tells that one list has all that the other has: a sensor may see one interface of two.
func within(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	in := func(x, y []string) bool {
		return !slices.ContainsFunc(x, func(v string) bool { return !slices.Contains(y, v) })
	}
	return in(x, y) || in(y, x)
}

// bare is a text without what people write in several ways.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

func equal(a, b string) bool { return bare(a) == bare(b) }

// alike tells that one name may stand for the other: it has the other in it.
func alike(a, b string) bool {
	a, b = bare(a), bare(b)
	return strings.Contains(a, b) || strings.Contains(b, a)
}

// sameVersion leaves the V of V2.9 aside; the points matter.
func sameVersion(a, b string) bool {
	plain := func(v string) string {
		return strings.TrimPrefix(strings.TrimSpace(strings.ToLower(v)), "v")
	}
	return strings.TrimSpace(plain(a)) == strings.TrimSpace(plain(b))
}
