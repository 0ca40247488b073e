package asset

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Role is what an asset is in a plant, by the 18 asset types of ATT&CK for ICS (v18).
type Role string

// RoleInfo names a role to people.
type RoleInfo struct {
	ID     Role      `json:"id"`
	Number string    `json:"number" doc:"In ATT&CK for ICS"`
	Title  lang.Text `json:"title"`
}

// Roles are all roles, in the order of ATT&CK for ICS.
func Roles() []RoleInfo {
	return []RoleInfo{
		{"workstation", "A0001", lang.Text{ZH: "工作站", EN: "Workstation"}},
		{"hmi", "A0002", lang.Text{ZH: "人机界面（HMI）", EN: "Human-machine interface"}},
		{"plc", "A0003", lang.Text{ZH: "可编程控制器（PLC）", EN: "Programmable logic controller"}},
		{"rtu", "A0004", lang.Text{ZH: "远程终端单元（RTU）", EN: "Remote terminal unit"}},
		{"ied", "A0005", lang.Text{ZH: "智能电子设备（IED）", EN: "Intelligent electronic device"}},
		{"historian", "A0006", lang.Text{ZH: "历史数据库", EN: "Data historian"}},
		{"control_server", "A0007", lang.Text{ZH: "控制服务器", EN: "Control server"}},
		{"application_server", "A0008", lang.Text{ZH: "应用服务器", EN: "Application server"}},
		{"gateway", "A0009", lang.Text{ZH: "数据网关", EN: "Data gateway"}},
		{"safety_controller", "A0010", lang.Text{ZH: "安全控制器", EN: "Safety controller"}},
		{"vpn_server", "A0011", lang.Text{ZH: "VPN 服务器", EN: "VPN server"}},
		{"jump_host", "A0012", lang.Text{ZH: "跳板机", EN: "Jump host"}},
		{"field_io", "A0013", lang.Text{ZH: "现场 I/O", EN: "Field I/O"}},
		{"router", "A0014", lang.Text{ZH: "路由器", EN: "Router"}},
		{"switch", "A0015", lang.Text{ZH: "交换机", EN: "Switch"}},
		{"firewall", "A0016", lang.Text{ZH: "防火墙", EN: "Firewall"}},
		{"dcs_controller", "A0017", lang.Text{ZH: "DCS 控制器", EN: "DCS controller"}},
		{"pac", "A0018", lang.Text{ZH: "可编程自动化控制器（PAC）", EN: "Programmable automation controller"}},
	}
}

// Reach is from where an asset can be reached.
type Reach string

// The reaches, the widest first.
const (
	Internet     Reach = "internet"
	Remote       Reach = "remote"
	Internal     Reach = "internal"
	Isolated     Reach = "isolated"
	ReachUnknown Reach = "unknown"
)

// Reaches are all reaches, with what people call them.
func Reaches() map[Reach]lang.Text {
	return map[Reach]lang.Text{
		Internet: {ZH: "互联网可达", EN: "Reachable from the internet"}, Remote: {ZH: "远程维护可达", EN: "Reachable by remote maintenance"},
		Internal: {ZH: "仅厂内网络可达", EN: "Reachable within the plant"}, Isolated: {ZH: "隔离", EN: "Isolated"}, ReachUnknown: {ZH: "未知", EN: "Not known"},
	}
}

// The states of an asset.
const (
	Active  = "active"
	Retired = "retired"
	Merged  = "merged"
)

// Address is one by which an asset is reached.
type Address struct {
	MAC     string `json:"mac,omitempty" maxLength:"17" title:"MAC 地址|MAC address"`
	IP      string `json:"ip,omitempty" maxLength:"45" title:"IP 地址|IP address"`
	Segment string `json:"segment,omitempty" maxLength:"60" title:"网段|Segment" doc:"The network that the IP address is in: the same address means different assets in different ones"`
	Station string `json:"station,omitempty" maxLength:"240" title:"PROFINET 站名|Station name" doc:"PROFINET name of station"`
	BACnet  string `json:"bacnet,omitempty" maxLength:"7" title:"BACnet 实例号|BACnet instance" doc:"BACnet device instance"`
}

// Facts are what an enterprise says of an asset.
type Facts struct {
	Name        string    `json:"name" maxLength:"120" title:"名称|Name"`
	Role        Role      `json:"role" maxLength:"30" title:"类型|Role" doc:"One of GET /assets/roles"`
	Vendor      string    `json:"vendor" maxLength:"120" title:"厂商|Vendor"`
	Product     string    `json:"product" maxLength:"120" title:"产品|Product" doc:"Family and name as the vendor calls it, such as SIMATIC S7-1500"`
	Model       string    `json:"model" maxLength:"120" title:"型号|Model" doc:"Such as CPU 1515-2 PN"`
	OrderNumber string    `json:"order_number" maxLength:"60" title:"订货号|Order number"`
	Firmware    string    `json:"firmware" maxLength:"60" title:"固件版本|Firmware" doc:"Empty: not known"`
	Serial      string    `json:"serial" maxLength:"60" title:"序列号|Serial number"`
	Addresses   []Address `json:"addresses" maxItems:"16" nullable:"false"`
	Zone        string    `json:"zone" maxLength:"60" title:"区域|Zone" doc:"Of IEC 62443"`
	ZoneLevel   int       `json:"zone_level" minimum:"0" maximum:"4" title:"区域安全等级|Security level of the zone" doc:"SL-T 1 to 4 of IEC 62443-3-3; 0: not set"`
	Criticality int       `json:"criticality" minimum:"1" maximum:"4" title:"重要性|Criticality" doc:"1 little, 4 the plant stands still or people are in danger"`
	Reach       Reach     `json:"reach" enum:"internet,remote,internal,isolated,unknown" title:"可达范围|Reach"`
	Responsible string    `json:"responsible" maxLength:"60" title:"责任人|Responsible"`
	Site        string    `json:"site" maxLength:"120" title:"位置|Site"`
	Note        string    `json:"note" maxLength:"500" title:"备注|Note"`
}

// Asset is one, as its enterprise keeps it.
type Asset struct {
	ID             string    `json:"id"`
	OrganisationID string    `json:"organisation_id"`
	Enterprise     lang.Text `json:"enterprise" title:"企业|Enterprise"`
	Facts
	State     string    `json:"state" enum:"active,retired,merged" title:"状态|State"`
	MergedIn  string    `json:"merged_into,omitempty"`
	Gaps      []string  `json:"gaps" nullable:"false" doc:"What is not known and matters: firmware, vendor, product, identity, reach"`
	Affected  int       `json:"affected" title:"受影响通告|Advisories that affect it" doc:"Open ones"`
	Unsure    int       `json:"unsure" title:"无法判断通告|Advisories that cannot be told" doc:"Open ones"`
	Stale     bool      `json:"stale" doc:"What advisories say of it is being asked again"`
	Synthetic bool      `json:"synthetic"`
	CreatedAt time.Time `json:"created_at" title:"登记时间|Declared"`
	UpdatedAt time.Time `json:"updated_at" title:"更新时间|Changed"`
	Version   int64     `json:"version"`
}

// ETag implements httpd.Versioned.
func (a Asset) ETag() int64 { return a.Version }

// Tidy cuts what surrounds texts, and writes addresses in one way.
func (f Facts) Tidy() Facts {
	for _, p := range []*string{&f.Name, &f.Vendor, &f.Product, &f.Model, &f.OrderNumber, &f.Firmware, &f.Serial, &f.Zone, &f.Responsible, &f.Site, &f.Note} {
		*p = strings.TrimSpace(*p)
	}
	if unknown(f.Firmware) {
		f.Firmware = ""
	}
	if f.Reach == "" {
		f.Reach = ReachUnknown
	}
	addresses := []Address{}
	for _, a := range f.Addresses {
		a = Address{plainMAC(a.MAC), plainIP(a.IP), strings.TrimSpace(a.Segment), strings.ToLower(strings.TrimSpace(a.Station)), strings.TrimSpace(a.BACnet)}
		if a != (Address{}) && !slices.Contains(addresses, a) {
			addresses = append(addresses, a)
		}
	}
	f.Addresses = addresses
	return f
}

// unknown tells the words by which people say that they do not know a version.
func unknown(version string) bool {
	return slices.Contains([]string{"unknown", "未知", "不详", "n/a", "-", "?", "无"}, strings.ToLower(version))
}

func plainMAC(text string) string {
	bare := strings.Map(func(r rune) rune {
		if strings.ContainsRune(":-. ", r) {
			return -1
		}
		return r
	}, strings.ToLower(text))
	if len(bare) != 12 {
		return strings.TrimSpace(text)
	}
	var parts []string
	for i := 0; i < 12; i += 2 {
		parts = append(parts, bare[i:i+2])
	}
	return strings.Join(parts, ":")
}

func plainIP(text string) string {
	text = strings.TrimSpace(text)
	if ip, err := netip.ParseAddr(text); err == nil {
		return ip.Unmap().String()
	}
	return text
}

// check says what is wrong with facts that are tidy.
func (f Facts) check(macForm *regexp.Regexp) error {
	bad := fault.New(fault.Invalid, "security.asset.invalid", "the asset is incomplete or wrong")
	if n := len([]rune(f.Name)); n < 1 || n > 120 {
		bad = bad.At("body.name", "a name of 1 to 120 characters")
	}
	if !slices.ContainsFunc(Roles(), func(r RoleInfo) bool { return r.ID == f.Role }) {
		bad = bad.At("body.role", "one of the 18 types of assets")
	}
	if f.Criticality < 1 || f.Criticality > 4 {
		bad = bad.At("body.criticality", "1 to 4, 4 the gravest")
	}
	if f.ZoneLevel < 0 || f.ZoneLevel > 4 {
		bad = bad.At("body.zone_level", "1 to 4, or 0 where none is set")
	}
	if _, known := Reaches()[f.Reach]; !known {
		bad = bad.At("body.reach", "internet, remote, internal, isolated or unknown")
	}
	for name, text := range map[string]string{"vendor": f.Vendor, "product": f.Product, "model": f.Model, "site": f.Site} {
		if len([]rune(text)) > 120 {
			bad = bad.At("body."+name, "120 characters at most")
		}
	}
	if len(f.Addresses) > 16 {
		bad = bad.At("body.addresses", "16 addresses at most")
	}
	for i, a := range f.Addresses {
		bad = a.Check(bad, "body.addresses["+strconv.Itoa(i)+"]", macForm)
	}
	if len(bad.Fields) > 0 {
		slices.SortStableFunc(bad.Fields, func(x, y fault.Field) int { return strings.Compare(x.Location, y.Location) })
		return bad
	}
	return nil
}

// MACForm is what MAC addresses look like that are tidy.
func MACForm() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){5}$`) }

// Check adds to bad what is wrong with an address that is tidy.
func (a Address) Check(bad *fault.Error, at string, macForm *regexp.Regexp) *fault.Error {
	if a.MAC != "" && !macForm.MatchString(a.MAC) {
		bad = bad.At(at+".mac", "a MAC address such as 00:1b:1b:12:34:56")
	}
	if _, err := netip.ParseAddr(a.IP); a.IP != "" && err != nil {
		bad = bad.At(at+".ip", "an IP address such as 192.168.1.10")
	}
	if n, err := strconv.Atoi(a.BACnet); a.BACnet != "" && (err != nil || n < 0 || n > 4194302) {
		bad = bad.At(at+".bacnet", "a BACnet instance from 0 to 4194302")
	}
	return bad
}

// gaps are what is not known of an asset and matters.
func (f Facts) gaps() []string {
	out := []string{}
	for _, x := range []struct {
		name string
		open bool
	}{
		{"vendor", f.Vendor == ""},
		{"product", f.Product == "" && f.Model == "" && f.OrderNumber == ""},
		{"firmware", f.Firmware == ""},
		{"identity", !f.identified()},
		{"reach", f.Reach == ReachUnknown},
	} {
		if x.open {
			out = append(out, x.name)
		}
	}
	return out
}

// identified tells whether an asset has a key.
func (f Facts) identified() bool { return len(f.keys(strings.ToLower)) > 0 }
