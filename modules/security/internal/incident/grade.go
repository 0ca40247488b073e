package incident

import (
	"slices"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

// The three things that a level is proposed from; empty is not known.
type (
	// Importance is how important the object is that is hit (事件影响对象的重要程度).
	Importance string
	// Loss is how much of its work is lost (业务损失的严重程度).
	Loss string
	// Harm is what it does to others (社会危害的严重程度).
	Harm string
)

func importances() []Importance { return []Importance{"special", "important", "general"} }
func losses() []Loss            { return []Loss{"extreme", "serious", "large", "small"} }
func harms() []Harm             { return []Harm{"extreme", "major", "large", "ordinary"} }

// Proposal is the level that follows from what is known, and why.
type Proposal struct {
	Level   rating.Level `json:"level" doc:"1 to 4; 0: too little is known"`
	Reasons []lang.Text  `json:"reasons" nullable:"false"`
}

// ruleSource says where the rule below is from, as far as it could be checked: it is shown
// with each proposal.
func ruleSource() lang.Text {
	return lang.Text{
		ZH: "依据GB/T 20986-2023的三个分级要素；对照矩阵沿用GB/Z 20986-2007第5.2条，2023版正文及附录未能核对，须由人员确认",
		EN: "By the three elements of GB/T 20986-2023; the table is that of GB/Z 20986-2007, 5.2. The text and annexes of the edition of 2023 could not be checked: a person confirms",
	}
}

// Propose proposes a level from how important the object is, what is lost, and the harm to
// others: the graver of what the object and its loss give, and of what the harm gives.
//
// Loss counts by the object: of a specially important one, extreme loss is level Ⅰ, serious Ⅱ,
// large Ⅲ, small Ⅳ; of an important one a level lighter; of a general one two levels lighter;
// never lighter than Ⅳ. Harm is its own level. After GB/Z 20986-2007, 5.2; see ruleSource.
func Propose(importance Importance, loss Loss, harm Harm) Proposal {
	p := Proposal{Reasons: []lang.Text{}}
	object, lost := slices.Index(importances(), importance), slices.Index(losses(), loss)
	if object >= 0 && lost >= 0 {
		p.Level = rating.Level(min(object+lost+1, int(rating.Ordinary)))
		p.Reasons = append(p.Reasons, lang.Text{
			ZH: importanceText(importance).ZH + "，" + lossText(loss).ZH + "：" + p.Level.Text().ZH,
			EN: importanceText(importance).EN + ", " + lossText(loss).EN + ": " + p.Level.Text().EN,
		})
	}
	if i := slices.Index(harms(), harm); i >= 0 {
		by := rating.Level(i + 1)
		p.Reasons = append(p.Reasons, lang.Text{ZH: harmText(harm).ZH + "：" + by.Text().ZH, EN: harmText(harm).EN + ": " + by.Text().EN})
		if by.GraverThan(p.Level) {
			p.Level = by
		}
	}
	if (object < 0) != (lost < 0) {
		p.Reasons = append(p.Reasons, lang.Text{ZH: "影响对象与业务损失须同时给出才能参与定级", EN: "the object and its loss count only together"})
	}
	if p.Level == rating.Unrated {
		p.Reasons = append(p.Reasons, lang.Text{ZH: "已知情况不足，尚不能建议级别", EN: "too little is known to propose a level"})
	}
	return p
}

func importanceText(x Importance) lang.Text {
	return map[Importance]lang.Text{
		"special":   {ZH: "特别重要的对象", EN: "a specially important object"},
		"important": {ZH: "重要的对象", EN: "an important object"},
		"general":   {ZH: "一般的对象", EN: "a general object"},
	}[x]
}

func lossText(x Loss) lang.Text {
	return map[Loss]lang.Text{
		"extreme": {ZH: "特别严重的业务损失", EN: "extreme loss"},
		"serious": {ZH: "严重的业务损失", EN: "serious loss"},
		"large":   {ZH: "较大的业务损失", EN: "large loss"},
		"small":   {ZH: "较小的业务损失", EN: "small loss"},
	}[x]
}

func harmText(x Harm) lang.Text {
	return map[Harm]lang.Text{
		"extreme":  {ZH: "特别重大的社会危害", EN: "extreme harm to society"},
		"major":    {ZH: "重大的社会危害", EN: "major harm to society"},
		"large":    {ZH: "较大的社会危害", EN: "large harm to society"},
		"ordinary": {ZH: "一般的社会危害", EN: "ordinary harm to society"},
	}[x]
}
