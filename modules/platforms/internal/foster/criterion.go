package foster

import (
	"fmt"
	"regexp"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Criterion is one thing that applications are judged by.
type Criterion struct {
	Code     string    `json:"code" maxLength:"40" doc:"Small letters, digits and _"`
	Title    lang.Text `json:"title"`
	Evidence lang.Text `json:"evidence" doc:"What counts as evidence"`
	Weight   float64   `json:"weight" minimum:"0" maximum:"1000" doc:"Beside the other weights; they need not add up to anything"`
	Max      float64   `json:"max" minimum:"0" maximum:"1000" doc:"Points at most"`
	Min      float64   `json:"min" minimum:"0" maximum:"1000" doc:"An application whose mean is below is not awarded, whatever its total; 0: none"`
}

// criteriaMost bounds how many criteria a call has.
const criteriaMost = 40

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// checkCriteria names what is wrong with the criteria of a call.
func checkCriteria(f *fault.Error, list []Criterion) {
	if len(list) == 0 || len(list) > criteriaMost {
		_ = f.At("body.criteria", "1 to %d criteria", criteriaMost)
	}
	codes, weight := map[string]bool{}, 0.0
	for i, c := range list {
		at := fmt.Sprintf("body.criteria[%d].", i)
		if !codeForm.MatchString(c.Code) {
			_ = f.At(at+"code", "a small letter, then small letters, digits or _")
		}
		if codes[c.Code] {
			_ = f.At(at+"code", "another criterion has this code")
		}
		codes[c.Code] = true
		if c.Title.ZH == "" && c.Title.EN == "" {
			_ = f.At(at+"title", "name the criterion")
		}
		if c.Max <= 0 {
			_ = f.At(at+"max", "more than 0 points")
		}
		if c.Min < 0 || c.Min > c.Max {
			_ = f.At(at+"min", "no more than the points at most")
		}
		if c.Weight < 0 {
			_ = f.At(at+"weight", "0 or more")
		}
		weight += max(0, c.Weight)
	}
	if len(list) > 0 && weight <= 0 {
		_ = f.At("body.criteria", "give at least one criterion a weight")
	}
}

// tidy lets one language stand for both and removes spaces around words.
func tidy(list []Criterion) []Criterion {
	out := make([]Criterion, len(list))
	for i, c := range list {
		c.Code, c.Title, c.Evidence = strings.TrimSpace(c.Code), both(c.Title), both(c.Evidence)
		out[i] = c
	}
	return out
}

func both(t lang.Text) lang.Text {
	t.ZH, t.EN = strings.TrimSpace(t.ZH), strings.TrimSpace(t.EN)
	if t.ZH == "" {
		t.ZH = t.EN
	}
	if t.EN == "" {
		t.EN = t.ZH
	}
	return t
}

// Set is a ready-made set of criteria to start from.
type Set struct {
	Code     string      `json:"code"`
	Title    lang.Text   `json:"title"`
	Note     lang.Text   `json:"note" doc:"Where it is from, and what it is not"`
	Criteria []Criterion `json:"criteria" nullable:"false"`
}

// sets are what a call can start from.
func sets() []Set {
	text := func(zh, en string) lang.Text { return lang.Text{ZH: zh, EN: en} }
	return []Set{{
		Code: "example", Title: text("特色型专业型平台评价指标（示例）", "Criteria for specialised platforms (example)"),
		Note: text("本系统提供的示例，不是官方标准；发布前请按本地办法修改。", "An example that comes with this system, not an official standard; adapt it to the city's rules before use."),
		Criteria: []Criterion{
			{"specialisation", text("行业专业化程度", "Specialisation in an industry"), text("服务行业说明、行业解决方案、行业客户清单", "Industries served, solutions for them, list of customers there"), 20, 100, 60},
			{"connection", text("设备连接与数据汇聚能力", "Connection of devices and gathering of data"), text("设备连接数证明、协议清单", "Proof of devices connected, list of protocols"), 15, 100, 0},
			{"technology", text("技术能力与自主知识产权", "Technology and intellectual property"), text("专利、软件著作权、标准", "Patents, software copyrights, standards"), 15, 100, 0},
			{"service", text("企业服务成效", "Results for enterprises"), text("服务合同、企业名单、典型案例", "Contracts, list of enterprises, typical cases"), 20, 100, 60},
			{"operation", text("运营与可持续发展能力", "Operation and sustainability"), text("财务报表、运营团队名单", "Financial statements, list of the team"), 10, 100, 0},
			{"security", text("安全保障能力", "Security"), text("等级保护证明、安全制度", "Certificate of classified protection, rules of security"), 10, 100, 60},
			{"data", text("数据报送质量", "Quality of reported data"), text("以本系统的数据质量等级和可用率为准", "The data quality grade and availability of this system count"), 10, 100, 0},
		},
	}}
}
