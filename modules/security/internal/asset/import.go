package asset

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// mostRows bounds a file of assets.
const mostRows = 20_000

// row is one of a file.
type row struct {
	Facts
	set map[string]bool // columns that say something
}

// text is a column whose text is taken as it is.
func text(name, zh string, note lang.Text, of func(f *Facts) *string) sheet.Column[row] {
	return sheet.Column[row]{Name: name, Title: zh, Note: note, Set: func(r *row, cell string) *lang.Text {
		r.mark(name)
		*of(&r.Facts) = cell
		return nil
	}}
}

func (r *row) mark(name string) {
	if r.set == nil {
		r.set = map[string]bool{}
	}
	r.set[name] = true
}

// importColumns are those of a file to fill in.
func importColumns() []sheet.Column[row] {
	optional := lang.Text{ZH: "选填", EN: "Optional"}
	return []sheet.Column[row]{
		text("name", "名称", lang.Text{ZH: "必填", EN: "Required"}, func(f *Facts) *string { return &f.Name }),
		{Name: "role", Title: "类型", Note: lang.Text{ZH: "必填，代码或名称，见“类型”页", EN: "Required, code or name, see the sheet of roles"}, Set: setRole},
		text("vendor", "厂商", optional, func(f *Facts) *string { return &f.Vendor }),
		text("product", "产品", lang.Text{ZH: "选填，例如 SIMATIC S7-1500", EN: "Optional, such as SIMATIC S7-1500"}, func(f *Facts) *string { return &f.Product }),
		text("model", "型号", lang.Text{ZH: "选填，例如 CPU 1515-2 PN", EN: "Optional, such as CPU 1515-2 PN"}, func(f *Facts) *string { return &f.Model }),
		text("order_number", "订货号", optional, func(f *Facts) *string { return &f.OrderNumber }),
		text("firmware", "固件版本", lang.Text{ZH: "不清楚请留空或写“未知”", EN: "Leave it empty where it is not known"}, func(f *Facts) *string { return &f.Firmware }),
		text("serial", "序列号", optional, func(f *Facts) *string { return &f.Serial }),
		address("mac", "MAC 地址", lang.Text{ZH: "例如 00:1b:1b:12:34:56", EN: "Such as 00:1b:1b:12:34:56"}, func(a *Address) *string { return &a.MAC }),
		address("ip", "IP 地址", lang.Text{ZH: "例如 192.168.1.10", EN: "Such as 192.168.1.10"}, func(a *Address) *string { return &a.IP }),
		address("segment", "网段", lang.Text{ZH: "IP 地址所在网络的名称；没有网段的 IP 不用于识别", EN: "The network of the IP address; without it the address tells nothing"}, func(a *Address) *string { return &a.Segment }),
		address("station", "PROFINET 站名", optional, func(a *Address) *string { return &a.Station }),
		address("bacnet", "BACnet 实例号", optional, func(a *Address) *string { return &a.BACnet }),
		text("zone", "区域", lang.Text{ZH: "IEC 62443 区域", EN: "Zone of IEC 62443"}, func(f *Facts) *string { return &f.Zone }),
		{Name: "zone_level", Title: "区域安全等级", Note: lang.Text{ZH: "1 至 4，0 为未定", EN: "1 to 4, 0 where none is set"}, Set: number("zone_level", 0, func(f *Facts) *int { return &f.ZoneLevel })},
		{Name: "criticality", Title: "重要性", Note: lang.Text{ZH: "必填，1 至 4，4 最重要", EN: "Required, 1 to 4, 4 the gravest"}, Set: number("criticality", 1, func(f *Facts) *int { return &f.Criticality })},
		{Name: "reach", Title: "可达范围", Note: lang.Text{ZH: "internet、remote、internal、isolated、unknown 或中文名称", EN: "internet, remote, internal, isolated or unknown"}, Set: setReach},
		text("responsible", "责任人", optional, func(f *Facts) *string { return &f.Responsible }),
		text("site", "位置", optional, func(f *Facts) *string { return &f.Site }),
		text("note", "备注", optional, func(f *Facts) *string { return &f.Note }),
	}
}

func address(name, zh string, note lang.Text, of func(a *Address) *string) sheet.Column[row] {
	return sheet.Column[row]{Name: name, Title: zh, Note: note, Set: func(r *row, cell string) *lang.Text {
		r.mark("addresses")
		if len(r.Addresses) == 0 {
			r.Addresses = []Address{{}}
		}
		*of(&r.Addresses[0]) = cell
		return nil
	}}
}

func setRole(r *row, cell string) *lang.Text {
	r.mark("role")
	role, known := RoleOf(cell)
	if !known {
		return sheet.Because("%.30q 不是 18 种资产类型之一", "%.30q is none of the 18 types of assets", cell)
	}
	r.Role = role
	return nil
}

// RoleOf reads a role as people write it: its code, its number or its name.
func RoleOf(text string) (Role, bool) {
	for _, x := range Roles() {
		if string(x.ID) == strings.ToLower(text) || x.Title.ZH == text || strings.EqualFold(x.Title.EN, text) || x.Number == strings.ToUpper(text) || strings.HasPrefix(x.Title.ZH, text+"（") {
			return x.ID, true
		}
	}
	return "", false
}

func setReach(r *row, cell string) *lang.Text {
	r.mark("reach")
	for id, title := range Reaches() {
		if string(id) == strings.ToLower(cell) || title.ZH == cell || strings.EqualFold(title.EN, cell) {
			r.Reach = id
			return nil
		}
	}
	return sheet.Because("%.30q 不是可达范围", "%.30q is no reach", cell)
}

func number(name string, least int, of func(f *Facts) *int) func(*row, string) *lang.Text {
	return func(r *row, cell string) *lang.Text {
		r.mark(name)
		n, err := strconv.Atoi(cell)
		if err != nil || n < least || n > 4 {
			return sheet.Because("%.30q 不是 %d 至 4 的整数", "%.30q is no whole number from %d to 4", cell, least)
		}
		*of(&r.Facts) = n
		return nil
	}
}

// line is a row that is good.
type line struct {
	at  int64
	row row
}

// readRows reads a file of assets. Two rows that are one asset by a key are wrong.
func readRows(rows sheet.Sheet, vendor func(string) string, macForm *regexp.Regexp) (list []line, wrong []sheet.Finding, err error) {
	table := sheet.Table[row]{Columns: importColumns(), Need: []string{"name", "role", "criticality"}, Most: mostRows}
	first := map[string]int64{}
	wrong, err = table.Read(rows, func(r row, at int64, wrong []sheet.Finding) []sheet.Finding {
		if len(wrong) > 0 {
			return wrong
		}
		r.Facts = r.Tidy()
		if err := r.check(macForm); err != nil {
			return sheet.Findings(err, at, importWords)
		}
		for _, k := range r.keys(vendor) {
			if before, twice := first[k.Value]; twice {
				return []sheet.Finding{{Line: at, Column: column(k.Rank), Why: *sheet.Because("与第 %d 行是同一资产", "it is the same asset as line %d", before)}}
			}
			first[k.Value] = at
		}
		list = append(list, line{at, r})
		return nil
	})
	return list, wrong, err
}

func column(rank int) string {
	return []string{"", "serial", "mac", "bacnet", "station", "ip", ""}[rank]
}

// importWords are the column of the file at a location, and in Chinese what is wrong there.
func importWords(location, message string) (name, zh string) {
	said := map[string]string{
		"name": "名称应为 1 至 120 字", "role": "缺少类型，或不是 18 种资产类型之一", "criticality": "重要性应为 1 至 4，4 最重要", "zone_level": "区域安全等级为 1 至 4，未定为 0", "reach": "可达范围不正确",
		"mac": "MAC 地址格式如 00:1b:1b:12:34:56", "ip": "IP 地址格式如 192.168.1.10", "bacnet": "BACnet 实例号为 0 至 4194302",
		"vendor": "最多 120 字", "product": "最多 120 字", "model": "最多 120 字", "site": "最多 120 字",
	}
	name = location[strings.LastIndexByte(location, '.')+1:]
	return name, cmp.Or(said[name], message)
}

// over are facts with what a row of a file says; what it leaves empty stays as it is.
func (f Facts) over(r row) Facts {
	out := r.Facts
	for _, x := range []struct {
		name string
		to   *string
		old  string
	}{
		{"vendor", &out.Vendor, f.Vendor},
		{"product", &out.Product, f.Product},
		{"model", &out.Model, f.Model},
		{"order_number", &out.OrderNumber, f.OrderNumber},
		{"firmware", &out.Firmware, f.Firmware},
		{"serial", &out.Serial, f.Serial},
		{"zone", &out.Zone, f.Zone},
		{"responsible", &out.Responsible, f.Responsible},
		{"site", &out.Site, f.Site},
		{"note", &out.Note, f.Note},
	} {
		if !r.set[x.name] {
			*x.to = x.old
		}
	}
	if !r.set["zone_level"] {
		out.ZoneLevel = f.ZoneLevel
	}
	if !r.set["reach"] {
		out.Reach = f.Reach
	}
	switch {
	case !r.set["addresses"]:
		out.Addresses = f.Addresses
	case len(f.Addresses) > 1: // a file names one; the others stay
		out.Addresses = slices.Concat(r.Addresses, f.Addresses[1:])
	}
	return out.Tidy()
}
