package identifier

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// identityPaper is a document that says who somebody is.
type identityPaper struct {
	Kind   string `json:"kind,omitempty" maxLength:"40" doc:"Such as 居民身份证"`
	Number string `json:"number,omitempty" maxLength:"60"`
}

// legalPerson is who stands for the operator in law (法定代表人).
type legalPerson struct {
	Name     string        `json:"name,omitempty" maxLength:"100"`
	Document identityPaper `json:"document,omitzero"`
	Phone    string        `json:"phone,omitempty" maxLength:"40"`
	Email    string        `json:"email,omitempty" maxLength:"200"`
	Fax      string        `json:"fax,omitempty" maxLength:"40"`
}

type postalAddress struct {
	Province string `json:"province,omitempty" maxLength:"40"`
	City     string `json:"city,omitempty" maxLength:"40"`
	District string `json:"district,omitempty" maxLength:"40"`
	Line     string `json:"line,omitempty" maxLength:"200"`
}

// machineRoom is where a part of the node stands: a room of its own, or a cloud.
type machineRoom struct {
	Address string `json:"address,omitempty" maxLength:"200"`
	Cloud   string `json:"cloud,omitempty" maxLength:"100" doc:"Vendor, where it is in a cloud"`
	IP      string `json:"ip,omitempty" maxLength:"45"`
	Port    int    `json:"port,omitempty" minimum:"0" maximum:"65535"`
}

func (r machineRoom) text() string {
	parts := []string{r.Address, r.Cloud}
	if r.IP != "" {
		parts = append(parts, r.IP)
	}
	if r.Port != 0 {
		parts = append(parts, strconv.Itoa(r.Port))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// Facts are what the tables 1 and 6 ask of an operator beside persons.
type Facts struct {
	Ownership     string        `json:"ownership,omitempty" enum:"state,private,foreign,public_institution,non_profit" doc:"State-owned, private, foreign, public institution, non-profit"`
	Address       postalAddress `json:"address,omitzero"`
	Introduction  string        `json:"introduction,omitempty" maxLength:"2000"`
	Website       string        `json:"website,omitempty" maxLength:"200"`
	Registrar     string        `json:"registrar,omitempty" maxLength:"100" doc:"Who registered the organisation (登记机关)"`
	Capital       string        `json:"capital,omitempty" maxLength:"60" doc:"Registered capital with its currency"`
	Founded       string        `json:"founded,omitempty" maxLength:"10" doc:"As 2016-05-01"`
	Until         string        `json:"until,omitempty" maxLength:"10" doc:"End of its term, as 2036-04-30; 9999-12-31 for none"`
	Licences      string        `json:"licences,omitempty" maxLength:"500" doc:"Domain licences held, with numbers; 无 for none"`
	Builder       string        `json:"builder,omitempty" maxLength:"200" doc:"Who builds the node; 自建 for the operator itself"`
	Runner        string        `json:"runner,omitempty" maxLength:"200" doc:"Who runs the node; 自营 for the operator itself"`
	Registration  machineRoom   `json:"registration,omitzero"`
	Data          machineRoom   `json:"data,omitzero"`
	DataBackup    machineRoom   `json:"data_backup,omitzero"`
	Resolution    machineRoom   `json:"resolution,omitzero"`
	Backup        machineRoom   `json:"resolution_backup,omitzero"`
	DataEscrow    string        `json:"data_escrow,omitempty" maxLength:"200" doc:"Who holds the data in escrow"`
	ServiceEscrow string        `json:"service_escrow,omitempty" maxLength:"200" doc:"Who takes the service over"`
	RealNames     string        `json:"real_names,omitempty" maxLength:"200" doc:"Who verifies real names"`
	NamingRules   string        `json:"naming_rules,omitempty" enum:"kept,not_kept" doc:"Whether the naming rules are kept"`
	Industries    []string      `json:"industries,omitempty" maxItems:"60" nullable:"false" doc:"Industries served, codes of GB/T 4754"`
	SiteName      string        `json:"site_name,omitempty" maxLength:"200" doc:"Of the public web site of the node"`
	SiteDomain    string        `json:"site_domain,omitempty" maxLength:"200"`
	SiteIPs       string        `json:"site_ips,omitempty" maxLength:"500" doc:"IPv4 and IPv6, with ; between"`
}

// Particulars is who operates a node, as the node above wants to know it.
type Particulars struct {
	Facts
	Legal    legalPerson   `json:"legal,omitzero" audit:"hidden"`            // people without an account
	Document identityPaper `json:"contact_document,omitzero" audit:"hidden"` // of the node's contact
	Version  int64         `json:"-"`
}

var industryCode = regexp.MustCompile(`^[A-T][0-9]{0,4}$`)

// check refuses what cannot be, naming every fault; what is not there yet is no fault.
func (p *Particulars) check() error {
	f := fault.New(fault.Invalid, "identifier.particulars.invalid", "something cannot be so")
	for _, x := range [][2]string{{"body.founded", p.Founded}, {"body.until", p.Until}} {
		if _, err := time.Parse(time.DateOnly, x[1]); x[1] != "" && err != nil {
			_ = f.At(x[0], "a day, as 2026-01-31")
		}
	}
	for i, code := range p.Industries {
		if !industryCode.MatchString(code) {
			_ = f.At(fmt.Sprintf("body.industries[%d]", i), "a code of GB/T 4754, as C36")
		}
	}
	for _, x := range [][2]string{
		{"registration", p.Registration.IP}, {"data", p.Data.IP}, {"data_backup", p.DataBackup.IP}, {"resolution", p.Resolution.IP}, {"resolution_backup", p.Backup.IP},
	} {
		if _, err := netip.ParseAddr(x[1]); x[1] != "" && err != nil {
			_ = f.At("body."+x[0]+".ip", "an IP address")
		}
	}
	for ip := range strings.SplitSeq(p.SiteIPs, ";") {
		if _, err := netip.ParseAddr(strings.TrimSpace(ip)); p.SiteIPs != "" && err != nil {
			_ = f.At("body.site_ips", "IP addresses with ; between")
			break
		}
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

// registered is what the register of organisations knows of an operator.
type registered struct {
	Name lang.Text `json:"name"`
	USCC string    `json:"uscc" doc:"Unified social credit code"`
}

// asked is one thing that the tables ask, and whether it is there.
type asked struct {
	Name  string // as in JSON
	Title lang.Text
	Known bool
}

// asks lists what the tables 1 and 6 ask of who operates a node; the latter asks
// less. Pictures of documents go another way, and are not among it.
func (p *Particulars) asks(n node, of registered) []asked {
	list := []asked{
		{"uscc", lang.Text{ZH: "统一社会信用代码", EN: "Unified social credit code"}, of.USCC != ""},
		{"ownership", lang.Text{ZH: "单位性质", EN: "Ownership"}, p.Ownership != ""},
		{"address", lang.Text{ZH: "地址", EN: "Address"}, p.Address.Province != "" && p.Address.City != "" && p.Address.Line != ""},
		{"legal.name", lang.Text{ZH: "法定代表人", EN: "Legal person"}, p.Legal.Name != ""},
		{"legal.document", lang.Text{ZH: "法定代表人证件", EN: "Document of the legal person"}, p.Legal.Document.Kind != "" && p.Legal.Document.Number != ""},
		{"legal.phone", lang.Text{ZH: "法定代表人电话", EN: "Telephone of the legal person"}, p.Legal.Phone != ""},
		{"legal.email", lang.Text{ZH: "法定代表人邮箱", EN: "E-mail of the legal person"}, p.Legal.Email != ""},
		{"introduction", lang.Text{ZH: "单位简介", EN: "Introduction"}, p.Introduction != ""},
		{"industry", lang.Text{ZH: "所属行业", EN: "Industry"}, n.Industry != ""},
		{"contact", lang.Text{ZH: "联系人、电话和邮箱", EN: "Contact with telephone and e-mail"}, n.Contact.Name != "" && n.Contact.Phone != "" && n.Contact.Email != ""},
		{"contact_document", lang.Text{ZH: "联系人证件", EN: "Document of the contact"}, p.Document.Kind != "" && p.Document.Number != ""},
		{"website", lang.Text{ZH: "网站", EN: "Web site"}, p.Website != ""},
		{"registrar", lang.Text{ZH: "登记机关", EN: "Registrar"}, p.Registrar != ""},
		{"capital", lang.Text{ZH: "注册资本", EN: "Capital"}, p.Capital != ""},
		{"founded", lang.Text{ZH: "成立日期", EN: "Founded"}, p.Founded != ""},
		{"until", lang.Text{ZH: "营业期限", EN: "End of its term"}, p.Until != ""},
		{"registration", lang.Text{ZH: "注册系统所在地", EN: "Where registration stands"}, p.Registration.text() != ""},
		{"data", lang.Text{ZH: "注册数据所在地", EN: "Where its data stand"}, p.Data.text() != ""},
		{"data_backup", lang.Text{ZH: "注册数据备份所在地", EN: "Where their backup stands"}, p.DataBackup.text() != ""},
		{"resolution", lang.Text{ZH: "解析系统所在地", EN: "Where resolution stands"}, p.Resolution.text() != ""},
		{"resolution_backup", lang.Text{ZH: "解析备份所在地", EN: "Where its backup stands"}, p.Backup.text() != ""},
	}
	if n.Role == enterpriseNode {
		return list
	}
	return append(list,
		asked{"licences", lang.Text{ZH: "域名许可", EN: "Domain licences"}, p.Licences != ""},
		asked{"builder", lang.Text{ZH: "建设单位", EN: "Who builds it"}, p.Builder != ""},
		asked{"runner", lang.Text{ZH: "运营维护单位", EN: "Who runs it"}, p.Runner != ""},
		asked{"data_escrow", lang.Text{ZH: "数据托管机构", EN: "Data escrow"}, p.DataEscrow != ""},
		asked{"service_escrow", lang.Text{ZH: "服务托管机构", EN: "Service escrow"}, p.ServiceEscrow != ""},
		asked{"real_names", lang.Text{ZH: "实名核验机构", EN: "Who verifies real names"}, p.RealNames != ""},
		asked{"naming_rules", lang.Text{ZH: "命名规则符合性", EN: "Naming rules"}, p.NamingRules != ""},
		asked{"industries", lang.Text{ZH: "服务行业", EN: "Industries served"}, len(p.Industries) > 0},
		asked{"site", lang.Text{ZH: "公共服务网站名称、域名和IP", EN: "Public site with domain and addresses"}, p.SiteName != "" && p.SiteDomain != "" && p.SiteIPs != ""},
	)
}

// missing are those that are not there.
func missing(list []asked) []asked {
	return slices.DeleteFunc(list, func(a asked) bool { return a.Known })
}

// titles writes what is missing, one after the other.
func titles(list []asked) lang.Text {
	var zh, en []string
	for _, a := range list {
		zh, en = append(zh, a.Title.ZH), append(en, a.Title.EN)
	}
	return lang.Text{ZH: strings.Join(zh, ";"), EN: strings.Join(en, "; ")}
}
