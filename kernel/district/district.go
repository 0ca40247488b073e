// Package district knows the parts of the city by their GB/T 2260 codes.
package district

import (
	"slices"

	"linghang/kernel/lang"
)

// District is a part of the city.
type District struct {
	Code string    `json:"code"`
	Name lang.Text `json:"name"`
}

// All lists the districts of Qingdao.
func All() []District {
	return []District{
		{"370202", lang.Text{ZH: "市南区", EN: "Shinan"}},
		{"370203", lang.Text{ZH: "市北区", EN: "Shibei"}},
		{"370211", lang.Text{ZH: "黄岛区", EN: "Huangdao"}},
		{"370212", lang.Text{ZH: "崂山区", EN: "Laoshan"}},
		{"370213", lang.Text{ZH: "李沧区", EN: "Licang"}},
		{"370214", lang.Text{ZH: "城阳区", EN: "Chengyang"}},
		{"370215", lang.Text{ZH: "即墨区", EN: "Jimo"}},
		{"370281", lang.Text{ZH: "胶州市", EN: "Jiaozhou"}},
		{"370283", lang.Text{ZH: "平度市", EN: "Pingdu"}},
		{"370285", lang.Text{ZH: "莱西市", EN: "Laixi"}},
	}
}

// NameOf is what a district is called; what is none of the city's is elsewhere.
func NameOf(code string) lang.Text {
	list := All()
	i := slices.IndexFunc(list, func(d District) bool { return d.Code == code })
	if i < 0 {
		return lang.Text{ZH: "其他", EN: "Elsewhere"}
	}
	return list[i].Name
}

// Known reports whether there is a district of that code.
func Known(code string) bool {
	return slices.ContainsFunc(All(), func(d District) bool { return d.Code == code })
}
