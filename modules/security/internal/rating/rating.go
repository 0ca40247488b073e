package rating

import (
	"slices"

	"linghang/kernel/lang"
)

// Level is how grave something is: 1 (特别重大, Ⅰ) to 4 (一般, Ⅳ) of GB/T 20986-2023,
// clause 6; 0 is not rated.
type Level int

// The levels, gravest first.
const (
	Unrated  Level = 0
	Extreme  Level = 1 // 特别重大
	Major    Level = 2 // 重大
	Large    Level = 3 // 较大
	Ordinary Level = 4 // 一般
)

// Known tells whether it is one of the four.
func (l Level) Known() bool { return l >= Extreme && l <= Ordinary }

// GraverThan tells whether l is graver; what is not rated is graver than nothing.
func (l Level) GraverThan(other Level) bool {
	return l.Known() && (!other.Known() || l < other)
}

// Text is the level as people read it.
func (l Level) Text() lang.Text {
	switch l {
	case Extreme:
		return lang.Text{ZH: "Ⅰ级（特别重大）", EN: "Level Ⅰ (extremely serious)"}
	case Major:
		return lang.Text{ZH: "Ⅱ级（重大）", EN: "Level Ⅱ (serious)"}
	case Large:
		return lang.Text{ZH: "Ⅲ级（较大）", EN: "Level Ⅲ (significant)"}
	case Ordinary:
		return lang.Text{ZH: "Ⅳ级（一般）", EN: "Level Ⅳ (ordinary)"}
	default:
		return lang.Text{ZH: "未定级", EN: "Not rated"}
	}
}

// TLP is with whom something may be shared, after the Traffic Light Protocol 2.0 (FIRST, 2022).
type TLP string

// The labels, most open first.
const (
	Clear       TLP = "clear"
	Green       TLP = "green"
	Amber       TLP = "amber"
	AmberStrict TLP = "amber+strict"
	Red         TLP = "red"
)

// labels are all, most open first.
func labels() []TLP { return []TLP{Clear, Green, Amber, AmberStrict, Red} }

// Known tells whether it is a label.
func (t TLP) Known() bool { return slices.Contains(labels(), t) }

// Stricter tells whether fewer may see t than other.
func (t TLP) Stricter(other TLP) bool {
	return slices.Index(labels(), t) > slices.Index(labels(), other)
}

// Named tells whether what is marked so says on each page who has it: it is for those only whom it was given.
func (t TLP) Named() bool { return t == AmberStrict || t == Red }

// Mark is the label as it is written on what it marks.
func (t TLP) Mark() string {
	switch t {
	case AmberStrict:
		return "TLP:AMBER+STRICT"
	case Red:
		return "TLP:RED"
	case Amber:
		return "TLP:AMBER"
	case Green:
		return "TLP:GREEN"
	default:
		return "TLP:CLEAR"
	}
}

// Category is what kind of incident something is, after GB/T 20986-2023, clause 5. The
// codes here are Linghang's own: the standard's annex B has codes for reports, which were
// not at hand when this was written.
type Category struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

// Categories are the ten.
func Categories() []Category {
	return []Category{
		{"malware", lang.Text{ZH: "恶意程序事件", EN: "Malicious software"}},
		{"attack", lang.Text{ZH: "网络攻击事件", EN: "Network attack"}},
		{"data", lang.Text{ZH: "数据安全事件", EN: "Data security"}},
		{"content", lang.Text{ZH: "信息内容安全事件", EN: "Content security"}},
		{"facility", lang.Text{ZH: "设备设施故障事件", EN: "Failure of equipment"}},
		{"violation", lang.Text{ZH: "违规操作事件", EN: "Operation against the rules"}},
		{"hazard", lang.Text{ZH: "安全隐患事件", EN: "Latent hazard"}},
		{"anomaly", lang.Text{ZH: "异常行为事件", EN: "Abnormal behaviour"}},
		{"force_majeure", lang.Text{ZH: "不可抗力事件", EN: "Force majeure"}},
		{"other", lang.Text{ZH: "其他事件", EN: "Other"}},
	}
}

// CategoryOf finds a category.
func CategoryOf(id string) (Category, bool) {
	list := Categories()
	i := slices.IndexFunc(list, func(c Category) bool { return c.ID == id })
	if i < 0 {
		return Category{}, false
	}
	return list[i], true
}
