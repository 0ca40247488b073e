package service

import (
	"cmp"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Bounds of a rule, in days.
const (
	mostWindow = 366
	mostAnswer = 90
)

// Rule is what counts as one service.
type Rule struct {
	Version    int       `json:"version"`
	WindowDays int       `json:"window_days" doc:"The same enterprise, provider and matter begun fewer days apart is one service"`
	AnswerDays int       `json:"answer_days" doc:"How long the enterprise has to answer"`
	Reviews    bool      `json:"reviews" doc:"An expert's review of a diagnosis is a service of the city"`
	Note       string    `json:"note"`
	At         time.Time `json:"at" doc:"Holds for services that are recorded from then on"`
	Name       string    `json:"name" doc:"Of who set it; empty: came with the system"`

	actor string
}

func (r Rule) check() error {
	f := fault.New(fault.Invalid, "enterprise.service.rule", "this is no rule of what counts")
	if r.WindowDays < 1 || r.WindowDays > mostWindow {
		_ = f.At("body.window_days", "1 to 366 days")
	}
	if r.AnswerDays < 1 || r.AnswerDays > mostAnswer {
		_ = f.At("body.answer_days", "1 to 90 days")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// Matter is what a service is about.
type Matter struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

// matters are the matters that are told apart: ours, of no standard.
func matters() []Matter {
	return []Matter{
		{"diagnosis", lang.Text{ZH: "数字化诊断", EN: "Diagnosis"}},
		{"consulting", lang.Text{ZH: "转型咨询与方案", EN: "Consulting and plans"}},
		{"connection", lang.Text{ZH: "设备联网与上云", EN: "Connecting machines, cloud"}},
		{"software", lang.Text{ZH: "软件与应用实施", EN: "Software and applications"}},
		{"identifier", lang.Text{ZH: "标识解析应用", EN: "Identifier resolution"}},
		{"security", lang.Text{ZH: "网络与数据安全", EN: "Network and data security"}},
		{"testing", lang.Text{ZH: "检验检测与认证", EN: "Testing and certification"}},
		{"training", lang.Text{ZH: "人才培训", EN: "Training"}},
		{"matchmaking", lang.Text{ZH: "供需对接", EN: "Matching of needs and offers"}},
		{"financing", lang.Text{ZH: "融资服务", EN: "Financing"}},
		{"policy", lang.Text{ZH: "政策辅导与申报", EN: "Advice on policies"}},
		{"other", lang.Text{ZH: "其他", EN: "Other"}},
	}
}

func matterOf(code string) (Matter, bool) {
	i := slices.IndexFunc(matters(), func(m Matter) bool { return m.Code == code })
	if i < 0 {
		return Matter{}, false
	}
	return matters()[i], true
}

// claim is what of a service decides whether it is one with another.
type claim struct {
	id, provider, matter string
	started              string // 2026-11-03
	window               int    // days, of the rule that it was recorded under
	recorded             int64
	state                State
	verdict              string
}

// near tells whether c, recorded later than x, is one service with it.
func (c claim) near(x claim) bool {
	return c.provider == x.provider && c.matter == x.matter && daysApart(c.started, x.started) < c.window
}

func daysApart(a, b string) int {
	x, errX := time.Parse(time.DateOnly, a)
	y, errY := time.Parse(time.DateOnly, b)
	if errX != nil || errY != nil {
		return mostWindow + 1 // a day that is none is near nothing; records are checked before
	}
	return int(x.Sub(y).Abs() / (24 * time.Hour))
}

// standing is what a claim comes to among those of its enterprise.
type standing struct {
	counted     bool
	duplicateOf string
}

// settle tells which claims of one enterprise count: those that are confirmed and not
// refuted, each once. Of several that are one service, confirmed ones go before others,
// and what was recorded first goes first. What was withdrawn is nothing.
func settle(list []claim) map[string]standing {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.weight(), b.weight()), cmp.Compare(a.recorded, b.recorded), cmp.Compare(a.id, b.id))
	})
	var kept []claim
	result := make(map[string]standing, len(list))
	for _, c := range list {
		if c.state == Withdrawn {
			result[c.id] = standing{}
			continue
		}
		i := slices.IndexFunc(kept, func(x claim) bool {
			if x.recorded > c.recorded || x.recorded == c.recorded && x.id > c.id {
				return x.near(c)
			}
			return c.near(x)
		})
		if i >= 0 {
			result[c.id] = standing{duplicateOf: kept[i].id}
			continue
		}
		kept = append(kept, c)
		result[c.id] = standing{counted: c.counts()}
	}
	return result
}

func (c claim) counts() bool { return c.state == Confirmed && c.verdict != Rejected }

func (c claim) weight() int {
	if c.counts() {
		return 0
	}
	return 1
}
