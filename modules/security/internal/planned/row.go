package planned

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
	"linghang/modules/security/internal/asset"
)

// mostRows bounds a file, and what the released revisions of an enterprise say together.
const mostRows = 20_000

// Thing is a line of a plan: what should be there, and from when until when.
type Thing struct {
	Line        int64      `json:"line" title:"行|Line"`
	Name        string     `json:"name" title:"名称|Name"`
	Role        asset.Role `json:"role" title:"类型|Role"`
	Vendor      string     `json:"vendor" title:"厂商|Vendor"`
	Product     string     `json:"product" title:"产品|Product"`
	Model       string     `json:"model" title:"型号|Model"`
	OrderNumber string     `json:"order_number" title:"订货号|Order number"`
	Firmware    string     `json:"firmware" title:"固件版本|Firmware"`
	Serial      string     `json:"serial" title:"序列号|Serial number"`
	asset.Address
	Rack           string `json:"rack" title:"机架|Rack"`
	Slot           string `json:"slot" title:"插槽|Slot"`
	Zone           string `json:"zone" title:"区域|Zone"`
	Criticality    int    `json:"criticality" title:"重要性|Criticality" doc:"1 to 4; 0: not said"`
	Site           string `json:"site" title:"位置|Site"`
	Commissioned   string `json:"commissioned" title:"投运日期|Commissioned" doc:"YYYY-MM-DD; empty: it is there already"`
	Decommissioned string `json:"decommissioned" title:"退役日期|Decommissioned" doc:"YYYY-MM-DD, from which day it is gone; empty: it stays"`
	Note           string `json:"note" title:"备注|Note"`
}

// facts are what an enterprise would declare of it.
func (x Thing) facts() asset.Facts {
	return asset.Facts{
		Name: x.Name, Role: x.Role, Vendor: x.Vendor, Product: x.Product, Model: x.Model, OrderNumber: x.OrderNumber, Firmware: x.Firmware, Serial: x.Serial, Addresses: []asset.Address{x.Address},
		Zone: x.Zone, Criticality: x.Criticality, Site: x.Site, Note: x.Note,
	}.Tidy()
}

// text is a column whose text is taken as it is.
func text(name, zh string, most int, note lang.Text, of func(x *Thing) *string) sheet.Column[Thing] {
	return sheet.Column[Thing]{Name: name, Title: zh, Note: note, Set: func(x *Thing, cell string) *lang.Text {
		if len([]rune(cell)) > most {
			return sheet.Because("最多 %d 字", "%d characters at most", most)
		}
		*of(x) = cell
		return nil
	}}
}

func day(name, zh string, note lang.Text, of func(x *Thing) *string) sheet.Column[Thing] {
	return sheet.Column[Thing]{Name: name, Title: zh, Note: note, Set: func(x *Thing, cell string) *lang.Text {
		for _, form := range []string{time.DateOnly, "2006/1/2", "2006.1.2"} {
			if at, err := time.Parse(form, cell); err == nil {
				*of(x) = at.Format(time.DateOnly)
				return nil
			}
		}
		return sheet.Because("%.30q 不是日期，格式如 2026-12-31", "%.30q is no date such as 2026-12-31", cell)
	}}
}

// columns are those of a file to fill in.
func columns() []sheet.Column[Thing] {
	optional := lang.Text{ZH: "选填", EN: "Optional"}
	return []sheet.Column[Thing]{
		text("name", "名称", 120, lang.Text{ZH: "必填，工程中的站点或设备名称", EN: "Required, as the engineering calls the station or device"}, func(x *Thing) *string { return &x.Name }),
		{Name: "role", Title: "类型", Note: lang.Text{ZH: "选填，代码或名称，见“类型”页；登记时需要", EN: "Optional, code or name, see the sheet of roles; needed when it is declared"}, Set: setRole},
		text("vendor", "厂商", 120, optional, func(x *Thing) *string { return &x.Vendor }),
		text("product", "产品", 120, optional, func(x *Thing) *string { return &x.Product }),
		text("model", "型号", 120, optional, func(x *Thing) *string { return &x.Model }),
		text("order_number", "订货号", 60, optional, func(x *Thing) *string { return &x.OrderNumber }),
		text("firmware", "固件版本", 60, optional, func(x *Thing) *string { return &x.Firmware }),
		text("serial", "序列号", 60, lang.Text{ZH: "选填，设备到货前通常不知道", EN: "Optional, mostly not known before the device is there"}, func(x *Thing) *string { return &x.Serial }),
		text("mac", "MAC 地址", 17, lang.Text{ZH: "例如 00:1b:1b:12:34:56", EN: "Such as 00:1b:1b:12:34:56"}, func(x *Thing) *string { return &x.MAC }),
		text("ip", "IP 地址", 45, lang.Text{ZH: "例如 192.168.1.10", EN: "Such as 192.168.1.10"}, func(x *Thing) *string { return &x.IP }),
		text("segment", "网段", 60, lang.Text{ZH: "IP 地址所在网络的名称，与登记资产时相同；没有网段的 IP 不能与登记的资产对应", EN: "The network of the IP address, called as in the inventory; without it the address leads to no declared asset"}, func(x *Thing) *string { return &x.Segment }),
		text("station", "PROFINET 站名", 240, optional, func(x *Thing) *string { return &x.Station }),
		text("bacnet", "BACnet 实例号", 7, optional, func(x *Thing) *string { return &x.BACnet }),
		text("rack", "机架", 60, optional, func(x *Thing) *string { return &x.Rack }),
		text("slot", "插槽", 60, optional, func(x *Thing) *string { return &x.Slot }),
		text("zone", "区域", 60, lang.Text{ZH: "IEC 62443 区域", EN: "Zone of IEC 62443"}, func(x *Thing) *string { return &x.Zone }),
		{Name: "criticality", Title: "重要性", Note: lang.Text{ZH: "选填，1 至 4，4 最重要", EN: "Optional, 1 to 4, 4 the gravest"}, Set: setCriticality},
		text("site", "位置", 120, optional, func(x *Thing) *string { return &x.Site }),
		day("commissioned", "投运日期", lang.Text{ZH: "选填，例如 2026-12-31；留空表示已投运", EN: "Optional, such as 2026-12-31; empty: it is there already"}, func(x *Thing) *string { return &x.Commissioned }),
		day("decommissioned", "退役日期", lang.Text{ZH: "选填，从这一天起不应再出现", EN: "Optional, from this day on it is gone"}, func(x *Thing) *string { return &x.Decommissioned }),
		text("note", "备注", 500, optional, func(x *Thing) *string { return &x.Note }),
	}
}

func setRole(x *Thing, cell string) *lang.Text {
	role, known := asset.RoleOf(cell)
	if !known {
		return sheet.Because("%.30q 不是 18 种资产类型之一", "%.30q is none of the 18 types of assets", cell)
	}
	x.Role = role
	return nil
}

func setCriticality(x *Thing, cell string) *lang.Text {
	n, err := strconv.Atoi(cell)
	if err != nil || n < 1 || n > 4 {
		return sheet.Because("%.30q 不是 1 至 4 的整数", "%.30q is no whole number from 1 to 4", cell)
	}
	x.Criticality = n
	return nil
}

// tidy writes a line in one way.
func (x Thing) tidy() Thing {
	f := x.facts()
	x.Firmware, x.Address = f.Firmware, asset.Address{}
	if len(f.Addresses) > 0 {
		x.Address = f.Addresses[0]
	}
	return x
}

// check says what is wrong with a line that is tidy.
func (x Thing) check(macForm *regexp.Regexp) error {
	bad := fault.New(fault.Invalid, "security.plan.line", "the line is incomplete or wrong")
	if x.Name == "" {
		bad = bad.At("name", "a name of 1 to 120 characters")
	}
	if x.Commissioned != "" && x.Decommissioned != "" && x.Decommissioned <= x.Commissioned {
		bad = bad.At("decommissioned", "a day after it is commissioned")
	}
	if bad = x.Check(bad, "address", macForm); len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// words are the column of the file at a location, and in Chinese what is wrong there.
func words(location, message string) (name, zh string) {
	said := map[string]string{
		"name": "名称应为 1 至 120 字", "decommissioned": "退役日期应在投运日期之后",
		"mac": "MAC 地址格式如 00:1b:1b:12:34:56", "ip": "IP 地址格式如 192.168.1.10", "bacnet": "BACnet 实例号为 0 至 4194302",
	}
	name = location[strings.LastIndexByte(location, '.')+1:]
	return name, cmp.Or(said[name], message)
}

// readRows reads a file. Two lines that are one thing at one time are wrong.
func readRows(rows sheet.Sheet, vendor func(string) string, macForm *regexp.Regexp) (out []Thing, wrong []sheet.Finding, err error) {
	table := sheet.Table[Thing]{Columns: columns(), Need: []string{"name"}, Most: mostRows}
	held := map[trace][]int{} // lines of out by what they are known by
	wrong, err = table.Read(rows, func(x Thing, at int64, wrong []sheet.Finding) []sheet.Finding {
		if len(wrong) > 0 {
			return wrong
		}
		x.Line = at
		x = x.tidy()
		if err := x.check(macForm); err != nil {
			return sheet.Findings(err, at, words)
		}
		traces := tracesOf(x.facts(), vendor)
		for _, t := range traces {
			if !t.sure() {
				continue
			}
			if i := slices.IndexFunc(held[t], func(n int) bool { return out[n].together(x) }); i >= 0 {
				return []sheet.Finding{{Line: at, Column: kinds()[t.kind], Why: *sheet.Because("与第 %d 行是同一设备，时间也重叠", "it is the same thing as line %d, at the same time", out[held[t][i]].Line)}}
			}
		}
		for _, t := range traces {
			held[t] = append(held[t], len(out))
		}
		out = append(out, x)
		return nil
	})
	return out, wrong, err
}

// sure tells that two with the same trace are one.
func (t trace) sure() bool { return t.kind == bySerial || t.kind == byMAC || t.segment != "" }

// together tells whether two are planned to be there at one time: one may take the place of
// another, with its address.
func (x Thing) together(o Thing) bool {
	after := func(a, b Thing) bool {
		return b.Decommissioned != "" && a.Commissioned != "" && b.Decommissioned <= a.Commissioned
	}
	return !after(x, o) && !after(o, x)
}

// phase is where a planned thing is in its life.
type phase int

const (
	due phase = iota
	gone
	later
)

// phase tells where a thing is on a day, YYYY-MM-DD.
func (x Thing) phase(today string) phase {
	switch {
	case x.Decommissioned != "" && x.Decommissioned <= today:
		return gone
	case x.Commissioned > today:
		return later
	}
	return due
}

// fields are what a line says, as texts.
func (x Thing) fields() [][2]string {
	criticality := ""
	if x.Criticality > 0 {
		criticality = strconv.Itoa(x.Criticality)
	}
	return [][2]string{
		{"name", x.Name},
		{"role", string(x.Role)},
		{"vendor", x.Vendor},
		{"product", x.Product},
		{"model", x.Model},
		{"order_number", x.OrderNumber},
		{"firmware", x.Firmware},
		{"serial", x.Serial},
		{"mac", x.MAC},
		{"ip", x.IP},
		{"segment", x.Segment},
		{"station", x.Station},
		{"bacnet", x.BACnet},
		{"rack", x.Rack},
		{"slot", x.Slot},
		{"zone", x.Zone},
		{"criticality", criticality},
		{"site", x.Site},
		{"commissioned", x.Commissioned},
		{"decommissioned", x.Decommissioned},
		{"note", x.Note},
	}
}
