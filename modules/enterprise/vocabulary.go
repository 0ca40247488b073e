package enterprise

import (
	"slices"
	"strings"

	"linghang/kernel/district"
	"linghang/kernel/industry"
	"linghang/kernel/lang"
)

// Term is a word of a vocabulary.
type Term struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

func has(terms []Term, code string) bool {
	return slices.ContainsFunc(terms, func(t Term) bool { return t.Code == code })
}

// find returns the code of a word, by code or by name.
func find(terms []Term, word string) (string, bool) {
	word = strings.TrimSpace(word)
	i := slices.IndexFunc(terms, func(t Term) bool {
		return strings.EqualFold(t.Code, word) || t.Title.ZH == word || strings.EqualFold(t.Title.EN, word)
	})
	if i < 0 {
		return "", false
	}
	return terms[i].Code, true
}

// industries are the divisions of manufacturing, and those of energy, logistics and
// services of which industrial enterprises and their providers are (GB/T 4754-2017).
func industries() []Term {
	var list []Term
	for _, i := range industry.All() {
		list = append(list, Term{i.Code, i.Name})
	}
	return append(list,
		Term{"D44", lang.Text{ZH: "电力、热力生产和供应业", EN: "Power and heat"}},
		Term{"F51", lang.Text{ZH: "批发业", EN: "Wholesale"}},
		Term{"G59", lang.Text{ZH: "装卸搬运和仓储业", EN: "Handling and storage"}},
		Term{"I63", lang.Text{ZH: "电信、广播电视和卫星传输服务", EN: "Telecommunications"}},
		Term{"I64", lang.Text{ZH: "互联网和相关服务", EN: "Internet services"}},
		Term{"I65", lang.Text{ZH: "软件和信息技术服务业", EN: "Software and IT services"}},
		Term{"L72", lang.Text{ZH: "商务服务业", EN: "Business services"}},
		Term{"M73", lang.Text{ZH: "研究和试验发展", EN: "Research and development"}},
		Term{"M74", lang.Text{ZH: "专业技术服务业", EN: "Professional and technical services"}},
		Term{"M75", lang.Text{ZH: "科技推广和应用服务业", EN: "Technology promotion services"}},
	)
}

func districts() []Term {
	var list []Term
	for _, d := range district.All() {
		list = append(list, Term{d.Code, d.Name})
	}
	return list
}

// sizes of enterprises (统计上大中小微型企业划分办法 2017).
func sizes() []Term {
	return []Term{
		{"large", lang.Text{ZH: "大型", EN: "Large"}},
		{"medium", lang.Text{ZH: "中型", EN: "Medium"}},
		{"small", lang.Text{ZH: "小型", EN: "Small"}},
		{"micro", lang.Text{ZH: "微型", EN: "Micro"}},
	}
}

func statuses() []Term {
	return []Term{
		{submitted, lang.Text{ZH: "待审核", EN: "To be reviewed"}},
		{returned, lang.Text{ZH: "已退回", EN: "Sent back"}},
		{accepted, lang.Text{ZH: "已通过", EN: "Accepted"}},
		{refused, lang.Text{ZH: "未通过", EN: "Refused"}},
		{merged, lang.Text{ZH: "已合并", EN: "Merged"}},
		{removed, lang.Text{ZH: "已删除", EN: "Deleted"}},
	}
}

func siteKinds() []Term {
	return []Term{
		{"headquarters", lang.Text{ZH: "总部", EN: "Headquarters"}},
		{"plant", lang.Text{ZH: "工厂", EN: "Plant"}},
		{"warehouse", lang.Text{ZH: "仓库", EN: "Warehouse"}},
		{"laboratory", lang.Text{ZH: "研发机构", EN: "Laboratory"}},
		{"office", lang.Text{ZH: "办公场所", EN: "Office"}},
	}
}

// revenueBands are for enterprises that give no figures; in 10 000 CNY.
func revenueBands() []Term {
	return []Term{
		{"under_300", lang.Text{ZH: "300 万元以下", EN: "Under 3 million CNY"}},
		{"under_2000", lang.Text{ZH: "300–2000 万元", EN: "3 to 20 million CNY"}},
		{"under_40000", lang.Text{ZH: "2000 万–4 亿元", EN: "20 to 400 million CNY"}},
		{"from_40000", lang.Text{ZH: "4 亿元以上", EN: "400 million CNY and more"}},
	}
}

func qualificationKinds() []Term {
	return []Term{
		{"high_tech", lang.Text{ZH: "高新技术企业", EN: "High-tech enterprise"}},
		{"tech_sme", lang.Text{ZH: "科技型中小企业", EN: "Technology SME"}},
		{"innovative_sme", lang.Text{ZH: "创新型中小企业", EN: "Innovative SME"}},
		{"specialised_sme", lang.Text{ZH: "专精特新中小企业", EN: "Specialised SME (专精特新)"}},
		{"little_giant", lang.Text{ZH: "专精特新“小巨人”企业", EN: "Little giant (小巨人)"}},
		{"single_champion", lang.Text{ZH: "制造业单项冠军企业", EN: "Single champion in manufacturing"}},
		{"eaglet", lang.Text{ZH: "雏鹰企业", EN: "Eaglet (雏鹰)"}},
		{"gazelle", lang.Text{ZH: "瞪羚企业", EN: "Gazelle (瞪羚)"}},
		{"integration", lang.Text{ZH: "两化融合管理体系 GB/T 23001", EN: "Integration of IT and industry, GB/T 23001"}},
		{"smart_manufacturing", lang.Text{ZH: "智能制造能力成熟度 GB/T 39116", EN: "Smart-manufacturing maturity, GB/T 39116"}},
		{"data_management", lang.Text{ZH: "数据管理能力成熟度 GB/T 36073", EN: "Data-management maturity, GB/T 36073"}},
		{"iso9001", lang.Text{ZH: "质量管理体系 GB/T 19001", EN: "Quality management, GB/T 19001 (ISO 9001)"}},
		{"iso14001", lang.Text{ZH: "环境管理体系 GB/T 24001", EN: "Environmental management, GB/T 24001 (ISO 14001)"}},
		{"iso27001", lang.Text{ZH: "信息安全管理体系 GB/T 22080", EN: "Information security management, GB/T 22080 (ISO/IEC 27001)"}},
		{"licence", lang.Text{ZH: "生产或经营许可证", EN: "Production or business licence"}},
		{"other", lang.Text{ZH: "其他", EN: "Other"}},
	}
}

// titleOf is the title of a code; the code itself where there is none.
func titleOf(terms []Term, code string) lang.Text {
	for _, t := range terms {
		if t.Code == code {
			return t.Title
		}
	}
	return lang.Text{ZH: code, EN: code}
}
