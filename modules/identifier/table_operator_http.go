package identifier

import (
	"context"
	"strconv"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/template"
)

// operatorRow is a row of the tables 1 and 6: who operates a node. What is not known
// is empty, and Missing names it.
type operatorRow struct {
	Prefix         string    `json:"prefix" title:"前缀|Prefix"`
	Name           string    `json:"name" title:"单位名称|Name"`
	Ownership      string    `json:"ownership" title:"单位性质|Ownership"`
	Province       string    `json:"province" title:"省|Province"`
	City           string    `json:"city" title:"市|City"`
	District       string    `json:"district" title:"区县|District"`
	Address        string    `json:"address" title:"详细地址|Address"`
	DistrictCode   string    `json:"district_code" title:"行政区划代码|District code"`
	PaperKind      string    `json:"certificate_kind" title:"证件类型|Certificate"`
	PaperNumber    string    `json:"certificate" title:"证件号码|Its number"`
	Legal          string    `json:"legal" title:"法定代表人|Legal person"`
	LegalPaperKind string    `json:"legal_document_kind" title:"法定代表人证件类型|Document"`
	LegalPaper     string    `json:"legal_document" title:"法定代表人证件号码|Its number"`
	LegalEmail     string    `json:"legal_email" title:"法定代表人邮箱|E-mail of the legal person"`
	LegalPhone     string    `json:"legal_phone" title:"法定代表人电话|Telephone of the legal person"`
	LegalFax       string    `json:"legal_fax" title:"传真|Fax"`
	Introduction   string    `json:"introduction" title:"单位简介|Introduction"`
	Industry       string    `json:"industry" title:"所属行业（GB/T 4754）|Industry (GB/T 4754)"`
	Contact        string    `json:"contact" title:"联系人|Contact"`
	Phone          string    `json:"phone" title:"联系电话|Telephone"`
	ContactKind    string    `json:"contact_document_kind" title:"联系人证件类型|Document of the contact"`
	ContactPaper   string    `json:"contact_document" title:"联系人证件号码|Its number"`
	Email          string    `json:"email" title:"联系邮箱|E-mail"`
	Website        string    `json:"website" title:"网站|Web site"`
	Registrar      string    `json:"registrar" title:"登记机关|Registrar"`
	Capital        string    `json:"capital" title:"注册资本|Capital"`
	Founded        string    `json:"founded" title:"成立日期|Founded"`
	Until          string    `json:"until" title:"营业期限至|End of its term"`
	Licences       string    `json:"licences" title:"域名许可及编号|Domain licences"`
	Builder        string    `json:"builder" title:"建设单位|Built by"`
	Runner         string    `json:"runner" title:"运营维护单位|Run by"`
	Registration   string    `json:"registration" title:"注册系统所在地|Registration"`
	Data           string    `json:"data" title:"注册数据所在地|Its data"`
	DataBackup     string    `json:"data_backup" title:"注册数据备份所在地|Their backup"`
	Resolution     string    `json:"resolution" title:"解析系统所在地|Resolution"`
	Backup         string    `json:"resolution_backup" title:"解析备份所在地|Its backup"`
	DataEscrow     string    `json:"data_escrow" title:"数据托管机构|Data escrow"`
	ServiceEscrow  string    `json:"service_escrow" title:"服务托管机构|Service escrow"`
	RealNames      string    `json:"real_names" title:"实名核验机构|Real names verified by"`
	NamingRules    string    `json:"naming_rules" title:"命名规则符合性|Naming rules"`
	Industries     string    `json:"industries" title:"服务行业|Industries served"`
	SiteName       string    `json:"site_name" title:"公共服务网站|Public site"`
	SiteDomain     string    `json:"site_domain" title:"网站域名|Its domain"`
	SiteIPs        string    `json:"site_ips" title:"网站IP|Its addresses"`
	PrefixUntil    string    `json:"valid_until" title:"前缀有效期至|Prefix valid until"`
	Missing        lang.Text `json:"missing" title:"缺少的项目|What is missing"`
}

// rowOf writes who operates a node.
func rowOf(n node, p Particulars, of registered) operatorRow {
	row := operatorRow{
		Prefix: n.Prefix, Name: of.Name.In("zh"), Ownership: p.Ownership, Province: p.Address.Province, City: p.Address.City, District: p.Address.District, Address: p.Address.Line, DistrictCode: n.District,
		PaperNumber: of.USCC, Legal: p.Legal.Name, LegalPaperKind: p.Legal.Document.Kind, LegalPaper: p.Legal.Document.Number, LegalEmail: p.Legal.Email, LegalPhone: p.Legal.Phone, LegalFax: p.Legal.Fax,
		Introduction: p.Introduction, Industry: n.Industry, Contact: n.Contact.Name, Phone: n.Contact.Phone, ContactKind: p.Document.Kind, ContactPaper: p.Document.Number, Email: n.Contact.Email,
		Website: p.Website, Registrar: p.Registrar, Capital: p.Capital, Founded: p.Founded, Until: p.Until, Licences: p.Licences, Builder: p.Builder, Runner: p.Runner,
		Registration: p.Registration.text(), Data: p.Data.text(), DataBackup: p.DataBackup.text(), Resolution: p.Resolution.text(), Backup: p.Backup.text(),
		DataEscrow: p.DataEscrow, ServiceEscrow: p.ServiceEscrow, RealNames: p.RealNames, NamingRules: p.NamingRules, Industries: strings.Join(p.Industries, ";"),
		SiteName: p.SiteName, SiteDomain: p.SiteDomain, SiteIPs: p.SiteIPs, Missing: titles(missing(p.asks(n, of))),
	}
	if of.USCC != "" {
		row.PaperKind = "统一社会信用代码"
	}
	if !n.ValidUntil.IsZero() {
		row.PrefixUntil = dayOf(n.ValidUntil)
	}
	return row
}

func (m *Module) listOperatorTable(ctx context.Context, in tableParams) (sqldb.Page[operatorRow], error) {
	n, _, err := m.reporting(ctx, in)
	if err != nil {
		return sqldb.Page[operatorRow]{}, err
	}
	list, err := m.tables.nodes(ctx, n, in.Below, in.ListParams)
	page := sqldb.Page[operatorRow]{Items: []operatorRow{}, NextCursor: list.NextCursor, Total: list.Total}
	if err != nil {
		return page, err
	}
	ids := make([]string, len(list.Items))
	for i := range list.Items {
		ids[i] = list.Items[i].ID
	}
	known, err := m.particulars.of(ctx, ids)
	if err != nil {
		return page, err
	}
	for _, one := range list.Items {
		of, err := m.registered(ctx, one)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, rowOf(one, known[one.ID], of))
	}
	return page, nil
}

// applicationRow is a row of the tables 5 and 10.
type applicationRow struct {
	Prefix string `json:"prefix" title:"前缀|Prefix"`
	Node   string `json:"node" title:"节点名称|Node"`
	Application
	Missing lang.Text `json:"missing" title:"缺少的项目|What is missing"`
}

func (m *Module) listApplicationTable(ctx context.Context, in tableParams) (sqldb.Page[applicationRow], error) {
	n, _, err := m.reporting(ctx, in)
	if err != nil {
		return sqldb.Page[applicationRow]{}, err
	}
	return m.tables.applicationsOf(ctx, n, in.Below, in.ListParams)
}

// templateRow is a row of the tables 4 and 11: a metadata template. Levels of the
// industry below the division, and whether what is identified carries an active
// identifier, are not known here.
type templateRow struct {
	Code     string         `json:"code" title:"元数据编码|Metadata code"`
	Version  int64          `json:"version" title:"版本|Version"`
	Name     string         `json:"name" title:"名称|Name"`
	Owner    string         `json:"owner" title:"所属单位|Owner"`
	Section  string         `json:"industry_section" title:"行业门类|Section"`
	Division string         `json:"industry_division" title:"行业大类|Division"`
	Elements []templateItem `json:"elements" nullable:"false"`
	Items    string         `json:"items" title:"数据项（英文名:中文名:类型:长度）|Items (name:alias:type:length)"`
	Missing  lang.Text      `json:"missing" title:"缺少的项目|What is missing"`
}

type templateItem struct {
	Name   string        `json:"name"`
	Alias  string        `json:"alias"`
	Type   template.Type `json:"type"`
	Length int           `json:"length" doc:"Characters of a text at most; 0 for other types"`
}

func (m *Module) listTemplateTable(ctx context.Context, in tableParams) (sqldb.Page[templateRow], error) {
	n, _, err := m.reporting(ctx, in)
	if err != nil {
		return sqldb.Page[templateRow]{}, err
	}
	list, err := m.tables.metadata(ctx, n, in.Below, in.ListParams)
	page := sqldb.Page[templateRow]{Items: []templateRow{}, NextCursor: list.NextCursor, Total: list.Total}
	for _, t := range list.Items {
		page.Items = append(page.Items, rowOfTemplate(t))
	}
	return page, err
}

func rowOfTemplate(t template.Template) templateRow {
	row := templateRow{Code: t.Code, Version: t.Version, Name: t.Name.In("zh"), Owner: t.Operator.In("zh"), Elements: []templateItem{}}
	unknown := []asked{
		{Title: lang.Text{ZH: "行业（门类和大类）", EN: "Industry (section and division)"}, Known: t.Industry != ""},
		{Title: lang.Text{ZH: "行业（中类和小类）", EN: "Industry (group and class)"}},
		{Title: lang.Text{ZH: "对象类型（是否主动标识载体）", EN: "Kind of object (active-identifier carrier)"}},
	}
	if t.Industry != "" {
		row.Section, row.Division = t.Industry[:1], t.Industry[1:]
	}
	row.Missing = titles(missing(unknown))
	var items []string
	for _, it := range t.Items {
		one := templateItem{Name: it.Name, Alias: it.Title, Type: it.Type, Length: it.Most()}
		row.Elements = append(row.Elements, one)
		text := one.Name + ":" + one.Alias + ":" + string(one.Type)
		if one.Length > 0 {
			text += ":" + strconv.Itoa(one.Length)
		}
		items = append(items, text)
	}
	row.Items = strings.Join(items, ";")
	return row
}
