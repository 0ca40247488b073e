package provider

import (
	"slices"

	"linghang/kernel/lang"
)

// Term is a word of a vocabulary.
type Term struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

// Words are the vocabularies that capabilities and needs are told in.
type Words struct {
	Scenarios    []Term `json:"scenarios" nullable:"false" doc:"The sixteen of the assessment of small enterprises"`
	Industries   []Term `json:"industries" nullable:"false"`
	Technologies []Term `json:"technologies" nullable:"false" doc:"This system's own list"`
	Districts    []Term `json:"districts" nullable:"false"`
	Staff        []Term `json:"staff" nullable:"false" doc:"Kinds of staff"`
	Pricing      []Term `json:"pricing" nullable:"false" doc:"What a price is for"`
}

// Has tells whether a vocabulary has a code.
func Has(list []Term, code string) bool {
	return slices.ContainsFunc(list, func(t Term) bool { return t.Code == code })
}

// titles are those of codes, in both languages, as people search for them.
func titles(list []Term, codes []string) (out []string) {
	for _, t := range list {
		if slices.Contains(codes, t.Code) {
			out = append(out, t.Title.ZH, t.Title.EN)
		}
	}
	return out
}

// Technologies are those that providers offer: this system's own list.
func Technologies() []Term {
	return []Term{
		{"5g", lang.Text{ZH: "5G", EN: "5G"}},
		{"identifier", lang.Text{ZH: "标识解析", EN: "Identifier resolution"}},
		{"platform", lang.Text{ZH: "工业互联网平台", EN: "Industrial internet platform"}},
		{"ai", lang.Text{ZH: "人工智能", EN: "Artificial intelligence"}},
		{"vision", lang.Text{ZH: "机器视觉", EN: "Machine vision"}},
		{"twin", lang.Text{ZH: "数字孪生", EN: "Digital twin"}},
		{"edge", lang.Text{ZH: "边缘计算", EN: "Edge computing"}},
		{"big_data", lang.Text{ZH: "大数据", EN: "Big data"}},
		{"cloud", lang.Text{ZH: "云计算", EN: "Cloud"}},
		{"robotics", lang.Text{ZH: "工业机器人", EN: "Industrial robots"}},
		{"iot", lang.Text{ZH: "物联网与传感", EN: "IoT and sensing"}},
		{"simulation", lang.Text{ZH: "仿真", EN: "Simulation"}},
		{"security", lang.Text{ZH: "工业互联网安全", EN: "Security"}},
		{"blockchain", lang.Text{ZH: "区块链", EN: "Blockchain"}},
	}
}

// StaffKinds are what a provider's people do.
func StaffKinds() []Term {
	return []Term{
		{"consulting", lang.Text{ZH: "咨询诊断", EN: "Consulting"}},
		{"development", lang.Text{ZH: "研发", EN: "Development"}},
		{"delivery", lang.Text{ZH: "实施交付", EN: "Delivery"}},
		{"support", lang.Text{ZH: "运维支持", EN: "Support"}},
	}
}

// Pricings are what a price is for.
func Pricings() []Term {
	return []Term{
		{"project", lang.Text{ZH: "按项目", EN: "A project"}},
		{"year", lang.Text{ZH: "按年", EN: "A year"}},
		{"free", lang.Text{ZH: "公益免费", EN: "Free of charge"}},
	}
}
