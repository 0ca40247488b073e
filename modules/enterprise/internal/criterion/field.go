package criterion

import (
	"slices"

	"linghang/kernel/lang"
)

// Kind is what a field holds, and so which comparisons it takes.
type Kind string

// The kinds of fields.
const (
	Number Kind = "number" // >=, >, <=, <
	Day    Kind = "day"    // >=, >, <=, <
	Code   Kind = "code"   // in
	Branch Kind = "branch" // in, under: a code in a tree, of which longer codes are parts
	Holds  Kind = "holds"  // holds: qualifications that are valid on the day
)

// The fields that rules speak of.
const (
	Industry       = "industry"
	District       = "district"
	Size           = "size"
	FoundedOn      = "founded_on"
	Age            = "age"
	Capital        = "capital"
	Staff          = "staff"
	Revenue        = "revenue"
	RevenueGrowth  = "revenue_growth"
	RevenueGrowth2 = "revenue_growth_2y"
	ResearchShare  = "research_share"
	Level          = "level"
	Qualification  = "qualification"

	Research    = "research"
	MainShare   = "main_share"
	DebtRatio   = "debt_ratio"
	NicheYears  = "niche_years"
	MarketShare = "market_share"
	RightsOne   = "rights_1"
	RightsTwo   = "rights_2"
	Funding     = "funding"
	Valuation   = "valuation"
	Abnormal    = "abnormal"
)

// Field is what a rule may speak of.
type Field struct {
	Code  string    `json:"code"`
	Kind  Kind      `json:"kind" enum:"number,day,code,branch,holds"`
	Title lang.Text `json:"title"`
	Unit  lang.Text `json:"unit"`
	Asked bool      `json:"asked" doc:"A figure of a year that the enterprise gives for rules only"`
	Note  lang.Text `json:"note" doc:"How it is worked out"`
}

// Fields lists what rules may speak of, in the order of forms.
func Fields() []Field {
	money, share, years, none := lang.Text{ZH: "万元", EN: "10 000 CNY"}, lang.Text{ZH: "%", EN: "%"}, lang.Text{ZH: "年", EN: "years"}, lang.Text{}
	return []Field{
		{Industry, Branch, lang.Text{ZH: "行业", EN: "Industry"}, none, false, lang.Text{ZH: "GB/T 4754-2017 代码", EN: "Code of GB/T 4754-2017"}},
		{District, Code, lang.Text{ZH: "区市", EN: "District"}, none, false, none},
		{Size, Code, lang.Text{ZH: "企业规模", EN: "Size class"}, none, false, none},
		{FoundedOn, Day, lang.Text{ZH: "成立日期", EN: "Founded on"}, none, false, none},
		{Age, Number, lang.Text{ZH: "成立年限", EN: "Age"}, years, false, lang.Text{ZH: "自成立日期起的整年数", EN: "Whole years since it was founded"}},
		{Capital, Number, lang.Text{ZH: "注册资本", EN: "Registered capital"}, money, false, none},
		{Staff, Number, lang.Text{ZH: "从业人员", EN: "Staff"}, lang.Text{ZH: "人", EN: "persons"}, false, lang.Text{ZH: "最近一年", EN: "Of the newest year"}},
		{Revenue, Number, lang.Text{ZH: "营业收入", EN: "Revenue"}, money, false, lang.Text{ZH: "最近一年；只填区间时按区间判断", EN: "Of the newest year; a band where no amount is given"}},
		{RevenueGrowth, Number, lang.Text{ZH: "营业收入增长率", EN: "Growth of revenue"}, share, false, lang.Text{ZH: "最近一年比上年", EN: "Of the newest year on the one before"}},
		{RevenueGrowth2, Number, lang.Text{ZH: "近两年营业收入平均增长率", EN: "Mean growth of revenue over two years"}, share, false, lang.Text{ZH: "几何平均（复合增长率）", EN: "Compound"}},
		{ResearchShare, Number, lang.Text{ZH: "研发费用占营业收入比重", EN: "Research as a share of revenue"}, share, false, lang.Text{ZH: "同一年的研发费用与营业收入", EN: "Of research and revenue of one year"}},
		{Level, Number, lang.Text{ZH: "数字化水平等级", EN: "Digital level"}, lang.Text{ZH: "级", EN: "level"}, false, lang.Text{ZH: "最近一次提交的中小企业数字化水平评测", EN: "Of the newest submitted assessment of the SME digital level"}},
		{Qualification, Holds, lang.Text{ZH: "有效资质", EN: "Valid qualification"}, none, false, none},
		{Research, Number, lang.Text{ZH: "研发费用", EN: "Research expenses"}, money, true, none},
		{MainShare, Number, lang.Text{ZH: "主营业务收入占比", EN: "Main business as a share of revenue"}, share, true, none},
		{DebtRatio, Number, lang.Text{ZH: "资产负债率", EN: "Liabilities to assets"}, share, true, none},
		{NicheYears, Number, lang.Text{ZH: "从事特定细分市场年限", EN: "Years in its niche"}, years, true, none},
		{MarketShare, Number, lang.Text{ZH: "主导产品国内市场占有率", EN: "Share of the home market of the leading product"}, share, true, none},
		{RightsOne, Number, lang.Text{ZH: "Ⅰ类知识产权", EN: "Class I intellectual-property rights"}, lang.Text{ZH: "项", EN: "rights"}, true, none},
		{RightsTwo, Number, lang.Text{ZH: "Ⅱ类知识产权", EN: "Class II intellectual-property rights"}, lang.Text{ZH: "项", EN: "rights"}, true, none},
		{Funding, Number, lang.Text{ZH: "近两年新增股权融资", EN: "New equity in two years"}, money, true, none},
		{Valuation, Number, lang.Text{ZH: "最近一轮估值", EN: "Valuation of the last round"}, money, true, none},
		{Abnormal, Number, lang.Text{ZH: "列入经营异常名录次数", EN: "Times on the list of abnormal operation"}, lang.Text{ZH: "次", EN: "times"}, true, none},
	}
}

func fieldOf(code string) (Field, bool) {
	list := Fields()
	i := slices.IndexFunc(list, func(f Field) bool { return f.Code == code })
	if i < 0 {
		return Field{}, false
	}
	return list[i], true
}

// AskedFor tells whether a field is a figure that the enterprise gives by year.
func AskedFor(code string) bool {
	f, ok := fieldOf(code)
	return ok && f.Asked
}

// Vocabulary tells what codes of a field mean; ok is false of one that there is not.
type Vocabulary func(field, code string) (title lang.Text, ok bool)
