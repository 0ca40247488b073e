package enterprise

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

// checkFigures refuses figures that rules do not know.
func (p Profile) checkFigures(f *fault.Error, now time.Time) {
	for i, x := range p.Figures {
		at := fmt.Sprintf("body.profile.figures[%d].", i)
		twice := slices.ContainsFunc(p.Figures[:i], func(b Figure) bool { return b.Field == x.Field && b.Year == x.Year })
		switch {
		case !criterion.AskedFor(x.Field):
			_ = f.At(at+"field", "choose a figure that rules ask for")
		case !isYear(x.Year, now) || twice:
			_ = f.At(at+"year", "a year until this one, each once")
		case math.IsNaN(x.Value) || x.Value < 0 || x.Value > 1e10:
			_ = f.At(at+"value", "0 to 10 000 000 000")
		}
	}
}

// ruleWords tells what codes in rules mean. Of industries any section, division, group or
// class of GB/T 4754 is one, by its division's name.
func ruleWords(field, code string) (lang.Text, bool) {
	switch field {
	case criterion.District:
		return titleOf(districts(), code), has(districts(), code)
	case criterion.Size:
		return titleOf(sizes(), code), has(sizes(), code)
	case criterion.Qualification:
		return titleOf(qualificationKinds(), code), has(qualificationKinds(), code)
	case criterion.Industry:
		return industryTitle(code)
	}
	return lang.Text{}, false
}

func industryTitle(code string) (lang.Text, bool) {
	sections := []Term{
		{"C", lang.Text{ZH: "制造业", EN: "Manufacturing"}},
		{"D", lang.Text{ZH: "电力、热力、燃气及水生产和供应业", EN: "Power, heat, gas and water"}},
		{"F", lang.Text{ZH: "批发和零售业", EN: "Wholesale and retail"}},
		{"G", lang.Text{ZH: "交通运输、仓储和邮政业", EN: "Transport, storage and post"}},
		{"I", lang.Text{ZH: "信息传输、软件和信息技术服务业", EN: "Information, software and IT services"}},
		{"L", lang.Text{ZH: "租赁和商务服务业", EN: "Leasing and business services"}},
		{"M", lang.Text{ZH: "科学研究和技术服务业", EN: "Research and technical services"}},
	}
	if has(sections, code) {
		t := titleOf(sections, code)
		return lang.Text{ZH: t.ZH + "（" + code + "）", EN: t.EN + " (" + code + ")"}, true
	}
	for _, d := range industries() {
		if code == d.Code || strings.HasPrefix(code, d.Code) && industryClassForm.MatchString(code) {
			return lang.Text{ZH: d.Title.ZH + "（" + code + "）", EN: d.Title.EN + " (" + code + ")"}, true
		}
	}
	return lang.Text{}, false
}

// givenFacts is what rules are asked about. It has every field of the entry: who is told what
// a rule comes to must be a keeper of it, or the field was taken away by Entry.as before.
func (e Entry) givenFacts(level *int) criterion.Given {
	p := e.Profile
	g := criterion.Given{Industry: e.Industry, District: e.District, Size: e.Size, FoundedOn: p.FoundedOn, Capital: p.Capital, Level: level, Asked: map[string][]criterion.Yearly{}}
	if p.IndustryClass != "" {
		g.Industry = p.IndustryClass
	}
	for _, s := range p.Staff {
		g.Staff = append(g.Staff, criterion.Yearly{Year: s.Year, Value: criterion.Exactly(float64(s.Count), fmt.Sprint(s.Year))})
	}
	for _, r := range p.Revenue {
		g.Revenue = append(g.Revenue, criterion.Yearly{Year: r.Year, Value: r.known()})
	}
	for _, f := range p.Figures {
		g.Asked[f.Field] = append(g.Asked[f.Field], criterion.Yearly{Year: f.Year, Value: criterion.Exactly(f.Value, fmt.Sprint(f.Year))})
	}
	for _, q := range p.Qualifications {
		g.Holdings = append(g.Holdings, criterion.Holding{Kind: q.Kind, From: q.ValidFrom, Until: q.ValidUntil})
	}
	return g
}

// known is what is known of a year's revenue, in 10 000 CNY.
func (r Revenue) known() criterion.Range {
	year := fmt.Sprint(r.Year)
	if r.Amount != nil {
		return criterion.Exactly(*r.Amount, year)
	}
	switch r.Band {
	case "under_300":
		return criterion.Between(0, 300, year)
	case "under_2000":
		return criterion.Between(300, 2000, year)
	case "under_40000":
		return criterion.Between(2000, 40000, year)
	case "from_40000":
		return criterion.Between(40000, math.Inf(1), year)
	}
	return criterion.Between(0, math.Inf(1), year)
}
