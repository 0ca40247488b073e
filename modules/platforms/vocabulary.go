package platforms

import (
	"slices"

	"linghang/kernel/district"
	"linghang/kernel/industry"
	"linghang/kernel/lang"
)

// term is a word of a closed vocabulary.
type term struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

// classes of platforms, after 一超多专.
func classes() []term {
	return []term{
		{"leader", lang.Text{ZH: "跨行业跨领域（一超）", EN: "Cross-industry leader"}},
		{"specialised", lang.Text{ZH: "特色型专业型（多专）", EN: "Specialised"}},
		{"industry", lang.Text{ZH: "行业级", EN: "Industry"}},
		{"region", lang.Text{ZH: "区域级", EN: "Region"}},
		{"technology", lang.Text{ZH: "技术型", EN: "Technology"}},
	}
}

// districts of the city.
func districts() []term {
	all := district.All()
	list := make([]term, len(all))
	for i, d := range all {
		list[i] = term{d.Code, d.Name}
	}
	return list
}

// industries are the manufacturing divisions of GB/T 4754-2017.
func industries() []term {
	all := industry.All()
	list := make([]term, len(all))
	for i, d := range all {
		list[i] = term{d.Code, d.Name}
	}
	return list
}

// sizes of enterprises, after the national statistical classification.
func sizes() []string { return []string{"large", "medium", "small", "micro"} }

func has(terms []term, code string) bool {
	return slices.ContainsFunc(terms, func(t term) bool { return t.Code == code })
}

// codeOfWord is the code of a word of a dimension: platforms write words, as 市南区.
func codeOfWord(dim, word string) string {
	var terms []term
	switch dim {
	case "industry":
		terms = industries()
	case "district":
		terms = districts()
	case "size":
		terms = []term{{"large", lang.Text{ZH: "大型", EN: "Large"}}, {"medium", lang.Text{ZH: "中型", EN: "Medium"}}, {"small", lang.Text{ZH: "小型", EN: "Small"}}, {"micro", lang.Text{ZH: "微型", EN: "Micro"}}}
	}
	for _, t := range terms {
		if t.Title.ZH == word || t.Title.EN == word {
			return t.Code
		}
	}
	return word
}

// inVocabulary keeps breakdowns to closed vocabularies; types are the
// platform's own words, bounded by the limit on series.
func inVocabulary(dim, value string) bool {
	switch dim {
	case "industry":
		return has(industries(), value)
	case "district":
		return has(districts(), value)
	case "size":
		return slices.Contains(sizes(), value)
	default:
		return true
	}
}
